//! What the bot does when it starts, and what keeps it from starting.

use std::process::Stdio;

use serde_json::json;

use super::{QUICK, World, figureless};
use crate::fakes::discord::{FakeDiscord, Route};
use crate::harness::{Perfbot, Run};

/// The program itself, started at this fake.
async fn started_at(address: &str, token: &str) -> Run {
    let bot = Perfbot::new().with("PERFBOT_DISCORD_API", address).with("DISCORD_TOKEN", token);
    tokio::task::spawn_blocking(move || bot.run(&[])).await.unwrap()
}

#[tokio::test]
async fn commands_are_registered_only_when_they_changed() {
    let mut world = World::new().await;
    let put = |world: &World| world.discord.requests_of(Route::SetCommands).len();
    assert_eq!(put(&world), 1);
    world.stop().await;
    world.start().await;
    assert_eq!(put(&world), 1, "Discord knew them already");
    let names: Vec<String> =
        world.discord.commands().iter().map(|command| command["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.join(" "), "ai m ctx new retry rate stop persona help about perf mydata");
    let contexts: Vec<_> = world.discord.commands().iter().map(|command| command["contexts"].clone()).collect();
    assert!(contexts.iter().all(|contexts| *contexts == json!([0, 1])), "in servers and with the bot: {contexts:?}");
}

#[tokio::test]
async fn a_wrong_token_and_a_server_elsewhere_are_refused_in_one_sentence() {
    let discord = FakeDiscord::start().await;
    let wrong = started_at(discord.address(), "no-such-token").await;
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    insta::assert_snapshot!(wrong.err, @"Discord refuses the token in DISCORD_TOKEN: copy it anew from the Bot page of your application in the developer portal.");
    let elsewhere = started_at("http://discord.example:80", "a-token").await;
    assert_eq!(elsewhere.code, 2);
    insta::assert_snapshot!(elsewhere.err, @r#"PERFBOT_DISCORD_API must be an address of this machine such as http://127.0.0.1:4711, and is "http://discord.example:80"."#);
    let nobody = started_at("http://127.0.0.1:9", "a-token").await;
    assert_eq!(nobody.code, 2);
    insta::assert_snapshot!(nobody.err, @"PERFBOT_DISCORD_API names http://127.0.0.1:9, which does not say where its gateway is.");
    for run in [wrong, elsewhere, nobody] {
        assert!(!run.err.contains("token\""), "{}", run.err);
    }
}

#[tokio::test]
async fn the_doctor_asks_discord_who_the_bot_is() {
    let discord = FakeDiscord::start().await;
    let (address, token) = (discord.address().to_owned(), discord.token().to_owned());
    let examined = tokio::task::spawn_blocking(move || {
        let bot = |token: &str| Perfbot::new().with("PERFBOT_DISCORD_API", &address).with("DISCORD_TOKEN", token);
        let line = |run: Run| run.out.lines().find(|line| line.contains("discord: ")).unwrap_or_default().to_owned();
        [&*token, "no-such-token"].map(|token| line(bot(token).run(&["doctor"])))
    });
    let [right, wrong] = examined.await.unwrap();
    assert!(right.starts_with("ok    discord: perfbot; invite: https://discord.com/oauth2/authorize?"), "{right}");
    assert!(wrong.starts_with("fail  discord: Discord refuses the token"), "{wrong}");
}

#[tokio::test]
async fn the_invite_asks_for_exactly_what_is_needed() {
    let discord = FakeDiscord::start().await;
    let bot = Perfbot::new().with("PERFBOT_DISCORD_API", discord.address()).with("DISCORD_TOKEN", discord.token());
    let mut child = bot.command(&["run"]).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    discord.registered("perf").await;
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ended = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
        (child.wait().unwrap().code(), said)
    });
    let (code, said) = ended.await.unwrap();
    assert_eq!(code, Some(130));
    let first = said.lines().next().unwrap();
    // View, send, send in threads, embed links, attach files, read history.
    assert!(first.ends_with("&scope=bot+applications.commands&permissions=274878024704"), "{first}");
    assert!(said.contains("Simulated models answer"), "{said}");
}

#[tokio::test]
async fn without_the_message_content_intent_it_answers_whoever_speaks_to_it() {
    let mut world = World::before_the_start(QUICK).await;
    world.discord.switches_message_content_off();
    world.start().await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.discord.says(&ann, &general, "!ai not heard");
    let mention = world.discord.bot().mention();
    let answer = world.asks(&ann, &general, &format!("{mention} What is Rust?")).await;
    let reply = crate::fakes::discord::Post::new("And Go?").replying_to(&answer);
    world.finished(&world.discord.says(&ann, &general, reply)).await;
    let quiet = crate::fakes::discord::Post::new("And Java?").quietly_replying_to(&answer);
    let unread = world.discord.answer_to(&world.discord.says(&ann, &general, quiet)).await;
    insta::assert_snapshot!(unread.text(), @"I may read a message here only if it mentions me: mention me, or let your reply notify me.");
    world.asks(&ann, &ann.dm(), "What is Python?").await;
    world.uses(&ann, &general, "/perf stats").await;
    let seen = figureless(&general.seen_by(&ann));
    assert!(seen.starts_with("ann: !ai not heard\nann: @perfbot What is Rust?\nperfbot (to ann"), "{seen}");
}

#[tokio::test]
async fn where_the_intent_is_refused_it_goes_on_without() {
    let mut world = World::before_the_start(QUICK).await;
    world.discord.disallow_privileged_intents();
    world.start().await;
    assert!(!world.discord.intents().contains(serenity::all::GatewayIntents::MESSAGE_CONTENT));
    let (town, general) = world.town();
    let ann = town.member("ann");
    world.asks(&ann, &general, &format!("{} hi", world.discord.bot().mention())).await;
}

#[tokio::test]
async fn a_server_that_adds_it_gets_one_short_guide() {
    let mut world = World::new().await;
    let (town, general) = world.town();
    assert_eq!(general.seen_by(&town.owner()), "", "the channel came after the bot");
    town.removes(&world.discord.bot());
    town.welcomes(&world.discord.bot());
    insta::assert_snapshot!(world.discord.shows(&town.owner(), &general, "Hello").await, @"
    perfbot: **Hello.** I answer questions, and measure every answer: what is slow, what is expensive, and why.
      - Ask: @perfbot What is Rust? – or `/ai`, or `!ai What is Rust?`
      - Reply to an answer to go on; 👍 and 👎 rate it.
      - `!m` or `/m` chooses the model, `!perf` or `/perf` shows the figures, `!help` everything.
      -# I keep times, tokens and costs, not what you say. `/mydata` shows, stops and erases what is kept of you.
    ");
    world.stop().await;
    world.start().await;
    world.ask(&town.owner(), &general, "!help").await;
    assert!(!general.seen_by(&town.owner()).rsplit("!help").next().unwrap().contains("Hello"));
    assert_eq!(general.seen_by(&town.owner()).matches("**Hello.**").count(), 1, "once");
}
