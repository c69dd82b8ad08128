//! The first characters of a prompt on one line, for lists in which a person looks for their own question.

use std::iter::once;

use unicode_segmentation::UnicodeSegmentation;

/// How many characters (grapheme clusters) a preview has at most, the "…" of a cut one aside.
const LENGTH: usize = 80;

/// A character may be built of very many code points (piled-up accents); the whole preview gets at most this many.
const CODE_POINTS: usize = 5 * LENGTH;

/// The first 80 characters of `text`: white space collapsed to single spaces, control characters and marks that
/// change the direction of what follows removed, "…" at the end if something was cut off.
pub fn preview(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| word.chars().any(is_shown));
    let spaced = words.flat_map(|word| once(' ').chain(word.chars().filter(|&letter| is_shown(letter))));
    let line: String = spaced.skip(1).take(CODE_POINTS + 1).collect();

    let too_many = line.grapheme_indices(true).nth(LENGTH).map(|(at, _)| at);
    let too_long = line.char_indices().nth(CODE_POINTS).map(|(at, _)| at);
    match too_many.or(too_long) {
        Some(end) => line[..end].trim_end().to_owned() + "…",
        None => line,
    }
}

fn is_shown(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !letter.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_prompt_is_shown_whole_on_one_line() {
        assert_eq!(preview("  What is\n\n\tRust? "), "What is Rust?");
        assert_eq!(preview(" \n"), "");
        assert_eq!(preview(&"a".repeat(80)), "a".repeat(80));
    }

    #[test]
    fn a_long_prompt_is_cut_between_characters_as_people_count_them() {
        assert_eq!(preview(&"a".repeat(100_000)), "a".repeat(80) + "…");
        assert_eq!(preview(&"👍🏽".repeat(81)), "👍🏽".repeat(80) + "…");
        assert_eq!(preview(&("a".repeat(79) + " bc")), "a".repeat(79) + "…");
    }

    #[test]
    fn control_characters_go_and_words_of_nothing_else_leave_no_gap() {
        assert_eq!(preview("a\u{1b}[31mb \u{7} c\u{202e}d\u{0}"), "a[31mb cd");
        assert_eq!(preview("שלום עולם"), "שלום עולם");
    }

    #[test]
    fn one_character_of_endless_accents_is_cut_too() {
        let shown = preview(&("a".to_owned() + &"\u{301}".repeat(100_000)));
        assert_eq!(shown.chars().count(), CODE_POINTS + 1);
        assert!(shown.ends_with('…'));
    }

    proptest! {
        #[test]
        fn a_preview_is_one_short_clean_line(text in "(.|\\s){0,200}") {
            let shown = preview(&text);
            prop_assert!(shown.graphemes(true).count() <= LENGTH + 1);
            prop_assert!(!shown.contains("  ") && shown.trim() == shown);
            prop_assert!(shown.chars().all(is_shown));
        }
    }
}
