//! `!perf stats`: times, tokens, cost, waste and errors over a window.

use clap::Args;
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs};
use super::span::SpanArgs;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::stats::{self, StatsInput};
use crate::model::calendar;
use crate::store::question;
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
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// What the store said.
pub struct Facts {
    input: StatsInput,
    title: WindowTitle,
    attachment: Attachment,
}

/// The figures, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    stats: stats::Stats,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
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
        slash: "perf stats",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = StatsArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: StatsArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve(cx)?;
        let filter = args.filter.resolve(cx).await?;
        let title = span.title.narrowed(&filter::words(&filter, cx));
        let (store, scope, zone, now) = (&cx.services.store, cx.scope(), cx.services.zone, cx.now);
        let window = span.window;
        let spend = |window| question::Spend { window, scope: scope.clone(), filter: filter.clone() };
        let (overview, hours, today, this_week, this_month) = store
            .ask((
                question::Overview { window, scope: scope.clone(), filter: filter.clone() },
                question::ByHour { window, scope: scope.clone(), filter: filter.clone(), zone },
                spend(calendar::day_of(now, zone)),
                spend(calendar::week_of(now, zone)),
                spend(calendar::month_of(now, zone)),
            ))
            .await?;
        let hours = hours.hours_of_day();
        let input = StatsInput { window, overview, today, this_week, this_month, hours, zone };
        Ok(Facts { input, title, attachment: args.attachment.named("stats.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        Analyzed::report(Report { stats: stats::stats(facts.input), title: facts.title, attachment: facts.attachment })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::stats::blocks(&report.stats, frame));
        report.attachment.beside(blocks, report)
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{Typist, a_day, owner, owner_of};
    use crate::model::Role;

    #[tokio::test]
    async fn of_a_day() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf stats").await, @"
        📊 Performance Statistics (last 24h, n=39)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        Response Times:
                 Response  Model  First token
        Average      3.1s   3.1s        446ms
        Median       1.2s   1.2s        200ms
        P95          9.5s   9.5s        900ms
        P99             –      –            –
        n              37     37           37
        Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.

        Breakdown by Model:
                           Average  Share  Calls
        Swift (simulated)     1.0s    62%     24
        Deep (simulated)      7.0s    38%  13/15
        13/15: 13 of 15 calls make the average.

        Throughput (whole window):
        Calls per minute:      0.027
        Output tokens/second:  0.093 (n=38)

        Token Usage:
        Total:              32K tokens (n=38)
        Input:              24K tokens (n=38)
        Output:             8,000 tokens (n=38)
        From prompt cache:  18% of input

        Cost:
        Window:      $0.094 (n=31)
        Today:       none known
        This week:   $0.094 (n=31)
        This month:  $0.094 (n=31)
        Average:     $0.003/query (n=31)
        Priced:      82% of answers

        Waste (failed, back-off, cut, stopped):
        Time:  13.0s
        Cost:  $0.01

        Errors:
        All:         1 of 39 (2.6%)
        Rate limit:  1

        Busiest Hours (UTC):
        13:00–14:00:  20 calls
        14:00–15:00:  12 calls
        15:00–16:00:  7 calls

        Next: !perf slowest
        ");
    }

    #[tokio::test]
    async fn of_one_model_type_or_time() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf stats --model deep --type code").await, @r"
        📊 Performance Statistics (last 24h, Deep (simulated), code, n=8)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        Response Times:
                 Response  Model  First token
        Average      4.3s   4.3s        900ms
        Median       4.2s   4.2s        900ms
        P95             –      –            –
        P99             –      –            –
        n               6      6            6
        Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.

        Breakdown by Model:
                          Average  Share  Calls
        Deep (simulated)     4.3s   100%    6/8
        6/8: 6 of 8 calls make the average.

        Throughput (whole window):
        Calls per minute:      0.0056
        Output tokens/second:  0.032 (n=7)

        Token Usage:
        Total:              11.2K tokens (n=7)
        Input:              8,400 tokens (n=7)
        Output:             2,800 tokens (n=7)
        From prompt cache:  50% of input

        Cost:
        Window:      $0.07 (n=7)
        Today:       none known
        This week:   $0.07 (n=7)
        This month:  $0.07 (n=7)
        Average:     $0.01/query (n=7)
        Priced:      100% of answers

        Waste (failed, back-off, cut, stopped):
        Time:  13.0s
        Cost:  $0.01

        Errors:
        All:         1 of 8 (12%)
        Rate limit:  1

        Busiest Hours (UTC):
        14:00–15:00:  8 calls

        Next: !perf slowest
        ");
        insta::assert_snapshot!(owner.says("!perf stats —from 2026-11-20 —to “2026-11-20 14:00”").await, @"
        📊 Performance Statistics (2026-11-20 00:00 – 14:00 UTC, n=20)

        Response Times:
                 Response  Model  First token
        Average     990ms  990ms        200ms
        Median      980ms  980ms        200ms
        P95          1.2s   1.2s        200ms
        P99             –      –            –
        n              20     20           20
        Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.

        Breakdown by Model:
                           Average  Share  Calls
        Swift (simulated)    990ms   100%     20

        Throughput (whole window):
        Calls per minute:      0.024
        Output tokens/second:  0.04 (n=20)

        Token Usage:
        Total:   8,000 tokens (n=20)
        Input:   6,000 tokens (n=20)
        Output:  2,000 tokens (n=20)

        Cost:
        Window:      $0.02 (n=20)
        Today:       none known
        This week:   $0.094 (n=31)
        This month:  $0.094 (n=31)
        Average:     $0.001/query (n=20)
        Priced:      100% of answers

        Waste (failed, back-off, cut, stopped):
        Time:  none
        Cost:  none

        Errors:
        All:  0 of 20 (0%)

        Busiest Hours (UTC):
        13:00–14:00:  20 calls

        Next: !perf slowest
        ");
        insta::assert_snapshot!(owner.says("!perf stats --last 2h").await, @r"
        📊 Performance Statistics (last 2h, n=0)

        No calls in this window.

        Cost:
        Today:       none known
        This week:   $0.094 (n=31)
        This month:  $0.094 (n=31)

        Next: !perf stats --last 7d
        ");
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner_of(a_day()).await;
        insta::assert_snapshot!(owner.says("!perf stats --last soon").await, @r#""soon" is no length of time for --last: write 90m, 24h, 7d or 4w."#);
        insta::assert_snapshot!(owner.says("!perf stats --last 0h").await, @r#""0h" is no length of time for --last: write 90m, 24h, 7d or 4w."#);
        insta::assert_snapshot!(owner.says("!perf stats --to 2026-11-21").await, @"--to needs --from: say where the time begins.");
        insta::assert_snapshot!(owner.says("!perf stats --from 2026-11-21 --to 2026-11-20").await, @"The time ends (2026-11-20T00:00:00Z) before it begins (2026-11-21T00:00:00Z): swap --from and --to.");
        insta::assert_snapshot!(owner.says("!perf stats --from yesterday").await, @r#""yesterday" is no time for --from: write 2026-11-01, 2026-11-01T18:00 or RFC 3339."#);
        insta::assert_snapshot!(owner.says("!perf stats --to 9999-01-01 --from 2026-11-20").await, @r#""9999-01-01" is no time for --to: it lies in the year 9999, and years from 1970 to 2199 can be asked for."#);
        insta::assert_snapshot!(owner.says("!perf stats --last 7d --from 2026-11-20").await, @"--last cannot go with --from (!perf help stats shows how)");
        insta::assert_snapshot!(owner.says("!perf stats --model gpt").await, @r#"No calls of a model "gpt"; there are sim-swift, sim-deep."#);
        insta::assert_snapshot!(owner.says("!perf stats --model sim").await, @r#""sim" could be sim-swift, sim-deep: say more of the name."#);
        insta::assert_snapshot!(owner.says("!perf stats --type poem").await, @r#""poem" is no value for --type: use code, question, chat, reasoning, creative or other (!perf help stats shows how)"#);
        insta::assert_snapshot!(owner.says("!perf stats --lsat 7d").await, @"Unknown option --lsat; did you mean --last? (!perf help stats shows how)");
        insta::assert_snapshot!(owner.says("!perf stats sonnet").await, @r#""sonnet" is one word too many (!perf help stats shows how)"#);
    }

    #[tokio::test]
    async fn of_an_empty_store() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf stats").await, @r"
        📊 Performance Statistics (last 24h, n=0)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf stats --last 7d
        ");
        insta::assert_snapshot!(owner.says("!perf stats --last 30d").await, @r"
        📊 Performance Statistics (last 30d, n=0)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf help
        ");
        insta::assert_snapshot!(owner.says("!perf stats --model deep").await, @r"
        📊 Performance Statistics (last 24h, Deep (simulated), n=0)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf stats --last 7d
        ");
    }

    /// The calls counted for somebody somewhere.
    async fn n(typist: &Typist, options: &str) -> String {
        let reply = typist.says(&format!("!perf stats {options}")).await;
        let headline = reply.lines().next().unwrap();
        headline.rsplit_once("n=").map_or(headline, |(_, n)| n.trim_end_matches(')')).to_owned()
    }

    #[tokio::test]
    async fn everyone_sees_their_scope_and_no_other() {
        let owner = owner_of(a_day()).await;
        let [ann, bob] = ["ann", "bob"].map(|name| owner.other(name, Role::Member));
        let admin = owner.other("mo", Role::Admin);
        let (town, village) = (ann.in_guild("town", "general"), ann.in_guild("village", "general"));
        assert_eq!((n(&owner, "").await, n(&owner, "--user bob").await), ("39".into(), "15".into()));
        assert_eq!((n(&ann, "").await, n(&bob, "").await), ("24".into(), "15".into()));
        assert_eq!((n(&town, "").await, n(&town, "--user me").await), ("32".into(), "24".into()));
        assert_eq!(n(&village, "").await, "0");
        assert_eq!(n(&admin.in_guild("town", "general"), "--user bob").await, "8");
        assert_eq!(n(&owner.in_guild("town", "general"), "").await, "32");
        insta::assert_snapshot!(n(&town, "--user bob").await, @"Only admins may look at other people's calls: use --user me.");
        insta::assert_snapshot!(n(&bob, "--user ann").await, @"Only admins may look at other people's calls: use --user me.");
        insta::assert_snapshot!(n(&admin, "--user bob").await, @"In a direct message you see only your own calls: ask about bob in a channel of the server.");
    }
}
