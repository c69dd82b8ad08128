//! The composition root: builds the parts, hands them to each other, and stops them in order. No rules of the domain.

mod clock;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono_tz::Tz;
use secrecy::SecretString;
use tokio_util::task::AbortOnDropHandle;

use crate::ai::provider::KeyRing;
use crate::ai::{Assistant, Catalogue, Guard, Parts, Preferences, Providers, Simulated, ollama, simulated_models};
use crate::commands::{Services, UserError};
use crate::config::{self, Config, DiscordSettings, OLLAMA_HOST};
use crate::model::{Clock, LimitSettings, ModelSpec, NanoUsd, Timestamp, calendar};
use crate::pricing::PriceTable;
use crate::store::{Access, Change, Store, StoreOptions, Want, question};
use crate::view::{Fonts, Painter};

pub use clock::{RunningClock, SystemClock};

/// What the parts are built from.
pub struct Plan {
    /// The settings.
    pub config: Config,
    /// The environment, for keys.
    pub environment: Environment,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Whether to look for a running Ollama when no model is set up.
    pub discovery: Discovery,
    /// What is wanted of the store.
    pub want: Want,
}

/// Variables of the environment, by name.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Whether models are looked for beyond the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discovery {
    /// Ask a local Ollama what it has.
    Look,
    /// Take the settings as they are.
    Skip,
}

/// The running program.
pub struct App {
    /// What commands and chats work with.
    pub services: Services,
    /// Why the models are the ones they are.
    pub found: Found,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Where on Discord it answers, and how.
    pub discord: DiscordSettings,
    upkeep: Option<AbortOnDropHandle<()>>,
}

/// The name of the person who hosts the bot, unless the settings say otherwise.
const OWNER: &str = "owner";

/// The seed of the simulated models: the same question gets the same answer.
const SEED: u64 = 1;

/// How long the end waits for answers that are being stopped.
const PATIENCE: Duration = Duration::from_secs(4);

/// Where the models come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// From the settings or the keys in the environment.
    Configured,
    /// From a running Ollama.
    Ollama,
    /// There are none, so the simulated ones answer.
    Simulated,
}

impl App {
    /// Builds everything. Nothing listens or runs yet but the store's writer.
    pub async fn build(plan: Plan) -> anyhow::Result<Self> {
        let Plan { config, environment, clock, discovery, want } = plan;
        let store = open_store(&config, want)?;
        let (models, found) = models(&config, &environment, discovery).await;
        let keys = keys(&models, &environment);
        let mut prices = PriceTable::builtin();
        models.iter().for_each(|model| prices.override_for(model));
        let guard = guard(config.limits.clone(), config.bot.zone, &store, clock.now()).await?;
        let preferences = Preferences::new(store.ask(question::Preferences).await?);
        let services = Services {
            assistant: Assistant::new(Parts {
                catalogue: Catalogue::new(models, config.default_model.clone()),
                provider: Arc::new(Providers::new(keys.clone(), Simulated::new(SEED, config.simulated_pace))),
                keys,
                prices,
                answer: config.answer,
                context: config.context,
                monitor: config.chat.monitor,
                guard,
                preferences,
                recorder: store.recorder(),
                clock: Arc::clone(&clock),
                chance: fastrand::Rng::new(),
            }),
            store,
            zone: config.bot.zone,
            privacy: config.privacy,
            retention: config.retention,
            prefix: config.bot.prefix.into(),
            mention: format!("@{}", config.bot.name).into(),
            owner: config.bot.owner.unwrap_or_else(|| OWNER.into()),
            painter: Arc::new(Painter::new(Fonts::OfThisMachine)),
        };
        Ok(Self { services, found, clock, discord: config.discord, upkeep: None })
    }

    /// From now on takes out of the store what has been kept long enough, if this process may write to it.
    pub fn keep_tidy(&mut self) {
        if self.services.store.access() == Access::ReadWrite {
            self.upkeep = Some(AbortOnDropHandle::new(tokio::spawn(upkeep(&self.services, &self.clock))));
        }
    }

    /// Stops in order: answers first, each to its row, then the store, which writes all it has accepted. Answers that are
    /// still being written are cut.
    pub async fn close(self) {
        drop(self.upkeep);
        if !self.services.assistant.wind_down(Duration::ZERO, PATIENCE).await {
            tracing::warn!("an answer did not stop in time; it will be found as interrupted at the next start");
        }
        self.services.store.close().await;
    }
}

/// How often what has been kept long enough is taken out.
const UPKEEP: Duration = Duration::from_mins(10);

/// Takes out what has been kept long enough, again and again.
fn upkeep(services: &Services, clock: &Arc<dyn Clock>) -> impl Future<Output = ()> + use<> {
    let (store, clock) = (services.store.clone(), Arc::clone(clock));
    async move {
        loop {
            // Who looks at the store as of a day to come does not want to lose what will be old by then.
            let now = clock.now().min(SystemClock.now());
            if let Err(error) = store.apply(Change::Trim { now }).await {
                tracing::warn!(%error, "what has been kept long enough could not be taken out");
            }
            tokio::time::sleep(UPKEEP).await;
        }
    }
}

/// Opens the store. What is wrong with the file is the person's to mend.
fn open_store(config: &Config, want: Want) -> anyhow::Result<Store> {
    let options = StoreOptions { privacy: config.privacy, retention: config.retention, want };
    Store::open(&config.store, options).map_err(|error| UserError(error.to_string()).into())
}

/// The models that can be asked: those of the settings, else what a local Ollama has, else the simulated ones.
async fn models(config: &Config, environment: &Environment, discovery: Discovery) -> (Vec<ModelSpec>, Found) {
    if !config.models.is_empty() {
        return (config.models.clone(), Found::Configured);
    }
    let address = config::ollama_url(environment(OLLAMA_HOST).as_deref());
    let installed = match discovery {
        Discovery::Look => ollama::installed(&address).await,
        Discovery::Skip => Vec::new(),
    };
    let model = |name: &String| ModelSpec { base_url: Some(address.clone()), ..config::ollama_model(name) };
    match installed.is_empty() {
        false => (installed.iter().map(model).collect(), Found::Ollama),
        true => (simulated_models(), Found::Simulated),
    }
}

/// The keys of the models, from the environment.
pub fn keys(models: &[ModelSpec], environment: &Environment) -> KeyRing {
    let variables = models.iter().filter_map(|model| model.key_env.clone());
    variables.filter_map(|name| environment(&name).map(|key| (name, SecretString::from(key)))).collect()
}

/// The guard, knowing what the day has cost already.
async fn guard(limits: LimitSettings, zone: Tz, store: &Store, now: Timestamp) -> anyhow::Result<Guard> {
    let today = question::OwnSpend { window: calendar::day_of(now, zone) };
    let spent = store.ask(today).await.context("today's cost could not be read")?;
    Ok(Guard::new(limits, zone, store.access(), (now, NanoUsd(spent.sum))))
}
