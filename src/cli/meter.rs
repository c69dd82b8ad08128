//! The progress bar of long work, on stderr if that is a terminal.

use std::io::{self, IsTerminal};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar from its making to its end.
pub struct Meter {
    bar: ProgressBar,
    since: Instant,
}

/// A bar for work of a few steps, none of which tells how far it has come.
pub struct Steps(ProgressBar);

impl Steps {
    /// A bar that is full behind so many steps.
    pub fn new(steps: u64) -> Self {
        Self(bar(steps, "{bar:30} {pos}/{len}  {msg}"))
    }

    /// Says which step begins, and that those before it are done.
    pub fn begin(&self, step: u64, what: &'static str) {
        self.0.set_message(what);
        self.0.set_position(step);
        self.0.tick();
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn bar(total: u64, template: &str) -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template(template).expect("the templates are fixed and well formed");
    ProgressBar::with_draw_target(Some(total), target).with_style(style)
}

impl Meter {
    /// A bar that is full at `total`, of whatever unit.
    pub fn new(total: u64) -> Self {
        Self { bar: bar(total, "{bar:30} {percent:>3} %  {msg}  {eta} left"), since: Instant::now() }
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
