//! What every store does.

use chrono_tz::Tz;

use super::super::question::{
    AnswerOf, ByHour, Cells, ChannelsOf, Extent, Guilds, Inventory, Kept, KeptOf, LastAnswer, ModelsSeen, One,
    OwnSpend, Preferences, Recent, Rows, Slowest, Spend,
};
use super::super::{Change, Lost, Record, Store, StoreError, StoreOptions, Whose};
use super::{Home, calls, keep, keeping_previews, memory_folding_every, record, rows, started};
use crate::model::{
    CallId, CellKey, Complexity, ErrorClass, Filter, Group, Micros, NanoUsd, Outcome, Preference, PreferencePlace,
    PromptHash, QueryType, Rating, Readable, Scope, Tally, Timestamp, Usage, UsageSource,
};
use crate::testing::{at, call, window};

/// Runs each test against a store in memory and one in a file, each with no fold and with a fold after every row.
macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $test() { super::$test(&super::memory_folding_every(4_096)).await })+
        }
        mod memory_folded {
            $(#[tokio::test] async fn $test() { super::$test(&super::memory_folding_every(1)).await })+
        }
        mod file {
            $(#[tokio::test] async fn $test() { super::$test(&super::Home::new().open()).await })+
        }
        mod file_folded {
            $(#[tokio::test] async fn $test() { super::$test(&super::Home::folding_every(1).open()).await })+
        }
    };
}

on_every_store!(
    rows_come_back_as_they_were,
    rows_come_in_pages,
    cells_count_by_model_and_type,
    spend_counts_known_costs,
    only_money_that_was_really_spent_counts_as_own,
    the_recent_rows_come_newest_first,
    hours_are_those_of_the_zone,
    the_slowest_are_whole_answers_that_the_viewer_may_read,
    the_last_answer_is_the_last_one_asked,
    models_come_most_used_first,
    the_extent_just_holds_the_calls,
    preferences_are_set_replaced_and_cleared,
    opinions_change_rows_and_cells,
    an_answer_is_found_by_any_of_its_messages,
    one_call_is_seen_by_who_may_see_it,
    a_person_can_be_forgotten,
    a_guild_can_be_purged,
    repeats_are_found_within_their_scope,
    unknown_names_have_no_calls,
    a_closed_store_still_answers,
    the_inventory_finds_no_fault,
    what_is_committed_is_there,
);

const DAY: (&str, &str) = ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");

fn all_day() -> crate::model::Window {
    window(DAY.0, DAY.1)
}

fn everything() -> (Scope, Filter) {
    (Scope::All, Filter::default())
}

async fn cells(store: &Store, scope: Scope) -> Vec<Group> {
    store.ask(Cells { window: all_day(), scope, filter: Filter::default() }).await.unwrap()
}

async fn rows_come_back_as_they_were(store: &Store) {
    let bare = call("sonnet").outcome(Outcome::Error(ErrorClass::Filtered)).build();
    let full = call("haiku")
        .at("2026-11-20T12:34:56.789012Z")
        .guild("g")
        .channel("c")
        .user("u")
        .ms(1_234)
        .model_ms(1_200)
        .ttft_ms(300)
        .attempts(3, 70, 80)
        .tokens(500, 60)
        .cost_usd(0.000123)
        .rating(4)
        .query_type(QueryType::Reasoning)
        .with(|call| {
            call.session = Some("s".into());
            call.provider = Some("anthropic".into());
            call.answered_by = Some("claude-haiku-4-5".into());
            call.complexity = Some(Complexity::from_share(0.777));
            call.arm = Some("held out".into());
            call.message = Some("m1".into());
            call.again_of = Some(CallId(1));
            call.times.visible_ttft = Some(Micros(310_000));
            call.times.attempt = Some(Micros(1_230_000));
            call.times.queue = Some(Micros(0));
            call.times.chat_wait = Micros(9);
            call.usage = Usage {
                input: Some(500),
                output: Some(u64::MAX >> 1),
                cache_read: Some(0),
                cache_write_5m: Some(3),
                cache_write_1h: Some(4),
                reasoning: Some(5),
                source: UsageSource::Partial,
            };
            call.price = Some("haiku 2025-10-15".into());
            call.failures = [ErrorClass::RateLimit, ErrorClass::Connection].into_iter().collect();
            call.failed_cost = NanoUsd(42);
            call.context.messages = Some(15);
            call.context.tokens = Some(900);
            call.prompt_hash = Some(PromptHash(u64::MAX - 1));
            call.repeat_after_s = Some(60);
            call.asked_again = 2;
        })
        .build();
    keep(store, [bare.clone(), full.clone()]).await;
    assert_eq!(calls(store).await, [bare, full]);
}

async fn rows_come_in_pages(store: &Store) {
    keep(store, (1..=5).map(|ms| call(if ms == 2 { "sonnet" } else { "haiku" }).ms(ms).build())).await;
    let (scope, filter) = (Scope::All, Filter { model: Some("haiku".into()), ..Filter::default() });
    let mut page = Rows { window: Some(all_day()), scope, filter, after: None, limit: 2 };
    let mut seen = Vec::new();
    loop {
        let rows = store.ask(page.clone()).await.unwrap();
        let Some(last) = rows.last() else { break };
        page.after = Some(last.id);
        seen.push(rows.iter().map(|row| row.id.0).collect::<Vec<_>>());
    }
    assert_eq!(seen, [vec![1, 3], vec![4, 5]]);
}

async fn cells_count_by_model_and_type(store: &Store) {
    let haiku = call("haiku").guild("g").ms(1_000).tokens(10, 20);
    keep(
        store,
        [
            haiku.clone().build(),
            haiku.clone().ms(3_000).build(),
            haiku.clone().query_type(QueryType::Code).build(),
            haiku.clone().at("2026-11-21T00:00:00Z").build(),
            call("sonnet").outcome(Outcome::Error(ErrorClass::Timeout)).build(),
        ],
    )
    .await;
    let groups = cells(store, Scope::All).await;
    let keys: Vec<_> = groups.iter().map(|group| (group.key.model.as_str(), group.key.query_type)).collect();
    assert_eq!(keys, [("haiku", QueryType::Code), ("haiku", QueryType::Other), ("sonnet", QueryType::Other)]);
    assert_eq!(groups[1].cell.response.sum(), 4_000_000);
    assert_eq!(groups[1].cell.output, Tally { n: 2, sum: 40 });
    assert_eq!(groups[2].cell.failures(), 1);
    let in_guild = cells(store, Scope::Guild("g".into())).await;
    assert_eq!(in_guild, groups[..2]);
}

async fn spend_counts_known_costs(store: &Store) {
    let paid = call("haiku").user("ann").cost_usd(0.5);
    keep(store, [paid.clone().build(), call("haiku").build(), paid.at("2026-11-20T23:59:59.999999Z").build()]).await;
    let (scope, filter) = everything();
    let spend = store.ask(Spend { window: all_day(), scope, filter: filter.clone() }).await.unwrap();
    assert_eq!(spend, Tally { n: 2, sum: 1_000_000_000 });
    let own = Spend { window: all_day(), scope: Scope::User("ann".into()), filter };
    assert_eq!(store.ask(own).await.unwrap(), spend);
}

async fn only_money_that_was_really_spent_counts_as_own(store: &Store) {
    let own = |provider: &str| {
        let call = call("haiku").cost_usd(0.5).with(|call| call.context.messages = Some(0));
        call.with(|call| call.provider = Some(provider.into())).build()
    };
    let imported = call("haiku").cost_usd(40.0).build();
    keep(store, [own("anthropic"), own("simulated"), imported]).await;
    let spent = store.ask(OwnSpend { window: all_day() }).await.unwrap();
    assert_eq!(spent, Tally { n: 1, sum: 500_000_000 });
}

async fn the_recent_rows_come_newest_first(store: &Store) {
    let at = |time: &str| call("haiku").at(&format!("2026-11-20T{time}Z")).build();
    keep(store, [at("01:00:00"), at("03:00:00"), at("02:00:00"), call("opus").build()]).await;
    let filter = Filter { model: Some("haiku".into()), ..Filter::default() };
    let recent = store.ask(Recent { window: all_day(), scope: Scope::All, filter, limit: 2 }).await.unwrap();
    let hours: Vec<String> = recent.iter().map(|row| row.call.at.to_string()[11..13].to_owned()).collect();
    assert_eq!(hours, ["03", "02"]);
}

async fn hours_are_those_of_the_zone(store: &Store) {
    // Kathmandu is 5:45 ahead of UTC: 12:14 there is 17:59, 12:15 is 18:00.
    keep(
        store,
        ["12:14:59", "12:15:00", "12:59:59"].map(|time| call("haiku").at(&format!("2026-11-20T{time}Z")).build()),
    )
    .await;
    let (scope, filter) = everything();
    let question = ByHour { window: all_day(), scope, filter, zone: Tz::Asia__Kathmandu };
    let hours = store.ask(question).await.unwrap();
    let hours = hours.hours_of_day();
    assert_eq!((hours[17], hours[18], hours.iter().sum::<u64>()), (1, 2, 3));
}

async fn the_slowest_are_whole_answers_that_the_viewer_may_read(store: &Store) {
    let open = call("haiku").channel("open");
    keep(
        store,
        [
            open.clone().ms(10).build(),
            open.clone().ms(30).build(),
            open.clone().ms(99).outcome(Outcome::Cut).build(),
            call("haiku").channel("closed").ms(40).build(),
            call("haiku").ms(20).build(),
            open.build(),
        ],
    )
    .await;
    let slowest = |readable, top| {
        let (scope, filter) = everything();
        async move {
            let found = store.ask(Slowest { window: all_day(), scope, readable, filter, top }).await.unwrap();
            found.iter().map(|row| row.call.times.response.unwrap().0 / 1_000).collect::<Vec<_>>()
        }
    };
    assert_eq!(slowest(Readable::All, 3).await, [40, 30, 20]);
    assert_eq!(slowest(Readable::Channels(vec!["open".into(), "o'clock".into()]), 5).await, [30, 10]);
    assert!(slowest(Readable::Channels(vec![]), 5).await.is_empty());
}

async fn the_last_answer_is_the_last_one_asked(store: &Store) {
    let ann = call("haiku").channel("c").user("ann");
    keep(
        store,
        [
            ann.clone().ms(2).at("2026-11-20T12:00:02Z").build(),
            ann.clone().ms(1).at("2026-11-20T12:00:01Z").build(),
            ann.clone().outcome(Outcome::Error(ErrorClass::Server)).at("2026-11-20T12:00:03Z").build(),
            ann.clone().channel("d").at("2026-11-20T12:00:04Z").build(),
            ann.user("bob").at("2026-11-20T12:00:05Z").build(),
        ],
    )
    .await;
    let last = store.ask(LastAnswer { channel: "c".into(), user: Some("ann".into()) }).await.unwrap().unwrap();
    assert_eq!((last.id, last.call.times.response), (CallId(1), Some(Micros(2_000))));
    assert_eq!(store.ask(LastAnswer { channel: "c".into(), user: Some("eve".into()) }).await.unwrap(), None);
    let anybodys = async |channel: &str| store.ask(LastAnswer { channel: channel.into(), user: None }).await.unwrap();
    assert_eq!(anybodys("c").await.map(|last| last.id), Some(CallId(5)));
    assert_eq!((anybodys("d").await.map(|last| last.id), anybodys("e").await), (Some(CallId(4)), None));
}

async fn one_call_is_seen_by_who_may_see_it(store: &Store) {
    keep(store, [call("haiku").guild("g").channel("c").user("ann").build()]).await;
    let seen = async |id: i64, scope: Scope, readable: Readable| {
        store.ask(One { call: CallId(id), scope, readable }).await.unwrap().is_some()
    };
    let of = |channel: &str| Readable::Channels(vec![channel.into()]);
    assert!(seen(1, Scope::All, Readable::All).await && seen(1, Scope::Guild("g".into()), of("c")).await);
    assert!(seen(1, Scope::User("ann".into()), Readable::All).await);
    assert!(!seen(1, Scope::User("eve".into()), Readable::All).await);
    assert!(!seen(1, Scope::Guild("g".into()), of("d")).await && !seen(1, Scope::Guild("h".into()), of("c")).await);
    assert!(!seen(2, Scope::All, Readable::All).await);
}

async fn models_come_most_used_first(store: &Store) {
    keep(store, ["b", "a", "c", "c"].map(|model| call(model).guild("g").user("ann").build())).await;
    keep(store, [call("z").user("bob").build()]).await;
    let seen = |scope| async move {
        let models = store.ask(ModelsSeen { scope }).await.unwrap();
        models.iter().map(|model| model.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(seen(Scope::All).await, ["c", "a", "b", "z"]);
    assert_eq!(seen(Scope::Guild("g".into())).await, ["c", "a", "b"]);
    assert_eq!(seen(Scope::User("bob".into())).await, ["z"]);
}

async fn the_extent_just_holds_the_calls(store: &Store) {
    assert_eq!(store.ask(Extent { scope: Scope::All }).await.unwrap(), None);
    keep(store, ["12:00:01", "11:00:00", "13:00:00"].map(|time| call("m").at(&format!("2026-11-20T{time}Z")).build()))
        .await;
    let extent = store.ask(Extent { scope: Scope::All }).await.unwrap();
    assert_eq!(extent, Some(window("2026-11-20T11:00:00Z", "2026-11-20T13:00:00.000001Z")));
}

async fn preferences_are_set_replaced_and_cleared(store: &Store) {
    let set = |place: &PreferencePlace, preference, value: Option<&str>| {
        let change = Change::Set { place: place.clone(), preference, value: value.map(String::from) };
        async move { store.apply(change).await.unwrap().changed }
    };
    let (channel, own) = (PreferencePlace::Channel("x".into()), PreferencePlace::User("x".into()));
    assert_eq!(set(&channel, Preference::Model, Some("haiku")).await, 1);
    assert_eq!(set(&channel, Preference::Model, Some("opus")).await, 1);
    assert_eq!(set(&own, Preference::Monitor, Some("on")).await, 1);
    assert_eq!(set(&own, Preference::ContextMessages, Some("10")).await, 1);
    assert_eq!(set(&own, Preference::Monitor, None).await, 1);
    assert_eq!(set(&own, Preference::Monitor, None).await, 0);
    let mut stored = store.ask(Preferences).await.unwrap();
    stored.sort_by(|a, b| a.2.cmp(&b.2));
    let expected =
        [(own, Preference::ContextMessages, "10".to_owned()), (channel, Preference::Model, "opus".to_owned())];
    assert_eq!(stored, expected);
}

async fn opinions_change_rows_and_cells(store: &Store) {
    let anns = call("haiku").guild("g").user("ann");
    keep(store, [anns.clone().build(), anns.rating(1).build()]).await;
    let rate = |call, by: &str, score: Option<u8>| {
        store.apply(Change::Rate { call: CallId(call), by: by.into(), rating: score.and_then(Rating::new) })
    };
    assert_eq!(rate(1, "ann", Some(5)).await.unwrap().changed, 1);
    assert_eq!(rate(1, "ann", Some(4)).await.unwrap().changed, 1);
    assert_eq!(rate(2, "ann", None).await.unwrap().changed, 1);
    assert_eq!(rate(77, "ann", Some(3)).await.unwrap().changed, 0);
    assert_eq!(store.apply(Change::AskedAgain { call: CallId(1) }).await.unwrap().changed, 1);
    assert_eq!(store.apply(Change::AskedAgain { call: CallId(77) }).await.unwrap().changed, 0);
    let first = &calls(store).await[0];
    assert_eq!((first.rating, first.asked_again), (Rating::new(4), 1));
    for scope in [Scope::All, Scope::Guild("g".into())] {
        let cell = &cells(store, scope).await[0].cell;
        assert_eq!((cell.ratings, cell.asked_again), (Tally { n: 1, sum: 4 }, 1));
    }
    for (by, score) in [("bob", Some(1)), ("bob", Some(2)), ("cas", Some(5)), ("dot", Some(5)), ("dot", None)] {
        assert_eq!(rate(1, by, score).await.unwrap().changed, 1);
    }
    let first = &calls(store).await[0];
    assert_eq!((first.rating, first.others_ratings), (Rating::new(4), Tally { n: 2, sum: 7 }));
    assert_eq!(cells(store, Scope::All).await[0].cell.ratings, Tally { n: 3, sum: 11 });
}

async fn an_answer_is_found_by_any_of_its_messages(store: &Store) {
    let (asked, later) = (at("2026-11-20T12:00:00Z"), at("2026-11-20T13:00:00Z"));
    keep(
        store,
        [
            call("haiku").channel("c").user("ann").build(),
            call("opus").channel("c").with(|call| call.at = later).build(),
        ],
    )
    .await;
    let deliver =
        |at, message: &str| store.apply(Change::Delivered { at, channel: "c".into(), message: message.into() });
    assert_eq!(deliver(asked, "11 12").await.unwrap().changed, 1);
    assert_eq!(deliver(later, "13").await.unwrap().changed, 1);
    assert_eq!(deliver(asked.plus(1), "14").await.unwrap().changed, 0);
    let answer_of = async |message: &str| {
        let found = store.ask(AnswerOf { message: message.into(), asked: all_day() }).await.unwrap();
        found.map(|stored| stored.call.model.to_string())
    };
    assert_eq!((answer_of("11").await, answer_of("12").await), (Some("haiku".into()), Some("haiku".into())));
    assert_eq!(
        (answer_of("13").await, answer_of("1").await, answer_of("11 12").await),
        (Some("opus".into()), None, None)
    );
}

async fn a_person_can_be_forgotten(store: &Store) {
    let ask = |user: &str| call("haiku").guild("g").channel("c").user(user);
    for (user, n) in [("ann", 3), ("bob", 2)] {
        for _ in 0..n {
            record(store, ask(user).build(), Some("What is Python?")).await;
        }
    }
    store.flush().await.unwrap();
    let before = cells(store, Scope::Guild("g".into())).await;
    let own = PreferencePlace::User("ann".into());
    for (preference, value) in [(Preference::Model, "opus"), (Preference::OptOut, "on")] {
        let value = Some(value.to_owned());
        store.apply(Change::Set { place: own.clone(), preference, value }).await.unwrap();
    }
    let rating = Rating::new(2);
    store.apply(Change::Rate { call: CallId(4), by: "ann".into(), rating }).await.unwrap();
    store.apply(Change::Rate { call: CallId(1), by: "ann".into(), rating }).await.unwrap();
    let kept = store.ask(KeptOf { user: "ann".into() }).await.unwrap();
    assert_eq!((kept.calls, kept.hashes, kept.previews, kept.ratings), (3, 3, 0, 2));
    assert_eq!((kept.first, kept.last), (Some(at("2026-11-20T12:00:00Z")), Some(at("2026-11-20T12:00:00Z"))));

    let erased = store.apply(Change::erase(Whose::Person("ann".into()))).await.unwrap();
    assert_eq!((erased.changed, erased.settings), (3, 1));
    assert_eq!(store.ask(KeptOf { user: "ann".into() }).await.unwrap(), Kept::default());
    assert_eq!(store.ask(Preferences).await.unwrap(), [(own, Preference::OptOut, "on".to_owned())]);
    let left = calls(store).await;
    assert!(left[..3].iter().all(|call| call.user.is_none() && call.prompt_hash.is_none()));
    assert!(left[3..].iter().all(|call| call.user == Some("bob".into()) && call.prompt_hash.is_some()));
    let mut after = cells(store, Scope::Guild("g".into())).await;
    after[0].cell.ratings = Tally::default();
    assert_eq!(after, before, "what the calls came to stays");
    keep(store, (0..40).map(|n| ask(["ann", "bob"][n % 2]).build())).await;
    assert_eq!(store.ask(KeptOf { user: "ann".into() }).await.unwrap().calls, 20, "ann may come back");
}

async fn a_guild_can_be_purged(store: &Store) {
    let ask = |guild: &str| call("haiku").guild(guild).channel(&format!("in {guild}")).user("ann");
    for guild in ["g", "h", "g"] {
        record(store, ask(guild).build(), Some("What is Python?")).await;
    }
    let channel = PreferencePlace::Channel("in g".into());
    let set = Change::Set { place: channel, preference: Preference::Model, value: Some("opus".into()) };
    store.apply(set).await.unwrap();
    store.apply(Change::Rate { call: CallId(1), by: "bob".into(), rating: Rating::new(5) }).await.unwrap();
    let before = cells(store, Scope::All).await;
    let whose = Whose::Guild { guild: "g".into(), channels: vec!["in g".into(), "never used".into()] };
    assert_eq!(store.ask(Guilds).await.unwrap(), ["g".into(), "h".into()]);
    assert_eq!(store.ask(ChannelsOf { guild: "g".into() }).await.unwrap(), ["in g".into()]);
    let erased = store.apply(Change::erase(whose)).await.unwrap();
    assert_eq!((erased.changed, erased.settings), (2, 1));
    assert_eq!(store.ask(Guilds).await.unwrap(), ["h".into()]);
    assert_eq!(store.ask(ChannelsOf { guild: "g".into() }).await.unwrap(), []);
    assert!(cells(store, Scope::Guild("g".into())).await.is_empty());
    assert_eq!(cells(store, Scope::Guild("h".into())).await[0].cell.calls(), 1);
    assert_eq!(cells(store, Scope::All).await, before);
    let left = calls(store).await;
    assert!([&left[0], &left[2]].iter().all(|call| call.channel.is_none() && call.user.is_none()));
    assert_eq!((left[1].guild.clone(), left[1].user.clone()), (Some("h".into()), Some("ann".into())));
    keep(store, [ask("g").build()]).await;
    assert_eq!(cells(store, Scope::Guild("g".into())).await[0].cell.calls(), 1, "the guild may come back");
}

async fn repeats_are_found_within_their_scope(store: &Store) {
    let guild = call("haiku").guild("g");
    record(store, guild.clone().user("ann").build(), Some("What is Python?")).await;
    record(store, guild.clone().user("bob").at("2026-11-20T12:01:30.9Z").build(), Some("what is python?")).await;
    record(store, call("haiku").user("ann").at("2026-11-20T12:02:00Z").build(), Some("What is Python?")).await;
    record(store, guild.at("2026-11-20T12:03:00Z").build(), Some("What is Rust?")).await;
    store.flush().await.unwrap();
    let stored = rows(store).await;
    assert_eq!(stored.iter().map(|row| row.call.repeat_after_s).collect::<Vec<_>>(), [None, Some(90), None, None]);
    assert_eq!(stored[0].call.prompt_hash, stored[2].call.prompt_hash);
    assert!(stored[0].call.prompt_hash.is_some() && stored[0].call.prompt_hash != stored[3].call.prompt_hash);
    assert!(stored.iter().all(|row| row.preview.is_none()), "previews are off by default");
}

async fn unknown_names_have_no_calls(store: &Store) {
    keep(store, [call("haiku").user("ann").build()]).await;
    let unknown = Filter { model: Some("nobody's".into()), ..Filter::default() };
    let (scope, other) = (Scope::User("ann".into()), Filter { user: Some("bob".into()), ..Filter::default() });
    let nobody = Scope::Guild("nowhere".into());
    assert!(store.ask(Cells { window: all_day(), scope: Scope::All, filter: unknown }).await.unwrap().is_empty());
    assert!(store.ask(Cells { window: all_day(), scope, filter: other }).await.unwrap().is_empty());
    assert_eq!(store.ask(Extent { scope: nobody.clone() }).await.unwrap(), None);
    assert!(store.ask(ModelsSeen { scope: nobody }).await.unwrap().is_empty());
}

async fn a_closed_store_still_answers(store: &Store) {
    record(store, call("haiku").build(), None).await;
    let recorder = store.recorder();
    store.close().await;
    assert_eq!(calls(store).await.len(), 1);
    let late = Record { call: call("haiku").build(), prompt: None };
    let ticket = recorder.begin(started(&late.call));
    assert_eq!(recorder.record(ticket, late).await, Err(Lost::Closed));
    assert!(matches!(store.apply(Change::AskedAgain { call: CallId(1) }).await, Err(StoreError::Closed)));
    assert!(matches!(store.flush().await, Err(StoreError::Closed)));
    store.close().await;
}

async fn the_inventory_finds_no_fault(store: &Store) {
    keep(store, [call("haiku").build()]).await;
    let stock = store.ask(Inventory).await.unwrap();
    assert_eq!((stock.calls, stock.lost, stock.faults.len()), (1, 0, 0));
    assert!(stock.bytes > 4_096 && stock.schema > 0);
}

async fn what_is_committed_is_there(store: &Store) {
    let recorder = store.recorder();
    for n in 1..=3 {
        let record = Record { call: call("haiku").build(), prompt: None };
        let ticket = recorder.begin(started(&record.call));
        let seq = recorder.record(ticket, record).await.unwrap();
        recorder.committed(seq).await.unwrap();
        assert_eq!(calls(store).await.len(), n);
    }
}

#[tokio::test]
async fn previews_are_kept_if_the_owner_says_so() {
    let store = Store::in_memory(keeping_previews()).unwrap();
    record(&store, call("haiku").build(), Some("What is Python?")).await;
    record(&store, call("haiku").build(), None).await;
    store.flush().await.unwrap();
    let previews: Vec<_> = rows(&store).await.into_iter().map(|row| row.preview).collect();
    assert_eq!(previews, [Some("What is Python?".to_owned()), None]);
}

#[tokio::test]
async fn a_cell_of_all_time_is_possible() {
    let store = Store::in_memory(StoreOptions::default()).unwrap();
    let far = call("haiku").with(|call| call.at = Timestamp(i64::MIN + 1)).build();
    keep(&store, [far, call("haiku").build()]).await;
    let window = crate::model::Window { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
    let (scope, filter) = everything();
    let groups = store.ask(Cells { window, scope, filter }).await.unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!(
        (&groups[0].key, groups[0].cell.calls()),
        (&CellKey { model: "haiku".into(), query_type: QueryType::Other }, 2)
    );
}
