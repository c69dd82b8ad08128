//! What the program ran with when it was last started.

use rusqlite::{Result, params};

use super::page::Page;
use super::snapshot::Snapshot;
use crate::model::{Event, Setup};
use crate::store::question::{LastSetup, Question};

impl Question for LastSetup {
    type Answer = Option<Setup>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Option<Setup>> {
        // What another version wrote in another form is as if it were not there.
        let read = |row: &rusqlite::Row<'_>| Ok(serde_json::from_str(row.get_ref(0)?.as_str()?).ok());
        snapshot.first("SELECT data FROM setup", [], read)
    }
}

impl Page<'_> {
    /// Remembers what the program runs with, and what is new about it.
    pub fn start_with(&self, setup: &Setup, news: &[Event]) -> Result<u64> {
        let data =
            serde_json::to_string(setup).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        self.db.execute("REPLACE INTO setup (only_row, data) VALUES (1, ?1)", params![data])?;
        news.iter().try_fold(0, |written, event| Ok(written + self.write_event(event)?))
    }
}
