//! `[chat]`: what holds in chat until people choose otherwise there.

use super::error::ConfigError;
use super::input::Section;
use crate::model::{ModelName, ModelSpec};

/// What holds in chat until people choose otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatSettings {
    /// Whether each answer is followed by a line of its figures.
    pub monitor: bool,
}

const SYSTEM_PROMPT: &str = "You answer people in a chat. Be helpful, correct and brief; say so when you do not know.";

/// What every model is told first, unless a channel has a persona of its own; `None` for nothing.
pub(super) fn system_prompt(section: &mut Section<'_>) -> Result<Option<String>, ConfigError> {
    let prompt = section.text("system_prompt")?.unwrap_or_else(|| SYSTEM_PROMPT.into());
    Ok(Some(prompt).filter(|prompt| !prompt.trim().is_empty()))
}

pub(super) fn read(mut section: Section<'_>) -> Result<ChatSettings, ConfigError> {
    let settings = ChatSettings { monitor: section.flag("monitor")?.unwrap_or(false) };
    section.done()?;
    Ok(settings)
}

/// The model that answers; `None` for the first. Where no model is known yet, any name may turn out to be right.
pub(super) fn default_model(section: &mut Section<'_>, models: &[ModelSpec]) -> Result<Option<ModelName>, ConfigError> {
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let must = format!("the name of a model ({}), or \"\" for the first", names.join(", "));
    let named = section.read("default_model", &must, |value| {
        let name = value.text()?;
        (name.is_empty() || names.is_empty() || names.contains(&name)).then(|| ModelName::from(name))
    })?;
    Ok(named.filter(|name| !name.as_str().is_empty()))
}
