//! The week as a picture: mean response times by hour and weekday; how many calls there were, where no time is known.

use super::DAYS;
use crate::analysis::heatmap::{GRID_FROM, GridCell, Heatmap, Mark as Verdict, Slot};
use crate::view::chart::{self, Mark, Temper, Unit};
use crate::view::format::{count, duration};
use crate::view::{Block, Chart, Frame};

/// From how many calls on a cell may be pointed at.
const MARK_FROM: u64 = 20;

/// The picture; `None` if all of its cells were blank.
pub fn chart(map: &Heatmap, frame: &Frame) -> Option<Block> {
    let (what, unit) = match map.timed_n {
        0 => ("Calls", Unit::Count),
        _ => ("Mean response time", Unit::Milliseconds),
    };
    let cells: Vec<Vec<Option<f64>>> =
        map.grid.iter().map(|day| day.iter().map(|cell| value(cell, unit)).collect()).collect();
    cells.iter().flatten().any(Option::is_some).then(|| {
        Block::Chart(Box::new(Chart::Heatmap(chart::Heatmap {
            title: format!("{what} by hour and day, {} ({})", map.zone, frame.title),
            unit,
            columns: (0..24).map(|hour| format!("{hour:02}")).collect(),
            rows: DAYS.map(|day| day[..3].to_owned()).to_vec(),
            cells,
            blank: if unit == Unit::Count { "no calls".into() } else { format!("fewer than {GRID_FROM} calls") },
            marks: [Verdict::Slowest, Verdict::Fastest].into_iter().filter_map(|verdict| mark(map, verdict)).collect(),
        })))
    })
}

fn value(cell: &GridCell, unit: Unit) -> Option<f64> {
    if unit == Unit::Count { Some(cell.calls as f64).filter(|calls| *calls > 0.0) } else { cell.mean_ms }
}

/// The cell that is farthest out in an hour or on a day that stands out by more than chance. A cell alone proves nothing.
fn mark(map: &Heatmap, verdict: Verdict) -> Option<Mark> {
    let marked = |slots: &[Slot], at: usize| slots.get(at).is_some_and(|slot| slot.mark == verdict);
    let cells = map
        .grid
        .iter()
        .enumerate()
        .flat_map(|(row, day)| day.iter().enumerate().map(move |(column, cell)| (row, column, cell)));
    let candidates = cells
        .filter(|(row, column, _)| marked(&map.by_weekday, *row) || marked(&map.by_hour, *column))
        .filter_map(|(row, column, cell)| Some((row, column, cell.n, cell.mean_ms.filter(|_| cell.n >= MARK_FROM)?)));
    let by_mean = |one: &(usize, usize, u64, f64), other: &(usize, usize, u64, f64)| one.3.total_cmp(&other.3);
    let (row, column, n, mean) = match verdict {
        Verdict::Slowest => candidates.max_by(by_mean)?,
        Verdict::Fastest => candidates.min_by(by_mean)?,
        Verdict::None => return None,
    };
    let (temper, word) = if verdict == Verdict::Slowest { (Temper::Hot, "Slowest") } else { (Temper::Cold, "Fastest") };
    let text = format!("{word}: {} {column:02}:00, {} (n={})", &DAYS[row][..3], duration(mean), count(n));
    Some(Mark { row, column, temper, text })
}
