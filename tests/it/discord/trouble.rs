//! What goes wrong between the bot and Discord.

use serenity::all::Permissions;

use super::World;
use crate::fakes::ai::{Gate, Reply, end, text};
use crate::fakes::discord::{Fault, Route};

#[tokio::test]
async fn busy_and_broken_servers_are_asked_again_and_no_last_edit_is_lost() {
    let gate = Gate::default();
    let reply = Reply::stream([text("A sentence. ")]).then_behind(&gate, [vec![text("The end.")], end()].concat());
    let world = World::answering([reply]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.fail_next(Route::CreateMessage, Fault::Status(502));
    let asked = world.discord.says(&ann, &general, "!ai tell me");
    let answer = world.discord.answer_to(&asked).await;
    world.discord.fail_next(Route::EditMessage, Fault::RateLimited { retry_after_s: 0.3, global: false });
    gate.open();
    world.discord.until(|| answer.text().starts_with("A sentence. The end.\n-# ").then_some(())).await;
    world.discord.fail_next(Route::CreateMessage, Fault::LoseAnswer);
    world.ask(&ann, &general, "!about").await;
    world.ask(&ann, &general, "!help").await;
    let about = general.messages().iter().filter(|said| said.text().contains("perfbot 0.")).count();
    assert_eq!(about, 1, "a reply whose confirmation was lost is not shown twice");
}

#[tokio::test]
async fn a_connection_that_drops_is_resumed_and_nothing_is_missed() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.drop_gateway();
    world.asks(&ann, &general, "!ai one").await;
    world.discord.ask_to_reconnect();
    world.asks(&ann, &general, "!ai two").await;
    assert!(world.discord.resumed() >= 2);
    world.discord.ask_for_heartbeat();
    world.asks(&ann, &general, "!ai three").await;
}

#[tokio::test]
async fn a_session_that_is_lost_is_begun_anew() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.invalidate_session(false);
    world.discord.until(|| (world.discord.heard(2).len() > 1).then_some(())).await;
    world.discord.connected().await;
    world.asks(&ann, &general, "!ai hi").await;
}

#[tokio::test]
async fn where_it_may_not_write_it_says_so_once_and_asks_no_model() {
    let world = World::answering([]).await;
    let town = world.discord.guild("Town");
    let quiet = town.channel("quiet").denies(&town.role_of_bot(), serenity::all::Permissions::SEND_MESSAGES);
    let ann = town.member("ann");
    world.discord.says(&ann, &quiet, "!ai hi");
    world.discord.says(&ann, &quiet, "!perf stats");
    let told = world.discord.shows(&ann, &ann.dm(), "I cannot answer").await;
    insta::assert_snapshot!(told, @"perfbot: I cannot answer in #quiet: I lack Send Messages there. Whoever manages the server can give it to me, or to my role.");
    world.ask(&ann, &ann.dm(), "!help").await;
    assert_eq!(world.discord.dms_of(&ann).iter().filter(|said| said.text().contains("I cannot answer")).count(), 1);
    assert!(world.prompts().is_empty());
}

#[tokio::test]
async fn closed_direct_messages_are_asked_once_only() {
    let world = World::answering([]).await;
    let town = world.discord.guild("Town");
    let quiet = town.channel("quiet").denies(&town.role_of_bot(), serenity::all::Permissions::SEND_MESSAGES);
    let (open, ann) = (town.channel("open"), town.member("ann"));
    ann.closes_dms();
    world.discord.says(&ann, &quiet, "!help");
    world.discord.says(&ann, &quiet, "!help");
    world.ask(&ann, &open, "!help").await;
    let refused = world.discord.requests().into_iter().filter(|request| request.status == Some(403)).count();
    assert!(refused <= 1, "a refusal is not tried again");
}

#[tokio::test]
async fn an_interaction_that_is_answered_too_late_costs_nothing_else() {
    let world = World::new().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.registered("perf").await;
    let held = world.discord.hold(Route::Answer);
    let late = world.discord.slash(&ann, &general, "/perf stats");
    held.reached().await;
    world.discord.passes(std::time::Duration::from_secs(4));
    drop(held);
    world.discord.clear_faults();
    world.uses(&ann, &general, "/about").await;
    assert!(late.message().is_none());
}

#[tokio::test]
async fn what_cannot_be_read_is_noticed() {
    let world = World::new().await;
    world.discord.send_raw("MESSAGE_CREATE", serde_json::json!({"id": "not a number"}));
    world.discord.until(|| Some(world.discord.take_undecoded()).filter(|lines| !lines.is_empty())).await;
}

#[tokio::test]
async fn bots_and_webhooks_are_not_answered() {
    let world = World::answering([]).await;
    let (town, general) = world.town();
    let (robot, hook, ann) = (town.bot("robot"), town.webhook("hook"), town.member("ann"));
    world.discord.says(&robot, &general, "!ai hi");
    world.discord.says(&hook, &general, "!perf stats");
    world.discord.says(&robot, &general, &*format!("{} hi", world.discord.bot().mention()));
    world.ask(&ann, &general, "!help").await;
    assert_eq!(general.messages().len(), 5, "{}", general.seen_by(&ann));
}

/// How many requests Discord refused since the start.
fn refused(world: &World) -> usize {
    world.discord.requests().into_iter().filter(|request| request.status.is_some_and(|status| status >= 400)).count()
}

#[tokio::test]
async fn where_it_may_not_write_nothing_is_tried_again_and_again() {
    let world = World::answering([]).await;
    let town = world.discord.guild("Town");
    let quiet = town.channel("quiet").denies(&town.role_of_bot(), Permissions::SEND_MESSAGES);
    let (open, ann) = (town.channel("open"), town.member("ann"));
    for _ in 0..5 {
        world.discord.says(&ann, &quiet, "!ai hi");
    }
    world.ask(&ann, &open, "!help").await;
    assert_eq!(refused(&world), 0, "10,000 refusals in ten minutes, and Discord shuts the bot out");
}

#[tokio::test]
async fn where_it_may_not_attach_files_the_rest_of_an_answer_arrives() {
    let long = "This sentence is one of very many. ".repeat(400);
    let world = World::answering([Reply::stream([vec![text(&long)], end()].concat())]).await;
    let town = world.discord.guild("Town");
    let bare = town.channel("bare").denies(&town.role_of_bot(), Permissions::ATTACH_FILES);
    let ann = town.member("ann");
    world.discord.says(&ann, &bare, "!ai go on");
    world.discord.shows(&ann, &bare, "-# … the rest is too long: I lack Attach Files here").await;
    world.discord.says(&ann, &bare, "!perf stats --csv");
    let seen = world.discord.shows(&ann, &bare, "stats.csv").await;
    assert!(seen.contains("Performance Statistics") && seen.contains("[CSV]"), "{seen}");
    assert!(seen.contains("-# stats.csv could not be attached: I lack Attach Files here."), "{seen}");
    assert_eq!(refused(&world), 0);
}

#[tokio::test]
async fn where_it_may_not_read_what_was_said_it_answers_without_replying() {
    let answers = ["One.", "Two."].map(|answer| Reply::stream([vec![text(answer)], end()].concat()));
    let world = World::answering(answers).await;
    let town = world.discord.guild("Town");
    let bare = town.channel("bare").denies(&town.role_of_bot(), Permissions::READ_MESSAGE_HISTORY);
    let ann = town.member("ann");
    let first = world.asks(&ann, &bare, "!ai one").await;
    assert!(first.replies_to().is_none());
    assert!(first.text().contains("-# (I lack Read Message History here"), "{}", first.text());
    let second = world.asks(&ann, &bare, "!ai two").await;
    assert!(second.text().starts_with("Two.\n-# Haiku"), "once is enough: {}", second.text());
    assert_eq!(refused(&world), 0);
}

#[tokio::test]
async fn an_answer_to_an_interaction_that_is_over_is_sent_all_the_same() {
    let reply = Reply::stream([vec![text("Here I am.")], end()].concat());
    let world = World::answering([reply]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.registered("perf").await;
    let held = world.discord.hold(Route::Answer);
    world.discord.slash(&ann, &general, "/ai question:are you there?");
    held.reached().await;
    world.discord.passes(std::time::Duration::from_secs(4));
    drop(held);
    world.discord.clear_faults();
    let seen = world.discord.shows(&ann, &general, "-# Haiku").await;
    assert!(seen.contains("perfbot: > are you there?\n  Here I am."), "{seen}");
}

#[tokio::test]
async fn an_answer_whose_confirmation_was_lost_is_no_failure() {
    let reply = Reply::stream([vec![text("Here I am.")], end()].concat());
    let world = World::answering([reply]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.fail_next(Route::Answer, Fault::LoseAnswer);
    let answer = world.uses(&ann, &general, "/ai question:are you there?").await;
    world.discord.until(|| answer.text().contains("Here I am.\n-# Haiku").then_some(())).await;
    assert_eq!(general.messages().len(), 1, "{}", general.seen_by(&ann));
}

#[tokio::test]
async fn an_answer_whose_message_takes_no_more_edits_comes_in_a_new_one() {
    let gate = Gate::default();
    let reply = Reply::stream([text("A sentence. ")]).then_behind(&gate, [vec![text("The end.")], end()].concat());
    let world = World::answering([reply]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai tell me");
    world.discord.answer_to(&asked).await;
    world.discord.fail_always(Route::EditMessage, Fault::Code(429, 30_046));
    gate.open();
    world.discord.shows(&ann, &general, "A sentence. The end.\n  -# Haiku").await;
}
