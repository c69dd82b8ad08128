//! `[privacy]`: what of a prompt is kept.

use std::time::Duration;

use super::error::ConfigError;
use super::input::Section;
use crate::model::{PrivacySettings, StorePrompts, duration};

/// How long beginnings of prompts are kept unless the owner says otherwise.
const PREVIEWS: Duration = Duration::from_hours(7 * 24);

/// What is kept, and how long beginnings of prompts are.
pub(super) fn read(mut section: Section<'_>) -> Result<(PrivacySettings, Option<Duration>), ConfigError> {
    let store_prompts = section.read("store_prompts", "\"none\" or \"preview\"", |value| match value.text()? {
        "none" => Some(StorePrompts::None),
        "preview" => Some(StorePrompts::Preview),
        _ => None,
    })?;
    let previews =
        section.read("previews", "a length of time, as \"7d\", or \"forever\"", |value| match value.text()? {
            "forever" => Some(None),
            text => duration::parse(text).map(Some),
        })?;
    section.done()?;
    let privacy = PrivacySettings { store_prompts: store_prompts.unwrap_or_default() };
    Ok((privacy, previews.unwrap_or(Some(PREVIEWS))))
}
