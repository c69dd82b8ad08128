//! The normal form of a prompt: prompts with one normal form count as the same prompt asked again.
//!
//! Outside code, letters become lower-case and white space one space; at the ends it goes. Words, negation, numbers and
//! punctuation stay (`C++` is not `C`), and code – between equal runs of backticks, or after three or more that are
//! never closed – stays byte for byte.

/// The normal form of `text`. Taking it twice changes nothing more.
pub fn normal_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    each_piece(text, |piece| form.push_str(piece));
    form
}

/// Hands the normal form of `text` to `sink`, piece by piece: mostly slices of `text` itself.
pub(super) fn each_piece(text: &str, mut sink: impl FnMut(&str)) {
    let mut prose = Prose::default();
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        prose.push(&rest[..start], &mut sink);
        let (code, len) = code_at(&rest[start..]);
        if code {
            prose.verbatim(&rest[start..start + len], &mut sink);
        } else {
            prose.push(&rest[start..start + len], &mut sink);
        }
        rest = &rest[start + len..];
    }
    prose.push(rest, &mut sink);
}

/// Whether the run of backticks at the start of `text` opens code, and how many bytes it and its code take up.
fn code_at(text: &str) -> (bool, usize) {
    let fence = ticks(text);
    let mut at = fence;
    while let Some(next) = text[at..].find('`') {
        let run = ticks(&text[at + next..]);
        at += next + run;
        if run == fence {
            return (true, at);
        }
    }
    if fence >= 3 { (true, text.len()) } else { (false, fence) }
}

fn ticks(text: &str) -> usize {
    text.bytes().take_while(|&byte| byte == b'`').count()
}

/// Where we are in the text that is not code.
#[derive(Default)]
struct Prose {
    /// Something has been handed on already.
    begun: bool,
    /// White space has been seen since; it becomes one space if anything follows.
    gap: bool,
}

impl Prose {
    /// Hands on prose, in lower case and with single spaces.
    fn push(&mut self, text: &str, sink: &mut impl FnMut(&str)) {
        let mut words = text.split(char::is_whitespace).peekable();
        while let Some(word) = words.next() {
            if !word.is_empty() {
                self.open(sink);
                lower(word, sink);
            }
            self.gap |= words.peek().is_some();
        }
    }

    /// Hands on code as it is.
    fn verbatim(&mut self, code: &str, sink: &mut impl FnMut(&str)) {
        self.open(sink);
        sink(code);
    }

    fn open(&mut self, sink: &mut impl FnMut(&str)) {
        if self.gap && self.begun {
            sink(" ");
        }
        (self.begun, self.gap) = (true, false);
    }
}

/// Hands on a word in lower case: its unchanged stretches as slices, the rest letter by letter.
fn lower(word: &str, sink: &mut impl FnMut(&str)) {
    let mut from = 0;
    for (at, letter) in word.char_indices().filter(|&(_, letter)| changes(letter)) {
        sink(&word[from..at]);
        for small in letter.to_lowercase() {
            sink(small.encode_utf8(&mut [0; 4]));
        }
        from = at + letter.len_utf8();
    }
    sink(&word[from..]);
}

fn changes(letter: char) -> bool {
    if letter.is_ascii() { letter.is_ascii_uppercase() } else { letter.to_lowercase().ne([letter]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_and_white_space_do_not_count() {
        assert_eq!(normal_form("  What is\n\n\tRust? \u{a0}"), "what is rust?");
        assert_eq!(normal_form("ÉCOLE ПРИВЕТ"), "école привет");
        assert_eq!(normal_form(" \n "), "");
    }

    #[test]
    fn negation_numbers_and_punctuation_count() {
        let different = ["how to do it", "how not to do it", "how to do it?", "how to do it 2", "c", "c++", "c#"];
        for (at, one) in different.iter().enumerate() {
            for other in &different[at + 1..] {
                assert_ne!(normal_form(one), normal_form(other));
            }
        }
    }

    #[test]
    fn code_stays_as_it_is() {
        assert_eq!(normal_form("Why  is `Foo  BAR` RED ?"), "why is `Foo  BAR` red ?");
        assert_eq!(normal_form("Fix\n```rust\nlet  A = 1;\n```\nNow"), "fix ```rust\nlet  A = 1;\n``` now");
        assert_eq!(normal_form("``A ` B`` C"), "``A ` B`` c");
        assert_eq!(normal_form("Never closed:\n```\nLet  A"), "never closed: ```\nLet  A");
        assert_eq!(normal_form("A ` IS  No code"), "a ` is no code");
    }

    #[test]
    fn odd_text_is_taken_as_it_comes() {
        assert_eq!(normal_form("🎉🎉 👩‍👩‍👧"), "🎉🎉 👩‍👩‍👧");
        assert_eq!(normal_form("שלום  עולם"), "שלום עולם");
        assert_eq!(normal_form("a\u{0}b\u{7}"), "a\u{0}b\u{7}");
        assert_eq!(normal_form(&"A".repeat(100_000)), "a".repeat(100_000));
    }

    #[test]
    fn many_unclosed_runs_of_backticks_stay_cheap() {
        let hostile: String = (1..400).map(|run| "`".repeat(run) + " ").collect();
        assert_eq!(normal_form(&hostile), normal_form(&normal_form(&hostile)));
    }

    proptest! {
        #[test]
        fn taking_it_twice_changes_nothing(text in "([aA`\u{130}\u{3a3} \n.]|\\PC){0,40}") {
            let once = normal_form(&text);
            prop_assert_eq!(&normal_form(&once), &once);
        }
    }
}
