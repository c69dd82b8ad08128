//! What of a conversation goes along with a question.

use serde_json::Value;

use super::World;
use crate::fakes::ai::{Reply, end, text};
use crate::fakes::discord::Post;

/// Answers "a1", "a2" and so on.
fn numbered(n: usize) -> Vec<Reply> {
    (1..=n).map(|n| Reply::stream([vec![text(&format!("a{n}"))], end()].concat())).collect()
}

/// What the model was told in its last question, without what it is told first.
fn last_prompt(world: &World) -> Vec<String> {
    let prompts = world.prompts();
    let turns = prompts.last().unwrap().as_array().unwrap();
    turns.iter().filter(|turn| turn["role"] != "system").map(|turn| content(&turn["content"])).collect()
}

fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        parts => parts.as_array().unwrap().iter().filter_map(|part| part["text"].as_str()).collect(),
    }
}

#[tokio::test]
async fn a_reply_takes_its_chain_along_and_other_questions_the_last_messages() {
    let world = World::answering(numbered(5)).await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let first = world.asks(&ann, &general, "!ai q1").await;
    world.asks(&bob, &general, "!ai q2").await;
    assert_eq!(last_prompt(&world), ["q1", "a1", "q2"]);
    let reply = world.discord.says(&ann, &general, Post::new("q3").replying_to(&first));
    world.finished(&reply).await;
    assert_eq!(last_prompt(&world), ["q1", "a1", "q3"]);
    world.discord.says(&bob, &general, "this is for nobody");
    world.ask(&ann, &general, "!ctx 2 --me").await;
    let short = world.asks(&ann, &general, "!ai q4").await;
    assert_eq!(last_prompt(&world), ["q3", "a3", "q4"]);
    assert!(short.text().contains("-# (Left out 4 earlier messages.)"), "{}", short.text());
}

#[tokio::test]
async fn a_conversation_goes_on_after_a_restart_until_it_is_forgotten() {
    let mut world = World::answering(numbered(6)).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let first = world.asks(&ann, &general, "!ai q1").await;
    world.asks(&ann, &general, &format!("{} q2", world.discord.bot().mention())).await;
    world.stop().await;
    world.start().await;
    world.asks(&ann, &general, "!ai q3").await;
    assert_eq!(last_prompt(&world), ["q1", "a1", "q2", "a2", "q3"]);
    world.ask(&ann, &general, "!new").await;
    world.asks(&ann, &general, "!ai q4").await;
    assert_eq!(last_prompt(&world), ["q4"]);
    world.stop().await;
    world.start().await;
    world.asks(&ann, &general, "!ai q5").await;
    assert_eq!(last_prompt(&world), ["q4", "a4", "q5"], "what was forgotten stays forgotten");
    let reply = world.discord.says(&ann, &general, Post::new("q6").replying_to(&first));
    world.finished(&reply).await;
    assert_eq!(last_prompt(&world), ["q1", "a1", "q6"], "unless somebody comes back to it");
}

#[tokio::test]
async fn threads_have_conversations_of_their_own() {
    let world = World::answering(numbered(2)).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.asks(&ann, &general, "!ai q1").await;
    let thread = general.thread("help");
    world.asks(&ann, &thread, "!ai q2").await;
    assert_eq!(last_prompt(&world), ["q2"]);
}

#[tokio::test]
async fn bystanders_go_along_where_the_host_wants_it() {
    let world = World::asking(numbered(2), "edit_every = \"0s\"\n[context]\nbystanders = true").await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    world.discord.says(&bob, &general, "rain again");
    world.discord.says(&bob, &general, "and cold");
    world.asks(&ann, &general, "!ai what does bob say?").await;
    assert_eq!(last_prompt(&world), ["bob: rain again\n\nbob: and cold\n\nwhat does bob say?"]);
}

#[tokio::test]
async fn a_channel_has_a_persona_that_admins_choose() {
    let world = World::answering(numbered(2)).await;
    let (town, general) = world.town();
    let mo = town.member_with("mo", serenity::all::Permissions::MANAGE_GUILD);
    world.ask(&mo, &general, "!persona You are a pirate.").await;
    world.asks(&mo, &general, "!ai hi").await;
    assert_eq!(world.prompts()[0][0]["content"], "You are a pirate.");
    world.asks(&mo, &general.thread("calm"), "!ai hi").await;
    assert_ne!(world.prompts()[1][0]["content"], "You are a pirate.");
}

#[tokio::test]
async fn long_answers_and_slash_commands_are_recalled_as_what_they_were() {
    let long = format!("{}The end.", "This sentence is one of many. ".repeat(100));
    let replies = [vec![text(&long)], vec![text("Because.")], vec![text("a3")], vec![text("a4")]];
    let replies = replies.map(|reply| Reply::stream([reply, end()].concat()));
    let mut world = World::answering(replies).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.says(&ann, &general, "!ai go on");
    world.discord.shows(&ann, &general, "-# Haiku").await;
    world.uses(&ann, &general, "/perf stats").await;
    world.ask(&ann, &general, "!help").await;
    let answer = world.uses(&ann, &general, "/ai question:Why is that?").await;
    world.discord.until(|| answer.text().contains("\n-# ").then_some(())).await;
    world.stop().await;
    world.start().await;
    let reply = world.discord.says(&ann, &general, Post::new("q3").replying_to(&answer));
    world.finished(&reply).await;
    let prompt = last_prompt(&world);
    assert_eq!(prompt.len(), 5, "two questions with one answer each: {prompt:#?}");
    assert_eq!(prompt[1].split_whitespace().collect::<Vec<_>>(), long.split_whitespace().collect::<Vec<_>>());
    assert_eq!([&prompt[0], &prompt[2], &prompt[3], &prompt[4]], ["go on", "Why is that?", "Because.", "q3"]);
    world.uses(&ann, &general, "/new").await;
    world.stop().await;
    world.start().await;
    world.asks(&ann, &general, "!ai q4").await;
    assert_eq!(last_prompt(&world), ["q4"], "what was forgotten by a slash command stays forgotten too");
}

#[tokio::test]
async fn what_a_question_replies_to_goes_along_whoever_said_it() {
    let world = World::answering(numbered(6)).await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let mention = world.discord.bot().mention();
    let post = world.discord.says(&bob, &general, "Whales are fish.");
    let question = Post::new(&format!("{mention} is this true?")).replying_to(&post);
    let answer = world.finished(&world.discord.says(&ann, &general, question)).await;
    assert_eq!(last_prompt(&world), ["bob: Whales are fish.\n\nis this true?"]);
    world.asks(&ann, &general, "!retry").await;
    assert_eq!(last_prompt(&world), ["bob: Whales are fish.\n\nis this true?"], "asked again as it was");
    let reply = world.discord.says(&bob, &general, Post::new("really?").replying_to(&answer));
    world.finished(&reply).await;
    assert!(last_prompt(&world).last().unwrap() == "really?", "what is known is not quoted: {:?}", last_prompt(&world));
    let about = world.ask(&ann, &general, "!about").await;
    let reply = world.discord.says(&ann, &general, Post::new("what does that mean?").replying_to(&about));
    world.finished(&reply).await;
    assert!(last_prompt(&world).last().unwrap().starts_with("perfbot: **perfbot"), "{:?}", last_prompt(&world));
    for pointing in [&*mention, "!ai"] {
        let pointing = world.discord.says(&ann, &general, Post::new(pointing).replying_to(&post));
        world.finished(&pointing).await;
        assert_eq!(last_prompt(&world).last().unwrap(), "Whales are fish.");
    }
}
