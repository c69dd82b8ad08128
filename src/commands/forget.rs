//! `!perf forget me`: erase what is kept of a person.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::{Role, UserId};
use crate::store::{Change, Whose, question};
use crate::view::{Block, Figure, format};

/// The command.
pub struct Forget;

/// Its arguments.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// "me"; the host may name somebody who asked for it.
    #[arg(value_name = "me")]
    who: String,
}

/// What was kept, and is not any more.
#[derive(Debug, Serialize)]
pub struct Forgotten {
    calls: u64,
    prompt_hashes: u64,
    prompt_previews: u64,
    ratings: u64,
    #[serde(skip)]
    user: UserId,
}

impl Command for Forget {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "forget",
        summary: "Erase what is kept of you.",
        details: "Your calls become nobody's: names, hashes, previews and settings go at once and for good. What the \
                  calls took and cost stays in the totals. It cannot be undone. To stop new ones, say optout too.",
        examples: &["perf forget me"],
        slash: "mydata forget",
        who: Who::Everyone,
        eyes: Eyes::AskersOnly,
        takes: Takes::Words,
    };
    type Args = ForgetArgs;
    type Facts = Forgotten;
    type Report = Forgotten;

    async fn load(args: ForgetArgs, cx: &Context) -> Result<Forgotten, Failure> {
        let user = match args.who.trim() {
            me if me.eq_ignore_ascii_case("me") => cx.person.id.clone(),
            other if cx.person.role == Role::Owner => other.into(),
            _ => {
                let how = cx.typed("perf forget me");
                return Err(Failure::user(format!("only you can have yourself forgotten: {how}")));
            }
        };
        let kept = cx.services.store.ask(question::KeptOf { user: user.clone() }).await?;
        Ok(Forgotten {
            calls: kept.calls,
            prompt_hashes: kept.hashes,
            prompt_previews: kept.previews,
            ratings: kept.ratings,
            user,
        })
    }

    fn analyze(forgotten: Forgotten) -> Analyzed<Forgotten> {
        let change = Change::erase(Whose::Person(forgotten.user.clone()));
        Analyzed { report: forgotten, change: Some(change), then: Then::Reply }
    }

    fn render(forgotten: &Forgotten, cx: &Context) -> Vec<Block> {
        let figure = |label: &str, n: u64| Figure::new(label, format::count(n));
        vec![
            Block::Text("Forgotten. These are nobody's now, or erased:".into()),
            Block::Figures(vec![
                figure("Calls", forgotten.calls),
                figure("Hashes of prompts", forgotten.prompt_hashes),
                figure("Beginnings of prompts", forgotten.prompt_previews),
                figure("Ratings", forgotten.ratings),
            ]),
            Block::Note(
                "Settings and what was said are gone too. What calls took and cost stays in the totals.".into(),
            ),
            Block::Next(cx.typed("perf optout")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner_of};
    use crate::model::Role;

    #[tokio::test]
    async fn leaves_totals_and_nothing_else() {
        let owner = owner_of(a_day()).await;
        let ann = owner.other("ann", Role::Member);
        ann.says("hello").await;
        ann.says("!m deep --me").await;
        insta::assert_snapshot!(ann.says("!perf forget me").await, @"
        Forgotten. These are nobody's now, or erased:

        Calls:                  25
        Hashes of prompts:      25
        Beginnings of prompts:  0
        Ratings:                24
        Settings and what was said are gone too. What calls took and cost stays in the totals.

        Next: !perf optout
        ");
        insta::assert_snapshot!(ann.says("!perf mydata").await, @"
        🗂️ What is kept of you

        Calls:                  0
        Hashes of prompts:      0
        Beginnings of prompts:  0
        Ratings:                0

        Next: !help perf mydata
        ");
        insta::assert_snapshot!(ann.says("!retry").await, @"There is no question of yours to ask again here (questions are not kept over a restart)");
        assert!(owner.says("!perf stats").await.contains("n=40"), "totals stay");
    }

    #[tokio::test]
    async fn is_everyones_own_affair() {
        let owner = owner_of(a_day()).await;
        let ann = owner.other("ann", Role::Member);
        insta::assert_snapshot!(ann.says("!perf forget bob").await, @"Only you can have yourself forgotten: !perf forget me.");
        insta::assert_snapshot!(ann.says("!perf forget").await, @"An argument is missing: me (!perf help forget shows how)");
        insta::assert_snapshot!(owner.says("!perf forget bob").await, @"
        Forgotten. These are nobody's now, or erased:

        Calls:                  15
        Hashes of prompts:      15
        Beginnings of prompts:  0
        Ratings:                0
        Settings and what was said are gone too. What calls took and cost stays in the totals.

        Next: !perf optout
        ");
        insta::assert_snapshot!(ann.in_guild("town", "general").says("!perf forget me").await, @"!perf forget is for your eyes only: say it in a direct message, or use /mydata forget where there are slash commands.");
    }
}
