//! `!help` and `!perf help`: every command in one line, or one command in full. All of it comes from the registry.

use std::marker::PhantomData;

use clap::Args;
use serde::Serialize;

use super::command::{Analyzed, Command, Entry};
use super::context::Context;
use super::failure::{Failure, did_you_mean};
use super::registry::entries;
use super::spec::{Eyes, Root, Spec, Takes, Who};
use crate::view::Block;

/// Help on what hangs below one root.
pub struct Help<T>(PhantomData<T>);

/// What help there is: each topic is a command of its own.
pub trait Topic: Send + 'static {
    /// What the command says of itself; its root is the one it lists.
    const SPEC: Spec;
}

/// `!help`.
pub struct Everything;

/// `!perf help`.
pub struct Perf;

/// The arguments of both.
#[derive(Debug, Args)]
pub struct HelpArgs {
    /// The command to explain in full.
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

/// Pages of help.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Page {
    /// Every command of a root in one line.
    Overview {
        /// The commands.
        commands: Vec<Line>,
        /// Which root.
        #[serde(skip)]
        root: Root,
    },
    /// One command in full.
    Command(Manual),
}

/// One command in one line.
#[derive(Debug, Serialize)]
pub struct Line {
    command: String,
    summary: &'static str,
}

/// One command in full.
#[derive(Debug, Serialize)]
pub struct Manual {
    command: String,
    summary: &'static str,
    details: &'static str,
    arguments: Vec<Argument>,
    examples: Vec<String>,
}

/// One argument of a command.
#[derive(Debug, Serialize)]
pub struct Argument {
    form: String,
    help: String,
}

impl Topic for Everything {
    const SPEC: Spec = Spec {
        root: Root::Chat,
        name: "help",
        summary: "What can be asked, or one command in full.",
        details: "",
        examples: &["help", "help m", "help perf stats"],
        slash: "help",
        who: Who::Everyone,
        eyes: Eyes::Askers,
        takes: Takes::Words,
    };
}

impl Topic for Perf {
    const SPEC: Spec = Spec {
        root: Root::Perf,
        name: "help",
        summary: "Every !perf command in one line, or one in full.",
        details: "",
        examples: &["perf help", "perf help stats"],
        slash: "perf help",
        who: Who::Everyone,
        eyes: Eyes::Askers,
        takes: Takes::Words,
    };
}

impl<T: Topic> Command for Help<T> {
    const SPEC: Spec = T::SPEC;
    type Args = HelpArgs;
    type Facts = Page;
    type Report = Page;

    async fn load(args: HelpArgs, cx: &Context) -> Result<Page, Failure> {
        page(&args.command, T::SPEC.root, cx)
    }

    fn analyze(page: Page) -> Analyzed<Page> {
        Analyzed::report(page)
    }

    fn render(page: &Page, cx: &Context) -> Vec<Block> {
        match page {
            Page::Overview { commands, root } => overview_blocks(commands, *root, cx),
            Page::Command(manual) => manual_blocks(manual),
        }
    }
}

/// The page for the words behind "help": below `root` first, then anywhere.
fn page(words: &[String], root: Root, cx: &Context) -> Result<Page, Failure> {
    let wanted = words.join(" ").to_lowercase().replace(&*cx.services.prefix, "");
    match wanted.as_str() {
        "" => return Ok(overview(root, cx)),
        "perf" => return Ok(overview(Root::Perf, cx)),
        _ => {}
    }
    let below = |entry: &&Entry| entry.spec.root == root && entry.spec.name == wanted;
    let anywhere = |entry: &&Entry| entry.spec.path() == wanted || entry.spec.name == wanted;
    let found = entries().iter().find(below).or_else(|| entries().iter().find(anywhere));
    found.map(|entry| Page::Command(manual(entry, cx))).ok_or_else(|| {
        let near = did_you_mean(&wanted, entries().iter().map(|entry| entry.spec.name));
        Failure::user(format!("there is no command {wanted:?}{near} ({} lists what there is)", cx.typed("help")))
    })
}

fn overview(root: Root, cx: &Context) -> Page {
    let lines = entries().iter().filter(|entry| entry.spec.root == root);
    let line = |entry: &Entry| Line { command: cx.typed(&entry.spec.path()), summary: entry.spec.summary };
    Page::Overview { commands: lines.map(line).collect(), root }
}

fn manual(entry: &Entry, cx: &Context) -> Manual {
    Manual {
        command: cx.typed(&entry.spec.path()),
        summary: entry.spec.summary,
        details: entry.spec.details,
        arguments: entry.clap.get_arguments().map(argument).collect(),
        examples: entry.spec.examples.iter().map(|line| cx.typed(line)).collect(),
    }
}

fn argument(argument: &clap::Arg) -> Argument {
    let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let takes_value = argument.get_action().takes_values();
    let form = match (argument.get_long(), value.filter(|_| takes_value)) {
        (Some(long), Some(value)) => format!("--{long} {value}"),
        (Some(long), None) => format!("--{long}"),
        (None, value) => value.unwrap_or_else(|| argument.get_id().to_string()),
    };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    Argument { form, help }
}

fn overview_blocks(commands: &[Line], root: Root, cx: &Context) -> Vec<Block> {
    let lines = commands.iter().map(|line| vec![line.command.clone(), line.summary.to_owned()]).collect();
    let (headline, next) = match root {
        Root::Chat => ("perfbot: ask, and see what it takes", cx.typed("perf help")),
        Root::Perf => ("📊 What can be looked at", cx.typed("perf help stats")),
    };
    vec![Block::Headline(headline.into()), Block::Lines(lines), Block::Next(next)]
}

fn manual_blocks(manual: &Manual) -> Vec<Block> {
    let arguments: Vec<_> =
        manual.arguments.iter().map(|argument| vec![argument.form.clone(), argument.help.clone()]).collect();
    let mut blocks = vec![Block::Headline(format!("{}: {}", manual.command, manual.summary))];
    if !manual.details.is_empty() {
        blocks.push(Block::Text(manual.details.to_owned()));
    }
    if !arguments.is_empty() {
        blocks.push(Block::Lines(arguments));
    }
    blocks.push(Block::Title("Examples".into()));
    blocks.push(Block::List(manual.examples.clone()));
    blocks
}

#[cfg(test)]
mod tests {
    use crate::commands::entries;
    use crate::commands::testing::owner;

    #[tokio::test]
    async fn lists_what_there_is() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!help").await, @"
        perfbot: ask, and see what it takes

        !ai       Ask the model something.
        !m        List the models, or switch to one.
        !ctx      Show or set how many earlier messages go along.
        !new      Forget the conversation here and start anew.
        !retry    Ask your last question again.
        !rate     Rate your last answer here, 1 (bad) to 5 (good).
        !stop     Stop the answer that is being written for you.
        !persona  Show or set what the model is told first here.
        !help     What can be asked, or one command in full.
        !about    What this bot is and what it keeps.

        Next: !perf help
        ");
        insta::assert_snapshot!(owner.says("!perf").await, @"
        📊 What can be looked at

        !perf stats        Times, tokens, cost, waste and errors.
        !perf model        One model: speed, tokens, use, cost, quality.
        !perf slowest      The slowest calls, and what made them slow.
        !perf why          Where one call's time went, stage by stage.
        !perf bottlenecks  What takes time or money without need.
        !perf compare      Models against each other: speed, quality, cost.
        !perf history      Figures over time, trend, and what happened.
        !perf heatmap      Response times by hour of day and day of week.
        !perf diff         What changed between two times, and why.
        !perf cost         Who and what the money goes to.
        !perf forecast     Calls, tokens and spend of the next days.
        !perf report       All of it in a file to keep: PDF, CSV or JSON.
        !perf note         Write down what happened, for the history.
        !perf baseline     Fix figures as usual, and hold others against them.
        !perf monitor      Show time, tokens and cost below each answer.
        !perf mydata       What is kept of you.
        !perf optout       Have your calls recorded as nobody's.
        !perf forget       Erase what is kept of you.
        !perf help         Every !perf command in one line, or one in full.

        Next: !perf help stats
        ");
        insta::assert_snapshot!(owner.says("!perf help").await, @"
        📊 What can be looked at

        !perf stats        Times, tokens, cost, waste and errors.
        !perf model        One model: speed, tokens, use, cost, quality.
        !perf slowest      The slowest calls, and what made them slow.
        !perf why          Where one call's time went, stage by stage.
        !perf bottlenecks  What takes time or money without need.
        !perf compare      Models against each other: speed, quality, cost.
        !perf history      Figures over time, trend, and what happened.
        !perf heatmap      Response times by hour of day and day of week.
        !perf diff         What changed between two times, and why.
        !perf cost         Who and what the money goes to.
        !perf forecast     Calls, tokens and spend of the next days.
        !perf report       All of it in a file to keep: PDF, CSV or JSON.
        !perf note         Write down what happened, for the history.
        !perf baseline     Fix figures as usual, and hold others against them.
        !perf monitor      Show time, tokens and cost below each answer.
        !perf mydata       What is kept of you.
        !perf optout       Have your calls recorded as nobody's.
        !perf forget       Erase what is kept of you.
        !perf help         Every !perf command in one line, or one in full.

        Next: !perf help stats
        ");
        insta::assert_snapshot!(owner.says("!help perf").await, @"
        📊 What can be looked at

        !perf stats        Times, tokens, cost, waste and errors.
        !perf model        One model: speed, tokens, use, cost, quality.
        !perf slowest      The slowest calls, and what made them slow.
        !perf why          Where one call's time went, stage by stage.
        !perf bottlenecks  What takes time or money without need.
        !perf compare      Models against each other: speed, quality, cost.
        !perf history      Figures over time, trend, and what happened.
        !perf heatmap      Response times by hour of day and day of week.
        !perf diff         What changed between two times, and why.
        !perf cost         Who and what the money goes to.
        !perf forecast     Calls, tokens and spend of the next days.
        !perf report       All of it in a file to keep: PDF, CSV or JSON.
        !perf note         Write down what happened, for the history.
        !perf baseline     Fix figures as usual, and hold others against them.
        !perf monitor      Show time, tokens and cost below each answer.
        !perf mydata       What is kept of you.
        !perf optout       Have your calls recorded as nobody's.
        !perf forget       Erase what is kept of you.
        !perf help         Every !perf command in one line, or one in full.

        Next: !perf help stats
        ");
    }

    #[tokio::test]
    async fn explains_one_command() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!help m").await, @r"
        !m: List the models, or switch to one.

        It holds for the channel, with --me for you everywhere. Prices are dollars per million tokens in / out.

        NAME     The model to switch to; part of its name is enough
        --me     Only for yourself, everywhere
        --clear  Take the choice back

        Examples:
        - !m
        - !m haiku
        - !m haiku --me
        - !m --clear
        ");
        insta::assert_snapshot!(owner.says("!perf help stats").await, @r#"
        !perf stats: Times, tokens, cost, waste and errors.

        Response time is what a person waited, model time what the model took of it. P95 is shown from 20 calls on, P99 from 100. Waste is time and money in failed attempts, waits between them, and cut or stopped answers.

        --last 24h    The last stretch of time: 90m, 24h, 7d, 4w. From a day on it starts on a full hour
        --from TIME   The first moment: 2026-11-01, 2026-11-01T18:00 or RFC 3339
        --to TIME     The first moment behind it; now, if left out
        --model NAME  Only this model
        --type TYPE   Only this type: code, question, chat, reasoning, creative or other
        --user NAME   Only this person's calls; "me" for your own
        --csv         Attach every figure as a CSV file

        Examples:
        - !perf stats
        - !perf stats --last 7d
        - !perf stats --model haiku --type code
        "#);
        insta::assert_snapshot!(owner.says("!help perf slowest").await, @r#"
        !perf slowest: The slowest calls, and what made them slow.

        The issue is the part that explains most of the time above the model's median. Prompts show as type and size only: their text is not stored. The host may have the first 80 characters kept with store_prompts = "preview" under [privacy] in config.toml.

        --top 5       How many to list, 1 to 50
        --last 24h    The last stretch of time: 90m, 24h, 7d, 4w. From a day on it starts on a full hour
        --from TIME   The first moment: 2026-11-01, 2026-11-01T18:00 or RFC 3339
        --to TIME     The first moment behind it; now, if left out
        --model NAME  Only this model
        --type TYPE   Only this type: code, question, chat, reasoning, creative or other
        --user NAME   Only this person's calls; "me" for your own
        --csv         Attach every figure as a CSV file

        Examples:
        - !perf slowest
        - !perf slowest --top 10
        - !perf slowest --last 7d --model sonnet
        "#);
        insta::assert_snapshot!(owner.says("!help !ctx").await, @r"
        !ctx: Show or set how many earlier messages go along.

        More context costs time and money with every question. It holds for the channel, with --me for you.

        1-100    How many earlier messages go along, 1 to 100
        --me     Only for yourself, everywhere
        --clear  Take the choice back

        Examples:
        - !ctx
        - !ctx 10
        - !ctx=10
        - !ctx 5 --me
        - !ctx --clear
        ");
        insta::assert_snapshot!(owner.says("!rate --help").await, @r"
        !rate: Rate your last answer here, 1 (bad) to 5 (good).

        The last rating of an answer counts.

        1-5  From 1 (bad) to 5 (good)

        Examples:
        - !rate 5
        ");
        insta::assert_snapshot!(owner.says("!perf help help").await, @r"
        !perf help: Every !perf command in one line, or one in full.

        COMMAND  The command to explain in full

        Examples:
        - !perf help
        - !perf help stats
        ");
    }

    #[tokio::test]
    async fn offers_what_is_near() {
        let owner = owner().await;
        insta::assert_snapshot!(owner.says("!help stat").await, @r#"There is no command "stat"; did you mean stats? (!help lists what there is)"#);
        insta::assert_snapshot!(owner.says("!perf help xyzzy").await, @r#"There is no command "xyzzy" (!help lists what there is)"#);
    }

    /// Every page of help must be there, and fit where it must.
    #[tokio::test]
    async fn every_command_has_a_page() {
        let owner = owner().await;
        for entry in entries() {
            let page = owner.says(&format!("!{}", entry.spec.help_path())).await;
            assert!(page.starts_with(&format!("!{}: ", entry.spec.path())), "{page}");
        }
    }
}
