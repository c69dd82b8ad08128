//! `!perf slowest`: the slowest calls, what made each slow, and what they have in common.

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::FilterArgs;
use super::span::SpanArgs;
use super::spec::{Root, Spec, Takes, Who};
use crate::analysis::slowest::{self, SAMPLE_CAP, SlowestInput, SlowestReport, TAIL_CAP};
use crate::model::{Filter, ModelName, StoredCall, Window};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Slowest;

/// Its arguments.
#[derive(Debug, Args)]
pub struct SlowestArgs {
    /// How many to list, 1 to 50.
    #[arg(long, value_name = "5", default_value_t = 5, value_parser = top, hide_default_value = true)]
    top: u32,
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

/// What the store said.
pub struct Facts {
    input: SlowestInput,
    title: WindowTitle,
}

/// The slowest calls, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    slowest: SlowestReport,
    #[serde(skip)]
    title: WindowTitle,
}

impl Command for Slowest {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "slowest",
        summary: "The slowest calls, and what made them slow.",
        details: "The issue is the part that explains most of the time above the model's median. Prompts show as type \
                  and size only: their text is not stored. The host may have the first 80 characters kept with \
                  store_prompts = \"preview\" under [privacy] in config.toml.",
        examples: &["perf slowest", "perf slowest --top 10", "perf slowest --last 7d --model sonnet"],
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = SlowestArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: SlowestArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve(cx)?;
        let filter = args.filter.resolve(cx).await?;
        let (store, scope, window) = (&cx.services.store, cx.scope(), span.window);
        let slowest = question::Slowest {
            window,
            scope: scope.clone(),
            readable: cx.readable(),
            filter: filter.clone(),
            top: args.top.max(TAIL_CAP),
        };
        let slowest = cx.veiled(store.ask(slowest).await?);
        let sample = sample(&slowest, window, cx).await?;
        let groups = store.ask(question::Cells { window, scope, filter }).await?;
        let input = SlowestInput { window, groups, slowest, top: args.top as usize, sample };
        Ok(Facts { input, title: span.title })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        Analyzed::report(Report { slowest: slowest::slowest(facts.input), title: facts.title })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        cx.framed(&report.title, |frame| view::slowest::blocks(&report.slowest, frame))
    }
}

/// Recent calls of the models among the slowest, to hold them against.
async fn sample(slowest: &[StoredCall], window: Window, cx: &Context) -> Result<Vec<StoredCall>, Failure> {
    let models: BTreeSet<ModelName> = slowest.iter().map(|stored| stored.call.model.clone()).collect();
    let mut sample = Vec::new();
    for model in models {
        let filter = Filter { model: Some(model), ..Filter::default() };
        let recent = question::Recent { window, scope: cx.scope(), filter, limit: SAMPLE_CAP };
        sample.extend(cx.services.store.ask(recent).await?);
    }
    Ok(sample)
}

fn top(text: &str) -> Result<u32, String> {
    let top = text.trim().parse().ok().filter(|top| (1..=50).contains(top));
    top.ok_or_else(|| "it must be a whole number from 1 to 50".to_owned())
}
