//! What the program runs with: its version, the models that can be asked, and what they cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Event, EventKind, ModelName, Reach, Timestamp};

/// What the program runs with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The version.
    pub version: String,
    /// The models, each with what it costs, as people read it.
    pub models: BTreeMap<ModelName, String>,
}

impl Setup {
    /// What is new since an earlier setup. Without one only the version is: all models would be.
    pub fn news(&self, before: Option<&Self>, at: Timestamp) -> Vec<Event> {
        let event = |kind, subject: &str, before: Option<&str>, after: Option<&str>| Event {
            at,
            kind,
            reach: Reach::All,
            by: None,
            subject: subject.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let mut news = Vec::new();
        let version = before.map(|before| before.version.as_str());
        if version != Some(&self.version) {
            news.push(event(EventKind::VersionStarted, "", version, Some(&self.version)));
        }
        let Some(before) = before else { return news };
        for (model, price) in &self.models {
            match before.models.get(model) {
                None => news.push(event(EventKind::ModelAdded, model.as_str(), None, Some(price))),
                Some(old) if old != price => {
                    news.push(event(EventKind::PriceChanged, model.as_str(), Some(old), Some(price)));
                }
                Some(_) => {}
            }
        }
        let gone = before.models.iter().filter(|(model, _)| !self.models.contains_key(*model));
        news.extend(gone.map(|(model, price)| event(EventKind::ModelRemoved, model.as_str(), Some(price), None)));
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(version: &str, models: &[(&str, &str)]) -> Setup {
        let models = models.iter().map(|(model, price)| ((*model).into(), (*price).to_owned())).collect();
        Setup { version: version.to_owned(), models }
    }

    #[test]
    fn only_what_changed_is_news() {
        let old = setup("0.1.0", &[("haiku", "$1 / $5"), ("sonnet", "$3 / $15"), ("phi", "free")]);
        let new = setup("0.2.0", &[("haiku", "$1 / $5"), ("sonnet", "$2 / $10"), ("opus", "$5 / $25")]);
        let shown = |news: Vec<Event>| {
            let show = |event: &Event| {
                format!("{} {} {:?} {:?}", event.kind.as_str(), event.subject, event.before, event.after)
            };
            news.iter().map(show).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(shown(new.news(Some(&old), Timestamp(0))), @r#"
        version_started  Some("0.1.0") Some("0.2.0")
        model_added opus None Some("$5 / $25")
        price_changed sonnet Some("$3 / $15") Some("$2 / $10")
        model_removed phi Some("free") None
        "#);
        insta::assert_snapshot!(shown(old.news(None, Timestamp(0))), @r#"version_started  None Some("0.1.0")"#);
        assert!(old.news(Some(&old), Timestamp(0)).is_empty());
    }
}
