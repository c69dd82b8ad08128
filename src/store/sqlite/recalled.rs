//! Answers that the writing process keeps, with the last calls it wrote: asked again, a question costs only the calls that
//! came since. Whatever else changes what is counted – opinions, imports, erasures – makes it all be forgotten.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono_tz::Tz;
use rusqlite::Result;

use super::delta::Figures;
use super::narrow::Narrow;
use super::snapshot::Snapshot;
use crate::model::{CallId, Filter, Readable, Scope, Timestamp, Window};
use crate::store::question::{
    ByHour, DatedHours, DistinctUsers, HoursOfGroups, MostRepeated, Overview, OwnSpend, Question, Slowest, Spend,
    Stretches, TimesByHour,
};

/// What is kept.
#[derive(Default)]
pub(in crate::store) struct Recalled {
    answers: Mutex<Answers>,
    /// Whether any answer is kept, for which calls have to be kept too.
    wanted: AtomicBool,
}

/// The last calls, and answers that can be brought up to date with them.
#[derive(Default)]
pub struct Answers {
    /// How often all was forgotten.
    epoch: u64,
    /// In the order of their numbers.
    calls: VecDeque<Figures>,
    /// The last call that is no longer among them.
    gone: Option<CallId>,
    /// The last call that some answer counts.
    counted: Option<CallId>,
    shelves: Shelves,
}

/// The answers, by question.
#[derive(Default)]
pub(super) struct Shelves {
    pub overviews: Shelf<Overview>,
    pub hours: Shelf<ByHour>,
    pub dated_hours: Shelf<DatedHours>,
    pub hours_of_groups: Shelf<HoursOfGroups>,
    pub times_by_hour: Shelf<TimesByHour>,
    pub stretches: Shelf<Stretches>,
    pub spends: Shelf<Spend>,
    pub own_spends: Shelf<OwnSpend>,
    pub slowest: Shelf<Slowest>,
    pub repeated: Shelf<MostRepeated>,
    pub people: Shelf<DistinctUsers>,
}

/// Answers to questions of one kind, the one asked last first.
pub(super) struct Shelf<Q: Countable>(Vec<Answered<Q>>);

/// An answer.
struct Answered<Q: Countable> {
    question: Q,
    /// Whether the window reached beyond the newest call: then it reaches as far as one likes.
    open: bool,
    narrow: Narrow,
    /// The last call that is counted.
    last: CallId,
    newest: Timestamp,
    found: Q::Found,
}

/// A question whose answer can be brought up to date call by call.
pub(super) trait Countable: Question + Clone {
    /// What is found first, and made an answer of.
    type Found: Send;

    /// What it asks about.
    fn about(&self) -> About<'_>;

    /// Adds a call of its window, scope and filter. `None` if it cannot be told what that comes to; then nothing is kept.
    fn count(&self, found: &mut Self::Found, call: &Figures) -> Option<()>;

    /// Makes the answer.
    fn answer_of(&self, found: &Self::Found) -> Self::Answer;

    /// How many answers are kept: of those that take much memory only a few.
    const KEPT: usize = 32;

    /// Where answers to such questions are kept.
    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self>;
}

/// What a question asks about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct About<'q> {
    pub window: Window,
    pub scope: &'q Scope,
    pub filter: &'q Filter,
    pub zone: Option<Tz>,
    /// Which single rows, and how many.
    pub rows: Option<(&'q Readable, u32)>,
    /// Where the window is cut into stretches.
    pub cuts: Option<Cuts<'q>>,
}

/// Stretches of time, each behind the one before; where the last one ends, its window ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cuts<'q>(pub &'q [Window]);

impl<'q> About<'q> {
    /// Calls of a time.
    pub fn of(window: Window, scope: &'q Scope, filter: &'q Filter) -> Self {
        Self { window, scope, filter, zone: None, rows: None, cuts: None }
    }

    /// By the clocks of a zone.
    pub fn in_zone(self, zone: Tz) -> Self {
        Self { zone: Some(zone), ..self }
    }
}

impl PartialEq for Cuts<'_> {
    fn eq(&self, other: &Self) -> bool {
        let ends = |cuts: &Self| cuts.0.split_last().map(|(last, rest)| (last.from, rest));
        ends(self) == ends(other)
    }
}

/// No narrowing.
pub(super) static ANY: Filter = Filter { model: None, query_type: None, user: None };

/// How many calls are kept.
const CALLS: usize = 2_048;

/// A place to keep answers of one view of the store.
#[derive(Clone, Copy)]
pub(in crate::store) struct Recall<'a> {
    recalled: &'a Recalled,
    /// The epoch in which the view was taken.
    epoch: u64,
}

impl Recalled {
    /// Looks at what is kept.
    pub fn answers(&self) -> MutexGuard<'_, Answers> {
        // A panic elsewhere may have left an answer half counted.
        self.answers.lock().unwrap_or_else(|poisoned| {
            let mut kept = PoisonError::into_inner(poisoned);
            kept.forget();
            kept
        })
    }

    /// Whether it is worth the while to make [`Figures`] of calls.
    pub fn wants_calls(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Keeps calls that are on the disk now, the last of them `last`. Some or all may not have been wanted.
    pub fn add(&self, calls: impl ExactSizeIterator<Item = Figures>, rows: usize, last: CallId) {
        let mut answers = self.answers();
        match calls.len() == rows {
            true => answers.add(calls),
            false => answers.miss(last),
        }
        if answers.are_lost() {
            // Nobody has asked for a long time.
            answers.shelves = Shelves::default();
            self.wanted.store(false, Ordering::Relaxed);
        }
    }

    /// Forgets all answers. To be called once on the disk is what makes them wrong.
    pub fn forget(&self) {
        self.answers().forget();
        self.wanted.store(false, Ordering::Relaxed);
    }

    /// To be called before a view of the store is taken.
    pub fn recall(&self) -> Recall<'_> {
        Recall { recalled: self, epoch: self.answers().epoch }
    }
}

impl Answers {
    fn add(&mut self, calls: impl Iterator<Item = Figures>) {
        self.calls.extend(calls);
        let more = self.calls.len().saturating_sub(CALLS);
        self.gone = self.calls.drain(..more).next_back().map(|call| call.id).or(self.gone);
    }

    /// Goes on without some calls.
    fn miss(&mut self, last: CallId) {
        self.calls.clear();
        self.gone = Some(last);
    }

    /// Whether calls are gone that no answer counts, so that all answers are of no use.
    fn are_lost(&self) -> bool {
        self.gone > self.counted
    }

    fn forget(&mut self) {
        *self = Self { epoch: self.epoch + 1, ..Self::default() };
    }

    /// The answer to a question, if it is kept.
    pub(super) fn find<Q: Countable>(&mut self, question: &Q) -> Option<Q::Answer> {
        let Shelf(answered) = Q::shelf(&mut self.shelves);
        let place = answered.iter().position(|kept| kept.is_of(question))?;
        let mut kept = answered.remove(place);
        if self.gone.is_some_and(|gone| gone > kept.last) {
            return None;
        }
        kept.catch_up(&self.calls)?;
        // A call that came since may lie behind the end of the window.
        let answer = kept.is_of(question).then(|| question.answer_of(&kept.found));
        self.counted = self.counted.max(Some(kept.last));
        answered.insert(0, kept);
        answer
    }
}

impl<Q: Countable> Answered<Q> {
    fn is_of(&self, question: &Q) -> bool {
        let (known, mut asked) = (self.question.about(), question.about());
        if self.open {
            if asked.window.to <= self.newest {
                return false;
            }
            asked.window.to = known.window.to;
        }
        known == asked
    }

    /// Counts the calls that came since, if that can be done.
    fn catch_up(&mut self, calls: &VecDeque<Figures>) -> Option<()> {
        let window = self.question.about().window;
        let since = calls.partition_point(|call| call.id <= self.last);
        for call in calls.range(since..) {
            self.newest = self.newest.max(call.call.at);
            let inside = call.call.at >= window.from && (self.open || call.call.at < window.to);
            if inside && self.narrow.holds(call) {
                self.question.count(&mut self.found, call)?;
            }
        }
        self.last = calls.back().map_or(self.last, |call| self.last.max(call.id));
        Some(())
    }
}

impl Snapshot<'_> {
    /// Makes an answer of what was found, and keeps that if this process is the one that writes.
    pub(super) fn keep<Q: Countable>(&self, question: &Q, narrow: Narrow, found: Q::Found) -> Result<Q::Answer> {
        let answer = question.answer_of(&found);
        let Some(Recall { recalled, epoch }) = self.recall else { return Ok(answer) };
        let mut last = self.db.prepare_cached("SELECT max(id) FROM calls")?;
        let (last, newest) = (last.query_row([], |row| row.get::<_, Option<i64>>(0))?, self.newest()?);
        let open = question.about().window.to > newest;
        let question = question.clone();
        let kept = Answered { open, narrow, last: CallId(last.unwrap_or(0)), newest, found, question };
        let mut answers = recalled.answers();
        if answers.epoch == epoch {
            answers.counted = answers.counted.max(Some(kept.last));
            recalled.wanted.store(true, Ordering::Relaxed);
            let Shelf(answered) = Q::shelf(&mut answers.shelves);
            answered.insert(0, kept);
            answered.truncate(Q::KEPT);
        }
        Ok(answer)
    }
}

impl<Q: Countable> Default for Shelf<Q> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
