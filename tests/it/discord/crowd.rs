//! Many people at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use perfbot::store::question::Inventory;

use super::World;
use crate::fakes::discord::Route;

/// The pause between two edits in a channel.
const PAUSE: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_messages_of_two_hundred_people_are_all_answered_in_order() {
    let settings = "[simulated]\npace = 0.01\n[limits]\nquestions_per_minute = 100\n[discord]\nedit_every = \"20ms\"\n";
    let world = World::with(settings).await;
    let start = Instant::now();
    let town = world.discord.guild("Town");
    let channels: Vec<_> = (0..10).map(|n| town.channel(&format!("room-{n}"))).collect();
    let people: Vec<_> = (0..200).map(|n| town.member(&format!("person-{n}"))).collect();
    let mut asked = Vec::new();
    for round in 0..5 {
        for (n, person) in people.iter().enumerate() {
            asked.push(world.discord.says(person, &channels[n % 10], &*format!("!ai question {round} of {n}")));
        }
    }
    let mut last: HashMap<String, String> = HashMap::new();
    for question in &asked {
        let answer = world.finished(question).await;
        let before = last.insert(question.author().name(), answer.id().to_string());
        assert!(before.is_none_or(|before| before < answer.id().to_string()), "answers of one person come in order");
    }
    world.until_stored(Inventory, |stock| stock.calls == 1_000).await;
    let mut edits: HashMap<String, u32> = HashMap::new();
    for edit in world.discord.requests_of(Route::EditMessage) {
        *edits.entry(edit.path.split("/messages/").next().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(edits.len(), 10, "answers were seen while they were being written");
    for (channel, edits) in edits {
        assert!(PAUSE * (edits - 1) <= start.elapsed(), "{edits} edits in {channel} came too close");
    }
}

#[tokio::test]
async fn two_people_are_answered_side_by_side_and_one_in_order() {
    use crate::fakes::ai::{Reply, end, text};
    let slow = Reply::stream([text("Thinking about it. ")]).then_silence();
    let quick = |answer: &str| Reply::stream([vec![text(answer)], end()].concat());
    let world = World::answering([slow, quick("For bob."), quick("Second.")]).await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let first = world.discord.says(&ann, &general, "!ai one");
    let begun = world.discord.answer_to(&first).await;
    let second = world.discord.says(&ann, &general, "!ai two");
    world.asks(&bob, &general, "!ai three").await;
    let help = world.ask(&ann, &general, "!help").await;
    assert!(help.text().contains("!perf"), "commands do not wait");
    assert!(!general.seen_by(&ann).contains("Second."));
    world.discord.presses(&ann, &begun, "Stop");
    assert!(world.finished(&second).await.text().starts_with("Second."));
}
