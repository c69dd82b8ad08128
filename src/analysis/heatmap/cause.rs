//! Why a time of the week is slower: other calls, one model, or more of them at once.

use serde::Serialize;

use super::insight::Spell;
use super::weekday;
use crate::analysis::contrast::{Contrast, Sides, contrast};
use crate::model::{CellKey, DatedHour, HourGrid, ModelName, QueryType, Tally};

/// What probably makes a time slow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// A slow model is asked more often.
    MoreOfModel {
        /// Which.
        model: ModelName,
    },
    /// A slow type of question is asked more often.
    MoreOfType {
        /// Which.
        query_type: QueryType,
    },
    /// One model is slower then, the others are not.
    OneModel {
        /// Which.
        model: ModelName,
    },
    /// The same calls take longer, while there are more of them.
    HighVolume {
        /// Calls an hour over those of other times.
        times_as_many: f64,
    },
    /// The same calls take longer; the calls do not tell why.
    Unknown,
}

/// From how many times the calls an hour on there are many.
const MANY: f64 = 1.25;

/// Why a spell is slower.
pub fn cause(spell: Spell, hours: &[DatedHour], groups: &[(CellKey, HourGrid)]) -> Cause {
    let parts: Vec<(CellKey, Sides)> = groups.iter().map(|(key, grid)| (key.clone(), sides(spell, grid))).collect();
    match contrast(&parts) {
        Contrast::MoreOfModel(model) => Cause::MoreOfModel { model },
        Contrast::MoreOfType(query_type) => Cause::MoreOfType { query_type },
        Contrast::OneModel(model) => Cause::OneModel { model },
        Contrast::SameCalls => high_volume(spell, hours).unwrap_or(Cause::Unknown),
        Contrast::Unknown => Cause::Unknown,
    }
}

/// Times inside of a spell, and outside.
fn sides(spell: Spell, grid: &HourGrid) -> Sides {
    let mut sides = [Tally::default(); 2];
    for (day, of_day) in grid.0.iter().enumerate() {
        for (hour, brief) in of_day.iter().enumerate() {
            sides[usize::from(!spell.holds(day, hour))].merge(brief.response);
        }
    }
    sides
}

fn high_volume(spell: Spell, hours: &[DatedHour]) -> Option<Cause> {
    let an_hour = |inside: bool| {
        let of = || hours.iter().filter(|hour| spell.holds(weekday(hour.date), hour.hour) == inside);
        of().map(|hour| hour.brief.calls).sum::<u64>() as f64 / of().count().max(1) as f64
    };
    let times_as_many = an_hour(true) / an_hour(false).max(f64::MIN_POSITIVE);
    (times_as_many >= MANY && times_as_many.is_finite()).then_some(Cause::HighVolume { times_as_many })
}
