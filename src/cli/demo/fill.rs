//! Makes the traffic on one thread while the store takes it in on another.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::meter::Meter;
use crate::demo::{self, Plan};
use crate::model::LoggedCall;
use crate::store::{Change, ImportSession, Store};

/// Rows in one transaction. The store folds its cells after as many rows at the latest, and at the end of each transaction
/// that is not much shorter; folding costs the less a row, the more rows there are.
const BATCH: usize = 32_768;

/// Batches that wait for the store: making calls takes a tenth of what writing them does.
const AHEAD: usize = 1;

/// What was brought in.
pub struct Filled {
    /// How many calls.
    pub calls: u64,
    /// In what time.
    pub took: Duration,
}

/// Brings the calls of a plan into an empty store, until all are there or the program is asked to end.
///
/// # Errors
/// The store cannot be written. What was written of before stays.
pub async fn fill(store: &Store, plan: Plan, asked_to_end: &CancellationToken) -> anyhow::Result<Filled> {
    let (start, meter, session) = (Instant::now(), Meter::new(plan.calls), ImportSession::new());
    let mut batches = made(plan);
    let mut calls = 0;
    while let Some(batch) = batches.recv().await {
        if asked_to_end.is_cancelled() {
            break;
        }
        let change = Change::Import { calls: batch, session: session.clone() };
        calls += store.apply(change).await?.added;
        meter.show(calls, calls);
    }
    Ok(Filled { calls, took: start.elapsed() })
}

/// The calls of a plan in batches, made on a thread of their own. It ends when nobody wants more.
fn made(plan: Plan) -> mpsc::Receiver<Vec<LoggedCall>> {
    let (sender, batches) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut calls = demo::calls(&plan);
        loop {
            let batch: Vec<LoggedCall> = calls.by_ref().take(BATCH).collect();
            if batch.is_empty() || sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    batches
}
