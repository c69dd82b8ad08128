//! `!perf mydata`: what is kept of the person who asks.

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command};
use super::context::Context;
use super::failure::Failure;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::logs::{Layout, Writer};
use crate::model::{Filter, Preference, PreferencePlace, Scope, StoredCall, Timestamp};
use crate::store::question;
use crate::view::{Block, Figure, File, format};

/// The command.
pub struct MyData;

/// Its arguments.
#[derive(Debug, Args)]
pub struct MyDataArgs {
    /// Attach every row about you as a CSV file.
    #[arg(long)]
    csv: bool,
}

/// What is kept.
#[derive(Debug, Serialize)]
pub struct Kept {
    calls: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    prompt_hashes: u64,
    prompt_previews: u64,
    ratings: u64,
    notes: u64,
    settings: Vec<(&'static str, String)>,
    opted_out: bool,
    #[serde(skip)]
    rows: Option<Rows>,
}

/// The rows, as a file.
#[derive(Debug)]
pub struct Rows {
    bytes: Vec<u8>,
    left_out: u64,
}

/// The most rows that fit into a file in chat.
const MOST_ROWS: u32 = 20_000;

impl Command for MyData {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "mydata",
        summary: "What is kept of you.",
        details: "Of each call: when, where, which model, times, tokens, cost, type, a keyed hash of the prompt, your \
                  rating. No text, unless the host has it kept. optout stops it, forget me erases it.",
        examples: &["perf mydata", "perf mydata --csv"],
        slash: "mydata show",
        who: Who::Everyone,
        eyes: Eyes::AskersOnly,
        takes: Takes::Words,
    };
    type Args = MyDataArgs;
    type Facts = Kept;
    type Report = Kept;

    async fn load(args: MyDataArgs, cx: &Context) -> Result<Kept, Failure> {
        let store = &cx.services.store;
        let kept = store.ask(question::KeptOf { user: cx.person.id.clone() }).await?;
        let own = PreferencePlace::User(cx.person.id.clone());
        let set = store.ask(question::Preferences).await?;
        let mine = set.into_iter().filter(|(place, preference, _)| *place == own && *preference != Preference::OptOut);
        let rows = if args.csv { Some(rows(kept.calls, cx).await?) } else { None };
        Ok(Kept {
            calls: kept.calls,
            first: kept.first,
            last: kept.last,
            prompt_hashes: kept.hashes,
            prompt_previews: kept.previews,
            ratings: kept.ratings,
            notes: kept.events,
            settings: mine.map(|(_, preference, value)| (named(preference), value)).collect(),
            opted_out: cx.services.assistant.opted_out(&cx.person.id),
            rows,
        })
    }

    fn analyze(kept: Kept) -> Analyzed<Kept> {
        Analyzed::report(kept)
    }

    fn render(kept: &Kept, cx: &Context) -> Vec<Block> {
        let mut blocks = vec![Block::Headline("🗂️ What is kept of you".into()), Block::Figures(figures(kept, cx))];
        if kept.opted_out {
            blocks.push(Block::Note("You opted out: new calls are recorded as nobody's.".into()));
        }
        if let Some(Rows { bytes, left_out }) = &kept.rows {
            if *left_out > 0 {
                blocks.push(Block::Note(format!(
                    "The file holds the first {MOST_ROWS} calls; {left_out} more are kept."
                )));
            }
            blocks.push(Block::File(File::new("mydata.csv", bytes.clone())));
        }
        let next = if kept.calls > 0 { "perf forget me" } else { "help perf mydata" };
        blocks.push(Block::Next(cx.typed(next)));
        blocks
    }
}

fn figures(kept: &Kept, cx: &Context) -> Vec<Figure> {
    let zone = cx.services.zone;
    let mut figures = vec![Figure::new("Calls", format::count(kept.calls))];
    if let (Some(first), Some(last)) = (kept.first, kept.last) {
        figures.push(Figure::new("First", format::moment(first, zone)));
        figures.push(Figure::new("Last", format::moment(last, zone)));
    }
    figures.push(Figure::new("Hashes of prompts", format::count(kept.prompt_hashes)));
    figures.push(Figure::new("Beginnings of prompts", format::count(kept.prompt_previews)));
    figures.push(Figure::new("Ratings", format::count(kept.ratings)));
    if kept.notes > 0 {
        figures.push(Figure::new("Notes and switches", format::count(kept.notes)));
    }
    figures.extend(kept.settings.iter().map(|(name, value)| Figure::new(*name, value.clone())));
    figures
}

fn named(preference: Preference) -> &'static str {
    match preference {
        Preference::Model => "Your model",
        Preference::ContextMessages => "Your context",
        Preference::Monitor => "Your monitoring",
        Preference::Persona => "Your persona",
        Preference::OptOut => "Opted out",
    }
}

async fn rows(kept: u64, cx: &Context) -> Result<Rows, Failure> {
    let mine = question::Rows {
        window: None,
        scope: Scope::User(cx.person.id.clone()),
        filter: Filter::default(),
        after: None,
        limit: MOST_ROWS,
    };
    let rows = cx.services.store.ask(mine).await?;
    let left_out = kept.saturating_sub(rows.len() as u64);
    let bytes = written(&rows).map_err(|error| Failure::Internal(error.into()))?;
    Ok(Rows { bytes, left_out })
}

fn written(rows: &[StoredCall]) -> std::io::Result<Vec<u8>> {
    let mut file = Writer::new(Vec::new(), Layout::Csv)?;
    rows.iter().try_for_each(|row| file.write(row))?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{a_day, owner_of};
    use crate::model::Role;

    #[tokio::test]
    async fn is_counted_and_attached() {
        let owner = owner_of(a_day()).await;
        let ann = owner.other("ann", Role::Member);
        ann.says("!m deep --me").await;
        insta::assert_snapshot!(ann.says("!perf mydata").await, @"
        🗂️ What is kept of you

        Calls:                  24
        First:                  2026-11-20 13:00 UTC
        Last:                   2026-11-20 14:09 UTC
        Hashes of prompts:      24
        Beginnings of prompts:  0
        Ratings:                24
        Your model:             sim-deep

        Next: !perf forget me
        ");
        insta::assert_snapshot!(ann.says("!perf mydata --csv").await, @"
        🗂️ What is kept of you

        Calls:                  24
        First:                  2026-11-20 13:00 UTC
        Last:                   2026-11-20 14:09 UTC
        Hashes of prompts:      24
        Beginnings of prompts:  0
        Ratings:                24
        Your model:             sim-deep

        [file mydata.csv]

        Next: !perf forget me
        ");
        insta::assert_snapshot!(owner.other("cas", Role::Member).says("!perf mydata").await, @"
        🗂️ What is kept of you

        Calls:                  0
        Hashes of prompts:      0
        Beginnings of prompts:  0
        Ratings:                0

        Next: !help perf mydata
        ");
    }

    #[tokio::test]
    async fn is_for_ones_own_eyes_only() {
        let ann = owner_of(a_day()).await.other("ann", Role::Member).in_guild("town", "general");
        insta::assert_snapshot!(ann.says("!perf mydata").await, @"!perf mydata is for your eyes only: say it in a direct message, or use /mydata show where there are slash commands.");
    }
}
