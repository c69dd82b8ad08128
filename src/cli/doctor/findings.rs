//! What the facts mean: for each thing that was looked at, whether it is well, and how to mend it if not. Pure.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde::Serialize;

use super::on_discord::{self, OnDiscord};
use crate::ai::provider::Known;
use crate::config::{Address, DiscordSettings};
use crate::model::Timestamp;
use crate::store::KEY_BYTES;
use crate::store::question::Stock;

/// All that was looked at.
pub struct Facts {
    /// The settings, which could be read.
    pub settings: SettingsFacts,
    /// The store.
    pub store: StoreFacts,
    /// The models that are set up.
    pub models: Vec<ModelFacts>,
    /// The default model, if it is none of those that answer.
    pub astray: Option<Astray>,
    /// Whether models without a known price may be asked.
    pub allow_unpriced: bool,
    /// The addresses of the models; without models, the one where an Ollama would be.
    pub reach: Vec<(Address, Reach)>,
    /// What Discord says of the bot.
    pub on_discord: OnDiscord,
    /// Where and how it is to answer there.
    pub discord: DiscordSettings,
    /// What the clock shows.
    pub now: Timestamp,
    /// The zone of hours and days.
    pub zone: Tz,
}

/// Where the settings come from.
pub struct SettingsFacts {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// How many variables of the environment set something.
    pub variables: usize,
}

/// The store, as it was found.
pub struct StoreFacts {
    /// Its file.
    pub path: PathBuf,
    /// What came of opening it.
    pub state: StoreState,
    /// The file with the key of the prompt hashes.
    pub key_file: PathBuf,
    /// How that file was found; `None` if it was not there.
    pub key: Option<KeyOnDisk>,
    /// Copies of the file from before an update.
    pub copies: Vec<PathBuf>,
}

/// The file with the key of the prompt hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOnDisk {
    /// Who may do what with it, as `chmod` writes it.
    pub mode: u32,
    /// How large it is.
    pub bytes: u64,
}

/// What came of opening a store.
#[derive(Debug)]
pub enum StoreState {
    /// There is none yet.
    Absent {
        /// Whether the folder is there in which it would be made.
        folder_exists: bool,
    },
    /// It cannot be opened, for this reason.
    Unusable(String),
    /// It is open.
    Open {
        /// Why it cannot be written, if it cannot.
        read_only: Option<String>,
        /// What lies in it, or why it cannot be read.
        stock: Result<Stock, String>,
        /// Just behind its newest call.
        calls_end: Option<Timestamp>,
    },
}

/// A model that is set up.
pub struct ModelFacts {
    /// Its name in chat.
    pub name: String,
    /// Who serves it.
    pub provider: String,
    /// The provider's own name of it.
    pub id: String,
    /// Whether there is a key for it.
    pub key: KeyFact,
    /// What its provider says of it; `None` where nobody asked.
    pub known: Option<Known>,
    /// Whether its price is known.
    pub priced: bool,
}

/// Whether there is a key, by the variable that holds it.
pub enum KeyFact {
    /// None is needed.
    NotNeeded,
    /// This variable holds it.
    Set(String),
    /// This variable should hold it.
    Missing(String),
}

/// A default model that there is not.
pub struct Astray {
    /// What it is called.
    pub wanted: String,
    /// Those that there are, the one that answers first.
    pub names: Vec<String>,
}

/// Whether a connection could be opened.
#[derive(Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nobody tried, because of this option or variable.
    NotTried(&'static str),
    /// It could.
    Reached,
    /// It could not, for this reason.
    Failed(String),
}

/// How well something is, from well to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// All is well.
    Ok,
    /// It works, but not as it might.
    Warn,
    /// It does not work.
    Fail,
}

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How well it is.
    pub level: Level,
    /// What it is about.
    pub about: String,
    /// How it is.
    pub says: String,
    /// What to do about it; `None` where nothing is to be done.
    pub mend: Option<String>,
}

impl Finding {
    /// Settings that could not be read; the sentence says what would be right.
    pub fn broken_settings(sentence: &str) -> Self {
        Self::of(Level::Fail, "settings", sentence)
    }

    /// Whether something does not work.
    pub fn is_failure(&self) -> bool {
        self.level == Level::Fail
    }

    /// A finding with which nothing is to be done.
    pub fn of(level: Level, about: &str, says: impl Into<String>) -> Self {
        Self { level, about: about.into(), says: says.into(), mend: None }
    }

    /// The same with what to do about it.
    pub fn mend(self, how: impl Into<String>) -> Self {
        Self { mend: Some(how.into()), ..self }
    }
}

/// How far behind the newest call a clock may be before it is worth a word, in microseconds: five minutes.
const CLOCK_SLACK: i64 = 5 * 60 * 1_000_000;

/// The bits of a file's mode that let others than its owner do something.
const OTHERS: u32 = 0o077;

/// What the facts mean, in the order in which things are needed.
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut found = vec![settings(&facts.settings), store(&facts.store)];
    found.extend(key_file(&facts.store));
    found.extend(facts.store.copies.iter().map(|copy| one_copy(copy)));
    found.extend(facts.models.iter().map(|model| one_model(model, facts.allow_unpriced)));
    found.extend(all_models(facts));
    found.extend(facts.astray.as_ref().map(default_model));
    found.extend(facts.reach.iter().filter(|_| !facts.models.is_empty()).map(reach));
    found.push(on_discord::finding(&facts.on_discord, &facts.discord));
    found.push(clock(facts));
    found
}

fn settings(facts: &SettingsFacts) -> Finding {
    let file = match &facts.file {
        Some(file) => file.display().to_string(),
        None => "defaults (there is no config.toml)".into(),
    };
    let variables = match facts.variables {
        0 => String::new(),
        1 => ", and 1 variable of the environment".into(),
        n => format!(", and {n} variables of the environment"),
    };
    Finding::of(Level::Ok, "settings", file + &variables)
}

fn store(facts: &StoreFacts) -> Finding {
    let path = facts.path.display();
    let say = |level, says: String| Finding::of(level, "store", says);
    match &facts.state {
        StoreState::Absent { folder_exists: true } => {
            say(Level::Ok, format!("{path} is not there yet; the first start makes it"))
        }
        StoreState::Absent { folder_exists: false } => say(Level::Fail, format!("the folder of {path} is not there"))
            .mend("make it, or name another file with --db or `path` in [store]"),
        StoreState::Unusable(reason) => say(Level::Fail, reason.clone()),
        StoreState::Open { stock: Err(reason), .. } => say(Level::Fail, format!("{path} cannot be read: {reason}"))
            .mend("restore it from a copy, or name another file with --db"),
        StoreState::Open { stock: Ok(stock), .. } if !stock.faults.is_empty() => {
            say(Level::Fail, format!("{path} is damaged: {}", stock.faults.join("; ")))
                .mend("restore it from a copy, or save what can be read with `perfbot export`")
        }
        StoreState::Open { stock: Ok(stock), .. } if stock.unreadable_sums > 0 => {
            let sums = if stock.unreadable_sums == 1 { "1 sum" } else { &format!("{} sums", stock.unreadable_sums) };
            say(Level::Fail, format!("{path} is damaged: {sums} of calls cannot be read, the calls themselves can"))
                .mend("end perfbot where it is running, and have them made anew with `perfbot doctor --rebuild`")
        }
        StoreState::Open { stock: Ok(stock), read_only, .. } => {
            let holds =
                format!("{path} holds {} in {}, schema {}", calls(stock.calls), size(stock.bytes), stock.schema);
            match read_only {
                None => say(Level::Ok, holds),
                Some(reason) => say(Level::Warn, format!("{holds}, but can only be read: {reason}")),
            }
        }
    }
}

/// The key of the prompt hashes, once there is a store to which it belongs, or one that keeps a store from being made.
fn key_file(facts: &StoreFacts) -> Option<Finding> {
    let path = facts.key_file.display();
    let say = |level, says: String| Finding::of(level, "prompt key", says);
    match (&facts.state, facts.key) {
        // An empty one gets its key at the next start.
        (_, Some(KeyOnDisk { bytes, .. })) if bytes != KEY_BYTES && bytes > 0 => Some(
            say(
                Level::Fail,
                format!("{path} holds {bytes} bytes and should hold {KEY_BYTES}, so perfbot does not start"),
            )
            .mend("restore it from a copy; if there is none, delete it, and prompts asked before are not known again"),
        ),
        (StoreState::Open { .. }, None) => Some(say(
            Level::Warn,
            format!(
                "{path} is gone; the next start makes a new one, and prompts asked before are not known again unless a copy brings it back"
            ),
        )),
        (StoreState::Open { .. }, Some(KeyOnDisk { mode, .. })) if mode & OTHERS != 0 => {
            Some(say(Level::Warn, format!("others may use {path} (mode {mode:03o})")).mend(format!("chmod 600 {path}")))
        }
        (StoreState::Open { .. }, Some(_)) => Some(say(Level::Ok, format!("{path}, for its owner only"))),
        _ => None,
    }
}

/// A copy of the store, which takes room and holds what people may want erased.
fn one_copy(copy: &Path) -> Finding {
    let says =
        format!("{} is the store as it was before an update; it can be deleted once all is well", copy.display());
    Finding::of(Level::Ok, "copy", says)
}

/// One model, with the first thing that keeps it from answering.
fn one_model(model: &ModelFacts, allow_unpriced: bool) -> Finding {
    let about = format!("model {}", model.name);
    let who = format!("{} at {}", model.id, model.provider);
    let warn = |says: String| Finding::of(Level::Warn, &about, says);
    let key = match &model.key {
        KeyFact::Missing(variable) => {
            return warn(format!("{who} has no key")).mend(format!("put it into the environment: export {variable}=…"));
        }
        KeyFact::Set(variable) => format!("key in {variable}"),
        KeyFact::NotNeeded => "needs no key".into(),
    };
    let known = match (model.known, &model.key) {
        (Some(Known::KeyRefused), KeyFact::Set(variable)) => {
            return warn(format!("{} refuses the key in {variable}", model.provider))
                .mend("check the key, and the account behind it");
        }
        (Some(Known::KeyRefused), _) => {
            return warn(format!("{} wants a key", model.provider))
                .mend("name its variable in `key_env` of [[models]]");
        }
        (Some(Known::NoSuchModel), _) => {
            return warn(format!("{} has no model {}", model.provider, model.id))
                .mend("correct its `id` in [[models]]");
        }
        (Some(Known::Yes), _) => ", known there",
        (Some(Known::Unclear), _) => ", not confirmed there",
        (None, _) => "",
    };
    match (model.priced, allow_unpriced) {
        (true, _) => Finding::of(Level::Ok, &about, format!("{who}{known}, {key}, price known")),
        (false, true) => warn(format!("{who}{known}, {key}, but its price is not known, so no daily cap holds it"))
            .mend("give it a `price` in [[models]]"),
        (false, false) => warn(format!("{who} is not asked, since its price is not known"))
            .mend("give it a `price` in [[models]], or set allow_unpriced in [limits]"),
    }
}

fn default_model(astray: &Astray) -> Finding {
    let Astray { wanted, names } = astray;
    let answers = names.first().map(|name| format!(", so {name} answers")).unwrap_or_default();
    Finding::of(Level::Warn, "default model", format!("there is no model {wanted}{answers}"))
        .mend(format!("set `default_model` in [chat] to one of {}", names.join(", ")))
}

/// Whether any model can answer.
fn all_models(facts: &Facts) -> Option<Finding> {
    let has_key = |model: &ModelFacts| !matches!(model.key, KeyFact::Missing(_));
    let is_known = |model: &ModelFacts| !matches!(model.known, Some(Known::KeyRefused | Known::NoSuchModel));
    let usable = |model: &ModelFacts| has_key(model) && is_known(model) && (model.priced || facts.allow_unpriced);
    let ollama = facts.reach.iter().any(|(_, reach)| *reach == Reach::Reached);
    let more = "set a key such as ANTHROPIC_API_KEY or OPENAI_API_KEY, or start Ollama, for real ones";
    if facts.models.iter().any(usable) {
        None
    } else if !facts.models.is_empty() {
        Some(Finding::of(Level::Fail, "models", "none of them can answer").mend("mend one of the above"))
    } else if ollama {
        Some(Finding::of(Level::Ok, "models", "none is set up; those of the Ollama that runs here answer"))
    } else {
        Some(Finding::of(Level::Warn, "models", "none is set up; simulated ones answer").mend(more))
    }
}

fn reach((address, reach): &(Address, Reach)) -> Finding {
    let about = format!("{}:{}", address.host, address.port);
    match reach {
        Reach::Reached => Finding::of(Level::Ok, &about, "can be reached"),
        Reach::NotTried(because) => Finding::of(Level::Ok, &about, format!("was not tried ({because})")),
        Reach::Failed(reason) => Finding::of(Level::Warn, &about, format!("cannot be reached: {reason}"))
            .mend("check network and firewall, or `base_url` in [[models]]"),
    }
}

fn clock(facts: &Facts) -> Finding {
    let utc = facts.now.to_utc();
    let local = utc.with_timezone(&facts.zone).format("%Y-%m-%d %H:%M");
    let shows = format!("{local} in {} ({} UTC)", facts.zone, utc.format("%H:%M"));
    match &facts.store.state {
        StoreState::Open { calls_end: Some(end), .. } if *end > facts.now.plus(CLOCK_SLACK) => Finding::of(
            Level::Warn,
            "clock",
            format!("{shows}, but the newest call is of {}", end.to_utc().format("%F %R")),
        )
        .mend("set the clock if it is behind; if the calls are from a log, --now moves to their time"),
        _ => Finding::of(Level::Ok, "clock", shows),
    }
}

fn calls(n: u64) -> String {
    if n == 1 { "1 call".into() } else { format!("{n} calls") }
}

/// A size as people read it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// One line a finding, and one with the sums.
pub fn render(found: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let level = match finding.level {
            Level::Ok => "ok  ",
            Level::Warn => "warn",
            Level::Fail => "fail",
        };
        let mend = finding.mend.as_ref().map(|how| format!("; {how}")).unwrap_or_default();
        format!("{level}  {}: {}{mend}\n", finding.about, finding.says)
    };
    let lines: String = found.iter().map(line).collect();
    let n = |level| found.iter().filter(|finding| finding.level == level).count();
    format!("{lines}{} ok, {} warn, {} fail\n", n(Level::Ok), n(Level::Warn), n(Level::Fail))
}

/// The findings as one JSON object: `ok` tells whether nothing fails.
///
/// # Errors
/// None is known; text and lists can always be written.
pub fn render_json(found: &[Finding]) -> serde_json::Result<String> {
    let ok = !found.iter().any(Finding::is_failure);
    Ok(serde_json::to_string(&serde_json::json!({ "ok": ok, "findings": found }))? + "\n")
}

#[cfg(test)]
mod tests;
