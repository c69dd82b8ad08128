//! The prompts that were asked again most often, and how many different people asked.

use rusqlite::Result;

use super::cells::FIGURES;
use super::delta::{Figures, Whole};
use super::narrow::Narrow;
use super::parts::{Part, People, Repeated};
use super::recalled::{ANY, About, Answers, Countable, Shelf, Shelves};
use super::snapshot::Snapshot;
use crate::model::{ModelName, Window};
use crate::store::cover::{Cover, Sealed};
use crate::store::question::{DistinctUsers, MostRepeated, Question, RepeatedPrompt};

impl Question for MostRepeated {
    type Answer = Vec<RepeatedPrompt>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &ANY)? else { return Ok(Vec::new()) };
        let repeated = snapshot.whole(self.window, &narrow, |rows| rows.repeated)?;
        snapshot.keep(self, narrow, repeated)
    }

    fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
        answers.find(self)
    }
}

impl Countable for MostRepeated {
    type Found = Repeated;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &ANY)
    }

    fn count(&self, repeated: &mut Repeated, call: &Figures) -> Option<()> {
        let mut whole = Whole { repeated: std::mem::take(repeated), ..Whole::default() };
        whole.record(&call.counting());
        *repeated = whole.repeated;
        Some(())
    }

    fn answer_of(&self, repeated: &Repeated) -> Vec<RepeatedPrompt> {
        let prompts = repeated.most(self.top as usize).into_iter();
        prompts.map(|(prompt, again)| RepeatedPrompt { prompt, times: again.times, last: again.last }).collect()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.repeated
    }
}

impl Question for DistinctUsers {
    type Answer = u64;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<u64> {
        let Some(narrow) = snapshot.narrow(&self.scope, &ANY)? else { return Ok(0) };
        let people = snapshot.whole(self.window, &narrow, |rows| rows.people)?;
        snapshot.keep(self, narrow, people)
    }

    fn recall(&self, answers: &mut Answers) -> Option<u64> {
        answers.find(self)
    }
}

impl Countable for DistinctUsers {
    type Found = People;

    fn about(&self) -> About<'_> {
        About::of(self.window, &self.scope, &ANY)
    }

    fn count(&self, people: &mut People, call: &Figures) -> Option<()> {
        people.add(call.user);
        Some(())
    }

    fn answer_of(&self, people: &People) -> u64 {
        people.estimate()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.people
    }
}

impl Snapshot<'_> {
    /// What is known of a window regardless of model and type; `of` takes from what the rows come to the part that is wanted.
    fn whole<P: Part>(&self, window: Window, narrow: &Narrow, of: impl FnOnce(Whole) -> P) -> Result<P> {
        let cover = match P::IS_SEALED || narrow.user.is_some() {
            true => self.cover(window, narrow)?,
            false => Cover::of_slots(window, Sealed::NOTHING),
        };
        let (any, mut rows) = (ModelName::from(""), Whole::default());
        self.each_left_over(&cover, narrow, &FIGURES, |row| {
            rows.record(&Figures::read(row, &any)?.counting());
            Ok(())
        })?;
        let mut part = of(rows);
        self.each_slot::<P>(&cover, narrow, |bytes| part.add_bytes(bytes))?;
        Ok(part)
    }
}
