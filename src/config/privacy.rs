//! `[privacy]`: what of a prompt is kept.

use super::error::ConfigError;
use super::input::Section;
use crate::model::{PrivacySettings, StorePrompts};

pub(super) fn read(mut section: Section<'_>) -> Result<PrivacySettings, ConfigError> {
    let store_prompts = section.read("store_prompts", "\"none\" or \"preview\"", |value| match value.text()? {
        "none" => Some(StorePrompts::None),
        "preview" => Some(StorePrompts::Preview),
        _ => None,
    })?;
    section.done()?;
    Ok(PrivacySettings { store_prompts: store_prompts.unwrap_or_default() })
}
