//! The times of a slot by model and type: for questions about one of them, and for what is usual of each.

use std::collections::BTreeMap;

use super::{Groups, Key, Part, Wanted};
use crate::model::{Cell, Histogram, varint};

/// The times of each model and type: response, model, first token, speed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Detail(BTreeMap<Key, [Histogram; 4]>);

impl Detail {
    /// The times of cells.
    pub fn of(groups: &Groups) -> Self {
        let mut detail = Self::default();
        for (key, cell) in groups {
            let times = [&cell.response, &cell.model, &cell.ttft, &cell.speed];
            if times.iter().any(|histogram| histogram.n() > 0) {
                detail.0.insert(*key, times.map(Clone::clone));
            }
        }
        detail
    }

    /// Adds only the groups that are wanted.
    pub fn add_wanted(&mut self, mut bytes: &[u8], wanted: Wanted) -> Option<()> {
        while !bytes.is_empty() {
            let key = (varint::take_signed(&mut bytes)?, usize::try_from(varint::take(&mut bytes)?).ok()?);
            let mut times = varint::take_run(&mut bytes)?;
            if wanted.has(key) {
                for histogram in self.0.entry(key).or_default() {
                    histogram.add_bytes(varint::take_run(&mut times)?)?;
                }
            }
        }
        Some(())
    }

    /// Adds only the response times, and only of the groups that are wanted.
    pub fn add_responses(&mut self, mut bytes: &[u8], wanted: Wanted) -> Option<()> {
        while !bytes.is_empty() {
            let key = (varint::take_signed(&mut bytes)?, usize::try_from(varint::take(&mut bytes)?).ok()?);
            let mut times = varint::take_run(&mut bytes)?;
            if wanted.has(key) {
                let [response, ..] = self.0.entry(key).or_default();
                response.add_bytes(varint::take_run(&mut times)?)?;
            }
        }
        Some(())
    }

    /// Adds the response times of all groups that are wanted to one histogram.
    pub fn pool_responses(mut bytes: &[u8], wanted: Wanted, to: &mut Histogram) -> Option<()> {
        while !bytes.is_empty() {
            let key = (varint::take_signed(&mut bytes)?, usize::try_from(varint::take(&mut bytes)?).ok()?);
            let mut times = varint::take_run(&mut bytes)?;
            if wanted.has(key) {
                to.add_bytes(varint::take_run(&mut times)?)?;
            }
        }
        Some(())
    }

    /// Gives the times of a group to its cell.
    pub fn give(&mut self, key: Key, cell: &mut Cell) {
        if let Some([response, model, ttft, speed]) = self.0.remove(&key) {
            (cell.response, cell.model, cell.ttft, cell.speed) = (response, model, ttft, speed);
        }
    }
}

impl Part for Detail {
    const TABLE: &'static str = "slot_detail";

    fn add_bytes(&mut self, bytes: &[u8]) -> Option<()> {
        self.add_wanted(bytes, Wanted::default())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for ((model, query_type), times) in &self.0 {
            varint::push_signed(&mut bytes, *model);
            varint::push(&mut bytes, *query_type as u64);
            let mut of_group = Vec::new();
            times.iter().for_each(|histogram| varint::push_run(&mut of_group, &histogram.to_bytes()));
            varint::push_run(&mut bytes, &of_group);
        }
        bytes
    }
}
