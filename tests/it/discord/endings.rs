//! How things end: a question that is deleted, an answer that is deleted, the bot that is stopped, a server that is left.

use perfbot::model::Scope;
use perfbot::store::question::{Guilds, Inventory, ModelsSeen, Preferences};

use super::{World, all_rows};
use crate::fakes::ai::{Reply, end, text};
use crate::fakes::discord::{Fault, Route};

fn unending() -> Reply {
    Reply::stream([text("Once upon a time. ")]).then_silence()
}

#[tokio::test]
async fn deleting_a_question_stops_its_answer_and_editing_it_does_nothing() {
    let world = World::answering([unending(), unending()]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai a story");
    let answer = world.discord.answer_to(&asked).await;
    world.discord.edits(&ann, &asked, "!ai another story");
    let waiting = world.discord.says(&ann, &general, "!ai never mind");
    world.discord.deletes(&ann, &waiting);
    world.discord.deletes(&ann, &asked);
    world.discord.until(|| answer.text().contains("(Stopped.)").then_some(())).await;
    world.ask(&ann, &general, "!help").await;
    assert_eq!(world.prompts().len(), 1, "neither the edit nor the deleted question was asked");
}

#[tokio::test]
async fn an_answer_that_somebody_deletes_is_not_written_on() {
    let gate = crate::fakes::ai::Gate::default();
    let more = (0..50).map(|_| text("And then more happened. ")).collect::<Vec<_>>();
    let reply = Reply::stream([text("Once upon a time. ")]).then_behind(&gate, more).then_silence();
    let world = World::answering([reply]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai a story");
    let answer = world.discord.answer_to(&asked).await;
    world.discord.deletes(&town.owner(), &answer);
    gate.open();
    // Once it has been stopped, the next question of the same person is answered.
    let next = world.ask(&ann, &general, "!ai another").await;
    assert!(next.text().contains("No answer"), "the fake has no more replies: {}", next.text());
}

#[tokio::test]
async fn ctrl_c_cuts_what_does_not_end_and_says_so() {
    let mut world = World::answering([unending()]).await;
    let (town, general) = world.town();
    let asked = world.discord.says(&town.member("ann"), &general, "!ai a story");
    let answer = world.discord.answer_to(&asked).await;
    let start = std::time::Instant::now();
    world.stop().await;
    assert!(start.elapsed() < std::time::Duration::from_secs(5));
    assert!(answer.text().contains("-# (The bot is being restarted: the answer was cut.)"), "{}", answer.text());
    assert!(answer.buttons().is_empty());
    let rows = world.stored(all_rows()).await;
    assert_eq!(rows.iter().map(|row| row.call.outcome.as_str()).collect::<Vec<_>>(), ["cut"]);
}

#[tokio::test]
async fn ctrl_c_is_obeyed_in_time_though_discord_does_not_answer() {
    let mut world = World::answering([unending()]).await;
    let (town, general) = world.town();
    let asked = world.discord.says(&town.member("ann"), &general, "!ai a story");
    world.discord.answer_to(&asked).await;
    let edits = world.discord.hold(Route::EditMessage);
    world.discord.fail_always(Route::Connect, Fault::Status(503));
    world.discord.drop_gateway();
    world.discord.until(|| (world.discord.connections() == 0).then_some(())).await;
    let start = std::time::Instant::now();
    world.stop().await;
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    let rows = world.stored(all_rows()).await;
    assert_eq!(rows.iter().map(|row| row.call.outcome.as_str()).collect::<Vec<_>>(), ["cut"]);
    drop(edits);
}

#[tokio::test]
async fn an_answer_that_is_nearly_done_is_finished_first() {
    let gate = crate::fakes::ai::Gate::default();
    let reply = Reply::stream([text("A sentence. ")]).then_behind(&gate, [vec![text("The end.")], end()].concat());
    let mut world = World::answering([reply]).await;
    let (town, general) = world.town();
    let asked = world.discord.says(&town.member("ann"), &general, "!ai a story");
    let answer = world.discord.answer_to(&asked).await;
    gate.open();
    world.stop().await;
    assert!(answer.text().starts_with("A sentence. The end.\n-# Haiku"), "{}", answer.text());
}

#[tokio::test]
async fn a_server_that_is_left_is_purged() {
    let world = World::new().await;
    let (town, general) = world.town();
    let village = world.discord.guild("Village");
    let (square, cas) = (village.channel("square"), village.member("cas"));
    let ann = town.member("ann");
    let mo = town.member_with("mo", serenity::all::Permissions::MANAGE_GUILD);
    world.asks(&ann, &general, "!ai hi").await;
    world.asks(&cas, &square, "!ai hi").await;
    world.ask(&mo, &general, "!m deep").await;
    town.goes_down();
    town.comes_back();
    assert!(world.ask(&ann, &general, "!perf stats").await.text().contains("n=1"), "an outage is no farewell");
    town.removes(&world.discord.bot());
    let seen = ModelsSeen { scope: Scope::Guild(town.id().to_string().into()) };
    world.until_stored(seen, Vec::is_empty).await;
    assert_eq!(world.stored(Inventory).await.calls, 2, "what was spent is still counted");
    assert!(world.stored(Preferences).await.is_empty());
}

#[tokio::test]
async fn a_question_that_is_deleted_before_it_is_asked_is_not_asked() {
    let world = World::answering([]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let held = world.discord.hold(Route::ListMessages);
    let asked = world.discord.says(&ann, &general, "!ai never mind");
    held.reached().await;
    world.discord.deletes(&ann, &asked);
    // Events come in their order, so by then the deletion has been heard.
    world.ask(&ann, &general, "!help").await;
    drop(held);
    world.discord.clear_faults();
    let other = world.ask(&ann, &general, "!ai something else").await;
    assert!(other.text().contains("No answer"), "the fake has no replies: {}", other.text());
    assert_eq!(world.prompts().len(), 1, "{}", general.seen_by(&ann));
}

#[tokio::test]
async fn the_button_of_an_answer_that_nobody_writes_any_more_goes_away() {
    let mut world = World::answering([unending()]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai a story");
    let answer = world.discord.answer_to(&asked).await;
    world.discord.fail_always(Route::EditMessage, Fault::Status(503));
    world.stop().await;
    world.discord.clear_faults();
    world.start().await;
    assert_eq!((answer.text().as_str(), answer.buttons().len()), ("Once upon a time. ▌", 1));
    world.discord.answered(&world.discord.presses(&ann, &answer, "Stop")).await;
    assert_eq!(answer.text(), "Once upon a time.\n-# (The answer broke off here.)");
    assert!(answer.buttons().is_empty());
}

#[tokio::test]
async fn a_server_that_is_left_while_the_bot_is_away_is_purged_too() {
    let mut world = World::new().await;
    let (town, general) = world.town();
    let village = world.discord.guild("Village");
    let (square, cas) = (village.channel("square"), village.member("cas"));
    let (ann, mo) = (town.member("ann"), town.member_with("mo", serenity::all::Permissions::MANAGE_GUILD));
    world.asks(&ann, &general, "!ai hi").await;
    world.ask(&mo, &general, "!m deep").await;
    world.asks(&cas, &square, "!ai hi").await;
    world.stop().await;
    town.removes(&world.discord.bot());
    world.start().await;
    world.until_stored(Guilds, |guilds| *guilds == [village.id().to_string().into()]).await;
    world.until_stored(Preferences, Vec::is_empty).await;
    world.stop().await;
    village.removes(&world.discord.bot());
    let hamlet = world.discord.guild("Hamlet");
    world.start().await;
    world.ask(&hamlet.member("dee"), &hamlet.channel("yard"), "!help").await;
    assert_eq!(
        world.stored(Guilds).await.len(),
        1,
        "where none of the servers is known, the store may be another bot's"
    );
}
