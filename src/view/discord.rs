//! Blocks as Discord messages: the same parts as in a terminal, with figures in blocks of code so that they stay aligned.
//!
//! Whatever stands in a block may come from strangers (a model's name in a log, the beginning of a prompt). Outside of code
//! it is escaped, so that it shows as it is: no links, mentions, headings or lists come to be of it.

use super::aligned::{self, Side};
use super::format::clean;
use super::plain::stands_apart;
use super::{Block, Figure};

/// One message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    /// Its text.
    pub text: String,
    /// The files that go with it: names and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The most UTF-16 units of a message. Discord takes 2,000 characters; the rest is kept in reserve.
const LONGEST: usize = 1_950;

/// A part of a reply.
struct Part {
    lines: Vec<String>,
    look: Look,
    /// Whether an empty line stands above it.
    apart: bool,
    /// Whether it names what follows, and must not be parted from it.
    heads: bool,
}

/// How a part looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Text,
    Code,
}

/// A reply as messages, as few as will do.
pub fn render(blocks: &[Block]) -> Vec<Post> {
    let mut posts: Vec<Post> = Vec::new();
    let parts: Vec<Part> = parts(blocks);
    for (at, part) in parts.iter().enumerate() {
        let with_next = if part.heads { parts.get(at + 1).map_or(0, |next| length(&next.lines)) } else { 0 };
        add(&mut posts, part, with_next);
    }
    for block in blocks {
        if let Block::File { name, bytes } = block {
            if posts.is_empty() {
                posts.push(Post::default());
            }
            posts.iter_mut().next_back().into_iter().for_each(|post| post.files.push((clean(name), bytes.clone())));
        }
    }
    posts
}

fn parts(blocks: &[Block]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut before: Option<&Block> = None;
    for block in blocks.iter().filter(|block| !matches!(block, Block::File { .. })) {
        let (lines, look) = looks(block);
        if !lines.is_empty() {
            let apart = before.is_some_and(|before| stands_apart(before, block));
            parts.push(Part { lines, look, apart, heads: matches!(block, Block::Title(_)) });
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
        Block::Figures(figures) => (code(figures_of(figures)), Look::Code),
        Block::Table { head, rows } => (code(aligned::table(head, rows)), Look::Code),
        Block::Lines(rows) => (code(aligned::rows(rows, Side::Left)), Look::Code),
        Block::List(items) => text(items.iter().map(|item| format!("- {}", escaped(item))).collect()),
        Block::Numbered(items) => text((1..).zip(items).flat_map(|(number, item)| numbered(number, item)).collect()),
        Block::Text(lines) => text(lines.lines().map(escaped).collect()),
        Block::Note(note) => text(vec![format!("-# {}", escaped(note))]),
        Block::Next(command) => text(vec![format!("Next: `{}`", clean(command).replace('`', "'"))]),
        Block::File { .. } => text(Vec::new()),
    }
}

fn figures_of(figures: &[Figure]) -> Vec<String> {
    aligned::figures(figures)
}

/// Lines as they may stand in a block of code: nothing in them ends it.
fn code(lines: Vec<String>) -> Vec<String> {
    lines.iter().map(|line| line.trim_end().replace("```", "`\u{200b}`\u{200b}`")).collect()
}

fn numbered(number: usize, item: &[String]) -> Vec<String> {
    let mark = format!("{number}. ");
    let indent = " ".repeat(mark.len());
    let line = |(at, line): (usize, &String)| {
        if at == 0 { format!("{mark}**{}**", escaped(line)) } else { format!("{indent}{}", escaped(line)) }
    };
    item.iter().enumerate().map(line).collect()
}

/// Adds a part to the last message if it fits there (with so much more behind it), else to new ones.
fn add(posts: &mut Vec<Post>, part: &Part, with_next: usize) {
    let whole = laid_out(&part.lines, part.look);
    if let Some(last) = posts.last_mut() {
        let gap = if part.apart && part.look == Look::Text && !last.text.ends_with("```") { "\n\n" } else { "\n" };
        if units(&last.text) + gap.len() + units(&whole) + with_next <= LONGEST {
            last.text.push_str(gap);
            last.text.push_str(&whole);
            return;
        }
    }
    let mut lines = Vec::new();
    for line in part.lines.iter().flat_map(|line| chopped(line)) {
        if length(&lines) + units(&line) + 1 > LONGEST - FENCES {
            posts.push(Post { text: laid_out(&std::mem::take(&mut lines), part.look), files: Vec::new() });
        }
        lines.push(line);
    }
    posts.push(Post { text: laid_out(&lines, part.look), files: Vec::new() });
}

/// What the marks of a block of code take.
const FENCES: usize = 8;

fn laid_out(lines: &[String], look: Look) -> String {
    match look {
        Look::Text => lines.join("\n"),
        Look::Code => format!("```\n{}\n```", lines.join("\n")),
    }
}

/// A line in pieces that each fit into a message.
fn chopped(line: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut room = LONGEST - FENCES - 1;
    for letter in line.chars() {
        if letter.len_utf16() > room {
            pieces.push(String::new());
            room = LONGEST - FENCES - 1;
        }
        room -= letter.len_utf16();
        pieces.iter_mut().next_back().into_iter().for_each(|piece| piece.push(letter));
    }
    pieces
}

fn length(lines: &[String]) -> usize {
    lines.iter().map(|line| units(line) + 1).sum()
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// One line of text that Discord shows as it is.
pub fn escaped(line: &str) -> String {
    let line = clean(line);
    let start = line.len() - line.trim_start().len();
    let mut escaped = String::with_capacity(line.len());
    for (at, letter) in line.char_indices() {
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
