use super::*;
use crate::model::{Call, Event, EventKind, Micros, ModelName, NanoUsd, QueryType, Rating, Reach, Timestamp};
use crate::testing::grouped;

/// When the first day begins: a Monday.
const START: i64 = 20_458 * Timestamp::DAY;

/// How a day's calls come about: how many, the share of the slow model, and by what factor times and tokens are longer.
#[derive(Clone, Copy)]
struct Plan {
    n: usize,
    slow_share: f64,
    slower: f64,
    longer: f64,
}

const USUAL: Plan = Plan { n: 60, slow_share: 0.3, slower: 1.0, longer: 1.0 };

fn call(chance: &mut fastrand::Rng, day: usize, plan: Plan) -> Call {
    let at = Timestamp(START + day as i64 * Timestamp::DAY + chance.i64(0..Timestamp::DAY));
    let slow = chance.f64() < plan.slow_share;
    let mut call = Call::new(at, ModelName::from(if slow { "slow" } else { "fast" }));
    call.query_type = QueryType::Question;
    let ms = if slow { 3_000.0 } else { 1_000.0 } * plan.slower * plan.longer * (0.5 + chance.f64());
    call.times.response = Some(Micros((ms * 1_000.0) as u64));
    let tokens = |usual: f64, chance: &mut fastrand::Rng| Some((usual * (0.5 + chance.f64())) as u64);
    call.usage.output = tokens(200.0 * plan.longer, chance);
    call.usage.input = tokens(1_000.0, chance);
    call.usage.cache_read = call.usage.input.map(|input| input / 5);
    call.cost = call.usage.output.map(|output| NanoUsd(output as i64 * 10_000));
    call.rating = Rating::new(chance.u8(3..=5));
    call
}

/// The report on so many days, by week, in UTC.
fn report(seed: u64, days: usize, plan: impl Fn(usize) -> Plan, events: Vec<Event>) -> History {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut calls = Vec::new();
    for day in 0..days {
        let plan = plan(day);
        calls.extend((0..plan.n).map(|_| call(&mut chance, day, plan)));
    }
    let window = Window { from: Timestamp(START), to: Timestamp(START + days as i64 * Timestamp::DAY) };
    let within = |window: Window| grouped(calls.iter().filter(|call| window.holds(call.at)));
    let cuts = periods(window, Period::Week, Tz::UTC);
    history(HistoryInput {
        window,
        by: Period::Week,
        zone: Tz::UTC,
        periods: cuts.into_iter().map(|cut| (cut, within(cut.window).into())).collect(),
        days: window
            .split(Timestamp::DAY)
            .into_iter()
            .map(|window| Day { window, groups: within(window).into() })
            .collect(),
        events,
    })
}

fn happened(day: i64, kind: EventKind) -> Event {
    let at = Timestamp(START + day * Timestamp::DAY + Timestamp::HOUR);
    Event { at, kind, reach: Reach::All, by: None, subject: String::new(), before: None, after: None }
}

fn shifts(history: &History, of: fn(&Changes) -> Option<Change>) -> Vec<Option<Shift>> {
    history.periods.iter().map(|period| of(&period.changes).map(|change| change.shift)).collect()
}

#[test]
fn a_slow_week_is_marked_and_the_event_before_it_has_its_effect() {
    let slower = |day: usize| Plan { slower: if day >= 14 { 1.5 } else { 1.0 }, ..USUAL };
    let events = vec![happened(6, EventKind::Note), happened(14, EventKind::VersionStarted)];
    let history = report(1, 28, slower, events);
    let times = shifts(&history, |changes| changes.response_time);
    assert_eq!(times, [None, Some(Shift::Noise), Some(Shift::Worse), Some(Shift::Noise)]);
    let [change] = history.level_changes[..] else { panic!("{:?}", history.level_changes) };
    assert!(change.day == Timestamp(START + 14 * Timestamp::DAY) && (0.4..0.6).contains(&change.share), "{change:?}");
    assert!(matches!(history.events[0].effect, Effect::NoClear { .. }), "{:?}", history.events[0]);
    let Effect::Slower { share, .. } = history.events[1].effect else { panic!("{:?}", history.events[1]) };
    assert!((0.4..0.6).contains(&share), "{share}");
    assert_eq!(history.recommendation, Recommendation::LookAtEvent { event: 1 });
}

#[test]
fn other_calls_are_no_slower_ones() {
    let mixed = |day: usize| Plan { slow_share: 0.2 + 0.02 * day as f64, ..USUAL };
    let history = report(2, 28, mixed, Vec::new());
    let times = shifts(&history, |changes| changes.response_time);
    assert!(!times.contains(&Some(Shift::Worse)) && times.contains(&Some(Shift::OtherCalls)), "{times:?}");
    let Trend::Worsening { cause, .. } = &history.trend else { panic!("{:?}", history.trend) };
    assert_eq!(*cause, TrendCause::MoreOfModel { model: "slow".into() });
    assert_eq!(history.recommendation, Recommendation::Mend { cause: cause.clone() });
}

#[test]
fn another_model_altogether_is_other_calls() {
    let history = report(8, 28, |day| Plan { slow_share: f64::from(u8::from(day >= 14)), ..USUAL }, Vec::new());
    let times = shifts(&history, |changes| changes.response_time);
    assert_eq!(times, [None, Some(Shift::Noise), Some(Shift::OtherCalls), Some(Shift::Noise)]);
}

#[test]
fn longer_answers_are_named_as_the_cause() {
    let longer = |day: usize| Plan { longer: 1.0 + 0.03 * day as f64, ..USUAL };
    let history = report(3, 28, longer, Vec::new());
    let Trend::Worsening { cause: TrendCause::AnswerLength { share }, .. } = history.trend else {
        panic!("{:?}", history.trend)
    };
    assert!((0.2..0.5).contains(&share), "{share}");
    let growth = &history.token_growth;
    assert!(growth.per_week_share.is_some_and(|growth| (0.02..0.05).contains(&growth)) && !growth.clear, "{growth:?}");
    assert!(shifts(&history, |changes| changes.cost).contains(&Some(Shift::Worse)));
    assert!(shifts(&history, |changes| changes.tokens).iter().all(|shift| *shift != Some(Shift::Worse)));
}

#[test]
fn faster_is_improving() {
    let history = report(4, 28, |day| Plan { slower: 1.6 - 0.02 * day as f64, ..USUAL }, Vec::new());
    assert!(
        matches!(history.trend, Trend::Improving { per_week_share, .. } if per_week_share < -0.05),
        "{:?}",
        history.trend
    );
    assert_eq!(history.recommendation, Recommendation::Continue);
}

#[test]
fn stores_without_a_plant_have_no_trend_and_hardly_a_mark() {
    let (mut trends, mut levels, mut marks, mut effects) = (0, 0, 0, 0);
    for seed in 0..50 {
        let history =
            report(100 + seed, 28, |_| USUAL, vec![happened(9, EventKind::Note), happened(18, EventKind::Note)]);
        trends += u32::from(!matches!(history.trend, Trend::NoClearTrend { .. }));
        levels += history.level_changes.len();
        let marked =
            |shift: &Option<Shift>| shift.is_some_and(|shift| !matches!(shift, Shift::Noise | Shift::NotJudged));
        let all: [fn(&Changes) -> Option<Change>; 6] = [
            |changes| changes.response_time,
            |changes| changes.tokens,
            |changes| changes.cost,
            |changes| changes.error_rate,
            |changes| changes.cache_read_share,
            |changes| changes.rating,
        ];
        marks += u32::from(all.iter().any(|of| shifts(&history, *of).iter().any(marked)));
        let clear = |event: &NotableEvent| matches!(event.effect, Effect::Slower { .. } | Effect::Faster { .. });
        effects += u32::from(history.events.iter().any(clear));
    }
    println!(
        "of 50 stores without plants: {trends} trends, {levels} levels, {marks} with a mark, {effects} with an effect"
    );
    assert!(trends == 0 && levels <= 1 && marks <= 5 && effects <= 3, "{trends} {levels} {marks} {effects}");
}

#[test]
fn too_few_days_and_nothing() {
    let history = report(5, 13, |_| USUAL, vec![happened(0, EventKind::Note)]);
    assert_eq!(history.trend, Trend::NotEnoughData { days: 13, needed: 14 });
    assert_eq!((history.token_growth.per_week_share, history.recommendation), (None, Recommendation::WaitForData));
    assert_eq!(history.events[0].effect, Effect::NotEnoughData { have: 0, needed: 20 });
    let nothing = report(6, 28, |_| Plan { n: 0, ..USUAL }, Vec::new());
    assert_eq!((nothing.n, nothing.daily_medians.len(), nothing.token_growth.per_day_now), (0, 0, None));
}
