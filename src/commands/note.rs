//! `!perf note`: write down what happened, so that a history shows what came of it.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Then};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::model::{Event, EventKind, Reach};
use crate::store::Change;
use crate::view::{self, Block};

/// The command.
pub struct Note;

/// Its arguments.
#[derive(Debug, Args)]
pub struct NoteArgs {
    /// What happened.
    #[arg(value_name = "TEXT")]
    text: Option<String>,
}

/// What is written down.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Noted {
    event: Event,
}

/// The longest note, in characters.
const LONGEST: usize = 200;

impl Command for Note {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "note",
        summary: "Write down what happened, for the history.",
        details: "perf history lists it, with what came of it. In a server admins may note; everyone there sees it.",
        examples: &["perf note moved to the new host"],
        slash: "perf note",
        who: Who::Everyone,
        eyes: Eyes::Everyone,
        takes: Takes::Text,
    };
    type Args = NoteArgs;
    type Facts = Noted;
    type Report = Noted;

    async fn load(args: NoteArgs, cx: &Context) -> Result<Noted, Failure> {
        let text = args.text.unwrap_or_default();
        let text = view::format::clean(text.trim().trim_matches(['"', '“', '”']).trim()).into_owned();
        if text.is_empty() {
            return Err(Failure::user(format!("say what happened: {}", cx.typed("perf note moved to the new host"))));
        }
        let length = text.chars().count();
        if length > LONGEST {
            return Err(Failure::user(format!("this note has {length} characters and {LONGEST} is the most")));
        }
        if !cx.may_set_channel() {
            return Err(Failure::user("only admins may write notes for the whole server"));
        }
        let (reach, by) = (cx.reach(), Some(cx.person.id.clone()));
        let event = Event {
            at: cx.now,
            kind: EventKind::Note,
            reach,
            by,
            subject: String::new(),
            before: None,
            after: Some(text),
        };
        Ok(Noted { event })
    }

    fn analyze(noted: Noted) -> Analyzed<Noted> {
        let change = Change::Happened(noted.event.clone());
        Analyzed { report: noted, change: Some(change), then: Then::Reply }
    }

    fn render(noted: &Noted, cx: &Context) -> Vec<Block> {
        let whom = match noted.event.reach {
            Reach::All => "everyone",
            Reach::Guild(_) => "this server",
            Reach::User(_) => "you",
        };
        let at = view::format::moment(noted.event.at, cx.services.zone);
        let text = noted.event.after.as_deref().unwrap_or_default();
        vec![Block::Text(format!("Noted for {whom}, {at}: {text}")), Block::Next(cx.typed("perf history"))]
    }
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::owner;
    use crate::model::Role;

    #[tokio::test]
    async fn is_seen_by_whom_it_concerns() {
        let owner = owner().await;
        let [ann, mo] = [owner.other("ann", Role::Member), owner.other("mo", Role::Admin)];
        insta::assert_snapshot!(owner.says("!perf note \"moved to the new host\"").await, @"
        Noted for everyone, 2026-11-21 12:00 UTC: moved to the new host

        Next: !perf history
        ");
        insta::assert_snapshot!(mo.in_guild("town", "general").says("!perf note new rules “for” all").await, @"
        Noted for this server, 2026-11-21 12:00 UTC: new rules “for” all

        Next: !perf history
        ");
        insta::assert_snapshot!(ann.says("!perf note my own").await, @"
        Noted for you, 2026-11-21 12:00 UTC: my own

        Next: !perf history
        ");
        let seen = async |reply: &crate::commands::testing::Typist| {
            let reply = reply.says("!perf history --from 2026-11-01").await;
            reply.lines().filter(|line| line.contains("Note")).map(str::to_owned).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(seen(&owner).await, @"
        - 2026-11-21 12:00 UTC: Note: moved to the new host (effect not measured: 0 of 20 calls)
        - 2026-11-21 12:00 UTC: Note: new rules “for” all (effect not measured: 0 of 20 calls)
        ");
        insta::assert_snapshot!(seen(&ann).await, @"
        - 2026-11-21 12:00 UTC: Note: moved to the new host (effect not measured: 0 of 20 calls)
        - 2026-11-21 12:00 UTC: Note: my own (effect not measured: 0 of 20 calls)
        ");
        insta::assert_snapshot!(seen(&ann.in_guild("town", "ops")).await, @"
        - 2026-11-21 12:00 UTC: Note: moved to the new host (effect not measured: 0 of 20 calls)
        - 2026-11-21 12:00 UTC: Note: new rules “for” all (effect not measured: 0 of 20 calls)
        ");
        insta::assert_snapshot!(seen(&ann.in_guild("village", "ops")).await, @"- 2026-11-21 12:00 UTC: Note: moved to the new host (effect not measured: 0 of 20 calls)");
    }

    #[tokio::test]
    async fn is_kept_of_who_wrote_it_until_they_are_forgotten() {
        let ann = owner().await.other("ann", Role::Member);
        ann.says("!perf note my own").await;
        let kept = ann.says("!perf mydata").await;
        insta::assert_snapshot!(kept.lines().find(|line| line.contains("Notes")).unwrap(), @"Notes and switches:     1");
        ann.says("!perf forget me").await;
        assert!(!ann.says("!perf mydata").await.contains("Notes"));
        assert!(!ann.says("!perf history").await.contains("my own"));
    }

    #[tokio::test]
    async fn refuses_in_a_sentence() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!perf note").await, @"Say what happened: !perf note moved to the new host.");
        insta::assert_snapshot!(owner.says("!perf note \"\"").await, @"Say what happened: !perf note moved to the new host.");
        insta::assert_snapshot!(owner.says(&format!("!perf note {}", "x".repeat(201))).await, @"This note has 201 characters and 200 is the most.");
        let ann = owner.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!perf note hello").await, @"Only admins may write notes for the whole server.");
    }
}
