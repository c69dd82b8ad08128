//! The command line: one file a subcommand. Replies go to stdout, everything else to stderr.

mod console;
mod demo;
mod doctor;
mod export;
mod import;
mod logging;
mod meter;
mod perf;
mod run;
mod setup;
mod signals;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::logging::Level;
use crate::commands::UserError;
use crate::model::Moment;
use crate::view;

/// A chat AI assistant that measures every answer and says what is slow, what is expensive, and why.
#[derive(Debug, Parser)]
#[command(name = "perfbot", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  perfbot                                   chat in the terminal; on Discord with DISCORD_TOKEN
  perfbot perf stats --last 7d              look at the figures
  perfbot demo                              look around in made-up traffic
  perfbot import calls.csv                  bring in a log
  perfbot doctor                            what is set up, what is missing

PERFBOT_LOG=info says more on stderr.";

/// Options of every subcommand.
#[derive(Debug, Clone, Args)]
struct Global {
    /// The store; perfbot.db unless set here or in the settings.
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
    /// The settings; config.toml if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The time it is, to look at old logs as of their own day: 2026-11-01, 2026-11-01T18:00 or RFC 3339.
    #[arg(long, global = true, value_name = "TIME")]
    now: Option<Moment>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Chat on Discord if DISCORD_TOKEN is set, else in the terminal. The default.
    Run,
    /// Chat in the terminal, or answer each line of a pipe.
    Console(console::Args),
    /// Look at the figures: the same commands as !perf in chat.
    Perf(perf::Args),
    /// Chat in the terminal on a throwaway store with 30 days of made-up traffic.
    Demo(demo::Args),
    /// Bring in a log of AI calls (CSV or JSONL, gzip too).
    Import(import::Args),
    /// Write all calls as CSV or JSONL.
    Export(export::Args),
    /// Check settings, store, keys and models, and say how to mend what is wrong.
    Doctor(doctor::Args),
}

/// How a subcommand ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Well.
    Well,
    /// It did its work, and what it found is not well.
    Badly,
    /// By Ctrl-C, in order.
    Interrupted,
}

/// Runs the program.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(perf::globals_first(arguments)) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    match run(cli) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly) => ExitCode::from(1),
        // What a shell reports of a program that Ctrl-C ended.
        Ok(Ended::Interrupted) => ExitCode::from(130),
        // Whoever read the output has had enough of it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", view::sentence(&format!("{error:#}")));
            ExitCode::from(if error.is::<UserError>() { 2 } else { 1 })
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let causes = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.into_iter().any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run(cli: Cli) -> anyhow::Result<Ended> {
    // In a terminal the log would be written into the conversation.
    let runs_alone = matches!(cli.command, None | Some(Command::Run)) && !std::io::stdin().is_terminal();
    let level = if runs_alone { Level::Running } else { Level::Tool };
    logging::start(level)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Run) {
            Command::Run => run::run(&cli.global).await,
            Command::Console(args) => console::run(&cli.global, args).await,
            Command::Perf(args) => perf::run(&cli.global, args).await,
            Command::Demo(args) => demo::run(&cli.global, args).await,
            Command::Import(args) => import::run(&cli.global, args).await,
            Command::Export(args) => export::run(&cli.global, args).await,
            Command::Doctor(args) => doctor::run(&cli.global, args).await,
        }
    });
    // A thread that waits at the keyboard must not hold the program back.
    runtime.shutdown_background();
    ended
}

/// Help and version as they are; a mistake as one sentence.
fn refuse(error: &clap::Error) -> ExitCode {
    if error.exit_code() == 0 {
        // Whoever closed the pipe does not want the help.
        _ = error.print();
        return ExitCode::SUCCESS;
    }
    eprintln!("{}", view::sentence(&format!("{} (perfbot --help shows how)", crate::commands::clap_sentence(error))));
    ExitCode::from(2)
}
