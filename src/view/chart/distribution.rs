//! How often values came, by size.

use super::Unit;

/// Bins of values, and percentiles among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// What it shows.
    pub title: String,
    /// What the values are.
    pub unit: Unit,
    /// The bins, in their order, each beginning where the one before ends.
    pub bins: Vec<Bin>,
    /// How many values are greater than the end of the last bin.
    pub beyond: u64,
    /// Percentiles, in their order.
    pub percentiles: Vec<Percentile>,
}

/// How many values lie in a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Its start.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// How many.
    pub count: u64,
}

/// A percentile.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentile {
    /// What it is called: `P95`.
    pub label: String,
    /// Its value.
    pub value: f64,
}

impl Distribution {
    /// How many values there are.
    pub fn n(&self) -> u64 {
        self.bins.iter().map(|bin| bin.count).sum::<u64>() + self.beyond
    }

    /// Where a value lies, in bins from the start of the first. What is beyond the last lies in the middle of one more.
    pub(super) fn position(&self, value: f64) -> f64 {
        let at = self.bins.iter().position(|bin| value < bin.to);
        match at.and_then(|at| self.bins.get(at).map(|bin| (at, bin))) {
            Some((at, bin)) if bin.to > bin.from => at as f64 + ((value - bin.from) / (bin.to - bin.from)).max(0.0),
            Some((at, _)) => at as f64,
            None => self.bins.len() as f64 + 0.5,
        }
    }

    /// How a bin is called: `1s–2s`.
    pub(super) fn bin_label(&self, bin: &Bin) -> String {
        format!("{}–{}", self.unit.tick(bin.from), self.unit.tick(bin.to))
    }

    /// How the values behind the last bin are called; `None` if there are none.
    pub(super) fn beyond_label(&self) -> Option<String> {
        let last = self.bins.last().filter(|_| self.beyond > 0)?;
        Some(format!("over {}", self.unit.tick(last.to)))
    }

    /// The count of each bin, and of what is beyond the last if there is any.
    pub(super) fn counts(&self) -> Vec<u64> {
        let beyond = Some(self.beyond).filter(|beyond| *beyond > 0);
        self.bins.iter().map(|bin| bin.count).chain(beyond).collect()
    }

    pub(super) fn description(&self) -> String {
        let fullest = self.bins.iter().max_by_key(|bin| bin.count).filter(|bin| bin.count > 0);
        let most = fullest.map_or_else(String::new, |bin| {
            format!(" Most lie in {}: {}.", self.bin_label(bin), Unit::Count.write(bin.count as f64))
        });
        let percentile =
            |percentile: &Percentile| format!(" {}: {}.", percentile.label, self.unit.write(percentile.value));
        let percentiles: String = self.percentiles.iter().map(percentile).collect();
        format!("{} values.{percentiles}{most}", Unit::Count.write(self.n() as f64))
    }
}
