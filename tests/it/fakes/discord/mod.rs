//! A Discord of our own, on loopback: HTTP and gateway over real sockets, so that a bot can be tested from outside with all
//! that it uses to talk to the real one. It holds to Discord's rules – permissions, limits, what is seen by whom – and
//! lets go wrong what a test wants. Time in it stands still unless a test moves it.
//!
//! Tests read as people talking: `discord.says(&ann, &general, "!ai hi")`, then `discord.shows(&ann, &general, "hello")`,
//! then a snapshot of `general.seen_by(&ann)`.

mod asked;
mod asking;
mod body;
mod command_limits;
mod endpoints;
mod faults;
mod gateway;
mod handles;
mod hub;
mod interactions;
mod limits;
mod mentions;
mod messages;
mod openapi;
mod payload;
mod permissions;
mod quota;
mod refusal;
mod requests;
mod rest;
mod routes;
mod said;
mod schema;
mod server;
mod sessions;
mod slash;
mod talking;
mod telling;
mod tests;
mod transcript;
mod undecoded;
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;
use serenity::model::gateway::GatewayIntents;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use asked::Asked;
pub use faults::{Fault, Held};
pub use handles::{Channel, Guild, Person, Role};
pub use interactions::Answer;
pub use mentions::Ping;
pub use requests::Request;
pub use routes::Route;
pub use said::Said;
pub use talking::Post;

use hub::Hub;
use quota::Quota;
use sessions::Frame;
use world::{Kind, News};

/// The token that the bot must show.
const TOKEN: &str = "fake-token";

/// How long something may take that a test waits for. The one clock of the fake, there so that a test that fails ends.
const LIMIT: Duration = Duration::from_secs(30);

/// The fake. It stops when it is dropped, and then complains of requests that Discord does not know and of payloads that
/// the bot could not read.
pub struct FakeDiscord {
    hub: Arc<Hub>,
    address: String,
    server: JoinHandle<()>,
}

impl FakeDiscord {
    /// Starts to listen, with nobody there but the bot and its owner.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound address"));
        let changed = watch::Sender::new(());
        undecoded::watch(&address, changed.clone());
        let hub = Arc::new(Hub::new(address.clone(), TOKEN, changed));
        let server = tokio::spawn(server::run(listener, Arc::clone(&hub)));
        Self { hub, address, server }
    }

    /// Where it listens, in place of `https://discord.com`: `http://127.0.0.1:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The bot's token.
    pub fn token(&self) -> &str {
        TOKEN
    }

    /// From now on everything happens at this moment, and gets ids of it.
    pub fn at(&self, moment: DateTime<Utc>) {
        let ms = moment.timestamp_millis();
        self.hub.change(|world| world.now_ms = ms.try_into().expect("a moment after 1970"));
    }

    /// Time passes.
    pub fn passes(&self, time: Duration) {
        let ms = u64::try_from(time.as_millis()).expect("a time that ends");
        self.hub.change(|world| world.now_ms += ms);
    }

    /// The bot as others see it.
    pub fn bot(&self) -> Person {
        Person::new(&self.hub, self.hub.look(|world| world.bot))
    }

    /// Whose application the bot is.
    pub fn owner(&self) -> Person {
        Person::new(&self.hub, self.hub.look(|world| world.owner))
    }

    /// A new server in which the bot is a member.
    pub fn guild(&self, name: &str) -> Guild {
        Guild::new(&self.hub, self.hub.change(|world| world.add_guild(name)))
    }

    /// Somebody who is in no server yet.
    pub fn person(&self, name: &str) -> Person {
        Person::new(&self.hub, self.hub.change(|world| world.add_user(name, Kind::Human)))
    }

    /// Waits until the world is as wanted: until the question has an answer. Fails with all that is to be seen.
    pub async fn until<T>(&self, answer: impl Fn() -> Option<T>) -> T {
        let mut changes = self.hub.changes();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                if let Some(answer) = answer() {
                    return answer;
                }
                changes.changed().await.expect("the fake is still there");
            }
        };
        let outcome = tokio::time::timeout(LIMIT, waiting).await;
        outcome.unwrap_or_else(|_| panic!("what the test waits for does not happen.\n{}", self.everything()))
    }

    /// Waits until somebody sees this text in a channel; all they see then.
    pub async fn shows(&self, who: &Person, channel: &Channel, text: &str) -> String {
        self.until(|| Some(channel.seen_by(who)).filter(|seen| seen.contains(text))).await
    }

    /// Waits for the bot's answer to a message: a reply to it, or else what it says next in the channel.
    pub async fn answer_to(&self, message: &Said) -> Said {
        let bot = self.bot();
        self.until(|| {
            let later = message.channel().messages().into_iter();
            let mut answers = later.filter(|later| later.id > message.id && later.author() == bot);
            answers.find(|answer| answer.replies_to().is_none_or(|replied| replied == *message))
        })
        .await
    }

    /// Waits for the message that answers an interaction, or that was updated by it.
    pub async fn answered(&self, asked: &Asked) -> Said {
        self.until(|| asked.message()).await
    }

    /// Waits until the bot is connected and was told of its servers.
    pub async fn connected(&self) {
        self.until(|| (self.connections() > 0).then_some(())).await;
    }

    /// How many shards are connected.
    pub fn connections(&self) -> usize {
        self.hub.peek(|state| state.sessions.connected())
    }

    /// How often a client came back to its session.
    pub fn resumed(&self) -> usize {
        self.hub.peek(|state| state.sessions.resumed)
    }

    /// What clients sent to the gateway with this opcode.
    pub fn heard(&self, opcode: u64) -> Vec<Value> {
        self.hub.peek(|state| {
            let heard = state.sessions.heard.iter().filter(|said| said["op"] == opcode);
            heard.map(|said| said["d"].clone()).collect()
        })
    }

    /// The intents that the client asked for last.
    pub fn intents(&self) -> GatewayIntents {
        let identified = self.heard(2);
        let last = identified.last().and_then(|d| d["intents"].as_u64()).expect("a client identified itself");
        GatewayIntents::from_bits_truncate(last)
    }

    /// The slash commands that the bot registered, as Discord keeps them.
    pub fn commands(&self) -> Vec<Value> {
        self.hub.look(|world| world.commands.clone())
    }

    /// Waits until the bot has registered a slash command.
    pub async fn registered(&self, name: &str) {
        self.until(|| self.commands().into_iter().find(|command| command["name"] == name)).await;
    }

    /// How often the bot began to type in a channel.
    pub fn typing_in(&self, channel: &Channel) -> usize {
        self.hub.look(|world| world.typing.iter().filter(|typed| **typed == channel.id).count())
    }

    /// What stands in somebody's direct messages with the bot.
    pub fn dms_of(&self, who: &Person) -> Vec<Said> {
        who.dm().messages()
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.hub.peek(|state| state.requests.clone())
    }

    /// The requests of a route so far.
    pub fn requests_of(&self, route: Route) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.route == Some(route)).collect()
    }

    /// The last request of a route.
    pub fn last_of(&self, route: Route) -> Option<Request> {
        self.hub.peek(|state| state.requests.iter().rev().find(|request| request.route == Some(route)).cloned())
    }

    /// When the first frame after a moment was handed to the gateway's socket.
    pub fn frame_after(&self, moment: Instant) -> Option<Instant> {
        self.hub.peek(|state| state.frames.iter().copied().find(|frame| *frame >= moment))
    }

    /// What was said and done so far is forgotten, so that looking for what is new takes no longer each time.
    pub fn forgets(&self) {
        self.hub.change(|world| world.messages.clear());
        self.hub.peek(|state| {
            state.requests.clear();
            state.frames.clear();
        });
    }

    /// The next request of a route goes wrong.
    pub fn fail_next(&self, route: Route, fault: Fault) {
        self.fail_times(1, route, fault);
    }

    /// The next requests of a route go wrong.
    pub fn fail_times(&self, times: usize, route: Route, fault: Fault) {
        self.hub.act(|state| state.faults.plan(Some(route), fault, Some(times)));
    }

    /// All requests of a route go wrong, until faults are cleared.
    pub fn fail_always(&self, route: Route, fault: Fault) {
        self.hub.act(|state| state.faults.plan(Some(route), fault, None));
    }

    /// Whatever is asked goes wrong, until faults are cleared.
    pub fn fail_everything(&self, fault: Fault) {
        self.hub.act(|state| state.faults.plan(None, fault, None));
    }

    /// From now on a route may be used so often in so much time, and every answer says so.
    pub fn allows(&self, route: Route, limit: usize, per: Duration) {
        self.hub.act(|state| state.quota = Some(Quota::new(route, limit, per)));
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.hub.act(|state| state.faults.clear());
    }

    /// Requests of a route wait, undone, until the guard is released or dropped.
    pub fn hold(&self, route: Route) -> Held {
        let (held, gate) = Held::new();
        self.fail_always(route, Fault::Hold(gate));
        held
    }

    /// The gateway's connections break without a word. What happens then is missed until the client is back.
    pub fn drop_gateway(&self) {
        self.hub.act(|state| state.sessions.drop_all(&Frame::Drop));
    }

    /// Discord asks the client to connect anew and go on.
    pub fn ask_to_reconnect(&self) {
        self.hub.act(|state| state.sessions.send_all(&Frame::Text(r#"{"op":7,"d":null}"#.to_owned())));
    }

    /// Discord asks the client for a sign of life.
    pub fn ask_for_heartbeat(&self) {
        self.hub.act(|state| state.sessions.send_all(&Frame::Text(r#"{"op":1,"d":null}"#.to_owned())));
    }

    /// The session is no longer good: to be resumed, or lost.
    pub fn invalidate_session(&self, resumable: bool) {
        let text = format!(r#"{{"op":9,"d":{resumable}}}"#);
        self.hub.act(|state| {
            state.sessions.send_all(&Frame::Text(text));
            if !resumable {
                state.sessions.forget();
            }
        });
    }

    /// The gateway says goodbye with a code.
    pub fn close_gateway(&self, code: u16) {
        self.hub.act(|state| state.sessions.drop_all(&Frame::Close(code)));
    }

    /// The message content intent is switched off in the developer portal, and the application says so.
    pub fn switches_message_content_off(&self) {
        self.hub.change(|world| world.application_flags = 0);
        self.disallow_privileged_intents();
    }

    /// From now on clients that ask for privileged intents are turned away, and REST tells nothing that takes them.
    pub fn disallow_privileged_intents(&self) {
        self.hub.act(|state| state.sessions.privileged_refused = true);
    }

    /// Tells every connection something, whatever it is. It must be an object, so that it can be marked.
    pub fn send_raw(&self, event: &str, payload: Value) {
        assert!(payload.is_object(), "{payload} is no object");
        self.hub.change(|world| world.news.push(News::Raw { event: event.to_owned(), payload }));
    }

    /// What Discord's own description says against the requests so far; forgotten by this question.
    pub fn take_violations(&self) -> Vec<String> {
        self.hub.peek(|state| std::mem::take(&mut state.violations))
    }

    /// What serenity could not read of what this fake sent; forgotten by this question.
    pub fn take_undecoded(&self) -> Vec<String> {
        undecoded::take(&self.address)
    }

    /// All channels and the last requests, for a test that failed.
    fn everything(&self) -> String {
        let channels = self.hub.look(|world| {
            let each = world
                .channels
                .keys()
                .map(|id| format!("--- {}\n{}", transcript::place_name(world, *id), transcript::of(world, *id, None)));
            each.collect::<Vec<_>>().join("\n")
        });
        let requests = self.requests();
        let last = requests.iter().rev().take(20).rev().map(|request| format!("  {request}"));
        format!("{channels}\n--- last requests\n{}", last.collect::<Vec<_>>().join("\n"))
    }
}

impl Drop for FakeDiscord {
    fn drop(&mut self) {
        self.server.abort();
        self.hub.break_wires();
        let (violations, undecoded) = (self.take_violations(), self.take_undecoded());
        undecoded::forget(&self.address);
        if !std::thread::panicking() {
            assert!(violations.is_empty(), "Discord does not know these requests: {violations:#?}");
            assert!(undecoded.is_empty(), "the bot could not read these payloads: {undecoded:#?}");
        }
    }
}
