//! `!perf stats`: times, tokens, cost, waste and errors over a window.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::FilterArgs;
use super::span::SpanArgs;
use super::spec::{Root, Spec, Takes, Who};
use crate::analysis::stats::{self, StatsInput};
use crate::model::{Filter, Scope, Tally, Window, calendar};
use crate::store::{Store, question};
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Stats;

/// Its arguments.
#[derive(Debug, Args)]
pub struct StatsArgs {
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

/// What the store said.
pub struct Facts {
    input: StatsInput,
    title: WindowTitle,
}

/// The figures, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    stats: stats::Stats,
    #[serde(skip)]
    title: WindowTitle,
}

impl Command for Stats {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "stats",
        summary: "Times, tokens, cost, waste and errors.",
        details: "Response time is what a person waited, model time what the model took of it. P95 is shown from 20 \
                  calls on, P99 from 100. Waste is time and money in failed attempts, waits between them, and cut or \
                  stopped answers.",
        examples: &["perf stats", "perf stats --last 7d", "perf stats --model haiku --type code"],
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = StatsArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: StatsArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve(cx)?;
        let filter = args.filter.resolve(cx).await?;
        let (store, scope, zone, now) = (&cx.services.store, cx.scope(), cx.services.zone, cx.now);
        let (window, cells) = (span.window, filter.clone());
        let hours = question::ByHour { window, scope: scope.clone(), filter: filter.clone(), zone };
        let input = StatsInput {
            window,
            groups: store.ask(question::Cells { window, scope: scope.clone(), filter: cells }).await?,
            today: spend(store, calendar::day_of(now, zone), &scope, &filter).await?,
            this_week: spend(store, calendar::week_of(now, zone), &scope, &filter).await?,
            this_month: spend(store, calendar::month_of(now, zone), &scope, &filter).await?,
            hours: store.ask(hours).await?,
            zone,
        };
        Ok(Facts { input, title: span.title })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        Analyzed::report(Report { stats: stats::stats(facts.input), title: facts.title })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        cx.framed(&report.title, |frame| view::stats::blocks(&report.stats, frame))
    }
}

async fn spend(store: &Store, window: Window, scope: &Scope, filter: &Filter) -> Result<Tally, Failure> {
    Ok(store.ask(question::Spend { window, scope: scope.clone(), filter: filter.clone() }).await?)
}
