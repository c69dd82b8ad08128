//! What an answer looks like, while it is being written and when it is done: its text, harmless and cut into messages. Pure.

use serenity::all::UserId;

use super::buttons;
use super::outlet::{Draft, Files};
use crate::view;

/// The most messages of one answer. What is longer comes as a file.
pub const MOST: usize = 3;

/// Room for text in a message, in UTF-16 units. Making it harmless may make it a quarter longer, and something stands below
/// it.
const ROOM: usize = 1_500;

/// Stands behind what is written so far.
pub const CURSOR: &str = " ▌";

/// The file that holds an answer too long for chat.
const FILE: &str = "answer.md";

/// The answer so far, with a button that stops it.
pub fn under_way(text: &str, asker: UserId) -> Vec<Draft> {
    let mut drafts = pieces(text);
    drafts.truncate(MOST);
    if let Some(last) = drafts.last_mut() {
        last.text.push_str(CURSOR);
        last.buttons = buttons::stop(asker);
    }
    drafts
}

/// The whole answer, with small lines below it. Without any text the first of them stands for it, at full size.
pub fn done(text: &str, below: &[String], files: Files) -> Vec<Draft> {
    let mut drafts = pieces(text);
    if drafts.len() > MOST {
        drafts.truncate(MOST);
        if let Some(last) = drafts.last_mut() {
            hand_over_rest(last, text, files);
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

/// Attaches the whole text to the last message, or says why the rest is missing.
fn hand_over_rest(last: &mut Draft, text: &str, files: Files) {
    match files {
        Files::Taken => {
            last.text.push_str(&format!("\n-# … the whole answer is in {FILE}"));
            last.files.push(view::File::new(FILE, text));
        }
        Files::Refused => last.text.push_str("\n-# … the rest is too long: I lack Attach Files here"),
    }
}

/// The text in messages. Discord reads each by itself, so in each what is open is closed, and it is made harmless by itself.
fn pieces(text: &str) -> Vec<Draft> {
    let draft = |piece: &String| {
        let text = view::defuse::defuse(&view::split::closed(piece)).into_owned();
        Draft { text, ..Draft::default() }
    };
    view::split::split(text.trim(), ROOM).iter().map(draft).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Discord takes, in UTF-16 units.
    const LIMIT: usize = 2_000;

    #[test]
    fn what_is_open_is_closed_before_the_small_lines() {
        let drafts = done("Look:\n```rust\nlet x = 1;", &["Haiku · 1s".to_owned()], Files::Taken);
        assert_eq!(drafts[0].text, "Look:\n```rust\nlet x = 1;\n```\n-# Haiku · 1s");
        let drafts = under_way("Look:\n```rust\nlet x", UserId::new(7));
        assert_eq!(drafts[0].text, "Look:\n```rust\nlet x\n``` ▌");
        assert_eq!(
            done("", &["No answer.".to_owned(), "Haiku".to_owned()], Files::Taken)[0].text,
            "No answer.\n-# Haiku"
        );
    }

    /// Text of which much is changed on its way.
    fn hostile() -> impl Strategy<Value = String> {
        let signs = ["[a](https://b.c)", "discord.gg/x ", "-# ", "\n", "```", "`", "word ", "😀", "<@1>", "# ", "]("];
        prop::collection::vec(prop::sample::select(signs.to_vec()), 0..1_500).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn every_message_is_one_that_discord_takes(text in hostile()) {
            let below = ["A line of a usual length stands below it. ".repeat(3)];
            let done = |files| done(&text, &below, files);
            for drafts in [under_way(&text, UserId::new(7)), done(Files::Taken), done(Files::Refused)] {
                prop_assert!(drafts.len() <= MOST);
                for draft in drafts {
                    prop_assert!(view::split::units(&draft.text) <= LIMIT, "{}", view::split::units(&draft.text));
                }
            }
        }
    }
}
