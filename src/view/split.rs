//! A model's answer, cut into pieces that each fit a message. It reads markdown only as far as a cut must know it: where
//! paragraphs, lines and sentences end, and which block of code stands open.
//!
//! Answers are cut while they grow, so where a piece ends depends on nothing but the text from its start to one
//! character beyond its room. More text changes the last piece only.

mod sentences;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::fence::{End, Fence};

/// The length of a text in UTF-16 units. Discord does not say whether it counts these or characters; they are never
/// fewer.
pub fn units(text: &str) -> usize {
    // Characters of four bytes take two units, all others one.
    text.chars().count() + text.bytes().filter(|byte| *byte >= 0xf0).count()
}

/// The least room for a piece: the lines that open and close a block of code take up to 54 units of it.
const LEAST_ROOM: usize = 60;

/// Markdown in pieces of at most `room` units, or 60 if that is less. A block of code that is cut is closed in one piece
/// and opened anew in the next. White space at a cut goes; nothing else does.
pub fn split(markdown: &str, room: usize) -> Vec<String> {
    pieces(markdown, room.max(LEAST_ROOM)).iter().map(Piece::text).collect()
}

/// The byte behind the first complete sentence, or line if that ends sooner: enough to be worth showing. Signs alone,
/// like a rule or the line that opens a block of code, are not.
pub fn first_sentence_end(text: &str) -> Option<usize> {
    let lines = lines(text, None);
    let says_something = |line: &&Line| line.is_complete && !line.opens && has_words(&text[line.start..line.end]);
    let line = lines.iter().find(says_something).map(|line| text[..line.end].trim_end().len());
    let sentence = sentences::ends(text).into_iter().find(|end| has_words(&text[..*end]));
    line.into_iter().chain(sentence).min()
}

/// A piece with its open block of code closed, or without it if only its first line is here. The last piece of an answer
/// may end in such a block, which Discord would show as plain text with its markdown at work. Longer by a line at most.
pub fn closed(text: &str) -> Cow<'_, str> {
    let piece = piece(text, text.len(), None);
    if piece.body.len() == text.trim_end().len() && piece.closing.is_empty() {
        text.into()
    } else {
        piece.text().into()
    }
}

fn has_words(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_ascii_punctuation())
}

/// A piece: its text, and the lines that make its block of code whole.
struct Piece<'a> {
    opening: String,
    body: &'a str,
    closing: String,
}

impl Piece<'_> {
    fn text(&self) -> String {
        [&*self.opening, self.body, &*self.closing].concat()
    }

    fn units(&self) -> usize {
        units(&self.opening) + units(self.body) + units(&self.closing)
    }
}

fn pieces(markdown: &str, room: usize) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut open) = (markdown, None);
    while !rest.trim().is_empty() {
        let opening = opening(open);
        if units(&opening) + units(rest) <= room {
            pieces.push(Piece { opening, body: rest, closing: String::new() });
            break;
        }
        let Some(piece) = best(rest, open, room) else {
            // A flood of white space, longer than a piece.
            rest = rest.trim_start();
            continue;
        };
        (rest, open) = behind(&rest[piece.body.len()..], open_behind(piece.body, open));
        pieces.push(piece);
    }
    pieces
}

/// Finds the places of one kind, in a text that starts in an open block of code or in none.
type Ends = fn(&str, Option<Fence>) -> Vec<usize>;

/// The kinds of places where a text can be cut, the best first.
const KINDS: [Ends; 6] = [paragraph_ends, line_ends, sentence_ends, word_ends, grapheme_ends, character_ends];

/// The piece to cut off: at the last place of the best kind, if that fills at least half of the room. Less would make
/// many short messages of a text with few good places, and a reader minds a message of two lines more than a paragraph
/// in two.
fn best<'a>(text: &'a str, open: Option<Fence<'a>>, room: usize) -> Option<Piece<'a>> {
    let seen = seen(text, room.saturating_sub(units(&opening(open))));
    let mut longest: Option<Piece> = None;
    for ends in KINDS {
        let mut pieces = ends(seen, open).into_iter().rev().map(|end| piece(seen, end, open));
        let fits = |piece: &Piece| piece.units() <= room && !piece.body.trim().is_empty();
        let Some(found) = pieces.find(fits) else { continue };
        if found.units() * 2 >= room {
            return Some(found);
        }
        longest = longest.filter(|longest| longest.body.len() >= found.body.len()).or(Some(found));
    }
    longest
}

/// The text that may decide on a piece of so many units: these, and one character more.
fn seen(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if used > room {
            return &text[..at + c.len_utf8()];
        }
    }
    text
}

/// The piece that a cut makes.
fn piece<'a>(text: &'a str, end: usize, open: Option<Fence<'a>>) -> Piece<'a> {
    let mut body = text[..end].trim_end();
    if let Some(line) = lines(body, open).last().filter(|line| line.opens) {
        // A block of which nothing but the first line is here starts in the next piece.
        let before = body[..line.start].trim_end();
        body = if before.is_empty() { body } else { before };
    }
    let closing = open_behind(body, open).map(|fence| format!("\n{}", fence.closing())).unwrap_or_default();
    Piece { opening: opening(open), body, closing }
}

fn opening(open: Option<Fence>) -> String {
    open.map(|fence| fence.opening() + "\n").unwrap_or_default()
}

/// The block of code that stands open behind a text.
fn open_behind<'a>(text: &'a str, open: Option<Fence<'a>>) -> Option<Fence<'a>> {
    lines(text, open).last().map_or(open, |line| line.open)
}

/// Where the text goes on behind a cut, and in which block of code.
fn behind<'a>(text: &'a str, open: Option<Fence<'a>>) -> (&'a str, Option<Fence<'a>>) {
    let rest = without_gap(text);
    let at_line = text[..text.len() - rest.len()].contains('\n');
    let line = rest.lines().next().unwrap_or_default();
    match open.and_then(|fence| fence.ended_by(line)) {
        None => (rest, open),
        Some(End::Quote) => (rest, None),
        // The line that closed the piece stands for this one.
        Some(End::Mark) if at_line => (without_gap(&rest[line.len()..]), None),
        Some(End::Mark) => (rest, open),
    }
}

/// A text without the white space that a cut leaves before it, but with the indentation of its first line.
fn without_gap(text: &str) -> &str {
    let rest = text.trim_start();
    let gap = &text[..text.len() - rest.len()];
    gap.rfind('\n').map_or(rest, |at| &text[at + 1..])
}

/// A line of a text, and what stands open behind it.
struct Line<'a> {
    start: usize,
    end: usize,
    /// Whether its end was seen.
    is_complete: bool,
    opens: bool,
    closes: bool,
    open: Option<Fence<'a>>,
}

fn lines<'a>(text: &'a str, mut open: Option<Fence<'a>>) -> Vec<Line<'a>> {
    let mut start = 0;
    let line = |whole: &'a str| {
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let (from, before) = (start, open);
        let ended = before.and_then(|fence| fence.ended_by(line));
        start += whole.len();
        open = Fence::after(before, line);
        Line {
            start: from,
            end: from + line.len(),
            is_complete: line.len() < whole.len(),
            opens: open.is_some() && (before.is_none() || ended.is_some()),
            closes: ended == Some(End::Mark),
            open,
        }
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Before empty lines that stand in no block of code, and before and behind such blocks.
fn paragraph_ends(text: &str, open: Option<Fence>) -> Vec<usize> {
    let lines = lines(text, open);
    let is_empty = |line: &Line| line.is_complete && text[line.start..line.end].trim().is_empty();
    let ends = |(at, line): &(usize, &Line)| {
        let next = lines.get(at + 1);
        line.is_complete
            && line.open.is_none()
            && (line.closes || next.is_some_and(|next| next.opens || is_empty(next)))
    };
    lines.iter().enumerate().filter(ends).map(|(_, line)| line.end).collect()
}

fn line_ends(text: &str, open: Option<Fence>) -> Vec<usize> {
    lines(text, open).iter().filter(|line| line.is_complete).map(|line| line.end).collect()
}

fn sentence_ends(text: &str, _open: Option<Fence>) -> Vec<usize> {
    sentences::ends(text)
}

fn word_ends(text: &str, _open: Option<Fence>) -> Vec<usize> {
    text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at).collect()
}

fn grapheme_ends(text: &str, _open: Option<Fence>) -> Vec<usize> {
    text.grapheme_indices(true).map(|(at, _)| at).collect()
}

/// For a single grapheme that is longer than a piece.
fn character_ends(text: &str, _open: Option<Fence>) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests;
