//! `!perf history`: how figures went by day, week or month, whether there is a trend, and what happened meanwhile.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::attachment::{Attachment, AttachmentArgs};
use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::filter::{self, FilterArgs};
use super::span::{LAST_MONTH, SpanArgs};
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::analysis::history::{self, Day, HistoryInput, Period};
use crate::model::{Timestamp, Window};
use crate::store::question;
use crate::view::{self, Block, WindowTitle};

/// The command.
pub struct History;

/// Its arguments.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// By day, week or month; by week, if left out.
    #[arg(long, value_name = "week", ignore_case = true)]
    by: Option<By>,
    #[command(flatten)]
    span: SpanArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    attachment: AttachmentArgs,
}

/// By what a history goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Days of the calendar.
    Day,
    /// Seven days each, back from the end.
    Week,
    /// Months of the calendar.
    Month,
}

/// What the store said.
pub struct Facts {
    input: HistoryInput,
    title: WindowTitle,
    attachment: Attachment,
}

/// The figures, and what to call their window.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    history: history::History,
    #[serde(skip)]
    title: WindowTitle,
    #[serde(skip)]
    attachment: Attachment,
}

/// The most days that are looked at, one by one.
const DAYS: u64 = 1_100;

impl Command for History {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "history",
        summary: "Figures over time, trend, and what happened.",
        details: "Looks at the last 30 days by week; a week is seven days, counted back from now. A change is marked only \
                  where it is more than chance; a trend is claimed from 14 days on.",
        examples: &["perf history", "perf history --last 14d --by day", "perf history --last 180d --by month"],
        slash: "perf history",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = HistoryArgs;
    type Facts = Facts;
    type Report = Report;

    async fn load(args: HistoryArgs, cx: &Context) -> Result<Facts, Failure> {
        let span = args.span.resolve_or(LAST_MONTH, cx)?;
        let (window, scope, zone) = (span.window, cx.scope(), cx.services.zone);
        let filter = args.filter.resolve(cx).await?;
        let title = span.title.narrowed(&filter::words(&filter, cx));
        let days = window.length().0 / Timestamp::DAY as u64;
        if days > DAYS {
            return Err(Failure::user(format!("a history looks at {DAYS} days at the most, and these are {days}")));
        }
        let by = args.by.map_or(Period::Week, By::period);
        let (cuts, days) = (history::periods(window, by, zone), window.split(Timestamp::DAY));
        let stretches = |windows| question::Stretches { windows, scope: scope.clone(), filter: filter.clone() };
        let of_cuts: Vec<Window> = cuts.iter().map(|cut| cut.window).collect();
        let store = &cx.services.store;
        let (of_periods, of_days) = store.ask((stretches(of_cuts), stretches(days.clone()))).await?;
        let events = store.ask(question::Events { window, scope: scope.clone() }).await?;
        let periods = cuts.into_iter().zip(of_periods).collect();
        let days = days.into_iter().zip(of_days).map(|(window, groups)| Day { window, groups }).collect();
        let input = HistoryInput { window, by, zone, periods, days, events };
        Ok(Facts { input, title, attachment: args.attachment.named("history.csv") })
    }

    fn analyze(facts: Facts) -> Analyzed<Report> {
        let Facts { input, title, attachment } = facts;
        Analyzed::report(Report { history: history::history(input), title, attachment })
    }

    fn render(report: &Report, cx: &Context) -> Vec<Block> {
        let blocks = cx.framed(&report.title, |frame| view::history::blocks(&report.history, frame));
        report.attachment.beside(blocks, report)
    }
}

impl By {
    fn period(self) -> Period {
        match self {
            Self::Day => Period::Day,
            Self::Week => Period::Week,
            Self::Month => Period::Month,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner, owner_of};
    use crate::model::{ErrorClass, Outcome, QueryType, Role};
    use crate::testing::{CallBuilder, call};

    /// Four weeks of two models, six calls a day each; from the third week on responses take half as long again.
    fn four_weeks() -> Vec<CallBuilder> {
        let of_day = |day: usize| {
            (0..12).map(move |n| {
                let at = chrono::NaiveDate::from_ymd_opt(2026, 10, 24).unwrap() + chrono::Days::new(day as u64);
                let (model, ms) = if n % 2 == 0 { ("sim-swift", 1_000) } else { ("sim-deep", 3_000) };
                let ms = ms + ms * ((day * 12 + n) as u64 * 7 % 13) / 40;
                let ms = if day < 14 { ms } else { ms * 3 / 2 };
                let call =
                    call(model).at(&format!("{at}T{:02}:30:00Z", 2 * n)).guild("town").channel("general").user("ann");
                let call = call.query_type(QueryType::Question).ms(ms).tokens(1_000, 200).cost_usd(0.01);
                let failed = (day * 12 + n) % 40 == 7;
                if failed {
                    call.outcome(Outcome::Error(ErrorClass::Server))
                } else {
                    call.cache_read(100 + 10 * day as u64)
                }
            })
        };
        (0..28).flat_map(of_day).collect()
    }

    #[tokio::test]
    async fn of_four_weeks() {
        let owner = owner_of(four_weeks()).await;
        insta::assert_snapshot!(owner.says("!perf history").await, @"
        📈 Performance Trend (last 30d, n=336)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Response Time:
                Average   P95   Change  Calls
        Week 1     2.3s  3.8s              84
        Week 2     2.3s  3.9s    +3.1%     84
        Week 3     3.4s  5.8s  ⚠️ +46%     84
        Week 4     3.4s  5.8s    -0.1%     78
        Week 1 began 2026-10-24 12:00 UTC; each has 7 days. ⚠️ and ✅ mark changes beyond chance.

        Trend: no clear trend (-1.7% to +29% a week, 28 days)
        Level changed: +51% since 2026-11-07

        Response times by UTC day (last 30d)
        Median response time  ▅▆▆▅▆▅▆▅▆▅▆▅▆▅██████▇█▇█▇█▇█·  max 1.9s
                              Oct 24    Nov 3     Nov 13

        Token Usage:
                Tokens  Change
        Week 1   97.2K
        Week 2   98.4K   +1.2%
        Week 3   98.4K      0%
        Week 4   91.2K   -7.3%

        No clear growth (0% to 0% a week)
        Current: 14.1K tokens/day

        Cost:
                 Cost  Change   n
        Week 1  $0.84          84
        Week 2  $0.84      0%  84
        Week 3  $0.84      0%  84
        Week 4  $0.78   -7.1%  78

        Errors, Prompt Cache, Rating:
                Errors  Cached  Rating
        Week 1    3.6%     14%       –
        Week 2    2.4%  ✅ 20%       –
        Week 3    2.4%  ✅ 27%       –
        Week 4    2.6%  ✅ 34%       –

        Recommendation:
        Look at what changed about 2026-11-07: responses take longer since.

        Next: !perf diff 2026-10-31..2026-11-06 2026-11-07..2026-11-13
        ");
    }

    #[tokio::test]
    async fn by_day_and_month_and_of_one_model() {
        let owner = owner_of(four_weeks()).await;
        insta::assert_snapshot!(owner.says("!perf history --by day --last 3d --model swift").await, @"
        📈 Performance Trend (last 3d, Swift (simulated), n=15)
        Since 2026-11-18 12:00 UTC (full UTC hour).

        Response Time:
                Average  P95  Change  Calls
        11-18*     1.9s    –              3
        11-19      1.6s    –              6
        11-20      1.8s    –    +14%      6
        11-21*        –    –              0
        * cut by the end of the window: not compared. ⚠️ and ✅ mark changes beyond chance.

        Trend: – (not enough data: 2 of 14 days with 5 timed answers)

        Performance by day (last 3d, Swift (simulated))
        Response time  ███ ▇▇▇ ███ ···   max 1.9s
        Cost           ▅▅▅ ███ ███ ···   max $0.06
        Error rate     ▁▁▁ ▁▁▁ ▁▁▁ ···   max 0%
                       11-18*  11-20

        Token Usage:
                Tokens  Change
        11-18*   3,600
        11-19    7,200
        11-20    7,200      0%
        11-21*       –

        Growth: – (not enough data: 2 of 14 days)
        Current: 7,200 tokens/day

        Cost:
                 Cost  Change  n
        11-18*  $0.03          3
        11-19   $0.06          6
        11-20   $0.06      0%  6
        11-21*      –          0

        Errors, Prompt Cache, Rating:
                Errors  Cached  Rating
        11-18*      0%     35%       –
        11-19       0%     36%       –
        11-20       0%     37%       –
        11-21*       –       –       –

        Recommendation:
        Nothing yet: a trend needs 14 days with 5 timed answers.

        Next: !perf heatmap
        ");
        insta::assert_snapshot!(owner.says("!perf history --by month --last 60d").await, @"
        📈 Performance Trend (last 60d, n=336)
        Since 2026-09-22 12:00 UTC (full UTC hour).

        Response Time:
                  Average   P95  Change  Calls
        2026-10      2.3s  3.8s             96
        2026-11*     3.1s  5.8s            240
        * cut by the end of the window: not compared. ⚠️ and ✅ mark changes beyond chance.

        Trend: no clear trend (-1.7% to +29% a week, 28 days)
        Level changed: +51% since 2026-11-07

        Token Usage:
                  Tokens  Change
        2026-10     112K
        2026-11*    281K

        No clear growth (0% to 0% a week)
        Current: 14.1K tokens/day

        Cost:
                   Cost  Change    n
        2026-10   $0.96           96
        2026-11*  $2.40          240

        Errors, Prompt Cache, Rating:
                  Errors  Cached  Rating
        2026-10     3.1%     14%       –
        2026-11*    2.5%     27%       –

        Recommendation:
        Look at what changed about 2026-11-07: responses take longer since.

        Next: !perf diff 2026-10-31..2026-11-06 2026-11-07..2026-11-13
        ");
    }

    #[tokio::test]
    async fn of_one_day_of_nothing_and_of_failures() {
        insta::assert_snapshot!(owner_of(a_day()).await.says("!perf history").await, @"
        📈 Performance Trend (last 30d, n=39)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        Response Time:
                Average   P95  Change  Calls
        Week 1        –     –              0
        Week 2        –     –              0
        Week 3        –     –              0
        Week 4     3.1s  9.5s             39
        Week 1 began 2026-10-24 12:00 UTC; each has 7 days. ⚠️ and ✅ mark changes beyond chance.

        Trend: – (not enough data: 1 of 14 days with 5 timed answers)

        Token Usage:
                Tokens  Change
        Week 1       –
        Week 2       –
        Week 3       –
        Week 4     32K

        Growth: – (not enough data: 1 of 14 days)
        Current: 32K tokens/day

        Cost:
                  Cost  Change   n
        Week 1       –           0
        Week 2       –           0
        Week 3       –           0
        Week 4  $0.094          31

        Errors, Prompt Cache, Rating:
                Errors  Cached      Rating
        Week 1       –       –           –
        Week 2       –       –           –
        Week 3       –       –           –
        Week 4    2.6%     18%  4.7 (n=24)

        Recommendation:
        Nothing yet: a trend needs 14 days with 5 timed answers.

        Next: !perf heatmap
        ");
        let empty = owner().await;
        insta::assert_snapshot!(empty.says("!perf history").await, @"
        📈 Performance Trend (last 30d, n=0)
        Since 2026-10-22 12:00 UTC (full UTC hour).

        No calls in this window.

        Next: !perf stats
        ");
        insta::assert_snapshot!(empty.says("!perf history --from 2027-01-01 --to 2027-02-01").await, @"--from (2027-01-01T00:00:00Z) is still to come, since it is 2026-11-21T12:00:02Z now: name an earlier time.");
        let failed = owner_of([call("sim-deep").outcome(Outcome::Error(ErrorClass::Server))]).await;
        insta::assert_snapshot!(failed.says("!perf history --last 24h").await, @"
        📈 Performance Trend (last 24h, n=1)
        Since 2026-11-20 12:00 UTC (full UTC hour).

        Response Time:
             Average  P95  Change  Calls
        All        –    –              1
        ⚠️ and ✅ mark changes beyond chance.

        Trend: – (not enough data: 0 of 14 days with 5 timed answers)

        Token Usage:
             Tokens  Change
        All       –

        Growth: – (not enough data: 0 of 14 days)

        Cost:
        No cost is known.

        Errors, Prompt Cache, Rating:
             Errors  Cached  Rating
        All    100%       –       –

        Recommendation:
        Look at the errors first: every call failed.

        Next: !perf stats --last 7d
        ");
    }

    #[tokio::test]
    async fn what_people_switch_is_notable() {
        let owner = owner_of(four_weeks()).await;
        let admin = owner.other("mo", Role::Admin).in_guild("town", "general");
        admin.says("!m deep").await;
        admin.says("!ctx 10").await;
        admin.says("!m swift --me").await;
        let events = |reply: String| {
            let lines = reply.lines().skip_while(|line| *line != "Notable Events:").take_while(|line| !line.is_empty());
            lines.map(str::to_owned).collect::<Vec<_>>().join("\n")
        };
        admin.waits(60);
        insta::assert_snapshot!(events(admin.says("!perf history").await), @"
        Notable Events:
        - 2026-11-21 12:00 UTC: Model switched: sim-deep (effect not measured: 0 of 20 calls)
        - 2026-11-21 12:00 UTC: Context changed (messages): 10 (effect not measured: 0 of 20 calls)
        Effects: responses of up to 7 days after beside 7 days before; no proof.
        ");
        let elsewhere = admin.in_guild("village", "general").says("!perf history").await;
        assert!(!elsewhere.contains("Notable"), "{elsewhere}");
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf history --by year").await, @r#""year" is no value for --by: use day, week or month (!perf help history shows how)"#);
        insta::assert_snapshot!(owner.says("!perf history --last 4000d").await, @"A history looks at 1100 days at the most, and these are 4000.");
    }
}
