//! What an answer looks like, while it is being written and when it is done: its text, harmless and cut into messages. Pure.

use serenity::all::UserId;

use super::buttons;
use super::outlet::Draft;
use crate::view;

/// The most messages of one answer. What is longer comes as a file.
pub const MOST: usize = 3;

/// Room for text in a message, in UTF-16 units. Making it harmless may make it a quarter longer, and something stands below
/// it.
const ROOM: usize = 1_500;

/// Stands behind what is written so far.
const CURSOR: &str = " ▌";

/// The file that holds an answer too long for chat.
const FILE: &str = "answer.md";

/// The answer so far, with a button that stops it.
pub fn under_way(text: &str, asker: UserId) -> Vec<Draft> {
    let mut drafts = pieces(text);
    drafts.truncate(MOST);
    if let Some(last) = drafts.last_mut() {
        // What is open must be closed, or the mark would be read as code.
        last.text = closed(&last.text) + CURSOR;
        last.buttons = buttons::stop(asker);
    }
    drafts
}

/// The whole answer, with small lines below it. Without any text the first of them stands for it, at full size.
pub fn done(text: &str, below: &[String]) -> Vec<Draft> {
    let mut drafts = pieces(text);
    if drafts.len() > MOST {
        drafts.truncate(MOST);
        if let Some(last) = drafts.last_mut() {
            last.text = format!("{}\n-# … the whole answer is in {FILE}", closed(&last.text));
            last.files.push((FILE.to_owned(), text.as_bytes().to_vec()));
        }
    }
    let below = match (drafts.is_empty(), below.split_first()) {
        (true, Some((first, rest))) => {
            drafts.push(Draft { text: first.clone(), ..Draft::default() });
            rest
        }
        _ => below,
    };
    if let Some(last) = drafts.last_mut() {
        below.iter().for_each(|line| last.text.push_str(&format!("\n-# {line}")));
    }
    drafts
}

/// The text in messages. Discord reads each by itself, so each is made harmless by itself.
fn pieces(text: &str) -> Vec<Draft> {
    let pieces = view::split::split(text.trim(), ROOM);
    pieces.iter().map(|piece| Draft { text: view::defuse::defuse(piece).into_owned(), ..Draft::default() }).collect()
}

/// A piece of markdown whose last code block is closed.
fn closed(piece: &str) -> String {
    let fences = piece.lines().filter(|line| line.trim_start().starts_with("```")).count();
    if fences % 2 == 0 { piece.to_owned() } else { format!("{piece}\n```") }
}
