//! The schema, as numbered steps that are only ever appended to.

use rusqlite::{Connection, Result};
use rusqlite_migration::{M, Migrations};

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../../../migrations/sqlite/0001_calls.sql")),
    M::up(include_str!("../../../migrations/sqlite/0002_cells.sql")),
    M::up(include_str!("../../../migrations/sqlite/0003_attempt.sql")),
    M::up(include_str!("../../../migrations/sqlite/0004_ratings.sql")),
    M::up(include_str!("../../../migrations/sqlite/0005_slots.sql")),
    M::up(include_str!("../../../migrations/sqlite/0006_events.sql")),
    M::up(include_str!("../../../migrations/sqlite/0007_bottlenecks.sql")),
    M::up(include_str!("../../../migrations/sqlite/0008_failures.sql")),
];

/// The steps from an empty file to the present schema.
pub(in crate::store) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// The present version.
pub(in crate::store) const VERSION: u32 = STEPS.len() as u32;

/// What marks a file as ours ("perf"); the first step writes it.
pub(in crate::store) const APPLICATION_ID: i64 = 0x7065_7266;

/// The version of a file; 0 for an empty one.
pub(in crate::store) fn version(db: &Connection) -> Result<u32> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
pub(in crate::store) mod tests {
    use super::*;
    use crate::model::{Outcome, QueryType, UsageSource};

    /// Rows as the program of each version would have left them; each stands for its step of the same number.
    const SAMPLES: &[&str] = &[
        include_str!("../../../migrations/sqlite/samples/0001_calls.sql"),
        include_str!("../../../migrations/sqlite/samples/0002_cells.sql"),
        include_str!("../../../migrations/sqlite/samples/0003_attempt.sql"),
        include_str!("../../../migrations/sqlite/samples/0004_ratings.sql"),
        include_str!("../../../migrations/sqlite/samples/0005_slots.sql"),
        include_str!("../../../migrations/sqlite/samples/0006_events.sql"),
        include_str!("../../../migrations/sqlite/samples/0007_bottlenecks.sql"),
        include_str!("../../../migrations/sqlite/samples/0008_failures.sql"),
    ];

    fn at_latest() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        MIGRATIONS.to_latest(&mut db).unwrap();
        db
    }

    /// All sample rows, each put in at its version.
    fn with_samples() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        put_samples(&mut db, VERSION);
        db
    }

    /// Brings an empty file to a version, with the sample rows of each version on the way.
    pub fn put_samples(db: &mut Connection, version: u32) {
        for (step, sample) in (1..=version as usize).zip(SAMPLES) {
            MIGRATIONS.to_version(db, step).unwrap();
            db.execute_batch(sample).unwrap();
        }
    }

    #[test]
    fn every_step_runs() {
        MIGRATIONS.validate().unwrap();
    }

    #[test]
    fn rows_of_every_version_reach_the_present() {
        assert_eq!(SAMPLES.len(), STEPS.len(), "each step has sample rows");
        let db = with_samples();
        let broken: i64 = db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
        let rows: i64 = db.query_row("SELECT count(*) FROM performance_metrics", [], |row| row.get(0)).unwrap();
        assert_eq!((broken, rows), (0, 4));
    }

    #[test]
    fn the_words_in_the_file_are_those_of_the_program() {
        let db = at_latest();
        let words = |table: &str| -> Vec<String> {
            let mut words = db.prepare(&format!("SELECT name FROM {table} ORDER BY id")).unwrap();
            words.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(words("query_types"), QueryType::ALL.map(QueryType::as_str));
        assert_eq!(words("outcomes"), Outcome::ALL.map(Outcome::as_str));
        assert_eq!(words("usage_sources"), UsageSource::ALL.map(UsageSource::as_str));
    }

    #[test]
    fn the_metrics_view_speaks_rfc_3339_and_dollars() {
        let db = with_samples();
        let view = db.prepare("SELECT * FROM performance_metrics").unwrap();
        let columns = view.column_names().join(", ");
        let mut rows =
            db.prepare(&format!("SELECT json_array({columns}) FROM performance_metrics ORDER BY id")).unwrap();
        let rows: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        insta::assert_snapshot!(format!("{columns}\n{}", rows.join("\n")), @r#"
        id, timestamp, user_id, model, query_type, response_time_ms, input_tokens, output_tokens, cost_usd, context_size
        [1,"2023-11-16T18:15:46.680590Z","ann","haiku","question",1235,120,80,0.00042,15]
        [2,"1969-12-31T23:59:59.999999Z",null,"haiku","other",null,null,null,null,null]
        [3,"2023-11-16T18:18:20.000000Z",null,"haiku","question",null,null,null,null,null]
        [4,"2023-11-16T18:20:00.000000Z",null,"haiku","question",3300,null,null,null,null]
        "#);
    }

    #[test]
    fn the_view_of_bottlenecks_has_the_columns_that_are_promised() {
        let db = with_samples();
        let view = db.prepare("SELECT * FROM bottlenecks").unwrap();
        let columns = view.column_names().join(", ");
        let mut rows = db.prepare(&format!("SELECT json_array({columns}) FROM bottlenecks ORDER BY id")).unwrap();
        let rows: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        insta::assert_snapshot!(format!("{columns}\n{}", rows.join("\n")), @r#"
        id, detected_at, issue_type, impact_ms, frequency_percent, recommendation
        [1,"2023-11-16T18:16:40.000000Z","repeats_not_cached",1234,15.5,"Cache common queries"]
        [2,"2023-11-16T18:16:40.000000Z","dear_model",null,25.0,null]
        "#);
    }
}
