//! Cuts a prompt into tokens – words, numbers, symbols – and hashes each one. No token is ever a string: the classifier
//! and the complexity formula read the hashes, in one pass and without allocating.

/// How many characters of a prompt are looked at: enough to see what it is, few enough to bound the work.
pub const LOOKED_AT: usize = 2_000;

/// How many tokens are looked at. 2,000 characters of prose or code have fewer; only Chinese and its like, where each
/// character is a token, and texts made to be slow have more.
pub const TOKENS: usize = 1_000;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters; the hash is that of the lower-case word.
    Word,
    /// One character of a script that is written without spaces, such as Chinese, or one Korean syllable.
    Ideograph,
    /// A run of digits; the hash tells how many, not which.
    Number,
    /// A run of ASCII punctuation, at most four characters long.
    Symbol,
    /// Any other sign: an emoji, an arrow, a mathematical operator. The hash is that of its block.
    Sign,
}

/// One token of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is made of.
    pub kind: Kind,
    /// The hash of its text, see [`Kind`].
    pub hash: u32,
    /// Its length in bytes.
    pub len: u32,
    /// Whether it is the first token of a line.
    pub starts_line: bool,
}

/// The part of `text` that is looked at: its first [`LOOKED_AT`] characters.
pub fn head(text: &str) -> &str {
    if text.len() <= LOOKED_AT {
        return text;
    }
    let mut rest = text.chars();
    rest.nth(LOOKED_AT - 1);
    &text[..text.len() - rest.as_str().len()]
}

/// The hash of a lower-case word: FNV-1a over its bytes.
pub const fn hash_word(word: &str) -> u32 {
    let bytes = word.as_bytes();
    let mut hash = SEED;
    let mut at = 0;
    while at < bytes.len() {
        hash = step(hash, bytes[at] as u32);
        at += 1;
    }
    hash
}

/// Hands the first [`TOKENS`] tokens of `text` to `sink`, in order.
pub fn each(text: &str, mut sink: impl FnMut(Token)) {
    let bytes = text.as_bytes();
    let (mut at, mut starts_line, mut left) = (0, true, TOKENS);
    while at < bytes.len() && left > 0 {
        let byte = bytes[at];
        if byte.is_ascii_whitespace() || byte.is_ascii_control() {
            starts_line |= byte == b'\n';
            at += 1;
            continue;
        }
        let (kind, hash, end) = match byte {
            b'0'..=b'9' => number(bytes, at),
            b'a'..=b'z' | b'A'..=b'Z' => word(bytes, at),
            0..0x80 => symbol(bytes, at),
            _ => foreign(bytes, at),
        };
        sink(Token { kind, hash, len: (end - at) as u32, starts_line });
        (at, starts_line, left) = (end, false, left - 1);
    }
}

const SEED: u32 = 0x811c_9dc5;

const fn step(hash: u32, value: u32) -> u32 {
    (hash ^ value).wrapping_mul(0x0100_0193)
}

fn number(bytes: &[u8], start: usize) -> (Kind, u32, usize) {
    let len = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    (Kind::Number, step(step(SEED, 0x100), len.min(5) as u32), start + len)
}

fn symbol(bytes: &[u8], start: usize) -> (Kind, u32, usize) {
    let run = &bytes[start..bytes.len().min(start + 4)];
    let len = run.iter().take_while(|byte| byte.is_ascii_punctuation()).count();
    (Kind::Symbol, run[..len].iter().fold(SEED, |hash, &byte| step(hash, u32::from(byte))), start + len)
}

/// A word of ASCII letters, until something else than a letter of any alphabet comes.
fn word(bytes: &[u8], start: usize) -> (Kind, u32, usize) {
    let (mut at, mut hash) = (start, SEED);
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphabetic() {
            hash = step(hash, u32::from(byte | 0x20));
            at += 1;
        } else if byte >= 0x80
            && let (found, len) = decode(bytes, at)
            && let Some(letter) = letter(found)
        {
            hash = step(hash, letter);
            at += len;
        } else {
            break;
        }
    }
    (Kind::Word, hash, at)
}

/// A token that starts with a character outside ASCII.
fn foreign(bytes: &[u8], start: usize) -> (Kind, u32, usize) {
    let (found, len) = decode(bytes, start);
    match found {
        0x2e80..=0xd7ff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => (Kind::Ideograph, step(SEED, found), start + len),
        _ if letter(found).is_some() => word(bytes, start),
        _ => (Kind::Sign, step(SEED, 0x200 + (found >> 7)), start + len),
    }
}

/// The lower-case form of a letter of an alphabet (Latin to Georgian, Arabic and the scripts of India among them).
/// Only the alphabets with many writers have their capitals folded: this is for hashing, not for show.
fn letter(found: u32) -> Option<u32> {
    match found {
        0xc0..=0xde | 0x391..=0x3a9 | 0x410..=0x42f => Some(found + 0x20),
        0x400..=0x40f => Some(found + 0x50),
        0xdf..=0x2af | 0x370..=0x1fff => Some(found),
        _ => None,
    }
}

/// The code point of two to four bytes at `at`, and how many they are. By hand, because going through [`str`] again for
/// each character checks each time that it starts there, and doubles the time of Chinese text.
fn decode(bytes: &[u8], at: usize) -> (u32, usize) {
    let len = match bytes[at] {
        0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    let lead = u32::from(bytes[at]) & (0x7f >> len);
    let point = bytes[at + 1..at + len].iter().fold(lead, |point, byte| point << 6 | u32::from(byte & 0x3f));
    (point, len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<Token> {
        let mut found = Vec::new();
        each(text, |token| found.push(token));
        found
    }

    fn hashes(text: &str) -> Vec<u32> {
        tokens(text).iter().map(|token| token.hash).collect()
    }

    #[test]
    fn words_ignore_case_in_every_alphabet() {
        assert_eq!(hashes("What IS Straße"), hashes("what is straße"));
        assert_eq!(hashes("ПРИВЕТ Ёж ΣΟΦΟΣ École"), hashes("привет ёж σοφοσ école"));
        assert_eq!(hashes("must")[0], hash_word("must"));
    }

    #[test]
    fn kinds_and_lines_are_told_apart() {
        use Kind::*;
        let kinds: Vec<Kind> = tokens("it's 42 你好 🎉\n!!!").iter().map(|token| token.kind).collect();
        assert_eq!(kinds, [Word, Symbol, Word, Number, Ideograph, Ideograph, Sign, Symbol]);
        let starts: Vec<bool> = tokens("one two\n\n - three").iter().map(|token| token.starts_line).collect();
        assert_eq!(starts, [true, false, true, false]);
    }

    #[test]
    fn only_the_first_characters_are_looked_at() {
        assert_eq!(head(&"ä".repeat(LOOKED_AT + 1)), "ä".repeat(LOOKED_AT));
        assert_eq!(tokens(&"a.".repeat(LOOKED_AT)).len(), TOKENS);
        assert_eq!(head("short"), "short");
    }

    proptest! {
        #[test]
        fn decoding_by_hand_is_decoding(letter in proptest::char::range('\u{80}', '\u{10ffff}')) {
            let text = letter.to_string();
            prop_assert_eq!(decode(text.as_bytes(), 0), (u32::from(letter), letter.len_utf8()));
        }

        #[test]
        fn any_text_is_cut_without_loss(text in ".{0,200}") {
            let covered: u32 = tokens(&text).iter().map(|token| token.len).sum();
            prop_assert!(covered as usize <= text.len());
            let bare = text.chars().all(|c| c.is_ascii_whitespace() || c.is_ascii_control());
            prop_assert_eq!(bare, covered == 0);
        }
    }
}
