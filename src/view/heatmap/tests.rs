use chrono::NaiveDate;
use chrono_tz::Tz;

use super::*;
use crate::analysis::heatmap::{HeatmapInput, heatmap};
use crate::model::{Brief, DatedHour, Histogram, Micros, Tally, TimeGrid};
use crate::view::testing::{day, shown};

/// Four weeks with calls from 9 to 17, Wednesday afternoons slow.
fn text(weeks: u64) -> String {
    let (mut hours, mut times) = (Vec::new(), TimeGrid::default());
    let monday = NaiveDate::from_ymd_opt(2026, 10, 26).unwrap();
    for (number, date) in monday.iter_days().take(7 * weeks as usize).enumerate() {
        for hour in 9..17 {
            let slow = number % 7 == 2 && hour >= 12;
            let wobble = (number * 7 + hour * 3) % 5;
            let ms = (if slow { 3_000 } else { 2_000 }) + 60 * hour as u64 + 20 * wobble as u64;
            let n = if slow { 20 } else { 8 };
            let mut histogram = Histogram::default();
            (0..n).for_each(|_| histogram.record(Micros(ms * 1_000)));
            times.0[number % 7][hour].merge(&histogram);
            let response = Tally { n, sum: (n * ms * 1_000) as i64 };
            hours.push(DatedHour { date, hour, brief: Brief { calls: n + 1, response, ..Brief::default() } });
        }
    }
    let input = HeatmapInput { window: day(), zone: Tz::UTC, hours, groups: Vec::new(), times };
    shown(|frame| blocks(&heatmap(&input), frame))
}

#[test]
fn four_weeks() {
    insta::assert_snapshot!(text(4), @"
    🔥 Performance Heatmap (last 24h, n=2,256)
    Since 2026-11-20 12:00 UTC (full UTC hour).

    By Hour of Day (UTC):
           Average   P95    n
    09:00     2.6s  2.6s  224       ❄️
    10:00     2.6s  2.7s  224
    11:00     2.7s  2.7s  224
    12:00     3.1s  3.8s  272
    13:00     3.1s  3.8s  272
    14:00     3.2s  3.9s  272
    15:00     3.2s  4.0s  272
    16:00     3.3s  4.0s  272  🔥 Peak

    By Day of Week:
         Average   P95    n
    Mon     2.8s  3.0s  256          ❄️
    Tue     2.8s  3.0s  256
    Wed     3.6s  4.0s  496  🔥 Slowest
    Thu     2.8s  3.0s  256
    Fri     2.8s  3.0s  256
    Sat     2.8s  3.0s  256
    Sun     2.8s  3.0s  256
    Percentiles: nearest rank; P95 from 20 calls on, P99 from 100.

    By Hour and Day:
        Mon  Tue  Wed  Thu  Fri  Sat  Sun
    09  2.6  2.6  2.6  2.6  2.6  2.6  2.6
    10  2.6  2.6  2.6  2.6  2.6  2.6  2.6
    11  2.7  2.7  2.7  2.7  2.7  2.7  2.7
    12  2.8  2.8  3.8  2.8  2.8  2.8  2.8
    13  2.8  2.8  3.8  2.8  2.8  2.8  2.8
    14  2.9  2.9  3.9  2.9  2.9  2.9  2.9
    15  2.9  2.9  4.0  2.9  2.9  2.9  2.9
    16  3.0  3.0  4.0  3.0  3.0  3.0  3.0
    Average seconds; blank below 5 calls.

    Mean response time by hour and day, UTC (last 24h)
         00    03    06    09    12    15    18    21
    Mon  · · · · · · · · · ░░░░░░░░░░░░▒▒▒▒· · · · · · ·
    Tue  · · · · · · · · · ░░░░░░░░░░░░▒▒▒▒· · · · · · ·
    Wed  · · · · · · · · · ░░░░░░████████▲▲· · · · · · ·
    Thu  · · · · · · · · · ▼▼░░░░░░░░░░▒▒▒▒· · · · · · ·
    Fri  · · · · · · · · · ░░░░░░░░░░░░▒▒▒▒· · · · · · ·
    Sat  · · · · · · · · · ░░░░░░░░░░░░▒▒▒▒· · · · · · ·
    Sun  · · · · · · · · · ░░░░░░░░░░░░▒▒▒▒· · · · · · ·
    ░ 2.6s  ▒ 2.9s  ▓ 3.3s  █ 3.6s – 4.0s
    ▲ Slowest: Wed 16:00, 4.0s (n=80)
    ▼ Fastest: Thu 09:00, 2.6s (n=32)
    · fewer than 5 calls

    Insight: Wednesday afternoons are slowest (3.9s against 2.8s at other times: +40%, 4 of them)
    Cause: the same calls take longer then; what was logged does not say why

    Next: !perf history
    ");
}

#[test]
fn a_week_says_nothing_of_weekdays() {
    let text = text(1);
    let last: Vec<&str> = text.lines().filter(|line| line.starts_with("Insight") || line.contains('🔥')).collect();
    insta::assert_snapshot!(last.join("\n"), @"
    🔥 Performance Heatmap (last 24h, n=564)
    Insight: – (not enough data: 7 of 14 days with 5 timed answers in some part of the day)
    ");
}
