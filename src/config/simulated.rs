//! `[simulated]`: the built-in models that answer where no real one is set up.

use super::error::ConfigError;
use super::input::Section;

/// By how much the times of the simulated models are multiplied: 1 is like real, 0 is instant.
pub(super) fn read(mut section: Section<'_>) -> Result<f64, ConfigError> {
    let pace = section.number("pace", 0.0..=100.0)?;
    section.done()?;
    Ok(pace.unwrap_or(1.0))
}
