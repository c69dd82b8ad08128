//! `[bot]`: who the bot is, and whose hours it lives by.

use chrono_tz::Tz;

use super::error::ConfigError;
use super::input::Section;
use crate::model::UserId;

/// Who the bot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotSettings {
    /// What it is called; `@name` speaks to it.
    pub name: String,
    /// What its commands start with.
    pub prefix: String,
    /// The zone of its hours and days: busiest hours, the daily cap.
    pub zone: Tz,
    /// The person who hosts it and may do everything, as the chat platform identifies them.
    pub owner: Option<UserId>,
}

/// The longest name or prefix, in characters.
const LONGEST_NAME: usize = 32;
const LONGEST_PREFIX: usize = 8;

pub(super) fn read(mut section: Section<'_>) -> Result<BotSettings, ConfigError> {
    let name = section.read("name", "1 to 32 characters without a blank", |value| word(value.text()?, LONGEST_NAME))?;
    let prefix = section.read("prefix", "1 to 8 characters without a blank, such as \"!\"", |value| {
        word(value.text()?, LONGEST_PREFIX)
    })?;
    let zone_must = "the name of a time zone, such as \"UTC\" or \"Europe/Berlin\"";
    let settings = BotSettings {
        name: name.unwrap_or_else(|| "perfbot".into()),
        prefix: prefix.unwrap_or_else(|| "!".into()),
        zone: section.read("zone", zone_must, |value| value.text()?.trim().parse().ok())?.unwrap_or(Tz::UTC),
        owner: section.text("owner")?.filter(|owner| !owner.is_empty()).map(UserId::from),
    };
    section.done()?;
    Ok(settings)
}

/// One word, which fits into that many characters.
fn word(text: &str, longest: usize) -> Option<String> {
    let fits = !text.is_empty() && text.chars().count() <= longest && !text.contains(|c: char| c.is_whitespace());
    fits.then(|| text.to_owned())
}
