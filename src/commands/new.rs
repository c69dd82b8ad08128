//! `!new`: forget the conversation of this channel.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::view::Block;

/// The command.
pub struct New;

/// It has no arguments.
#[derive(Debug, Args)]
pub struct NewArgs {}

/// How much was forgotten.
#[derive(Debug, Serialize)]
pub struct Forgotten {
    forgotten_messages: usize,
}

impl Command for New {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "new",
        summary: "Forget the conversation here and start anew.",
        details: "Measurements stay; only what was said is forgotten.",
        examples: &["new"],
        slash: "new",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = NewArgs;
    type Facts = Forgotten;
    type Report = Forgotten;

    async fn load(_: NewArgs, cx: &Context) -> Result<Forgotten, Failure> {
        Ok(Forgotten { forgotten_messages: cx.services.assistant.conversation_length(&cx.place.channel, cx.now) })
    }

    fn analyze(report: Forgotten) -> Analyzed<Forgotten> {
        Analyzed { report, change: None, then: Then::Forget }
    }

    fn render(report: &Forgotten, _: &Context) -> Vec<Block> {
        vec![Block::Text(match report.forgotten_messages {
            0 => "A new conversation; there was nothing to forget.".to_owned(),
            1 => "A new conversation; 1 earlier message is forgotten.".to_owned(),
            more => format!("A new conversation; {more} earlier messages are forgotten."),
        })]
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn forgets_the_conversation() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!new").await, @"A new conversation; there was nothing to forget.");
        insta::assert_snapshot!(owner.says("one").await, @"(asked: one)");
        insta::assert_snapshot!(owner.says("!new").await, @"A new conversation; 2 earlier messages are forgotten.");
        insta::assert_snapshot!(owner.says("!ctx").await, @"Up to 15 earlier messages go along with each question; this conversation has 0.");
        insta::assert_snapshot!(owner.says("!new now").await, @r#""now" is one word too many (!help new shows how)"#);
    }

    #[tokio::test]
    async fn a_day_of_silence_forgets_it_too() {
        let owner = owner().await;
        owner.says("one").await;
        owner.waits(24 * 3600 - 10);
        insta::assert_snapshot!(owner.says("!ctx").await, @"Up to 15 earlier messages go along with each question; this conversation has 2.");
        owner.waits(10);
        insta::assert_snapshot!(owner.says("!ctx").await, @"Up to 15 earlier messages go along with each question; this conversation has 0.");
        insta::assert_snapshot!(owner.says("!retry").await, @"There is no question of yours to ask again here (questions are not kept over a restart)");
    }

    #[tokio::test]
    async fn of_this_channel_only() {
        let ann = owner().await.other("ann", Role::Member);
        let general = ann.in_guild("town", "general");
        insta::assert_snapshot!(ann.says("one").await, @"(asked: one)");
        insta::assert_snapshot!(general.says("!new").await, @"A new conversation; there was nothing to forget.");
        insta::assert_snapshot!(ann.says("!new").await, @"A new conversation; 2 earlier messages are forgotten.");
    }
}
