//! `!ctx`: how many earlier messages go along with a question.

use clap::Args;
use serde::Serialize;

use super::choice::{ChoiceArgs, Chosen};
use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Root, Spec, Takes, Who};
use crate::model::Preference;
use crate::view::Block;

/// The command.
pub struct Ctx;

/// Its arguments.
#[derive(Debug, Args)]
pub struct CtxArgs {
    /// How many earlier messages go along, 1 to 100.
    #[arg(value_name = "1-100", value_parser = messages, conflicts_with = "clear")]
    messages: Option<u32>,
    #[command(flatten)]
    choice: ChoiceArgs,
}

/// What holds now.
#[derive(Debug, Serialize)]
pub struct Window {
    context_messages: u32,
    remembered_messages: usize,
    #[serde(skip)]
    chosen: Chosen,
}

impl Command for Ctx {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "ctx",
        summary: "Show or set how many earlier messages go along.",
        details: "More context costs time and money with every question. It holds for the channel, with --me for you.",
        examples: &["ctx", "ctx 10", "ctx=10", "ctx 5 --me", "ctx --clear"],
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = CtxArgs;
    type Facts = Window;
    type Report = Window;

    async fn load(args: CtxArgs, cx: &Context) -> Result<Window, Failure> {
        let value = args.messages.map(|messages| messages.to_string());
        let chosen = args.choice.choose(Preference::ContextMessages, value, cx).await?;
        let assistant = &cx.services.assistant;
        Ok(Window {
            context_messages: assistant.context_messages_if(chosen.in_force()),
            remembered_messages: assistant.conversation_length(&cx.place.channel, cx.now),
            chosen,
        })
    }

    fn analyze(report: Window) -> Analyzed<Window> {
        Analyzed { change: report.chosen.change(), report, then: Then::Reply }
    }

    fn render(report: &Window, cx: &Context) -> Vec<Block> {
        let along = along(cx.services.assistant.context_messages_if(report.chosen.affected()));
        let remembered = report.remembered_messages;
        let sentence = match &report.chosen.made {
            None => format!("Up to {along} with each question; this conversation has {remembered}."),
            Some(made) => match (made.is_own(), made.is_cleared()) {
                (false, false) => format!("From now on up to {along} with each question here."),
                (true, false) => format!("From now on up to {along} with each of your questions."),
                (false, true) => format!("Back to the default here: up to {along} with each question."),
                (true, true) => format!("Your own choice is cleared: up to {along} with each question here."),
            },
        };
        let stays = report.context_messages.to_string();
        let own_wins = report.chosen.own_wins(&stays, "ctx --clear --me", cx);
        std::iter::once(Block::Text(sentence)).chain(own_wins.into_iter().flatten()).collect()
    }
}

fn along(messages: u32) -> String {
    if messages == 1 {
        "1 earlier message goes along".to_owned()
    } else {
        format!("{messages} earlier messages go along")
    }
}

fn messages(text: &str) -> Result<u32, String> {
    let messages = text.trim().parse().ok().filter(|messages| (1..=100).contains(messages));
    messages.ok_or_else(|| "it must be a whole number from 1 to 100".to_owned())
}
