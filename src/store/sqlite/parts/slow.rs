//! The slowest calls of a slot that ended ok, by model: enough of them that a question about a window rarely needs rows.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Part;
use crate::model::{CallId, Micros, varint};

/// A slow call: how long it took, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Slow {
    /// What the person waited.
    pub response: Micros,
    /// Its number.
    pub id: CallId,
}

/// The slowest calls of each model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Slowest(BTreeMap<i64, List>);

/// Slowest first; of equals the older first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct List(Vec<Slow>);

/// How many are kept of a slot and model.
pub(in crate::store::sqlite) const KEPT: usize = 24;

impl Slow {
    /// What the slowest are sorted by.
    pub fn rank(&self) -> (Reverse<Micros>, CallId) {
        (Reverse(self.response), self.id)
    }
}

impl Slowest {
    /// Keeps a call of a model, if it is slow enough.
    #[inline]
    pub fn add(&mut self, model: i64, slow: Slow) {
        self.0.entry(model).or_default().add(slow);
    }

    /// Keeps the calls of another slot that are slow enough.
    pub fn merge(&mut self, other: &Self) {
        for (model, list) in &other.0 {
            let here = self.0.entry(*model).or_default();
            list.0.iter().for_each(|slow| here.add(*slow));
        }
    }

    /// The list of each model.
    pub fn lists(&self) -> impl Iterator<Item = (i64, &List)> {
        self.0.iter().map(|(model, list)| (*model, list))
    }
}

impl List {
    #[inline]
    fn add(&mut self, slow: Slow) {
        let too_fast = |last: &Slow| last.rank() <= slow.rank();
        if self.0.len() == KEPT && self.0.last().is_some_and(too_fast) {
            return;
        }
        let place = self.0.partition_point(|other| other.rank() < slow.rank());
        if self.0.get(place) != Some(&slow) {
            self.0.insert(place, slow);
            self.0.truncate(KEPT);
        }
    }

    /// Them all.
    pub fn calls(&self) -> &[Slow] {
        &self.0
    }

    /// The last of them, if others behind it may have been left out.
    pub fn last_of_full(&self) -> Option<&Slow> {
        self.0.get(KEPT - 1)
    }
}

impl Part for Slowest {
    const TABLE: &'static str = "slot_slowest";

    fn add_bytes(&mut self, mut bytes: &[u8]) -> Option<()> {
        while !bytes.is_empty() {
            let list = self.0.entry(varint::take_signed(&mut bytes)?).or_default();
            let mut time = 0u64;
            for _ in 0..varint::take(&mut bytes)? {
                // Written from the fastest on, so that the differences are small.
                time = time.checked_add(varint::take(&mut bytes)?)?;
                list.add(Slow { response: Micros(time), id: CallId(varint::take_signed(&mut bytes)?) });
            }
        }
        Some(())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (model, List(list)) in &self.0 {
            varint::push_signed(&mut bytes, *model);
            varint::push(&mut bytes, list.len() as u64);
            let mut faster = 0;
            for slow in list.iter().rev() {
                varint::push(&mut bytes, slow.response.0 - faster);
                varint::push_signed(&mut bytes, slow.id.0);
                faster = slow.response.0;
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keeps_the_slowest_however_they_come(times in prop::collection::vec(0u64..50, 0..100), cut in 0usize..100) {
            let slow = |(id, time): (usize, &u64)| Slow { response: Micros(*time), id: CallId(id as i64) };
            let mut all: Vec<Slow> = times.iter().enumerate().map(slow).collect();
            let (mut first, mut second) = (Slowest::default(), Slowest::default());
            for (place, slow) in all.iter().enumerate() {
                if place < cut { first.add(3, *slow) } else { second.add(3, *slow) }
            }
            first.add_bytes(&second.to_bytes()).unwrap();
            all.sort_by_key(Slow::rank);
            all.truncate(KEPT);
            let kept: Vec<Slow> = first.lists().flat_map(|(_, list)| list.calls()).copied().collect();
            prop_assert_eq!(kept, all);
        }
    }
}
