//! Which calls are whose. An index by person would be written all over with every call; instead, the numbers of each
//! person's calls are noted in blocks, at the end of a table, once a block of numbers is full. Sums by person and day come
//! with them.

use std::collections::BTreeMap;

use foldhash::HashMap;
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
pub(super) const BLOCK: i64 = 2 * UNIT;

/// What blocks are counted in: so many numbers an older block held.
pub(super) const UNIT: i64 = if cfg!(test) { 8 } else { 8_192 };

/// The calls that are in no block yet, as they come.
#[derive(Debug)]
pub(super) struct Unnoted {
    open: Block,
    full: Vec<Block>,
}

/// Whose the calls behind a number are, and what they come to.
#[derive(Debug)]
pub(super) struct Block {
    after: i64,
    /// First and last time.
    times: Option<(i64, i64)>,
    people: HashMap<i64, Person>,
}

/// The calls of one person in a block.
#[derive(Debug)]
struct Person {
    /// The gaps between their numbers.
    gaps: Vec<u8>,
    last: i64,
    /// By day and guild, the latest last.
    sums: Vec<((i64, i64), Brief)>,
}

/// The last number of the last block.
pub(super) fn watermark(db: &Connection) -> Result<CallId> {
    let mut watermark = db.prepare_cached("SELECT value FROM meta WHERE key = 'people'")?;
    Ok(CallId(watermark.query_row([], |row| row.get(0)).optional()?.unwrap_or(0)))
}

/// Notes the calls of the block behind a number, all of which are in the file. To be called inside a transaction.
pub(super) fn note_block(db: &Connection, after: CallId) -> Result<()> {
    let mut unnoted = Unnoted::behind(after);
    unnoted.read(db, CallId(after.0 + BLOCK))?;
    unnoted.open.write(db)
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

impl Unnoted {
    /// None so far, behind a number.
    pub fn behind(CallId(after): CallId) -> Self {
        Self { open: Block { after, times: None, people: HashMap::default() }, full: Vec::new() }
    }

    /// Adds the calls that are in the file up to a number.
    pub fn read(&mut self, db: &Connection, last: CallId) -> Result<()> {
        let mut rows = db.prepare_cached(
            "SELECT id, at, user, guild, outcome, response_us, input_tokens, output_tokens, cost_nusd FROM calls
             WHERE id > ?1 AND id <= ?2 ORDER BY id",
        )?;
        let mut rows = rows.query([self.open.after, last.0])?;
        let any = ModelName::from("");
        while let Some(row) = rows.next()? {
            self.add_row(&mut Columns { row, next: 0 }, &any)?;
        }
        Ok(())
    }

    fn add_row(&mut self, columns: &mut Columns<'_>, any: &ModelName) -> Result<()> {
        let (id, at) = (CallId(columns.next()?), Timestamp(columns.next()?));
        let [user, guild] = [columns.next::<Option<i64>>()?, columns.next()?].map(|number| number.unwrap_or(0));
        let mut call = Call::new(at, any.clone());
        call.outcome = row::outcome(columns.next()?);
        call.times.response = columns.micros()?;
        call.usage = Usage { input: columns.next()?, output: columns.next()?, ..Usage::default() };
        call.cost = columns.next::<Option<i64>>()?.map(NanoUsd);
        self.add(id, user, guild, &call);
        Ok(())
    }

    /// Adds the call with the next number, by a person (0 for nobody) in a guild (0 for none).
    pub fn add(&mut self, CallId(id): CallId, user: i64, guild: i64, call: &Call) {
        while id > self.open.after + BLOCK {
            let next = Self::behind(CallId(self.open.after + BLOCK)).open;
            self.full.push(std::mem::replace(&mut self.open, next));
        }
        self.open.add(id, user, guild, call);
    }

    /// The blocks that were filled since this was last asked.
    pub fn take_full(&mut self) -> Vec<Block> {
        std::mem::take(&mut self.full)
    }
}

impl Block {
    fn add(&mut self, id: i64, user: i64, guild: i64, call: &Call) {
        let (first, last) = self.times.unwrap_or((call.at.0, call.at.0));
        self.times = Some((first.min(call.at.0), last.max(call.at.0)));
        if user == 0 {
            return;
        }
        let new = || Person { gaps: Vec::new(), last: self.after, sums: Vec::new() };
        let person = self.people.entry(user).or_insert_with(new);
        varint::push(&mut person.gaps, (id - person.last) as u64);
        person.last = id;
        let key = (call.at.0.div_euclid(Timestamp::DAY), guild);
        match person.sums.iter_mut().rev().find(|(known, _)| *known == key) {
            Some((_, sum)) => sum.record(call),
            None => {
                let mut sum = Brief::default();
                sum.record(call);
                person.sums.push((key, sum));
            }
        }
    }

    /// Notes it. To be called inside a transaction.
    pub fn write(&self, db: &Connection) -> Result<()> {
        let number = self.after / UNIT;
        if let Some((first, last)) = self.times {
            db.prepare_cached("INSERT INTO people_blocks VALUES (?1, ?2, ?3)")?.execute([number, first, last])?;
        }
        let mut insert = db.prepare_cached("INSERT INTO people_calls VALUES (?1, ?2, ?3)")?;
        let mut people: Vec<_> = self.people.iter().collect();
        // Sorted, so that the tables are written from one end to the other.
        people.sort_unstable_by_key(|(user, _)| **user);
        for (user, person) in people {
            insert.execute(params![number, user, person.gaps])?;
            person.sums.iter().try_for_each(|((day, guild), sum)| add_sum(db, (*day, *user, *guild), *sum))?;
        }
        let after = self.after + BLOCK;
        db.prepare_cached("REPLACE INTO meta (key, value) VALUES ('people', ?1)")?.execute([after]).map(drop)
    }
}

/// Adds to the sum of a day, person and guild.
pub(super) fn add_sum(db: &Connection, (day, user, guild): (i64, i64, i64), mut brief: Brief) -> Result<()> {
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

impl Snapshot<'_> {
    /// The numbers of a person's calls in all blocks that reach into a window, in their order.
    pub(super) fn noted_calls_of(&self, user: i64, Window { from, to }: Window) -> Result<Vec<i64>> {
        let mut ids: Vec<i64> = Vec::new();
        self.each(
            "SELECT people_calls.block, ids FROM people_blocks JOIN people_calls
                 ON people_calls.block = people_blocks.block AND user = ?1
             WHERE last_at >= ?2 AND first_at < ?3 ORDER BY people_blocks.block",
            [user, from.0, to.0],
            |row| {
                let (mut last, mut bytes) = (row.get::<_, i64>(0)? * UNIT, row.get_ref(1)?.as_blob()?);
                while !bytes.is_empty() {
                    last += varint::take(&mut bytes).ok_or_else(|| broken(1, "people_calls"))? as i64;
                    ids.push(last);
                }
                Ok(())
            },
        )?;
        Ok(ids)
    }
}

impl Question for ByPerson {
    type Answer = Vec<(UserId, Brief)>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &Filter::default())? else { return Ok(Vec::new()) };
        let days = Cover::of_days(snapshot.up_to_slot(self.window, Timestamp::DAY)?);
        let mut people = snapshot.sums_of_people(&days, &narrow)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;
    use crate::store::tests::{Home, cells_equal_rows, keep};
    use crate::testing::call;

    /// Calls of two people in turn, three hours apart.
    fn three_hourly(numbers: std::ops::Range<i64>) -> impl Iterator<Item = Call> {
        let from = 1_700_000_000_000_000 / Timestamp::DAY * Timestamp::DAY;
        numbers.map(move |n| {
            let mut call = call(["m", "n"][n as usize % 2]).guild("g").user(["u", "v"][n as usize / 2 % 2]).build();
            call.at = Timestamp(from + n * 3 * Timestamp::HOUR);
            call
        })
    }

    /// Notes the calls up to a number as an older version did, in blocks of half the size.
    fn note_in_older_blocks(db: &Connection, last: i64) -> Result<()> {
        forget_blocks(db)?;
        for after in (0..last).step_by(UNIT as usize) {
            let mut unnoted = Unnoted::behind(CallId(after));
            unnoted.read(db, CallId(after + UNIT))?;
            unnoted.open.write(db)?;
            db.execute("UPDATE meta SET value = ?1 WHERE key = 'people'", [after + UNIT])?;
        }
        Ok(())
    }

    fn blocks(home: &Home) -> Vec<i64> {
        let db = Connection::open(home.path()).unwrap();
        let mut blocks = db.prepare("SELECT block FROM people_blocks ORDER BY block").unwrap();
        blocks.query_map([], |row| row.get(0)).unwrap().collect::<Result<_>>().unwrap()
    }

    /// How many calls a person made, in all of time and in two days of it.
    async fn calls_of(store: &crate::store::Store, user: &str) -> [u64; 2] {
        let from = Timestamp(1_700_000_000_000_000 / Timestamp::DAY * Timestamp::DAY);
        let windows = [i64::MAX, from.0 + 2 * Timestamp::DAY].map(|to| Window { from, to: Timestamp(to) });
        let mut calls = [0; 2];
        for (calls, window) in calls.iter_mut().zip(windows) {
            let spend =
                crate::store::question::Spend { window, scope: Scope::User(user.into()), filter: Filter::default() };
            let people = store.ask(ByPerson { window, scope: Scope::All }).await.unwrap();
            *calls = people.iter().find(|(known, _)| known.as_str() == user).map_or(0, |(_, brief)| brief.calls);
            let cost = store.ask(spend).await.unwrap();
            assert!(cost.n <= *calls);
        }
        calls
    }

    #[tokio::test]
    async fn blocks_of_an_older_size_are_read_beside_those_of_today() {
        let home = Home::new();
        let store = home.open();
        keep(&store, three_hourly(0..30)).await;
        store.close().await;
        drop(store);
        note_in_older_blocks(&Connection::open(home.path()).unwrap(), 24).unwrap();
        assert_eq!(blocks(&home), [0, 1, 2]);
        cells_equal_rows::as_they_are(&home.look()).await;
        let store = home.open();
        assert_eq!(calls_of(&store, "v").await, [14, 8]);
        keep(&store, three_hourly(30..70)).await;
        assert_eq!(blocks(&home), [0, 1, 2, 3, 5], "calls 25 to 40 and 41 to 56");
        assert_eq!(calls_of(&store, "v").await, [34, 8]);
        cells_equal_rows::as_they_are(&store).await;
    }
}
