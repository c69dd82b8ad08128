//! How long somebody on Discord waits for figures: from the moment a fake Discord hands the gateway's frame to the socket to
//! the moment all of the reply's bytes have come back. Both ends and the store are in one process, on loopback; Discord's
//! own 50 to 200 ms come on top. There are two floors: the wire alone, with nothing at its end that thinks, which is taken
//! off to have the time from a frame that is read to a reply that is on the socket; and a bot on the same client that
//! answers "pong" and nothing else. Then the program itself is started and its memory read once it has nothing to do.
//!
//! `cargo bench --bench replies -- 100000` takes another size than 10,000,000 calls. The store is kept in the build folder
//! and used again.

#[allow(dead_code, reason = "nothing is compared in turn here but replies")]
#[path = "harness/mod.rs"]
mod bench;
mod demo_store;
#[allow(dead_code, unused_imports, reason = "people do many things here that nobody times")]
#[path = "../tests/it/fakes/discord/mod.rs"]
mod discord;
mod wire;

/// What the fake Discord takes from the tests around it.
mod harness {
    use std::path::PathBuf;

    /// Requests are not held against Discord's own description here, which would take time of its own.
    pub fn real_log(_: &str) -> Option<PathBuf> {
        None
    }
}

use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::{Report, Spread};
use demo_store::END;
use discord::{Channel, FakeDiscord, Guild, Person, Route};
use perfbot::app::{App, Discovery, Plan, RunningClock};
use perfbot::chat::discord::{Bot, LocalServer};
use perfbot::config::{Config, Variables};
use perfbot::store::Want;
use serenity::all::{ClientBuilder, Context, EventHandler, GatewayIntents, HttpBuilder, Message};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Replies that one figure of a round comes of.
const REPLIES: usize = 100;

/// What is said, and how many microseconds half of its replies and nearly all may take beside the wire.
const KINDS: [(&str, Option<[f64; 2]>); 7] = [
    ("the wire", None),
    ("pong", None),
    ("!help", None),
    ("!perf stats", Some([300.0, 2_000.0])),
    ("!perf stats --last 30d", None),
    ("!perf slowest", None),
    ("/perf stats", None),
];

/// The places of the floors among them.
const WIRE: usize = 0;
const PONG: usize = 1;

const ROUNDS: usize = 10;

fn main() -> ExitCode {
    let calls = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let mut report = Report::open("replies: from the gateway's frame to the bytes of the reply");
        times(calls, &mut report).await;
        println!("\n  memory of the connected program (VmRSS), nobody talks to it");
        for (what, guilds, people) in [("one server", 1, 10), ("50 servers of 1,000 people", 50, 1_000)] {
            report.goal(&format!("MB, {what}"), Spread::of(vec![memory(guilds, people).await]), ..);
        }
        report.finish()
    })
}

/// A server and somebody in it.
struct Town {
    discord: FakeDiscord,
    guild: Guild,
    channel: Channel,
    who: Person,
}

/// What was waited for, in microseconds, sorted.
struct Waits(Vec<f64>);

async fn times(calls: u64, report: &mut Report) {
    let (wire, floor, town) = (Town::new().await, Town::new().await, Town::new().await);
    wire::answer(wire.discord.address(), wire.discord.token(), wire.channel.id());
    wire.discord.connected().await;
    echo(&floor.discord).await;
    let (guild, channel) = (town.guild.id().to_string().into(), town.channel.id().to_string().into());
    let store = demo_store::filled(calls, &demo_store::Town { guild, channel }).await;
    let end = CancellationToken::new();
    let running = perfbot(&town, store, &end).await;
    let mut rounds: Vec<Vec<Waits>> = KINDS.iter().map(|_| Vec::new()).collect();
    for round in 0..=ROUNDS {
        for (at, ((kind, _), all)) in KINDS.iter().zip(&mut rounds).enumerate() {
            let town = [&wire, &floor].get(at).copied().unwrap_or(&town);
            let waits = town.waits(kind).await;
            all.extend((round > 0).then_some(waits));
        }
    }
    println!("\n  µs, {} replies of each kind; {calls} calls in 30 days", ROUNDS * REPLIES);
    tell(&rounds, report);
    end.cancel();
    running.await.expect("the bot does not panic");
}

fn tell(rounds: &[Vec<Waits>], report: &mut Report) {
    for ((kind, most), all) in KINDS.iter().zip(rounds) {
        for (share, number) in [(0.5, 0), (0.99, 1)] {
            let percent = share * 100.0;
            let whole = all.iter().map(|waits| waits.at(share)).collect();
            report.goal(&format!("{kind}, p{percent:.0}"), Spread::of(whole), ..);
            if let Some(most) = most {
                let beside = all.iter().zip(&rounds[WIRE]).map(|(waits, wire)| waits.at(share) - wire.at(0.5));
                report.goal(
                    &format!("{kind} beside the wire, p{percent:.0}"),
                    Spread::of(beside.collect()),
                    ..=most[number],
                );
            }
        }
    }
    for ((kind, _), all) in KINDS.iter().zip(rounds).skip(PONG + 1) {
        let ratios = all.iter().zip(&rounds[PONG]).map(|(this, floor)| this.at(0.5) / floor.at(0.5));
        report.goal(&format!("{kind} / pong, p50"), Spread::of(ratios.collect()), ..);
    }
}

impl Town {
    async fn new() -> Self {
        let discord = FakeDiscord::start().await;
        discord.at(END.to_utc());
        let guild = discord.guild("Town");
        let (channel, who) = (guild.channel("general"), guild.member("ann"));
        Self { discord, guild, channel, who }
    }

    async fn waits(&self, line: &str) -> Waits {
        let mut waits = Vec::with_capacity(REPLIES);
        for _ in 0..REPLIES {
            wind_down().await;
            let asked = Instant::now();
            let replied = if line.starts_with('/') {
                let asked = self.discord.slash(&self.who, &self.channel, line);
                self.discord.answered(&asked).await;
                self.last(Route::Answer)
            } else {
                let said = self.discord.says(&self.who, &self.channel, line);
                self.discord.answer_to(&said).await;
                self.last(Route::CreateMessage)
            };
            let sent = self.discord.frame_after(asked).expect("a frame was sent");
            waits.push((replied - sent).as_secs_f64() * 1e6);
        }
        // A channel does not grow for ever, and what the fake remembers is not to be timed.
        self.discord.forgets();
        waits.sort_by(f64::total_cmp);
        Waits(waits)
    }

    /// When the last request of a route was there.
    fn last(&self, route: Route) -> Instant {
        self.discord.last_of(route).expect("a reply was sent").at
    }
}

/// Waits until what a reply leaves to do is done: the bot reads what it said itself, the fake tells it what it did. The
/// waiting is busy, because a core that falls asleep takes as long to wake as all the rest.
async fn wind_down() {
    let over = Instant::now() + Duration::from_micros(500);
    while Instant::now() < over {
        tokio::task::yield_now().await;
    }
}

impl Waits {
    fn at(&self, share: f64) -> f64 {
        self.0[((self.0.len() as f64 * share).ceil() as usize).clamp(1, self.0.len()) - 1]
    }
}

/// Somebody who answers at once.
struct Echo;

#[serenity::async_trait]
impl EventHandler for Echo {
    async fn message(&self, context: Context, message: Message) {
        if !message.author.bot {
            // The message may be forgotten by now.
            _ = message.reply(&context.http, "pong").await;
        }
    }
}

async fn echo(discord: &FakeDiscord) {
    let http = HttpBuilder::new(discord.token()).proxy(discord.address()).ratelimiter_disabled(true).build();
    let intents = GatewayIntents::non_privileged() | GatewayIntents::MESSAGE_CONTENT;
    let mut client = ClientBuilder::new_with_http(http, intents).event_handler(Echo).await.expect("the fake answers");
    tokio::spawn(async move { client.start().await });
    discord.connected().await;
}

async fn perfbot(town: &Town, store: PathBuf, end: &CancellationToken) -> tokio::task::JoinHandle<()> {
    let mut config = Config::parse("config.toml", "", &Variables::default()).expect("nothing is set");
    config.store = store;
    let (environment, clock) = (Arc::new(|_: &str| None), Arc::new(RunningClock::starting_at(END)));
    let plan = Plan { config, environment, clock, discovery: Discovery::Skip, want: Want::Write };
    let app = App::build(plan).await.expect("the store opens");
    let local = LocalServer::parse(town.discord.address()).ok();
    let token = town.discord.token().to_owned().into();
    let bot = Bot::identify(token, local, app.discord.clone()).await.expect("the fake answers");
    let end = end.clone();
    let running = tokio::spawn(async move {
        bot.run(app.services.clone(), app.clock.clone(), app.notices(), &end).await.expect("the connection lasts");
        app.close().await;
    });
    town.discord.registered("perf").await;
    running
}

/// The memory of the program when it is connected and has nothing to do, in MB.
async fn memory(guilds: usize, people: usize) -> f64 {
    let discord = FakeDiscord::start().await;
    for guild in 0..guilds {
        let town = discord.guild(&format!("town-{guild}"));
        (0..20).for_each(|channel| _ = town.channel(&format!("channel-{channel}")));
        (0..people).for_each(|person| _ = town.member(&format!("person-{guild}-{person}")));
    }
    let folder = TempDir::new().expect("a folder can be made");
    let mut program = Command::new(env!("CARGO_BIN_EXE_perfbot"));
    program.current_dir(folder.path()).env_clear().arg("run").stdin(Stdio::null()).stderr(Stdio::null());
    program.env("DISCORD_TOKEN", discord.token()).env("PERFBOT_DISCORD_API", discord.address());
    let mut child = program.env("OLLAMA_HOST", "http://127.0.0.1:9").spawn().expect("the program starts");
    discord.registered("perf").await;
    // What it still has to do after it has registered its commands.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let megabytes = resident(&child);
    child.kill().and_then(|()| child.wait()).expect("the program ends");
    megabytes
}

fn resident(child: &Child) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("the program runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the system says");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}
