//! Figures that were fixed as usual: fixing them, letting them go, and reading them.

use rusqlite::{Result, params};

use super::events::place_words;
use super::page::Page;
use super::snapshot::Snapshot;
use crate::model::{Baseline, Reach};
use crate::store::question::{Baselines, Question};

impl Question for Baselines {
    type Answer = Vec<Baseline>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Vec<Baseline>> {
        let (kind, place) = place_words(&self.of);
        let mut baselines = Vec::new();
        snapshot.each(
            "SELECT data FROM baselines WHERE place_kind = ?1 AND place = ?2 ORDER BY name",
            [kind, place],
            |row| {
                // What another version wrote in another form is as if it were not there.
                baselines.extend(serde_json::from_str::<Baseline>(row.get_ref(0)?.as_str()?).ok());
                Ok(())
            },
        )?;
        Ok(baselines)
    }
}

impl Page<'_> {
    /// Fixes a baseline, in place of one of the same name.
    pub fn fix_baseline(&self, of: &Reach, baseline: &Baseline) -> Result<u64> {
        let (kind, place) = place_words(of);
        let data =
            serde_json::to_string(baseline).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let fixed = self
            .db
            .prepare_cached("REPLACE INTO baselines (place_kind, place, name, data) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![kind, place, baseline.name, data])?;
        Ok(fixed as u64)
    }

    /// Lets a baseline go.
    pub fn clear_baseline(&self, of: &Reach, name: &str) -> Result<u64> {
        let (kind, place) = place_words(of);
        let gone = self
            .db
            .prepare_cached("DELETE FROM baselines WHERE place_kind = ?1 AND place = ?2 AND name = ?3")?
            .execute([kind, place, name])?;
        Ok(gone as u64)
    }
}
