//! The prompts of a slot that had been asked before, and how often they were.

use std::collections::BTreeMap;

use super::Part;
use crate::model::{CallId, PromptHash, varint};

/// How often prompts were asked again. Where there are many, only those asked most often are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Repeated(BTreeMap<PromptHash, Again>);

/// How often a prompt was asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Again {
    /// So often.
    pub times: u64,
    /// The last call that did.
    pub last: CallId,
}

/// How many prompts are stored of a slot.
const STORED: usize = 64;

impl Repeated {
    /// Counts a call whose prompt had been asked before.
    pub fn add(&mut self, prompt: PromptHash, again: Again) {
        let counted = self.0.entry(prompt).or_insert(Again { times: 0, ..again });
        counted.times = counted.times.saturating_add(again.times);
        counted.last = counted.last.max(again.last);
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(prompt, again)| self.add(*prompt, *again));
    }

    /// Takes a call out of the count.
    pub fn take_out(&mut self, prompt: PromptHash) {
        if let Some(again) = self.0.get_mut(&prompt) {
            again.times -= 1;
            if again.times == 0 {
                self.0.remove(&prompt);
            }
        }
    }

    /// Those asked again most often, as many as wanted.
    pub fn most(&self, n: usize) -> Vec<(PromptHash, Again)> {
        let mut all: Vec<_> = self.0.iter().map(|(prompt, again)| (*prompt, *again)).collect();
        all.sort_by_key(|(prompt, again)| (std::cmp::Reverse(again.times), *prompt));
        all.truncate(n);
        all
    }
}

impl Part for Repeated {
    const TABLE: &'static str = "slot_repeated";

    // Whose a prompt is, is known as long as its row is there. It must not outlive the row by a week.
    const IS_SEALED: bool = false;

    fn add_bytes(&mut self, mut bytes: &[u8]) -> Option<()> {
        while let Some((prompt, rest)) = bytes.split_first_chunk() {
            bytes = rest;
            let (times, last) = (varint::take(&mut bytes)?, CallId(varint::take_signed(&mut bytes)?));
            self.add(PromptHash(u64::from_le_bytes(*prompt)), Again { times, last });
        }
        bytes.is_empty().then_some(())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (PromptHash(prompt), Again { times, last }) in self.most(STORED) {
            bytes.extend_from_slice(&prompt.to_le_bytes());
            varint::push(&mut bytes, times);
            varint::push_signed(&mut bytes, last.0);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_come_back_and_can_be_taken_out() {
        let mut repeated = Repeated::default();
        for (prompt, id) in [(7, 1), (9, 2), (7, 3), (7, 2)] {
            repeated.add(PromptHash(prompt), Again { times: 1, last: CallId(id) });
        }
        let mut read = Repeated::default();
        read.add_bytes(&repeated.to_bytes()).unwrap();
        assert_eq!(read, repeated);
        assert_eq!(read.most(1), [(PromptHash(7), Again { times: 3, last: CallId(3) })]);
        read.take_out(PromptHash(9));
        read.take_out(PromptHash(8));
        assert_eq!(read.most(9).len(), 1);
        assert_eq!(read.add_bytes(&[1, 2, 3]), None);
    }

    #[test]
    fn of_many_the_most_frequent_are_stored() {
        let mut repeated = Repeated::default();
        for n in 0..1_000u64 {
            repeated.add(PromptHash(n), Again { times: 1 + n % 100, last: CallId(0) });
        }
        let mut read = Repeated::default();
        read.add_bytes(&repeated.to_bytes()).unwrap();
        assert_eq!(read.0.len(), STORED);
        assert_eq!(read.most(10), repeated.most(10));
    }
}
