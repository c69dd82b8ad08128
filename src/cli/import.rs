//! `perfbot import FILE`: brings in the calls of a log, as far as the store does not know them yet.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::meter::Meter;
use super::setup::{self, Purpose};
use super::signals::{CtrlC, asked_to_end};
use super::{Ended, Global};
use crate::app::App;
use crate::commands::UserError;
use crate::logs::{self, BadRow, Choice, Clock, Log, LogError, Mapping, Pace, ReadOptions};
use crate::model::{Call, LoggedCall, Moment, NanoUsd, PriceId, duration};
use crate::store::{Change, ImportSession, StoreError};
use crate::view;

/// Options of the import.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The log: CSV or JSONL, plain or gzip.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where fields come from; times may have a unit (s, ms, us), columns may be joined (model=provider+model).
    #[arg(long, value_name = "FIELD=COLUMN[:UNIT],…")]
    map: Vec<String>,
    /// Fields that are the same in every row, or where a mapped column is empty.
    #[arg(long, value_name = "FIELD=VALUE,…")]
    set: Vec<String>,
    /// The zone of times that name none, in the log and here.
    #[arg(long, value_name = "IANA", default_value = "UTC", value_parser = zone)]
    zone: Tz,
    /// The point from which times count, for logs that hold seconds from a start.
    #[arg(long, value_name = "TIME", conflicts_with = "start")]
    epoch: Option<Moment>,
    /// The time of the first row, for logs without times.
    #[arg(long, value_name = "TIME")]
    start: Option<Moment>,
    /// The time from one row to the next, with --start.
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = every)]
    every: i64,
    /// What kind of log it is: auto, perfbot, litellm, langfuse, burstgpt, or csv and jsonl for no known one.
    #[arg(long, value_name = "KIND", default_value = "auto", value_parser = Choice::from_word)]
    format: Choice,
    /// All or nothing: a single bad row, and none is added. The file is read twice.
    #[arg(long)]
    strict: bool,
}

const EXAMPLES: &str = "\
Fields: timestamp, provider, model, user, guild, channel, session, query_type, response_time, model_time, ttft,
queue_time, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, attempts, error,
cost, rating, prompt_hash. Times are in ms and costs in US dollars unless said otherwise.

Examples:
  perfbot import spend_logs.csv
  perfbot import calls.jsonl.gz --map timestamp=at,model=model,input_tokens=usage.prompt_tokens,response_time=took:s
  perfbot import trace.csv --map model=provider+model,response_time=e2e:s --start 2026-01-01T00:00:00Z --every 1m";

/// Why an import ended early.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The log, or what was said about it, is not usable. The person's to mend.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log broke off after some of it was brought in. The person's to mend.
    #[error("{error}; of what came before, {added} rows were added")]
    Broken {
        /// How.
        error: LogError,
        /// Rows added before that.
        added: u64,
    },
    /// Somebody wanted it to end.
    #[error("{}; import the file again, and only what is missing will be added", interrupted(*.0))]
    Interrupted(u64),
    /// Bad rows, with `--strict`. The person's to mend.
    #[error("nothing was added: {0} of the rows cannot be read, and --strict wants all of them")]
    Strict(u64),
    /// The store, or an output.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// How many rows of a batch were new, and how many were there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// New ones.
    pub added: u64,
    /// Known ones.
    pub known: u64,
    /// Ones from before the time of which single calls are kept.
    pub too_old: u64,
}

/// Why a pipe is not for `--strict`.
const ONCE: &str = "can be read only once, and --strict checks all rows before it adds one: write it to a file first";

/// Rows that go to the store at once.
const BATCH: usize = 1_000;
/// Bad rows that are named one by one.
const NAMED: usize = 20;

/// Brings the log into the store. It is opened first: of a log that cannot be read, no store is made.
pub async fn run(global: &Global, args: Args) -> anyhow::Result<Ended> {
    let log = prepare(&args, &mut io::stderr()).map_err(told)?;
    let app = setup::app(global, Purpose::BringIn).await?;
    let end = asked_to_end(CtrlC::Ends)?;
    let done = beside(log, &app, &end).await;
    app.close().await;
    match done {
        Ok(()) => Ok(Ended::Well),
        Err(ended @ ImportError::Interrupted(_)) => {
            eprintln!("{}", view::sentence(&ended.to_string()));
            Ok(Ended::Interrupted)
        }
        Err(error) => Err(told(error)),
    }
}

/// Imports on a thread of its own, since reading may block for as long as a pipe is silent, and nobody must wait for that
/// who asked for the end.
async fn beside(log: Log, app: &App, end: &CancellationToken) -> Result<(), ImportError> {
    let (store, session) = (app.services.store.clone(), ImportSession::new());
    // Held while a batch is on its way to the store.
    let added = Arc::new(Mutex::new(0));
    let (assistant, so_far, runtime) = (app.services.assistant.clone(), Arc::clone(&added), Handle::current());
    let mut work = tokio::task::spawn_blocking(move || {
        let price = |call: &Call| logs::price_of(assistant.prices(), call);
        let put = async |calls| {
            let mut so_far = so_far.lock().await;
            let change = Change::Import { calls, session: session.clone() };
            let done = store.apply(change).await.map_err(mendable)?;
            *so_far += done.added;
            Ok(Added { added: done.added, known: done.known, too_old: done.too_old })
        };
        runtime.block_on(import(log, price, put, &mut io::stdout(), &mut io::stderr()))
    });
    let last_batch = async {
        end.cancelled().await;
        added.lock().await
    };
    tokio::select! {
        done = &mut work => done.unwrap_or_else(|error| Err(ImportError::Failed(error.into()))),
        added = last_batch => {
            let rows = *added;
            // Never let go of, so that no further batch goes to the store.
            std::mem::forget(added);
            Err(ImportError::Interrupted(rows))
        }
    }
}

/// An error as the program ends with it.
fn told(error: ImportError) -> anyhow::Error {
    match error {
        ImportError::Failed(error) => error,
        mistake => UserError(mistake.to_string()).into(),
    }
}

fn interrupted(added: u64) -> String {
    match added {
        0 => "interrupted before a row was added".into(),
        1 => "interrupted; 1 row was added".into(),
        rows => format!("interrupted; {rows} rows were added"),
    }
}

/// That another process writes is the person's to mend; everything else is ours.
fn mendable(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::ReadOnly { reason } => UserError(reason.to_string()).into(),
        other => other.into(),
    }
}

/// Opens the log and says what is to be known about it. With `--strict`, all of its rows are read first.
///
/// # Errors
/// See [`ImportError`].
pub fn prepare(args: &Args, err: &mut dyn Write) -> Result<Log, ImportError> {
    let options = args.options()?;
    if args.strict {
        // A missing file is named as such when it is opened.
        if args.file.exists() && !args.file.is_file() {
            return Err(LogError::Option(format!("the path {} {ONCE}", args.file.display())).into());
        }
        let bad = check(logs::open(&args.file, &options)?)?;
        bad.tell(err)?;
        if bad.count > 0 {
            return Err(ImportError::Strict(bad.count));
        }
    }
    let log = logs::open(&args.file, &options)?;
    if let Some(notice) = log.notice() {
        say(err, format_args!("{}: {notice}", args.file.display()))?;
    }
    Ok(log)
}

/// Hands the calls of a log to `put`, a batch at a time; the last line on `out` says what it came to.
///
/// # Errors
/// See [`ImportError`]. The batches of a large log are separate transactions: what was added of an import that was
/// interrupted is known when it is run again.
pub async fn import(
    mut log: Log,
    price: impl Fn(&Call) -> Option<(PriceId, NanoUsd)>,
    put: impl AsyncFnMut(Vec<LoggedCall>) -> anyhow::Result<Added>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), ImportError> {
    let (total, bad) = bring_in(&mut log, price, put).await?;
    if log.left_out() > 0 {
        let rows = if log.left_out() == 1 { "row that is no call" } else { "rows that are no calls" };
        say(err, format_args!("left out {} {rows}", log.left_out()))?;
    }
    match total.too_old {
        0 => {}
        1 => say(err, format_args!("1 row is older than the calls this store keeps, and was not added"))?,
        rows => say(err, format_args!("{rows} rows are older than the calls this store keeps, and were not added"))?,
    }
    bad.tell(err)?;
    say(out, format_args!("added {}, known {}, bad {}", total.added, total.known, bad.count))
}

async fn bring_in(
    log: &mut Log,
    price: impl Fn(&Call) -> Option<(PriceId, NanoUsd)>,
    mut put: impl AsyncFnMut(Vec<LoggedCall>) -> anyhow::Result<Added>,
) -> Result<(Added, BadRows), ImportError> {
    let meter = Meter::new(log.progress().total);
    let (mut total, mut bad) = (Added::default(), BadRows::default());
    loop {
        let (batch, broken) = next_batch(log, &price, &mut bad);
        let ended = batch.is_empty();
        if !ended {
            let Added { added, known, too_old } = put(batch).await?;
            total.added += added;
            total.known += known;
            total.too_old += too_old;
            meter.show(log.progress().read(), total.added + total.known + total.too_old + bad.count);
        }
        match broken {
            Some(error) => return Err(ImportError::Broken { error, added: total.added }),
            None if ended => return Ok((total, bad)),
            None => {}
        }
    }
}

/// The next calls, and what ended them if it was not the file's end. Empty only there.
fn next_batch(
    log: &mut Log,
    price: impl Fn(&Call) -> Option<(PriceId, NanoUsd)>,
    bad: &mut BadRows,
) -> (Vec<LoggedCall>, Option<LogError>) {
    let final_costs = log.has_final_costs();
    let mut batch = Vec::with_capacity(BATCH);
    while batch.len() < BATCH {
        match log.next() {
            None => break,
            Some(Err(error)) => return (batch, Some(error)),
            Some(Ok(Err(row))) => bad.add(row),
            Some(Ok(Ok(mut logged))) => {
                if !final_costs {
                    logs::fill_cost(&mut logged.call, &price);
                }
                batch.push(logged);
            }
        }
    }
    (batch, None)
}

fn check(log: Log) -> Result<BadRows, LogError> {
    let mut bad = BadRows::default();
    for row in log {
        if let Err(row) = row? {
            bad.add(row);
        }
    }
    Ok(bad)
}

/// The bad rows of a log: all are counted, the first are kept.
#[derive(Default)]
struct BadRows {
    count: u64,
    first: Vec<BadRow>,
}

impl BadRows {
    fn add(&mut self, row: BadRow) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(row);
        }
    }

    fn tell(&self, err: &mut dyn Write) -> Result<(), ImportError> {
        for BadRow { line, reason } in &self.first {
            say(err, format_args!("line {line}: {reason}"))?;
        }
        match self.count - self.first.len() as u64 {
            0 => Ok(()),
            more => say(err, format_args!("… and {more} more")),
        }
    }
}

fn say(to: &mut dyn Write, line: std::fmt::Arguments<'_>) -> Result<(), ImportError> {
    writeln!(to, "{line}").map_err(|error| ImportError::Failed(error.into()))
}

impl Args {
    fn options(&self) -> Result<ReadOptions, LogError> {
        Ok(ReadOptions {
            mapping: Mapping::parse(&self.map, &self.set)?,
            clock: Clock { zone: self.zone, epoch: self.epoch.map(|epoch| epoch.at(self.zone)) },
            pace: self.start.map(|start| Pace { start: start.at(self.zone), every: self.every }),
            format: self.format,
        })
    }
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let near = logs::did_you_mean(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        format!("names are like Europe/Berlin{near}")
    })
}

/// A length of time in microseconds.
fn every(text: &str) -> Result<i64, String> {
    let length = duration::parse(text).and_then(|length| i64::try_from(length.as_micros()).ok());
    length
        .filter(|length| *length > 0)
        .ok_or_else(|| "it should be a length of time like 500ms, 30s, 1m, 2h, 1d".into())
}

#[cfg(test)]
mod tests;
