//! How many tokens a text has: counted by one vendor's vocabulary, or guessed from its characters. Both are estimates
//! for every other vendor; what the provider reports is always better.

use tiktoken_rs::o200k_base_singleton;

/// A text is counted in chunks of at most this many bytes: the work then grows with the length of the text, whatever
/// it is made of.
const CHUNK: usize = 2_048;

/// The number of tokens of `text` by the o200k vocabulary.
///
/// The first use loads the vocabulary, which takes about a quarter of a second and 50 MB: call it where blocking is
/// allowed. A text over 2 KiB is cut at white space where it has some; where it has none, each cut may add a token.
pub fn count(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    let vocabulary = o200k_base_singleton();
    chunks(text).map(|chunk| vocabulary.count_ordinary(chunk) as u64).sum()
}

/// A guess at the number of tokens of `text`, without any table: a quarter of a token for each ASCII character, a half
/// for other alphabets, one for the remaining characters up to U+FFFF and two beyond (emoji). Never zero for a text
/// that is not empty; for ordinary text within a factor of two of [`count`].
pub fn rough(text: &str) -> u64 {
    let quarters = text.chars().map(|letter| match letter.len_utf8() {
        1 => 1,
        2 => 2,
        3 => 4,
        _ => 8,
    });
    quarters.sum::<u64>().div_ceil(4)
}

/// Cuts `text` into chunks of at most [`CHUNK`] bytes, before white space where there is some in a chunk's second half.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (chunk, after) = rest.split_at(first_cut(rest));
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn first_cut(text: &str) -> usize {
    if text.len() <= CHUNK {
        return text.len();
    }
    let end = text.floor_char_boundary(CHUNK);
    // A word's token includes the space before it, so the cut goes before the last white space that follows a word.
    let half = text.floor_char_boundary(CHUNK / 2);
    let gap = text[half..end].rfind(char::is_whitespace).map(|at| half + at);
    gap.map_or(end, |at| text[..at].trim_end().len()).max(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_texts_have_known_counts() {
        for (text, tokens) in [("", 0), ("hello world", 2), ("What is Python?", 4), ("tiktoken is great!", 6)] {
            assert_eq!(count(text), tokens, "{text:?}");
        }
    }

    #[test]
    fn chunks_of_prose_count_like_the_whole() {
        let prose = "The quick brown fox jumps over the lazy dog, and then it rests. ".repeat(500);
        assert_eq!(count(&prose), o200k_base_singleton().count_ordinary(&prose) as u64);
    }

    #[test]
    fn hostile_runs_are_counted_in_bounded_pieces() {
        for run in ["a", " ", "\n", "é", "🎉", "a\u{301}", "!", "=", "漢"] {
            let text = run.repeat(100_000);
            assert!(chunks(&text).all(|chunk| chunk.len() <= CHUNK));
            assert!((1..=text.len() as u64).contains(&count(&text)), "{run:?}");
        }
    }

    #[test]
    fn the_guess_is_within_a_factor_of_two() {
        let texts = [
            "What is the difference between a process and a thread?",
            "fn main() { println!(\"{}\", (1..=10).map(|x| x * x).sum::<u32>()); }",
            "Объясни, пожалуйста, как работает сборщик мусора.",
            "请解释一下垃圾回收是如何工作的。",
            "ما هي عاصمة فرنسا؟",
            "🎉🎉🎉 great 🎉",
        ];
        for text in texts {
            let (counted, guessed) = (count(text), rough(text));
            assert!(guessed <= 2 * counted && counted <= 2 * guessed, "{text}: {guessed} for {counted}");
        }
    }

    proptest! {
        #[test]
        fn no_text_but_the_empty_one_has_no_tokens(text in "\\PC{0,40}") {
            prop_assert_eq!(rough(&text) == 0, text.is_empty());
        }

        #[test]
        fn chunks_add_up_to_the_text(text in "([a-z]{1,900}|[ \n]{1,900}|漢{1,900}){0,12}") {
            prop_assert_eq!(chunks(&text).collect::<String>(), text.clone());
            prop_assert!(chunks(&text).all(|chunk| !chunk.is_empty() && chunk.len() <= CHUNK));
        }
    }
}
