//! The law of cells: whatever happened, they say what the rows say.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::question::{
    ByDay, ByHour, ByPerson, Cells, DistinctUsers, ModelsSeen, MostRepeated, Overview, OwnSpend, Slowest, Spend,
};
use super::super::{Change, ImportSession, Store, Whose};
use super::{Home, calls, keep, memory_folding_every};
use crate::model::{
    self, Asked, Brief, Call, CallId, Cell, CellKey, Filter, Group, HourGrid, Micros, NanoUsd, Outcome, PromptHash,
    QueryType, Rating, Readable, Scope, Tally, Timestamp, UserId, Window,
};

#[derive(Debug, Clone)]
enum Step {
    Record(Vec<Call>),
    Import(Vec<Call>),
    Rate(usize, &'static str, Option<Rating>),
    Forget(&'static str),
    Purge(&'static str),
    AskAgain(usize),
    Rebuild,
    Reopen,
}

#[derive(Debug, Clone)]
struct Look {
    window: Window,
    scope: Scope,
    filter: Filter,
    zone: Tz,
}

/// From a Tuesday on, with a whole week between two others.
const SPAN: i64 = 16 * Timestamp::DAY;

/// Times over some days, often exactly on a quarter of an hour or beside one.
fn times() -> impl Strategy<Value = Timestamp> {
    let quarter = Timestamp::HOUR / 4;
    let start = 1_700_000_000_000_000 / Timestamp::DAY * Timestamp::DAY;
    prop_oneof![
        (0..SPAN).prop_map(move |offset| Timestamp(start + offset)),
        (0..SPAN / quarter, -1i64..=1).prop_map(move |(n, nudge)| Timestamp(start + n * quarter + nudge)),
    ]
}

pub fn some_calls() -> impl Strategy<Value = Vec<Call>> {
    let names = (prop::option::of("[gh]"), prop::option::of("[uv]"), "[mn]", 0..QueryType::ALL.len());
    let ends = (0..Outcome::ALL.len(), 1u32..4, prop::option::of(0i64..1_000_000), prop::option::of(1u8..=5));
    let sizes = (prop::option::of(0u64..100_000_000), prop::option::of(0u64..1_000_000), prop::option::of(0u64..900));
    let provider = prop::sample::select(vec![model::SIMULATED, "simulated-birch", "simulatedly"]);
    let asked = (prop::option::of(1u64..6), prop::option::of(0u32..20), prop::option::of(provider));
    let one = (times(), names, ends, sizes, asked).prop_map(|(at, names, ends, sizes, asked)| {
        let mut call = Call::new(at, names.2.as_str().into());
        call.guild = names.0.as_deref().map(Into::into);
        call.user = names.1.as_deref().map(Into::into);
        call.query_type = QueryType::ALL[names.3];
        (call.outcome, call.attempts) = (Outcome::ALL[ends.0], ends.1);
        (call.cost, call.rating) = (ends.2.map(NanoUsd), ends.3.and_then(Rating::new));
        call.failed_cost = NanoUsd(ends.2.unwrap_or(0) / 2);
        call.times.response = sizes.0.map(Micros);
        call.times.model = sizes.0.map(|time| Micros(time / 2));
        call.times.attempt = sizes.1.map(|time| Micros(time * 2));
        (call.times.ttft, call.times.failed) = (sizes.1.map(Micros), Micros(u64::from(ends.1)));
        (call.usage.input, call.usage.output, call.usage.cache_read) = (sizes.2, sizes.2, sizes.2.map(|n| n / 2));
        call.prompt_hash = asked.0.map(PromptHash);
        call.context.messages = asked.1;
        call.provider = asked.2.map(Into::into);
        call
    });
    prop::collection::vec(one, 1..40)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rating = prop::option::of((1u8..=5).prop_map(|score| Rating::new(score).unwrap()));
    let step = prop_oneof![
        3 => some_calls().prop_map(Step::Record),
        2 => some_calls().prop_map(Step::Import),
        4 => (any::<usize>(), prop::sample::select(vec!["u", "v", "w"]), rating)
            .prop_map(|(n, by, rating)| Step::Rate(n, by, rating)),
        1 => prop::sample::select(vec!["u", "v"]).prop_map(Step::Forget),
        1 => prop::sample::select(vec!["g", "h"]).prop_map(Step::Purge),
        1 => any::<usize>().prop_map(Step::AskAgain),
        1 => Just(Step::Rebuild),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..10)
}

fn looks() -> impl Strategy<Value = Vec<Look>> {
    let scope = prop_oneof![
        Just(Scope::All),
        "[gh]".prop_map(|guild| Scope::Guild(guild.as_str().into())),
        "[uv]".prop_map(|user| Scope::User(user.as_str().into())),
    ];
    let of_type = prop::option::weighted(0.2, (0..QueryType::ALL.len()).prop_map(|code| QueryType::ALL[code]));
    let filter = (prop::option::weighted(0.3, "[mn]"), of_type, prop::option::weighted(0.1, "[uv]"));
    let zone =
        prop::sample::select(vec![Tz::UTC, Tz::Asia__Kathmandu, Tz::America__New_York, Tz::Australia__Lord_Howe]);
    // Behind all calls, as a window that ends now.
    let to = prop_oneof![2 => times(), 1 => (1i64..4).prop_map(|n| Timestamp(1_800_000_000_000_000 + n))];
    let look = ((times(), to), scope, filter, zone).prop_map(|((from, to), scope, (model, query_type, user), zone)| {
        let model = model.map(|model| model.as_str().into());
        let filter = Filter { model, query_type, user: user.map(|user| user.as_str().into()) };
        Look { window: Window { from: from.min(to), to: from.max(to) }, scope, filter, zone }
    });
    prop::collection::vec(look, 1..12)
}

impl Look {
    fn sees(&self, call: &Call) -> bool {
        let in_scope = match &self.scope {
            Scope::All => true,
            Scope::Guild(guild) => call.guild.as_ref() == Some(guild),
            Scope::User(user) => call.user.as_ref() == Some(user),
        };
        let Filter { model, query_type, user } = &self.filter;
        in_scope
            && self.window.holds(call.at)
            && model.as_ref().is_none_or(|model| *model == call.model)
            && query_type.is_none_or(|query_type| query_type == call.query_type)
            && user.as_ref().is_none_or(|user| Some(user) == call.user.as_ref())
    }

    fn groups(&self, rows: &Expected) -> Vec<Group> {
        let mut groups: HashMap<CellKey, Cell> = HashMap::new();
        for (number, call) in rows.iter().enumerate().filter(|(_, call)| self.sees(call)) {
            let key = CellKey { model: call.model.clone(), query_type: call.query_type };
            let hashed = call.prompt_hash.is_some() || rows.erased_hashes.contains(&number);
            groups.entry(key).or_default().record_asked(call, Asked { hashed, ..Asked::of(call) });
        }
        let mut groups: Vec<_> = groups.into_iter().map(|(key, cell)| Group { key, cell }).collect();
        groups.sort_by(|a, b| (&a.key.model, a.key.query_type).cmp(&(&b.key.model, b.key.query_type)));
        groups
    }

    fn spend(&self, calls: &[Call]) -> Tally {
        let mut spend = Tally::default();
        let seen = calls.iter().filter(|call| self.sees(call));
        seen.for_each(|call| spend.add(call.cost.map(|cost| cost.0 as u64)));
        spend
    }

    fn hours(&self, calls: &[Call]) -> HourGrid {
        let mut grid = HourGrid::default();
        for call in calls.iter().filter(|call| self.sees(call)) {
            let local = call.at.to_utc().with_timezone(&self.zone);
            grid.0[local.weekday().num_days_from_monday() as usize][local.hour() as usize].record(call);
        }
        grid
    }

    fn days(&self, calls: &[Call]) -> Vec<(NaiveDate, Brief)> {
        let mut days: BTreeMap<NaiveDate, Brief> = BTreeMap::new();
        for call in calls.iter().filter(|call| self.sees(call)) {
            days.entry(call.at.to_utc().with_timezone(&self.zone).date_naive()).or_default().record(call);
        }
        days.into_iter().collect()
    }

    fn own(&self, calls: &[Call]) -> Tally {
        let mut own = Tally::default();
        for call in calls.iter().filter(|call| self.window.holds(call.at) && Asked::of(call).own) {
            own.add(call.cost.map(|cost| cost.0 as u64));
        }
        own
    }

    fn slowest(&self, calls: &[Call], top: usize) -> Vec<(Micros, CallId)> {
        let ok = |call: &&Call| self.sees(call) && call.outcome == Outcome::Ok;
        let rank = |(number, call): (usize, &Call)| Some((call.times.response?, CallId(number as i64 + 1)));
        let mut slowest: Vec<_> = calls.iter().enumerate().filter(|(_, call)| ok(call)).filter_map(rank).collect();
        slowest.sort_by_key(|(time, id)| (std::cmp::Reverse(*time), *id));
        slowest.truncate(top);
        slowest
    }

    /// Prompts that were asked again, with how often; filters do not count.
    fn repeated(&self, calls: &[Call]) -> BTreeMap<PromptHash, u64> {
        let unfiltered = Self { filter: Filter::default(), ..self.clone() };
        let mut repeated = BTreeMap::new();
        for call in calls.iter().filter(|call| unfiltered.sees(call) && call.repeat_after_s.is_some()) {
            call.prompt_hash.into_iter().for_each(|prompt| *repeated.entry(prompt).or_default() += 1);
        }
        repeated
    }

    fn by_person(&self, calls: &[Call]) -> BTreeMap<UserId, Brief> {
        let unfiltered = Self { filter: Filter::default(), ..self.clone() };
        let mut people: BTreeMap<UserId, Brief> = BTreeMap::new();
        for call in calls.iter().filter(|call| unfiltered.sees(call)) {
            call.user.iter().for_each(|user| people.entry(user.clone()).or_default().record(call));
        }
        people
    }

    fn people(&self, calls: &[Call]) -> u64 {
        let unfiltered = Self { filter: Filter::default(), ..self.clone() };
        let seen = calls.iter().filter(|call| unfiltered.sees(call));
        seen.filter_map(|call| call.user.clone()).collect::<BTreeSet<_>>().len() as u64
    }
}

/// The rows that a store should hold, and who rated them beside who asked.
#[derive(Default)]
struct Expected {
    rows: Vec<Call>,
    ratings: HashMap<(usize, &'static str), Rating>,
    /// When each prompt was last asked, by guild or else by person.
    asked: HashMap<(PromptHash, Option<String>), Timestamp>,
    /// Calls whose hash was erased, although it is counted.
    erased_hashes: BTreeSet<usize>,
    someone_erased: bool,
}

impl std::ops::Deref for Expected {
    type Target = Vec<Call>;

    fn deref(&self) -> &Vec<Call> {
        &self.rows
    }
}

impl std::ops::DerefMut for Expected {
    fn deref_mut(&mut self) -> &mut Vec<Call> {
        &mut self.rows
    }
}

impl Expected {
    /// Adds a row; the store finds out when its prompt was last asked.
    fn add(&mut self, mut call: Call) {
        if let Some(prompt) = call.prompt_hash {
            let whose = call.guild.as_ref().map(|guild| format!("guild {guild}"));
            let whose = whose.or(call.user.as_ref().map(|user| format!("user {user}")));
            let last = self.asked.get(&(prompt, whose.clone())).copied();
            if last.is_none_or(|last| last <= call.at) {
                self.asked.insert((prompt, whose), call.at);
                call.repeat_after_s = last.map(|last| (call.at.since(last).0 / 1_000_000) as u32);
            }
        }
        self.rows.push(call);
    }

    /// The store reads anew what was asked.
    fn erased(&mut self) {
        self.someone_erased = true;
        let (rows, mut afresh) = (self.rows.clone(), Self::default());
        rows.into_iter().for_each(|call| afresh.add(call));
        self.asked = afresh.asked;
    }

    fn rate(&mut self, row: usize, by: &'static str, rating: Option<Rating>) {
        if self.rows[row].user.as_ref().is_some_and(|asker| asker.as_str() == by) {
            self.rows[row].rating = rating;
            return;
        }
        let before = match rating {
            Some(rating) => self.ratings.insert((row, by), rating),
            None => self.ratings.remove(&(row, by)),
        };
        let others = &mut self.rows[row].others_ratings;
        let score = |rating: Option<Rating>| rating.map_or(0, |rating| i64::from(rating.score()));
        others.n = others.n + u64::from(rating.is_some()) - u64::from(before.is_some());
        others.sum += score(rating) - score(before);
    }

    fn forget(&mut self, user: &str) {
        let theirs = |call: &Call| call.user.as_ref().is_some_and(|asker| asker.as_str() == user);
        for (number, call) in self.rows.iter_mut().enumerate().filter(|(_, call)| theirs(call)) {
            self.erased_hashes.extend(call.prompt_hash.map(|_| number));
            (call.user, call.session, call.message, call.prompt_hash) = (None, None, None, None);
        }
        self.ratings.retain(|(_, by), _| *by != user);
        self.erased();
    }

    fn purge(&mut self, guild: &str) {
        let mut purged = Vec::new();
        for (number, call) in self.rows.iter_mut().enumerate() {
            if call.guild.as_ref().is_some_and(|named| named.as_str() == guild) {
                (call.guild, call.channel, call.user, call.session) = (None, None, None, None);
                self.erased_hashes.extend(call.prompt_hash.map(|_| number));
                (call.message, call.prompt_hash) = (None, None);
                purged.push(number);
            }
        }
        self.ratings.retain(|(row, _), _| !purged.contains(row));
        self.erased();
    }
}

/// Asks what the store will remember the answers to.
async fn ask_ahead(store: &Store, looks: &[Look]) {
    for Look { window, scope, filter, zone } in looks.iter().cloned() {
        let (overview, spend, own) = (
            Overview { window, scope: scope.clone(), filter: filter.clone() },
            Spend { window, scope: scope.clone(), filter: filter.clone() },
            OwnSpend { window },
        );
        let hours = ByHour { window, scope: scope.clone(), filter: filter.clone(), zone };
        store.ask((overview, spend, own, hours)).await.unwrap();
        store.ask(MostRepeated { window, scope: scope.clone(), top: 1 }).await.unwrap();
        store.ask(DistinctUsers { window, scope: scope.clone() }).await.unwrap();
        store.ask(Slowest { window, scope, filter, readable: Readable::All, top: 5 }).await.unwrap();
    }
}

/// Does one step, to the store and to the list of rows that it should hold.
async fn take(step: Step, store: &Store, rows: &mut Expected) {
    let number = |n: usize, rows: &[Call]| CallId((n % rows.len()) as i64 + 1);
    match step {
        Step::Record(calls) => {
            keep(store, calls.clone()).await;
            calls.into_iter().for_each(|call| rows.add(call));
        }
        Step::Import(mut calls) => {
            // Equal calls would be known; that is another law.
            calls
                .iter_mut()
                .enumerate()
                .for_each(|(n, call)| call.session = Some(format!("{}", rows.len() + n).into()));
            let change = Change::Import {
                calls: calls.iter().cloned().map(Into::into).collect(),
                session: ImportSession::new(),
            };
            assert_eq!(store.apply(change).await.unwrap().added, calls.len() as u64);
            calls.into_iter().for_each(|call| rows.add(call));
        }
        Step::Rate(n, by, rating) if !rows.is_empty() => {
            let call = number(n, rows);
            store.apply(Change::Rate { call, by: by.into(), rating }).await.unwrap();
            rows.rate(call.0 as usize - 1, by, rating);
        }
        Step::Forget(user) => {
            store.apply(Change::erase(Whose::Person(user.into()))).await.unwrap();
            rows.forget(user);
        }
        Step::Purge(guild) => {
            let whose = Whose::Guild { guild: guild.into(), channels: Vec::new() };
            store.apply(Change::erase(whose)).await.unwrap();
            rows.purge(guild);
        }
        Step::AskAgain(n) if !rows.is_empty() => {
            let call = number(n, rows);
            store.apply(Change::AskedAgain { call }).await.unwrap();
            rows[call.0 as usize - 1].asked_again += 1;
        }
        Step::Rebuild => {
            let rebuilt = store.apply(Change::Rebuild { rows: Arc::default() }).await.unwrap();
            assert_eq!((rebuilt.added, rebuilt.changed), (rows.len() as u64, 0), "all was as it should have been");
        }
        _ => {}
    }
}

async fn check(store: &Store, rows: &Expected, looks: &[Look]) {
    assert_eq!(calls(store).await, rows.rows);
    for look in looks {
        let Look { window, scope, filter, zone } = look.clone();
        let cells = Cells { window, scope: scope.clone(), filter: filter.clone() };
        assert_eq!(store.ask(cells).await.unwrap(), look.groups(rows), "{look:?}");
        let spend = Spend { window, scope: scope.clone(), filter: filter.clone() };
        assert_eq!(store.ask(spend).await.unwrap(), look.spend(rows), "{look:?}");
        let overview = Overview { window, scope: scope.clone(), filter: filter.clone() };
        assert_eq!(*store.ask(overview).await.unwrap(), model::Overview::of(&look.groups(rows)), "{look:?}");
        let hours = ByHour { window, scope: scope.clone(), filter: filter.clone(), zone };
        let days = ByDay { window, scope: scope.clone(), filter: filter.clone(), zone };
        let (hours, days) = store.ask((hours, days)).await.unwrap();
        assert_eq!((hours, days), (look.hours(rows), look.days(rows)), "{look:?}");
        let mut slowest = Slowest { window, scope: scope.clone(), filter, readable: Readable::All, top: 0 };
        for top in [1, 5, 60] {
            slowest.top = top;
            let answer = store.ask(slowest.clone()).await.unwrap();
            let answer: Vec<_> = answer.iter().map(|call| (call.call.times.response.unwrap(), call.id)).collect();
            assert_eq!(answer, look.slowest(rows, top as usize), "{look:?}");
        }
        assert_eq!(store.ask(OwnSpend { window }).await.unwrap(), look.own(rows), "{look:?}");
        let repeated = store.ask(MostRepeated { window, scope: scope.clone(), top: 100 }).await.unwrap();
        let repeated: BTreeMap<_, _> = repeated.into_iter().map(|again| (again.prompt, again.times)).collect();
        assert_eq!(repeated, look.repeated(rows), "{look:?}");
        let by_person = store.ask(ByPerson { window, scope: scope.clone() }).await.unwrap();
        assert_eq!(by_person.into_iter().collect::<BTreeMap<_, _>>(), look.by_person(rows), "{look:?}");
        let people = store.ask(DistinctUsers { window, scope: scope.clone() }).await.unwrap();
        // Who was forgotten was somebody all the same.
        assert!(people >= look.people(rows), "{look:?}");
        assert!(rows.someone_erased || people == look.people(rows), "{look:?}");
        let whole = Look { window: ALL_TIME, scope: scope.clone(), filter: Filter::default(), zone };
        let models: HashMap<_, _> = whole.groups(rows).into_iter().map(|group| (group.key.model, ())).collect();
        assert_eq!(store.ask(ModelsSeen { scope }).await.unwrap().len(), models.len(), "{look:?}");
    }
}

/// Holds the cells of a store against its rows, whatever these are, as long as nobody was erased.
pub async fn as_they_are(store: &Store) {
    let rows = Expected { rows: calls(store).await, ..Expected::default() };
    let looks = looks().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    check(store, &rows, &looks).await;
}

const ALL_TIME: Window = Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

pub fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn in_memory(steps in steps(), looks in looks(), fold_every in 1usize..60) {
        block_on(async {
            let (store, mut rows) = (memory_folding_every(fold_every), Expected::default());
            for step in steps {
                take(step, &store, &mut rows).await;
                ask_ahead(&store, &looks).await;
            }
            check(&store, &rows, &looks).await;
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn in_a_file_opened_again_and_read_by_a_second(steps in steps(), looks in looks(), fold_every in 1usize..60) {
        block_on(async {
            let home = Home::folding_every(fold_every);
            let (mut store, mut rows) = (home.open(), Expected::default());
            for step in steps {
                if matches!(step, Step::Reopen) {
                    drop(store);
                    store = home.open();
                }
                take(step, &store, &mut rows).await;
                ask_ahead(&store, &looks).await;
            }
            check(&store, &rows, &looks).await;
            check(&home.open(), &rows, &looks).await;
        });
    }
}
