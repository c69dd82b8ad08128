//! One transaction of a change, and what can be changed in it. Calls of this process are entered on sheets instead.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Result, params};

use super::delta::{Figures, Leaf, Opinion, select_figures};
use super::dictionary::{self, Kind};
use super::fold;
use super::ledger::{Memory, Settings};
use super::row::{self, Encoded};
use crate::model::{
    Call, CallId, ChannelId, MessageId, ModelName, Preference, PreferencePlace, PromptHash, Rating, Timestamp, UserId,
};

/// An open transaction.
pub(in crate::store) struct Page<'l> {
    pub(super) db: &'l Connection,
    /// Kept at hand: looking it up for every row would cost a tenth of the row.
    insert: CachedStatement<'l>,
    pub(super) settings: &'l Settings,
    pub(super) memory: &'l mut Memory,
}

/// How many times the usual number of rows may wait for a fold within one change.
const PATIENCE: usize = 32;

impl<'l> Page<'l> {
    pub(super) fn new(db: &'l Connection, settings: &'l Settings, memory: &'l mut Memory) -> Result<Self> {
        Ok(Self { db, insert: db.prepare_cached(row::INSERT)?, settings, memory })
    }

    /// Writes a row and counts it. `hash` is the hash of its prompt.
    pub fn add(&mut self, call: &Call, hash: Option<PromptHash>) -> Result<CallId> {
        let encoded = row::encode(call, &mut self.memory.names, self.db)?;
        self.add_encoded(call, encoded, hash)
    }

    pub(super) fn add_encoded(&mut self, call: &Call, row: Encoded<'_>, hash: Option<PromptHash>) -> Result<CallId> {
        let (counting, row) = self.memory.count_encoded(self.db, call, row, hash)?;
        let id = counting.id;
        self.write_fresh_names()?;
        row.insert(&mut self.insert, id)?;
        if self.memory.delta.rows >= PATIENCE * self.settings.fold_every {
            self.fold()?;
        }
        self.memory.take_full_blocks().iter().try_for_each(|block| block.write(self.db))?;
        Ok(id)
    }

    /// Rates a call. Returns the number of rows changed.
    pub fn rate(&mut self, id: CallId, by: &UserId, rating: Option<Rating>) -> Result<u64> {
        let Some((leaf, call)) = self.figures(id)? else { return Ok(0) };
        let by = self.memory.names.id(self.db, Kind::User, by.as_str())?;
        self.write_fresh_names()?;
        let asker: Option<i64> =
            self.db.prepare_cached("SELECT user FROM calls WHERE id = ?1")?.query_row([id.0], |row| row.get(0))?;
        let opinion = match asker {
            Some(asker) if asker == by => {
                let score = rating.map(Rating::score);
                self.db.prepare_cached("UPDATE calls SET rating = ?2 WHERE id = ?1")?.execute(params![id.0, score])?;
                Opinion::rated(call.rating, rating)
            }
            _ => self.rate_anothers(id, by, rating)?,
        };
        self.count_opinion(id, leaf, opinion)?;
        Ok(1)
    }

    /// Notes the rating of somebody who did not ask.
    fn rate_anothers(&self, id: CallId, by: i64, rating: Option<Rating>) -> Result<Opinion> {
        let before = "SELECT score FROM ratings WHERE call = ?1 AND user = ?2";
        let before: Option<u8> = self.db.prepare_cached(before)?.query_row([id.0, by], |row| row.get(0)).optional()?;
        match rating {
            Some(rating) => self
                .db
                .prepare_cached("REPLACE INTO ratings (call, user, score) VALUES (?1, ?2, ?3)")?
                .execute(params![id.0, by, rating.score()])?,
            None => self.db.prepare_cached("DELETE FROM ratings WHERE call = ?1 AND user = ?2")?.execute([id.0, by])?,
        };
        let opinion = Opinion::rated(before.and_then(Rating::new), rating);
        self.db
            .prepare_cached(
                "UPDATE calls SET others_ratings_n = others_ratings_n + ?2,
                     others_ratings_sum = others_ratings_sum + ?3 WHERE id = ?1",
            )?
            .execute([id.0, opinion.ratings_n, opinion.ratings_sum])?;
        Ok(opinion)
    }

    /// Notes which messages carry the answer to a call. Returns the number of rows changed.
    pub fn deliver(&self, at: Timestamp, channel: &ChannelId, message: &MessageId) -> Result<u64> {
        let Some(channel) = dictionary::find(self.db, Kind::Channel, channel.as_str())? else { return Ok(0) };
        let mut update = self.db.prepare_cached("UPDATE calls SET message = ?3 WHERE at = ?1 AND channel = ?2")?;
        Ok(update.execute(params![at.0, channel, message.as_str()])? as u64)
    }

    /// Counts that a call was asked again. Returns the number of rows changed.
    pub fn asked_again(&mut self, id: CallId) -> Result<u64> {
        let Some((leaf, _)) = self.figures(id)? else { return Ok(0) };
        self.db.prepare_cached("UPDATE calls SET asked_again = asked_again + 1 WHERE id = ?1")?.execute([id.0])?;
        self.count_opinion(id, leaf, Opinion { asked_again: 1, ..Opinion::default() })?;
        Ok(1)
    }

    /// Sets or clears a preference. Returns the number of rows changed.
    pub fn set(&self, place: &PreferencePlace, preference: Preference, value: Option<&str>) -> Result<u64> {
        let (kind, place) = super::preferences::place_words(place);
        let preference = super::preferences::word(preference);
        let changed = match value {
            Some(value) => self
                .db
                .prepare_cached(
                    "REPLACE INTO preferences (place_kind, place, preference, value) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute([kind, place, preference, value])?,
            None => self
                .db
                .prepare_cached("DELETE FROM preferences WHERE place_kind = ?1 AND place = ?2 AND preference = ?3")?
                .execute([kind, place, preference])?,
        };
        Ok(changed as u64)
    }

    /// Adds what came since the last fold to the stored cells.
    pub(super) fn fold(&mut self) -> Result<()> {
        if self.memory.delta.rows == 0 { Ok(()) } else { self.memory.fold().write(self.db) }
    }

    fn write_fresh_names(&mut self) -> Result<()> {
        self.memory.names.take_fresh().iter().try_for_each(|fresh| fresh.insert(self.db))
    }

    /// An opinion about a row that is folded goes into the stored cells; else the leaf that will be folded has it.
    fn count_opinion(&mut self, id: CallId, leaf: Leaf, opinion: Opinion) -> Result<()> {
        if id.0 <= self.memory.watermark {
            return fold::adjust(self.db, leaf, opinion, self.memory.sealed);
        }
        if let Some(counted) = self.memory.delta.leaves.get_mut(&leaf) {
            opinion.add_to(&mut counted.cell);
        }
        Ok(())
    }

    fn figures(&self, id: CallId) -> Result<Option<(Leaf, Call)>> {
        let mut row = self.db.prepare_cached(select_figures!("id = ?1"))?;
        let any = ModelName::from("");
        row.query_row([id.0], |row| Figures::read(row, &any).map(|figures| (figures.leaf, figures.call))).optional()
    }
}
