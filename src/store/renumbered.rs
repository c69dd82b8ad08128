//! The numbers of a log's calls and those they have in the store. Rows come in the order of their numbers, so almost
//! all of it is a few long runs.

use std::collections::BTreeMap;

use crate::model::CallId;

/// Runs of numbers, by the first of each in the log.
#[derive(Debug, Default)]
pub(super) struct Renumbered {
    runs: BTreeMap<i64, Run>,
}

/// So many calls, one after the other in the log and in the store.
#[derive(Debug)]
struct Run {
    here: i64,
    length: i64,
}

impl Renumbered {
    /// Notes that the call with the number `logged` is `here`.
    pub fn insert(&mut self, logged: CallId, here: CallId) {
        if let Some((first, run)) = self.runs.range_mut(..=logged.0).next_back()
            && logged.0.checked_sub(*first) == Some(run.length)
            && here.0 == run.here + run.length
        {
            run.length += 1;
            return;
        }
        self.runs.insert(logged.0, Run { here: here.0, length: 1 });
    }

    /// The number here of a call that has been noted.
    pub fn get(&self, logged: CallId) -> Option<CallId> {
        let (first, run) = self.runs.range(..=logged.0).next_back()?;
        let offset = logged.0.checked_sub(*first)?;
        (offset < run.length).then(|| CallId(run.here + offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_kept_together_and_gaps_known() {
        let mut numbers = Renumbered::default();
        for (logged, here) in [(5, 1), (6, 2), (7, 3), (9, 4), (10, 7), (i64::MIN, 8), (i64::MAX, 9)] {
            numbers.insert(CallId(logged), CallId(here));
        }
        let here = |logged| numbers.get(CallId(logged)).map(|id| id.0);
        assert_eq!([5, 6, 7, 9, 10].map(here), [1, 2, 3, 4, 7].map(Some));
        assert_eq!([4, 8, 11, 0].map(here), [None; 4]);
        assert_eq!((here(i64::MIN), here(i64::MAX)), (Some(8), Some(9)));
        assert_eq!(numbers.runs.len(), 5);
    }
}
