//! `!ai`: ask the model something.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then, Wish};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::view::Block;

/// The command.
pub struct Ai;

/// Its arguments.
#[derive(Debug, Args)]
pub struct AiArgs {
    /// What to ask.
    #[arg(value_name = "QUESTION")]
    question: Option<String>,
}

/// Nothing: the answer is the reply.
#[derive(Debug, Serialize)]
pub struct Asked;

impl Command for Ai {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "ai",
        summary: "Ask the model something.",
        details: "Earlier messages of the conversation go along. In a direct message you need not type it.",
        examples: &["ai What is Python?"],
        slash: "ai",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Text,
    };
    type Args = AiArgs;
    type Facts = String;
    type Report = Asked;

    async fn load(args: AiArgs, cx: &Context) -> Result<String, Failure> {
        args.question.ok_or_else(|| Failure::user(format!("ask something: {}", cx.typed("ai What is Python?"))))
    }

    fn analyze(question: String) -> Analyzed<Asked> {
        let wish = Wish { text: question.into(), repeats: None };
        Analyzed { report: Asked, change: None, then: Then::Ask(wish) }
    }

    fn render(_: &Asked, _: &Context) -> Vec<Block> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn asks_the_text_as_it_stands() {
        let ann = owner().await.other("ann", Role::Member);
        insta::assert_snapshot!(ann.says("!ai What is “Python” --really?").await, @"(asked: What is “Python” --really?)");
        insta::assert_snapshot!(ann.in_guild("town", "general").says("!AI   two words ").await, @"(asked: two words)");
    }

    #[tokio::test]
    async fn asks_for_a_question() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!ai").await, @"Ask something: !ai What is Python?");
        insta::assert_snapshot!(owner.says("!ai   ").await, @"Ask something: !ai What is Python?");
    }
}
