//! Measures several ways of doing one thing in turn, A B A B, and prints how they compare.
//!
//! Times belong to the machine they were taken on; what holds elsewhere is the ratio of two that were taken in turn, so
//! that is what goals are set on. A run on a machine that is busy with something else says so and judges nothing.

use std::ops::{Bound, RangeBounds};
use std::process::ExitCode;
use std::time::Instant;

/// One way of doing the thing. `batch` does it many times and returns the time that one took, setting up left out.
pub struct Candidate<'a> {
    name: &'static str,
    batch: Box<dyn FnMut() -> f64 + 'a>,
}

/// What one candidate took, round by round.
pub struct Series {
    name: &'static str,
    values: Vec<f64>,
}

/// The middle of some values, and their range.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub median: f64,
    min: f64,
    max: f64,
}

/// What a bench prints: tables of figures, then its goals.
pub struct Report {
    missed: bool,
    busy: bool,
}

impl<'a> Candidate<'a> {
    pub fn new(name: &'static str, batch: impl FnMut() -> f64 + 'a) -> Self {
        Self { name, batch: Box::new(batch) }
    }
}

/// Runs a batch of each candidate in turn, so many times over; a first round goes uncounted.
pub fn alternate<const N: usize>(rounds: usize, mut candidates: [Candidate<'_>; N]) -> [Series; N] {
    let mut series = candidates.each_ref().map(|candidate| Series { name: candidate.name, values: Vec::new() });
    for round in 0..=rounds {
        for (candidate, series) in candidates.iter_mut().zip(&mut series) {
            let value = (candidate.batch)();
            series.values.extend((round > 0).then_some(value));
        }
    }
    series
}

impl Series {
    pub fn spread(&self) -> Spread {
        Spread::of(self.values.clone())
    }

    /// Compares with another candidate round by round, so that what slows down a whole round cancels out.
    pub fn against(&self, other: &Self, compare: fn(f64, f64) -> f64) -> Spread {
        Spread::of(self.values.iter().zip(&other.values).map(|(this, other)| compare(*this, *other)).collect())
    }
}

impl Spread {
    /// Of at least one value.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { median: values[values.len() / 2], min: values[0], max: values[values.len() - 1] }
    }
}

impl Report {
    /// Looks how busy the machine is and prints the headline.
    pub fn open(title: &str) -> Self {
        let mut report = Self { missed: false, busy: false };
        println!("{title}");
        report.look_around();
        report
    }

    /// Prints what candidates took, and hands it back.
    pub fn times<const N: usize>(&self, unit: &str, series: [Series; N]) -> [Series; N] {
        let rounds = series.first().map_or(0, |series| series.values.len());
        println!("  {:44} {unit:>10} (min..max of {rounds} rounds)", "");
        for series in &series {
            print(series.name, series.spread(), "");
        }
        series
    }

    /// Prints a figure beside its goal; without one if the range is all numbers.
    pub fn goal(&mut self, what: &str, spread: Spread, goal: impl RangeBounds<f64>) {
        let met = goal.contains(&spread.median);
        self.missed |= !met;
        let goal = match (goal.start_bound(), goal.end_bound()) {
            (Bound::Included(least), _) => format!("goal ≥ {least}: {}", verdict(met)),
            (_, Bound::Included(most)) => format!("goal ≤ {most}: {}", verdict(met)),
            _ => String::new(),
        };
        print(what, spread, &goal);
    }

    /// Ends the bench: a goal that was missed on a quiet machine is a failure.
    pub fn finish(mut self) -> ExitCode {
        println!();
        self.look_around();
        if self.missed && !self.busy { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn look_around(&mut self) {
        // A moment's work of something else is over at the third look.
        let slower = (0..3).map(|_| slowdown()).fold(f64::MAX, f64::min);
        if slower > QUIET {
            self.busy = true;
            println!(
                "THE MACHINE IS BUSY: reading the clock takes {slower:.2} × its usual; these figures prove nothing"
            );
        } else {
            println!("the machine is quiet: reading the clock takes {slower:.2} × its usual");
        }
    }
}

/// How much slower than usual a machine may be that counts as quiet.
const QUIET: f64 = 1.5;

/// How much slower than at its best reading the clock is, on the slowest of all cores at once: what else runs on the
/// machine takes its share of at least one of them.
fn slowdown() -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let cores: Vec<_> = (0..cores).map(|_| scope.spawn(slowdown_of_this_core)).collect();
        cores.into_iter().map(|core| core.join().expect("reading a clock does not panic")).fold(0.0, f64::max)
    })
}

fn slowdown_of_this_core() -> f64 {
    const CHUNKS: u32 = 5_000;
    let (start, mut best) = (Instant::now(), f64::MAX);
    for _ in 0..CHUNKS {
        let chunk = Instant::now();
        for _ in 0..1_000 {
            std::hint::black_box(Instant::now());
        }
        best = best.min(chunk.elapsed().as_secs_f64());
    }
    start.elapsed().as_secs_f64() / (best * f64::from(CHUNKS))
}

fn print(what: &str, Spread { median, min, max }: Spread, goal: &str) {
    let range = format!("({}..{})", figure(min, 0), figure(max, 0));
    println!("  {what:44} {} {range:20} {goal}", figure(median, 10));
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// Three digits or more, of a width.
fn figure(value: f64, width: usize) -> String {
    let digits = match value.abs() {
        0.0 => 0,
        size if size < 1.0 => 3,
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:width$.digits$}")
}
