//! The known cost of a window, and what perfbot itself has spent.

use rusqlite::Result;

use super::narrow::Narrow;
use super::parts::Cube;
use super::snapshot::Snapshot;
use crate::model::{Cell, Filter, Scope, Tally, Window};
use crate::store::question::{OwnSpend, Question, Spend};

impl Question for Spend {
    type Answer = Tally;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        match snapshot.narrow(&self.scope, &self.filter)? {
            Some(narrow) => Ok(snapshot.sums(self.window, &narrow)?.cost),
            None => Ok(Tally::default()),
        }
    }
}

impl Question for OwnSpend {
    type Answer = Tally;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        match snapshot.narrow(&Scope::All, &Filter::default())? {
            Some(narrow) => Ok(snapshot.sums(self.window, &narrow)?.own),
            None => Ok(Tally::default()),
        }
    }
}

impl Snapshot<'_> {
    /// The sums of some calls, as a cell without histograms.
    pub(super) fn sums(&self, window: Window, narrow: &Narrow) -> Result<Cell> {
        let cover = narrow.cover(window);
        let mut sums = Cube::of(&self.rows_left_over(&cover, narrow)?);
        match narrow.wanted() {
            wanted if wanted.is_all() => self.each_slot::<Cube>(&cover, narrow, |bytes| sums.add_total(bytes))?,
            wanted => self.each_slot::<Cube>(&cover, narrow, |bytes| sums.add_wanted(bytes, wanted))?,
        }
        Ok(sums.total())
    }
}
