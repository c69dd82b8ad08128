//! `[store]`: where the measurements lie.

use std::path::PathBuf;

use super::error::ConfigError;
use super::input::Section;

pub(super) fn read(mut section: Section<'_>) -> Result<PathBuf, ConfigError> {
    let path = section.read("path", "the path of a file", |value| {
        value.text().filter(|path| !path.trim().is_empty()).map(PathBuf::from)
    })?;
    section.done()?;
    Ok(path.unwrap_or_else(|| "perfbot.db".into()))
}
