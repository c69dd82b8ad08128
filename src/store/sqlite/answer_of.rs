//! The call whose answer a message carries.

use rusqlite::{OptionalExtension, Result, params};

use super::row::select_calls;
use super::snapshot::{FAR, Snapshot};
use crate::model::StoredCall;
use crate::store::question::{AnswerOf, Question};

/// Walks back from when the message was sent: a call is asked before its answer is.
const BACK: &str =
    "SELECT id, message FROM calls WHERE at >= ?1 AND at < ?2 AND message NOT NULL ORDER BY at DESC, id DESC LIMIT ?3";

const ONE: &str = select_calls!("WHERE calls.id = ?1");

impl Question for AnswerOf {
    type Answer = Option<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let found = snapshot.first(BACK, params![self.asked.from.0, self.asked.to.0, FAR], |row| {
            let carries = row.get_ref(1)?.as_str()?.split(' ').any(|message| message == self.message.as_str());
            Ok(if carries { Some(row.get::<_, i64>(0)?) } else { None })
        })?;
        let Some(found) = found else { return Ok(None) };
        snapshot.db.prepare_cached(ONE)?.query_row([found], |row| snapshot.decode(row)).optional()
    }
}
