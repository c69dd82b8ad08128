//! What every subcommand needs first: settings, clock, store.

use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;

use super::Global;
use crate::app::{App, Discovery, Environment, Plan, RunningClock, SystemClock};
use crate::commands::UserError;
use crate::config::Config;
use crate::model::{Clock, StandingClock};
use crate::store::{Access, Want};

/// What a subcommand is for: whether its clock runs, whether models are looked for, what it wants of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To talk, and to record what is said.
    Chat,
    /// To look at figures as of one moment.
    Look,
    /// To bring calls in.
    BringIn,
    /// To talk about made-up calls, of models that are known.
    Demonstrate,
}

impl Purpose {
    fn discovery(self) -> Discovery {
        if self == Self::Chat { Discovery::Look } else { Discovery::Skip }
    }

    fn is_talk(self) -> bool {
        matches!(self, Self::Chat | Self::Demonstrate)
    }

    fn want(self) -> Want {
        if self == Self::Look { Want::Look } else { Want::Write }
    }
}

/// The clock that the options ask for. `--now` starts the clock of who talks and stops all others.
pub fn clock(global: &Global, zone: Tz, purpose: Purpose) -> Arc<dyn Clock> {
    match global.now.map(|now| now.at(zone)) {
        None => Arc::new(SystemClock),
        Some(now) if purpose.is_talk() => Arc::new(RunningClock::starting_at(now)),
        Some(now) => Arc::new(StandingClock(now)),
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
pub async fn app(global: &Global, purpose: Purpose) -> anyhow::Result<App> {
    app_with(config(global)?, global, purpose).await
}

/// The whole program with these settings, ready to work.
pub async fn app_with(config: Config, global: &Global, purpose: Purpose) -> anyhow::Result<App> {
    if let Some(store) = global.db.as_deref().filter(|_| purpose == Purpose::Look) {
        refuse_missing(store)?;
    }
    App::build(Plan {
        clock: clock(global, config.bot.zone, purpose),
        config,
        environment: environment(),
        discovery: purpose.discovery(),
        want: purpose.want(),
    })
    .await
}

/// Refuses to look at a store that somebody named and that is not there: of nothing, everything would be 0. That a folder is
/// missing is said better by who opens the store.
fn refuse_missing(store: &Path) -> Result<(), UserError> {
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match store.try_exists() {
        Ok(false) if folder.is_dir() => Err(UserError(format!(
            "there is no store {}: correct --db, or make one by a chat or an import with it",
            store.display()
        ))),
        _ => Ok(()),
    }
}

/// Says on stderr what is not as the person may think: that nothing will be recorded, or that another model answers.
pub fn warn(app: &App) {
    if let Access::ReadOnly { reason } = app.services.store.access() {
        eprintln!("{}", crate::view::sentence(&reason));
    }
    let assistant = &app.services.assistant;
    if let (Some(wanted), Some(model)) = (assistant.catalogue().astray(), assistant.default_model()) {
        let answers = assistant.label(&model);
        eprintln!("There is no model {wanted} here, which `default_model` in [chat] names; {answers} answers.");
    }
}
