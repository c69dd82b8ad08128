//! What perfbot itself has spent.

use rusqlite::{Result, params};

use super::snapshot::Snapshot;
use crate::model::Tally;
use crate::store::question::{OwnSpend, Question};

/// Only perfbot knows how much of a conversation went along, so that tells its own calls from imported ones.
const OWN: &str = "
SELECT count(cost_nusd), coalesce(sum(cost_nusd), 0)
FROM calls LEFT JOIN providers ON providers.id = calls.provider
WHERE at >= ?1 AND at < ?2 AND context_messages IS NOT NULL AND providers.name IS NOT 'simulated'";

impl Question for OwnSpend {
    type Answer = Tally;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut spent = Tally::default();
        snapshot.each(OWN, params![self.window.from.0, self.window.to.0], |row| {
            spent = Tally { n: row.get(0)?, sum: row.get(1)? };
            Ok(())
        })?;
        Ok(spent)
    }
}
