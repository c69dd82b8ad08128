//! `!about`: what this bot is.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::{ModelName, StorePrompts};
use crate::view::Block;

/// The command.
pub struct About;

/// It has no arguments.
#[derive(Debug, Args)]
pub struct AboutArgs {}

/// What this bot is.
#[derive(Debug, Serialize)]
pub struct Card {
    version: &'static str,
    model: Option<ModelName>,
    models: usize,
    prompts_stored: bool,
}

impl Command for About {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "about",
        summary: "What this bot is and what it keeps.",
        details: "",
        examples: &["about"],
        slash: "about",
        who: Who::Everyone,
        eyes: Eyes::Askers,
        takes: Takes::Words,
    };
    type Args = AboutArgs;
    type Facts = Card;
    type Report = Card;

    async fn load(_: AboutArgs, cx: &Context) -> Result<Card, Failure> {
        Ok(Card {
            version: env!("CARGO_PKG_VERSION"),
            model: cx.services.assistant.model_in_force(&cx.place, &cx.person.id),
            models: cx.services.assistant.catalogue().models().len(),
            prompts_stored: cx.services.privacy.store_prompts != StorePrompts::None,
        })
    }

    fn analyze(report: Card) -> Analyzed<Card> {
        Analyzed::report(report)
    }

    fn render(card: &Card, cx: &Context) -> Vec<Block> {
        let answers = match (&card.model, card.models) {
            (None, _) => "No model is set up yet.".to_owned(),
            (Some(model), 0 | 1) => format!("{} answers here.", cx.label(model)),
            (Some(model), models) => format!("{} answers here, one of {models} models.", cx.label(model)),
        };
        let kept = if card.prompts_stored {
            "Of every answer its times, tokens and cost are kept, and the first 80 characters of the question."
        } else {
            "Of every answer its times, tokens and cost are kept, never what was said."
        };
        vec![
            Block::Headline(format!("perfbot {}", card.version)),
            Block::Text(
                "An AI assistant that measures every answer and says what is slow, what is expensive, and why.".into(),
            ),
            Block::Text(answers),
            Block::Note(kept.into()),
            Block::Next(cx.typed("help")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{owner, owner_keeping};
    use crate::model::StorePrompts;

    #[tokio::test]
    async fn says_what_it_is_and_keeps() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!about").await, @r"
        perfbot 0.1.0

        An AI assistant that measures every answer and says what is slow, what is expensive, and why.
        Swift (simulated) answers here, one of 3 models.
        Of every answer its times, tokens and cost are kept, never what was said.

        Next: !help
        ");
    }

    #[tokio::test]
    async fn says_that_beginnings_of_questions_are_kept() {
        let owner = owner_keeping(StorePrompts::Preview, []).await;
        insta::assert_snapshot!(owner.says("!about").await, @r"
        perfbot 0.1.0

        An AI assistant that measures every answer and says what is slow, what is expensive, and why.
        Swift (simulated) answers here, one of 3 models.
        Of every answer its times, tokens and cost are kept, and the first 80 characters of the question.

        Next: !help
        ");
    }

    #[tokio::test]
    async fn takes_no_arguments() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!about you").await, @r#""you" is one word too many (!help about shows how)"#);
    }
}
