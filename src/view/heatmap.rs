//! The reply to `heatmap`.

mod chart;

pub use chart::chart;

use super::format::{NONE, count, duration, number, share, tokens};
use super::stats::{or_none, percentile_note};
use super::{Block, Frame, words};
use crate::analysis::P99_FROM;
use crate::analysis::heatmap::{Cause, GRID_FROM, Heatmap, Insight, Mark, PART_FROM, PartOfDay, Slot, Spell};

/// Days of the week, from Monday on.
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The blocks of the reply.
pub fn blocks(map: &Heatmap, frame: &Frame) -> Vec<Block> {
    let mut blocks = frame.headline("🔥 Performance Heatmap", map.n, map.window);
    if map.n == 0 {
        blocks.push(Block::Text("No calls in this window.".into()));
        blocks.push(frame.next_longer(map.window));
        return blocks;
    }
    blocks.extend(body(map, frame));
    blocks.push(frame.next(if map.timed_n == 0 { "perf stats" } else { "perf history" }));
    blocks
}

/// What is said of a window with calls.
fn body(map: &Heatmap, frame: &Frame) -> Vec<Block> {
    let mut blocks = Vec::new();
    if map.timed_n == 0 {
        blocks.extend(counted(map));
        blocks.extend(chart(map, frame));
        return blocks;
    }
    blocks.extend(by_hour(map));
    blocks.extend(by_weekday(map));
    blocks.push(about_percentiles(map));
    blocks.extend(grid(map));
    blocks.extend(chart(map, frame));
    blocks.push(Block::Text(insight(&map.insight, frame)));
    blocks
}

/// The same for paper: the picture stands first, and in the place of a table as large as itself.
pub(super) fn on_paper(map: &Heatmap, frame: &Frame) -> Vec<Block> {
    let picture = chart(map, frame);
    if map.timed_n == 0 || picture.is_none() {
        return body(map, frame);
    }
    let insight = Block::Text(insight(&map.insight, frame));
    let tables = by_weekday(map).into_iter().chain(by_hour(map).map(halved)).chain([about_percentiles(map)]);
    picture.into_iter().chain([insight]).chain(tables).collect()
}

fn by_hour(map: &Heatmap) -> [Block; 2] {
    let name = |hour: usize| format!("{hour:02}:00");
    slots(&format!("By Hour of Day ({})", map.zone), &map.by_hour, "🔥 Peak", name)
}

/// A long table as two beside each other: its second half stands to the right of its first.
fn halved(block: Block) -> Block {
    let Block::Table { head, rows } = block else { return block };
    let (left, right) = rows.split_at(rows.len().div_ceil(2));
    let blank = vec![String::new(); head.len()];
    let beside = |(at, row): (usize, &Vec<String>)| [row.as_slice(), right.get(at).unwrap_or(&blank)].concat();
    let rows = left.iter().enumerate().map(beside).collect();
    Block::Table { head: [head.as_slice(), head.as_slice()].concat(), rows }
}

fn by_weekday(map: &Heatmap) -> [Block; 2] {
    slots("By Day of Week", &map.by_weekday, "🔥 Slowest", |day| DAYS[day][..3].to_owned())
}

fn about_percentiles(map: &Heatmap) -> Block {
    let firm = map.by_hour.iter().all(|slot| slot.firm_p95_ms().is_some());
    percentile_note(if firm { P99_FROM } else { 0 })
}

fn slots(title: &str, slots: &[Slot], slowest: &str, name: impl Fn(usize) -> String) -> [Block; 2] {
    let row = |slot: &Slot| {
        let mark = match slot.mark {
            Mark::None => String::new(),
            Mark::Slowest => slowest.to_owned(),
            Mark::Fastest => "❄️".to_owned(),
        };
        let p95 = or_none(slot.firm_p95_ms(), duration);
        vec![name(slot.slot), or_none(slot.mean_ms, duration), p95, count(slot.n), mark]
    };
    let head = ["", "Average", "P95", "n", ""].map(str::to_owned).to_vec();
    let rows = slots.iter().filter(|slot| slot.n > 0).map(row).collect();
    [Block::Title(title.to_owned()), Block::Table { head, rows }]
}

/// How many calls there are at which hours, where nothing is known of their times.
fn counted(map: &Heatmap) -> [Block; 3] {
    let count_of = |calls: u64| if calls == 0 { String::new() } else { tokens(calls) };
    let row = |hour: usize| {
        let cells = map.grid.iter().map(|day| count_of(day[hour].calls));
        std::iter::once(format!("{hour:02}")).chain(cells).collect()
    };
    let rows = (0..24).filter(|hour| map.by_hour[*hour].calls > 0).map(row).collect();
    let text = "No call with a known time ended ok; calls are counted instead.";
    [
        Block::Text(text.into()),
        Block::Title(format!("Calls by Hour and Day ({})", map.zone)),
        Block::Table { head: day_names(), rows },
    ]
}

/// The head of a table with a column for each day.
fn day_names() -> Vec<String> {
    std::iter::once(String::new()).chain(DAYS.map(|day| day[..3].to_owned())).collect()
}

/// Hours from top to bottom, days from left to right; hours in which nothing is to be shown are left out.
fn grid(map: &Heatmap) -> Vec<Block> {
    let shown = |hour: &usize| map.grid.iter().any(|day| day[*hour].mean_ms.is_some());
    let row = |hour: usize| {
        let cells = map.grid.iter().map(|day| day[hour].mean_ms.map(seconds).unwrap_or_default());
        std::iter::once(format!("{hour:02}")).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = (0..24).filter(shown).map(row).collect();
    let note = Block::Note(format!("Average seconds; blank below {GRID_FROM} calls."));
    if rows.is_empty() {
        return vec![Block::Note(format!("By hour and day: no hour of a weekday has {GRID_FROM} calls yet."))];
    }
    vec![Block::Title("By Hour and Day".into()), Block::Table { head: day_names(), rows }, note]
}

/// `0.9`, `12`, `140`: as much as fits four columns.
fn seconds(ms: f64) -> String {
    if ms < 99_950.0 { format!("{:.1}", ms / 1e3) } else { format!("{:.0}", (ms / 1e3).min(9_999.0)) }
}

fn insight(insight: &Insight, frame: &Frame) -> String {
    match insight {
        Insight::NotEnoughData { days, needed } => {
            format!(
                "Insight: {NONE} (not enough data: {days} of {needed} days with {PART_FROM} timed answers in some part of the day)"
            )
        }
        Insight::NothingStandsOut { days } => {
            format!("Insight: no time of the week stands out from chance ({days} days)")
        }
        Insight::Slowest { cause, .. } => {
            format!("Insight: {}\nCause: {}", slowest(insight).unwrap_or_default(), why(cause, frame))
        }
    }
}

/// Which time of the week is slowest, if one is beyond chance.
pub(super) fn slowest(insight: &Insight) -> Option<String> {
    let Insight::Slowest { spell, mean_ms, otherwise_ms, difference_share, times, .. } = insight else { return None };
    Some(format!(
        "{} are slowest ({} against {} at other times: +{}, {times} of them)",
        when(*spell),
        duration(*mean_ms),
        duration(*otherwise_ms),
        share(*difference_share),
    ))
}

fn when(spell: Spell) -> String {
    let part = |part| match part {
        PartOfDay::Night => "nights",
        PartOfDay::Morning => "mornings",
        PartOfDay::Afternoon => "afternoons",
        PartOfDay::Evening => "evenings",
    };
    match (spell.weekday, spell.part_of_day) {
        (Some(day), Some(of)) => format!("{} {}", DAYS[day], part(of)),
        (Some(day), None) => format!("{}s", DAYS[day]),
        (None, of) => of.map_or("all times".to_owned(), |of| capital(part(of))),
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn why(cause: &Cause, frame: &Frame) -> String {
    match cause {
        Cause::MoreOfModel { model } => format!("more of the calls go to {}", (frame.label)(model)),
        Cause::MoreOfType { query_type } => {
            format!("more of the questions are of the type {:?}", words::query_type(*query_type).to_lowercase())
        }
        Cause::OneModel { model } => format!("{} is slower then, others are not", (frame.label)(model)),
        Cause::HighVolume { times_as_many } => {
            format!("high query volume ({}× the calls an hour of other times)", number(*times_as_many))
        }
        Cause::Unknown => "the same calls take longer then; what was logged does not say why".to_owned(),
    }
}

#[cfg(test)]
mod tests;
