//! What Discord refuses, asked for directly over HTTP: each with its status and code.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{ChannelId, CreateAttachment, CreateMessage, Error, GuildId, Http, HttpBuilder, HttpError, UserId};
use serenity::model::Permissions;

use super::super::{Asked, Channel, FakeDiscord, Said};

pub fn http(discord: &FakeDiscord, token: &str) -> Http {
    let http = HttpBuilder::new(token).proxy(discord.address()).ratelimiter_disabled(true).build();
    http.set_application_id(discord.bot().id().into());
    http
}

/// Sends a text; status and code where it is refused.
pub async fn send(http: &Http, channel: &Channel, text: &str) -> Result<(), (u16, isize)> {
    outcome(ChannelId::new(channel.id()).send_message(http, CreateMessage::new().content(text)).await)
}

/// Status and code of a refusal, zeros where nothing came back.
pub fn outcome<T>(answer: serenity::Result<T>) -> Result<(), (u16, isize)> {
    answer.map(|_| ()).map_err(|error| match error {
        Error::Http(HttpError::UnsuccessfulRequest(refused)) => (refused.status_code.as_u16(), refused.error.code),
        _ => (0, 0),
    })
}

#[tokio::test]
async fn places_that_the_bot_cannot_write_in() {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let (http, bot) = (http(&discord, discord.token()), discord.bot());

    let general = town.channel("general");
    assert_eq!(send(&http, &general, "hello").await, Ok(()));
    assert_eq!(send(&http, &general, "  ").await, Err((400, 50006)));
    let mute = town.channel("mute").denies(&bot, Permissions::SEND_MESSAGES);
    assert_eq!(send(&http, &mute, "hello").await, Err((403, 50013)));
    let hidden = town.channel("hidden").hidden_from_everyone();
    assert_eq!(send(&http, &hidden, "hello").await, Err((403, 50001)));
    general.vanishes();
    assert_eq!(send(&http, &general, "hello").await, Err((404, 10003)));
    assert_eq!(send(&http, &discord.person("zoe").dm(), "hello").await, Err((403, 50278)));
    let ann = town.member("ann");
    ann.closes_dms();
    assert_eq!(send(&http, &ann.dm(), "hello").await, Err((403, 50007)));
    town.removes(&bot);
    assert_eq!(send(&http, &mute, "hello").await, Err((403, 50001)));
}

#[tokio::test]
async fn messages_that_the_bot_cannot_touch() {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let (general, ann) = (town.channel("general"), town.member("ann"));
    let http = http(&discord, discord.token());
    let hers = discord.says(&ann, &general, "mine");
    let edit = async |message: u64, text: &str| {
        let channel = ChannelId::new(general.id());
        outcome(http.edit_message(channel, message.into(), &json!({ "content": text }), Vec::new()).await)
    };
    let delete = async |message: &Said| {
        outcome(http.delete_message(ChannelId::new(message.channel().id()), message.id().into(), None).await)
    };

    assert_eq!(edit(hers.id(), "yours").await, Err((403, 50005)));
    assert_eq!(edit(7, "nothing").await, Err((404, 10008)));
    assert_eq!(delete(&hers).await, Err((403, 50013)));
    let said = discord.says(&ann, &ann.dm(), "mine too");
    assert_eq!(delete(&said).await, Err((403, 50003)));
    town.role_of_bot().may(Permissions::MANAGE_MESSAGES);
    assert_eq!(delete(&hers).await, Ok(()));
    assert_eq!(delete(&hers).await, Err((404, 10008)));
    send(&http, &general, "own").await.expect("it may");
    let own = general.messages().pop().expect("it is there");
    assert_eq!(edit(own.id(), "").await, Err((400, 50006)));
    assert_eq!(edit(own.id(), "better").await, Ok(()));
    assert_eq!(own.frames(), ["own", "better"]);
}

#[tokio::test]
async fn files_that_are_too_large_or_not_allowed() {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let http = http(&discord, discord.token());
    let send = async |channel: &Channel, size: usize| {
        let file = CreateAttachment::bytes(vec![0; size], "zeros.bin");
        outcome(ChannelId::new(channel.id()).send_message(&http, CreateMessage::new().add_file(file)).await)
    };

    let general = town.channel("general");
    assert_eq!(send(&general, 10 * 1024 * 1024).await, Ok(()));
    assert_eq!(send(&general, 10 * 1024 * 1024 + 1).await, Err((413, 40005)));
    let bare = town.channel("bare").denies(&discord.bot(), Permissions::ATTACH_FILES);
    assert_eq!(send(&bare, 1).await, Err((403, 50013)));
}

#[tokio::test]
async fn history_is_for_those_who_may_read_it() {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let (general, ann) = (town.channel("general"), town.member("ann"));
    let http = http(&discord, discord.token());
    let said: Vec<Said> = ["a", "b", "c", "d"].map(|text| discord.says(&ann, &general, text)).into();
    let channel = ChannelId::new(general.id());
    let list = async |query: serenity::builder::GetMessages| {
        let listed = channel.messages(&http, query).await.expect("it may look");
        listed.iter().map(|message| message.content.clone()).collect::<Vec<_>>()
    };
    let ask = serenity::builder::GetMessages::new;

    assert_eq!(list(ask()).await, ["d", "c", "b", "a"]);
    assert_eq!(list(ask().limit(2)).await, ["d", "c"]);
    assert_eq!(list(ask().before(said[2].id()).limit(1)).await, ["b"]);
    assert_eq!(list(ask().after(said[0].id()).limit(2)).await, ["c", "b"]);
    assert_eq!(list(ask().around(said[1].id()).limit(3)).await, ["c", "b", "a"]);
    assert_eq!(channel.message(&http, said[0].id()).await.expect("it may look").content, "a");
    let general = general.denies(&discord.bot(), Permissions::READ_MESSAGE_HISTORY);
    assert!(list(ask()).await.is_empty());
    assert_eq!(outcome(channel.message(&http, said[0].id()).await), Err((403, 50013)));
    let reply = CreateMessage::new().content("re").reference_message((channel, said[0].id().into()));
    assert_eq!(outcome(channel.send_message(&http, reply).await), Err((403, 160_002)));
    let _general = general.hidden_from_everyone();
    discord.disallow_privileged_intents();
    assert_eq!(outcome(channel.message(&http, said[0].id()).await), Err((403, 50001)));
}

#[tokio::test]
async fn what_the_bot_may_know_can_be_read() {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let (general, ann) = (town.channel("general"), town.member("ann"));
    let http = http(&discord, discord.token());
    let guild = GuildId::new(town.id());

    assert_eq!(http.get_current_user().await.expect("itself").id.get(), discord.bot().id());
    let owner = http.get_current_application_info().await.expect("its application").owner;
    assert_eq!(owner.expect("an owner").id.get(), discord.owner().id());
    assert_eq!(http.get_guild(guild).await.expect("its server").owner_id.get(), town.owner().id());
    assert_eq!(http.get_member(guild, ann.id().into()).await.expect("a member").user.name, "ann");
    let channel = http.get_channel(general.id().into()).await.expect("a channel");
    assert_eq!(channel.guild().expect("in a server").name, "general");
    assert_eq!(http.get_user(ann.id().into()).await.expect("somebody").name, "ann");
    assert_eq!(http.get_bot_gateway().await.expect("an address").shards, 1);
    let stranger = UserId::new(discord.person("zoe").id());
    assert_eq!(outcome(http.get_member(guild, stranger).await), Err((404, 10007)));
    assert_eq!(outcome(http.get_guild(GuildId::new(7)).await), Err((404, 10004)));
}

#[tokio::test]
async fn commands_that_discord_does_not_take() {
    let discord = FakeDiscord::start().await;
    let town = GuildId::new(discord.guild("Town").id());
    let http = http(&discord, discord.token());
    let command = |n: usize| json!({ "name": format!("c{n}"), "description": "x" });
    let commands = |count: usize| (0..count).map(command).collect::<Value>();

    let first = http.create_global_commands(&commands(100)).await.expect("as many as there may be");
    assert_eq!(outcome(http.create_global_commands(&commands(101)).await), Err((400, 30032)));
    let again = http.create_global_commands(&commands(1)).await.expect("fewer");
    assert_eq!(first[0].id, again[0].id);
    assert_eq!(
        outcome(http.create_global_commands(&json!([{ "name": "A", "description": "x" }])).await),
        Err((400, 50035))
    );
    http.create_guild_commands(town, &commands(2)).await.expect("for one server");
    let counts = (
        http.get_global_commands().await.map(|all| all.len()),
        http.get_guild_commands(town).await.map(|all| all.len()),
    );
    assert_eq!((counts.0.expect("everywhere"), counts.1.expect("in one server")), (1, 2));
}

/// An interaction with its token, of which the first answer is outstanding.
fn asked(discord: &FakeDiscord) -> (Asked, String) {
    let town = discord.guild("Town");
    let (general, ann) = (town.channel("general"), town.member("ann"));
    discord.hub.change(|world| world.commands = vec![json!({ "id": "5", "name": "go", "description": "x" })]);
    let asked = discord.slash(&ann, &general, "/go");
    let token = discord.hub.look(|world| world.interaction(asked.id()).token.clone());
    (asked, token)
}

async fn answer(http: &Http, asked: &Asked, token: &str, body: Value) -> Result<(), (u16, isize)> {
    outcome(http.create_interaction_response(asked.id().into(), token, &body, Vec::new()).await)
}

#[tokio::test]
async fn an_interaction_is_answered_once_and_in_time() {
    let discord = FakeDiscord::start().await;
    let (asked, token) = asked(&discord);
    let http = http(&discord, "no token is needed for this");
    let hello = json!({ "type": 4, "data": { "content": "hello" } });

    assert_eq!(outcome(http.get_original_interaction_response(&token).await), Err((404, 10015)));
    assert_eq!(answer(&http, &asked, "wrong", hello.clone()).await, Err((404, 10062)));
    assert_eq!(answer(&http, &asked, &token, json!({ "type": 7, "data": {} })).await, Err((400, 50035)));
    assert_eq!(answer(&http, &asked, &token, json!({ "type": 4, "data": {} })).await, Err((400, 50006)));
    assert_eq!(answer(&http, &asked, &token, hello.clone()).await, Ok(()));
    assert_eq!(answer(&http, &asked, &token, hello).await, Err((400, 40060)));
    let more = json!({ "content": "more" });
    discord.passes(Duration::from_secs(14 * 60));
    assert_eq!(outcome(http.create_followup_message(&token, &more, Vec::new()).await), Ok(()));
    discord.passes(Duration::from_secs(2 * 60));
    assert_eq!(outcome(http.create_followup_message(&token, &more, Vec::new()).await), Err((401, 50027)));
    assert_eq!(asked.messages().len(), 2);
}

#[tokio::test]
async fn an_interaction_does_not_wait_for_ever() {
    let discord = FakeDiscord::start().await;
    let (asked, token) = asked(&discord);
    let http = http(&discord, discord.token());
    discord.passes(Duration::from_millis(3_001));
    assert_eq!(answer(&http, &asked, &token, json!({ "type": 5 })).await, Err((404, 10062)));
    assert!(!asked.is_acknowledged());
}

#[tokio::test]
async fn the_first_follow_up_after_a_promise_is_what_was_promised() {
    let discord = FakeDiscord::start().await;
    let (asked, token) = asked(&discord);
    let http = http(&discord, discord.token());
    answer(&http, &asked, &token, json!({ "type": 5, "data": { "flags": 64 } })).await.expect("a promise");
    http.create_followup_message(&token, &json!({ "content": "kept" }), Vec::new()).await.expect("kept");
    let kept = discord.answered(&asked).await;
    assert_eq!((kept.text().as_str(), kept.is_ephemeral(), asked.messages().len()), ("kept", true, 1));
    http.delete_original_interaction_response(&token).await.expect("it can go");
    assert!(kept.is_deleted());
}
