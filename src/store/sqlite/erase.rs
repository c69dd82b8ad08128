//! Takes a person or a guild out of the calls, some rows at a time. What the calls came to stays: cells count no persons,
//! and the calls of a guild go on as calls of none.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result};

use super::dictionary::{self, Kind};
use super::disowned;
use super::fold::{self, Slot};
use super::page::Page;
use super::parts::{self, Part, Quarters, Repeated};
use super::whose;
use crate::model::{CallId, ChannelId, GuildId, PromptHash, Timestamp, UserId};
use crate::store::change::{Applied, Whose};
use crate::store::cover::Sealed;

/// Rows that one step looks at: a few milliseconds' work.
const STEP: i64 = if cfg!(test) { 20 } else { 2_000 };

/// Slots of a guild that one step takes out of each table; some are as long as a hundred rows.
const SLOTS: i64 = if cfg!(test) { 5 } else { 100 };

/// Which stored counts a prompt is taken out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scopes {
    /// Those of all calls and those of its guild.
    All,
    /// Those of all calls only.
    OfAllCalls,
}

impl Page<'_> {
    /// Goes on behind a row. [`Applied::next`] says from where the next step has to go on, if there is more to do.
    pub fn erase(&self, whose: &Whose, after: CallId) -> Result<Applied> {
        let end = CallId(after.0.saturating_add(STEP));
        let in_memory = self.memory.watermark.min(whose::watermark(self.db)?.0);
        let mut applied = match whose {
            Whose::Person(user) => self.erase_person_from(user, after, end)?,
            Whose::Guild { guild, .. } => self.erase_guild_from(guild, after, end)?,
        };
        if end.0 < self.memory.last || self.drop_slots_of(whose)? > 0 {
            applied.next = Some(end);
            applied.is_apart = end.0 <= in_memory;
            return Ok(applied);
        }
        applied.settings = match whose {
            Whose::Person(user) => forget_person(self.db, user)?,
            Whose::Guild { guild, channels } => forget_guild(self.db, guild, channels)?,
        };
        Ok(applied)
    }

    /// Takes out some of the cells of a guild whose calls are its own no more. Returns how many there were.
    fn drop_slots_of(&self, whose: &Whose) -> Result<usize> {
        let Whose::Guild { guild, .. } = whose else { return Ok(0) };
        let Some(number) = dictionary::find(self.db, Kind::Guild, guild.as_str())? else { return Ok(0) };
        let mut dropped = 0;
        for table in parts::TABLES.into_iter().chain([Quarters::TABLE]) {
            let some = format!("SELECT rowid FROM {table} WHERE scope = ?1 LIMIT ?2");
            let mut delete = self.db.prepare_cached(&format!("DELETE FROM {table} WHERE rowid IN ({some})"))?;
            dropped += delete.execute([number, SLOTS])?;
        }
        Ok(dropped)
    }

    /// Takes prompts out of the counts of those asked again, which no longer name them. Only what is stored has to be
    /// changed: memory is read anew.
    fn uncount_prompts(&self, whose: &str, [after, end, number]: [i64; 3], scopes: Scopes) -> Result<()> {
        let mut prompts = self.db.prepare_cached(&format!(
            "SELECT coalesce(guild, 0), at, prompt_hash FROM calls
             WHERE id > ?1 AND id <= ?2 AND {whose} = ?3
               AND repeat_after_s IS NOT NULL AND prompt_hash IS NOT NULL AND prompt_hash IS NOT 0"
        ))?;
        let mut prompts = prompts.query([after, end.min(self.memory.watermark), number])?;
        // Each slot is read and written once, however many of its calls they are.
        let mut by_slot: BTreeMap<Slot, Vec<PromptHash>> = BTreeMap::new();
        while let Some(row) = prompts.next()? {
            let hour = row.get::<_, i64>(1)?.div_euclid(Timestamp::HOUR);
            let (guild, prompt) = (row.get(0)?, PromptHash(row.get::<_, i64>(2)? as u64));
            let slots = fold::slots_of(guild, hour, Sealed::NOTHING);
            for slot in slots.filter(|slot| scopes == Scopes::All || slot.scope == 0) {
                by_slot.entry(slot).or_default().push(prompt);
            }
        }
        by_slot.into_iter().try_for_each(|(slot, prompts)| {
            let take_out = |repeated: &mut Repeated| prompts.iter().for_each(|prompt| repeated.take_out(*prompt));
            fold::change(self.db, slot, Repeated::default(), take_out)
        })
    }

    fn erase_person_from(&self, user: &UserId, after: CallId, end: CallId) -> Result<Applied> {
        let db = self.db;
        let Some(user) = dictionary::find(db, Kind::User, user.as_str())? else { return Ok(Applied::default()) };
        let rows = [after.0, end.0, user];
        self.uncount_prompts("user", rows, Scopes::All)?;
        let previews = db
            .prepare_cached(
                "DELETE FROM previews WHERE call IN (SELECT id FROM calls WHERE id > ?1 AND id <= ?2 AND user = ?3)",
            )?
            .execute(rows)?;
        let changed = db
            .prepare_cached(
                "UPDATE calls SET user = NULL, session = NULL, message = NULL, prompt_hash = prompt_hash & 0
             WHERE id > ?1 AND id <= ?2 AND user = ?3",
            )?
            .execute(rows)?;
        Ok(Applied { changed: changed as u64, previews: previews as u64, ..Applied::default() })
    }

    fn erase_guild_from(&self, guild: &GuildId, after: CallId, end: CallId) -> Result<Applied> {
        let db = self.db;
        let Some(guild) = dictionary::find(db, Kind::Guild, guild.as_str())? else { return Ok(Applied::default()) };
        let rows = [after.0, end.0, guild];
        // What is stored of the guild itself goes as a whole.
        self.uncount_prompts("guild", rows, Scopes::OfAllCalls)?;
        // They would name people beside calls that are nobody's then.
        disowned::take_out(db, rows)?;
        let previews = db
            .prepare_cached(
                "DELETE FROM previews WHERE call IN (SELECT id FROM calls WHERE id > ?1 AND id <= ?2 AND guild = ?3)",
            )?
            .execute(rows)?;
        db.prepare_cached(
            "DELETE FROM ratings WHERE call IN (SELECT id FROM calls WHERE id > ?1 AND id <= ?2 AND guild = ?3)",
        )?
        .execute(rows)?;
        let changed = db
            .prepare_cached(
                "UPDATE calls SET guild = NULL, channel = NULL, user = NULL, session = NULL, message = NULL,
                 prompt_hash = prompt_hash & 0
             WHERE id > ?1 AND id <= ?2 AND guild = ?3",
            )?
            .execute(rows)?;
        Ok(Applied { changed: changed as u64, previews: previews as u64, ..Applied::default() })
    }
}

/// What is left of a person when no call is theirs any more. That they do not want to be recorded is still their wish.
fn forget_person(db: &Connection, user: &UserId) -> Result<u64> {
    let settings = db.execute(
        "DELETE FROM preferences WHERE place_kind = 'user' AND place = ?1 AND preference <> 'opt_out'",
        [user.as_str()],
    )?;
    forget_what_is_of(db, "user", user.as_str())?;
    // What they wrote goes; that something was switched stays, as nobody's doing.
    db.execute("DELETE FROM events WHERE kind = 'note' AND by_user = ?1", [user.as_str()])?;
    db.execute("UPDATE events SET by_user = NULL WHERE by_user = ?1", [user.as_str()])?;
    if let Some(number) = dictionary::find(db, Kind::User, user.as_str())? {
        // The scores stay with the calls.
        db.execute("DELETE FROM ratings WHERE user = ?1", [number])?;
        whose::forget_person(db, number)?;
        db.execute("UPDATE started SET user = NULL WHERE user = ?1", [number])?;
        db.execute("DELETE FROM users WHERE id = ?1", [number])?;
    }
    Ok(settings as u64)
}

/// What is left of a guild when no call is its own any more and its cells are gone: its name, its channels and what was set there.
fn forget_guild(db: &Connection, guild: &GuildId, channels: &[ChannelId]) -> Result<u64> {
    forget_what_is_of(db, "guild", guild.as_str())?;
    if let Some(number) = dictionary::find(db, Kind::Guild, guild.as_str())? {
        db.execute("DELETE FROM people_sums WHERE guild = ?1", [number])?;
        db.execute("UPDATE started SET guild = NULL, channel = NULL, user = NULL WHERE guild = ?1", [number])?;
        db.execute("DELETE FROM guilds WHERE id = ?1", [number])?;
    }
    channels.iter().try_fold(0, |settings, channel| Ok(settings + forget_channel(db, channel)?))
}

/// Events, baselines and findings that concern nobody else.
fn forget_what_is_of(db: &Connection, kind: &str, place: &str) -> Result<()> {
    db.execute("DELETE FROM events WHERE place_kind = ?1 AND place = ?2", [kind, place])?;
    db.execute("DELETE FROM baselines WHERE place_kind = ?1 AND place = ?2", [kind, place])?;
    db.execute("DELETE FROM found_bottlenecks WHERE place_kind = ?1 AND place = ?2", [kind, place])?;
    Ok(())
}

fn forget_channel(db: &Connection, channel: &ChannelId) -> Result<u64> {
    let settings =
        db.execute("DELETE FROM preferences WHERE place_kind = 'channel' AND place = ?1", [channel.as_str()])?;
    let unused =
        "SELECT id FROM channels WHERE name = ?1 AND id NOT IN (SELECT channel FROM started WHERE channel NOT NULL)";
    let number: Option<i64> = db.query_row(unused, [channel.as_str()], |row| row.get(0)).optional()?;
    if let Some(number) = number {
        db.execute("DELETE FROM channels WHERE id = ?1", [number])?;
    }
    Ok(settings as u64)
}
