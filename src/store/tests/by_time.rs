//! What is asked by hour and by stretch of time says what the rows say, folded or not.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;

use super::super::Store;
use super::super::question::{ByChannel, DatedHours, HoursOfGroups, Question, Stretches, TimesByHour};
use super::{keep, memory_folding_every};
use crate::model::{
    Brief, Call, CellKey, ChannelId, DatedHour, Filter, Histogram, HourGrid, Micros, NanoUsd, Outcome, QueryType,
    Readable, Scope, TimeGrid, Timestamp, Window,
};
use crate::testing::{at, call, grouped};

/// Three hundred calls over eight days, in guilds and out, of two models and several types; some fail.
fn some_calls() -> Vec<Call> {
    let mut chance = fastrand::Rng::with_seed(1);
    let one = |_| {
        let offset = chance.i64(0..8 * Timestamp::DAY);
        let mut call = call(if chance.bool() { "m" } else { "n" }).ms(chance.u64(1..9_000)).tokens(10, 20).build();
        call.at = at("2026-10-22T00:00:00Z").plus(offset);
        call.guild = chance.bool().then(|| "g".into());
        call.user = chance.bool().then(|| "u".into());
        call.query_type = QueryType::ALL[chance.usize(0..3)];
        call.outcome = if chance.u8(0..8) == 0 { Outcome::Cut } else { Outcome::Ok };
        call
    };
    (0..300).map(one).collect()
}

/// Every question for every store, the one that was asked last first: its answer is kept.
fn each_of<Q: Clone>(stores: [Store; 3], questions: Vec<Q>) -> impl Iterator<Item = (Store, Q)> {
    let all = move |store: Store| questions.clone().into_iter().rev().map(move |question| (store.clone(), question));
    stores.into_iter().flat_map(all)
}

/// Every scope, with and without a filter.
fn views() -> Vec<(Scope, Filter)> {
    let scopes = [Scope::Guild("nowhere".into()), Scope::User("u".into()), Scope::Guild("g".into()), Scope::All];
    let of_model = Filter { model: Some("m".into()), ..Filter::default() };
    let filters = [Filter::default(), Filter { query_type: Some(QueryType::Code), ..of_model.clone() }, of_model];
    scopes.into_iter().flat_map(|scope| filters.clone().map(|filter| (scope.clone(), filter))).collect()
}

fn seen<'a>(calls: &'a [Call], window: Window, scope: &'a Scope, filter: &'a Filter) -> impl Iterator<Item = &'a Call> {
    calls.iter().filter(move |call| {
        let in_scope = match scope {
            Scope::All => true,
            Scope::Guild(guild) => call.guild.as_ref() == Some(guild),
            Scope::User(user) => call.user.as_ref() == Some(user),
        };
        in_scope
            && window.holds(call.at)
            && filter.model.as_ref().is_none_or(|model| *model == call.model)
            && filter.query_type.is_none_or(|query_type| query_type == call.query_type)
    })
}

/// A store with nothing folded, one with everything, and one with some. The last calls come when everything has been asked
/// once, so that the answers that are kept, which are the last ones, have to be brought up to date.
async fn stores<Q: Question + Clone>(calls: &[Call], questions: &[Q]) -> [Store; 3] {
    let stores = [4_096, 1, 77].map(memory_folding_every);
    let (first, last) = calls.split_at(calls.len() - 40);
    for store in &stores {
        keep(store, first.iter().cloned()).await;
        for question in questions {
            store.ask(question.clone()).await.unwrap();
        }
        keep(store, last.iter().cloned()).await;
    }
    stores
}

#[tokio::test]
async fn stretches_are_the_groups_of_each() {
    let calls = some_calls();
    let window = Window { from: at("2026-10-22T07:20:00Z"), to: at("2026-10-29T18:00:00Z") };
    let overlapping = [window.parts(50), window.parts(300), vec![window, window]].concat();
    for windows in [overlapping, window.parts(50)] {
        let question = |(scope, filter)| Stretches { windows: windows.clone(), scope, filter };
        let questions: Vec<Stretches> = views().into_iter().map(question).collect();
        for (store, question) in each_of(stores(&calls, &questions).await, questions) {
            let stretches = store.ask(question.clone()).await.unwrap();
            let Stretches { windows, scope, filter } = question;
            assert_eq!(stretches.len(), windows.len());
            for (window, groups) in windows.iter().zip(stretches) {
                let mut groups = groups.to_vec();
                let mut expected = grouped(seen(&calls, *window, &scope, &filter));
                expected.sort_by(|a, b| (&a.key.model, a.key.query_type).cmp(&(&b.key.model, b.key.query_type)));
                for group in expected.iter_mut().chain(&mut groups) {
                    (group.cell.model, group.cell.own) = Default::default();
                }
                assert_eq!(groups, expected, "{window:?} {scope:?} {filter:?}");
            }
        }
    }
}

#[tokio::test]
async fn hours_are_those_of_the_zone_of_each_date_and_group() {
    let calls = some_calls();
    let window = Window { from: at("2026-10-22T07:20:00Z"), to: at("2026-10-29T18:10:00Z") };
    let zones = [Tz::UTC, Tz::Asia__Kathmandu, Tz::Europe__Berlin].into_iter().cycle();
    let question = |((scope, filter), zone): ((Scope, Filter), Tz)| {
        let hours = DatedHours { window, scope: scope.clone(), filter: filter.clone(), zone };
        (hours, HoursOfGroups { window, scope, filter, zone })
    };
    let questions: Vec<_> = views().into_iter().zip(zones).map(question).collect();
    for (store, question) in each_of(stores(&calls, &questions).await, questions) {
        let DatedHours { scope, filter, zone, .. } = question.0.clone();
        let local = |call: &Call| call.at.to_utc().with_timezone(&zone);
        let mut dated: BTreeMap<(NaiveDate, usize), Brief> = BTreeMap::new();
        let mut of_groups: Vec<(CellKey, HourGrid)> = Vec::new();
        for call in seen(&calls, window, &scope, &filter) {
            let (date, hour) = (local(call).date_naive(), local(call).hour() as usize);
            dated.entry((date, hour)).or_default().record(call);
            let key = CellKey { model: call.model.clone(), query_type: call.query_type };
            let at = of_groups.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                of_groups.push((key, HourGrid::default()));
                of_groups.len() - 1
            });
            of_groups[at].1.0[date.weekday().num_days_from_monday() as usize][hour].record(call);
        }
        let (hours, mut groups) = store.ask(question).await.unwrap();
        let expected: Vec<_> = dated.into_iter().map(|((date, hour), brief)| DatedHour { date, hour, brief }).collect();
        assert_eq!(hours, expected, "{zone} {scope:?} {filter:?}");
        let by_key = |a: &(CellKey, HourGrid), b: &(CellKey, HourGrid)| {
            (&a.0.model, a.0.query_type).cmp(&(&b.0.model, b.0.query_type))
        };
        of_groups.sort_by(by_key);
        groups.sort_by(by_key);
        assert_eq!(groups, of_groups, "{zone} {scope:?} {filter:?}");
    }
}

#[tokio::test]
async fn times_lie_in_the_hour_that_holds_the_middle_of_theirs() {
    let calls = some_calls();
    let window = Window { from: at("2026-10-22T07:20:00Z"), to: at("2026-10-29T18:00:00Z") };
    let whole = Window { from: at("2026-10-22T08:00:00Z"), ..window };
    let zones = [Tz::UTC, Tz::UTC, Tz::Asia__Kolkata].into_iter().cycle();
    let question = |((scope, filter), zone)| TimesByHour { window, scope, filter, zone };
    let questions: Vec<TimesByHour> = views().into_iter().zip(zones).map(question).collect();
    for (store, question) in each_of(stores(&calls, &questions).await, questions) {
        let TimesByHour { scope, filter, zone, .. } = question.clone();
        let mut expected = TimeGrid::default();
        for call in seen(&calls, window, &scope, &filter).filter(|call| call.outcome == Outcome::Ok) {
            let middle = call.at.floor_hour().plus(Timestamp::HOUR / 2);
            // Rows that no slot counts lie where they lie.
            let at = if whole.holds(call.at) && zone == Tz::UTC { middle } else { call.at };
            let local = at.to_utc().with_timezone(&zone);
            let hour = &mut expected.0[local.weekday().num_days_from_monday() as usize][local.hour() as usize];
            hour.record(call.times.response.unwrap_or(Micros(0)));
        }
        let times = store.ask(question).await.unwrap();
        let n = |grid: &TimeGrid| grid.0.iter().flatten().map(Histogram::n).sum::<u64>();
        assert_eq!(n(&times), n(&expected), "{zone} {scope:?} {filter:?}");
        if zone == Tz::UTC {
            assert_eq!(times, expected, "{scope:?} {filter:?}");
        }
    }
}

#[tokio::test]
async fn channels_come_to_what_their_rows_say_and_are_named_only_where_they_may_be() {
    let mut calls = some_calls();
    let channels = ["a", "b", "c"];
    calls.iter_mut().zip((0..4).cycle()).for_each(|(call, at)| {
        call.channel = channels.get(at).map(|name| (*name).into());
        call.cost = Some(NanoUsd(10 + at as i64));
    });
    let window = Window { from: at("2026-10-22T07:20:00Z"), to: at("2026-10-29T18:10:00Z") };
    for store in stores::<ByChannel>(&calls, &[]).await {
        for (scope, filter) in views() {
            let mut expected: BTreeMap<Option<ChannelId>, Brief> = BTreeMap::new();
            for call in seen(&calls, window, &scope, &filter) {
                let named = call.channel.clone().filter(|channel| channel.as_str() != "c");
                expected.entry(named).or_default().record(call);
            }
            let readable = Readable::Channels(vec!["a".into(), "b".into()]);
            let found = store.ask(ByChannel { window, scope, filter, readable }).await.unwrap();
            assert_eq!(found.since, None);
            assert!(found.channels.is_sorted_by_key(|(_, brief)| std::cmp::Reverse(brief.cost.sum)));
            assert_eq!(BTreeMap::from_iter(found.channels), expected);
        }
    }
}
