//! What connections are told: by intents, by shard, by permission. Without sockets.

use serde_json::{Value, json};
use serenity::model::gateway::GatewayIntents as Intents;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::super::body::Parcel;
use super::super::messages::Origin;
use super::super::sessions::{Frame, Sessions, Turned};
use super::super::world::{Id, Kind, Member, Place, World};

/// A world with two servers, each with a channel, and ann in both.
struct Stage {
    world: World,
    sessions: Sessions,
    ann: Id,
    guilds: [Id; 2],
    channels: [Id; 2],
}

impl Stage {
    fn new() -> Self {
        let mut world = World::new("http://127.0.0.1:1".to_owned());
        let ann = world.add_user("ann", Kind::Human);
        let mut guild = |name| {
            // Two servers of one moment would be the business of one shard.
            world.now_ms += 1;
            let guild = world.add_guild(name);
            world.guild_mut(guild).members.insert(ann, Member::default());
            (guild, world.add_channel(name, Place::Guild(guild)))
        };
        let ((a, in_a), (b, in_b)) = (guild("a"), guild("b"));
        let sessions = Sessions::marked("http://127.0.0.1:1");
        Self { world, sessions, ann, guilds: [a, b], channels: [in_a, in_b] }
    }

    fn identify(&mut self, intents: Intents, shard: [u64; 2]) -> Result<UnboundedReceiver<Frame>, Turned> {
        let (line, told) = unbounded_channel();
        let d = json!({ "token": "Bot secret", "intents": intents.bits(), "shard": shard });
        self.sessions.tell(&mut self.world);
        self.sessions.identify(&self.world, "secret", &d, &line).map(|_| told)
    }

    fn says(&mut self, channel: Id, text: &str) {
        self.world.post(self.ann, channel, &Parcel::of(json!({ "content": text })), Origin::default());
        self.sessions.tell(&mut self.world);
    }
}

/// Names and payloads of what came over a line.
fn told(line: &mut UnboundedReceiver<Frame>) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    while let Ok(Frame::Text(text)) = line.try_recv() {
        let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
        events.push((frame["t"].as_str().unwrap_or_default().to_owned(), frame["d"].clone()));
    }
    events
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn each_shard_minds_its_servers_and_the_first_minds_direct_messages() {
    let mut stage = Stage::new();
    let all = Intents::non_privileged();
    let mut lines = [0, 1].map(|shard| stage.identify(all, [shard, 2]).expect("a good shard"));
    let greeted = lines.each_mut().map(told);
    for (shard, events) in greeted.iter().enumerate() {
        assert_eq!(names(events), ["READY", "GUILD_CREATE"]);
        let mine = stage.guilds.iter().find(|guild| (*guild >> 22) % 2 == shard as u64).expect("one each");
        assert_eq!(events[1].1["id"], mine.to_string());
    }
    let [a, b] = stage.channels;
    stage.says(a, "one");
    stage.says(b, "two");
    let direct = stage.world.direct_channel(stage.ann);
    stage.says(direct, "three");
    let heard = lines.each_mut().map(told).map(|events| events.len());
    assert_eq!(heard, [2, 1]);
    assert_eq!(stage.identify(all, [2, 2]).map(|_| ()), Err(Turned::Away(4010)));
}

#[test]
fn nobody_is_told_what_they_did_not_ask_for() {
    let mut stage = Stage::new();
    let mut line = stage.identify(Intents::GUILDS, [0, 1]).expect("welcome");
    assert_eq!(names(&told(&mut line)), ["READY", "GUILD_CREATE", "GUILD_CREATE"]);
    let [a, _] = stage.channels;
    stage.says(a, "hello");
    assert!(told(&mut line).is_empty());

    let mut line = stage.identify(Intents::GUILD_MESSAGES, [0, 1]).expect("welcome");
    stage.says(a, "hello");
    let events = told(&mut line);
    assert_eq!(names(&events), ["READY", "MESSAGE_CREATE"]);
    assert_eq!(events[1].1["content"], "");
}

#[test]
fn members_are_told_of_with_the_intent_only() {
    let mut stage = Stage::new();
    let members = |events: &[(String, Value)]| events[1].1["members"].as_array().map_or(0, Vec::len);
    let mut line = stage.identify(Intents::GUILDS, [0, 1]).expect("welcome");
    assert_eq!(members(&told(&mut line)), 1);
    let mut line = stage.identify(Intents::GUILDS | Intents::GUILD_MEMBERS, [0, 1]).expect("welcome");
    assert_eq!(members(&told(&mut line)), 3);
}

#[test]
fn a_session_is_resumed_from_where_it_was() {
    let mut stage = Stage::new();
    let mut line = stage.identify(Intents::non_privileged(), [0, 1]).expect("welcome");
    let session = told(&mut line)[0].1["session_id"].clone();
    let [a, _] = stage.channels;
    stage.sessions.drop_all(&Frame::Drop);
    stage.says(a, "missed");
    let (again, mut line) = unbounded_channel();
    let mut d = json!({ "token": "secret", "session_id": session, "seq": 3 });
    assert!(stage.sessions.resume("secret", &d, &again).is_ok());
    assert_eq!(names(&told(&mut line)), ["MESSAGE_CREATE", "RESUMED"]);

    d["seq"] = 99.into();
    assert_eq!(stage.sessions.resume("secret", &d, &again), Err(Turned::Away(4007)));
    d["session_id"] = "gone".into();
    assert_eq!(stage.sessions.resume("secret", &d, &again), Err(Turned::InvalidSession));
    assert_eq!(stage.sessions.resume("other", &d, &again), Err(Turned::Away(4004)));
}
