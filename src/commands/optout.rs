//! `!perf optout`: not to be recorded by name.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::{Preference, PreferencePlace};
use crate::store::Change;
use crate::view::Block;

/// The command.
pub struct OptOut;

/// Its arguments.
#[derive(Debug, Args)]
pub struct OptOutArgs {
    /// On, or off to be recorded again.
    #[arg(value_name = "on|off", ignore_case = true, default_value = "on", hide_default_value = true)]
    switch: Switch,
}

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Opt out.
    On,
    /// Opt in again.
    Off,
}

/// What holds from now on.
#[derive(Debug, Serialize)]
pub struct Wish {
    opted_out: bool,
    #[serde(skip)]
    who: PreferencePlace,
}

impl Command for OptOut {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "optout",
        summary: "Have your calls recorded as nobody's.",
        details: "New calls are then counted without you: no name, no hash of the prompt, no link to the answer, so that \
                  it cannot be rated. What is kept already stays until you say forget me.",
        examples: &["perf optout", "perf optout off"],
        slash: "mydata optout",
        who: Who::Everyone,
        eyes: Eyes::AskersOnly,
        takes: Takes::Words,
    };
    type Args = OptOutArgs;
    type Facts = Wish;
    type Report = Wish;

    async fn load(args: OptOutArgs, cx: &Context) -> Result<Wish, Failure> {
        Ok(Wish { opted_out: args.switch == Switch::On, who: cx.own() })
    }

    fn analyze(wish: Wish) -> Analyzed<Wish> {
        let value = wish.opted_out.then(|| "on".to_owned());
        let change = Change::Set { place: wish.who.clone(), preference: Preference::OptOut, value };
        Analyzed { report: wish, change: Some(change), then: Then::Reply }
    }

    fn render(wish: &Wish, cx: &Context) -> Vec<Block> {
        if wish.opted_out {
            let sentence = "From now on your calls are recorded as nobody's. What is kept already stays until you have \
                            it erased.";
            vec![Block::Text(sentence.into()), Block::Next(cx.typed("perf forget me"))]
        } else {
            let sentence = "From now on your calls are recorded as yours again.";
            vec![Block::Text(sentence.into()), Block::Next(cx.typed("perf mydata"))]
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn makes_new_calls_nobodys_until_taken_back() {
        let owner = owner().await;
        let ann = owner.other("ann", Role::Member);
        ann.says("one").await;
        insta::assert_snapshot!(ann.says("!perf optout").await, @"
        From now on your calls are recorded as nobody's. What is kept already stays until you have it erased.

        Next: !perf forget me
        ");
        ann.says("two").await;
        let calls =
            async |line: &str| ann.says(line).await.lines().find(|line| line.starts_with("Calls")).map(str::to_owned);
        assert_eq!(calls("!perf mydata").await.as_deref(), Some("Calls:                  1"));
        insta::assert_snapshot!(ann.says("!perf optout off").await, @"
        From now on your calls are recorded as yours again.

        Next: !perf mydata
        ");
        ann.says("three").await;
        assert_eq!(calls("!perf mydata").await.as_deref(), Some("Calls:                  2"));
        assert!(owner.says("!perf stats").await.contains("(last 24h, n=3)"), "all are counted");
    }
}
