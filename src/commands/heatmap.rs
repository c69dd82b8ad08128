//! `!perf heatmap`: response times by hour of the day and day of the week.

use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs};
use super::span::{FOUR_WEEKS, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::heatmap::{self, HeatmapInput};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct Heatmap;

/// Its arguments.
#[derive(Debug, Args)]
pub struct HeatmapArgs {
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: HeatmapInput,
    title: WindowTitle,
    attachment: Attachment,
}

/// The figures, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    map: heatmap::Heatmap,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
}

impl Command for Heatmap {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "heatmap",
        summary: "Response times by hour of day and day of week.",
        details: "Looks at the last four weeks. The slowest and the fastest hour and day are marked only where they stand \
                  out from chance; what stands out of the week is said from 14 days with calls on.",
        examples: &["perf heatmap", "perf heatmap --last 8w --model haiku"],
        slash: "perf heatmap",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = HeatmapArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: HeatmapArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve_or(FOUR_WEEKS, cx)?;
        let filter = args.filter.resolve(cx).await?;
        let title = span.title.narrowed(&filter::words(&filter, cx));
        let (window, scope, zone) = (span.window, cx.scope(), cx.services.zone);
        let store = &cx.services.store;
        let (hours, times) = store
            .ask((
                question::DatedHours { window, scope: scope.clone(), filter: filter.clone(), zone },
                question::TimesByHour { window, scope: scope.clone(), filter: filter.clone(), zone },
            ))
            .await?;
        // Why it is slow takes longer to find out than when, and is asked only if it is.
        let groups = match heatmap::stands_out(&hours) {
            true => store.ask(question::HoursOfGroups { window, scope, filter, zone }).await?,
            false => Vec::new(),
        };
        let input = HeatmapInput { window, zone, hours, groups, times };
        Ok(Facts { input, title, attachment: args.attachment.named("heatmap.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, title, attachment } = facts;
        Analyzed::report(Report { map: heatmap::heatmap(&input), title, attachment })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::heatmap::blocks(&report.map, frame));
        report.attachment.beside(blocks, report)
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::{ErrorClass, Outcome, Role};
    use crate::testing::call;

    #[tokio::test]
    async fn of_a_day() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf heatmap").await, @"
        🔥 Performance Heatmap (last 4w, n=39)
        Since 2026-10-24 12:00 UTC (full UTC hour).

        By Hour of Day (UTC):
               Average   P95   n
        13:00    990ms  1.2s  20
        14:00     3.1s     –  10
        15:00     9.3s     –   7

        By Day of Week:
             Average   P95   n
        Fri     3.1s  9.5s  37
        Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.

        By Hour and Day:
            Mon  Tue  Wed  Thu  Fri  Sat  Sun
        13                      1.0
        14                      3.1
        15                      9.3
        Average seconds; blank below 5 calls.

        Mean response time by hour and day, UTC (last 4w)
             00    03    06    09    12    15    18    21
        Mon  · · · · · · · · · · · · · · · · · · · · · · · ·
        Tue  · · · · · · · · · · · · · · · · · · · · · · · ·
        Wed  · · · · · · · · · · · · · · · · · · · · · · · ·
        Thu  · · · · · · · · · · · · · · · · · · · · · · · ·
        Fri  · · · · · · · · · · · · · ░░▒▒██· · · · · · · ·
        Sat  · · · · · · · · · · · · · · · · · · · · · · · ·
        Sun  · · · · · · · · · · · · · · · · · · · · · · · ·
        ░ 1.0s  ▒ 3.1s  ▓ 5.1s  █ 7.2s – 9.3s
        · fewer than 5 calls

        Insight: – (not enough data: 1 of 14 days with 5 timed answers in some part of the day)

        Next: !perf history
        ");
        insta::assert_snapshot!(owner.says("!perf heatmap --model deep --last 24h").await, @"
        🔥 Performance Heatmap (last 24h, Deep (simulated), n=15)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        By Hour of Day (UTC):
               Average  P95  n
        14:00     4.3s    –  6
        15:00     9.3s    –  7

        By Day of Week:
             Average  P95   n
        Fri     7.0s    –  13
        Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.

        By Hour and Day:
            Mon  Tue  Wed  Thu  Fri  Sat  Sun
        14                      4.3
        15                      9.3
        Average seconds; blank below 5 calls.

        Mean response time by hour and day, UTC (last 24h, Deep (simulated))
             00    03    06    09    12    15    18    21
        Mon  · · · · · · · · · · · · · · · · · · · · · · · ·
        Tue  · · · · · · · · · · · · · · · · · · · · · · · ·
        Wed  · · · · · · · · · · · · · · · · · · · · · · · ·
        Thu  · · · · · · · · · · · · · · · · · · · · · · · ·
        Fri  · · · · · · · · · · · · · · ░░██· · · · · · · ·
        Sat  · · · · · · · · · · · · · · · · · · · · · · · ·
        Sun  · · · · · · · · · · · · · · · · · · · · · · · ·
        ░ 4.3s  ▒ 5.6s  ▓ 6.8s  █ 8.1s – 9.3s
        · fewer than 5 calls

        Insight: – (not enough data: 1 of 14 days with 5 timed answers in some part of the day)

        Next: !perf history
        ");
    }

    #[tokio::test]
    async fn of_nothing_and_of_failures() {
        let empty = owner().await;
        insta::assert_snapshot!(empty.says("!perf heatmap").await, @"
        🔥 Performance Heatmap (last 4w, n=0)
        Since 2026-10-24 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf stats --last 30d
        ");
        insta::assert_snapshot!(empty.says("!perf heatmap --from 2027-01-01 --to 2027-02-01").await, @"--from (2027-01-01T00:00:00Z) is still to come, since it is 2026-11-21T12:00:02Z now: name an earlier time.");
        let failed = owner_of([call("sim-deep").outcome(Outcome::Error(ErrorClass::Server))]).await;
        insta::assert_snapshot!(failed.says("!perf heatmap").await, @"
        🔥 Performance Heatmap (last 4w, n=1)
        Since 2026-10-24 12:00 UTC (full UTC hour).

        No call with a known time ended ok; calls are counted instead.

        Calls by Hour and Day (UTC):
            Mon  Tue  Wed  Thu  Fri  Sat  Sun
        12                        1

        Calls by hour and day, UTC (last 4w)
             00    03    06    09    12    15    18    21
        Mon  · · · · · · · · · · · · · · · · · · · · · · · ·
        Tue  · · · · · · · · · · · · · · · · · · · · · · · ·
        Wed  · · · · · · · · · · · · · · · · · · · · · · · ·
        Thu  · · · · · · · · · · · · · · · · · · · · · · · ·
        Fri  · · · · · · · · · · · · ▓▓· · · · · · · · · · ·
        Sat  · · · · · · · · · · · · · · · · · · · · · · · ·
        Sun  · · · · · · · · · · · · · · · · · · · · · · · ·
        ▓ 1
        · no calls

        Next: !perf stats
        ");
    }

    #[tokio::test]
    async fn one_call() {
        let owner = owner_of([call("sim-deep").ms(900)]).await;
        insta::assert_snapshot!(owner.says("!perf heatmap").await, @"
        🔥 Performance Heatmap (last 4w, n=1)
        Since 2026-10-24 12:00 UTC (full UTC hour).

        By Hour of Day (UTC):
               Average  P95  n
        12:00    900ms    –  1

        By Day of Week:
             Average  P95  n
        Fri    900ms    –  1
        Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.
        By hour and day: no hour of a weekday has 5 calls yet.

        Insight: – (not enough data: 0 of 14 days with 5 timed answers in some part of the day)

        Next: !perf history
        ");
    }

    #[tokio::test]
    async fn says_when_it_is_slow_and_why() {
        let calls = (0..28 * 8).flat_map(|n| {
            let date = chrono::NaiveDate::from_ymd_opt(2026, 10, 24).unwrap() + chrono::Days::new(n / 8);
            let hour = 10 + n % 8;
            let slow = chrono::Datelike::weekday(&date) == chrono::Weekday::Wed && hour >= 12;
            (0..if slow { 9 } else { 3 }).map(move |step| {
                let ms = if slow { 3_000 } else { 2_000 } + (n * 7 + step * 5) % 11 * 20;
                call("sim-deep").at(&format!("{date}T{hour}:{:02}:00Z", 5 * step)).ms(ms)
            })
        });
        let owner = owner_of(calls).await;
        let reply = owner.says("!perf heatmap").await;
        let lines: Vec<&str> =
            reply.lines().filter(|line| ["Insight", "Cause"].iter().any(|word| line.starts_with(word))).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        Insight: Wednesday afternoons are slowest (3.1s against 2.1s at other times: +48%, 4 of them)
        Cause: high query volume (3.00× the calls an hour of other times)
        ");
    }

    #[tokio::test]
    async fn members_see_their_own() {
        let ann = owner_of(a_day()).await.other("ann", Role::Member);
        let first = |reply: String| reply.lines().next().unwrap_or_default().to_owned();
        insta::assert_snapshot!(first(ann.says("!perf heatmap").await), @"🔥 Performance Heatmap (last 4w, n=24)");
        insta::assert_snapshot!(first(ann.in_guild("town", "ops").says("!perf heatmap").await), @"🔥 Performance Heatmap (last 4w, n=32)");
    }
}
