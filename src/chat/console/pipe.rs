//! The console without a person at it: lines come from a pipe, one message each, answered in order.

use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::paper::Paper;
use super::{Console, Form};
use crate::ai::{Answered, Answering};
use crate::chat::deliver::{Surface, deliver};
use crate::chat::{Routed, route};
use crate::commands::{Reply, UserError};
use crate::view::{self, Block};

/// The longest message that is read, in characters.
const LONGEST: usize = 32_000;
/// More bytes than the longest message can have.
const MOST_BYTES: u64 = 8 * LONGEST as u64;

/// Answers every line on `out`, in order. At the end all answers are written. When `interrupted` is cancelled, the
/// answer that is being written is stopped and nothing more is read.
pub async fn pipe(
    console: &Console,
    mut lines: mpsc::Receiver<io::Result<Vec<u8>>>,
    out: impl Write,
    interrupted: &CancellationToken,
) -> io::Result<()> {
    let mut desk = Desk { console, paper: Paper::new(out), line: 0 };
    loop {
        let bytes = tokio::select! {
            biased;
            () = interrupted.cancelled() => return Ok(()),
            line = lines.recv() => match line {
                Some(bytes) => bytes?,
                None => return Ok(()),
            },
        };
        desk.line += 1;
        match read_line(without_mark(&bytes, desk.line)) {
            Ok(text) => desk.answer_unless(text, interrupted).await?,
            Err(error) => desk.wrong(&error)?,
        }
    }
}

/// The lines of a stream, read on a thread of their own: reading blocks, the rest does not.
pub fn lines(mut input: impl BufRead + Send + 'static) -> mpsc::Receiver<io::Result<Vec<u8>>> {
    let (send, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        loop {
            let read = next_line(&mut input);
            let over = !matches!(read, Ok(Some(_)));
            if read.transpose().is_some_and(|read| send.blocking_send(read).is_err()) || over {
                break;
            }
        }
    });
    lines
}

/// The next line, `None` at the end. Of a line that is far too long only the beginning is kept, enough to refuse it.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = input.by_ref().take(MOST_BYTES).read_until(b'\n', &mut line)?;
    if read as u64 == MOST_BYTES && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok((read > 0).then_some(line))
}

/// A line without the mark that some programs put before all text.
fn without_mark(bytes: &[u8], line: u64) -> &[u8] {
    let marked = if line == 1 { bytes.strip_prefix(b"\xef\xbb\xbf") } else { None };
    marked.unwrap_or(bytes)
}

/// A line as text, or what is wrong with it.
pub fn read_line(bytes: &[u8]) -> Result<String, UserError> {
    if bytes.len() as u64 == MOST_BYTES {
        return Err(UserError(format!("this message is far too long: {LONGEST} characters are the most")));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| UserError("this line is not UTF-8 text, so it was not read: save it as UTF-8".into()))?;
    let text = text.trim_end_matches(['\n', '\r']);
    match text.chars().count() {
        length if length > LONGEST => Err(UserError(format!(
            "this message has {length} characters and {LONGEST} is the most: shorten it or send it in parts"
        ))),
        _ => Ok(text.to_owned()),
    }
}

/// One pipe being answered.
struct Desk<'a, W> {
    console: &'a Console,
    paper: Paper<W>,
    line: u64,
}

impl<W: Write> Desk<'_, W> {
    /// Answers a line; an interruption stops the answer, and what was written of it stays.
    async fn answer_unless(&mut self, text: String, interrupted: &CancellationToken) -> io::Result<()> {
        let assistant = self.console.services.assistant.clone();
        let mut answer = std::pin::pin!(self.answer(text));
        tokio::select! {
            answered = &mut answer => return answered,
            () = interrupted.cancelled() => assistant.stop_all(),
        }
        answer.await
    }

    async fn answer(&mut self, text: String) -> io::Result<()> {
        let Some(message) = self.console.heard(&text) else { return Ok(()) };
        match route(message, &self.console.services).await {
            Routed::Silent => Ok(()),
            Routed::Reply(reply) => self.reply(reply),
            Routed::Answer(answering) => self.stream(answering).await,
            Routed::Wrong(error) => self.wrong(&error),
            Routed::Failed(id) => self.wrong(&UserError(failed(&id))),
        }
    }

    fn reply(&mut self, reply: Reply) -> io::Result<()> {
        match self.console.options.form {
            Form::Plain => match self.console.lay_out(&reply) {
                Ok(text) => self.paper.reply(&text),
                Err(error) => self.wrong(&error),
            },
            Form::Json => {
                let attached = match attach(self.console.printed(&reply.blocks), &self.console.options.files) {
                    Ok(attached) => attached,
                    Err(error) => return self.wrong(&error),
                };
                let more = json!({ "report": reply.json()?, "attachments": attached.paths });
                self.object("reply", &view::plain::render(&attached.blocks), more)
            }
        }
    }

    async fn stream(&mut self, answering: Answering) -> io::Result<()> {
        let Console { services, clock, options, .. } = self.console;
        let place = self.console.place();
        let who = (&options.person, &place);
        match options.form {
            Form::Plain => {
                let answered = deliver(answering, &mut self.paper, services, who, &**clock).await?;
                if answered.is_none() {
                    self.paper.aside(&broken())?;
                }
                self.paper.end()
            }
            Form::Json => {
                let mut notes = Notes::default();
                match deliver(answering, &mut notes, services, who, &**clock).await? {
                    Some(answered) => {
                        let more = json!({ "notes": notes.asides, "metrics": metrics(&answered), "attachments": [] });
                        self.object("answer", &notes.text, more)
                    }
                    None => self.wrong(&UserError(broken())),
                }
            }
        }
    }

    fn wrong(&mut self, error: &UserError) -> io::Result<()> {
        let text = view::sentence(&error.0);
        match self.console.options.form {
            Form::Plain => self.paper.reply(&text),
            Form::Json => self.object("error", &text, json!({ "attachments": [] })),
        }
    }

    fn object(&mut self, kind: &str, text: &str, more: Value) -> io::Result<()> {
        let mut object = json!({ "line": self.line, "kind": kind, "text": text.trim_end() });
        if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
            object.extend(more);
        }
        self.paper.line(&object.to_string())
    }
}

/// A reply whose files are written.
pub struct Attached {
    /// Its blocks, with the names that the files got.
    pub blocks: Vec<Block>,
    /// Where the files are.
    pub paths: Vec<String>,
}

/// Writes the files of a reply into a folder, none over another.
pub fn attach(blocks: Vec<Block>, folder: &Path) -> Result<Attached, UserError> {
    let mut attached = Attached { blocks, paths: Vec::new() };
    for block in &mut attached.blocks {
        if let Block::File(file) = block {
            let path = folder.join(&file.name);
            let cannot = |error| UserError(format!("the file {} cannot be written: {error}", path.display()));
            let free = write_free(folder, &file.name, &file.bytes).map_err(cannot)?;
            attached.paths.push(folder.join(&free).display().to_string());
            file.name = free;
        }
    }
    Ok(attached)
}

fn write_free(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<String> {
    std::fs::create_dir_all(folder)?;
    let (free, mut file) = create_free(folder, name)?;
    file.write_all(bytes).map(|()| free)
}

/// A new file of that name, or of the first like it that is free: `stats.csv`, `stats-2.csv`.
fn create_free(folder: &Path, name: &str) -> io::Result<(String, File)> {
    let (stem, end) = name.split_at(name.rfind('.').unwrap_or(name.len()));
    let numbered = (2..).map(|number| format!("{stem}-{number}{end}"));
    for name in std::iter::once(name.to_owned()).chain(numbered) {
        match File::create_new(folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return Ok((name, created?)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The figures of an answer for scripts.
fn metrics(answered: &Answered) -> Value {
    let call = &answered.call;
    json!({
        "model": call.model,
        "outcome": call.outcome.as_str(),
        "query_type": call.query_type,
        "response_time_ms": call.times.response.map(|time| time.as_ms()),
        "model_time_ms": call.times.model.map(|time| time.as_ms()),
        "ttft_ms": call.times.ttft.map(|time| time.as_ms()),
        "input_tokens": call.usage.input,
        "output_tokens": call.usage.output,
        "cost_usd": call.cost.map(|cost| cost.as_usd()),
        "attempts": call.attempts,
    })
}

/// An answer collected for a JSON object.
#[derive(Default)]
struct Notes {
    text: String,
    asides: Vec<String>,
}

impl Surface for Notes {
    fn is_live(&self) -> bool {
        false
    }

    fn text(&mut self, piece: &str) -> io::Result<()> {
        self.text.push_str(piece);
        Ok(())
    }

    fn aside(&mut self, line: &str) -> io::Result<()> {
        self.asides.push(line.to_owned());
        Ok(())
    }
}

/// What a person reads when we failed.
pub fn failed(id: &str) -> String {
    format!("something went wrong on our side; try again, and name id {id} if it stays so")
}

/// What a person reads when an answer broke off by our own failure.
pub fn broken() -> String {
    "The answer broke off by a failure on our side; try again.".to_owned()
}
