//! `!perf bottlenecks`: what takes time or money without need, and what would be saved.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::span::{LAST_WEEK, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::advisor::Glimpse;
use crate::advisor::bottleneck::{self, AskedToday, Input};
use crate::model::calendar::{day_of, first_moment};
use crate::model::{
    Bottleneck, Call, CallId, DatedHour, Filter, ModelName, Rates, Reach, Readable, StoredCall, Timestamp, Window,
};
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

/// The most calls that are looked at one by one, and some.
const SAMPLE: u64 = 20_000;

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
        let (window, scope, filter) = (span.window, cx.scope(), Filter::default());
        let hours = question::DatedHours { window, scope: scope.clone(), filter: filter.clone(), zone: Tz::UTC };
        let cells = question::Cells { window, scope, filter };
        let (groups, hours, kept) =
            cx.services.store.ask((cells, hours, question::Bottlenecks { of: cx.reach() })).await?;
        let sample = cx.veiled(sample(window, &hours, cx).await?);
        let input = Input {
            window,
            zone: cx.services.zone,
            groups,
            models: models(&sample, cx),
            sample: sample.into_iter().map(|row| glimpsed(row, cx)).collect(),
            asked_today: asked_today(cx).await?,
            kept,
        };
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

/// Of each hour as large a share of its calls as of all, the last ones: what happens at one hour weighs what it should.
async fn sample(window: Window, hours: &[DatedHour], cx: &Context) -> Result<Vec<StoredCall>, Failure> {
    let calls: u64 = hours.iter().map(|hour| hour.brief.calls).sum();
    let share = (SAMPLE as f64 / calls.max(1) as f64).min(1.0);
    let recent = |hour: &DatedHour| {
        let time = u32::try_from(hour.hour).ok().and_then(|at| hour.date.and_hms_opt(at, 0, 0))?;
        let from = first_moment(time, Tz::UTC);
        let within = Window { from: from.max(window.from), to: from.plus(Timestamp::HOUR).min(window.to) };
        let limit = (hour.brief.calls as f64 * share).ceil() as u32;
        Some(question::Recent { window: within, scope: cx.scope(), filter: Filter::default(), limit })
    };
    let pieces = cx.services.store.ask(hours.iter().filter_map(recent).collect::<Vec<_>>()).await?;
    Ok(pieces.into_iter().flatten().collect())
}

/// A call, with what of it may be shown.
fn glimpsed(row: StoredCall, cx: &Context) -> (Call, Option<Glimpse>) {
    let shown = match &cx.readable {
        Readable::All => true,
        Readable::Channels(channels) => row.call.channel.as_ref().is_some_and(|channel| channels.contains(channel)),
    };
    (row.call, shown.then_some(Glimpse { id: row.id, preview: row.preview }))
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

/// What the models of some calls cost now, and whether they run on the hoster's own machine: those that are set up, and others by
/// what their providers call them.
fn models(sample: &[StoredCall], cx: &Context) -> BTreeMap<ModelName, (Option<Rates>, bool)> {
    let mut models = BTreeMap::new();
    for StoredCall { call, .. } in sample {
        if !models.contains_key(&call.model) {
            models.insert(call.model.clone(), offer(call, cx));
        }
    }
    models
}

fn offer(call: &Call, cx: &Context) -> (Option<Rates>, bool) {
    let assistant = &cx.services.assistant;
    let spec = assistant.catalogue().get(call.model.as_str()).cloned();
    if let Some(spec) = spec {
        return (assistant.rates(&spec, cx.now), spec.local);
    }
    let id = call.answered_by.as_ref().unwrap_or(&call.model).as_str();
    let own = call.provider.as_ref().and_then(|provider| assistant.prices().lookup(provider.as_str(), id, cx.now));
    let price = own.or_else(|| assistant.prices().lookup_any(call.model.as_str(), cx.now));
    (price.map(|price| (*price.rates).clone()), false)
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::{ErrorClass, Outcome};
    use crate::testing::call;

    #[tokio::test]
    async fn of_too_little_and_of_nothing() {
        insta::assert_snapshot!(owner().await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks Detected (last 7d, n=0)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf stats --last 30d
        ");
        insta::assert_snapshot!(owner_of([call("sim-swift").ms(900).tokens(10, 20)]).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks Detected (last 7d, n=1)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        Not enough data: 1 of 30 calls.

        Next: !perf stats --last 30d
        ");
        insta::assert_snapshot!(owner_of(a_day()).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks Detected (last 7d, n=39)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        No issue found: nothing that takes time or money without need stands out.

        Next: !perf slowest
        ");
    }

    #[tokio::test]
    async fn where_all_failed_and_where_all_is_free() {
        let failed = (0..40).map(|_| call("sim-swift").ms(900).outcome(Outcome::Error(ErrorClass::Server)));
        insta::assert_snapshot!(owner_of(failed).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks Detected (last 7d, n=40)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        None of the 40 calls ended ok: look at the errors first.

        Next: !perf stats --last 30d
        ");
        let free = (0..40).map(|n| call("phi").ms(900 + n).tokens(10 + n, 20 + n).cost_usd(0.0));
        insta::assert_snapshot!(owner_of(free).await.says("!perf bottlenecks").await, @"
        🔍 Performance Bottlenecks Detected (last 7d, n=40)
        Since 2026-11-14 12:00 UTC (full UTC hour).

        No issue found: nothing that takes time or money without need stands out.

        Next: !perf slowest
        ");
    }
}
