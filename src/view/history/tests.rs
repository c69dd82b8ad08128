use chrono_tz::Tz;

use super::*;
use crate::analysis::history::{Day, HistoryInput, history, periods};
use crate::model::{Call, Micros, NanoUsd, QueryType, Rating, Reach, Window};
use crate::view::WindowTitle;
use crate::view::testing::{calls, day, grouped, shown_in};

/// The last day of the tests, and so many days before it.
fn window(days: i64) -> Window {
    Window { from: day().to.plus(-days * Timestamp::DAY), to: day().to }
}

/// Calls of every hour; times and answers grow by the day, as told.
fn growing(days: i64, a_day: f64) -> Vec<Call> {
    let hours = (0..days * 24).flat_map(|hour| calls("sonnet", 3).into_iter().zip(0..).map(move |call| (hour, call)));
    let made = |(hour, (mut call, step)): (i64, (Call, i64))| {
        let factor = 1.0 + a_day * (hour / 24) as f64;
        let ms = 1_000.0 * factor * (1.0 + ((hour * 3 + step) * 7 % 13) as f64 / 20.0);
        call.at = window(days).from.plus(hour * Timestamp::HOUR + step);
        call.times.response = Some(Micros((ms * 1e3) as u64));
        call.usage.output = Some((100.0 * factor) as u64);
        call.cost = Some(NanoUsd((10_000_000.0 * factor) as i64));
        call.rating = Rating::new(if (hour + step) % 5 == 0 { 4 } else { 5 });
        call.query_type = QueryType::Code;
        call
    };
    hours.map(made).collect()
}

fn text(days: i64, calls: &[Call], by: Period, events: Vec<Event>) -> String {
    let window = window(days);
    let within = |window: Window| grouped(calls.iter().filter(|call| window.holds(call.at)));
    let cuts = periods(window, by, Tz::UTC);
    let input = HistoryInput {
        window,
        by,
        zone: Tz::UTC,
        periods: cuts.into_iter().map(|cut| (cut, within(cut.window).into())).collect(),
        days: window
            .split(Timestamp::DAY)
            .into_iter()
            .map(|window| Day { window, groups: within(window).into() })
            .collect(),
        events,
    };
    let title = WindowTitle::Last(format!("{days}d"));
    shown_in(&title, Tz::UTC, |frame| blocks(&history(input), frame))
}

#[test]
fn growing_answers() {
    insta::assert_snapshot!(text(28, &growing(28, 0.03), Period::Week, vec![]), @"
    📈 Performance Trend (last 28d, n=2,016)
    Since 2026-10-24 12:00 UTC (full UTC hour).

    Response Time:
            Average   P95   Change  Calls
    Week 1     1.4s  1.8s             504
    Week 2     1.7s  2.1s  ⚠️ +19%    504
    Week 3     2.0s  2.4s  ⚠️ +16%    504
    Week 4     2.2s  2.8s  ⚠️ +14%    504
    Week 1 began 2026-10-24 12:00 UTC; each has 7 days. ⚠️ and ✅ mark changes beyond chance.

    Trend: worsening, +17% a week (95% interval +14% to +19%, 27 days)
    Likely cause: answers have +34% output tokens

    Response times by UTC day (last 28d)
    Median response time  ▅▅▅▅▅▆▆▆▆▆▆▆▆▆▇▇▇▇▇▇▇██████·  max 2.3s
                          Oct 25 Nov 1  Nov 8  Nov 15

    Token Usage:
            Tokens  Change
    Week 1    710K
    Week 2    721K   +1.5%
    Week 3    731K   +1.5%
    Week 4    742K   +1.5%

    Hardly growing or shrinking (+1.4% to +1.5% a week)
    Current: 106K tokens/day

    Cost:
             Cost   Change    n
    Week 1  $5.49           504
    Week 2  $6.55  ⚠️ +19%  504
    Week 3  $7.61  ⚠️ +16%  504
    Week 4  $8.67  ⚠️ +14%  504

    Errors, Prompt Cache, Rating:
            Errors  Cached       Rating
    Week 1      0%     20%  4.8 (n=504)
    Week 2      0%     20%  4.8 (n=504)
    Week 3      0%     20%  4.8 (n=504)
    Week 4      0%     20%  4.8 (n=504)

    Recommendation:
    Ask for shorter answers in the persona of the channel.

    Next: !help persona
    ");
}

#[test]
fn by_month_with_everything_that_can_happen() {
    let event = |kind, subject: &str, before: Option<&str>, after: Option<&str>| {
        let (before, after) = (before.map(str::to_owned), after.map(str::to_owned));
        let at = day().to.plus(-20 * Timestamp::DAY);
        Event { at, kind, reach: Reach::All, by: None, subject: subject.to_owned(), before, after }
    };
    let events = vec![
        event(EventKind::ModelSwitched, "general", Some("haiku"), Some("sonnet")),
        event(EventKind::ModelSwitched, "general", Some("haiku"), None),
        event(EventKind::ContextChanged, "general", None, Some("15")),
        event(EventKind::ContextChanged, "general", Some("15"), None),
        event(EventKind::PolicyApplied, "route", None, None),
        event(EventKind::PolicyUndone, "route", None, None),
        event(EventKind::PriceChanged, "sonnet", Some("$3 / $15"), Some("$2 / $10")),
        event(EventKind::ModelAdded, "opus", None, Some("$5 / $25")),
        event(EventKind::ModelRemoved, "phi", Some("free"), None),
        event(EventKind::VersionStarted, "", None, Some("0.2.0")),
        event(EventKind::Note, "", None, Some("moved to the new host")),
    ];
    insta::assert_snapshot!(text(60, &growing(60, 0.0), Period::Month, events), @"
    📈 Performance Trend (last 60d, n=4,320)
    Since 2026-09-22 12:00 UTC (full UTC hour).

    Response Time:
              Average   P95  Change  Calls
    2026-09*     1.3s  1.6s            612
    2026-10      1.3s  1.6s          2,232
    2026-11*     1.3s  1.6s          1,476
    * cut by the end of the window: not compared. ⚠️ and ✅ mark changes beyond chance.

    Trend: no clear trend (0% to 0% a week, 59 days)

    Notable Events:
    - 2026-11-01 12:00 UTC: Model switched: haiku → default (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Context changed (messages): 15 (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Context changed (messages): 15 → default (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Policy applied: route (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Policy undone: route (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Price of sonnet changed: $3 / $15 → $2 / $10 (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Model added: opus (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Model removed: phi (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Version started: 0.2.0 (no clear effect, n=504 before, 504 after)
    - 2026-11-01 12:00 UTC: Note: moved to the new host (no clear effect, n=504 before, 504 after)
    Effects: responses of up to 7 days after beside 7 days before; no proof. Left out: the earliest 1.

    Performance by month (last 60d)
    Response time  ▇▇▇ ▇▇▇ ▇▇▇   max 1.6s
    P95            ███ ███ ███   max 1.6s
    Cost           ▃▃▃ ███ ▆▆▆   max $22.32
    Error rate     ▁▁▁ ▁▁▁ ▁▁▁   max 0%
                   2026-09*
                           [1] [2] [3] [4] [5] [6] [7] [8] [9] [10]
    [1] Nov 1: Model switched: haiku → default
    [2] Nov 1: Context changed (messages): 15
    [3] Nov 1: Context changed (messages): 15 → default
    [4] Nov 1: Policy applied: route
    [5] Nov 1: Policy undone: route
    [6] Nov 1: Price of sonnet changed: $3 / $15 → $2 / $10
    [7] Nov 1: Model added: opus
    [8] Nov 1: Model removed: phi
    [9] Nov 1: Version started: 0.2.0
    [10] Nov 1: Note: moved to the new host

    Token Usage:
              Tokens  Change
    2026-09*    857K
    2026-10     3.1M
    2026-11*    2.1M

    No clear growth (0% to 0% a week)
    Current: 101K tokens/day

    Cost:
                Cost  Change      n
    2026-09*   $6.12            612
    2026-10   $22.32          2,232
    2026-11*  $14.76          1,476

    Errors, Prompt Cache, Rating:
              Errors  Cached         Rating
    2026-09*      0%     20%    4.8 (n=612)
    2026-10       0%     20%  4.8 (n=2,232)
    2026-11*      0%     20%  4.8 (n=1,476)

    Recommendation:
    Nothing to change: no figure moves by more than chance.

    Next: !perf heatmap
    ");
}

#[test]
fn thirty_one_days_at_most_are_listed() {
    let text = text(40, &growing(40, 0.0), Period::Day, vec![]);
    let rows = text.lines().skip_while(|line| *line != "Response Time:").take_while(|line| !line.starts_with('*'));
    assert_eq!(rows.count(), 2 + 31);
}

#[test]
fn days_before_the_first_call_are_not_listed() {
    let calls = growing(28, 0.0);
    let late = calls.iter().filter(|call| call.at >= window(2).from).cloned().collect::<Vec<_>>();
    let text = text(28, &late, Period::Day, vec![]);
    let listed: Vec<&str> = text.lines().skip_while(|line| *line != "Response Time:").skip(2).take(3).collect();
    insta::assert_snapshot!(listed.join("\n"), @"
    11-19      1.3s  1.6s             36
    11-20      1.3s  1.6s   +0.4%     72
    11-21*     1.3s  1.6s             36
    ");
}
