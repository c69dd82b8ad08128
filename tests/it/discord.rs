//! The bot on Discord, from outside: people talk, use slash commands and press buttons on a fake Discord, and what they see
//! is held against what they should.

mod talking;

use std::sync::Arc;

use perfbot::app::{App, Discovery, Plan};
use perfbot::chat::discord::{Bot, LocalServer};
use perfbot::config::{Config, Variables};
use perfbot::model::{StandingClock, Timestamp};
use perfbot::store::Want;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fakes::discord::{Channel, FakeDiscord, Guild, Said};

/// When everything happens, unless a test lets time pass.
const NOW: &str = "2026-11-21T12:00:00Z";

/// A bot that is connected to a Discord of its own.
pub struct World {
    pub discord: FakeDiscord,
    pub folder: TempDir,
    settings: String,
    running: Option<Running>,
}

/// The bot as long as it runs.
struct Running {
    end: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
}

impl World {
    /// A bot with simulated models that answer at once.
    pub async fn new() -> Self {
        Self::with("[simulated]\npace = 0\n[discord]\nedit_every = \"0s\"\n").await
    }

    /// A bot with these settings.
    pub async fn with(settings: &str) -> Self {
        let discord = FakeDiscord::start().await;
        discord.at(NOW.parse().unwrap());
        let mut world = Self { discord, folder: TempDir::new().unwrap(), settings: settings.to_owned(), running: None };
        world.start().await;
        world
    }

    /// Starts the bot, on the store it had before, and waits until it is there.
    pub async fn start(&mut self) {
        let connected = self.discord.connections();
        self.launch().await;
        self.discord.until(|| (self.discord.connections() > connected).then_some(())).await;
        self.discord.registered("perf").await;
    }

    async fn launch(&mut self) {
        let app = self.app().await;
        let local = LocalServer::parse(self.discord.address()).unwrap();
        let token = self.discord.token().to_owned().into();
        let bot = Bot::identify(token, Some(local), app.discord.clone()).await.unwrap();
        let end = CancellationToken::new();
        let asked_to_end = end.clone();
        let task = tokio::spawn(async move {
            let ended = bot.run(app.services.clone(), app.clock.clone(), &asked_to_end).await;
            app.close().await;
            ended
        });
        self.running = Some(Running { end, task });
    }

    async fn app(&self) -> App {
        let mut config = Config::parse("config.toml", &self.settings, &Variables::default()).unwrap();
        config.store = self.folder.path().join("perfbot.db");
        let now: Timestamp = NOW.parse().unwrap();
        let plan = Plan {
            config,
            environment: Arc::new(|name| (name == "TEST_KEY").then(|| "a-key".to_owned())),
            clock: Arc::new(StandingClock(now)),
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
}

/// A transcript with the figures of the small lines taken out, which are never the same.
pub fn figureless(text: &str) -> String {
    let line = |line: &str| match line.split_once(" (simulated) · ") {
        Some((model, _)) if line.contains("-# ") => format!("{model} (simulated) · …"),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
