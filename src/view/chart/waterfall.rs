//! Where the time of one call went: stages and attempts, one below the other, each where it began.

use super::Unit;

/// Bars over the time of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// What it shows.
    pub title: String,
    /// The bars, in their order.
    pub bars: Vec<Bar>,
    /// How long all of it took, in milliseconds.
    pub total_ms: f64,
}

/// A stage or an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is called.
    pub label: String,
    /// What kind of time it is.
    pub phase: Phase,
    /// How far it is nested: 0 is a stage, 1 a part of one.
    pub depth: u8,
    /// When it began, in milliseconds from the start.
    pub start_ms: f64,
    /// How long it took, in milliseconds.
    pub length_ms: f64,
    /// How long it usually takes, in milliseconds.
    pub typical_ms: Option<f64>,
    /// What else is said of it: `429`, `9,200 tokens`.
    pub note: Option<String>,
}

/// What kind of time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// perfbot itself works.
    Own,
    /// A model reads and thinks: up to its first token.
    Reading,
    /// A model writes.
    Writing,
    /// Nobody works: queue, back-off, chat limits.
    Waiting,
    /// An attempt that came to nothing.
    Failed,
}

impl Phase {
    /// All of them, in the order of a legend.
    pub(super) const ALL: [Self; 5] = [Self::Own, Self::Reading, Self::Writing, Self::Waiting, Self::Failed];

    /// What it is called in a legend.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Own => "perfbot",
            Self::Reading => "model reads",
            Self::Writing => "model writes",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

impl Bar {
    /// Its length, and what else is said of it: `2.0s · 429`.
    pub(super) fn says(&self) -> String {
        let length = Unit::Milliseconds.write(self.length_ms);
        match &self.note {
            Some(note) => format!("{length} · {note}"),
            None => length,
        }
    }

    /// When it ended, in milliseconds from the start.
    pub(super) fn end_ms(&self) -> f64 {
        self.start_ms + self.length_ms
    }
}

impl Waterfall {
    /// The end of the last bar, of the last usual one, or of the whole, whichever is last.
    pub(super) fn end_ms(&self) -> f64 {
        let ends = self.bars.iter().flat_map(|bar| [Some(bar.end_ms()), bar.typical_ms.map(|ms| bar.start_ms + ms)]);
        ends.flatten().filter(|end| end.is_finite()).fold(self.total_ms, f64::max)
    }

    /// The kinds of time that occur.
    pub(super) fn phases(&self) -> impl Iterator<Item = Phase> {
        Phase::ALL.into_iter().filter(|phase| self.bars.iter().any(|bar| bar.phase == *phase))
    }

    pub(super) fn description(&self) -> String {
        let bar = |bar: &Bar| {
            let typical = bar.typical_ms.map(|ms| format!(" (typical {})", Unit::Milliseconds.write(ms)));
            format!(" {}: {}{}.", bar.label, bar.says(), typical.unwrap_or_default())
        };
        let bars: String = self.bars.iter().map(bar).collect();
        format!("{} in all.{bars}", Unit::Milliseconds.write(self.total_ms))
    }
}
