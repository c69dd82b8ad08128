//! A few sums by quarter of an hour: time zones differ by whole quarters, so hours and days of any zone come out exactly.
//! They are kept by UTC day. The sums over all groups stand first.

use std::collections::BTreeMap;

use super::{Key, Part, Wanted};
use crate::model::{Brief, varint};

/// Quarters in a day.
pub(in crate::store::sqlite) const PER_DAY: usize = 96;

/// The quarters of a day, of all calls and by model and type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Quarters {
    /// Of all calls.
    pub total: Run,
    /// By model and type.
    pub groups: BTreeMap<Key, Run>,
}

/// Quarters by their number in the day.
pub(in crate::store::sqlite) type Run = BTreeMap<usize, Brief>;

impl Quarters {
    /// Adds what happened in a quarter.
    pub fn add(&mut self, key: Key, number: usize, quarter: &Brief) {
        self.total.entry(number).or_default().merge(quarter);
        self.groups.entry(key).or_default().entry(number).or_default().merge(quarter);
    }

    /// Calls `each` with the quarters that are wanted; of all calls they come summed up, else group by group.
    pub fn each_wanted(mut bytes: &[u8], wanted: Wanted, mut each: impl FnMut(usize, &Brief)) -> Option<()> {
        let total = varint::take_run(&mut bytes)?;
        if wanted.is_all() {
            return each_of_run(total, &mut each);
        }
        while !bytes.is_empty() {
            let key = (varint::take_signed(&mut bytes)?, usize::try_from(varint::take(&mut bytes)?).ok()?);
            let run = varint::take_run(&mut bytes)?;
            if wanted.has(key) {
                each_of_run(run, &mut each)?;
            }
        }
        Some(())
    }
}

impl Quarters {
    /// Calls `each` with the groups that are wanted, and what [`each_of_run`] reads.
    pub fn each_group(mut bytes: &[u8], wanted: Wanted, mut each: impl FnMut(Key, &[u8]) -> Option<()>) -> Option<()> {
        varint::take_run(&mut bytes)?;
        while !bytes.is_empty() {
            let key = (varint::take_signed(&mut bytes)?, usize::try_from(varint::take(&mut bytes)?).ok()?);
            let run = varint::take_run(&mut bytes)?;
            if wanted.has(key) {
                each(key, run)?;
            }
        }
        Some(())
    }
}

/// Calls `each` with the quarters of a group, by their number in the day.
pub(in crate::store::sqlite) fn each_of_run(mut run: &[u8], each: &mut impl FnMut(usize, &Brief)) -> Option<()> {
    let mut number = 0;
    while !run.is_empty() {
        number += usize::try_from(varint::take(&mut run)?).ok().filter(|gap| *gap < PER_DAY)?;
        each(number, &Brief::take(&mut run)?);
    }
    Some(())
}

fn run_bytes(run: &Run) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for (number, quarter) in run {
        varint::push(&mut bytes, (number - last) as u64);
        quarter.push(&mut bytes);
        last = *number;
    }
    bytes
}

impl Part for Quarters {
    const TABLE: &'static str = "quarters";

    fn add_bytes(&mut self, mut bytes: &[u8]) -> Option<()> {
        let total = varint::take_run(&mut bytes)?;
        each_of_run(total, &mut |number, quarter| self.total.entry(number).or_default().merge(quarter))?;
        while !bytes.is_empty() {
            let key = (varint::take_signed(&mut bytes)?, usize::try_from(varint::take(&mut bytes)?).ok()?);
            let group = self.groups.entry(key).or_default();
            let run = varint::take_run(&mut bytes)?;
            each_of_run(run, &mut |number, quarter| group.entry(number).or_default().merge(quarter))?;
        }
        Some(())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        varint::push_run(&mut bytes, &run_bytes(&self.total));
        for ((model, query_type), run) in &self.groups {
            varint::push_signed(&mut bytes, *model);
            varint::push(&mut bytes, *query_type as u64);
            varint::push_run(&mut bytes, &run_bytes(run));
        }
        bytes
    }
}
