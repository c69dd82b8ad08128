//! `!retry`: ask one's last question again.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then, Wish};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::ai::{LastQuestion, Repeat};
use crate::model::CallId;
use crate::store::question;
use crate::view::Block;

/// The command.
pub struct Retry;

/// It has no arguments.
#[derive(Debug, Args)]
pub struct RetryArgs {}

/// The last question and the call that answered it, if one did.
pub struct Last {
    question: LastQuestion,
    call: Option<CallId>,
}

/// Nothing: the new answer is the reply.
#[derive(Debug, Serialize)]
pub struct AskedAgain;

impl Command for Retry {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "retry",
        summary: "Ask your last question again.",
        details: "The old answer is taken back from the conversation and counts as asked again.",
        examples: &["retry"],
        slash: "retry",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Words,
    };
    type Args = RetryArgs;
    type Facts = Last;
    type Report = AskedAgain;

    async fn load(_: RetryArgs, cx: &Context) -> Result<Last, Failure> {
        let (channel, user) = (&cx.place.channel, &cx.person.id);
        let question = cx.services.assistant.last_question(channel, user, cx.now).ok_or_else(|| {
            Failure::user("there is no question of yours to ask again here (questions are not kept over a restart)")
        })?;
        let ask = question::LastAnswer { channel: channel.clone(), user: Some(user.clone()) };
        let answer = cx.services.store.ask(ask).await?;
        // The last answer may be to an earlier question, if the last one failed.
        let call = answer.filter(|stored| stored.call.at == question.at).map(|stored| stored.id);
        Ok(Last { question, call })
    }

    fn analyze(last: Last) -> Analyzed<AskedAgain> {
        let repeats = Some(Repeat { exchange: last.question.exchange, call: last.call });
        Analyzed { report: AskedAgain, change: None, then: Then::Ask(Wish { text: last.question.text, repeats }) }
    }

    fn render(_: &AskedAgain, _: &Context) -> Vec<Block> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn asks_the_last_question_again() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("one").await, @"(asked: one)");
        insta::assert_snapshot!(owner.says("two").await, @"(asked: two)");
        insta::assert_snapshot!(owner.says("!retry").await, @"(asked again: two)");
        insta::assert_snapshot!(owner.says("!ctx").await, @"Up to 15 earlier messages go along with each question; this conversation has 4.");
        let quality = owner.says("!perf model swift").await;
        let line = quality.lines().find(|line| line.starts_with("Asked again")).unwrap();
        insta::assert_snapshot!(line, @"Asked again:        33% (n=3)");
    }

    #[tokio::test]
    async fn needs_a_question_of_ones_own_here() {
        let ann = owner().await.other("ann", Role::Member).in_guild("town", "general");
        let bob = ann.other("bob", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!retry").await, @"There is no question of yours to ask again here (questions are not kept over a restart)");
        insta::assert_snapshot!(ann.says("!ai one").await, @"(asked: one)");
        insta::assert_snapshot!(bob.says("!retry").await, @"There is no question of yours to ask again here (questions are not kept over a restart)");
        insta::assert_snapshot!(ann.in_guild("town", "ops").says("!retry").await, @"There is no question of yours to ask again here (questions are not kept over a restart)");
        insta::assert_snapshot!(ann.says("!new").await, @"A new conversation; 2 earlier messages are forgotten.");
        insta::assert_snapshot!(ann.says("!retry").await, @"There is no question of yours to ask again here (questions are not kept over a restart)");
        insta::assert_snapshot!(ann.says("!retry please").await, @r#""please" is one word too many (!help retry shows how)"#);
    }
}
