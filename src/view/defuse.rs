//! A model's markdown made harmless for a chat: links show where they lead, invites make no cards, nothing looks like our
//! own footer or can be clicked like a command. Code stays as it is. Pings are not its business: messages are sent so
//! that they ping nobody.
//!
//! Discord reads every message by itself, and takes a block of code that nothing closes for text. So this is for a piece
//! as it is sent (`split`, then `closed`, then this), rather than for an answer that is cut afterwards.

mod code;
mod link;

use std::borrow::Cow;
use std::ops::Range;

use link::masked_link;

/// Starts of addresses that Discord makes cards of, each with a dot that can be broken.
const INVITES: [&str; 4] = ["discord.gg/", "dsc.gg/", "discord.com/invite/", "discordapp.com/invite/"];
/// Breaks an address, and is not seen.
const BREAK: &str = "\u{200b}";

/// The text, harmless. What is harmless already stays as it is.
pub fn defuse(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    loop {
        // A link that is taken apart brings together what stood around it, so the text is read until nothing is found.
        // Every round that is not the last takes a bracket or protects a sign; there are only so many.
        let edits = edits(&text);
        if edits.is_empty() {
            return text;
        }
        text = Cow::Owned(edited(&text, &edits));
    }
}

/// Where the host of an invite that starts here is to be broken: behind its first dot.
pub(super) fn invite(text: &str, at: usize) -> Option<usize> {
    // They all start with this letter, and most places do not.
    if !matches!(text.as_bytes().get(at), Some(b'd' | b'D')) {
        return None;
    }
    let starts = |invite: &&&str| text.get(at..at + invite.len()).is_some_and(|part| part.eq_ignore_ascii_case(invite));
    let invite = INVITES.iter().find(starts)?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let dot = invite.find('.')?;
    (!text[..at].ends_with(is_word)).then_some(at + dot + 1)
}

/// A stretch of the text, and what takes its place.
struct Edit {
    place: Range<usize>,
    with: String,
}

impl Edit {
    fn insert(at: usize, with: &str) -> Self {
        Self { place: at..at, with: with.to_owned() }
    }
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edited = String::with_capacity(text.len() + edits.len());
    let mut at = 0;
    for edit in edits {
        edited.push_str(&text[at..edit.place.start]);
        edited.push_str(&edit.with);
        at = edit.place.end;
    }
    edited + &text[at..]
}

/// What has to be done to a text, in order.
fn edits(text: &str) -> Vec<Edit> {
    let mut code = code::spans(text).into_iter().peekable();
    let mut edits = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        while code.next_if(|span| span.start < at).is_some() {}
        if let Some(span) = code.next_if(|span| span.start == at) {
            at = span.end;
            continue;
        }
        let edit = edit(text, at);
        let end = edit.as_ref().map_or(0, |edit| edit.place.end);
        let protects = c == '\\' && text[at + 1..].starts_with(|c: char| !c.is_alphanumeric() && !c.is_whitespace());
        at =
            if protects { at + 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8) } else { at + c.len_utf8() };
        at = at.max(end);
        edits.extend(edit);
    }
    edits
}

/// What has to be done to what starts at a place.
fn edit(text: &str, at: usize) -> Option<Edit> {
    let rest = &text[at..];
    match rest.chars().next()? {
        '[' => masked_link(rest).map(|link| Edit { place: at..at + link.length, with: link.unmasked() }),
        '!' if !text[..at].ends_with(char::is_alphanumeric) => {
            let link = masked_link(&rest[1..])?;
            Some(Edit { place: at..at + 1 + link.length, with: link.unmasked() })
        }
        '<' if is_clickable(rest) => Some(Edit::insert(at, "\\")),
        '-' if is_footer(text, at) => Some(Edit::insert(at, "\\")),
        _ => invite(text, at).map(|dot| Edit::insert(dot, BREAK)),
    }
}

/// `</command:1>` and `<id:browse>`.
fn is_clickable(text: &str) -> bool {
    let Some(inside) = text[1..].split(['>', '\n']).next().filter(|inside| text[1 + inside.len()..].starts_with('>'))
    else {
        return false;
    };
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|digit| digit.is_ascii_digit());
    let is_command = inside.starts_with('/') && inside.rsplit_once(':').is_some_and(|(_, id)| is_id(id));
    is_command || inside.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("id:"))
}

/// Whether small text starts here: at the start of a line, or behind signs that start something else there.
fn is_footer(text: &str, at: usize) -> bool {
    let is_small = text[at..].strip_prefix("-#").is_some_and(|behind| behind.starts_with(char::is_whitespace));
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    is_small && line.chars().all(|c| c.is_ascii_digit() || " \t>*_~|+-#.".contains(c))
}

#[cfg(test)]
mod tests;
