//! `perfbot demo`: fills a store of its own with made-up traffic and opens the console on it.

mod fill;
mod place;

use std::io::{self, Write};

use chrono_tz::Tz;

use self::fill::{Filled, fill};
use self::place::Place;
use super::console::{self, Greeting};
use super::setup::{self, Purpose};
use super::signals::{CtrlC, asked_to_end};
use super::{Ended, Global};
use crate::ai;
use crate::app::App;
use crate::commands::UserError;
use crate::demo::{self, Plan, Traffic, truths};
use crate::model::{Scope, Timestamp};
use crate::store::{Access, question};
use crate::view::format;

/// Options of the demonstration.
#[derive(Debug, clap::Args)]
#[command(after_help = help())]
pub struct Args {
    /// How many calls; 10000000 makes a big store.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=MOST))]
    calls: u64,
    /// Where chance begins: the same seed gives the same traffic.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Nothing to find: days and weeks have their rhythm, all else stays as it is.
    #[arg(long)]
    plain: bool,
    /// Only fill the store, say where it is, and keep it.
    #[arg(long)]
    no_console: bool,
}

/// The most calls that are made at once.
const MOST: u64 = 100_000_000;

/// From so many calls on it takes a while, which is said first.
const LONG: u64 = 500_000;

fn help() -> String {
    format!(
        "\
The store is a file of its own: one that goes when you leave, or with --db a new one that stays. \
It holds {days} days up to now (or --now) of six simulated models: their names, times and prices are \
invented, and no AI is asked.

What is in the traffic to find (with --plain it is not):
{truths}
Weeks and days count from the start of the {days} days; the hours are those of the bot's zone.

Examples:
  perfbot demo                                         look around: !perf stats --last 30d
  echo '!perf slowest --last 30d' | perfbot demo
  perfbot demo --no-console --db demo.db --calls 1000000",
        days = demo::DAYS,
        truths = truths::in_words()
    )
}

/// Fills the store, and opens the console on it unless that is not wanted.
pub async fn run(global: &Global, args: Args) -> anyhow::Result<Ended> {
    let place = Place::choose(global.db.as_deref())?;
    let app = open(global, &place).await?;
    let plan = args.plan(app.clock.now(), app.services.zone);
    let filled = match fill_if_empty(&app, &place, plan).await {
        Ok(filled) if filled.calls == plan.calls => filled,
        ended => {
            app.close().await;
            eprintln!("{}", stopped(ended?, plan, &place));
            return Ok(Ended::Interrupted);
        }
    };
    if args.no_console {
        app.close().await;
        let filled = summary(&filled, &place);
        // It is kept, whether or not anybody still listens.
        let look = how_to_look(global.now.map(|now| now.at(plan.zone)), &place.keep());
        writeln!(io::stdout(), "{filled}\n{look}")?;
        return Ok(Ended::Well);
    }
    eprintln!("{}", summary(&filled, &place));
    let ended = console::talk(app, console::Args::default(), Greeting::Demo).await;
    place.leave()?;
    ended
}

async fn fill_if_empty(app: &App, place: &Place, plan: Plan) -> anyhow::Result<Filled> {
    refuse_unless_empty(app, place).await?;
    let asked_to_end = asked_to_end(CtrlC::Ends)?;
    if plan.calls >= LONG {
        let (path, calls) = (place.store().display(), format::count(plan.calls));
        eprintln!("Filling {path} with {calls} calls; Ctrl-C stops.");
    }
    fill(&app.services.store, plan, &asked_to_end).await
}

/// The program on the store of the demonstration, where only its own models answer, so that nothing is spent.
async fn open(global: &Global, place: &Place) -> anyhow::Result<App> {
    let mut config = setup::config(global)?;
    config.store = place.store().to_owned();
    (config.models, config.default_model) = (ai::demo_models(), None);
    setup::app_with(config, global, Purpose::Demonstrate).await
}

async fn refuse_unless_empty(app: &App, place: &Place) -> anyhow::Result<()> {
    let store = &app.services.store;
    if let Access::ReadOnly { reason } = store.access() {
        return Err(UserError(reason).into());
    }
    match store.ask(question::Extent { scope: Scope::All }).await? {
        None => Ok(()),
        Some(_) => {
            let path = place.store().display();
            Err(UserError(format!("{path} holds calls already, and a demonstration wants a store of its own: name a new file with --db, or none")).into())
        }
    }
}

impl Args {
    fn plan(&self, end: Timestamp, zone: Tz) -> Plan {
        let traffic = if self.plain { Traffic::Plain } else { Traffic::Planted };
        Plan { seed: self.seed, calls: self.calls, end, zone, traffic }
    }
}

/// What was done, in a sentence.
fn summary(filled: &Filled, place: &Place) -> String {
    let path = place.store();
    let rate = filled.calls as f64 / filled.took.as_secs_f64().max(1e-6);
    format!(
        "Filled {} with {} made-up calls of {} days in {:.1}s ({} calls/s, {:.1} MB).",
        path.display(),
        format::count(filled.calls),
        demo::DAYS,
        filled.took.as_secs_f64(),
        format::count(rate as u64),
        place::size(path) as f64 / 1e6,
    )
}

/// How far it came before it was asked to end.
fn stopped(filled: Filled, plan: Plan, place: &Place) -> String {
    let stay = if place.is_named() { format!("; they stay in {}", place.store().display()) } else { String::new() };
    format!("Stopped after {} of {} calls{stay}.", format::count(filled.calls), format::count(plan.calls))
}

/// How to go on, with the time that was asked for.
fn how_to_look(now: Option<Timestamp>, store: &std::path::Path) -> String {
    let now = now.map_or(String::new(), |now| format!(" --now {now}"));
    format!(
        "Look at it: perfbot perf --db {}{now} stats --last {}d\nWhat is in it to find: perfbot demo --help",
        store.display(),
        demo::DAYS
    )
}
