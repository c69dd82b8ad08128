//! Logs go to stderr: without content, without secrets.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::commands::UserError;

/// What is logged by a bot that runs on its own, by a tool that a script waits for, and where a person reads along.
const RUNNING: &str = "info,genai=warn,reqwest=warn,hyper=warn,rustls=warn";
const PIPE: &str = "warn";
const TERMINAL: &str = "error";

/// The variable that chooses another level.
const VARIABLE: &str = "PERFBOT_LOG";

/// Starts logging. `PERFBOT_LOG` chooses another level, in the usual form: `info`, `perfbot=debug`.
///
/// # Errors
/// It says nothing that can be understood.
pub fn start(level: Level) -> Result<(), UserError> {
    let usual = match level {
        Level::Running => RUNNING,
        Level::Tool if io::stderr().is_terminal() => TERMINAL,
        Level::Tool => PIPE,
    };
    let chosen = std::env::var(VARIABLE).ok().filter(|chosen| !chosen.trim().is_empty());
    let filter = chosen.map_or_else(|| Ok(EnvFilter::new(usual)), |chosen| filter(&chosen))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .init();
    Ok(())
}

/// What the variable chooses. A word by itself must be a level: taken for the name of a part, it would choose nothing.
fn filter(chosen: &str) -> Result<EnvFilter, UserError> {
    let is_level = |word: &str| word.parse::<LevelFilter>().is_ok();
    let known = chosen.split(',').map(str::trim).all(|part| part.contains(['=', '[']) || is_level(part));
    EnvFilter::try_new(chosen).ok().filter(|_| known).ok_or_else(|| {
        UserError(format!(
            "{VARIABLE}={chosen} chooses no level: use off, error, warn, info, debug or trace, or one for a part as in perfbot=debug"
        ))
    })
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// What a bot that runs on its own has to tell its host.
    Running,
    /// What went wrong only: a person or script waits for the output.
    Tool,
}
