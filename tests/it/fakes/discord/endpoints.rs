//! What each request does: the world changes by its rules, and the answer is written down. One short function a thing.
//! Knows nothing of HTTP but what a request said; who may ask at all was decided before.

use serde_json::{Value, json};

use super::body::Parcel;
use super::command_limits;
use super::mentions::as_id;
use super::messages::Span;
use super::payload;
use super::refusal::Refusal;
use super::routes::Route;
use super::world::{Id, Kind, World};

/// A request, read and named.
#[derive(Debug, Clone)]
pub struct Call {
    pub route: Route,
    /// What its path names.
    pub arguments: Vec<String>,
    pub query: Vec<(String, String)>,
    pub parcel: Parcel,
}

/// What comes back when all went well.
#[derive(Debug, Clone)]
pub enum Reply {
    Done,
    Json(Value),
    File { content_type: String, bytes: Vec<u8> },
}

type Answered = Result<Reply, Refusal>;

impl Call {
    /// The n-th id of the path. What is no id names nothing.
    fn id(&self, n: usize) -> Id {
        self.arguments[n].parse().unwrap_or_default()
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Does what is asked. `reads_everything`: whether the application may read what is not meant for it.
pub fn answer(world: &mut World, call: &Call, reads_everything: bool) -> Answered {
    match call.route {
        Route::Connect => unreachable!("the gateway has a door of its own"),
        Route::Gateway => Ok(Reply::Json(json!({ "url": gateway(world) }))),
        Route::GatewayBot => Ok(gateway_bot(world)),
        Route::Me => Ok(Reply::Json(payload::user(world.user(world.bot)))),
        Route::Application => Ok(Reply::Json(payload::application(world))),
        Route::GetUser => user(world, call.id(0)),
        Route::OpenDm => open_dm(world, &call.parcel.body),
        Route::ListCommands => list_commands(world, call),
        Route::SetCommands => set_commands(world, call),
        Route::GetChannel => channel(world, call.id(0)),
        Route::GetGuild => guild(world, call.id(0)),
        Route::GetMember => member(world, call.id(0), call.id(1)),
        Route::ListMessages => list(world, call, reads_everything),
        Route::CreateMessage => {
            let posted = world.bot_posts(call.id(0), &call.parcel)?;
            Ok(message(world, posted, true))
        }
        Route::GetMessage => {
            world.bot_gets(call.id(0), call.id(1))?;
            Ok(message(world, call.id(1), reads_everything))
        }
        Route::EditMessage => {
            world.bot_edits(call.id(0), call.id(1), &call.parcel)?;
            Ok(message(world, call.id(1), true))
        }
        Route::DeleteMessage => world.bot_deletes(call.id(0), call.id(1)).map(done),
        Route::Typing => world.bot_types(call.id(0)).map(done),
        Route::AddReaction => world.bot_reacts(call.id(0), call.id(1), &call.arguments[2], true).map(done),
        Route::RemoveReaction => world.bot_reacts(call.id(0), call.id(1), &call.arguments[2], false).map(done),
        Route::Answer => world.bot_answers(call.id(0), &call.arguments[1], &call.parcel).map(done),
        Route::FollowUp => follow_up(world, call),
        Route::GetAnswer | Route::EditAnswer | Route::DeleteAnswer => answer_again(world, call),
        Route::Download => download(world, call),
    }
}

fn done((): ()) -> Reply {
    Reply::Done
}

fn gateway(world: &World) -> String {
    world.address.replacen("http", "ws", 1) + "/gateway"
}

fn gateway_bot(world: &World) -> Reply {
    let limit = json!({ "total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1 });
    Reply::Json(json!({ "url": gateway(world), "shards": 1, "session_start_limit": limit }))
}

fn user(world: &World, id: Id) -> Answered {
    let user = world.users.get(&id).filter(|user| user.kind != Kind::Webhook).ok_or(Refusal::of(10013))?;
    Ok(Reply::Json(payload::user(user)))
}

fn open_dm(world: &mut World, body: &Value) -> Answered {
    let with = as_id(&body["recipient_id"]).and_then(|id| world.users.get(&id)).ok_or(Refusal::of(50033))?;
    if with.kind != Kind::Human {
        return Err(Refusal::of(50007));
    }
    let channel = world.direct_channel(with.id);
    Ok(Reply::Json(payload::channel(world, world.channel(channel))))
}

fn channel(world: &World, id: Id) -> Answered {
    world.bot_reaches(id)?;
    Ok(Reply::Json(payload::channel(world, world.channel(id))))
}

fn joined(world: &World, id: Id) -> Result<(), Refusal> {
    let guild = world.guilds.get(&id).filter(|guild| guild.members.contains_key(&world.bot));
    guild.map(|_| ()).ok_or(Refusal::of(10004))
}

fn guild(world: &World, id: Id) -> Answered {
    joined(world, id)?;
    Ok(Reply::Json(payload::guild(world.guild(id))))
}

fn member(world: &World, guild: Id, user: Id) -> Answered {
    joined(world, guild)?;
    payload::member(world, guild, user).map(Reply::Json).ok_or(Refusal::of(10007))
}

fn message(world: &World, id: Id, reads_everything: bool) -> Reply {
    Reply::Json(payload::message(world, world.message(id), reads_everything))
}

fn list(world: &World, call: &Call, reads_everything: bool) -> Answered {
    let id = |name| call.query(name).and_then(|id| id.parse().ok());
    let limit = call.query("limit").map(|limit| limit.parse().unwrap_or_default());
    let span = Span { before: id("before"), after: id("after"), around: id("around"), limit };
    let ids = world.bot_lists(call.id(0), span)?;
    let listed = ids.into_iter().map(|id| payload::message(world, world.message(id), reads_everything));
    Ok(Reply::Json(listed.collect()))
}

fn follow_up(world: &mut World, call: &Call) -> Answered {
    let asked = world.by_token(call.id(0), &call.arguments[1])?;
    let posted = world.bot_follows_up(asked, &call.parcel)?;
    Ok(message(world, posted, true))
}

fn answer_again(world: &mut World, call: &Call) -> Answered {
    let asked = world.by_token(call.id(0), &call.arguments[1])?;
    let id = world.answer_of(asked, &call.arguments[2])?;
    match call.route {
        Route::EditAnswer => world.bot_answers_anew(asked, id, &call.parcel)?,
        Route::DeleteAnswer => {
            world.delete(id);
            return Ok(Reply::Done);
        }
        _ => {}
    }
    Ok(message(world, id, true))
}

fn download(world: &World, call: &Call) -> Answered {
    let file = world.files.get(&call.id(1)).ok_or(Refusal::status(404))?;
    let content_type = file.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(Reply::File { content_type, bytes: file.bytes.clone() })
}

/// The server that commands are for, none for those that are everywhere.
fn commands_home(world: &World, call: &Call) -> Result<Option<Id>, Refusal> {
    if call.id(0) != world.bot {
        return Err(Refusal::of(20012));
    }
    let home = (call.arguments.len() > 1).then(|| call.id(1));
    match home {
        Some(guild) if joined(world, guild).is_err() => Err(Refusal::of(50001)),
        home => Ok(home),
    }
}

fn is_at(command: &Value, home: Option<Id>) -> bool {
    command.get("guild_id").and_then(as_id) == home
}

fn list_commands(world: &World, call: &Call) -> Answered {
    let home = commands_home(world, call)?;
    Ok(Reply::Json(world.commands.iter().filter(|command| is_at(command, home)).cloned().collect()))
}

fn set_commands(world: &mut World, call: &Call) -> Answered {
    let home = commands_home(world, call)?;
    let given = call.parcel.body.as_array().cloned().unwrap_or_default();
    if given.len() > command_limits::COMMANDS {
        return Err(Refusal::of(30032));
    }
    Refusal::unless_sound(command_limits::of_commands(&given))?;
    let set: Vec<Value> = given.into_iter().map(|command| registered(world, command, home)).collect();
    world.commands.retain(|command| !is_at(command, home));
    world.commands.extend(set.iter().cloned());
    Ok(Reply::Json(set.into()))
}

/// A command as Discord keeps it. One of the same name keeps its id.
fn registered(world: &mut World, mut command: Value, home: Option<Id>) -> Value {
    let same = world.commands.iter().find(|known| known["name"] == command["name"] && is_at(known, home));
    let id = same.map(|known| known["id"].clone());
    command["id"] = id.unwrap_or_else(|| payload::id(world.id()));
    command["application_id"] = payload::id(world.bot);
    command["version"] = payload::id(world.id());
    if command["type"].is_null() {
        command["type"] = 1.into();
    }
    if let Some(guild) = home {
        command["guild_id"] = payload::id(guild);
    }
    for absent in ["default_member_permissions", "contexts", "options"] {
        if command.get(absent).is_none() {
            command[absent] = if absent == "options" { json!([]) } else { Value::Null };
        }
    }
    command
}
