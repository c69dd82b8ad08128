//! The slowest calls that ended ok. Each slot keeps a list of its slowest by model; rows are read only for those that are
//! shown, and of the slots in which more of them may be than their lists hold.

use rusqlite::{OptionalExtension, Result, Row, ToSql, params};

use super::delta::Figures;
use super::narrow::{Narrow, narrowed, of_channels};
use super::parts::{Part, Slow, Slowest as Lists};
use super::recalled::{About, Answers, Countable, Shelf, Shelves};
use super::row::select_calls;
use super::snapshot::Snapshot;
use super::whose;
use crate::model::{CallId, Micros, Outcome, Readable, StoredCall, Timestamp, Window};
use crate::store::cover::{Cover, DAY, SIX_HOURS, Slots, WEEK};
use crate::store::question::{Question, Slowest};

/// What a listed row must be, with the channels that may be read (as a JSON list) and the number of rows as the parameters
/// behind those of a [`Narrow`]. Names are looked up only for the few rows that are shown.
macro_rules! listed {
    ($where:literal) => {
        concat!(
            "SELECT id, response_us FROM calls WHERE ",
            $where,
            " AND outcome = 0 AND response_us IS NOT NULL AND ",
            of_channels!(),
            " AND ",
            narrowed!(),
            " ORDER BY response_us DESC, id LIMIT ?6"
        )
    };
}

const IN_A_WINDOW: &str = listed!("at >= ?7 AND at < ?8 AND ?9 IS NULL");
const BEHIND_A_NUMBER: &str = listed!("id > ?9 AND +at >= ?7 AND +at < ?8");
const OF_A_LIST: &str = listed!("id IN (SELECT value FROM json_each(?9)) AND +at >= ?7 AND +at < ?8");
const ONE: &str =
    select_calls!(concat!("WHERE calls.id = ?6 AND outcome = 0 AND ", of_channels!(), " AND ", narrowed!()));

impl Question for Slowest {
    type Answer = Vec<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Vec::new()) };
        let channels = match &self.readable {
            Readable::All => None,
            Readable::Channels(channels) => Some(serde_json::json!(channels).to_string()),
        };
        let mut search = Search { snapshot, narrow, channels, top: self.top, found: Vec::new() };
        search.run(&snapshot.cover(self.window, &narrow)?)?;
        let found = search.found;
        snapshot.keep(self, narrow, found)
    }

    fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
        answers.find(self)
    }
}

impl Countable for Slowest {
    type Found = Vec<StoredCall>;

    fn about(&self) -> About<'_> {
        let rows = Some((&self.readable, self.top));
        About { rows, ..About::of(self.window, &self.scope, &self.filter) }
    }

    /// Of a call that may be among the slowest more must be known than is at hand.
    fn count(&self, found: &mut Vec<StoredCall>, call: &Figures) -> Option<()> {
        let (Outcome::Ok, Some(response)) = (call.call.outcome, call.call.times.response) else { return Some(()) };
        let full = found.len() >= self.top as usize;
        let is_fast = found.last().is_none_or(|last| Slow { response, id: call.id }.rank() > rank(last));
        (full && is_fast).then_some(())
    }

    fn answer_of(&self, found: &Vec<StoredCall>) -> Vec<StoredCall> {
        found.clone()
    }

    fn shelf(shelves: &mut Shelves) -> &mut Shelf<Self> {
        &mut shelves.slowest
    }
}

/// What has been found so far.
struct Search<'s> {
    snapshot: &'s Snapshot<'s>,
    narrow: Narrow,
    channels: Option<String>,
    top: u32,
    /// Slowest first, as many as are wanted at the most.
    found: Vec<StoredCall>,
}

/// A list that may have left calls out, none of them slower than its last.
struct Full {
    slot: (i64, i64),
    model: i64,
    last: Slow,
}

impl Search<'_> {
    fn run(&mut self, cover: &Cover) -> Result<()> {
        if let Some(user) = self.narrow.user {
            return cover.ends.iter().try_for_each(|end| self.add_rows_of_person(user, *end));
        }
        for end in &cover.ends {
            self.add_rows_of(*end, self.narrow)?;
        }
        if cover.slots.is_empty() {
            return Ok(());
        }
        self.add_fresh_rows_of(cover.inner)?;
        let mut open = self.add_lists(&cover.slots, self.narrow.model)?;
        // A list is looked behind only as long as something there may be slower than the last that is wanted.
        while let Some(Full { slot, model, .. }) = open.pop_if(|full| self.is_wanted(&full.last)) {
            open.extend(self.look_behind(slot, model)?);
            open.sort_by_key(|full| std::cmp::Reverse(full.last.rank()));
        }
        Ok(())
    }

    /// What a full list of a slot has left out: for a week it is in the lists of its days, for less in those of its hours, for
    /// an hour in its rows.
    fn look_behind(&mut self, (hours, start): (i64, i64), model: i64) -> Result<Vec<Full>> {
        let within = match hours {
            WEEK => Some(DAY),
            SIX_HOURS | DAY => Some(1),
            _ => None,
        };
        if let Some(length) = within {
            return self.add_lists(&[Slots { length, starts: start..start + hours }], Some(model));
        }
        let hour = Window { from: Timestamp(start * Timestamp::HOUR), to: Timestamp((start + 1) * Timestamp::HOUR) };
        self.add_rows_of(hour, Narrow { model: Some(model), ..self.narrow })?;
        Ok(Vec::new())
    }

    /// Adds what the lists of slots hold. Returns those that may have left something out, the slowest last.
    fn add_lists(&mut self, slots: &[Slots], model: Option<i64>) -> Result<Vec<Full>> {
        let cover = Cover { slots: slots.to_vec(), ..Cover::of_rows(Window { from: Timestamp(0), to: Timestamp(0) }) };
        let (mut slow, mut full) = (Vec::new(), Vec::new());
        self.snapshot.each_slot_at::<Lists>(&cover, &self.narrow, |hours, start, bytes| {
            let mut lists = Lists::default();
            lists.add_bytes(bytes)?;
            for (number, list) in lists.lists().filter(|(number, _)| model.is_none_or(|model| model == *number)) {
                slow.extend_from_slice(list.calls());
                full.extend(list.last_of_full().map(|last| Full { slot: (hours, start), model: number, last: *last }));
            }
            Some(())
        })?;
        slow.sort_by_key(Slow::rank);
        slow.iter().try_for_each(|slow| self.add_one(slow))?;
        full.sort_by_key(|full| std::cmp::Reverse(full.last.rank()));
        Ok(full)
    }

    fn add_one(&mut self, slow: &Slow) -> Result<()> {
        if !self.is_wanted(slow) {
            return Ok(());
        }
        let Narrow { guild, user, model, query_type } = self.narrow;
        let params = params![guild, user, model, query_type, self.channels, slow.id.0];
        let mut one = self.snapshot.db.prepare_cached(ONE)?;
        let call = one.query_row(params, |row| self.snapshot.decode(row)).optional()?;
        call.into_iter().for_each(|call| self.keep(call));
        Ok(())
    }

    fn add_rows_of_person(&mut self, user: i64, window: Window) -> Result<()> {
        let noted = serde_json::json!(self.snapshot.noted_calls_of(user, window)?).to_string();
        self.add_rows(OF_A_LIST, window, self.narrow, noted)?;
        self.add_rows(BEHIND_A_NUMBER, window, self.narrow, whose::watermark(self.snapshot.db)?.0)
    }

    fn add_rows_of(&mut self, window: Window, narrow: Narrow) -> Result<()> {
        self.add_rows(IN_A_WINDOW, window, narrow, None::<i64>)
    }

    fn add_fresh_rows_of(&mut self, window: Window) -> Result<()> {
        let watermark = super::fold::watermark(self.snapshot.db)?;
        self.add_rows(BEHIND_A_NUMBER, window, self.narrow, watermark.0)
    }

    /// Adds the rows that a statement finds; `last` is its last parameter.
    fn add_rows(&mut self, sql: &str, window: Window, narrow: Narrow, last: impl ToSql) -> Result<()> {
        let Narrow { guild, user, model, query_type } = narrow;
        let (from, to) = (window.from.0, window.to.0);
        let mut rows = self.snapshot.db.prepare_cached(sql)?;
        let params = params![guild, user, model, query_type, self.channels, self.top, from, to, last];
        let slow = |row: &Row<'_>| {
            Ok(Slow { id: CallId(row.get(0)?), response: Micros(row.get::<_, i64>(1)?.cast_unsigned()) })
        };
        let slow: Vec<Slow> = rows.query_map(params, slow)?.collect::<Result<_>>()?;
        slow.iter().try_for_each(|slow| self.add_one(slow))
    }

    /// Whether a call is slow enough to be among those that are wanted.
    fn is_wanted(&self, slow: &Slow) -> bool {
        let full = self.found.len() >= self.top as usize;
        self.top > 0 && (!full || self.found.last().is_some_and(|last| slow.rank() < rank(last)))
    }

    fn keep(&mut self, call: StoredCall) {
        let place = self.found.partition_point(|other| rank(other) < rank(&call));
        if self.found.get(place).is_none_or(|other| other.id != call.id) {
            self.found.insert(place, call);
            self.found.truncate(self.top as usize);
        }
    }
}

fn rank(call: &StoredCall) -> (std::cmp::Reverse<Micros>, CallId) {
    Slow { response: call.call.times.response.unwrap_or_default(), id: call.id }.rank()
}
