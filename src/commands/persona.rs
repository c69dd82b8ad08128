//! `!persona`: what the model is told before the conversations of a channel.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::{Preference, PreferencePlace};
use crate::store::Change;
use crate::view::Block;

/// The command.
pub struct Persona;

/// Its arguments.
#[derive(Debug, Args)]
pub struct PersonaArgs {
    /// What the model is told first here; --clear for the default.
    #[arg(value_name = "TEXT")]
    text: Option<String>,
}

/// What holds in the channel.
#[derive(Debug, Serialize)]
pub struct Told {
    persona: Option<String>,
    #[serde(skip)]
    made: Made,
    #[serde(skip)]
    channel: PreferencePlace,
}

/// What is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Made {
    /// Nothing: somebody only looks.
    Nothing,
    /// It is set.
    Set(String),
    /// It goes back to the default.
    Cleared,
}

/// The longest persona, in characters. It goes along with every question, and is paid for with each.
const LONGEST: usize = 2_000;

impl Command for Persona {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "persona",
        summary: "Show or set what the model is told first here.",
        details: "It goes along with every question in this channel, instead of the host's own. Admins may set it.",
        examples: &["persona", "persona You are a pirate. Answer in rhymes.", "persona --clear"],
        slash: "persona",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Text,
    };
    type Args = PersonaArgs;
    type Facts = Told;
    type Report = Told;

    async fn load(args: PersonaArgs, cx: &Context) -> Result<Told, Failure> {
        let made = match args.text.as_deref().map(str::trim) {
            None | Some("") => Made::Nothing,
            Some("--clear" | "—clear") => Made::Cleared,
            Some(text) => Made::Set(text.to_owned()),
        };
        if made != Made::Nothing && !cx.may_set_channel() {
            return Err(Failure::user("only admins may set the persona of a channel"));
        }
        if let Made::Set(text) = &made
            && text.chars().count() > LONGEST
        {
            let length = text.chars().count();
            return Err(Failure::user(format!("this persona has {length} characters and {LONGEST} is the most")));
        }
        let persona = cx.services.assistant.persona(&cx.place.channel);
        Ok(Told { persona, made, channel: cx.channel() })
    }

    fn analyze(told: Told) -> Analyzed<Told> {
        let set = |value| Change::Set { place: told.channel.clone(), preference: Preference::Persona, value };
        let change = match &told.made {
            Made::Nothing => None,
            Made::Set(text) => Some(set(Some(text.clone()))),
            Made::Cleared => Some(set(None)),
        };
        Analyzed { report: told, change, then: Then::Reply }
    }

    fn render(told: &Told, cx: &Context) -> Vec<Block> {
        let sentence = match (&told.made, &told.persona) {
            (Made::Set(_), _) => "The model is told this first here from now on.".to_owned(),
            (Made::Cleared, _) => "Back to what the host set for every channel.".to_owned(),
            (Made::Nothing, Some(persona)) => format!("The model is told first here:\n{persona}"),
            (Made::Nothing, None) => "The model is told nothing first here.".to_owned(),
        };
        let next = match told.made {
            Made::Set(_) => "persona --clear",
            _ => "help persona",
        };
        vec![Block::Text(sentence), Block::Next(cx.typed(next))]
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn is_shown_set_and_cleared() {
        let admin = owner().await.other("mo", Role::Admin).in_guild("town", "general");
        insta::assert_snapshot!(admin.says("!persona You are a pirate. Say “arr” --often.").await, @"
        The model is told this first here from now on.

        Next: !persona --clear
        ");
        insta::assert_snapshot!(admin.says("!persona").await, @"
        The model is told first here:
        You are a pirate. Say “arr” --often.

        Next: !help persona
        ");
        insta::assert_snapshot!(admin.in_guild("town", "ops").says("!persona").await, @"
        The model is told first here:
        You answer people in a chat. Be helpful, correct and brief; say so when you do not know.

        Next: !help persona
        ");
        insta::assert_snapshot!(admin.says("!persona --clear").await, @"
        Back to what the host set for every channel.

        Next: !help persona
        ");
        insta::assert_snapshot!(admin.says("!persona").await, @"
        The model is told first here:
        You answer people in a chat. Be helpful, correct and brief; say so when you do not know.

        Next: !help persona
        ");
    }

    #[tokio::test]
    async fn is_the_admins_to_set_and_not_too_long() {
        let admin = owner().await.other("mo", Role::Admin).in_guild("town", "general");
        let ann = admin.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!persona You are mine.").await, @"Only admins may set the persona of a channel.");
        insta::assert_snapshot!(admin.says(&format!("!persona {}", "x".repeat(2_001))).await, @"This persona has 2001 characters and 2000 is the most.");
        insta::assert_snapshot!(ann.other("ann", Role::Member).says("!persona You are mine.").await, @"
        The model is told this first here from now on.

        Next: !persona --clear
        ");
    }
}
