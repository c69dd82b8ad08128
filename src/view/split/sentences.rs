//! Where sentences end. Unicode says where they may; markdown, numbers of lists and abbreviations say where they do not.

use unicode_segmentation::UnicodeSegmentation;

/// Ends of sentences in scripts that put no space behind them.
const WIDE: [char; 5] = ['。', '！', '？', '｡', '．'];
/// Other ends of sentences.
const NARROW: [char; 9] = ['.', '!', '?', '؟', '۔', '।', '॥', '‼', '⁉'];
/// What may stand between the end of a sentence and the space behind it, as in `**Really.**`.
const CLOSERS: [char; 14] = ['*', '_', '~', '|', '`', ')', ']', '"', '\'', '»', '”', '’', '」', '』'];
/// Words with a full stop that seldom end a sentence.
const ABBREVIATIONS: [&str; 21] = [
    "al", "approx", "bspw", "bzw", "ca", "cf", "dr", "etc", "fig", "jr", "mr", "mrs", "ms", "nr", "prof", "sr", "st",
    "usw", "vgl", "vol", "vs",
];

/// The places behind sentences, in order. Where a text just stops, nobody knows whether a sentence has ended.
pub(super) fn ends(text: &str) -> Vec<usize> {
    let mut ends: Vec<usize> =
        text.split_sentence_bound_indices().filter_map(|(at, sentence)| end(text, at + sentence.len())).collect();
    ends.dedup();
    ends
}

/// The end of the sentence before a bound that Unicode sees.
fn end(text: &str, bound: usize) -> Option<usize> {
    let before = text[..bound].trim_end();
    let closers = if before.len() == bound { length_of_closers(&text[bound..]) } else { 0 };
    let end = before.len() + closers;
    let next = text[end..].chars().next()?;
    let sentence = text[..end].trim_end_matches(CLOSERS);
    let sign = sentence.chars().next_back()?;
    let ends = WIDE.contains(&sign) || (NARROW.contains(&sign) && next.is_whitespace());
    (ends && !is_within_sentence(sentence)).then_some(end)
}

fn length_of_closers(text: &str) -> usize {
    text.len() - text.trim_start_matches(CLOSERS).len()
}

/// Whether the full stop at the end of a text belongs to an ellipsis, to the number of an item or to an abbreviation.
fn is_within_sentence(text: &str) -> bool {
    let Some(stem) = text.strip_suffix('.') else { return false };
    let line = stem.rsplit('\n').next().unwrap_or_default();
    let word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_first = line.len() == word.len() || line[..line.len() - word.len()].trim().is_empty();
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    stem.ends_with('.') || (is_number && is_first) || is_abbreviation(word)
}

/// `e.g`, `z.B`, `U.S`, `Ph.D`, a single letter, or a word of the list.
fn is_abbreviation(word: &str) -> bool {
    let short = |part: &str| part.chars().all(char::is_alphabetic) && (1..=2).contains(&part.chars().count());
    let letters = |word: &str| word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    letters(word)
        || (word.contains('.') && word.split('.').all(short))
        || ABBREVIATIONS.contains(&&*word.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let mut start = 0;
        let mut found = Vec::new();
        for end in ends(text) {
            found.push(text[start..end].trim());
            start = end;
        }
        found
    }

    #[test]
    fn sentences_end_where_the_next_one_can_be_seen() {
        assert_eq!(sentences("One. Two! Three? Four."), ["One.", "Two!", "Three?"]);
        assert_eq!(sentences("**Yes.** And \"no.\" (Or so.) So"), ["**Yes.**", "And \"no.\"", "(Or so.)"]);
        assert_eq!(sentences("你好。世界！好"), ["你好。", "世界！"]);
        assert_eq!(sentences("ما هذا؟ نعم"), ["ما هذا؟"]);
        assert_eq!(sentences("One.\r\nTwo"), ["One."]);
    }

    #[test]
    fn not_every_full_stop_ends_a_sentence() {
        for text in [
            "1. First",
            "  12. First",
            "e.g. This",
            "(e.g. This",
            "z.B. Das",
            "The U.S. Army",
            "Dr. No",
            "J. Smith",
            "Well... I think",
            "Well… I think",
            "3.5 is",
            "Node.js Is",
            "main.rs",
            "No end yet.",
            "",
        ] {
            assert_eq!(sentences(text), [""; 0], "{text}");
        }
        assert_eq!(sentences("It was 2024. Then"), ["It was 2024."]);
    }
}
