//! `!perf model`: one model's speed, tokens, use, cost and quality.

use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs, seen_model};
use super::span::SpanArgs;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::model_report::{self, ModelInput, ModelReport};
use crate::model::{Filter, ModelName};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Model;

/// Its arguments.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// The model; part of its name is enough. Without it, the one that answers here.
    #[arg(value_name = "NAME", conflicts_with = "model")]
    name: Vec<String>,
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Draw how its response times are distributed.
    #[arg(long)]
    chart: bool,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: ModelInput,
    title: WindowTitle,
    chart: bool,
    attachment: Attachment,
}

/// The figures, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    model: ModelReport,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    chart: bool,
    #[serde(skip)]
    attachment: Attachment,
}

impl Command for Model {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "model",
        summary: "One model: speed, tokens, use, cost, quality.",
        details: "Spread is the coefficient of quartile variation of its response times, (Q3−Q1)/(Q3+Q1): low below \
                  0.10, medium below 0.25, else high.",
        examples: &["perf model sonnet", "perf model sonnet --last 7d", "perf model haiku --type code"],
        slash: "perf model",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = ModelArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: ModelArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve(cx)?;
        let filter = args.filter.resolve(cx).await?;
        let title = span.title.narrowed(&filter::words(&Filter { model: None, ..filter.clone() }, cx));
        let model = chosen(&args.name.join(" "), filter.model.as_ref(), cx).await?;
        let (store, scope, window, zone) = (&cx.services.store, cx.scope(), span.window, cx.services.zone);
        let filter = Filter { model: Some(model.clone()), ..filter };
        let hours = question::ByHour { window, scope: scope.clone(), filter: filter.clone(), zone };
        let (hours, groups) = store.ask((hours, question::Cells { window, scope, filter })).await?;
        let hours = hours.hours_of_day();
        Ok(Facts {
            input: ModelInput { model, window, groups, hours, zone },
            title,
            chart: args.chart,
            attachment: args.attachment.named("model.csv"),
        })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        Analyzed::report(Report {
            model: model_report::model_report(facts.input),
            title: facts.title,
            chart: facts.chart,
            attachment: facts.attachment,
        })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| {
            let chart = || view::model_report::distribution(&report.model, frame);
            view::with(view::model_report::blocks(&report.model, frame), report.chart.then(chart).flatten())
        });
        report.attachment.beside(blocks, report)
    }
}

/// The model that was named, or else the one that answers here.
async fn chosen(wanted: &str, filtered: Option<&ModelName>, cx: &Context) -> Result<ModelName, Failure> {
    if !wanted.is_empty() {
        return seen_model(wanted, cx).await;
    }
    let here = || cx.services.assistant.model_in_force(&cx.place, &cx.person.id);
    filtered
        .cloned()
        .or_else(here)
        .ok_or_else(|| Failure::user(format!("name a model: {}", cx.typed("perf model haiku"))))
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::Role;

    #[tokio::test]
    async fn of_a_day() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf model deep").await, @r"
        📊 Deep (simulated) Performance (last 24h, n=15)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        Speed (n=13):
        Average:            7.0s
        Median:             9.0s
        Fastest:            4.0s
        Slowest:            9.6s
        P95:                – (n=13 of 20)
        First token:        900ms median (n=13)
        Tokens per second:  65.3
        Variance:           – (n=13 of 20)
        Percentiles: nearest rank.

        Token Efficiency:
        Input/Output ratio:  3.0:1
        Average input:       1,200 tokens (n=14)
        Average output:      400 tokens (n=14)

        Use Patterns (UTC):
        Most used for:  Code generation (53%)
        Busiest hours:  14:00, 15:00

        Cost:
        Window:   $0.07 (n=7)
        Average:  $0.01/query (n=7)
        Daily:    $0.07
        Priced:   50% of answers

        Quality:
        User satisfaction:  – (not rated)
        Asked again:        0% (n=14)
        Provider retries:   6.7% (n=15)
        Error rate:         6.7% (n=15)
        Called low, medium or high from 20 calls on.

        Next: !perf slowest
        ");
    }

    #[tokio::test]
    async fn without_a_name_it_is_the_one_that_answers_here() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf model --last 2d").await, @r"
        📊 Swift (simulated) Performance (last 2d, n=24)
        Since 2026-11-19 12:00 UTC (full UTC hour).

        Speed (n=24):
        Average:            1.0s
        Median:             1.0s
        Fastest:            800ms
        Slowest:            1.3s
        P95:                1.2s
        First token:        200ms median (n=24)
        Tokens per second:  119
        Variance:           Medium (quartiles 0.12)
        Percentiles: nearest rank.

        Token Efficiency:
        Input/Output ratio:  3.0:1
        Average input:       300 tokens (n=24)
        Average output:      100 tokens (n=24)

        Use Patterns (UTC):
        Most used for:  Question (100%)
        Busiest hours:  13:00, 14:00

        Cost:
        Window:   $0.024 (n=24)
        Average:  $0.001/query (n=24)
        Daily:    $0.012
        Priced:   100% of answers

        Quality:
        User satisfaction:  4.7/5 (n=24)
        Asked again:        0% (low, n=24)
        Provider retries:   0% (low, n=24)
        Error rate:         0% (n=24)

        Next: !perf slowest
        ");
        insta::assert_snapshot!(owner.says("!perf model --model swift").await, @r"
        📊 Swift (simulated) Performance (last 24h, n=24)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        Speed (n=24):
        Average:            1.0s
        Median:             1.0s
        Fastest:            800ms
        Slowest:            1.3s
        P95:                1.2s
        First token:        200ms median (n=24)
        Tokens per second:  119
        Variance:           Medium (quartiles 0.12)
        Percentiles: nearest rank.

        Token Efficiency:
        Input/Output ratio:  3.0:1
        Average input:       300 tokens (n=24)
        Average output:      100 tokens (n=24)

        Use Patterns (UTC):
        Most used for:  Question (100%)
        Busiest hours:  13:00, 14:00

        Cost:
        Window:   $0.024 (n=24)
        Average:  $0.001/query (n=24)
        Daily:    $0.024
        Priced:   100% of answers

        Quality:
        User satisfaction:  4.7/5 (n=24)
        Asked again:        0% (low, n=24)
        Provider retries:   0% (low, n=24)
        Error rate:         0% (n=24)

        Next: !perf slowest
        ");
    }

    #[tokio::test]
    async fn with_a_chart_of_its_times() {
        let owner = owner_of(a_day()).await;
        let reply = owner.says("!perf model swift --last 2d --chart").await;
        let chart = &reply[reply.find("Response times").unwrap()..];
        insta::assert_snapshot!(chart, @"
        Response times of Swift (simulated) (last 2d, n=24)
        0.8s–0.85s  3  █████████████████████████████████████████████████
        0.85s–0.9s  2  ████████████████████████████████▋
        0.9s–0.95s  3  █████████████████████████████████████████████████
          0.95s–1s  2  ████████████████████████████████▋
          1s–1.05s  3  █████████████████████████████████████████████████  ← P50 1.0s
        1.05s–1.1s  2  ████████████████████████████████▋
        1.1s–1.15s  3  █████████████████████████████████████████████████
        1.15s–1.2s  2  ████████████████████████████████▋
        1.2s–1.25s  3  █████████████████████████████████████████████████  ← P95 1.2s
        1.25s–1.3s  1  ████████████████▍

        Next: !perf slowest
        ");
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf model gpt").await, @r#"No calls of a model "gpt"; there are sim-swift, sim-deep."#);
        insta::assert_snapshot!(owner.says("!perf model sim").await, @r#""sim" could be sim-swift, sim-deep: say more of the name."#);
        insta::assert_snapshot!(owner.says("!perf model deep --model swift").await, @"NAME cannot go with --model (!perf help model shows how)");
        insta::assert_snapshot!(owner.says("!perf model deep --last never").await, @r#""never" is no length of time for --last: write 90m, 24h, 7d or 4w."#);
    }

    #[tokio::test]
    async fn of_an_empty_store() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf model").await, @r"
        📊 Swift (simulated) Performance (last 24h, n=0)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        No calls of this model in this window.

        Next: !perf stats --last 7d
        ");
        insta::assert_snapshot!(owner.says("!perf model deep").await, @r"
        📊 Deep (simulated) Performance (last 24h, n=0)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        No calls of this model in this window.

        Next: !perf stats --last 7d
        ");
        insta::assert_snapshot!(owner.says("!perf model sonnet").await, @r#"No calls of a model "sonnet"."#);
    }

    #[tokio::test]
    async fn a_guild_sees_its_own_calls() {
        let owner = owner_of(a_day()).await;
        let ann = owner.other("ann", Role::Member);
        insta::assert_snapshot!(ann.in_guild("town", "general").says("!perf model deep").await, @r"
        📊 Deep (simulated) Performance (last 24h, n=8)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        Speed (n=6):
        Average:            4.3s
        Median:             4.2s
        Fastest:            4.0s
        Slowest:            4.7s
        P95:                – (n=6 of 20)
        First token:        900ms median (n=6)
        Tokens per second:  116
        Variance:           – (n=6 of 20)
        Percentiles: nearest rank.

        Token Efficiency:
        Input/Output ratio:  3.0:1
        Average input:       1,200 tokens (n=7)
        Average output:      400 tokens (n=7)

        Use Patterns (UTC):
        Most used for:  Code generation (100%)
        Busiest hours:  14:00

        Cost:
        Window:   $0.07 (n=7)
        Average:  $0.01/query (n=7)
        Daily:    $0.07
        Priced:   100% of answers

        Quality:
        User satisfaction:  – (not rated)
        Asked again:        0% (n=7)
        Provider retries:   12% (n=8)
        Error rate:         12% (n=8)
        Called low, medium or high from 20 calls on.

        Next: !perf slowest
        ");
        insta::assert_snapshot!(ann.says("!perf model deep").await, @r"
        📊 Deep (simulated) Performance (last 24h, n=0)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        No calls of this model in this window.

        Next: !perf stats --last 7d
        ");
    }
}
