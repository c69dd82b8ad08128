//! `!stop`: stop the answer that is being written.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::view::Block;

/// The command.
pub struct Stop;

/// It has no arguments.
#[derive(Debug, Args)]
pub struct StopArgs {}

/// Whether there was anything to stop.
#[derive(Debug, Serialize)]
pub struct Stopped {
    stopped: bool,
}

impl Command for Stop {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "stop",
        summary: "Stop the answer that is being written for you.",
        details: "What was written stays; what it cost is counted as waste.",
        examples: &["stop"],
        slash: "stop",
        who: Who::Everyone,
        eyes: Eyes::Askers,
        takes: Takes::Words,
    };
    type Args = StopArgs;
    type Facts = Stopped;
    type Report = Stopped;

    async fn load(_: StopArgs, cx: &Context) -> Result<Stopped, Failure> {
        Ok(Stopped { stopped: cx.services.assistant.is_answering(&cx.person.id, &cx.place.channel) })
    }

    fn analyze(report: Stopped) -> Analyzed<Stopped> {
        Analyzed { report, change: None, then: Then::Stop }
    }

    fn render(report: &Stopped, _: &Context) -> Vec<Block> {
        // The stopped answer says so itself.
        if report.stopped { Vec::new() } else { vec![Block::Text("Nothing is being written for you here.".into())] }
    }
}

#[cfg(test)]
mod tests {
    use crate::ai::Event;
    use crate::commands::Wish;
    use crate::commands::testing::owner;
    use crate::model::{Outcome, Role};

    #[tokio::test]
    async fn says_when_there_is_nothing_to_stop() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!stop").await, @"Nothing is being written for you here.");
        insta::assert_snapshot!(owner.says("!stop it").await, @r#""it" is one word too many (!help stop shows how)"#);
    }

    #[tokio::test]
    async fn stops_ones_own_answer_which_says_so_itself() {
        let ann = owner().await.other("ann", Role::Member).in_guild("town", "general");
        let bob = ann.other("bob", Role::Member).in_guild("town", "general");
        let mut answering = ann.ask(&Wish { text: "a question".into(), repeats: None });
        insta::assert_snapshot!(bob.says("!stop").await, @"Nothing is being written for you here.");
        insta::assert_snapshot!(ann.says("!stop").await, @"(silence)");
        while let Some(event) = answering.next().await {
            if let Event::Done(answered) = event {
                assert_eq!(answered.call.outcome, Outcome::Stopped);
            }
        }
    }
}
