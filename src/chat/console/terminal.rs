//! The console with a person at it: a line editor with history and completion; Ctrl-C stops an answer.

use std::io::{self, Write};
use std::pin::pin;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor, Helper, Highlighter, Hinter, Validator};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Console;
use super::paper::Paper;
use super::pipe::{broken, failed, read_line};
use crate::ai::Answering;
use crate::chat::deliver::deliver;
use crate::chat::{Routed, route};
use crate::commands;
use crate::view;

const PROMPT: &str = "you> ";

/// Talks with the person at the terminal until they leave (Ctrl-D, or Ctrl-C at the prompt) or the program is asked to
/// end.
pub async fn terminal(console: &Console, asked_to_end: &CancellationToken) -> anyhow::Result<()> {
    let keyboard = Keyboard::start(candidates(console))?;
    let mut paper = Paper::new(io::stdout());
    let mut typed_ahead = None;
    loop {
        let line = match typed_ahead.take() {
            Some(line) => Some(line),
            None => tokio::select! {
                line = keyboard.edited_line() => line,
                () = asked_to_end.cancelled() => None,
            },
        };
        let Some(line) = line else { return Ok(()) };
        match route(console.message(line), &console.services).await {
            Routed::Silent => {}
            Routed::Reply(reply) => paper.reply(&console.lay_out(&reply)?)?,
            Routed::Answer(answering) => {
                let ended = asked_to_end.cancelled();
                typed_ahead = answer(console, answering, &keyboard, &mut paper, ended).await?;
            }
            Routed::Wrong(error) => paper.reply(&view::sentence(&error.0))?,
            Routed::Failed(id) => paper.reply(&view::sentence(&failed(&id)))?,
        }
    }
}

/// Writes an answer while listening for Ctrl-C and for lines typed meanwhile. `!stop` stops it; another line is kept
/// and comes next.
async fn answer(
    console: &Console,
    answering: Answering,
    keyboard: &Keyboard,
    paper: &mut Paper<io::Stdout>,
    asked_to_end: impl Future<Output = ()>,
) -> anyhow::Result<Option<String>> {
    let Console { services, clock, options } = console;
    let place = console.place();
    let stop = || services.assistant.stop(&options.person.id, &place.channel);
    let stop_line = format!("{}stop", services.prefix);
    let done = CancellationToken::new();
    let (mut asked_to_end, mut stopping) = (pin!(asked_to_end), false);
    let mut listening = Box::pin(keyboard.typed_line(&done));
    let mut typed = None;
    let answered = {
        let mut writing = pin!(deliver(answering, &mut *paper, services, (&options.person, &place), &**clock));
        loop {
            tokio::select! {
                answered = &mut writing => break answered?,
                _ = tokio::signal::ctrl_c() => stop(),
                () = &mut asked_to_end, if !stopping => {
                    stopping = true;
                    stop();
                }
                line = &mut listening, if typed.is_none() => match line {
                    Some(line) if line == stop_line => {
                        stop();
                        listening = Box::pin(keyboard.typed_line(&done));
                    }
                    line => typed = Some(line),
                },
            }
        }
    };
    done.cancel();
    // A line may have been typed at the very end; it must not be lost.
    let typed = match typed {
        Some(line) => line,
        None => listening.await,
    };
    if answered.is_none() {
        paper.reply(&broken())?;
    } else {
        paper.end()?;
    }
    Ok(typed.filter(|line| !line.is_empty() && *line != stop_line))
}

/// The words that completion offers.
fn candidates(console: &Console) -> Vec<String> {
    let prefix = &console.services.prefix;
    let commands = commands::entries().iter().map(|entry| format!("{prefix}{}", entry.spec.path()));
    let catalogue = console.services.assistant.catalogue();
    let switches = catalogue
        .models()
        .iter()
        .flat_map(|model| [format!("{prefix}m {}", model.name), format!("{prefix}perf model {}", model.name)]);
    commands.chain(switches).collect()
}

/// The keyboard on a thread of its own: it blocks, the rest does not.
struct Keyboard {
    wishes: mpsc::UnboundedSender<(Wish, oneshot::Sender<Option<String>>)>,
}

/// What is wanted of the keyboard.
enum Wish {
    /// A line from the editor, at the prompt.
    Edited,
    /// A line as it is typed while an answer is being written, until that is done.
    Typed(CancellationToken),
}

impl Keyboard {
    fn start(words: Vec<String>) -> anyhow::Result<Self> {
        let settings = Config::builder().completion_type(CompletionType::List).build();
        let mut editor: Editor<Words, DefaultHistory> = Editor::with_config(settings)?;
        editor.set_helper(Some(Words { words }));
        let (wishes, mut wished) = mpsc::unbounded_channel::<(Wish, oneshot::Sender<_>)>();
        std::thread::Builder::new().name("keyboard".into()).spawn(move || {
            while let Some((wish, reply)) = wished.blocking_recv() {
                let line = match wish {
                    Wish::Edited => read(&mut editor),
                    Wish::Typed(done) => typed(&done),
                };
                // Whoever wished for it may have stopped waiting: the answer came to its end first.
                _ = reply.send(line);
            }
        })?;
        Ok(Self { wishes })
    }

    /// The next line, or `None` when the person leaves.
    async fn edited_line(&self) -> Option<String> {
        self.line(Wish::Edited).await
    }

    /// A line typed before `done`.
    async fn typed_line(&self, done: &CancellationToken) -> Option<String> {
        self.line(Wish::Typed(done.clone())).await
    }

    async fn line(&self, wish: Wish) -> Option<String> {
        let (reply, line) = oneshot::channel();
        self.wishes.send((wish, reply)).ok()?;
        line.await.ok().flatten()
    }
}

/// Waits for a line without the editor, looking up now and then whether it is still wanted.
fn typed(done: &CancellationToken) -> Option<String> {
    const LOOK_UP: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    let stdin = io::stdin();
    while !done.is_cancelled() {
        let mut watched = [PollFd::new(&stdin, PollFlags::IN)];
        if poll(&mut watched, Some(&LOOK_UP)).is_ok_and(|ready| ready > 0) {
            let mut line = String::new();
            // The terminal hands out whole lines, so this does not wait for the rest of one.
            return stdin.read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line.trim().to_owned());
        }
    }
    None
}

fn read(editor: &mut Editor<Words, DefaultHistory>) -> Option<String> {
    loop {
        match editor.readline(PROMPT) {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                // A line that cannot be remembered can still be sent.
                _ = editor.add_history_entry(&line);
                match read_line(line.as_bytes()) {
                    Ok(line) => return Some(line),
                    Err(error) => complain(&error.0),
                }
            }
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => return None,
            Err(error) => {
                tracing::error!("the terminal cannot be read: {error}");
                return None;
            }
        }
    }
}

fn complain(sentence: &str) {
    _ = writeln!(io::stderr(), "{}", view::sentence(sentence));
}

/// Completes what is typed from a list of lines.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Words {
    words: Vec<String>,
}

impl rustyline::completion::Completer for Words {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..position];
        let fitting = self.words.iter().filter(|word| !typed.is_empty() && word.starts_with(typed)).cloned();
        Ok((0, fitting.collect()))
    }
}
