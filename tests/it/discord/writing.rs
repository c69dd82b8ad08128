//! How an answer comes onto the screen: frames, pieces, buttons, small lines.

use serde_json::json;

use super::{World, figureless};
use crate::fakes::ai::{Gate, Reply, end, text};
use crate::fakes::discord::{Fault, Route};

fn quick(answer: &str) -> Reply {
    Reply::stream([vec![text(answer)], end()].concat())
}

#[tokio::test]
async fn the_first_sentence_comes_first_and_the_whole_answer_last() {
    let gate = Gate::default();
    let more = [vec![text(" Then a second one.")], end()].concat();
    let reply = Reply::stream([text("A first"), text(" sentence."), text(" And")]).then_behind(&gate, more);
    let world = World::answering([reply]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai tell me");
    let answer = world.discord.answer_to(&asked).await;
    assert_eq!(answer.buttons(), ["Stop"]);
    assert!(answer.text().starts_with("A first sentence."), "{}", answer.text());
    assert!(world.discord.typing_in(&general) > 0);
    gate.open();
    world.finished(&asked).await;
    insta::assert_snapshot!(figureless(&general.seen_by(&ann)), @"
    ann: !ai tell me
    perfbot (to ann: !ai tell me, edited): A first sentence. And Then a second one.
      -# Haiku · …
    ");
    assert!(answer.buttons().is_empty(), "nothing is left to stop");
}

#[tokio::test]
async fn an_answer_that_is_there_at_once_is_one_message_and_no_edit() {
    let world = World::answering([quick("All of it.")]).await;
    let (town, general) = world.town();
    let answer = world.asks(&town.member("ann"), &general, "!ai tell me").await;
    assert!(answer.text().ends_with(" · 1,000→100 tok · $0.003"), "{}", answer.text());
    assert_eq!(answer.frames().len(), 1);
    assert!(world.discord.requests_of(Route::EditMessage).is_empty());
}

#[tokio::test]
async fn frames_in_between_keep_their_distance_and_the_last_one_always_comes() {
    let gates = [Gate::default(), Gate::default()];
    let begun = |gate: &Gate, answer: &str| {
        Reply::stream([text(answer)]).then_behind(gate, [vec![text(" The end.")], end()].concat())
    };
    let replies = [begun(&gates[0], "One sentence. "), begun(&gates[1], "Another sentence. ")];
    let world = World::asking(replies, "edit_every = \"300ms\"").await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let first = world.discord.says(&ann, &general, "!ai one");
    world.discord.answer_to(&first).await;
    let second = world.discord.says(&bob, &general, "!ai two");
    world.discord.answer_to(&second).await;
    let start = std::time::Instant::now();
    gates.iter().for_each(Gate::open);
    world.finished(&first).await;
    world.finished(&second).await;
    // Two last edits in one channel: one pause lies between them at least. That it is no shorter is the pacer's own test.
    assert!(start.elapsed() >= std::time::Duration::from_millis(300));
    assert_eq!(world.discord.requests_of(Route::EditMessage).len(), 2, "nothing new came in between");
}

#[tokio::test]
async fn long_answers_are_cut_where_it_hurts_least_and_code_stays_code() {
    let line = "let x = 1; // a line of code that goes on for a while\n";
    let long = format!("Here it is:\n\n```rust\n{}```\n\nThat was it.", line.repeat(60));
    let world = World::answering([quick(&long)]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai show me");
    world.discord.shows(&ann, &general, "That was it.").await;
    let pieces: Vec<String> =
        general.messages().into_iter().filter(|said| said.id() > asked.id()).map(|said| said.text()).collect();
    assert_eq!(pieces.len(), 3);
    assert!(pieces[0].ends_with("\n```") && pieces[1].starts_with("```rust\nlet x"), "{pieces:#?}");
    assert_eq!(pieces.iter().map(|piece| piece.matches("let x = 1;").count()).sum::<usize>(), 60);
}

#[tokio::test]
async fn what_is_longer_than_three_messages_comes_as_a_file() {
    let long = "This sentence is one of very many. ".repeat(400);
    let world = World::answering([quick(&long)]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai go on");
    world.discord.shows(&ann, &general, "answer.md").await;
    let pieces: Vec<_> = general.messages().into_iter().filter(|said| said.id() > asked.id()).collect();
    assert_eq!(pieces.len(), 3);
    assert_eq!(String::from_utf8(pieces[2].file("answer.md")).unwrap().trim(), long.trim());
    assert!(pieces[2].text().contains("-# … the whole answer is in answer.md"), "{}", pieces[2].text());
}

#[tokio::test]
async fn who_asked_or_an_admin_can_stop_it_and_nobody_else() {
    let replies = (0..2).map(|_| Reply::stream([text("Once upon a time. ")]).then_silence());
    let world = World::answering(replies).await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let mo = town.member_with("mo", serenity::all::Permissions::MANAGE_GUILD);
    for who in [&ann, &mo] {
        let asked = world.discord.says(&ann, &general, "!ai tell me a story");
        let answer = world.discord.answer_to(&asked).await;
        let refused = world.discord.answered(&world.discord.presses(&bob, &answer, "Stop")).await;
        assert!(refused.is_ephemeral());
        assert_eq!(refused.text(), "Only who asked, or an admin, can stop this answer.");
        let pressed = world.discord.presses(who, &answer, "Stop");
        world.discord.until(|| answer.text().contains("(Stopped.)").then_some(())).await;
        assert!(pressed.is_acknowledged());
    }
}

#[tokio::test]
async fn nothing_in_an_answer_pings_or_hides_where_it_leads() {
    let hostile =
        "@everyone look: [free money](https://evil.example/x) at https://discord.gg/abc.\n-# haiku · 0.1s · free";
    let world = World::answering([quick(hostile)]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let answer = world.asks(&ann, &general, "!ai be evil").await;
    assert!(answer.pings().is_empty());
    insta::assert_snapshot!(figureless(&answer.text()).replace('\u{200b}', "·"), @r"
    @everyone look: free money (https://evil.example/x) at https://discord.·gg/abc.
    \-# haiku · 0.1s · free
    -# Haiku · …
    ");
    let reply = world.ask(&ann, &general, "!perf stats --model @everyone").await;
    assert!(reply.pings().is_empty());
}

#[tokio::test]
async fn people_who_cost_are_shown_by_their_names_and_not_told() {
    let world = World::answering([quick("Hello."), quick("Hello.")]).await;
    let (town, general) = world.town();
    let (ann, mo) = (town.member("ann"), town.member_with("mo", serenity::all::Permissions::MANAGE_GUILD));
    world.asks(&ann, &general, "!ai hello").await;
    world.asks(&mo, &general, "!ai hello").await;
    let reply = world.ask(&mo, &general, "!perf cost --by user").await;
    let shown = reply.text();
    for person in [&ann, &mo] {
        assert!(shown.contains(&format!("\n- <@{}>: Cost ", person.id())), "{shown}");
    }
    assert!(reply.pings().is_empty());
    let slash = world.discord.answered(&world.discord.slash(&mo, &general, "/perf cost by:user")).await;
    assert!(slash.text().contains(&format!("- <@{}>: Cost ", ann.id())), "{}", slash.text());
    assert!(slash.pings().is_empty());
}

#[tokio::test]
async fn retries_are_shown_and_give_way_to_the_answer() {
    let gate = Gate::default();
    let failed = Reply::new(503, "{}");
    let late = Reply::stream([""; 0]).then_behind(&gate, [vec![text("Here it is.")], end()].concat());
    let world = World::answering([failed, late]).await;
    let (town, general) = world.town();
    let asked = world.discord.says(&town.member("ann"), &general, "!ai tell me");
    let answer = world.discord.answer_to(&asked).await;
    assert!(answer.text().starts_with("-# Retrying (1 of 3)"), "{}", answer.text());
    gate.open();
    world.discord.until(|| answer.text().starts_with("Here it is.").then_some(())).await;
}

#[tokio::test]
async fn failures_say_what_failed_and_never_what_the_provider_said() {
    let body = json!({"error": {"type": "authentication_error", "message": "key sk-secret is wrong"}});
    let world = World::answering([Reply::new(401, body.to_string())]).await;
    let (town, general) = world.town();
    let answer = world.ask(&town.member("ann"), &general, "!ai tell me").await;
    insta::assert_snapshot!(answer.text().split(" (id").next().unwrap(), @"No answer: the provider refused the key, or the account behind it. The host should check both (perfbot doctor).");
}

#[tokio::test]
async fn the_small_line_can_be_switched_off_and_the_monitor_on() {
    let world = World::with("[simulated]\npace = 0\n[discord]\nfooter = false\n").await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let mo = town.member_with("mo", serenity::all::Permissions::MANAGE_GUILD);
    let plain = world.ask(&ann, &general, "!ai hi").await;
    assert!(!plain.text().contains("-# "), "{}", plain.text());
    let refused = world.ask(&ann, &general, "!perf monitor on").await;
    assert_eq!(refused.text(), "Only admins may choose for the channel; add --me to choose for yourself.");
    world.ask(&mo, &general, "!perf monitor on").await;
    let watched = world.asks(&ann, &general, "!ai hi").await;
    assert!(watched.text().contains("\n-# ⚡ Swift (simulated) · "), "{}", watched.text());
}

#[tokio::test]
async fn a_slash_question_shows_what_was_asked() {
    let world = World::answering([quick("Because it is."), quick("Twice.")]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let answer = world.uses(&ann, &general, "/ai question:Why is the sky blue?").await;
    world.discord.until(|| answer.text().contains("\n-# ").then_some(())).await;
    insta::assert_snapshot!(figureless(&general.seen_by(&ann)), @"
    ann used /ai question:Why is the sky blue?
    perfbot: > Why is the sky blue?
      Because it is.
      -# Haiku · …
    ");
    let private = world.uses(&ann, &ann.dm(), "/retry").await;
    assert_eq!(
        private.text(),
        "There is no question of yours to ask again here (questions are not kept over a restart)"
    );
    let again = world.uses(&ann, &general, "/retry").await;
    world.discord.until(|| again.text().contains("Twice.").then_some(())).await;
}

#[tokio::test]
async fn an_interaction_that_is_over_does_not_cost_the_end_of_an_answer() {
    let gates = [Gate::default(), Gate::default()];
    let slow = |gate| Reply::stream([text("A sentence. ")]).then_behind(gate, [vec![text("The end.")], end()].concat());
    let world = World::answering(gates.each_ref().map(slow)).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    for (gate, channel) in gates.iter().zip([&general, &ann.dm()]) {
        let answer = world.uses(&ann, channel, "/ai question:hi").await;
        world.discord.until(|| answer.text().contains("A sentence.").then_some(())).await;
        // Discord forgets interactions after a quarter of an hour.
        world.discord.fail_always(Route::EditAnswer, Fault::Code(401, 50_027));
        gate.open();
        world.discord.until(|| answer.text().contains("A sentence. The end.\n-# ").then_some(())).await;
        world.discord.clear_faults();
    }
}
