//! When in the week it is slowest, beyond chance.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::cause::{Cause, cause};
use super::{FALSE_DISCOVERIES, mean_ms, weekday, weighed};
use crate::analysis::statistics::{Deviation, Weighed, deviations, discoveries};
use crate::model::{CellKey, DatedHour, HourGrid, Tally};

/// From how many days with calls on anything is said.
pub const INSIGHT_DAYS: u64 = 14;
/// From how many calls on a part of a day says something of it.
pub const PART_FROM: u64 = 5;
/// Less than this share above the rest is not worth a word, however sure.
const WORTH: f64 = 0.10;

/// What stands out in the week.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "insight", rename_all = "snake_case")]
pub enum Insight {
    /// Too few days have calls.
    NotEnoughData {
        /// Days with enough calls.
        days: u64,
        /// How many it takes.
        needed: u64,
    },
    /// No time of the week is slower than the others by more than chance and a tenth.
    NothingStandsOut {
        /// Days with enough calls.
        days: u64,
    },
    /// A time of the week is the slowest.
    Slowest {
        /// When.
        #[serde(flatten)]
        spell: Spell,
        /// The mean response time then.
        mean_ms: f64,
        /// That of all other times.
        otherwise_ms: f64,
        /// How much more it is, as a share.
        difference_share: f64,
        /// The probability of such a difference where there is none.
        p: f64,
        /// On how many of such times it rests.
        times: u64,
        /// Why, as far as the calls tell.
        cause: Cause,
    },
}

/// A time that comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Spell {
    /// The day, from Monday (0) on; every day without it.
    pub weekday: Option<usize>,
    /// The part of the day; all of it without it.
    pub part_of_day: Option<PartOfDay>,
}

/// A quarter of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOfDay {
    /// From midnight to 6.
    Night,
    /// From 6 to noon.
    Morning,
    /// From noon to 18.
    Afternoon,
    /// From 18 to midnight.
    Evening,
}

impl PartOfDay {
    const ALL: [Self; 4] = [Self::Night, Self::Morning, Self::Afternoon, Self::Evening];

    fn of(hour: usize) -> Self {
        Self::ALL[hour / 6 % 4]
    }
}

impl Spell {
    /// Whether an hour of the week belongs to it.
    pub fn holds(self, weekday: usize, hour: usize) -> bool {
        self.weekday.is_none_or(|day| day == weekday) && self.part_of_day.is_none_or(|part| part == PartOfDay::of(hour))
    }

    /// Parts of days, of all days; days; and both.
    fn families() -> [Vec<Self>; 3] {
        let parts = || PartOfDay::ALL.into_iter().map(Some);
        let days = || (0..7).map(Some);
        [
            parts().map(|part_of_day| Self { weekday: None, part_of_day }).collect(),
            days().map(|weekday| Self { weekday, part_of_day: None }).collect(),
            days().flat_map(|weekday| parts().map(move |part_of_day| Self { weekday, part_of_day })).collect(),
        ]
    }
}

/// Whether a time of the week is the slowest, so that somebody will ask why.
pub fn stands_out(hours: &[DatedHour]) -> bool {
    matches!(insight(hours, &[]), Insight::Slowest { .. })
}

/// What stands out, and why.
pub fn insight(hours: &[DatedHour], groups: &[(CellKey, HourGrid)]) -> Insight {
    let parts = parts_of_dates(hours);
    let days = parts.chunk_by(|a, b| a.0 == b.0).count() as u64;
    if days < INSIGHT_DAYS {
        return Insight::NotEnoughData { days, needed: INSIGHT_DAYS };
    }
    slowest(&parts, hours, groups).unwrap_or(Insight::NothingStandsOut { days })
}

/// A part of a date, and its mean.
type Part = (NaiveDate, PartOfDay, Weighed);

/// The parts of dates that have enough calls, in the order of dates.
fn parts_of_dates(hours: &[DatedHour]) -> Vec<Part> {
    let mut sums: BTreeMap<(NaiveDate, PartOfDay), Tally> = BTreeMap::new();
    for hour in hours {
        sums.entry((hour.date, PartOfDay::of(hour.hour))).or_default().merge(hour.brief.response);
    }
    sums.into_iter().filter_map(|((date, part), times)| Some((date, part, weighed(times, PART_FROM)?))).collect()
}

fn slowest(parts: &[Part], hours: &[DatedHour], groups: &[(CellKey, HourGrid)]) -> Option<Insight> {
    let standing = |spells: Vec<Spell>| -> Vec<(Spell, u64, Option<Deviation>)> {
        let of = |spell: &Spell| -> Vec<Weighed> {
            let inside = |(date, part, _): &&Part| {
                spell.weekday.is_none_or(|day| day == weekday(*date)) && spell.part_of_day.is_none_or(|of| of == *part)
            };
            parts.iter().filter(inside).map(|(_, _, mean)| *mean).collect()
        };
        let values: Vec<Vec<Weighed>> = spells.iter().map(of).collect();
        let standing = deviations(&values);
        spells
            .into_iter()
            .zip(values)
            .zip(standing)
            .map(|((spell, of), stands)| (spell, of.len() as u64, stands))
            .collect()
    };
    let all: Vec<(Spell, u64, Option<Deviation>)> = Spell::families().into_iter().flat_map(standing).collect();
    let p: Vec<f64> = all.iter().map(|(_, _, stands)| stands.map_or(f64::NAN, |stands| stands.p)).collect();
    let believed = discoveries(&p, FALSE_DISCOVERIES);
    let slower =
        all.iter().zip(believed).filter(|(_, believed)| *believed).filter_map(|((spell, times, stands), _)| {
            let stands = (*stands)?;
            (*times >= 2 && stands.difference >= WORTH * stands.others).then_some((*spell, *times, stands))
        });
    // The surest is the one that says most with least: afternoons of all days, if it is all of them.
    let (spell, times, stands) = slower.max_by(|a, b| a.2.t.total_cmp(&b.2.t))?;
    let [inside, outside] = [true, false].map(|inside| {
        let mut sums = Tally::default();
        let wanted = hours.iter().filter(|hour| spell.holds(weekday(hour.date), hour.hour) == inside);
        wanted.for_each(|hour| sums.merge(hour.brief.response));
        sums
    });
    Some(Insight::Slowest {
        spell,
        mean_ms: mean_ms(inside)?,
        otherwise_ms: mean_ms(outside)?,
        difference_share: stands.difference / stands.others,
        p: stands.p,
        times,
        cause: cause(spell, hours, groups),
    })
}
