//! `[limits]`: the money guard.

use super::error::ConfigError;
use super::input::Section;
use crate::model::{LimitSettings, NanoUsd};

pub(super) fn read(mut section: Section<'_>) -> Result<LimitSettings, ConfigError> {
    let daily_usd = section.number("daily_usd", 0.0..=1_000_000.0)?.unwrap_or(5.0);
    let settings = LimitSettings {
        daily: NanoUsd::from_usd(daily_usd).expect("the range holds only amounts of money"),
        questions_per_minute: section.whole("questions_per_minute", 1..=1000)?.unwrap_or(20),
        allow_unpriced: section.flag("allow_unpriced")?.unwrap_or(false),
    };
    section.done()?;
    Ok(settings)
}
