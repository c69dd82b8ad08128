//! `!ctx`: how many earlier messages go along with a question.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Root, Spec, Takes, Who};
use crate::model::{Preference, PreferencePlace};
use crate::store::Change;
use crate::view::Block;

/// The command.
pub struct Ctx;

/// Its arguments.
#[derive(Debug, Args)]
pub struct CtxArgs {
    /// How many earlier messages go along, 1 to 100.
    #[arg(value_name = "1-100", value_parser = messages)]
    messages: Option<u32>,
    /// Only for yourself, everywhere.
    #[arg(long)]
    me: bool,
}

/// What holds now.
#[derive(Debug, Serialize)]
pub struct Window {
    context_messages: u32,
    remembered_messages: usize,
    #[serde(skip)]
    set: Option<PreferencePlace>,
}

impl Command for Ctx {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "ctx",
        summary: "Show or set how many earlier messages go along.",
        details: "More context costs time and money with every question. It holds for the channel, with --me for you.",
        examples: &["ctx", "ctx 10", "ctx=10", "ctx 5 --me"],
        who: Who::Everyone,
        takes: Takes::Words,
    };
    type Args = CtxArgs;
    type Facts = Window;
    type Report = Window;

    async fn load(args: CtxArgs, cx: &Context) -> Result<Window, Failure> {
        let place = if args.me { cx.own() } else { cx.channel() };
        if args.messages.is_some() && !args.me && !cx.may_set_channel() {
            return Err(Failure::user("only admins may set it for the channel; add --me to set it for yourself"));
        }
        let assistant = &cx.services.assistant;
        Ok(Window {
            context_messages: args.messages.unwrap_or_else(|| assistant.context_messages(&cx.place, &cx.person.id)),
            remembered_messages: assistant.conversation_length(&cx.place.channel, cx.now),
            set: args.messages.map(|_| place),
        })
    }

    fn analyze(report: Window) -> Analyzed<Window> {
        let change = report.set.clone().map(|place| Change::Set {
            place,
            preference: Preference::ContextMessages,
            value: Some(report.context_messages.to_string()),
        });
        Analyzed { report, change, then: Then::Reply }
    }

    fn render(report: &Window, _: &Context) -> Vec<Block> {
        let n = report.context_messages;
        let along =
            if n == 1 { "1 earlier message goes along".to_owned() } else { format!("{n} earlier messages go along") };
        vec![Block::Text(match &report.set {
            Some(PreferencePlace::Channel(_)) => format!("From now on up to {along} with each question here."),
            Some(PreferencePlace::User(_)) => format!("From now on up to {along} with each of your questions."),
            None => format!("Up to {along} with each question; this conversation has {}.", report.remembered_messages),
        })]
    }
}

fn messages(text: &str) -> Result<u32, String> {
    let messages = text.trim().parse().ok().filter(|messages| (1..=100).contains(messages));
    messages.ok_or_else(|| "it must be a whole number from 1 to 100".to_owned())
}
