//! Reactions rate answers.

use perfbot::model::{Filter, Group, Scope, Timestamp, Window};
use perfbot::store::question::Cells;

use super::World;
use crate::fakes::ai::{Reply, end, text};
use crate::fakes::discord::{Person, Said};

/// Waits until the ratings come to this: how many, and their mean.
async fn rated(world: &World, expected: (u64, f64)) {
    let window = Window { from: Timestamp(0), to: Timestamp(i64::MAX) };
    let all = Cells { window, scope: Scope::All, filter: Filter::default() };
    let comes_to = |groups: &Vec<Group>| {
        let ratings = Group::total(groups).ratings;
        (ratings.n, ratings.mean().unwrap_or_default()) == expected
    };
    world.until_stored(all, comes_to).await;
}

struct Rater<'a>(&'a World, &'a Said);

impl Rater<'_> {
    async fn reacts(&self, who: &Person, emoji: &str, expected: (u64, f64)) {
        self.0.discord.reacts(who, self.1, emoji);
        rated(self.0, expected).await;
    }

    async fn unreacts(&self, who: &Person, emoji: &str, expected: (u64, f64)) {
        self.0.discord.unreacts(who, self.1, emoji);
        rated(self.0, expected).await;
    }
}

#[tokio::test]
async fn the_last_reaction_of_each_person_counts_and_can_be_withdrawn() {
    let mut world = World::new().await;
    let (town, general) = world.town();
    let (ann, bob) = (town.member("ann"), town.member("bob"));
    let answer = world.asks(&ann, &general, "!ai hi").await;
    let rater = Rater(&world, &answer);
    rater.reacts(&ann, "👍", (1, 5.0)).await;
    rater.reacts(&bob, "👎", (2, 3.0)).await;
    rater.reacts(&bob, "👍", (2, 5.0)).await;
    rater.unreacts(&bob, "👎", (2, 5.0)).await;
    rater.unreacts(&bob, "👍", (1, 5.0)).await;
    rater.reacts(&bob, "🎉", (1, 5.0)).await;
    world.stop().await;
    world.start().await;
    Rater(&world, &answer).reacts(&bob, "👎🏽", (2, 3.0)).await;
}

#[tokio::test]
async fn any_message_of_a_long_answer_can_be_rated_and_nothing_else() {
    let long = "This sentence is one of many. ".repeat(100);
    let reply = [vec![text(&long)], end()].concat();
    let world = World::answering([Reply::stream(reply)]).await;
    let (town, general) = world.town();
    let ann = town.member("ann");
    let asked = world.discord.says(&ann, &general, "!ai go on");
    world.discord.shows(&ann, &general, "-# Haiku").await;
    let pieces: Vec<_> = general.messages().into_iter().filter(|said| said.id() > asked.id()).collect();
    assert_eq!(pieces.len(), 2);
    let help = world.ask(&ann, &general, "!help").await;
    Rater(&world, &help).reacts(&ann, "👎", (0, 0.0)).await;
    Rater(&world, &asked).reacts(&ann, "👎", (0, 0.0)).await;
    Rater(&world, &pieces[1]).reacts(&ann, "👍", (1, 5.0)).await;
    Rater(&world, &pieces[0]).reacts(&ann, "👎", (1, 1.0)).await;
}
