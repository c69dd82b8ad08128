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
    let mut pages = vec![Sheet::new()];
    let pieces = pieces(document);
    for (at, piece) in pieces.iter().enumerate() {
        let needed = piece.above + together(&pieces[at..]);
        let is_full = pages.last().is_some_and(|page| page.y > 0.0 && page.y + needed > HEIGHT);
        if is_full {
            pages.push(Sheet::new());
        }
        pages.iter_mut().next_back().into_iter().for_each(|page| page.set(piece));
    }
    let count = pages.len();
    (1..).zip(pages).map(|(number, page)| page.numbered(document, (number, count))).collect()
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
        let title = clean(&format!("{} · {}", document.title, document.subtitle));
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
            let below = |title: &str| text.iter().position(|line| line == title).map(|at| text.len() - at > 5);
            assert_ne!(below("Second"), Some(false));
        }
        assert!(text(&pages[1]).contains(&format!("Page 2 of {}", pages.len())));
    }

    #[test]
    fn nothing_is_one_page() {
        let document = Document { title: String::new(), subtitle: String::new(), sections: vec![] };
        assert_eq!(pages(&document).len(), 1);
    }
}
