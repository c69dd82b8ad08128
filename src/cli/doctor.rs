//! `perfbot doctor`: looks at settings, store, keys, models, Discord and clock, and says how to mend what is wrong.
//!
//! Here the facts are gathered; what they mean is decided in `findings`. Providers are asked nothing that costs money: only
//! whether they know a model, and with `--offline` not even that.

mod findings;
mod on_discord;
mod rebuild;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::findings::{
    Astray, Facts, Finding, KeyFact, KeyOnDisk, ModelFacts, Reach, SettingsFacts, StoreFacts, StoreState, findings,
    render, render_json,
};
use super::setup::{self, Purpose};
use super::{Ended, Global};
use crate::ai::provider::{Known, known};
use crate::ai::{ollama, simulated_models};
use crate::app::{Environment, keys};
use crate::config::{self, Address, Config, OLLAMA_HOST};
use crate::model::{ModelSpec, ProviderKind, Scope, Timestamp};
use crate::pricing::{PriceTable, ceiling};
use crate::store::{Access, Store, StoreOptions, Want, files_of, question};

/// How long a provider may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// Variables that lead connections over another machine.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Options of the check.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Open no connection.
    #[arg(long)]
    offline: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// First make all that is derived from the rows of the store anew (sums, histograms, lists).
    #[arg(long)]
    rebuild: bool,
}

/// Runs all checks and writes what they found to stdout.
pub async fn run(global: &Global, args: Args) -> anyhow::Result<Ended> {
    if args.rebuild {
        eprintln!("{}", rebuild::rebuild(&setup::config(global)?).await?);
    }
    let found = match setup::config(global) {
        Err(error) => vec![Finding::broken_settings(&error.to_string())],
        Ok(config) => findings(&gather(&config, global, &args).await),
    };
    let text = if args.json { render_json(&found)? } else { render(&found) };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(if found.iter().any(Finding::is_failure) { Ended::Badly } else { Ended::Well })
}

async fn gather(config: &Config, global: &Global, args: &Args) -> Facts {
    let environment = setup::environment();
    let now = setup::clock(global, config.bot.zone, Purpose::Look).now();
    let mut prices = PriceTable::builtin();
    config.models.iter().for_each(|model| prices.override_for(model));
    let keys = keys(&config.models, &environment);
    let models = config.models.iter().map(async |model| {
        let known = if args.offline { None } else { Some(known(&keys, model).await) };
        facts_of(model, &prices, &environment, now, known)
    });
    Facts {
        settings: SettingsFacts { file: config.file.clone(), variables: setting_variables() },
        store: store(config).await,
        models: join_all(models).await,
        astray: astray(config, &environment, args).await,
        allow_unpriced: config.limits.allow_unpriced,
        reach: reach(config, &environment, args).await,
        on_discord: on_discord::look(&config.discord, &environment, args).await,
        discord: config.discord.clone(),
        now,
        zone: config.bot.zone,
    }
}

fn setting_variables() -> usize {
    std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(config::is_setting)).count()
}

/// A default model that is none of those that Ollama has, or else of the simulated ones. Of those of the file it always is one.
async fn astray(config: &Config, environment: &Environment, args: &Args) -> Option<Astray> {
    let wanted = config.default_model.as_ref().filter(|_| config.models.is_empty() && !args.offline)?;
    let installed = ollama::installed(&config::ollama_url(environment(OLLAMA_HOST).as_deref())).await;
    let mut models: Vec<ModelSpec> = installed.iter().map(|id| config::ollama_model(id)).collect();
    if models.is_empty() {
        models = simulated_models();
    }
    let names: Vec<String> = models.iter().map(|model| model.name.to_string()).collect();
    (!names.iter().any(|name| name == wanted.as_str())).then(|| Astray { wanted: wanted.to_string(), names })
}

fn facts_of(
    model: &ModelSpec,
    prices: &PriceTable,
    environment: &Environment,
    now: Timestamp,
    known: Option<Known>,
) -> ModelFacts {
    let is_set = |name: &str| environment(name).is_some_and(|key| !key.trim().is_empty());
    let key = match &model.key_env {
        None => KeyFact::NotNeeded,
        Some(name) if is_set(name) => KeyFact::Set(name.clone()),
        Some(name) => KeyFact::Missing(name.clone()),
    };
    ModelFacts {
        name: model.name.to_string(),
        provider: model.provider.to_string(),
        id: model.id.clone(),
        key,
        known: known.filter(|_| model.kind != ProviderKind::Simulated),
        priced: prices.price_of(model, now).is_some_and(|price| ceiling(&price.rates, 1, 1).is_some()),
    }
}

async fn store(config: &Config) -> StoreFacts {
    let path = config.store.clone();
    let key_file = files_of(&path).key;
    let state = match path.try_exists() {
        Ok(false) => StoreState::Absent { folder_exists: folder_of(&path).is_dir() },
        _ => {
            opened(&path, StoreOptions { privacy: config.privacy, retention: config.retention, want: Want::Look }).await
        }
    };
    StoreFacts { key: key_on_disk(&key_file), key_file, path, state }
}

async fn opened(path: &Path, options: StoreOptions) -> StoreState {
    let store = match Store::open(path, options) {
        Ok(store) => store,
        Err(error) => return StoreState::Unusable(error.to_string()),
    };
    let stock = store.ask(question::Inventory).await.map_err(|error| error.to_string());
    let extent = store.ask(question::Extent { scope: Scope::All }).await;
    let read_only = match store.access() {
        Access::ReadWrite => None,
        Access::ReadOnly { reason } => Some(reason),
    };
    store.close().await;
    StoreState::Open { read_only, stock, calls_end: extent.ok().flatten().map(|window| window.to) }
}

/// The folder that holds a file.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The file with the key, as far as it shows without being opened; `None` if it is not there.
fn key_on_disk(file: &Path) -> Option<KeyOnDisk> {
    let metadata = std::fs::metadata(file).ok()?;
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    #[cfg(not(unix))]
    let mode = 0o600;
    Some(KeyOnDisk { mode, bytes: metadata.len() })
}

/// Which of the addresses of the models can be reached. Without models, the one where an Ollama would be.
async fn reach(config: &Config, environment: &Environment, args: &Args) -> Vec<(Address, Reach)> {
    let mut addresses: BTreeSet<Address> = config.models.iter().filter_map(config::address_of).collect();
    if config.models.is_empty() {
        let base_url = Some(config::ollama_url(environment(OLLAMA_HOST).as_deref()));
        addresses.extend(config::address_of(&ModelSpec { base_url, ..config::ollama_model("any") }));
    }
    let hindrance = if args.offline {
        Some("--offline")
    } else {
        PROXIES.into_iter().find(|name| environment(name).is_some_and(|proxy| !proxy.is_empty()))
    };
    let tried = addresses.into_iter().map(|address| async move {
        let reach = match hindrance {
            Some(hindrance) => Reach::NotTried(hindrance),
            None => connect(&address).await,
        };
        (address, reach)
    });
    join_all(tried).await
}

async fn connect(address: &Address) -> Reach {
    match timeout(PATIENCE, TcpStream::connect((address.host.as_str(), address.port))).await {
        Ok(Ok(_)) => Reach::Reached,
        Ok(Err(error)) => Reach::Failed(error.to_string()),
        Err(_) => Reach::Failed(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_that_listens_is_reached_and_one_that_does_not_is_not() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = Address { host: "127.0.0.1".into(), port: listener.local_addr().expect("bound").port() };
        assert_eq!(connect(&address).await, Reach::Reached);
        drop(listener);
        assert!(matches!(connect(&address).await, Reach::Failed(why) if why.contains("refused")));
    }

    #[tokio::test]
    async fn offline_and_behind_a_proxy_nothing_is_tried() {
        let model = "[[models]]\nname = \"a\"\nprovider = \"vllm\"\nid = \"a\"\nbase_url = \"http://127.0.0.1:9/\"";
        let config = Config::parse("config.toml", model, &config::Variables::new()).expect("this is right");
        let none: Environment = std::sync::Arc::new(|_| None);
        let proxy: Environment = std::sync::Arc::new(|name| (name == "HTTPS_PROXY").then(|| "http://proxy".into()));
        let address = Address { host: "127.0.0.1".into(), port: 9 };
        let offline = reach(&config, &none, &Args { offline: true, ..Args::default() }).await;
        assert_eq!(offline, [(address.clone(), Reach::NotTried("--offline"))]);
        assert_eq!(reach(&config, &proxy, &Args::default()).await, [(address, Reach::NotTried("HTTPS_PROXY"))]);
    }

    #[tokio::test]
    async fn without_models_an_ollama_is_looked_for_where_it_is_said_to_be() {
        let config = Config::parse("", "", &config::Variables::new()).expect("defaults are right");
        let set: Environment = std::sync::Arc::new(|name| (name == "OLLAMA_HOST").then(|| "10.0.0.7:8080".into()));
        let offline = Args { offline: true, ..Args::default() };
        let address = Address { host: "10.0.0.7".into(), port: 8080 };
        assert_eq!(reach(&config, &set, &offline).await, [(address, Reach::NotTried("--offline"))]);
    }

    #[tokio::test]
    async fn a_store_is_found_absent_unusable_or_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("calls.db");
        let mut config = Config::parse("", "", &config::Variables::new()).expect("defaults are right");
        config.store.clone_from(&path);
        assert!(matches!(store(&config).await.state, StoreState::Absent { folder_exists: true }));
        assert!(!path.exists() && !files_of(&path).key.exists());

        std::fs::write(&path, "this is a letter, not a store").expect("written");
        assert!(matches!(store(&config).await.state, StoreState::Unusable(_)));

        config.store = folder.path().join("new.db");
        Store::open(&config.store, StoreOptions::default()).expect("a new store").close().await;
        let facts = store(&config).await;
        assert_eq!(facts.key, Some(KeyOnDisk { mode: 0o600, bytes: 32 }));
        let StoreState::Open { read_only: None, stock: Ok(stock), calls_end: None } = facts.state else {
            panic!("{:?}", facts.state)
        };
        assert_eq!((stock.calls, stock.faults.len()), (0, 0));
    }
}
