//! A history: panels below each other over the same periods, with what happened drawn through all of them and listed below.

use super::super::unit::ticks;
use super::super::{Line, Panel, Series};
use super::canvas::{Area, Point, Stroke};
use super::{Anchor, Canvas, LABEL, MARGIN, SMALL, Sheet, Type, axis_labels, titled};
use crate::view::fonts::{self, Weight};

/// How high the plot of a panel is.
const PLOT: f64 = 84.0;

/// How far apart two panels are: room for the name of the lower one.
const HEAD: f64 = 40.0;

/// How large the number of something that happened is.
const FLAG: f64 = 8.5;

pub(in super::super) fn series(chart: &Series, sheet: Sheet) -> Canvas {
    let (mut canvas, top) = titled(sheet, &chart.title);
    let ticks =
        chart.panels.iter().flat_map(|panel| ticks(panel.most(), 2).into_iter().map(|tick| panel.unit.tick(tick)));
    let widest = ticks.map(|tick| fonts::width(&tick, SMALL, Weight::Regular)).fold(20.0, f64::max);
    let flags = if chart.events.is_empty() { 0.0 } else { FLAG * 2.0 + 10.0 };
    let frame = Frame {
        left: MARGIN + widest + 8.0,
        right: sheet.width - MARGIN - 4.0,
        top: top + HEAD + flags,
        n: chart.periods.len(),
    };
    for (at, panel) in chart.panels.iter().enumerate() {
        let above = if at == 0 { flags } else { 0.0 };
        Plot { frame: &frame, panel, top: frame.plot(at), head: frame.plot(at) - above }.draw(&mut canvas);
    }
    events(&mut canvas, chart, &frame);
    let bottom = frame.plot(chart.panels.len()) - HEAD;
    let labels = chart.periods.iter().enumerate().map(|(at, label)| (frame.middle(at), label.as_str()));
    axis_labels(&mut canvas, bottom + SMALL + 5.0, labels);
    let bottom = list(&mut canvas, chart, bottom + SMALL + 8.0);
    canvas.end(bottom + MARGIN)
}

/// Where the periods are, and where the first plot begins.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    n: usize,
}

impl Frame {
    /// A place in periods, on the way to the right.
    fn x(&self, at: f64) -> f64 {
        self.left + (self.right - self.left) * at / self.n.max(1) as f64
    }

    /// Where the plot of a panel begins.
    fn plot(&self, panel: usize) -> f64 {
        self.top + (HEAD + PLOT) * panel as f64
    }

    fn middle(&self, period: usize) -> f64 {
        self.x(period as f64 + 0.5)
    }
}

/// A panel at its place.
struct Plot<'a> {
    frame: &'a Frame,
    panel: &'a Panel,
    top: f64,
    /// Below its name.
    head: f64,
}

impl Plot<'_> {
    fn draw(&self, canvas: &mut Canvas) {
        self.head(canvas);
        let ticks = ticks(self.panel.most(), 2);
        let end = ticks.last().copied().unwrap_or(1.0);
        self.grid(canvas, &ticks, end);
        let colours = canvas.palette().series;
        for (line, colour) in self.panel.lines.iter().zip(colours) {
            self.line(canvas, line, (colour, end));
        }
        if let Some((first, last)) = self.panel.trend {
            let last_period = self.frame.n.saturating_sub(1);
            let (from, to) =
                ((self.frame.middle(0), self.y(first, end)), (self.frame.middle(last_period), self.y(last, end)));
            canvas.line(from, to, Stroke::dashed(canvas.palette().ink));
        }
    }

    fn y(&self, value: f64, end: f64) -> f64 {
        self.top + PLOT * (1.0 - (value / end).clamp(0.0, 1.0))
    }

    /// The name, and the names of the lines if there are several.
    fn head(&self, canvas: &mut Canvas) {
        let palette = canvas.palette();
        let baseline = self.head - 13.0;
        let bold = Type { size: LABEL, weight: Weight::Bold, ..Type::small(palette.ink) };
        canvas.text(
            (MARGIN, baseline),
            &fonts::fit(&self.panel.label, canvas.width() / 2.0, LABEL, Weight::Bold),
            bold,
        );
        let legend = self.legend();
        let mut right = self.frame.right;
        for (name, look) in legend.iter().rev() {
            let name = fonts::fit(name, canvas.width() / 5.0, SMALL, Weight::Regular);
            canvas.text((right, baseline), &name, Type { anchor: Anchor::End, ..Type::small(palette.muted) });
            right -= fonts::width(&name, SMALL, Weight::Regular) + 5.0;
            let (from, to) = ((right - 14.0, baseline - SMALL * 0.32), (right, baseline - SMALL * 0.32));
            match look {
                Some(line) => canvas.line(from, to, Stroke::solid(palette.series[*line], 2.6)),
                None => canvas.line(from, to, Stroke::dashed(palette.ink)),
            }
            right -= 14.0 + 14.0;
        }
    }

    /// The names of lines with their colours, and of the trend.
    fn legend(&self) -> Vec<(&str, Option<usize>)> {
        let lines = self.panel.lines.iter().take(4).enumerate().map(|(at, line)| (line.name.as_str(), Some(at)));
        let lines = lines.filter(|_| self.panel.lines.len() > 1);
        lines.chain(self.panel.trend.map(|_| ("Trend", None))).collect()
    }

    fn grid(&self, canvas: &mut Canvas, ticks: &[f64], end: f64) {
        let palette = canvas.palette();
        for tick in ticks {
            let y = self.y(*tick, end);
            canvas.line((self.frame.left, y), (self.frame.right, y), Stroke::solid(palette.grid, 1.0));
            let look = Type { anchor: Anchor::End, ..Type::small(palette.muted) };
            canvas.text((self.frame.left - 7.0, y + SMALL * 0.35), &self.panel.unit.tick(*tick), look);
        }
        if self.panel.values().next().is_none() {
            let middle = ((self.frame.left + self.frame.right) / 2.0, self.top + PLOT / 2.0 - 6.0);
            canvas.text(middle, "no data", Type { anchor: Anchor::Middle, ..Type::small(palette.muted) });
        }
    }

    /// A line with its gaps. A point that stands alone, or among few, is a dot.
    fn line(&self, canvas: &mut Canvas, line: &Line, (colour, end): (&str, f64)) {
        let is_alone = self.panel.lines.len() == 1;
        for run in runs(line, self.frame.n) {
            let points: Vec<Point> =
                run.iter().map(|(period, value)| (self.frame.middle(*period), self.y(*value, end))).collect();
            if let (Some(first), Some(last), true) = (points.first(), points.last(), is_alone && points.len() > 1) {
                let floor = self.top + PLOT;
                let corners = points.iter().copied().chain([(last.0, floor), (first.0, floor)]);
                canvas.shape(&corners.collect::<Vec<_>>(), colour, 0.16);
            }
            canvas.path(&points, Stroke::solid(colour, 2.4));
            if points.len() == 1 || self.frame.n <= FEW {
                points.iter().for_each(|point| canvas.circle(*point, 3.0, colour));
            }
        }
    }
}

/// Up to how many periods each has a dot.
const FEW: usize = 16;

/// The stretches of a line without gaps: periods and values.
fn runs(line: &Line, n: usize) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut is_open = false;
    for period in 0..n {
        match (line.value(period), is_open) {
            (Some(value), true) => runs.iter_mut().next_back().into_iter().for_each(|run| run.push((period, value))),
            (Some(value), false) => runs.push(vec![(period, value)]),
            (None, _) => {}
        }
        is_open = line.value(period).is_some();
    }
    runs
}

/// What happened: a line through all plots, its number above. Numbers that would cover each other stand side by side.
fn events(canvas: &mut Canvas, chart: &Series, frame: &Frame) {
    let palette = canvas.palette();
    let y = frame.top - FLAG - 10.0;
    for (number, (x, flag)) in (1..).zip(places(chart, frame)) {
        canvas.line((flag, y + FLAG), (x, frame.top), Stroke::dashed(palette.event));
        for panel in 0..chart.panels.len() {
            let top = frame.plot(panel);
            canvas.line((x, top), (x, top + PLOT), Stroke::dashed(palette.event));
        }
        self::number(canvas, (flag, y), number);
    }
}

/// Where each event is, and where its number stands: from the left each as far right as it must be, then from the right as
/// far left.
fn places(chart: &Series, frame: &Frame) -> Vec<(f64, f64)> {
    const APART: f64 = FLAG * 2.0 + 3.0;
    let at: Vec<f64> = chart.events.iter().map(|event| frame.x(chart.position(event))).collect();
    let mut flags = at.clone();
    for index in 1..flags.len() {
        flags[index] = flags[index].max(flags[index - 1] + APART);
    }
    let mut most = frame.right;
    for flag in flags.iter_mut().rev() {
        *flag = flag.min(most);
        most = *flag - APART;
    }
    at.into_iter().zip(flags).collect()
}

fn number(canvas: &mut Canvas, (x, y): Point, number: usize) {
    let palette = canvas.palette();
    canvas.rect(Area { x: x - FLAG, y: y - FLAG, width: FLAG * 2.0, height: FLAG * 2.0 }, FLAG, palette.event);
    let look = Type { size: 12.0, weight: Weight::Bold, anchor: Anchor::Middle, ..Type::small(palette.on_event) };
    canvas.text((x, y + 4.3), &number.to_string(), look);
}

/// What happened, in words.
fn list(canvas: &mut Canvas, chart: &Series, mut bottom: f64) -> f64 {
    let ink = canvas.palette().ink;
    let left = MARGIN + FLAG * 2.0 + 8.0;
    for (number, event) in (1..).zip(&chart.events) {
        bottom += 8.0;
        self::number(canvas, (MARGIN + FLAG, bottom + LABEL * 0.65), number);
        for line in two_lines(&event.text, canvas.width() - left - MARGIN) {
            bottom += LABEL * 1.25;
            canvas.text((left, bottom - LABEL * 0.25), &line, Type { size: LABEL, ..Type::small(ink) });
        }
    }
    bottom
}

/// A text in at most two lines. Of a longer one the last words in brackets, which say what came of it, stay.
fn two_lines(text: &str, room: f64) -> Vec<String> {
    let lines = fonts::wrap(text, room, LABEL, Weight::Regular);
    let [first, _, _, ..] = lines.as_slice() else { return lines };
    let rest = text[first.len()..].trim_start();
    let kept = rest.rfind(" (").filter(|_| rest.ends_with(')')).map_or("", |at| &rest[at..]);
    let left = room - fonts::width(kept, LABEL, Weight::Regular);
    let (kept, left) = if left < room / 3.0 { ("", room) } else { (kept, left) };
    let start = fonts::fit(rest.trim_end_matches(kept), left, LABEL, Weight::Regular);
    vec![first.clone(), start + kept]
}

#[cfg(test)]
mod tests {
    use super::super::super::{Chart, samples};
    use super::*;

    #[test]
    fn svg() {
        insta::assert_snapshot!(samples::history().svg(Sheet::CHAT));
    }

    #[test]
    fn a_long_event_is_cut_visibly_and_keeps_what_came_of_it() {
        let room = 200.0;
        let said = |text: &str| two_lines(text, room);
        assert_eq!(said("Nov 3: Note: moved (6.2% slower)"), ["Nov 3: Note: moved (6.2%", "slower)"]);
        let long = "Nov 3: Note: moved to a new host with 通义 and a long explanation that goes on and on";
        assert_eq!(
            said(&format!("{long} (6.2% slower)")),
            ["Nov 3: Note: moved to a new", "host with 通义… (6.2% slower)"]
        );
        assert_eq!(said(long), ["Nov 3: Note: moved to a new", "host with 通义 and a long ex…"]);
        let lines = [said(long), said(&format!("{long} (6.2% slower)"))].concat();
        assert!(lines.iter().all(|line| fonts::width(line, LABEL, Weight::Regular) <= room), "{lines:?}");
    }

    #[test]
    fn numbers_do_not_cover_each_other_and_stay_on_the_sheet() {
        let Chart::Series(chart) = samples::long_history() else { panic!("a series") };
        let frame = Frame { left: 50.0, right: 460.0, top: 60.0, n: chart.periods.len() };
        let flags: Vec<f64> = places(&chart, &frame).iter().map(|(_, flag)| *flag).collect();
        assert!(flags.windows(2).all(|pair| pair[1] - pair[0] >= FLAG * 2.0), "{flags:?}");
        assert!(flags.iter().all(|flag| (50.0..=460.0).contains(flag)), "{flags:?}");
    }
}
