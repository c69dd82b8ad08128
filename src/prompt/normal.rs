//! The normal form of a prompt: prompts with one normal form count as the same prompt asked again.
//!
//! Outside code, letters become lower-case and white space one space; at the ends it goes. Words, negation, numbers and
//! punctuation stay (`C++` is not `C`), and code – between equal runs of backticks, or after three or more that are
//! never closed – stays byte for byte.

/// The normal form of `text`. Taking it twice changes nothing more.
pub fn normal_form(text: &str) -> String {
    String::from_utf8(normal_bytes(text)).expect("whole letters were put together")
}

/// The bytes of the normal form of `text`.
pub(super) fn normal_bytes(text: &str) -> Vec<u8> {
    let mut form = Form { text: Vec::with_capacity(text.len()), gap: false };
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        form.push_prose(&rest[..start]);
        let (code, len) = code_at(&rest[start..]);
        if code {
            form.push_code(&rest[start..start + len]);
        } else {
            form.push_prose(&rest[start..start + len]);
        }
        rest = &rest[start + len..];
    }
    form.push_prose(rest);
    form.text
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

/// The normal form so far.
struct Form {
    text: Vec<u8>,
    /// White space has been seen behind it; it becomes one space if anything follows.
    gap: bool,
}

impl Form {
    /// Adds prose, in lower case and with single spaces.
    fn push_prose(&mut self, prose: &str) {
        if prose.is_ascii() {
            prose.bytes().for_each(|byte| self.push_ascii(byte));
        } else {
            prose.chars().for_each(|letter| self.push_letter(letter));
        }
    }

    fn push_ascii(&mut self, byte: u8) {
        // As `char::is_whitespace` has it.
        if matches!(byte, b' ' | b'\t'..=b'\r') {
            self.gap = true;
        } else {
            self.close_gap();
            self.text.push(byte.to_ascii_lowercase());
        }
    }

    fn push_letter(&mut self, letter: char) {
        if letter.is_whitespace() {
            self.gap = true;
        } else {
            self.close_gap();
            letter.to_lowercase().for_each(|small| self.text.extend(small.encode_utf8(&mut [0; 4]).bytes()));
        }
    }

    /// Adds code as it is.
    fn push_code(&mut self, code: &str) {
        self.close_gap();
        self.text.extend_from_slice(code.as_bytes());
    }

    fn close_gap(&mut self) {
        if std::mem::take(&mut self.gap) && !self.text.is_empty() {
            self.text.push(b' ');
        }
    }
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
    fn plain_text_is_read_as_any_other() {
        let plain: String = (0..128).map(char::from).collect();
        assert_eq!(normal_form(&plain) + " é", normal_form(&(plain + " É")));
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
