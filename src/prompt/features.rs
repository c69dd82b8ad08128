//! The features of the query-type model: hashed words and pairs of words, how the text begins and ends, how long it is.
//!
//! Each feature is a bucket number; a text either has it or not. The classifier and the program that trains it share
//! this file, so the two cannot drift apart.

use super::words::{self, Kind, Token};

/// The number of buckets that features are hashed into.
pub const BUCKETS: usize = 1 << BITS;

const BITS: u32 = 14;

/// Runs of three bytes are features within the first so many bytes: they know mashed keys and unknown short words.
const START: usize = 64;

/// Hands each bucket that `text` falls into to `sink`, once.
pub fn each(text: &str, mut sink: impl FnMut(usize)) {
    let text = words::head(text);
    let mut features = Features::new(text, &mut sink);
    words::each(text, |token| features.push(token, &mut sink));
    features.finish(&mut sink);
}

/// Turns tokens into buckets, one after another.
pub(super) struct Features {
    seen: [u64; BUCKETS / 64],
    tokens: u32,
    last: u32,
    words: u32,
    letters: u32,
    kinds: u32,
}

/// Keeps one sort of feature from colliding with another by design.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Sort {
    One = 0x9e37_79b1,
    Pair = 0x85eb_ca6b,
    First = 0xc2b2_ae35,
    Last = 0x27d4_eb2f,
    Length = 0x1656_67b1,
    WordLength = 0x2545_f491,
    Three = 0x1b87_3593,
    Kinds = 0xcc9e_2d51,
    Consonants = 0xe654_6b64,
}

impl Features {
    pub(super) fn new(text: &str, sink: &mut impl FnMut(usize)) -> Self {
        let mut features = Self { seen: [0; BUCKETS / 64], tokens: 0, last: 0, words: 0, letters: 0, kinds: 0 };
        let start = &text.as_bytes()[..text.len().min(START)];
        for three in start.windows(3) {
            let value = three.iter().fold(0, |value, byte| value << 8 | u32::from(byte.to_ascii_lowercase()));
            features.emit(Sort::Three, value, sink);
        }
        features.emit(Sort::Consonants, longest_run_of_consonants(start).min(7), sink);
        features
    }

    /// Takes the next token of the text.
    pub(super) fn push(&mut self, token: Token, sink: &mut impl FnMut(usize)) {
        let pair = self.last.rotate_left(7).wrapping_mul(5).wrapping_add(token.hash);
        self.emit(Sort::One, token.hash, sink);
        self.emit(if self.tokens == 0 { Sort::First } else { Sort::Pair }, pair, sink);
        self.kinds |= 1 << token.kind as u32;
        if token.kind == Kind::Word {
            self.words += 1;
            self.letters += token.len;
        }
        self.tokens += 1;
        self.last = token.hash;
    }

    /// Takes what is known only at the end.
    pub(super) fn finish(&mut self, sink: &mut impl FnMut(usize)) {
        self.emit(Sort::Last, self.last, sink);
        self.emit(Sort::Length, size_class(self.tokens), sink);
        self.emit(Sort::Kinds, self.kinds << 8 | size_class(self.tokens.min(8)), sink);
        let mean = self.letters.checked_div(self.words).unwrap_or(0);
        self.emit(Sort::WordLength, mean.min(12), sink);
    }

    fn emit(&mut self, sort: Sort, value: u32, sink: &mut impl FnMut(usize)) {
        let bucket = bucket(sort, value);
        let (place, bit) = (bucket / 64, 1 << (bucket % 64));
        if self.seen[place] & bit == 0 {
            self.seen[place] |= bit;
            sink(bucket);
        }
    }
}

/// Multiplicative hashing: the high bits of a product with a large odd number are well mixed.
fn bucket(sort: Sort, value: u32) -> usize {
    let mixed = (value ^ (value >> 15)).wrapping_add(sort as u32).wrapping_mul(0x2c1b_3c6d);
    let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0x297a_2d39);
    (mixed >> (32 - BITS)) as usize
}

fn longest_run_of_consonants(text: &[u8]) -> u32 {
    let runs = text.split(|byte| !byte.is_ascii_alphabetic() || b"aeiouyAEIOUY".contains(byte));
    runs.map(|run| run.len() as u32).max().unwrap_or(0)
}

/// Two classes an octave: 0, 1, 2, 3, 4–5, 6–7, 8–11 …
fn size_class(tokens: u32) -> u32 {
    match tokens {
        0 | 1 => tokens,
        _ => 2 * tokens.ilog2() + ((tokens >> (tokens.ilog2() - 1)) & 1),
    }
}
