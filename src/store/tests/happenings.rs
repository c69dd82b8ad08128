//! What is written down beside calls: events, baselines, and what the program ran with.

use std::collections::BTreeMap;

use super::super::question::{Baselines, Bottlenecks, Events, KeptOf, LastSetup, Preferences};
use super::super::{Change, Store, Whose};
use super::{Home, memory_folding_every};
use crate::model::{
    Baseline, Bottleneck, Event, EventKind, Preference, PreferencePlace, Reach, Scope, Setup, Timestamp, Usual, Window,
};
use crate::testing::{at, window};

const NOVEMBER: (&str, &str) = ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");

fn event(day: u32, kind: EventKind, reach: Reach, text: &str) -> Event {
    let at = at(&format!("2026-11-{day:02}T12:00:00Z"));
    Event { at, kind, reach, by: Some("ann".into()), subject: String::new(), before: None, after: Some(text.into()) }
}

async fn seen(store: &Store, scope: Scope) -> Vec<String> {
    let question = Events { window: window(NOVEMBER.0, NOVEMBER.1), scope };
    store.ask(question).await.unwrap().into_iter().filter_map(|event| event.after).collect()
}

#[tokio::test]
async fn events_come_back_to_whom_they_concern() {
    let home = Home::new();
    let store = home.open();
    let (town, ann) = (Reach::Guild("town".into()), Reach::User("ann".into()));
    let switched = Event { before: Some("haiku".into()), ..event(2, EventKind::ModelSwitched, town.clone(), "town's") };
    for event in [
        event(3, EventKind::Note, Reach::All, "all's"),
        switched.clone(),
        event(1, EventKind::Note, ann, "ann's"),
        event(4, EventKind::Note, Reach::Guild("village".into()), "village's"),
    ] {
        store.apply(Change::Happened(event)).await.unwrap();
    }
    assert_eq!(seen(&store, Scope::All).await, ["town's", "all's", "village's"]);
    assert_eq!(seen(&store, Scope::Guild("town".into())).await, ["town's", "all's"]);
    assert_eq!(seen(&store, Scope::User("ann".into())).await, ["ann's", "all's"]);
    assert_eq!(seen(&store, Scope::User("bob".into())).await, ["all's"]);
    let day = Window { from: switched.at, to: switched.at.plus(1) };
    let question = Events { window: day, scope: Scope::All };
    assert_eq!(store.ask(question).await.unwrap(), [switched]);
}

#[tokio::test]
async fn a_change_is_noted_with_what_it_changes() {
    let store = memory_folding_every(1);
    let place = PreferencePlace::Channel("general".into());
    let set = Change::Set { place, preference: Preference::Model, value: Some("sonnet".into()) };
    let noted =
        Change::Noted { change: Box::new(set), event: event(2, EventKind::ModelSwitched, Reach::All, "sonnet") };
    store.apply(noted).await.unwrap();
    assert_eq!(store.ask(Preferences).await.unwrap().len(), 1);
    assert_eq!(seen(&store, Scope::All).await, ["sonnet"]);
}

#[tokio::test]
async fn who_is_forgotten_leaves_no_words() {
    let store = memory_folding_every(1);
    let town = Reach::Guild("town".into());
    for event in [
        event(1, EventKind::Note, Reach::User("ann".into()), "her own"),
        event(2, EventKind::Note, town.clone(), "a note of hers"),
        event(3, EventKind::ModelSwitched, town.clone(), "sonnet"),
    ] {
        store.apply(Change::Happened(event)).await.unwrap();
    }
    let kept = KeptOf { user: "ann".into() };
    assert_eq!(store.ask(kept.clone()).await.unwrap().events, 3);
    store.apply(Change::erase(Whose::Person("ann".into()))).await.unwrap();
    assert_eq!(store.ask(kept).await.unwrap().events, 0);
    let all = Events { window: window(NOVEMBER.0, NOVEMBER.1), scope: Scope::All };
    let left = store.ask(all.clone()).await.unwrap();
    assert_eq!(
        left.iter().map(|event| (event.kind, event.by.clone())).collect::<Vec<_>>(),
        [(EventKind::ModelSwitched, None)]
    );
    assert!(seen(&store, Scope::User("ann".into())).await.is_empty());
    store.apply(Change::erase(Whose::Guild { guild: "town".into(), channels: vec![] })).await.unwrap();
    assert!(store.ask(all).await.unwrap().is_empty());
}

fn baseline(name: &str, ms: f64) -> Baseline {
    Baseline {
        name: name.to_owned(),
        set_at: at(NOVEMBER.0),
        window: window(NOVEMBER.0, NOVEMBER.1),
        n: 40,
        response_time_ms: Some(Usual { value: ms, n: 40, low: 0.0, high: 2.0 * ms }),
        models: BTreeMap::from([("haiku".into(), Usual { value: 0.1, n: 40, low: 0.0, high: 1.0 / 3.0 })]),
        cost_per_call_usd: None,
        cache_hit_rate: None,
        error_rate: None,
    }
}

#[tokio::test]
async fn baselines_are_fixed_replaced_and_let_go() {
    let store = memory_folding_every(1);
    let of = |of: &Reach| store.ask_blocking(&Baselines { of: of.clone() }).unwrap();
    let town = Reach::Guild("town".into());
    let fix = |of: &Reach, baseline: Baseline| Change::FixBaseline { of: of.clone(), baseline: Box::new(baseline) };
    for change in [
        fix(&town, baseline("b", 1.5)),
        fix(&town, baseline("a", 0.1 + 0.2)),
        fix(&town, baseline("b", 2.5)),
        fix(&Reach::All, baseline("b", 9.0)),
    ] {
        store.apply(change).await.unwrap();
    }
    assert_eq!(of(&town), [baseline("a", 0.1 + 0.2), baseline("b", 2.5)]);
    assert_eq!(of(&Reach::All), [baseline("b", 9.0)]);
    let clear = |name: &str| Change::ClearBaseline { of: town.clone(), name: name.to_owned() };
    let changed = async |change| store.apply(change).await.unwrap().changed;
    assert_eq!((changed(clear("b")).await, changed(clear("b")).await), (1, 0));
    assert_eq!(of(&town), [baseline("a", 0.1 + 0.2)]);
}

#[tokio::test]
async fn the_last_setup_is_remembered() {
    let home = Home::new();
    let store = home.open();
    assert_eq!(store.ask(LastSetup).await.unwrap(), None);
    let setup = |version: &str| Setup {
        version: version.to_owned(),
        models: BTreeMap::from([("haiku".into(), "free".into())]),
    };
    for version in ["0.1.0", "0.2.0"] {
        let news = vec![event(1, EventKind::VersionStarted, Reach::All, version)];
        store.apply(Change::StartedWith { setup: setup(version), news }).await.unwrap();
    }
    store.close().await;
    let store = home.open();
    assert_eq!(store.ask(LastSetup).await.unwrap(), Some(setup("0.2.0")));
    assert_eq!(seen(&store, Scope::All).await, ["0.1.0", "0.2.0"]);
}

#[tokio::test]
async fn what_is_found_again_keeps_the_time_when_it_was_first() {
    let store = memory_folding_every(1);
    let town = Reach::Guild("town".into());
    let found = |subject: &str, percent: f64| Bottleneck {
        issue: "dear_model".into(),
        subject: subject.into(),
        impact_ms: Some(1_499.6),
        frequency_percent: percent,
        recommendation: "Use haiku".into(),
    };
    let detected =
        |of: &Reach, at, found: Vec<Bottleneck>| Change::Detected { of: of.clone(), at: Timestamp(at), found };
    for change in [
        detected(&town, 20, vec![found("sonnet", 25.0), found("opus", 1.0)]),
        detected(&town, 30, vec![found("sonnet", 26.0)]),
        detected(&town, 10, vec![found("sonnet", 27.0)]),
        detected(&Reach::All, 40, vec![found("sonnet", 5.0)]),
    ] {
        store.apply(change).await.unwrap();
    }
    let seen = |of: &Reach| {
        let kept = store.ask_blocking(&Bottlenecks { of: of.clone() }).unwrap();
        kept.into_iter().map(|kept| (kept.subject, kept.first_seen.0, kept.last_seen.0)).collect::<Vec<_>>()
    };
    assert_eq!(seen(&town), [("opus".into(), 20, 20), ("sonnet".into(), 10, 30)]);
    assert_eq!(seen(&Reach::All), [("sonnet".into(), 40, 40)]);
    store.apply(Change::erase(Whose::Guild { guild: "town".into(), channels: Vec::new() })).await.unwrap();
    assert_eq!((seen(&town).len(), seen(&Reach::All).len()), (0, 1));
}
