//! Blocks as Discord messages: the same parts as in a terminal, with figures in blocks of code so that they stay aligned.
//!
//! Whatever stands in a block may come from strangers (a model's name in a log, the beginning of a prompt). Outside of code
//! it is escaped, so that it shows as it is: no links, mentions, headings or lists come to be of it.

use std::mem::take;

use unicode_segmentation::UnicodeSegmentation;

use super::aligned::{self, Side};
use super::defuse::invite;
use super::format::clean;
use super::plain::stands_apart;
use super::split::units;
use super::{Block, File};

/// One message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    /// Its text.
    pub text: String,
    /// The files that go with it.
    pub files: Vec<File>,
}

/// The text of a message that may still grow.
#[derive(Default)]
struct Growing {
    text: String,
    /// How long it is.
    length: usize,
}

/// The most UTF-16 units of a message. Discord takes 2,000 characters; the rest is kept in reserve.
const LONGEST: usize = 1_950;

/// How wide a chart is that stands in the text: a phone shows no more.
const CHART_COLUMNS: usize = 44;

/// A part of a reply.
struct Part {
    lines: Vec<String>,
    look: Look,
    /// Whether an empty line stands above it.
    apart: bool,
    /// Whether it names what follows, and must not be parted from it.
    heads: bool,
    /// How long it is when it is laid out.
    length: usize,
}

/// How a part looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Text,
    Code,
}

/// A reply as messages, as few as will do.
pub fn render(blocks: &[Block]) -> Vec<Post> {
    let mut grown: Vec<Growing> = Vec::new();
    let parts: Vec<Part> = parts(blocks);
    for (at, part) in parts.iter().enumerate() {
        let next = parts.get(at + 1).filter(|_| part.heads);
        add(&mut grown, part, next.map_or(0, Part::least));
    }
    let mut posts: Vec<Post> = grown.into_iter().map(|post| Post { text: post.text, files: Vec::new() }).collect();
    for block in blocks {
        if let Block::File(file) = block {
            if posts.is_empty() {
                posts.push(Post::default());
            }
            posts
                .iter_mut()
                .next_back()
                .into_iter()
                .for_each(|post| post.files.push(File { name: clean(&file.name).into_owned(), ..file.clone() }));
        }
    }
    posts
}

impl Part {
    /// Whether no message holds all of it.
    fn is_long(&self) -> bool {
        self.length > LONGEST
    }

    /// The room for as much of it as stays together: all of it, or its first line if it is cut anyway.
    fn least(&self) -> usize {
        let first = self.lines.first().map_or(0, |line| units(line) + FENCES).min(LONGEST / 2);
        1 + if self.is_long() { first } else { self.length }
    }
}

fn parts(blocks: &[Block]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut before: Option<&Block> = None;
    for block in blocks.iter().filter(|block| !matches!(block, Block::File(_) | Block::Document { .. })) {
        let (lines, look) = looks(block);
        if !lines.is_empty() {
            let apart = before.is_some_and(|before| stands_apart(before, block));
            let lengths: Vec<usize> = lines.iter().map(|line| units(line)).collect();
            let length = lengths.iter().sum::<usize>() + lines.len() - 1 + look.marks();
            let is_cut = lengths.iter().any(|length| *length > CHOPPED);
            let lines = if is_cut { lines.iter().flat_map(|line| chopped(line)).collect() } else { lines };
            parts.push(Part { lines, look, apart, heads: matches!(block, Block::Title(_)), length });
            before = Some(block);
        }
    }
    parts
}

fn looks(block: &Block) -> (Vec<String>, Look) {
    let text = |lines: Vec<String>| (lines, Look::Text);
    match block {
        Block::Headline(headline) => text(vec![format!("**{}**", escaped(headline))]),
        Block::Title(title) => text(vec![format!("**{}:**", escaped(title))]),
        Block::Figures(figures) => (code(aligned::figures(figures)), Look::Code),
        Block::Table { head, rows } => (code(aligned::table(head, rows)), Look::Code),
        Block::People { head, rows } => text(rows.iter().map(|row| person(head, row)).collect()),
        Block::Lines(rows) => (code(aligned::rows(rows, Side::Left)), Look::Code),
        Block::List(items) => text(items.iter().map(|item| format!("- {}", escaped(item))).collect()),
        Block::Numbered(items) => text((1..).zip(items).flat_map(|(number, item)| numbered(number, item)).collect()),
        Block::Text(lines) => text(lines.lines().map(escaped).collect()),
        Block::Note(note) => text(note.lines().map(|line| format!("-# {}", escaped(line))).collect()),
        Block::Next(command) => text(vec![format!("Next: `{}`", clean(command).replace('`', "'"))]),
        Block::Chart(chart) => (code(chart.text(CHART_COLUMNS)), Look::Code),
        Block::File(_) | Block::Document { .. } => text(Vec::new()),
    }
}

/// Lines as they may stand in a block of code: nothing in them ends it.
fn code(lines: Vec<String>) -> Vec<String> {
    let harmless = |mut line: String| {
        line.truncate(line.trim_end().len());
        if line.contains("``") { line.replace("``", "`\u{200b}`\u{200b}") } else { line }
    };
    lines.into_iter().map(harmless).collect()
}

/// `- <@123…>: Cost $0.07, Calls 8`. Discord shows the name that the person has there; whether it also tells them is up to who
/// sends it, and nobody here wants that. In a block of code it would stay a number.
fn person(head: &[String], row: &[String]) -> String {
    let (name, values) = row.split_first().map_or(("", row), |(name, values)| (name.as_str(), values));
    let name = if is_snowflake(name) { format!("<@{name}>") } else { escaped(name) };
    let value = |(label, value): (&String, &String)| escaped(&format!("{label} {value}"));
    let values: Vec<String> = head.iter().skip(1).zip(values).map(value).collect();
    format!("- {name}: {}", values.join(", "))
}

/// Whether a name is an id as Discord gives them out. Shorter numbers come from logs of others.
fn is_snowflake(name: &str) -> bool {
    (17..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn numbered(number: usize, item: &[String]) -> Vec<String> {
    let mark = format!("{number}. ");
    let indent = " ".repeat(mark.len());
    let line = |(at, line): (usize, &String)| {
        if at == 0 { format!("{mark}**{}**", escaped(line)) } else { format!("{indent}{}", escaped(line)) }
    };
    item.iter().enumerate().map(line).collect()
}

/// Adds a part to the last message if it fits there (with so much more behind it), else to a new one. Only what no message
/// holds is cut, between its lines.
fn add(posts: &mut Vec<Growing>, part: &Part, with_next: usize) {
    let fits = |post: &Growing| post.length + post.gap(part).len() + part.length + with_next <= LONGEST;
    let goes_on = posts.last().is_some_and(|last| part.is_long() || fits(last));
    let mut post = goes_on.then(|| posts.pop()).flatten().unwrap_or_default();
    let (mut used, mut from) = (post.length + post.gap(part).len(), 0);
    for (at, line) in part.lines.iter().enumerate() {
        let more = units(line);
        if used > 0 && used + more + part.look.marks() > LONGEST {
            posts.push(take(&mut post).with(&part.lines[from..at], part));
            (used, from) = (0, at);
        }
        used += more + 1;
    }
    posts.push(post.with(&part.lines[from..], part));
}

impl Growing {
    /// What parts its text from a part behind it.
    fn gap(&self, part: &Part) -> &'static str {
        match part.look {
            _ if self.text.is_empty() => "",
            Look::Text if part.apart && !self.text.ends_with("```") => "\n\n",
            _ => "\n",
        }
    }

    /// The same with lines of a part behind it.
    fn with(mut self, lines: &[String], part: &Part) -> Self {
        let before = self.text.len();
        let (opening, closing) = part.look.around();
        for (at, line) in lines.iter().enumerate() {
            let gap = if at == 0 { self.gap(part) } else { "\n" };
            self.text.extend([gap, if at == 0 { opening } else { "" }, line]);
        }
        self.text.push_str(if lines.is_empty() { "" } else { closing });
        self.length += units(&self.text[before..]);
        self
    }
}

impl Look {
    /// What stands before and behind its lines.
    fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("", ""),
            Self::Code => ("```\n", "\n```"),
        }
    }

    /// How long that is.
    fn marks(self) -> usize {
        let (opening, closing) = self.around();
        opening.len() + closing.len()
    }
}

/// What the marks of a block of code take.
const FENCES: usize = 8;

/// A line in pieces that each fit into a message. A sign stays with the backslash before it, and one that meant nothing
/// within the line means nothing at the start of the next.
fn chopped(line: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut room = CHOPPED;
    let mut letters = line.graphemes(true).flat_map(parts_of_long).peekable();
    while let Some(letter) = letters.next() {
        let protected = letters.next_if(|_| letter == "\\").unwrap_or_default();
        let needed = units(letter) + units(protected);
        if needed > room {
            pieces.push("\u{200b}".to_owned());
            room = CHOPPED - 1;
        }
        room -= needed;
        pieces.iter_mut().next_back().into_iter().for_each(|piece| piece.extend([letter, protected]));
    }
    pieces
}

/// The most units of a piece of a line.
const CHOPPED: usize = LONGEST - FENCES - 1;
/// Graphemes of more bytes than any that people write. Theirs are a letter under endless accents.
const LONG: usize = 100;

fn parts_of_long(grapheme: &str) -> Vec<&str> {
    if grapheme.len() > LONG { grapheme.split("").filter(|c| !c.is_empty()).collect() } else { vec![grapheme] }
}

/// One line of text that Discord shows as it is.
pub fn escaped(line: &str) -> String {
    let line = clean(line);
    let start = line.len() - line.trim_start().len();
    let mut escaped = String::with_capacity(line.len());
    let mut dot = None;
    for (at, letter) in line.char_indices() {
        dot = invite(&line, at).or(dot);
        match letter {
            '\\' | '*' | '_' | '~' | '|' | '`' | '[' | ']' | '<' => escaped.push('\\'),
            '>' | '#' | '-' | '+' if at == start => escaped.push('\\'),
            '.' | ')' if is_number(&line[start..at]) => escaped.push('\\'),
            _ => {}
        }
        escaped.push(letter);
        let breaks = match letter {
            // Pings are switched off; this keeps the look of one away too.
            '@' => true,
            // Discord makes cards of invites without a scheme, too.
            '.' => dot == Some(at + 1),
            ':' => line[at..].starts_with("://"),
            _ => false,
        };
        if breaks {
            escaped.push('\u{200b}');
        }
    }
    escaped
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests;
