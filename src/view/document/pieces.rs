//! Blocks as pieces: strips as wide as the text, which stay whole, to be set below each other.

use super::table::{self, Side};
use super::{Document, Section};
use crate::view::chart::{Anchor, Canvas, Sheet, Stroke, Theme, Type};
use crate::view::fonts::{self, Weight};
use crate::view::format::clean;
use crate::view::{Block, Chart, Figure, File};

/// The least that a line of text takes, in heights of its letters.
const LEADING: f64 = 1.42;

/// The size of running text, in points.
const BODY: f64 = 9.5;

/// The size of asides.
const ASIDE: f64 = 8.5;

/// How wide the text is, in points.
pub(super) const WIDTH: f64 = 495.0;

/// The highest that a chart is shown.
const HIGHEST_CHART: f64 = 620.0;

/// Up to this height, about two fifths of a page, what belongs together stays on one page.
const HIGHEST_WHOLE: f64 = 300.0;

/// A strip of a page.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// What is on it.
    pub canvas: Canvas,
    /// How much is left free above it, unless it stands at the head of a page.
    pub above: f64,
    /// Whether the piece behind it must stand on the same page.
    pub heads: bool,
    /// Whether it may stand at the head of the next page, behind what follows it, rather than leave this one empty.
    pub floats: bool,
    /// What is repeated above it if it comes first on a page: the head of its table.
    pub running: Option<Canvas>,
    /// What it is called in the contents of the document.
    pub entry: Option<String>,
}

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hand {
    pub size: f64,
    pub weight: Weight,
    pub muted: bool,
}

impl Hand {
    pub const BODY: Self = Self { size: BODY, weight: Weight::Regular, muted: false };
    pub const BOLD: Self = Self { weight: Weight::Bold, ..Self::BODY };
    pub const ASIDE: Self = Self { size: ASIDE, muted: true, ..Self::BODY };

    /// How high a line is.
    pub fn line(self) -> f64 {
        self.size * LEADING
    }

    /// Writes a line whose upper edge is at `top`.
    pub fn write(self, canvas: &mut Canvas, (x, top): (f64, f64), text: &str, anchor: Anchor) {
        let colour = if self.muted { canvas.palette().muted } else { canvas.palette().ink };
        let baseline = top + self.size * 1.08;
        canvas.text((x, baseline), text, Type { size: self.size, weight: self.weight, colour, anchor });
    }

    /// A text in lines that fit.
    pub fn wrap(self, text: &str, room: f64) -> Vec<String> {
        fonts::wrap(&clean(text), room, self.size, self.weight)
    }

    /// How wide a text is.
    pub fn width(self, text: &str) -> f64 {
        fonts::width(&clean(text), self.size, self.weight)
    }
}

impl Piece {
    pub fn new(canvas: Canvas, height: f64) -> Self {
        Self { canvas: canvas.end(height), above: 0.0, heads: false, floats: false, running: None, entry: None }
    }

    /// What it takes below another.
    pub fn height(&self) -> f64 {
        self.canvas.height()
    }
}

/// An empty strip.
pub(super) fn strip() -> Canvas {
    Canvas::new(WIDTH, Theme::Light)
}

/// All of a document.
pub(super) fn pieces(document: &Document) -> Vec<Piece> {
    let mut pieces = title(document);
    for (number, section) in (1..).zip(&document.sections) {
        pieces.push(section_title(number, section));
        for (at, block) in section.blocks.iter().enumerate() {
            let noted = matches!(section.blocks.get(at + 1), Some(Block::Note(_))) && !matches!(block, Block::Chart(_));
            let block = self::block(block);
            pieces.extend(if noted { led(block) } else { block });
        }
    }
    pieces
}

fn title(document: &Document) -> Vec<Piece> {
    let title = Hand { size: 22.0, weight: Weight::Bold, muted: false };
    let subtitle = Hand { size: 11.0, weight: Weight::Regular, muted: true };
    let lines = paragraph(&document.title, title, 0.0).into_iter().chain(paragraph(&document.subtitle, subtitle, 2.0));
    let mut canvas = strip();
    let colour = canvas.palette().series[0];
    canvas.line((0.0, 1.0), (WIDTH, 1.0), Stroke::solid(colour, 2.0));
    let rule = Piece { above: 8.0, ..Piece::new(canvas, 2.0) };
    lines.chain([rule]).map(|piece| Piece { heads: true, ..piece }).collect()
}

fn section_title(number: usize, section: &Section) -> Piece {
    let hand = Hand { size: 14.0, weight: Weight::Bold, muted: false };
    let mut canvas = strip();
    let lines = hand.wrap(&format!("{number}. {}", section.title), WIDTH);
    for (at, line) in lines.iter().enumerate() {
        hand.write(&mut canvas, (0.0, hand.line() * at as f64), line, Anchor::Start);
    }
    let height = hand.line() * lines.len() as f64 + 2.0;
    Piece { above: 20.0, heads: true, entry: Some(clean(&section.title).into_owned()), ..Piece::new(canvas, height) }
}

fn block(block: &Block) -> Vec<Piece> {
    match block {
        Block::Headline(text) => headed(paragraph(text, Hand { size: 11.0, ..Hand::BOLD }, 8.0)),
        Block::Title(text) => headed(paragraph(text, Hand::BOLD, 9.0)),
        Block::Figures(figures) => self::figures(figures),
        Block::Table { head, rows } | Block::People { head, rows } => whole(table::table(head, rows, Side::Right)),
        Block::Lines(rows) => whole(table::table(&[], rows, Side::Left)),
        Block::List(items) => items.iter().flat_map(|item| self::item("•", std::slice::from_ref(item))).collect(),
        Block::Numbered(items) => {
            (1..).zip(items).flat_map(|(number, item)| self::item(&format!("{number}."), item)).collect()
        }
        Block::Text(text) => whole(text.lines().flat_map(|line| paragraph(line, Hand::BODY, 4.0)).collect()),
        Block::Note(text) => text.lines().flat_map(|line| paragraph(line, Hand::ASIDE, 3.0)).collect(),
        Block::Chart(chart) => vec![self::chart(chart)],
        Block::File(File { name, .. }) | Block::Document { name, .. } => {
            paragraph(&format!("File: {name}"), Hand::ASIDE, 3.0)
        }
        Block::Next(command) => paragraph(&format!("Next: {command}"), Hand::ASIDE, 6.0),
    }
}

/// What must not stand at the foot of a page.
fn headed(pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.into_iter().map(|piece| Piece { heads: true, ..piece }).collect()
}

/// What stays on one page if it is not too high for that; of more no single piece is left alone at either end.
fn whole(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let height: f64 = pieces.iter().map(|piece| piece.above + piece.height()).sum();
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.iter_mut().take(last).enumerate() {
        piece.heads |= height <= HIGHEST_WHOLE || at <= 1 || at + 1 == last;
    }
    pieces
}

/// What is not parted from the piece behind it.
fn led(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.iter_mut().next_back().into_iter().for_each(|last| last.heads = true);
    pieces
}

/// Running text, a piece a line.
fn paragraph(text: &str, hand: Hand, above: f64) -> Vec<Piece> {
    let line = |(at, line): (usize, &String)| {
        let mut canvas = strip();
        hand.write(&mut canvas, (0.0, 0.0), line, Anchor::Start);
        Piece { above: if at == 0 { above } else { 0.0 }, ..Piece::new(canvas, hand.line()) }
    };
    hand.wrap(text, WIDTH).iter().enumerate().map(line).collect()
}

/// An item of a list behind its sign. If it has several lines the first is its title.
fn item(sign: &str, lines: &[String]) -> Vec<Piece> {
    const INDENT: f64 = 16.0;
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, text) in lines.iter().enumerate() {
        let hand = if at == 0 && lines.len() > 1 { Hand::BOLD } else { Hand::BODY };
        for line in hand.wrap(text, WIDTH - INDENT) {
            let mut canvas = strip();
            if pieces.is_empty() {
                hand.write(&mut canvas, (INDENT - 5.0, 0.0), sign, Anchor::End);
            }
            hand.write(&mut canvas, (INDENT, 0.0), &line, Anchor::Start);
            let above = if pieces.is_empty() { 3.0 } else { 0.0 };
            pieces.push(Piece { above, ..Piece::new(canvas, hand.line()) });
        }
    }
    whole(pieces)
}

/// Labels and values, two to a line where all of them have room.
fn figures(figures: &[Figure]) -> Vec<Piece> {
    const GAP: f64 = 12.0;
    let half = (WIDTH - 24.0) / 2.0;
    let label = figures.iter().map(|figure| Hand::BODY.width(&figure.label)).fold(0.0, f64::max).min(WIDTH * 0.4);
    let value = figures.iter().map(|figure| Hand::BOLD.width(&figure.value)).fold(0.0, f64::max);
    let (across, room) = if label + GAP + value <= half { (2, half) } else { (1, WIDTH) };
    let line = |(at, pair): (usize, &[Figure])| {
        let mut canvas = strip();
        let mut height: f64 = 0.0;
        for (column, figure) in pair.iter().enumerate() {
            let left = (half + 24.0) * column as f64;
            let name = fonts::fit(&clean(&figure.label), label, BODY, Weight::Regular);
            Hand { muted: true, ..Hand::BODY }.write(&mut canvas, (left, 0.0), &name, Anchor::Start);
            let lines = Hand::BOLD.wrap(&figure.value, room - label - GAP);
            for (below, line) in lines.iter().enumerate() {
                let place = (left + label + GAP, Hand::BODY.line() * below as f64);
                Hand::BOLD.write(&mut canvas, place, line, Anchor::Start);
            }
            height = height.max(Hand::BODY.line() * lines.len() as f64);
        }
        Piece { above: if at == 0 { 5.0 } else { 1.0 }, ..Piece::new(canvas, height) }
    };
    figures.chunks(across).enumerate().map(line).collect()
}

/// A chart as wide as the text, in a frame.
fn chart(chart: &Chart) -> Piece {
    let drawn = chart.drawn(Sheet::PAGE);
    let scale = (WIDTH / drawn.width()).min(HIGHEST_CHART / drawn.height());
    let (width, height) = (drawn.width() * scale, drawn.height() * scale);
    let mut canvas = strip();
    canvas.place(&drawn, ((WIDTH - width) / 2.0, 0.0), scale);
    canvas.outline(((WIDTH - width) / 2.0, 0.5), (width, height - 1.0));
    Piece { above: 8.0, floats: true, ..Piece::new(canvas, height + 5.0) }
}
