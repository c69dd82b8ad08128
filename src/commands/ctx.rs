//! `!ctx`: how many earlier messages go along with a question.

use clap::Args;
use serde::Serialize;

use super::choice::{ChoiceArgs, Chosen};
use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
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
        slash: "ctx",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
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

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn shows_and_sets() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!ctx").await, @"Up to 15 earlier messages go along with each question; this conversation has 0.");
        insta::assert_snapshot!(owner.says("!ctx=10").await, @"From now on up to 10 earlier messages go along with each question here.");
        insta::assert_snapshot!(owner.says("!ctx 1").await, @"From now on up to 1 earlier message goes along with each question here.");
        insta::assert_snapshot!(owner.says("hello").await, @"(asked: hello)");
        insta::assert_snapshot!(owner.says("!ctx").await, @"Up to 1 earlier message goes along with each question; this conversation has 2.");
        insta::assert_snapshot!(owner.says("!ctx --clear").await, @"Back to the default here: up to 15 earlier messages go along with each question.");
    }

    #[tokio::test]
    async fn refuses_what_is_out_of_range() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!ctx 0").await, @r#""0" is no value here: it must be a whole number from 1 to 100 (!help ctx shows how)"#);
        insta::assert_snapshot!(owner.says("!ctx 101").await, @r#""101" is no value here: it must be a whole number from 1 to 100 (!help ctx shows how)"#);
        insta::assert_snapshot!(owner.says("!ctx ten").await, @r#""ten" is no value here: it must be a whole number from 1 to 100 (!help ctx shows how)"#);
        insta::assert_snapshot!(owner.says("!ctx 5 6").await, @r#""6" is one word too many (!help ctx shows how)"#);
        insta::assert_snapshot!(owner.says("!ctx 5 --clear").await, @"1-100 cannot go with --clear (!help ctx shows how)");
    }

    #[tokio::test]
    async fn the_channel_is_for_admins_and_ones_own_choice_for_everyone() {
        let admin = owner().await.other("mo", Role::Admin).in_guild("town", "general");
        let ann = admin.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!ctx 5").await, @"Only admins may choose for the channel; add --me to choose for yourself.");
        insta::assert_snapshot!(ann.says("!ctx 5 --me").await, @"From now on up to 5 earlier messages go along with each of your questions.");
        insta::assert_snapshot!(admin.says("!ctx 7").await, @"From now on up to 7 earlier messages go along with each question here.");
        insta::assert_snapshot!(ann.says("!ctx").await, @"Up to 5 earlier messages go along with each question; this conversation has 0.");
        insta::assert_snapshot!(ann.says("!ctx --clear --me").await, @"Your own choice is cleared: up to 7 earlier messages go along with each question here.");
        insta::assert_snapshot!(admin.says("!ctx 3 --me").await, @"From now on up to 3 earlier messages go along with each of your questions.");
        insta::assert_snapshot!(admin.says("!ctx 9").await, @r"
        From now on up to 9 earlier messages go along with each question here.
        For you it stays 3: your own choice wins.

        Next: !ctx --clear --me
        ");
    }
}
