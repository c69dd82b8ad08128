//! `!rate`: say how good one's last answer was.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Root, Spec, Takes, Who};
use crate::model::{CallId, ModelName, Rating};
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
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = RateArgs;
    type Facts = Rated;
    type Report = Rated;

    async fn load(args: RateArgs, cx: &Context) -> Result<Rated, Failure> {
        let last = question::LastAnswer { channel: cx.place.channel.clone(), user: cx.person.id.clone() };
        let stored = cx.services.store.ask(last).await?;
        let stored = stored.ok_or_else(|| Failure::user("there is no answer of yours to rate here yet"))?;
        Ok(Rated { call: stored.id, model: stored.call.model, rating: args.score, before: stored.call.rating })
    }

    fn analyze(rated: Rated) -> Analyzed<Rated> {
        let change = Change::Rate { call: rated.call, rating: Some(rated.rating) };
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
