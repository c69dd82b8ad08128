//! What every subcommand needs first: settings, clock, store.

use std::sync::Arc;

use super::Global;
use crate::app::{App, Discovery, Environment, Plan, RunningClock, SystemClock};
use crate::commands::UserError;
use crate::config::Config;
use crate::model::{Clock, StandingClock};
use crate::store::Access;

/// What `--now` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// The clock stands there.
    Stands,
    /// It starts there and runs on.
    RunsOn,
}

/// The clock that the options ask for.
pub fn clock(global: &Global, time: Time) -> Arc<dyn Clock> {
    match (global.now, time) {
        (None, _) => Arc::new(SystemClock),
        (Some(now), Time::Stands) => Arc::new(StandingClock(now)),
        (Some(now), Time::RunsOn) => Arc::new(RunningClock::starting_at(now)),
    }
}

/// The environment of this process.
pub fn environment() -> Environment {
    Arc::new(|name| std::env::var(name).ok())
}

/// The settings, with what the options say instead.
pub fn config(global: &Global) -> anyhow::Result<Config> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut config =
        Config::load(global.config.as_deref(), &variables).map_err(|error| UserError(error.to_string()))?;
    if let Some(db) = &global.db {
        config.store.clone_from(db);
    }
    Ok(config)
}

/// The whole program, ready to work.
pub async fn app(global: &Global, time: Time, discovery: Discovery) -> anyhow::Result<App> {
    let config = config(global)?;
    App::build(Plan { config, environment: environment(), clock: clock(global, time), discovery }).await
}

/// Says on stderr that nothing will be recorded, if that is so.
pub fn warn_if_read_only(app: &App) {
    if let Access::ReadOnly { reason } = app.services.store.access() {
        eprintln!("{}", crate::view::sentence(&reason));
    }
}
