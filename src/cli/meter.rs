//! The progress bar of long work, on stderr if that is a terminal.

use std::io::{self, IsTerminal};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar from its making to its end.
pub struct Meter {
    bar: ProgressBar,
    since: Instant,
}

impl Meter {
    /// A bar that is full at `total`, of whatever unit.
    pub fn new(total: u64) -> Self {
        let target =
            if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
        Self { bar: bar.with_style(style.expect("the template is fixed and well formed")), since: Instant::now() }
    }

    /// Shows how far the work has come, and so many rows.
    pub fn show(&self, position: u64, rows: u64) {
        let rate = rows as f64 / self.since.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_message(format!("{rows} rows, {rate:.0} a second"));
        self.bar.set_position(position);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
