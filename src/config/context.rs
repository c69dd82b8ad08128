//! `[context]`: how much of a conversation goes along with a question.

use std::time::Duration;

use super::error::ConfigError;
use super::input::Section;
use crate::model::ContextSettings;

const DAY: Duration = Duration::from_hours(24);

pub(super) fn read(mut section: Section<'_>) -> Result<ContextSettings, ConfigError> {
    let settings = ContextSettings {
        messages: section.whole("messages", 1..=100)?.unwrap_or(15),
        ends_after: section.duration("ends_after", Duration::from_mins(1)..=365 * DAY)?.unwrap_or(DAY),
        bystanders: section.flag("bystanders")?.unwrap_or(false),
    };
    section.done()?;
    Ok(settings)
}
