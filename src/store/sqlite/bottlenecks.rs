//! What was found to take time or money without need: writing it down, and reading when it was found.

use rusqlite::{Result, params};

use super::events::place_words;
use super::page::Page;
use super::snapshot::Snapshot;
use crate::model::{Bottleneck, KeptBottleneck, Reach, Timestamp};
use crate::store::question::{Bottlenecks, Question};

impl Question for Bottlenecks {
    type Answer = Vec<KeptBottleneck>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Vec<KeptBottleneck>> {
        let (kind, place) = place_words(&self.of);
        let mut kept = Vec::new();
        snapshot.each(
            "SELECT issue_type, subject, first_seen, last_seen FROM found_bottlenecks
                 WHERE place_kind = ?1 AND place = ?2 ORDER BY issue_type, subject",
            [kind, place],
            |row| {
                kept.push(KeptBottleneck {
                    issue: row.get(0)?,
                    subject: row.get(1)?,
                    first_seen: Timestamp(row.get(2)?),
                    last_seen: Timestamp(row.get(3)?),
                });
                Ok(())
            },
        )?;
        Ok(kept)
    }
}

impl Page<'_> {
    /// Writes down what was found. What was found before keeps the time when it was first.
    pub fn write_bottlenecks(&self, of: &Reach, at: Timestamp, found: &[Bottleneck]) -> Result<u64> {
        let (kind, place) = place_words(of);
        let mut write = self.db.prepare_cached(
            "INSERT INTO found_bottlenecks (place_kind, place, issue_type, subject, first_seen, last_seen, impact_ms,
                     frequency_percent, recommendation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8)
                 ON CONFLICT DO UPDATE SET first_seen = min(first_seen, ?5), last_seen = max(last_seen, ?5), impact_ms = ?6, frequency_percent = ?7,
                     recommendation = ?8",
        )?;
        for Bottleneck { issue, subject, impact_ms, frequency_percent, recommendation } in found {
            let impact_ms = impact_ms.map(|ms| ms.round() as i64);
            write.execute(params![kind, place, issue, subject, at.0, impact_ms, frequency_percent, recommendation])?;
        }
        Ok(found.len() as u64)
    }
}
