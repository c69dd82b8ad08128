//! Logs go to stderr: without content, without secrets.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// What is logged by a bot that runs on its own, by a tool that a script waits for, and where a person reads along.
const RUNNING: &str = "info,genai=warn,reqwest=warn,hyper=warn,rustls=warn";
const PIPE: &str = "warn";
const TERMINAL: &str = "error";

/// Starts logging. `PERFBOT_LOG` chooses another level, in the usual form: `info`, `perfbot=debug`.
pub fn start(level: Level) {
    let usual = match level {
        Level::Running => RUNNING,
        Level::Tool if io::stderr().is_terminal() => TERMINAL,
        Level::Tool => PIPE,
    };
    let filter = EnvFilter::try_from_env("PERFBOT_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// What a bot that runs on its own has to tell its host.
    Running,
    /// What went wrong only: a person or script waits for the output.
    Tool,
}
