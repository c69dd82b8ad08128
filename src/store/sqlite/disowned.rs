//! Takes calls out of the lists of whose calls are whose.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::fold::broken;
use super::whose;
use crate::model::varint;

/// Takes a guild's calls with numbers from one to another out of the lists. To be called while they still are the guild's.
pub(super) fn take_out(db: &Connection, [after, end, guild]: [i64; 3]) -> Result<()> {
    let mut calls =
        db.prepare_cached("SELECT user, id FROM calls WHERE id > ?1 AND id <= ?2 AND guild = ?3 AND user NOT NULL")?;
    let mut calls = calls.query([after, end, guild])?;
    let mut by_user: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    while let Some(call) = calls.next()? {
        by_user.entry(call.get(0)?).or_default().insert(call.get(1)?);
    }
    let mut blocks = db.prepare_cached("SELECT block FROM people_blocks WHERE block >= ?1 AND block <= ?2")?;
    let within = [(after - whose::BLOCK).div_euclid(whose::UNIT), end.div_euclid(whose::UNIT)];
    for block in blocks.query_map(within, |row| row.get(0))? {
        let block = block?;
        by_user.iter().try_for_each(|(user, ids)| take_out_of(db, (block, *user), ids))?;
    }
    Ok(())
}

/// Takes some numbers out of the list of a person in a block.
fn take_out_of(db: &Connection, (block, user): (i64, i64), ids: &BTreeSet<i64>) -> Result<()> {
    let mut list = db.prepare_cached("SELECT ids FROM people_calls WHERE block = ?1 AND user = ?2")?;
    let list = list.query_row([block, user], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let Some(list) = list else { return Ok(()) };
    let left = without(&list, block * whose::UNIT, ids).ok_or_else(|| broken(0, "people_calls"))?;
    if left.is_empty() {
        db.prepare_cached("DELETE FROM people_calls WHERE block = ?1 AND user = ?2")?.execute([block, user])?;
    } else if left != list {
        db.prepare_cached("UPDATE people_calls SET ids = ?3 WHERE block = ?1 AND user = ?2")?
            .execute(params![block, user, left])?;
    }
    Ok(())
}

/// The gaps between the numbers behind a number that are left without some of them; `None` if the bytes are no gaps.
fn without(mut gaps: &[u8], after: i64, ids: &BTreeSet<i64>) -> Option<Vec<u8>> {
    let (mut id, mut last, mut left) = (after, after, Vec::new());
    while !gaps.is_empty() {
        id += i64::try_from(varint::take(&mut gaps)?).ok()?;
        if !ids.contains(&id) {
            varint::push(&mut left, (id - last) as u64);
            last = id;
        }
    }
    Some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_stay() {
        let gaps = |ids: &[i64]| {
            let (mut last, mut gaps) = (16, Vec::new());
            for id in ids {
                varint::push(&mut gaps, (id - std::mem::replace(&mut last, *id)) as u64);
            }
            gaps
        };
        let list = gaps(&[17, 20, 400, 401]);
        assert_eq!(without(&list, 16, &[17, 400, 500].into()), Some(gaps(&[20, 401])));
        assert_eq!(without(&list, 16, &[17, 20, 400, 401].into()), Some(Vec::new()));
        assert_eq!(without(&[0x80], 16, &BTreeSet::new()), None);
    }
}
