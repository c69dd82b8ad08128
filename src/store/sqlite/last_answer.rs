//! The last answered call of a person in a channel.

use rusqlite::{OptionalExtension, Result};

use super::row::{self, select_calls};
use super::snapshot::Snapshot;
use crate::model::StoredCall;
use crate::store::question::{LastAnswer, Question};

/// The outcomes are those of `Outcome::answered`.
const LAST: &str = select_calls!(
    "WHERE user = (SELECT id FROM users WHERE name = ?1) AND channel = (SELECT id FROM channels WHERE name = ?2)
     AND outcome IN (0, 1, 2, 3) ORDER BY at DESC, calls.id DESC LIMIT 1"
);

impl Question for LastAnswer {
    type Answer = Option<StoredCall>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let mut last = snapshot.db.prepare_cached(LAST)?;
        last.query_row([self.user.as_str(), self.channel.as_str()], row::decode).optional()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Outcome;

    #[test]
    fn the_outcomes_in_the_statement_are_those_with_an_answer() {
        let answered = Outcome::ALL.into_iter().filter(|outcome| outcome.answered()).map(Outcome::code);
        assert_eq!(answered.collect::<Vec<_>>(), [0, 1, 2, 3]);
    }
}
