//! `[answer]`: how long answers may take and how often they are tried.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::ConfigError;
use super::input::Section;
use crate::model::AnswerSettings;

/// How long anything about one answer may take.
const WAITS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_hours(1);

/// `system_prompt` is what every model is told first; people know it as a setting of the chat.
pub(super) fn read(mut section: Section<'_>, system_prompt: Option<String>) -> Result<AnswerSettings, ConfigError> {
    let settings = AnswerSettings {
        head_timeout: section.duration("head_timeout", WAITS)?.unwrap_or(Duration::from_secs(30)),
        silence_timeout: section.duration("silence_timeout", WAITS)?.unwrap_or(Duration::from_secs(30)),
        attempt_timeout: section.duration("attempt_timeout", WAITS)?.unwrap_or(Duration::from_mins(5)),
        retries: section.whole("retries", 0..=10)?.unwrap_or(3),
        back_off_base: section.duration("back_off_base", WAITS)?.unwrap_or(Duration::from_secs(1)),
        back_off_cap: section.duration("back_off_cap", WAITS)?.unwrap_or(Duration::from_secs(60)),
        max_output_tokens: section.whole("max_output_tokens", 1..=1_000_000)?.unwrap_or(1024),
        system_prompt,
    };
    section.done()?;
    Ok(settings)
}
