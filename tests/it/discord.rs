//! The bot on Discord, from outside: people talk, use slash commands and press buttons on a fake Discord, and what they see
//! is held against what they should.

mod crowd;
mod endings;
mod files;
mod looking;
mod memory;
mod pictures;
mod rating;
mod rights;
mod starting;
mod talking;
mod trouble;
mod writing;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use perfbot::app::{App, Discovery, Plan};
use perfbot::chat::discord::{Bot, LocalServer};
use perfbot::config::{Config, Variables};
use perfbot::model::{Clock, Filter, Scope, Timestamp};
use perfbot::store::question::Question;
use perfbot::store::{Store, StoreOptions, Want};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fakes::ai::{FakeAi, Reply};
use crate::fakes::discord::{Channel, FakeDiscord, Guild, Person, Said};

/// When everything happens, unless a test lets time pass.
const NOW: &str = "2026-11-21T12:00:00Z";

/// A clock that goes on by a millisecond whenever somebody looks, so that no moment comes twice.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}

/// A bot that is connected to a Discord of its own.
pub struct World {
    pub discord: FakeDiscord,
    ai: Option<FakeAi>,
    pub folder: TempDir,
    pub settings: String,
    clock: Arc<Ticking>,
    running: Option<Running>,
}

/// The bot as long as it runs.
struct Running {
    end: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
}

/// Simulated models that answer at once, and no pause between edits.
const QUICK: &str = "[simulated]\npace = 0\n[discord]\nedit_every = \"0s\"\n";

impl World {
    /// A bot with simulated models that answer at once.
    pub async fn new() -> Self {
        Self::with(QUICK).await
    }

    /// A bot whose one model answers as told, without a pause between edits.
    pub async fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::asking(replies, "edit_every = \"0s\"").await
    }

    /// The same, with these settings of Discord.
    pub async fn asking(replies: impl IntoIterator<Item = Reply>, settings: &str) -> Self {
        let ai = FakeAi::start(replies).await;
        let model = format!(
            "[discord]\n{settings}\n[answer]\nback_off_base = \"1ms\"\n[[models]]\nname = \"haiku\"\nlabel = \"Haiku\"\n\
             provider = \"vllm\"\nid = \"some-model\"\nbase_url = \"{}v1/\"\nkey_env = \"TEST_KEY\"\nsees = true\n\
             price = {{ input = 2.0, output = 10.0 }}\n",
            ai.address
        );
        let mut world = Self::with(&model).await;
        world.ai = Some(ai);
        world
    }

    /// A bot with these settings.
    pub async fn with(settings: &str) -> Self {
        let mut world = Self::before_the_start(settings).await;
        world.start().await;
        world
    }

    /// A Discord to which no bot is connected yet.
    pub async fn before_the_start(settings: &str) -> Self {
        let discord = FakeDiscord::start().await;
        discord.at(NOW.parse().unwrap());
        let now: Timestamp = NOW.parse().unwrap();
        let clock = Arc::new(Ticking(AtomicI64::new(now.0)));
        let (folder, settings) = (TempDir::new().unwrap(), settings.to_owned());
        Self { discord, ai: None, folder, settings, clock, running: None }
    }

    /// What the model was asked.
    pub fn prompts(&self) -> Vec<Value> {
        let seen = self.ai.as_ref().expect("a fake model answers").seen();
        seen.into_iter().map(|seen| seen.body["messages"].clone()).collect()
    }

    /// Starts the bot, on the store it had before, and waits until it is there.
    pub async fn start(&mut self) {
        self.launch().await;
        self.discord.connected().await;
        self.discord.registered("perf").await;
    }

    /// Starts the bot.
    pub async fn launch(&mut self) {
        let app = self.app().await;
        let local = LocalServer::parse(self.discord.address()).unwrap();
        let token = self.discord.token().to_owned().into();
        let bot = Bot::identify(token, Some(local), app.discord.clone()).await.unwrap();
        let end = CancellationToken::new();
        let asked_to_end = end.clone();
        let task = tokio::spawn(async move {
            let ended = bot.run(app.services.clone(), app.clock.clone(), app.notices(), &asked_to_end).await;
            app.close().await;
            ended
        });
        self.running = Some(Running { end, task });
    }

    /// What lies in the store, as another process sees it.
    pub async fn stored<Q: Question>(&self, question: Q) -> Q::Answer {
        let options = StoreOptions { want: Want::Look, ..StoreOptions::default() };
        Store::open(self.folder.path().join("perfbot.db"), options).unwrap().ask(question).await.unwrap()
    }

    /// Waits until the answer to a question about the store is as wanted. The store tells nobody when it changes, so it is
    /// asked again and again.
    pub async fn until_stored<Q: Question + Clone>(&self, question: Q, wanted: impl Fn(&Q::Answer) -> bool) {
        for _ in 0..20_000 {
            if wanted(&self.stored(question.clone()).await) {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the store does not come to what is wanted");
    }

    async fn app(&self) -> App {
        let mut config = Config::parse("config.toml", &self.settings, &Variables::default()).unwrap();
        config.store = self.folder.path().join("perfbot.db");
        let plan = Plan {
            config,
            environment: Arc::new(|name| (name == "TEST_KEY").then(|| "a-key".to_owned())),
            clock: Arc::clone(&self.clock) as _,
            discovery: Discovery::Skip,
            want: Want::Write,
        };
        App::build(plan).await.unwrap()
    }

    /// Ends the bot in order.
    pub async fn stop(&mut self) {
        let Running { end, task } = self.running.take().expect("it runs");
        end.cancel();
        task.await.unwrap().unwrap();
    }

    /// A server with a channel.
    pub fn town(&self) -> (Guild, Channel) {
        let town = self.discord.guild("Town");
        let general = town.channel("general");
        (town, general)
    }

    /// The last of the bot's messages in a channel, once it no longer changes by its looks: it has its small lines.
    pub async fn finished(&self, said: &Said) -> Said {
        let answer = self.discord.answer_to(said).await;
        self.discord.until(|| answer.text().contains("\n-# ").then_some(())).await;
        answer
    }

    /// Says something and waits for the reply to it.
    pub async fn ask(&self, who: &Person, channel: &Channel, text: &str) -> Said {
        self.discord.answer_to(&self.discord.says(who, channel, text)).await
    }

    /// Asks something and waits for the whole answer.
    pub async fn asks(&self, who: &Person, channel: &Channel, text: &str) -> Said {
        self.finished(&self.discord.says(who, channel, text)).await
    }

    /// Uses a slash command and waits for the message that comes of it.
    pub async fn uses(&self, who: &Person, channel: &Channel, line: &str) -> Said {
        self.discord.registered("perf").await;
        self.discord.answered(&self.discord.slash(who, channel, line)).await
    }
}

/// Every row.
pub fn all_rows() -> perfbot::store::question::Rows {
    perfbot::store::question::Rows {
        window: None,
        scope: Scope::All,
        filter: Filter::default(),
        after: None,
        limit: 10_000,
    }
}

/// A transcript with the figures of the small lines taken out, which are never the same.
pub fn figureless(text: &str) -> String {
    let line = |line: &str| match line.split_once(" · ") {
        Some((model, _)) if line.trim_start().starts_with("-# ") => format!("{model} · …"),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
