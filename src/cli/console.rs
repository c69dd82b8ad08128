//! `perfbot console`: chat in the terminal, or one message a line from a pipe.

use std::io::{self, BufReader, IsTerminal};
use std::path::PathBuf;

use clap::ValueEnum;

use super::setup::{self, Purpose};
use super::signals::{CtrlC, asked_to_end};
use super::{Ended, Global};
use crate::app::{App, Found};
use crate::chat::console::{Console, Form, Options, lines, pipe, terminal};
use crate::model::{Person, Role, UserId};

/// Options of the console.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Who types; the owner unless named.
    #[arg(long = "as", value_name = "NAME", value_parser = name)]
    name: Option<String>,
    /// What they may do: the owner everything, anyone else what a member may.
    #[arg(long)]
    role: Option<RoleArg>,
    /// A channel of the guild "console", where only !… and @perfbot … are for the bot; without it, a direct message.
    #[arg(long, value_name = "NAME", value_parser = name)]
    channel: Option<String>,
    /// Where attachments are written.
    #[arg(long, value_name = "DIR", default_value = ".")]
    files: PathBuf,
    /// One JSON object a line instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArg {
    Member,
    Admin,
    Owner,
}

/// A name that says something.
fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("a name has at least one letter".into()) } else { Ok(name.to_owned()) }
}

/// What is said first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// Who answers, if there is a person to greet.
    Usual,
    /// That nothing here is real.
    Demo,
}

/// Runs the console until the input ends.
pub async fn run(global: &Global, args: Args) -> anyhow::Result<Ended> {
    let mut app = setup::app(global, Purpose::Chat).await?;
    app.keep_tidy();
    talk(app, args, Greeting::Usual).await
}

/// Runs the console until the input ends, then closes the program.
pub async fn talk(app: App, args: Args, greeting: Greeting) -> anyhow::Result<Ended> {
    let console = Console {
        services: app.services.clone(),
        clock: app.clock.clone(),
        options: options(args, &app.services.owner),
    };
    let stdin = io::stdin();
    let at_terminal = stdin.is_terminal() && console.options.form == Form::Plain;
    let asked_to_end = asked_to_end(if at_terminal { CtrlC::IsTheTerminals } else { CtrlC::Ends })?;
    match greeting {
        Greeting::Demo => eprintln!("{}", in_demo(&console)),
        Greeting::Usual if at_terminal || app.found == Found::Simulated => welcome(&app.found, &console),
        Greeting::Usual => {}
    }
    setup::warn(&app);
    let talked = if at_terminal {
        terminal(&console, &asked_to_end).await
    } else {
        pipe(&console, lines(BufReader::new(stdin)), io::stdout(), &asked_to_end).await.map_err(Into::into)
    };
    drop(console);
    app.close().await;
    talked.map(|()| if asked_to_end.is_cancelled() { Ended::Interrupted } else { Ended::Well })
}

fn options(args: Args, owner: &UserId) -> Options {
    let is_owner = args.name.as_deref().is_none_or(|name| name == owner.as_str());
    let role = match args.role {
        Some(RoleArg::Owner) => Role::Owner,
        Some(RoleArg::Admin) => Role::Admin,
        Some(RoleArg::Member) => Role::Member,
        None if is_owner => Role::Owner,
        None => Role::Member,
    };
    let id = args.name.map_or_else(|| owner.clone(), UserId::from);
    let form = if args.json { Form::Json } else { Form::Plain };
    Options { person: Person { id, role }, channel: args.channel, files: args.files, form }
}

/// One line on what this is, and where to begin.
fn in_demo(console: &Console) -> String {
    let prefix = &console.services.prefix;
    format!(
        "Simulated models answer, and what they did is made up. Try {prefix}perf stats --last 30d; perfbot demo --help says what there is to find."
    )
}

/// One line on who answers, and how to go further.
fn welcome(found: &Found, console: &Console) {
    let prefix = &console.services.prefix;
    let line = match found {
        Found::Configured => format!("perfbot: ask anything; {prefix}m lists the models, {prefix}perf the figures."),
        Found::Ollama => {
            format!("perfbot on your Ollama: ask anything; {prefix}m lists the models, {prefix}perf the figures.")
        }
        Found::Simulated => format!(
            "Simulated models answer; for real ones set ANTHROPIC_API_KEY (or another key) or start Ollama; for Discord \
             set DISCORD_TOKEN. {prefix}help"
        ),
    };
    eprintln!("{line}");
}
