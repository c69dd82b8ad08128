//! What tests of commands stand on: a store in memory with calls in it, simulated models that answer at once, a clock
//! that moves on by a second with every line, and people who type.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono_tz::Tz;

use super::{Audience, Context, Failure, Parsed, Services, Then, Wish, asked_again, parse, run};
use crate::ai::provider::KeyRing;
use crate::ai::{
    Answering, Assistant, Catalogue, Event, Guard, Parts, Preferences, Question, Simulated, simulated_models,
};
use crate::config::{Config, Variables};
use crate::model::{
    ErrorClass, MessageId, NanoUsd, Outcome, Person, Place, PrivacySettings, QueryType, Readable, Retention, Role,
    StandingClock, StorePrompts, Timestamp,
};
use crate::pricing::PriceTable;
use crate::store::{Change, Expected, Record, Started, Store, StoreOptions};
use crate::testing::{CallBuilder, at, call};
use crate::view::{Block, Fonts, Painter, plain, sentence};

/// When it begins.
const NOW: &str = "2026-11-21T12:00:00Z";

/// Somebody who types, somewhere. All of them share one bot.
#[derive(Clone)]
pub struct Typist {
    services: Services,
    person: Person,
    place: Place,
    /// What they reply to.
    reply_to: Option<MessageId>,
    /// Since it began.
    seconds: Arc<AtomicI64>,
}

/// The host of a bot that has answered nothing yet, in a direct message.
pub async fn owner() -> Typist {
    owner_of([]).await
}

/// The host of a bot with these calls in its store, in a direct message.
pub async fn owner_of(calls: impl IntoIterator<Item = CallBuilder>) -> Typist {
    owner_keeping(StorePrompts::None, calls).await
}

/// The same, with this much kept of the calls' prompts.
pub async fn owner_keeping(store_prompts: StorePrompts, calls: impl IntoIterator<Item = CallBuilder>) -> Typist {
    let privacy = PrivacySettings { store_prompts };
    owner_of_store(StoreOptions { privacy, ..StoreOptions::default() }, calls).await
}

/// The same, with another store.
pub async fn owner_of_store(options: StoreOptions, calls: impl IntoIterator<Item = CallBuilder>) -> Typist {
    let (privacy, retention) = (options.privacy, options.retention);
    let store = Store::in_memory(options).unwrap();
    for call in calls {
        record(&store, call).await;
    }
    store.flush().await.unwrap();
    let services = Services {
        assistant: assistant(&store),
        store,
        zone: Tz::UTC,
        privacy,
        retention: Retention { rows: retention.rows.or(Some(std::time::Duration::from_hours(90 * 24))), ..retention },
        prefix: "!".into(),
        mention: "@perfbot".into(),
        owner: "owner".into(),
        painter: Arc::new(Painter::new(Fonts::Own)),
    };
    let place = Place { guild: None, channel: "owner".into() };
    Typist { services, person: person("owner", Role::Owner), place, reply_to: None, seconds: Arc::default() }
}

/// A day of the guild "town": Ann's quick questions in "general", Bob's slow code in "ops" (one of them failed, one was
/// stopped), and what Bob asked in private.
pub fn a_day() -> Vec<CallBuilder> {
    let minute = |minute: usize| format!("2026-11-20T{:02}:{:02}:00Z", 13 + minute / 60, minute % 60);
    let quick = (0..24).map(|n| {
        let call = call("sim-swift").at(&minute(3 * n)).guild("town").channel("general").user("ann");
        let call = call.query_type(QueryType::Question).ms(800 + 20 * n as u64).ttft_ms(200);
        call.tokens(300, 100).cost_usd(0.001).rating(if n % 3 == 0 { 4 } else { 5 })
    });
    let slow = (0..8).map(|n| {
        let call = call("sim-deep").at(&minute(80 + n)).guild("town").channel("ops").user("bob");
        let call = call.query_type(QueryType::Code).ms(4000 + 100 * n as u64).ttft_ms(900);
        let call = call.tokens(1200, 400).cache_read(600).cost_usd(0.01);
        match n {
            3 => call
                .outcome(Outcome::Error(ErrorClass::RateLimit))
                .attempts(4, 7000, 1500)
                .with(|call| call.cost = None),
            5 => call.outcome(Outcome::Stopped),
            _ => call,
        }
    });
    let private = (0..7).map(|n| {
        let call = call("sim-deep").at(&minute(120 + n)).channel("bob").user("bob").query_type(QueryType::Reasoning);
        call.ms(9000 + 100 * n as u64).ttft_ms(900).tokens(1200, 400)
    });
    quick.chain(slow).chain(private).collect()
}

/// Records a call whose prompt names its type.
async fn record(store: &Store, call: CallBuilder) {
    let call = call.build();
    let started = Started {
        at: call.at,
        guild: call.guild.clone(),
        channel: call.channel.clone(),
        user: call.user.clone(),
        provider: call.provider.clone(),
        model: call.model.clone(),
        query_type: call.query_type,
        context_messages: None,
        expected: Expected::default(),
    };
    let prompt = Some(format!("a {} prompt", call.query_type).into());
    let recorder = store.recorder();
    let ticket = recorder.begin(started);
    recorder.record(ticket, Record { call, prompt }).await.unwrap();
}

fn assistant(store: &Store) -> Assistant {
    let Config { limits, answer, context, .. } = Config::parse("config.toml", "", &Variables::default()).unwrap();
    let guard = Guard::new(limits, Tz::UTC, store.access(), (at(NOW), NanoUsd::ZERO));
    Assistant::new(Parts {
        catalogue: Catalogue::new(simulated_models(), None),
        provider: Arc::new(Simulated::new(1, 0.0)),
        keys: KeyRing::default(),
        prices: PriceTable::builtin(),
        answer,
        context,
        monitor: false,
        guard,
        preferences: Preferences::default(),
        recorder: store.recorder(),
        clock: Arc::new(StandingClock(at(NOW))),
        chance: fastrand::Rng::with_seed(1),
    })
}

fn person(name: &str, role: Role) -> Person {
    Person { id: name.into(), role }
}

impl Typist {
    /// Someone else at the same bot, in a direct message of their own.
    pub fn other(&self, name: &str, role: Role) -> Self {
        let place = Place { guild: None, channel: name.into() };
        Self { person: person(name, role), place, ..self.clone() }
    }

    /// The same person in a channel of a guild.
    pub fn in_guild(&self, guild: &str, channel: &str) -> Self {
        Self { place: Place { guild: Some(guild.into()), channel: channel.into() }, ..self.clone() }
    }

    /// The same person in reply to a message.
    pub fn replying_to(&self, message: &str) -> Self {
        Self { reply_to: Some(message.into()), ..self.clone() }
    }

    /// What comes of a line: the reply, the sentence, or in brackets what else happens.
    pub async fn says(&self, line: &str) -> String {
        self.seconds.fetch_add(1, Ordering::Relaxed);
        match parse(line, &self.services.prefix) {
            Parsed::Foreign => "(silence)".to_owned(),
            Parsed::Talk => self.asks(Wish { text: line.trim().into(), repeats: None }).await,
            Parsed::Wrong(error) => sentence(&error.to_string()),
            Parsed::Command(entry, words) => match run(entry, &words, &self.context()).await {
                Ok(ran) => self.sees(ran.then, plain::render(&ran.reply.blocks)).await,
                Err(Failure::User(error)) => sentence(&error.to_string()),
                Err(failure @ Failure::Internal(_)) => panic!("{failure}"),
            },
        }
    }

    /// The documents and files that come of a line.
    pub async fn documents(&self, line: &str) -> Vec<Block> {
        let Parsed::Command(entry, words) = parse(line, &self.services.prefix) else { panic!("{line} is no command") };
        let ran = run(entry, &words, &self.context()).await.unwrap_or_else(|failure| panic!("{failure}"));
        let is_file = |block: &Block| matches!(block, Block::Document { .. } | Block::File(_));
        ran.reply.blocks.into_iter().filter(is_file).collect()
    }

    /// Lets go of rows that are older than the host wants them to be kept.
    pub async fn trims(&self) {
        self.services.store.apply(Change::Trim { now: self.now() }).await.unwrap();
    }

    /// Lets time pass.
    pub fn waits(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Asks, and does not wait for the answer. Until somebody waits for something, it is still to be written.
    pub fn ask(&self, wish: &Wish) -> Answering {
        let (place, user, text) = (self.place.clone(), self.person.id.clone(), Arc::clone(&wish.text));
        let asked = Question::new(place, user, text, (self.now(), Instant::now()));
        let question = Question { repeats: wish.repeats, ..asked };
        self.services.assistant.ask(question).unwrap_or_else(|refusal| panic!("refused: {refusal:?}"))
    }

    fn now(&self) -> Timestamp {
        at(NOW).plus(self.seconds.load(Ordering::Relaxed) * 1_000_000)
    }

    fn context(&self) -> Context {
        let now = self.now();
        let Self { services, person, place, reply_to, .. } = self.clone();
        // Like the console: in a channel it is not known who else reads which other.
        let (audience, readable) = match (&place.guild, person.role) {
            (None, _) => (Audience::Asker, Readable::All),
            (Some(_), Role::Owner) => (Audience::Everyone, Readable::All),
            (Some(_), _) => (Audience::Everyone, Readable::Channels(vec![place.channel.clone()])),
        };
        Context { services, person, place, reply_to, audience, readable, now }
    }

    /// Does what a chat does about what follows from a command.
    async fn sees(&self, then: Then, reply: String) -> String {
        match then {
            Then::Reply => {}
            Then::Ask(wish) => return self.asks(wish).await,
            Then::Forget => self.services.assistant.forget(&self.place.channel, self.now()),
            Then::Stop => self.services.assistant.stop(&self.person.id, &self.place.channel),
        }
        if reply.is_empty() { "(silence)".to_owned() } else { reply }
    }

    /// Asks, and waits until the answer is in the store.
    async fn asks(&self, wish: Wish) -> String {
        let mut answering = self.ask(&wish);
        answering.shown_as_a_whole();
        asked_again(&wish, &self.services).await;
        while let Some(event) = answering.next().await {
            if let Event::Done(answered) = event {
                assert!(answered.call.outcome.answered(), "{answered:?}");
            }
        }
        self.services.store.flush().await.unwrap();
        let again = if wish.repeats.is_some() { "asked again" } else { "asked" };
        format!("({again}: {})", wish.text)
    }
}
