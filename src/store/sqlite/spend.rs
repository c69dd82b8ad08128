//! The known cost of a window, and what perfbot itself has spent.

use rusqlite::Result;

use super::delta::Figures;
use super::narrow::Narrow;
use super::parts::Cube;
use super::recalled::{ANY, About, Answers, Countable, Shelf, Shelves};
use super::snapshot::Snapshot;
use crate::model::{Cell, Filter, Scope, Tally, Window};
use crate::store::question::{OwnSpend, Question, Spend};

impl Question for Spend {
    type Answer = Tally;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        match snapshot.narrow(&self.scope, &self.filter)? {
            Some(narrow) => snapshot.keep(self, narrow, snapshot.sums(self.window, &narrow)?.cost),
            None => Ok(Tally::default()),
        }
    }

    fn recall(&self, answers: &mut Answers) -> Option<Tally> {
        answers.find(self)
    }
}

impl Countable for Spend {
    type Found = Tally;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &self.filter)
    }

    fn count(&self, spend: &mut Tally, call: &Figures) -> Option<()> {
        spend.merge(cell_of(call).cost);
        Some(())
    }

    fn answer_of(&self, spend: &Tally) -> Tally {
        *spend
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.spends
    }
}

impl Question for OwnSpend {
    type Answer = Tally;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        match snapshot.narrow(&Scope::All, &Filter::default())? {
            Some(narrow) => snapshot.keep(self, narrow, snapshot.sums(self.window, &narrow)?.own),
            None => Ok(Tally::default()),
        }
    }

    fn recall(&self, answers: &mut Answers) -> Option<Tally> {
        answers.find(self)
    }
}

impl Countable for OwnSpend {
    type Found = Tally;

    fn about(&self) -> About<'_> {
        About::of(self.window, &Scope::All, &ANY)
    }

    fn count(&self, own: &mut Tally, call: &Figures) -> Option<()> {
        own.merge(cell_of(call).own);
        Some(())
    }

    fn answer_of(&self, own: &Tally) -> Tally {
        *own
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.own_spends
    }
}

/// What a single call comes to.
fn cell_of(call: &Figures) -> Cell {
    let (mut cell, counting) = (Cell::default(), call.counting());
    cell.record_asked(counting.call, counting.asked);
    cell
}

impl Snapshot<'_> {
    /// The sums of some calls, as a cell without histograms.
    pub(super) fn sums(&self, window: Window, narrow: &Narrow) -> Result<Cell> {
        let cover = self.cover(window, narrow)?;
        let mut sums = Cube::of(&self.rows_left_over(&cover, narrow)?);
        match narrow.wanted() {
            wanted if wanted.is_all() => self.each_slot::<Cube>(&cover, narrow, |bytes| sums.add_total(bytes))?,
            wanted => self.each_slot::<Cube>(&cover, narrow, |bytes| sums.add_wanted(bytes, wanted))?,
        }
        Ok(sums.total())
    }
}
