//! The console with a person at it: a line editor with history and completion; Ctrl-C stops an answer.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};
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
use crate::commands::{self, Parsed};
use crate::view;

const PROMPT: &str = "you> ";

/// Talks with the person at the terminal until they leave (Ctrl-D, or Ctrl-C at the prompt) or the program is asked to
/// end.
pub async fn terminal(console: &Console, asked_to_end: &CancellationToken) -> anyhow::Result<()> {
    let keyboard = Keyboard::start(candidates(console))?;
    let mut paper = Paper::new(io::stdout());
    let mut ahead = VecDeque::new();
    loop {
        let line = match ahead.pop_front() {
            Some(line) => line,
            None => tokio::select! {
                line = keyboard.edited_line() => line,
                () = asked_to_end.cancelled() => Typed::Leave,
            },
        };
        let Typed::Line(line) = line else { return Ok(()) };
        let Some(message) = console.heard(&line) else { continue };
        match route(message, &console.services).await {
            Routed::Silent => {}
            Routed::Reply(reply) => {
                paper.reply(&console.lay_out(&reply).unwrap_or_else(|error| view::sentence(&error.0)))?;
            }
            Routed::Answer(answering) => {
                let writing = Writing { console, keyboard: &keyboard, asked_to_end };
                ahead.extend(writing.answer(answering, &mut paper).await?);
            }
            Routed::Wrong(error) => paper.reply(&view::sentence(&error.0))?,
            Routed::Failed(id) => paper.reply(&view::sentence(&failed(&id)))?,
        }
    }
}

/// What came from the keyboard.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    /// A line.
    Line(String),
    /// The person leaves.
    Leave,
    /// Nothing, while it was wanted.
    Nothing,
}

/// An answer that is being written at the terminal.
struct Writing<'a> {
    console: &'a Console,
    keyboard: &'a Keyboard,
    asked_to_end: &'a CancellationToken,
}

impl Writing<'_> {
    /// Writes an answer while listening for Ctrl-C and for lines typed meanwhile. `!stop` stops it; other lines are kept
    /// and come next.
    async fn answer(&self, answering: Answering, paper: &mut Paper<io::Stdout>) -> anyhow::Result<Vec<Typed>> {
        let Console { services, clock, options } = self.console;
        let place = self.console.place();
        let (done, mut ahead) = (CancellationToken::new(), Vec::new());
        let mut listening = Box::pin(self.keyboard.typed_line(&done));
        let answered = {
            let mut writing = pin!(deliver(answering, &mut *paper, services, (&options.person, &place), &**clock));
            loop {
                tokio::select! {
                    answered = &mut writing => break answered?,
                    _ = tokio::signal::ctrl_c() => self.stop(),
                    // It is stopped once; the loop goes on until the answer has ended.
                    () = self.asked_to_end.cancelled(), if !ahead.contains(&Typed::Leave) => {
                        ahead.push(Typed::Leave);
                        self.stop();
                    }
                    typed = &mut listening, if !ahead.contains(&Typed::Leave) => {
                        ahead.extend(self.heard(typed));
                        listening = Box::pin(self.keyboard.typed_line(&done));
                    }
                }
            }
        };
        done.cancel();
        // A line may have been typed at the very end; it must not be lost.
        if !ahead.contains(&Typed::Leave) {
            ahead.extend(self.heard(listening.await));
        }
        if answered.is_none() {
            paper.reply(&broken())?;
        } else {
            paper.end()?;
        }
        Ok(ahead)
    }

    /// What is typed while an answer is written: `!stop` works at once, everything else waits its turn.
    fn heard(&self, typed: Typed) -> Option<Typed> {
        match typed {
            Typed::Line(line) if self.is_stop(&line) => {
                self.stop();
                None
            }
            Typed::Line(line) if line.is_empty() => None,
            Typed::Nothing => None,
            other => Some(other),
        }
    }

    fn is_stop(&self, line: &str) -> bool {
        match commands::parse(line, &self.console.services.prefix) {
            Parsed::Command(entry, _) => entry.spec.path() == "stop",
            _ => false,
        }
    }

    fn stop(&self) {
        self.console.services.assistant.stop(&self.console.options.person.id, &self.console.place().channel);
    }
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
    wishes: mpsc::UnboundedSender<(Wish, oneshot::Sender<Typed>)>,
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

    /// The next line of the editor.
    async fn edited_line(&self) -> Typed {
        self.line(Wish::Edited).await
    }

    /// A line typed before `done`.
    async fn typed_line(&self, done: &CancellationToken) -> Typed {
        self.line(Wish::Typed(done.clone())).await
    }

    async fn line(&self, wish: Wish) -> Typed {
        let (reply, line) = oneshot::channel();
        // A keyboard that is gone brings nothing more.
        match self.wishes.send((wish, reply)) {
            Ok(()) => line.await.unwrap_or(Typed::Leave),
            Err(_) => Typed::Leave,
        }
    }
}

/// Waits for a line without the editor, looking up now and then whether it is still wanted.
fn typed(done: &CancellationToken) -> Typed {
    const LOOK_UP: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    let stdin = io::stdin();
    while !done.is_cancelled() {
        let mut watched = [PollFd::new(&stdin, PollFlags::IN)];
        if poll(&mut watched, Some(&LOOK_UP)).is_ok_and(|ready| ready > 0) {
            let mut line = Vec::new();
            // The terminal hands out whole lines, so this does not wait for the rest of one.
            match stdin.lock().read_until(b'\n', &mut line) {
                Ok(1..) => match read_line(&line) {
                    Ok(line) => return Typed::Line(line.trim().to_owned()),
                    Err(error) => complain(&error.0),
                },
                _ => return Typed::Leave,
            }
        }
    }
    Typed::Nothing
}

fn read(editor: &mut Editor<Words, DefaultHistory>) -> Typed {
    loop {
        match editor.readline(PROMPT) {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                // A line that cannot be remembered can still be sent.
                _ = editor.add_history_entry(&line);
                match read_line(line.as_bytes()) {
                    Ok(line) => return Typed::Line(line),
                    Err(error) => complain(&error.0),
                }
            }
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => return Typed::Leave,
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => complain(
                "a key sent what is no UTF-8, so what was typed before it is gone: set the terminal to UTF-8 and type it again",
            ),
            Err(error) => {
                tracing::error!("the terminal cannot be read: {error}");
                return Typed::Leave;
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
