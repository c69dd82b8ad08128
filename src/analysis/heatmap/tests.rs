use std::collections::BTreeMap;

use chrono::{DateTime, Timelike};
use serde_json::Value;

use super::*;
use crate::model::{Brief, Call, QueryType, Timestamp};
use crate::testing::real_data;

/// A Monday.
const START: i64 = 20_458 * Timestamp::DAY;

/// The report on calls, in UTC.
fn report(calls: &[Call]) -> Heatmap {
    let (mut hours, mut groups) = (BTreeMap::<(NaiveDate, usize), Brief>::new(), Vec::<(CellKey, HourGrid)>::new());
    let mut times = TimeGrid::default();
    for call in calls {
        let at = call.at.to_utc();
        let (date, hour) = (at.date_naive(), at.hour() as usize);
        hours.entry((date, hour)).or_default().record(call);
        let key = CellKey { model: call.model.clone(), query_type: call.query_type };
        let of = groups.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            groups.push((key, HourGrid::default()));
            groups.len() - 1
        });
        groups[of].1.0[weekday(date)][hour].record(call);
        call.times.response.into_iter().for_each(|time| times.0[weekday(date)][hour].record(time));
    }
    let hours = hours.into_iter().map(|((date, hour), brief)| DatedHour { date, hour, brief }).collect();
    let window = Window { from: Timestamp(START), to: Timestamp(START + 28 * Timestamp::DAY) };
    heatmap(&HeatmapInput { window, zone: Tz::UTC, hours, groups, times })
}

/// A call of a model in an hour of one of the days, about as slow as it is told.
fn call(chance: &mut fastrand::Rng, day: usize, hour: usize, model: &str, ms: f64) -> Call {
    let offset = (day as i64 * 24 + hour as i64) * Timestamp::HOUR + chance.i64(0..Timestamp::HOUR);
    let mut call = Call::new(Timestamp(START + offset), model.into());
    call.query_type = QueryType::Question;
    // Uniform from half to one and a half times.
    call.times.response = Some(Micros((ms * 1_000.0 * (0.5 + chance.f64())) as u64));
    call
}

/// Four weeks of calls of two models, four an hour; Wednesday afternoons as told: how many an hour, the share of the slow
/// model, and by what factor the fast and the slow one are slower.
fn four_weeks(seed: u64, days: usize, (an_hour, slow_share, slower): (usize, f64, [f64; 2])) -> Vec<Call> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut calls = Vec::new();
    for (day, hour) in (0..days).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
        let planted = day % 7 == 2 && (12..18).contains(&hour);
        let (an_hour, slow_share, slower) = if planted { (an_hour, slow_share, slower) } else { (4, 0.3, [1.0; 2]) };
        for _ in 0..an_hour {
            let slow = chance.f64() < slow_share;
            let (model, ms) = if slow { ("slow", 3_000.0 * slower[1]) } else { ("fast", 1_000.0 * slower[0]) };
            calls.push(call(&mut chance, day, hour, model, ms));
        }
    }
    calls
}

fn found(calls: &[Call]) -> (Spell, Cause) {
    match report(calls).insight {
        Insight::Slowest { spell, cause, .. } => (spell, cause),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_slow_time_of_the_week_is_found_with_its_cause() {
    let wednesday_afternoons = Spell { weekday: Some(2), part_of_day: Some(PartOfDay::Afternoon) };
    let (spell, cause) = found(&four_weeks(1, 28, (12, 0.3, [1.6, 1.6])));
    assert_eq!(spell, wednesday_afternoons);
    assert!(matches!(cause, Cause::HighVolume { times_as_many } if (2.8..3.2).contains(&times_as_many)), "{cause:?}");
    let (spell, cause) = found(&four_weeks(2, 28, (8, 0.9, [1.0, 1.0])));
    assert_eq!((spell, cause), (wednesday_afternoons, Cause::MoreOfModel { model: "slow".into() }));
    let (spell, cause) = found(&four_weeks(3, 28, (8, 0.3, [3.0, 1.0])));
    assert_eq!((spell, cause), (wednesday_afternoons, Cause::OneModel { model: "fast".into() }));
    let (spell, cause) = found(&four_weeks(4, 28, (4, 0.3, [1.8, 1.8])));
    assert_eq!((spell, cause), (wednesday_afternoons, Cause::Unknown));
}

#[test]
fn all_afternoons_are_called_so() {
    let mut calls = four_weeks(5, 28, (4, 0.3, [1.0; 2]));
    for call in &mut calls {
        if (12..18).contains(&call.at.to_utc().hour()) {
            call.times.response = call.times.response.map(|time| Micros(time.0 * 3 / 2));
        }
    }
    let map = report(&calls);
    let Insight::Slowest { spell, times, .. } = map.insight else { panic!("{:?}", map.insight) };
    assert_eq!((spell, times), (Spell { weekday: None, part_of_day: Some(PartOfDay::Afternoon) }, 28));
}

#[test]
fn weeks_without_a_plant_have_no_insight_and_hardly_a_mark() {
    let maps = (0..50).map(|seed| report(&four_weeks(seed, 28, (4, 0.3, [1.0; 2]))));
    let (mut insights, mut marks) = (0, 0);
    for map in maps {
        insights += u32::from(matches!(map.insight, Insight::Slowest { .. }));
        let marked = map.by_hour.iter().chain(&map.by_weekday).any(|slot| slot.mark != Mark::None);
        marks += u32::from(marked);
    }
    println!("of 50 stores without plants {insights} have an insight and {marks} a mark");
    assert!(insights <= 2 && marks <= 8, "{insights} {marks}");
}

#[test]
fn too_few_days_say_nothing() {
    let map = report(&four_weeks(6, 13, (12, 0.3, [2.0; 2])));
    assert_eq!(map.insight, Insight::NotEnoughData { days: 13, needed: 14 });
    let map = report(&four_weeks(6, 1, (4, 0.3, [1.0; 2])));
    assert!(map.by_hour.iter().all(|slot| slot.mark == Mark::None && slot.mean_ms.is_some()));
    assert!(map.grid.iter().flatten().all(|cell| cell.mean_ms.is_none() && cell.n <= 4), "blank below five calls");
}

#[test]
fn nothing_is_nothing() {
    let map = report(&[]);
    assert_eq!((map.n, map.insight), (0, Insight::NotEnoughData { days: 0, needed: 14 }));
}

/// Requests a second of a model as if they were times: ten thousandths as microseconds.
fn rates(model: &str) -> Option<(HeatmapInput, Value)> {
    let (rates, answers) = (real_data("llm/servegen_rate.csv")?, real_data("llm/servegen_rate.expected.json")?);
    let mut hours: BTreeMap<(NaiveDate, usize), Brief> = BTreeMap::new();
    for line in rates.lines().skip(1) {
        let [seconds, name, rate] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if name == model {
            let at = DateTime::from_timestamp_micros(START + seconds.parse::<i64>().unwrap() * 1_000_000).unwrap();
            let brief = hours.entry((at.date_naive(), at.hour() as usize)).or_default();
            brief.response.add(Some((rate.parse::<f64>().unwrap() * 1e4).round() as u64));
        }
    }
    let hours = hours.into_iter().map(|((date, hour), brief)| DatedHour { date, hour, brief }).collect();
    let window = Window { from: Timestamp(START), to: Timestamp(START + 14 * Timestamp::DAY) };
    let input = HeatmapInput { window, zone: Tz::UTC, hours, groups: Vec::new(), times: TimeGrid::default() };
    let answers: Value = serde_json::from_str(&answers).unwrap();
    Some((input, answers["models"][model].clone()))
}

#[test]
fn rates_of_every_hour_of_the_week() {
    for model in ["m-small", "m-mid", "m-large", "deepseek-r1", "mm-image"] {
        let Some((input, answers)) = rates(model) else { return };
        let map = heatmap(&input);
        let same = |mean_ms: Option<f64>, answer: &Value| {
            let (rate, known) = (mean_ms.unwrap() * 1e3 / 1e4, answer.as_f64().unwrap());
            assert!((rate - known).abs() <= 1e-9 * known, "{model}: {rate} {known}");
        };
        for (hour, answer) in answers["by_hour"].as_object().unwrap() {
            same(map.by_hour[hour.parse::<usize>().unwrap()].mean_ms, answer);
        }
        for (place, answer) in answers["heatmap_dow7_hour"].as_object().unwrap() {
            let (day, hour) = place.split_once('|').unwrap();
            same(map.grid[day.parse::<usize>().unwrap()][hour.parse::<usize>().unwrap()].mean_ms, answer);
        }
        let peak = map.by_hour.iter().max_by(|a, b| a.mean_ms.unwrap().total_cmp(&b.mean_ms.unwrap())).unwrap();
        assert_eq!(Some(peak.slot as u64), answers["peak_hour"].as_u64());
    }
}
