//! `!perf bottlenecks`: what takes time or money without need, and what would be saved.

use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::sample::{glimpsed, sampled};
use super::span::{LAST_WEEK, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::advisor::bottleneck::{self, AskedToday, Input};
use crate::model::calendar::day_of;
use crate::model::{Bottleneck, CallId, Filter, Reach, Timestamp, Window};
use crate::store::{Change, question};
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Bottlenecks;

/// Its arguments.
#[derive(Debug, Args)]
pub struct BottlenecksArgs {
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: Input,
    title: WindowTitle,
    attachment: Attachment,
    keep: Option<Keep>,
}

/// For whom findings are written down, and as of when.
struct Keep {
    of: Reach,
    at: Timestamp,
}

/// What was found, and what to call its window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    found: bottleneck::Bottlenecks,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
}

impl Command for Bottlenecks {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "bottlenecks",
        summary: "What takes time or money without need.",
        details: "Looks at the last 7 days. What would be saved is worked out by replaying the logged calls, up to 20,000 of \
                  them; issues are ranked by what is surely saved, with the middle 80% in brackets. Issues are remembered, so \
                  that one that comes again says so.",
        examples: &["perf bottlenecks", "perf bottlenecks --last 30d"],
        slash: "perf bottlenecks",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = BottlenecksArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: BottlenecksArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve_or(LAST_WEEK, cx)?;
        let window = span.window;
        let kept = cx.services.store.ask(question::Bottlenecks { of: cx.reach() }).await?;
        let input = Input { asked_today: asked_today(cx).await?, kept, ..sampled(window, cx).await? };
        // Who only looks leaves no trace.
        let keep = cx.services.store.is_writing().then(|| Keep { of: cx.reach(), at: window.to.min(cx.now) });
        Ok(Facts { input, title: span.title, attachment: args.attachment.named("bottlenecks.csv"), keep })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, title, attachment, keep } = facts;
        let found = bottleneck::bottlenecks(input);
        let change = keep.filter(|_| !found.findings.is_empty()).map(|Keep { of, at }| Change::Detected {
            of,
            at,
            found: found.findings.iter().map(written).collect(),
        });
        Analyzed { report: Report { found, title, attachment }, change, then: Then::Reply }
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::bottlenecks::blocks(&report.found, frame));
        report.attachment.beside(blocks, report)
    }
}

/// A finding as it is kept.
fn written(finding: &bottleneck::Finding) -> Bottleneck {
    Bottleneck {
        issue: finding.issue.rule().as_str().to_owned(),
        subject: finding.issue.subject().to_owned(),
        impact_ms: finding.impact.ms_per_query,
        frequency_percent: finding.frequency.share * 100.0,
        recommendation: view::bottlenecks::recommendation(&finding.issue, &ToString::to_string),
    }
}

/// The prompt that was asked again most often today, if it may be shown.
async fn asked_today(cx: &Context) -> Result<Option<AskedToday>, Failure> {
    let window = Window { from: day_of(cx.now, cx.services.zone).from, to: cx.now };
    let (store, scope) = (&cx.services.store, cx.scope());
    let most = store.ask(question::MostRepeated { window, scope: scope.clone(), top: 1 }).await?;
    let Some(most) = most.first() else { return Ok(None) };
    let after = Some(CallId(most.last.0 - 1));
    let rows = question::Rows { window: Some(window), scope, filter: Filter::default(), after, limit: 1 };
    let last = cx.veiled(store.ask(rows).await?).into_iter().find(|row| row.id == most.last);
    let last = last.map(|row| glimpsed(row, cx)).and_then(|(call, glimpse)| Some((call, glimpse?)));
    Ok(last.map(|last| AskedToday { times: most.times, last }))
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::{ErrorClass, Outcome};
    use crate::testing::call;

    #[tokio::test]
    async fn of_too_little_and_of_nothing() {
        insta::assert_snapshot!(owner().await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks (last 7d, n=0)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf stats --last 30d
        ");
        insta::assert_snapshot!(owner_of([call("sim-swift").ms(900).tokens(10, 20)]).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks (last 7d, n=1)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        Not enough data: 1 of 30 calls.

        Next: !perf stats --last 30d
        ");
        insta::assert_snapshot!(owner_of(a_day()).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks (last 7d, n=39)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        No issue found: nothing that takes time or money without need stands out.

        Next: !perf slowest
        ");
    }

    #[tokio::test]
    async fn where_all_failed_and_where_all_is_free() {
        let failed = (0..40).map(|_| call("sim-swift").ms(900).outcome(Outcome::Error(ErrorClass::Server)));
        insta::assert_snapshot!(owner_of(failed).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks (last 7d, n=40)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        None of the 40 calls ended ok: look at the errors first.

        Next: !perf stats --last 30d
        ");
        let free = (0..40).map(|n| call("phi").ms(900 + n).tokens(10 + n, 20 + n).cost_usd(0.0));
        insta::assert_snapshot!(owner_of(free).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks (last 7d, n=40)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        No issue found: nothing that takes time or money without need stands out.

        Next: !perf slowest
        ");
    }
}
