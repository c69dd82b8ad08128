//! The gateway's memory of who is connected: a session for each shard, what it was told under which number, and the line
//! on which it can be reached now. Knows no sockets; a line is a channel of frames.

use serde_json::{Value, json};
use serenity::model::gateway::GatewayIntents;
use tokio::sync::mpsc::UnboundedSender;

use super::payload;
use super::telling::Ear;
use super::world::{GuildState, World};

/// What goes out on a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    Text(String),
    /// An orderly goodbye with a code.
    Close(u16),
    /// The socket is gone, without a goodbye.
    Drop,
}

pub type Line = UnboundedSender<Frame>;

#[derive(Debug, Default)]
pub struct Sessions {
    sessions: Vec<Session>,
    begun: u64,
    /// A mark in every payload, by which lines in the log can be told apart.
    mark: String,
    /// Whether the intents that need Discord's approval are refused.
    pub privileged_refused: bool,
    /// All that clients sent, in order.
    pub heard: Vec<Value>,
    pub resumed: usize,
}

#[derive(Debug)]
struct Session {
    id: String,
    ear: Ear,
    sequence: u64,
    /// What it was told, kept for a client that comes back.
    told: Vec<(u64, String)>,
    line: Option<Line>,
}

/// Why a client is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    Away(u16),
    /// It may try again from the start.
    InvalidSession,
}

const AUTHENTICATION_FAILED: u16 = 4004;
const INVALID_SEQUENCE: u16 = 4007;
const INVALID_SHARD: u16 = 4010;
const DISALLOWED_INTENTS: u16 = 4014;

impl Sessions {
    /// Nobody is connected yet; all that is told will carry this mark.
    pub fn marked(mark: &str) -> Self {
        Self { mark: mark.to_owned(), ..Self::default() }
    }

    /// A client says who it is. It is told who it is to Discord, and then about every server.
    pub fn identify(&mut self, world: &World, token: &str, d: &Value, line: &Line) -> Result<String, Turned> {
        authentic(d, token)?;
        let ear = ear(d).ok_or(Turned::Away(INVALID_SHARD))?;
        if self.privileged_refused && ear.intents.intersects(GatewayIntents::privileged()) {
            return Err(Turned::Away(DISALLOWED_INTENTS));
        }
        self.sessions.retain(|other| other.ear.shard != ear.shard);
        self.begun += 1;
        let id = format!("session-{}", self.begun);
        let session = Session { id: id.clone(), ear, sequence: 0, told: Vec::new(), line: Some(line.clone()) };
        self.sessions.push(session);
        self.greet(world, &id);
        Ok(id)
    }

    fn greet(&mut self, world: &World, id: &str) {
        let mark = self.mark.clone();
        let session = self.find(id).expect("a session that was just made");
        let ear = session.ear;
        let mine = world.guilds.values().filter(|guild| ear.minds(Some(guild.id)) && guild.state != GuildState::Left);
        let mine: Vec<_> = mine.collect();
        let stubs = mine.iter().map(|guild| json!({ "id": payload::id(guild.id), "unavailable": true }));
        let ready = json!({
            "v": 10, "user": payload::user(world.user(world.bot)), "guilds": stubs.collect::<Vec<_>>(),
            "session_id": id, "resume_gateway_url": world.address.replacen("http", "ws", 1) + "/gateway",
            "shard": [ear.shard, ear.shards], "application": { "id": payload::id(world.bot), "flags": 0 },
        });
        session.tell("READY", ready, &mark);
        for guild in mine.iter().filter(|guild| guild.state == GuildState::Here) {
            let here = super::world::News::GuildHere(guild.id);
            if let Some((name, told)) = ear.hears(world, &here) {
                session.tell(&name, told, &mark);
            }
        }
    }

    /// A client comes back and is told what it missed.
    pub fn resume(&mut self, token: &str, d: &Value, line: &Line) -> Result<String, Turned> {
        authentic(d, token)?;
        let mark = self.mark.clone();
        let seen = d["seq"].as_u64().unwrap_or_default();
        let id = d["session_id"].as_str().unwrap_or_default().to_owned();
        let session = self.find(&id).ok_or(Turned::InvalidSession)?;
        if seen > session.sequence {
            return Err(Turned::Away(INVALID_SEQUENCE));
        }
        session.line = Some(line.clone());
        for (_, text) in session.told.iter().filter(|(number, _)| *number > seen) {
            // A client that is gone again comes back once more.
            _ = line.send(Frame::Text(text.clone()));
        }
        session.tell("RESUMED", json!({}), &mark);
        self.resumed += 1;
        Ok(id)
    }

    /// Tells the world's news to whom they concern.
    pub fn tell(&mut self, world: &mut World) {
        for news in std::mem::take(&mut world.news) {
            for session in &mut self.sessions {
                if let Some((name, told)) = session.ear.hears(world, &news) {
                    session.tell(&name, told, &self.mark);
                }
            }
        }
    }

    /// The line of a session is no more, if it is still this one.
    pub fn hang_up(&mut self, id: &str, line: &Line) {
        if let Some(session) = self.find(id)
            && session.line.as_ref().is_some_and(|current| current.same_channel(line))
        {
            session.line = None;
        }
    }

    /// Sends something that is no event to everybody who is connected.
    pub fn send_all(&self, frame: &Frame) {
        for line in self.sessions.iter().filter_map(|session| session.line.as_ref()) {
            // Who is gone already needs no frame.
            _ = line.send(frame.clone());
        }
    }

    /// Breaks every line at once; what happens from now on is missed until a client resumes.
    pub fn drop_all(&mut self, frame: &Frame) {
        self.send_all(frame);
        self.sessions.iter_mut().for_each(|session| session.line = None);
    }

    /// Forgets all sessions, so that nobody can resume.
    pub fn forget(&mut self) {
        self.sessions.clear();
    }

    /// How many are connected.
    pub fn connected(&self) -> usize {
        self.sessions.iter().filter(|session| session.line.is_some()).count()
    }

    fn find(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }
}

impl Session {
    fn tell(&mut self, name: &str, mut told: Value, mark: &str) {
        self.sequence += 1;
        if told.is_object() {
            told["_trace"] = json!([mark]);
        }
        let text = json!({ "op": 0, "t": name, "s": self.sequence, "d": told }).to_string();
        self.told.push((self.sequence, text.clone()));
        if let Some(line) = &self.line {
            // Who is gone is told when they come back.
            _ = line.send(Frame::Text(text));
        }
    }
}

/// Discord's gateway takes the token with and without the word in front of it, and serenity sends it with.
fn authentic(d: &Value, token: &str) -> Result<(), Turned> {
    let shown = d["token"].as_str().unwrap_or_default();
    let fits = shown.strip_prefix("Bot ").unwrap_or(shown) == token;
    if fits { Ok(()) } else { Err(Turned::Away(AUTHENTICATION_FAILED)) }
}

fn ear(d: &Value) -> Option<Ear> {
    let (shard, shards) = match d.get("shard") {
        Some(pair) => (pair[0].as_u64()?, pair[1].as_u64()?),
        None => (0, 1),
    };
    let intents = GatewayIntents::from_bits_truncate(d["intents"].as_u64()?);
    (shard < shards).then_some(Ear { intents, shard, shards })
}
