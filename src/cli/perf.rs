//! `perfbot perf …`: one `!perf` line as the owner, its reply on stdout.

use std::ffi::OsString;
use std::io::Write;

use super::meter::Steps;
use super::setup::{self, Purpose};
use super::{Ended, Global};
use crate::app::App;
use crate::chat::console::{Console, Options, Paper};
use crate::chat::{Routed, obey};
use crate::commands::{self, Parsed, Reply, Root};
use crate::view::Block;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// The command and its options, as behind !perf in chat.
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// Runs one command.
pub async fn run(global: &Global, args: Args) -> anyhow::Result<Ended> {
    let app = setup::app(global, Purpose::Look).await?;
    let replied = reply(&app, &args).await;
    app.close().await;
    replied.map(|()| Ended::Well)
}

async fn reply(app: &App, args: &Args) -> anyhow::Result<()> {
    let console = Console {
        services: app.services.clone(),
        clock: app.clock.clone(),
        options: Options::owner(app.services.owner.clone()),
    };
    let parsed = commands::parse_words(Root::Perf, &args.words, &app.services.prefix);
    let steps = Steps::new(2);
    if writes_a_document(&parsed) {
        steps.begin(0, "reading the calls");
    }
    match obey(console.message(args.words.join(" ")), parsed, &app.services).await {
        Routed::Reply(reply) => write(&console, &reply, args, steps),
        Routed::Wrong(error) => Err(error.into()),
        Routed::Failed(id) => anyhow::bail!("something went wrong; the log names it with id {id}"),
        Routed::Silent | Routed::Answer(_) => anyhow::bail!("no reply came of it"),
    }
}

/// Whether a command takes long enough to show how far it has come.
fn writes_a_document(parsed: &Parsed) -> bool {
    matches!(parsed, Parsed::Command(entry, _) if entry.spec.path() == "perf report")
}

fn write(console: &Console, reply: &Reply, args: &Args, steps: Steps) -> anyhow::Result<()> {
    if reply.blocks.iter().any(|block| matches!(block, Block::Document { .. })) {
        steps.begin(1, "writing the pages");
    }
    // Its files are written either way.
    let text = console.lay_out(reply)?;
    drop(steps);
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", reply.json()?)?;
        return Ok(());
    }
    Ok(Paper::new(out).reply(&text)?)
}

/// Options of the program that people write behind the command's words, moved before them: the words take all that
/// follows.
pub fn globals_first(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let Some(perf) = position_of_perf(&arguments) else { return arguments };
    let (before, words) = arguments.split_at(perf + 1);
    let (mut first, mut rest) = (before.to_vec(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if GLOBALS.contains(&&*text) {
            first.push(word.clone());
            first.extend(words.next().cloned());
        } else if text == "--json" || GLOBALS.iter().any(|global| text.starts_with(&format!("{global}="))) {
            first.push(word.clone());
        } else {
            rest.push(word.clone());
        }
    }
    first.extend(rest);
    first
}

/// The program's options that take a value.
const GLOBALS: [&str; 3] = ["--db", "--config", "--now"];

/// Where the word `perf` stands as a subcommand.
fn position_of_perf(arguments: &[OsString]) -> Option<usize> {
    let mut index = 1;
    while index < arguments.len() {
        let text = arguments[index].to_string_lossy();
        match &*text {
            "perf" => return Some(index),
            option if GLOBALS.contains(&option) => index += 2,
            option if option.starts_with('-') => index += 1,
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from);
        let moved = globals_first(arguments);
        moved.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_programs_options_may_stand_behind_the_words() {
        assert_eq!(moved("perfbot perf stats --last 7d --json --db x"), "perfbot perf --json --db x stats --last 7d");
        assert_eq!(moved("perfbot --db perf perf stats --now=T"), "perfbot --db perf perf --now=T stats");
        assert_eq!(moved("perfbot console --json"), "perfbot console --json");
    }
}
