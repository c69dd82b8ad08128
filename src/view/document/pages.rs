//! Pieces on pages: as many on each as there is room for, with the number of the page below.

use super::Document;
use super::pieces::{Hand, Piece, WIDTH, pieces};
use crate::view::chart::{Anchor, Canvas, Stroke, Theme};
use crate::view::fonts;
use crate::view::format::clean;

/// A4, in points.
pub(in crate::view) const PAPER: (f64, f64) = (595.0, 842.0);

/// What is left free on the left and right.
const SIDE: f64 = (PAPER.0 - WIDTH) / 2.0;

/// Where the text begins, and how high it may be.
const TOP: f64 = 52.0;
const HEIGHT: f64 = PAPER.1 - TOP - 66.0;

/// A page as it is printed.
#[derive(Debug, Clone)]
pub(in crate::view) struct Page {
    /// What is on it.
    pub canvas: Canvas,
    /// What begins on it: names for the contents, each with how far down it is.
    pub entries: Vec<(String, f64)>,
}

/// A document on its pages. There is at least one.
pub(in crate::view) fn pages(document: &Document) -> Vec<Page> {
    let mut stack = Stack { sheets: vec![Sheet::new()], waiting: Vec::new() };
    let pieces = pieces(document);
    for (at, piece) in pieces.iter().enumerate() {
        stack.add(piece, piece.above + together(&pieces[at..]));
    }
    stack.next_if_waiting();
    let count = stack.sheets.len();
    (1..).zip(stack.sheets).map(|(number, page)| page.numbered(document, (number, count))).collect()
}

/// Pages that are being filled.
struct Stack<'p> {
    sheets: Vec<Sheet>,
    /// What had no room on the last page and stands at the head of the next one.
    waiting: Vec<&'p Piece>,
}

impl<'p> Stack<'p> {
    /// Adds a piece, which needs so much room with those that must stand on its page.
    fn add(&mut self, piece: &'p Piece, needed: f64) {
        if piece.floats && self.is_too_full(needed) {
            return self.waiting.push(piece);
        }
        // What waits belongs to the section before.
        if piece.entry.is_some() {
            self.next_if_waiting();
        }
        if self.is_too_full(needed) {
            self.next();
        }
        if self.is_too_full(needed) {
            self.sheets.push(Sheet::new());
        }
        self.set(piece);
    }

    fn is_too_full(&self, needed: f64) -> bool {
        self.sheets.last().is_some_and(|sheet| sheet.y > 0.0 && sheet.y + needed > HEIGHT)
    }

    fn next_if_waiting(&mut self) {
        if !self.waiting.is_empty() {
            self.next();
        }
    }

    /// A new page, and on it what waits; several pages, if that is much.
    fn next(&mut self) {
        self.sheets.push(Sheet::new());
        for piece in std::mem::take(&mut self.waiting) {
            if self.is_too_full(piece.above + piece.height()) {
                self.sheets.push(Sheet::new());
            }
            self.set(piece);
        }
    }

    fn set(&mut self, piece: &Piece) {
        self.sheets.iter_mut().next_back().into_iter().for_each(|sheet| sheet.set(piece));
    }
}

/// How high a piece is with those that must stand on the same page, without what is free above the first.
fn together(pieces: &[Piece]) -> f64 {
    let Some((first, rest)) = pieces.split_first() else { return 0.0 };
    let mut height = first.height();
    let mut heads = first.heads;
    for piece in rest {
        if !heads {
            break;
        }
        height += piece.above + piece.height();
        heads = piece.heads;
    }
    height
}

/// A page that is being filled.
struct Sheet {
    canvas: Canvas,
    entries: Vec<(String, f64)>,
    /// How far down it is filled.
    y: f64,
}

impl Sheet {
    fn new() -> Self {
        Self { canvas: Canvas::new(PAPER.0, Theme::Light), entries: Vec::new(), y: 0.0 }
    }

    fn set(&mut self, piece: &Piece) {
        if self.y > 0.0 {
            self.y += piece.above;
        } else if let Some(running) = &piece.running {
            self.canvas.place(running, (SIDE, TOP), 1.0);
            self.y += running.height();
        }
        if let Some(entry) = &piece.entry {
            self.entries.push((entry.clone(), TOP + self.y));
        }
        self.canvas.place(&piece.canvas, (SIDE, TOP + self.y), 1.0);
        self.y += piece.height();
    }

    fn numbered(mut self, document: &Document, (number, count): (usize, usize)) -> Page {
        let line = PAPER.1 - 46.0;
        let grid = self.canvas.palette().grid;
        self.canvas.line((SIDE, line), (SIDE + WIDTH, line), Stroke::solid(grid, 0.6));
        let page = format!("Page {number} of {count}");
        let room = WIDTH - Hand::ASIDE.width(&page) - 20.0;
        let title = clean(&format!("{} · {}", document.title, document.subtitle)).into_owned();
        let title = fonts::fit(&title, room, Hand::ASIDE.size, Hand::ASIDE.weight);
        Hand::ASIDE.write(&mut self.canvas, (SIDE, line + 5.0), &title, Anchor::Start);
        Hand::ASIDE.write(&mut self.canvas, (SIDE + WIDTH, line + 5.0), &page, Anchor::End);
        Page { canvas: self.canvas.end(PAPER.1), entries: self.entries }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Section, samples};
    use super::*;
    use crate::view::Block;

    fn text(page: &Page) -> Vec<String> {
        let svg = page.canvas.document("", "");
        let lines = svg.lines().filter(|line| line.contains("<text "));
        lines.map(|line| line[line.find('>').unwrap() + 1..line.rfind("</text>").unwrap()].to_owned()).collect()
    }

    #[test]
    fn the_pages_of_a_report() {
        let document = samples::report();
        let pages = pages(&document);
        let entries: Vec<String> =
            pages.iter().flat_map(|page| &page.entries).map(|(entry, _)| entry.clone()).collect();
        let sections: Vec<String> = document.sections.iter().map(|section| section.title.clone()).collect();
        assert_eq!(entries, sections);
        insta::assert_snapshot!(
            pages.iter().map(|page| text(page).join("\n")).collect::<Vec<_>>().join("\n-- page --\n")
        );
    }

    #[test]
    fn the_head_of_a_table_stands_on_each_of_its_pages_and_no_title_is_left_behind() {
        let rows = (0..200).map(|row| vec![format!("row {row}"), row.to_string()]).collect();
        let table = Block::Table { head: vec!["name".into(), "n".into()], rows };
        let section = |title: &str| Section { title: title.into(), blocks: vec![table.clone()] };
        let sections = vec![section("First"), section("Second")];
        let document = Document { title: "Long".into(), subtitle: "a table".into(), sections };
        let pages = pages(&document);
        assert!(pages.len() > 8, "{}", pages.len());
        for page in &pages {
            let text = text(page);
            assert!(text.contains(&"name".to_owned()), "{text:?}");
            let below = |title: &str| text.iter().position(|line| line.ends_with(title)).map(|at| text.len() - at > 5);
            assert_ne!(below("Second"), Some(false));
        }
        assert!(text(&pages[1]).contains(&format!("Page 2 of {}", pages.len())));
    }

    /// What is on each page of a document of one section.
    fn paged(blocks: Vec<Block>) -> Vec<Vec<String>> {
        let sections = vec![Section { title: "Only".into(), blocks }];
        let document = Document { title: "A".into(), subtitle: "B".into(), sections };
        pages(&document).iter().map(text).collect()
    }

    fn table(name: &str, rows: usize) -> Block {
        let rows = (1..=rows).map(|row| vec![format!("{name} {row}"), row.to_string()]).collect();
        Block::Table { head: vec!["name".into(), "n".into()], rows }
    }

    fn holders(pages: &[Vec<String>], line: &str) -> Vec<usize> {
        (0..pages.len()).filter(|page| pages[*page].iter().any(|text| text == line)).collect()
    }

    #[test]
    fn a_short_table_stays_whole_with_its_title_and_its_note_and_a_long_one_leaves_no_row_alone() {
        for before in 1..45 {
            let (title, note) = (Block::Title("Title".into()), Block::Note("Note".into()));
            let short = paged(vec![table("before", before), title, table("short", 12), note]);
            let page = holders(&short, "Title");
            assert_eq!(page.len(), 1);
            assert!(["short 1", "short 12", "Note"].iter().all(|line| holders(&short, line) == page), "{before}");
            let long = paged(vec![table("before", before), table("long", 30)]);
            assert_eq!(holders(&long, "long 1"), holders(&long, "long 2"), "{before}");
            assert_eq!(holders(&long, "long 29"), holders(&long, "long 30"), "{before}");
        }
    }

    #[test]
    fn an_issue_stays_whole() {
        for before in 1..45 {
            let body = (1..=7).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n");
            let pages = paged(vec![table("before", before), Block::Title("Issue".into()), Block::Text(body)]);
            assert_eq!(holders(&pages, "Issue"), holders(&pages, "line 7"), "{before}");
        }
    }

    #[test]
    fn a_chart_without_room_lets_what_follows_come_first() {
        let chart = || Block::Chart(Box::new(crate::view::chart::samples::heatmap()));
        let pages = paged(vec![table("before", 25), chart(), table("after", 4), Block::Title("End".into())]);
        assert_eq!((pages.len(), holders(&pages, "after 4"), holders(&pages, "End")), (2, vec![0], vec![0]));
        assert!(pages[1].contains(&"Wed".to_owned()));
        let sections = ["First", "Second"]
            .map(|title| Section { title: title.into(), blocks: vec![table("before", 25), chart(), table(title, 2)] });
        let document = Document { title: "A".into(), subtitle: "B".into(), sections: sections.to_vec() };
        let pages: Vec<Vec<String>> = super::pages(&document).iter().map(text).collect();
        let at = |line: &str| pages[1].iter().position(|text| text == line);
        assert!(at("Wed") < at("2. Second"), "a chart stands in its own section: {pages:?}");
    }

    #[test]
    fn nothing_is_one_page() {
        let document = Document { title: String::new(), subtitle: String::new(), sections: vec![] };
        assert_eq!(pages(&document).len(), 1);
    }
}
