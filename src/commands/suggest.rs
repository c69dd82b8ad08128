//! What could be filled into an option of a slash command, while somebody types it.

use super::command::Entry;
use super::context::Context;
use super::failure::Failure;
use super::registry::entries;
use super::spec::Root;
use crate::model::names;
use crate::store::question;

/// The most that can be suggested at once.
const MOST: usize = 25;

/// The lengths of time that are worth a suggestion.
const WINDOWS: [&str; 8] = ["1h", "6h", "24h", "2d", "7d", "14d", "30d", "90d"];

/// Values for an option, the most fitting first.
///
/// # Errors
/// The store cannot be read.
pub async fn suggest(entry: &Entry, option: &str, typed: &str, cx: &Context) -> Result<Vec<String>, Failure> {
    let known = match (option, entry.spec.root) {
        ("last", _) => WINDOWS.map(str::to_owned).to_vec(),
        ("command", _) => entries().iter().map(|entry| entry.spec.path()).collect(),
        ("name" | "model" | "first" | "second" | "more", Root::Perf) => {
            let seen = cx.services.store.ask(question::ModelsSeen { scope: cx.scope() }).await?;
            seen.iter().map(ToString::to_string).collect()
        }
        ("name" | "model", Root::Chat) => {
            cx.services.assistant.catalogue().models().iter().map(|model| model.name.to_string()).collect()
        }
        _ => Vec::new(),
    };
    Ok(fitting(typed, known))
}

/// Those that contain what was typed, those that start with it first; if there are none, those that are near.
fn fitting(typed: &str, known: Vec<String>) -> Vec<String> {
    let typed = typed.trim().to_lowercase();
    let mut fitting: Vec<String> = known.iter().filter(|name| name.to_lowercase().contains(&typed)).cloned().collect();
    // Stable, so that the order of the known stays within both groups.
    fitting.sort_by_key(|name| !name.to_lowercase().starts_with(&typed));
    if fitting.is_empty() {
        let near = names::nearest(&typed, known.iter().map(String::as_str));
        fitting = near.into_iter().map(str::to_owned).collect();
    }
    fitting.truncate(MOST);
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitting_values_come_first_and_near_ones_where_none_fits() {
        let known = || ["claude-haiku", "gpt-mini", "haiku-3"].map(str::to_owned).to_vec();
        assert_eq!(fitting("haiku", known()), ["haiku-3", "claude-haiku"]);
        assert_eq!(fitting("", known()), known());
        assert_eq!(fitting("hiaku-3", known()), ["haiku-3"]);
        assert_eq!(fitting("", (0..40).map(|n| n.to_string()).collect()).len(), MOST);
    }
}
