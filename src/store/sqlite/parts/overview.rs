//! The times of a slot without regard to types: response times by model, the rest of all calls together. This is what the
//! figures of a long window are read from.

use std::collections::BTreeMap;

use super::{Groups, Part};
use crate::model::{Histogram, varint};

/// The times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Times {
    /// Model times.
    pub model: Histogram,
    /// Times to first token.
    pub ttft: Histogram,
    /// Writing speeds.
    pub speed: Histogram,
    /// Response times by model.
    pub response: BTreeMap<i64, Histogram>,
}

impl Times {
    /// The times of cells.
    pub fn of(groups: &Groups) -> Self {
        let mut times = Self::default();
        for ((model, _), cell) in groups {
            times.model.merge(&cell.model);
            times.ttft.merge(&cell.ttft);
            times.speed.merge(&cell.speed);
            if cell.response.n() > 0 {
                times.response.entry(*model).or_default().merge(&cell.response);
            }
        }
        times
    }
}

impl Times {
    /// Adds the response times of a model, or of all, to one histogram.
    pub fn add_responses(mut bytes: &[u8], model: Option<i64>, to: &mut Histogram) -> Option<()> {
        for _other in 0..3 {
            varint::take_run(&mut bytes)?;
        }
        while !bytes.is_empty() {
            let of = varint::take_signed(&mut bytes)?;
            let times = varint::take_run(&mut bytes)?;
            if model.is_none_or(|model| model == of) {
                to.add_bytes(times)?;
            }
        }
        Some(())
    }
}

impl Part for Times {
    const TABLE: &'static str = "slot_times";

    fn add_bytes(&mut self, mut bytes: &[u8]) -> Option<()> {
        for histogram in [&mut self.model, &mut self.ttft, &mut self.speed] {
            histogram.add_bytes(varint::take_run(&mut bytes)?)?;
        }
        while !bytes.is_empty() {
            let model = varint::take_signed(&mut bytes)?;
            self.response.entry(model).or_default().add_bytes(varint::take_run(&mut bytes)?)?;
        }
        Some(())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A call that ended ok and has any time has a response time, or is from a log that knows less.
        if self.response.is_empty() && self.model.n() + self.ttft.n() + self.speed.n() == 0 {
            return bytes;
        }
        for histogram in [&self.model, &self.ttft, &self.speed] {
            varint::push_run(&mut bytes, &histogram.to_bytes());
        }
        for (model, histogram) in &self.response {
            varint::push_signed(&mut bytes, *model);
            varint::push_run(&mut bytes, &histogram.to_bytes());
        }
        bytes
    }
}
