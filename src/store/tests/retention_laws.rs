//! The laws of retention: whatever goes and whenever, windows of whole hours are answered as if it were still there; and no step
//! takes out more than a few.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use proptest::prelude::*;
use rusqlite::Connection;

use super::super::opening::{Sizes, open};
use super::super::question::{ByDay, ByHour, ByPerson, Cells, DistinctUsers, Overview, Spend};
use super::super::{Change, Store, StoreOptions, Whose};
use super::cells_equal_rows::{block_on, some_calls};
use super::{Home, keep, keeping_previews, record, rows};
use crate::model::{Call, CallId, Filter, Rating, Retention, Scope, Timestamp, Window};
use crate::testing::call;

const DAY: i64 = Timestamp::DAY;

/// Midnight before all calls.
const START: i64 = 1_700_000_000_000_000 / DAY * DAY;

#[derive(Debug, Clone)]
enum Step {
    Record(Vec<Call>),
    /// Half an hour after so many hours.
    Trim(i64),
    RateLast(Option<Rating>),
    Forget(&'static str),
    Purge(&'static str),
    Rebuild,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rating = prop::option::of((1u8..=5).prop_map(|score| Rating::new(score).unwrap()));
    let step = prop_oneof![
        // The hash of a prompt goes with its row, so that who asks again is not known to: that is how it should be.
        4 => some_calls().prop_map(|calls| Step::Record(calls.into_iter().map(|call| Call { prompt_hash: None, ..call }).collect())),
        3 => (0i64..18 * 24).prop_map(Step::Trim),
        1 => rating.prop_map(Step::RateLast),
        1 => prop::sample::select(vec!["u", "v"]).prop_map(Step::Forget),
        1 => prop::sample::select(vec!["g", "h"]).prop_map(Step::Purge),
        1 => Just(Step::Rebuild),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..10)
}

/// Two stores, of which one keeps all.
struct Twins {
    homes: [Home; 2],
    stores: [Option<Store>; 2],
    someone_erased: bool,
}

impl Twins {
    fn born(fold_every: usize) -> Self {
        let mut twins = Self {
            homes: [Home::folding_every(fold_every), Home::folding_every(fold_every)],
            stores: [None, None],
            someone_erased: false,
        };
        twins.open();
        twins
    }

    fn open(&mut self) {
        self.stores = [None, None];
        for (n, rows) in [Some(Duration::from_hours(48)), None].into_iter().enumerate() {
            let options =
                StoreOptions { retention: Retention { rows, ..Retention::default() }, ..StoreOptions::default() };
            self.stores[n] = Some(open(&self.homes[n].path(), options, self.homes[n].sizes).unwrap());
        }
    }

    fn both(&self) -> [&Store; 2] {
        self.stores.each_ref().map(|store| store.as_ref().unwrap())
    }

    async fn apply(&self, change: impl Fn() -> Change) {
        for store in self.both() {
            store.apply(change()).await.unwrap();
        }
    }

    async fn take(&mut self, step: Step) {
        self.someone_erased |= matches!(step, Step::Forget(_) | Step::Purge(_));
        match step {
            Step::Record(calls) => {
                for store in self.both() {
                    keep(store, calls.clone()).await;
                }
            }
            Step::Trim(hours) => {
                let now = Timestamp(START + hours * Timestamp::HOUR + Timestamp::HOUR / 2);
                self.apply(|| Change::Trim { now }).await;
                let oldest = rows(self.both()[0]).await.into_iter().map(|row| row.call.at).min();
                assert!(oldest.is_none_or(|oldest| oldest >= now.plus(-2 * DAY)), "all that is too old goes");
            }
            Step::RateLast(rating) => {
                let last = rows(self.both()[0]).await.last().map(|row| row.id);
                let call = last.unwrap_or(CallId(0));
                self.apply(|| Change::Rate { call, by: "w".into(), rating }).await;
            }
            Step::Forget(user) => self.apply(|| Change::erase(Whose::Person(user.into()))).await,
            Step::Purge(guild) => {
                self.apply(|| Change::erase(Whose::Guild { guild: guild.into(), channels: Vec::new() })).await;
            }
            Step::Rebuild => {
                for store in self.both() {
                    assert_eq!(store.apply(Change::Rebuild { rows: Arc::default() }).await.unwrap().changed, 0);
                }
            }
            Step::Reopen => self.open(),
        }
    }

    /// Holds the answers of one against those of the other.
    async fn check(&self, window: Window, scope: Scope, filter: Filter) {
        let [trimmed, whole] = self.both();
        let (zone, all) = (Tz::UTC, Filter::default());
        let cells = Cells { window, scope: scope.clone(), filter: filter.clone() };
        assert_eq!(trimmed.ask(cells.clone()).await.unwrap(), whole.ask(cells).await.unwrap());
        let overview = Overview { window, scope: scope.clone(), filter: filter.clone() };
        assert_eq!(trimmed.ask(overview.clone()).await.unwrap(), whole.ask(overview).await.unwrap());
        let spend = Spend { window, scope: scope.clone(), filter: filter.clone() };
        assert_eq!(trimmed.ask(spend.clone()).await.unwrap(), whole.ask(spend).await.unwrap());
        let hours = ByHour { window, scope: scope.clone(), filter: filter.clone(), zone };
        assert_eq!(trimmed.ask(hours.clone()).await.unwrap(), whole.ask(hours).await.unwrap());
        let days = ByDay { window, scope: scope.clone(), filter: all, zone };
        assert_eq!(trimmed.ask(days.clone()).await.unwrap(), whole.ask(days).await.unwrap());
        if !self.someone_erased {
            // Who was erased is still counted where nothing can be made anew from rows.
            let users = DistinctUsers { window, scope: scope.clone() };
            assert_eq!(trimmed.ask(users.clone()).await.unwrap(), whole.ask(users).await.unwrap());
        }
        let midnight = |at: Timestamp| Timestamp(at.0 / DAY * DAY);
        let people = ByPerson { window: Window { from: midnight(window.from), to: midnight(window.to) }, scope };
        assert_eq!(trimmed.ask(people.clone()).await.unwrap(), whole.ask(people).await.unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_rows_came_to_stays(
        steps in steps(), fold_every in 1usize..60, from in 0i64..17 * 24, hours in 0i64..17 * 24,
        guild in prop::option::of("[gh]"), model in prop::option::weighted(0.3, "[mn]"),
    ) {
        block_on(async {
            let mut twins = Twins::born(fold_every);
            for step in steps {
                twins.take(step).await;
            }
            let at = |hours: i64| Timestamp(START + hours * Timestamp::HOUR);
            let scope = guild.map_or(Scope::All, |guild| Scope::Guild(guild.as_str().into()));
            let filter = Filter { model: model.map(|model| model.as_str().into()), ..Filter::default() };
            twins.check(Window { from: at(from), to: at(from + hours) }, scope, filter).await;
        });
    }
}

/// How many rows each table holds.
fn sizes(db: &Connection) -> Vec<(String, i64)> {
    let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let size = |table: &String| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
    tables.iter().map(|table| (table.clone(), size(table))).collect()
}

#[tokio::test]
async fn no_step_takes_out_more_than_a_few() {
    const FEW: i64 = 10;
    let home = Home::new();
    let retention =
        Retention { rows: Some(Duration::from_hours(48)), previews: Some(Duration::from_hours(24)), max_bytes: None };
    let options = StoreOptions { retention, ..keeping_previews() };
    let store = open(&home.path(), options, Sizes { fold_every: 50, ..Sizes::default() }).unwrap();
    for n in 0..400 {
        // Each person asks in all blocks, and each hour has prompts that were asked before.
        let call = call("haiku").guild(["g", "h"][n as usize % 2]).user(&format!("user {}", n % 15));
        let call = call.with(|call| call.at = Timestamp(START + n * Timestamp::HOUR / 4)).build();
        record(&store, call, Some(&format!("Why {}?", n % 4))).await;
        store.flush().await.unwrap();
    }
    let db = Connection::open(home.path()).unwrap();
    let (mut before, mut steps, now) = (sizes(&db), 0, Timestamp(START + 9 * DAY));
    let first = before.clone();
    while store.apply_at_once(Change::Trim { now }).await.unwrap().more {
        let after = sizes(&db);
        for ((table, before), (_, after)) in before.iter().zip(&after) {
            assert!(before - after <= FEW * 2, "step {steps} took {} out of {table}", before - after);
        }
        (before, steps) = (after, steps + 1);
    }
    let gone = |table: &str| {
        let size = |sizes: &[(String, i64)]| sizes.iter().find(|(name, _)| name == table).map(|(_, size)| *size);
        (size(&first), size(&before))
    };
    assert_eq!((gone("calls"), gone("previews")), ((Some(400), Some(0)), (Some(400), Some(0))));
    assert_eq!((gone("people_calls").1, gone("people_blocks").1), (Some(0), Some(0)));
    assert_eq!(gone("slot_repeated").1, Some(6), "an hour and a day of each scope are not over");
    assert!(gone("slot_repeated").0 > Some(100) && gone("people_calls").0 > Some(100), "{first:?}");
}

/// A store with calls of two guilds, folded as they came.
async fn of_two_guilds(home: &Home) -> Store {
    let store = open(&home.path(), StoreOptions::default(), Sizes { fold_every: 50, ..Sizes::default() }).unwrap();
    for n in 0..400 {
        let call = call("haiku").guild(["g", "h"][n as usize % 2]).user(["u", "v"][n as usize / 2 % 2]);
        keep(&store, [call.with(|call| call.at = Timestamp(START + n * Timestamp::HOUR / 4)).build()]).await;
    }
    store
}

#[tokio::test]
async fn no_step_of_a_purge_takes_out_more_than_a_few() {
    const FEW: i64 = 20;
    let home = Home::new();
    let store = of_two_guilds(&home).await;
    let db = Connection::open(home.path()).unwrap();
    let whose = Whose::Guild { guild: "g".into(), channels: Vec::new() };
    let (mut before, mut changed, mut next) = (sizes(&db), 0, Some(CallId(0)));
    while let Some(after) = next {
        let step = store.apply_at_once(Change::Erase { whose: whose.clone(), after }).await.unwrap();
        let now = sizes(&db);
        let most = before.iter().zip(&now).map(|((_, before), (_, now))| before - now).max();
        assert!(step.changed <= FEW as u64 && most <= Some(FEW), "{before:?} {now:?}");
        (before, changed, next) = (now, changed + step.changed, step.next);
    }
    assert_eq!(changed, 200);
    let left = |table: &str| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
    assert_eq!(
        (left("guilds"), left("slot_sums WHERE scope = 1"), left("quarters WHERE scope = 1")),
        (Ok(1), Ok(0), Ok(0))
    );
}
