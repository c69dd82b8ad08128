//! `!perf slowest`: the slowest calls, what made each slow, and what they have in common.

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs};
use super::kept::rows_since;
use super::span::SpanArgs;
use super::spec::{Eyes, Root, Spec, Takes, Who};
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
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: SlowestInput,
    title: WindowTitle,
    attachment: Attachment,
}

/// The slowest calls, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    slowest: SlowestReport,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
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
        slash: "perf slowest",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = SlowestArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: SlowestArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve(cx)?;
        let filter = args.filter.resolve(cx).await?;
        let title = span.title.narrowed(&filter::words(&filter, cx));
        let (store, scope, window) = (&cx.services.store, cx.scope(), span.window);
        let slowest = question::Slowest {
            window,
            scope: scope.clone(),
            readable: cx.readable.clone(),
            filter: filter.clone(),
            top: args.top.max(TAIL_CAP),
        };
        let slowest = cx.veiled(store.ask(slowest).await?);
        let sample = sample(&slowest, window, cx).await?;
        let usual = Filter { model: filter.model.clone(), ..Filter::default() };
        let usual = store.ask(question::Cells { window, scope: scope.clone(), filter: usual }).await?;
        let groups = store.ask(question::Cells { window, scope, filter }).await?;
        let (rows_since, top) = (rows_since(window, cx).await?, args.top as usize);
        let input = SlowestInput { window, groups, usual, slowest, top, rows_since, sample };
        Ok(Facts { input, title, attachment: args.attachment.named("slowest.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        Analyzed::report(Report {
            slowest: slowest::slowest(facts.input),
            title: facts.title,
            attachment: facts.attachment,
        })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::slowest::blocks(&report.slowest, frame));
        report.attachment.beside(blocks, report)
    }
}

/// Recent calls of the models among the slowest, to hold them against, whoever asked and whatever was asked.
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

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_keeping, owner_of};
    use crate::model::{Role, StorePrompts};

    #[tokio::test]
    async fn of_a_day() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf slowest").await, @"
        🐌 Slowest Queries (last 24h, n=37)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        1. 9.6s – Complex reasoning
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 15:06 UTC, call 39
           Issue: Complex reasoning (about 300ms)
        2. 9.5s – Complex reasoning
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 15:05 UTC, call 38
           Issue: Complex reasoning (about 300ms)
        3. 9.4s – Complex reasoning
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 15:04 UTC, call 37
           Issue: Complex reasoning (about 300ms)
        4. 9.3s – Complex reasoning
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 15:03 UTC, call 36
           Issue: Complex reasoning (about 300ms)
        5. 9.2s – Complex reasoning
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 15:02 UTC, call 35
           Issue: Complex reasoning (about 300ms)

        Common Causes (slowest 5%, n=2):
        - Complex reasoning (100%)

        Next: !perf why 39
        ");
    }

    #[tokio::test]
    async fn of_one_type_the_type_is_still_the_issue() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf slowest --type reasoning --top 1").await, @"
        🐌 Slowest Queries (last 24h, reasoning, n=7)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        1. 9.6s – Complex reasoning
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 15:06 UTC, call 39
           Issue: Complex reasoning (about 300ms)

        Common Causes (slowest 5%, n=1):
        - Complex reasoning (100%)

        Next: !perf why 39
        ");
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf slowest --top 0").await, @r#""0" is no value for --top: it must be a whole number from 1 to 50 (!perf help slowest shows how)"#);
        insta::assert_snapshot!(owner.says("!perf slowest --top 51").await, @r#""51" is no value for --top: it must be a whole number from 1 to 50 (!perf help slowest shows how)"#);
        insta::assert_snapshot!(owner.says("!perf slowest --top").await, @"--top needs a value (!perf help slowest shows how)");
        insta::assert_snapshot!(owner.says("!perf slowest 10").await, @r#""10" is one word too many (!perf help slowest shows how)"#);
    }

    #[tokio::test]
    async fn of_an_empty_store() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf slowest").await, @r"
        🐌 Slowest Queries (last 24h, n=0)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        No call with a known time ended ok.

        Next: !perf stats --last 7d
        ");
    }

    #[tokio::test]
    async fn in_a_guild_only_what_the_channel_can_read_and_no_prompt() {
        let owner = owner_keeping(StorePrompts::Preview, a_day()).await;
        let bob = owner.other("bob", Role::Member);
        insta::assert_snapshot!(bob.says("!perf slowest --top 1").await, @r#"
        🐌 Slowest Queries (last 24h, n=13)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        1. 9.6s – "a reasoning prompt"
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 15:06 UTC, call 39
           Issue: Complex reasoning (about 300ms)

        Common Causes (slowest 5%, n=1):
        - Complex reasoning (100%)

        Next: !perf why 39
        "#);
        insta::assert_snapshot!(bob.in_guild("town", "ops").says("!perf slowest --top 1").await, @"
        🐌 Slowest Queries (last 24h, n=30)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        1. 4.7s – Code generation
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 14:27 UTC, call 32
           Issue: No single cause

        Common Causes (slowest 5%, n=2):
        - No single cause (100%)

        Next: !perf why 32
        ");
        insta::assert_snapshot!(bob.in_guild("town", "lobby").says("!perf slowest --top 1").await, @r"
        🐌 Slowest Queries (last 24h, n=30)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        Single calls are listed in their own channel only; none of these was asked here.

        Next: !perf stats
        ");
        insta::assert_snapshot!(owner.in_guild("town", "lobby").says("!perf slowest --top 1").await, @"
        🐌 Slowest Queries (last 24h, n=30)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        1. 4.7s – Code generation
           Model: Deep (simulated)
           Tokens: 1,200 input, 400 output
           When: 2026-11-20 14:27 UTC, call 32
           Issue: No single cause

        Common Causes (slowest 5%, n=2):
        - No single cause (100%)

        Next: !perf why 32
        ");
    }
}
