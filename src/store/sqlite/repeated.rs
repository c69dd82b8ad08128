//! The prompts that were asked again most often, and how many different people asked.

use rusqlite::Result;

use super::cells::FIGURES;
use super::delta::{Figures, Whole};
use super::parts::{Part, People, Repeated};
use super::snapshot::Snapshot;
use crate::model::{Filter, ModelName, Scope, Window};
use crate::store::question::{DistinctUsers, MostRepeated, Question, RepeatedPrompt};

impl Question for MostRepeated {
    type Answer = Vec<RepeatedPrompt>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let repeated: Repeated = snapshot.whole(self.window, &self.scope, |rows| rows.repeated)?;
        let prompts = repeated.most(self.top as usize).into_iter();
        Ok(prompts.map(|(prompt, again)| RepeatedPrompt { prompt, times: again.times, last: again.last }).collect())
    }
}

impl Question for DistinctUsers {
    type Answer = u64;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<u64> {
        let people: People = snapshot.whole(self.window, &self.scope, |rows| rows.people)?;
        Ok(people.estimate())
    }
}

impl Snapshot<'_> {
    /// What is known of a window regardless of model and type; `of` takes from what the rows come to the part that is wanted.
    fn whole<P: Part + Default>(&self, window: Window, scope: &Scope, of: impl FnOnce(Whole) -> P) -> Result<P> {
        let Some(narrow) = self.narrow(scope, &Filter::default())? else { return Ok(P::default()) };
        let cover = narrow.cover(window);
        let (any, mut rows) = (ModelName::from(""), Whole::default());
        self.each_left_over(&cover, &narrow, &FIGURES, |row| {
            rows.record(&Figures::read(row, &any)?.counting());
            Ok(())
        })?;
        let mut part = of(rows);
        self.each_slot::<P>(&cover, &narrow, |bytes| part.add_bytes(bytes))?;
        Ok(part)
    }
}
