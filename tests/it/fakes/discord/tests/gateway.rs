//! Connecting, losing the connection, and coming back.

use serde_json::json;
use serenity::gateway::GatewayError;
use serenity::model::Permissions;
use serenity::model::gateway::GatewayIntents;
use serenity::prelude::SerenityError;

use super::super::{FakeDiscord, Fault, Route};
use super::bot::Bot;
use super::{Scene, scene};

impl Scene {
    /// The bot answers, so it is connected and well.
    async fn is_well(&self) {
        let said = self.discord.says(&self.ann, &self.general, "!ping");
        assert_eq!(self.discord.answer_to(&said).await.text(), "pong");
    }
}

#[tokio::test]
async fn a_bot_connects_shows_signs_of_life_and_says_goodbye() {
    let scene = scene().await;
    scene.is_well().await;
    assert!(scene.discord.intents().contains(GatewayIntents::MESSAGE_CONTENT));
    scene.discord.ask_for_heartbeat();
    scene.discord.until(|| scene.discord.heard(1).pop()).await;
    scene.bot.stop().await.expect("an orderly end");
    scene.discord.until(|| (scene.discord.connections() == 0).then_some(())).await;
}

#[tokio::test]
async fn what_was_missed_while_the_connection_was_lost_is_told_again() {
    let scene = scene().await;
    scene.is_well().await;
    scene.discord.drop_gateway();
    assert_eq!(scene.discord.connections(), 0);
    let missed = scene.discord.says(&scene.ann, &scene.general, "!ping");
    assert_eq!(scene.discord.answer_to(&missed).await.text(), "pong");
    assert_eq!((scene.discord.resumed(), scene.discord.heard(2).len()), (1, 1));
    scene.is_well().await;
}

#[tokio::test]
async fn a_bot_that_is_asked_to_reconnect_goes_on_with_its_session() {
    let scene = scene().await;
    scene.discord.ask_to_reconnect();
    scene.discord.until(|| (scene.discord.resumed() == 1).then_some(())).await;
    scene.is_well().await;
    scene.discord.invalidate_session(true);
    scene.discord.until(|| (scene.discord.resumed() == 2).then_some(())).await;
    scene.is_well().await;
    scene.discord.close_gateway(4000);
    scene.discord.until(|| (scene.discord.resumed() == 3).then_some(())).await;
    scene.is_well().await;
}

/// Without the pause serenity waits for seconds.
#[tokio::test]
async fn a_gateway_that_lets_nobody_in_is_tried_again() {
    let scene = scene().await;
    scene.discord.fail_times(2, Route::Connect, Fault::Status(503));
    scene.discord.drop_gateway();
    tokio::time::pause();
    scene.discord.until(|| (scene.discord.connections() == 1).then_some(())).await;
    tokio::time::resume();
    scene.is_well().await;
}

/// Without the pause serenity waits for ten seconds.
#[tokio::test]
async fn a_bot_that_lost_its_session_begins_anew() {
    let scene = scene().await;
    scene.is_well().await;
    scene.discord.invalidate_session(false);
    tokio::time::pause();
    scene.discord.until(|| (scene.discord.heard(2).len() == 2).then_some(())).await;
    tokio::time::resume();
    scene.discord.connected().await;
    scene.is_well().await;
}

#[tokio::test]
async fn a_wrong_token_is_turned_away() {
    let discord = FakeDiscord::start().await;
    let bot = Bot::with(&discord, "wrong", GatewayIntents::empty()).await;
    let end = bot.task.await.expect("no panic").expect_err("nobody gets in like that");
    assert!(matches!(end, SerenityError::Gateway(GatewayError::InvalidAuthentication)), "{end:?}");
}

#[tokio::test]
async fn privileged_intents_are_refused_when_they_were_not_granted() {
    let discord = FakeDiscord::start().await;
    discord.disallow_privileged_intents();
    let bot = Bot::with(&discord, discord.token(), GatewayIntents::MESSAGE_CONTENT).await;
    let end = bot.task.await.expect("no panic").expect_err("it asked for too much");
    assert!(matches!(end, SerenityError::Gateway(GatewayError::DisallowedGatewayIntents)), "{end:?}");
}

#[tokio::test]
async fn without_the_intent_only_what_is_meant_for_the_bot_has_words() {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let (general, ann) = (town.channel("general"), town.member("ann"));
    let _bot = Bot::with(&discord, discord.token(), GatewayIntents::non_privileged()).await;
    discord.connected().await;

    discord.says(&ann, &general, "!ping");
    let said = discord.says(&ann, &general, format!("{} hello", discord.bot().mention()));
    assert!(discord.answer_to(&said).await.text().contains("hello"));
    let said = discord.says(&ann, &ann.dm(), "!ping");
    assert_eq!(discord.answer_to(&said).await.text(), "pong");
    assert_eq!(general.messages().len(), 3);
}

#[tokio::test]
async fn servers_come_and_go_while_the_bot_runs() {
    let scene = scene().await;
    let village = scene.discord.guild("Village");
    let square = village.channel("square");
    let bob = village.member_with("bob", Permissions::ADMINISTRATOR);
    let said = scene.discord.says(&bob, &square, "!ping");
    assert_eq!(scene.discord.answer_to(&said).await.text(), "pong");

    village.goes_down();
    village.comes_back();
    let said = scene.discord.says(&bob, &square.thread("help"), "!ping");
    assert_eq!(scene.discord.answer_to(&said).await.text(), "pong");
    square.vanishes();
    village.removes(&scene.discord.bot());
    scene.is_well().await;
    village.welcomes(&scene.discord.bot());
    scene.is_well().await;
}

/// That serenity could read all of it is seen when the fake is dropped.
#[tokio::test]
async fn changes_of_people_and_roles_are_told() {
    let scene = scene().await;
    let Scene { discord, town, ann, .. } = &scene;
    let ops = town.role_with("Ops", Permissions::MANAGE_GUILD);
    ops.may(Permissions::MANAGE_MESSAGES);
    town.gives(ann, &ops);
    town.takes(ann, &ops);
    town.role_of_bot().may(Permissions::VIEW_CHANNEL);
    town.gives(&discord.bot(), &ops);
    let zoe = town.member("zoe");
    town.removes(&zoe);
    scene.is_well().await;
}

#[tokio::test]
async fn a_payload_that_the_bot_cannot_read_is_noticed() {
    let scene = scene().await;
    scene.discord.send_raw("INTERACTION_CREATE", json!({ "id": "1", "type": 2 }));
    let lines = scene.discord.until(|| Some(scene.discord.take_undecoded()).filter(|lines| !lines.is_empty())).await;
    assert!(lines[0].contains("INTERACTION_CREATE"), "{lines:?}");
    scene.is_well().await;
}
