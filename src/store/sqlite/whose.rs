//! Which calls are whose. An index by person would be written all over with every call; instead, the numbers of each
//! person's calls are noted in blocks, at the end of a table, once a block of numbers is full. Sums by person and day come
//! with them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::delta::Figures;
use super::dictionary::{self, Kind};
use super::fold::broken;
use super::narrow::Narrow;
use super::row::{self, Columns};
use super::snapshot::Snapshot;
use crate::model::{Brief, Call, CallId, Filter, ModelName, NanoUsd, Timestamp, Usage, UserId, Window, varint};
use crate::store::cover::Cover;
use crate::store::question::{ByPerson, Question};

/// Numbers in a block. Few in tests, so that small stores have blocks too.
pub(super) const BLOCK: i64 = if cfg!(test) { 16 } else { 8_192 };

/// What a block comes to.
#[derive(Default)]
struct Block {
    times: Option<(i64, i64)>,
    /// The numbers of each person's calls.
    calls: BTreeMap<i64, Vec<i64>>,
    /// By day, person and guild.
    sums: BTreeMap<(i64, i64, i64), Brief>,
}

/// The last number of the last block.
pub(super) fn watermark(db: &Connection) -> Result<CallId> {
    let mut watermark = db.prepare_cached("SELECT value FROM meta WHERE key = 'people'")?;
    Ok(CallId(watermark.query_row([], |row| row.get(0)).optional()?.unwrap_or(0)))
}

/// Notes the calls of the block behind a number, all of which are in the file. To be called inside a transaction.
pub(super) fn note_block(db: &Connection, CallId(after): CallId) -> Result<()> {
    let block = Block::read(db, after)?;
    let number = after / BLOCK;
    if let Some((first, last)) = block.times {
        db.prepare_cached("INSERT INTO people_blocks VALUES (?1, ?2, ?3)")?.execute([number, first, last])?;
    }
    let mut insert = db.prepare_cached("INSERT INTO people_calls VALUES (?1, ?2, ?3)")?;
    for (user, ids) in &block.calls {
        insert.execute(params![number, user, gaps(number * BLOCK, ids)])?;
    }
    block.sums.iter().try_for_each(|(key, brief)| add_sum(db, *key, *brief))?;
    db.prepare_cached("REPLACE INTO meta (key, value) VALUES ('people', ?1)")?.execute([after + BLOCK]).map(drop)
}

/// Forgets all blocks; they are noted again.
pub(super) fn forget_blocks(db: &Connection) -> Result<()> {
    db.execute_batch(
        "DELETE FROM people_calls; DELETE FROM people_blocks; DELETE FROM people_sums; DELETE FROM meta WHERE key = 'people'",
    )
}

/// Forgets which calls are a person's.
pub(super) fn forget_person(db: &Connection, user: i64) -> Result<()> {
    db.execute("DELETE FROM people_calls WHERE block IN (SELECT block FROM people_blocks) AND user = ?1", [user])?;
    db.execute("DELETE FROM people_sums WHERE user = ?1", [user]).map(drop)
}

impl Block {
    fn read(db: &Connection, after: i64) -> Result<Self> {
        let (mut block, any) = (Self::default(), ModelName::from(""));
        let mut rows = db.prepare_cached(
            "SELECT id, at, user, guild, outcome, response_us, input_tokens, output_tokens, cost_nusd FROM calls
             WHERE id > ?1 AND id <= ?2 ORDER BY id",
        )?;
        let mut rows = rows.query([after, after + BLOCK])?;
        while let Some(row) = rows.next()? {
            block.add(&mut Columns { row, next: 0 }, &any)?;
        }
        Ok(block)
    }

    fn add(&mut self, columns: &mut Columns<'_>, any: &ModelName) -> Result<()> {
        let (id, at) = (columns.next()?, columns.next()?);
        let (first, last) = self.times.unwrap_or((at, at));
        self.times = Some((first.min(at), last.max(at)));
        let Some(user) = columns.next::<Option<i64>>()? else { return Ok(()) };
        self.calls.entry(user).or_default().push(id);
        let guild = columns.next::<Option<i64>>()?.unwrap_or(0);
        let mut call = Call::new(Timestamp(at), any.clone());
        call.outcome = row::outcome(columns.next()?);
        call.times.response = columns.micros()?;
        call.usage = Usage { input: columns.next()?, output: columns.next()?, ..Usage::default() };
        call.cost = columns.next::<Option<i64>>()?.map(NanoUsd);
        self.sums.entry((at.div_euclid(Timestamp::DAY), user, guild)).or_default().record(&call);
        Ok(())
    }
}

fn add_sum(db: &Connection, (day, user, guild): (i64, i64, i64), mut brief: Brief) -> Result<()> {
    let mut stored = db.prepare_cached("SELECT data FROM people_sums WHERE day = ?1 AND user = ?2 AND guild = ?3")?;
    let stored = stored.query_row([day, user, guild], |row| sum(row, 0)).optional()?;
    stored.iter().for_each(|stored| brief.merge(stored));
    let mut bytes = Vec::new();
    brief.push(&mut bytes);
    db.prepare_cached("REPLACE INTO people_sums VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![day, user, guild, bytes])
        .map(drop)
}

fn sum(row: &rusqlite::Row<'_>, column: usize) -> Result<Brief> {
    Brief::take(&mut row.get_ref(column)?.as_blob()?).ok_or_else(|| broken(column, "people_sums"))
}

/// Ascending numbers, as the gaps between them.
fn gaps(mut last: i64, ids: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for id in ids {
        varint::push(&mut bytes, (id - last) as u64);
        last = *id;
    }
    bytes
}

impl Snapshot<'_> {
    /// The numbers of a person's calls in all blocks that reach into a window, as a JSON list.
    pub(super) fn noted_calls_of(&self, user: i64, Window { from, to }: Window) -> Result<String> {
        let mut ids: Vec<i64> = Vec::new();
        self.each(
            "SELECT people_calls.block, ids FROM people_blocks JOIN people_calls
                 ON people_calls.block = people_blocks.block AND user = ?1
             WHERE last_at >= ?2 AND first_at < ?3 ORDER BY people_blocks.block",
            [user, from.0, to.0],
            |row| {
                let (mut last, mut bytes) = (row.get::<_, i64>(0)? * BLOCK, row.get_ref(1)?.as_blob()?);
                while !bytes.is_empty() {
                    last += varint::take(&mut bytes).ok_or_else(|| broken(1, "people_calls"))? as i64;
                    ids.push(last);
                }
                Ok(())
            },
        )?;
        Ok(serde_json::json!(ids).to_string())
    }
}

impl Question for ByPerson {
    type Answer = Vec<(UserId, Brief)>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &Filter::default())? else { return Ok(Vec::new()) };
        let mut people = snapshot.sums_of_people(&Cover::of_days(self.window), &narrow)?;
        people.retain(|_, brief| brief.calls > 0);
        let named = people.into_iter().map(|(user, brief)| {
            let name = dictionary::name(snapshot.db, Kind::User, user)?;
            Ok((UserId::from(name), brief))
        });
        let mut named = named.collect::<Result<Vec<_>>>()?;
        named.sort_by(|a, b| (b.1.calls, &a.0).cmp(&(a.1.calls, &b.0)));
        Ok(named)
    }
}

impl Snapshot<'_> {
    fn sums_of_people(&self, cover: &Cover, narrow: &Narrow) -> Result<BTreeMap<i64, Brief>> {
        let (mut people, any) = (BTreeMap::<i64, Brief>::new(), ModelName::from(""));
        let noted = watermark(self.db)?;
        self.each_left_over_from(cover, narrow, noted, &super::cells::FIGURES, |row| {
            let figures = Figures::read(row, &any)?;
            if figures.user != 0 {
                people.entry(figures.user).or_default().record(&figures.call);
            }
            Ok(())
        })?;
        for days in &cover.slots {
            let (from, to) = (days.starts.start / days.length, days.starts.end / days.length);
            let sql = "SELECT user, data FROM people_sums
                       WHERE day >= ?1 AND day < ?2 AND (?3 IS NULL OR guild = ?3) AND (?4 IS NULL OR user = ?4)";
            self.each(sql, params![from, to, narrow.guild, narrow.user], |row| {
                people.entry(row.get(0)?).or_default().merge(&sum(row, 1)?);
                Ok(())
            })?;
        }
        Ok(people)
    }
}
