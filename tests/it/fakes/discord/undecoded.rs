//! What serenity threw away: a payload that does not fit its model vanishes with a line at DEBUG level. The lines are
//! caught for the whole process and sorted by the fake that sent the payload, which marks all it sends.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::sync::watch;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Where serenity says such things, and how each line begins.
const LINES: [(&str, LevelFilter, &str); 3] = [
    ("serenity::client::dispatch", LevelFilter::DEBUG, "An unknown event was received"),
    ("serenity::gateway::ws", LevelFilter::WARN, "Err deserializing"),
    ("serenity::model::utils", LevelFilter::WARN, SKIPPED),
];

/// A channel of a server that serenity leaves out.
const SKIPPED: &str = "skipping guild channel";

type Watched = HashMap<String, (Vec<String>, watch::Sender<()>)>;

fn watched() -> &'static Mutex<Watched> {
    static WATCHED: OnceLock<Mutex<Watched>> = OnceLock::new();
    WATCHED.get_or_init(|| {
        let targets = LINES.map(|(target, level, _)| (target, level));
        let subscriber = tracing_subscriber::registry().with(Catch.with_filter(Targets::new().with_targets(targets)));
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens for the whole process");
        Mutex::default()
    })
}

/// Begins to sort lines for a fake, which is woken by each.
pub fn watch(mark: &str, wake: watch::Sender<()>) {
    let mut all = watched().lock().unwrap_or_else(PoisonError::into_inner);
    all.insert(mark.to_owned(), (Vec::new(), wake));
}

/// The lines about payloads of a fake, which are forgotten by it.
pub fn take(mark: &str) -> Vec<String> {
    let mut all = watched().lock().unwrap_or_else(PoisonError::into_inner);
    all.get_mut(mark).map(|(lines, _)| std::mem::take(lines)).unwrap_or_default()
}

/// The fake is gone.
pub fn forget(mark: &str) {
    watched().lock().unwrap_or_else(PoisonError::into_inner).remove(mark);
}

struct Catch;

impl<S: Subscriber> Layer<S> for Catch {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        if LINES.iter().any(|(.., begin)| words.0.starts_with(begin)) {
            keep(&words.0);
        }
    }
}

/// The message of an event.
struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

/// Lines that say nothing of their payload may concern anybody.
fn keep(line: &str) {
    let anybody = line.starts_with(SKIPPED);
    let mut all = watched().lock().unwrap_or_else(PoisonError::into_inner);
    for (mark, (lines, wake)) in all.iter_mut() {
        if anybody || line.contains(&format!("{mark:?}")) {
            lines.push(line.to_owned());
            wake.send_replace(());
        }
    }
}
