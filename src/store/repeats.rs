//! When each prompt was last asked, for as many as a bounded memory holds. Decides how long ago a prompt was asked before.

use foldhash::HashMap;

use crate::model::{PromptHash, Timestamp};

/// A prompt within a scope; the number of the scope is the caller's.
pub(super) type Prompt = (PromptHash, i64);

/// The last times of the prompts seen last. When the younger half is full, the older half is forgotten.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    young: HashMap<Prompt, Timestamp>,
    old: HashMap<Prompt, Timestamp>,
}

/// How many prompts one half holds. Both together take about 3 MB.
pub(super) const HALF: usize = 32_768;

impl Repeats {
    /// Whole seconds since the prompt was last asked, if that is remembered, and remembers this time. A call older than
    /// the one remembered (an imported log) is no repeat of it and does not replace it.
    pub fn ask(&mut self, prompt: Prompt, at: Timestamp) -> Option<u32> {
        let last = self.young.get(&prompt).or_else(|| self.old.get(&prompt)).copied();
        if last.is_some_and(|last| last > at) {
            return None;
        }
        if self.young.len() >= HALF {
            std::mem::swap(&mut self.old, &mut self.young);
            self.young.clear();
        }
        self.young.insert(prompt, at);
        last.map(|last| u32::try_from(at.since(last).0 / 1_000_000).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(hash: u64) -> Prompt {
        (PromptHash(hash), 1)
    }

    #[test]
    fn counts_whole_seconds_within_one_scope() {
        let mut repeats = Repeats::default();
        assert_eq!(repeats.ask(prompt(7), Timestamp(0)), None);
        assert_eq!(repeats.ask((PromptHash(7), 2), Timestamp(1)), None);
        assert_eq!(repeats.ask(prompt(7), Timestamp(2_999_999)), Some(2));
        assert_eq!(repeats.ask(prompt(7), Timestamp(2_999_999)), Some(0));
    }

    #[test]
    fn an_older_call_is_no_repeat() {
        let mut repeats = Repeats::default();
        repeats.ask(prompt(7), Timestamp(10_000_000));
        assert_eq!(repeats.ask(prompt(7), Timestamp(1_000_000)), None);
        assert_eq!(repeats.ask(prompt(7), Timestamp(12_000_000)), Some(2));
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_youngest() {
        let mut repeats = Repeats::default();
        for number in 0..3 * HALF as u64 {
            repeats.ask(prompt(number), Timestamp(0));
        }
        assert!(repeats.young.len() + repeats.old.len() <= 2 * HALF);
        assert_eq!(repeats.ask(prompt(3 * HALF as u64 - 1), Timestamp(5_000_000)), Some(5));
        assert_eq!(repeats.ask(prompt(0), Timestamp(5_000_000)), None);
    }
}
