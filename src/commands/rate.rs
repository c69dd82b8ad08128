//! `!rate`: say how good one's last answer was.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::{CallId, ModelName, Rating, UserId};
use crate::store::{Change, question};
use crate::view::Block;

/// The command.
pub struct Rate;

/// Its arguments.
#[derive(Debug, Args)]
pub struct RateArgs {
    /// From 1 (bad) to 5 (good).
    #[arg(value_name = "1-5", value_parser = score)]
    score: Rating,
}

/// What was rated.
#[derive(Debug, Serialize)]
pub struct Rated {
    call: CallId,
    #[serde(skip)]
    by: UserId,
    model: ModelName,
    rating: Rating,
    before: Option<Rating>,
}

impl Command for Rate {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "rate",
        summary: "Rate your last answer here, 1 (bad) to 5 (good).",
        details: "The last rating of an answer counts.",
        examples: &["rate 5"],
        slash: "rate",
        who: Who::Everyone,
        eyes: Eyes::Askers,
        takes: Takes::Words,
    };
    type Args = RateArgs;
    type Facts = Rated;
    type Report = Rated;

    async fn load(args: RateArgs, cx: &Context) -> Result<Rated, Failure> {
        let last = question::LastAnswer { channel: cx.place.channel.clone(), user: Some(cx.person.id.clone()) };
        let stored = cx.services.store.ask(last).await?;
        let stored = stored.ok_or_else(|| Failure::user("there is no answer of yours to rate here yet"))?;
        let by = cx.person.id.clone();
        Ok(Rated { call: stored.id, by, model: stored.call.model, rating: args.score, before: stored.call.rating })
    }

    fn analyze(rated: Rated) -> Analyzed<Rated> {
        let change = Change::Rate { call: rated.call, by: rated.by.clone(), rating: Some(rated.rating) };
        Analyzed { report: rated, change: Some(change), then: Then::Reply }
    }

    fn render(rated: &Rated, cx: &Context) -> Vec<Block> {
        let score = rated.rating.score();
        let before = rated.before.map(|before| format!(" (before: {}/5)", before.score())).unwrap_or_default();
        vec![Block::Text(format!("Rated {score}/5{before}: your last answer here, by {}.", cx.label(&rated.model)))]
    }
}

fn score(text: &str) -> Result<Rating, String> {
    let score = text.trim().trim_end_matches("/5").parse().ok();
    score.and_then(Rating::new).ok_or_else(|| "a rating is 1, 2, 3, 4 or 5".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn rates_the_last_answer() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("one").await, @"(asked: one)");
        insta::assert_snapshot!(owner.says("!rate 4").await, @"Rated 4/5: your last answer here, by Swift (simulated).");
        insta::assert_snapshot!(owner.says("!rate 5/5").await, @"Rated 5/5 (before: 4/5): your last answer here, by Swift (simulated).");
        let quality = owner.says("!perf model swift").await;
        let line = quality.lines().find(|line| line.starts_with("User satisfaction")).unwrap();
        insta::assert_snapshot!(line, @"User satisfaction:  5.0/5 (n=1)");
    }

    #[tokio::test]
    async fn takes_one_to_five() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!rate").await, @"An argument is missing: 1-5 (!help rate shows how)");
        insta::assert_snapshot!(owner.says("!rate 0").await, @r#""0" is no value here: a rating is 1, 2, 3, 4 or 5 (!help rate shows how)"#);
        insta::assert_snapshot!(owner.says("!rate 6").await, @r#""6" is no value here: a rating is 1, 2, 3, 4 or 5 (!help rate shows how)"#);
        insta::assert_snapshot!(owner.says("!rate good").await, @r#""good" is no value here: a rating is 1, 2, 3, 4 or 5 (!help rate shows how)"#);
    }

    #[tokio::test]
    async fn needs_an_answer_of_ones_own_here() {
        let ann = owner().await.other("ann", Role::Member).in_guild("town", "general");
        let bob = ann.other("bob", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!ai one").await, @"(asked: one)");
        insta::assert_snapshot!(bob.says("!rate 1").await, @"There is no answer of yours to rate here yet.");
        insta::assert_snapshot!(ann.says("!rate 3").await, @"Rated 3/5: your last answer here, by Swift (simulated).");
    }
}
