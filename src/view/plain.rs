//! Blocks as plain text for a terminal: no colours, no markup, columns aligned by the width of what is seen.

use super::aligned::{self, Side};
use super::format::clean;
use super::{Block, File};

/// How wide a chart is where nobody says how much room there is: less than most windows of a terminal.
const CHART_COLUMNS: usize = 76;

/// The text of a reply, without a line end behind the last line. Control characters in any value are left out.
pub fn render(blocks: &[Block]) -> String {
    render_within(blocks, CHART_COLUMNS)
}

/// The same, with charts as wide as so many columns let them be.
pub fn render_within(blocks: &[Block], columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 && stands_apart(&blocks[at - 1], block) {
            lines.push(String::new());
        }
        lines.extend(block_lines(block, columns));
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// Whether an empty line stands between two blocks. A title holds on to what it names, a note to what it is about.
pub(super) fn stands_apart(before: &Block, block: &Block) -> bool {
    !matches!((before, block), (Block::Title(_), _) | (_, Block::Note(_)) | (Block::Text(_), Block::Text(_)))
}

fn block_lines(block: &Block, columns: usize) -> Vec<String> {
    match block {
        Block::Headline(text) | Block::Note(text) => vec![clean(text).into_owned()],
        Block::Title(text) => vec![format!("{}:", clean(text))],
        Block::Figures(figures) => aligned::figures(figures),
        Block::Table { head, rows } | Block::People { head, rows } => aligned::table(head, rows),
        Block::Lines(rows) => aligned::rows(rows, Side::Left),
        Block::List(items) => items.iter().map(|item| format!("- {}", clean(item))).collect(),
        Block::Numbered(items) => (1..).zip(items).flat_map(|(number, item)| numbered(number, item)).collect(),
        Block::Text(text) => text.lines().map(|line| clean(line).into_owned()).collect(),
        Block::Chart(chart) => chart.text(columns),
        Block::Document { name, .. } | Block::File(File { name, .. }) => vec![format!("[file {}]", clean(name))],
        Block::Next(command) => vec![format!("Next: {}", clean(command))],
    }
}

fn numbered(number: usize, item: &[String]) -> Vec<String> {
    let mark = format!("{number}. ");
    let indent = " ".repeat(mark.len());
    item.iter()
        .enumerate()
        .map(|(at, line)| format!("{}{}", if at == 0 { &mark } else { &indent }, clean(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Figure;
    use super::*;

    #[test]
    fn every_block_once() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let text = render(&[
            Block::Headline("📊 All".into()),
            Block::Title("Figures".into()),
            Block::Figures(vec![Figure::new("A", "1"), Figure::new("Longer", "22")]),
            Block::Note("A note.".into()),
            Block::Table { head: words(&["", "n"]), rows: vec![words(&["🐌", "1"]), words(&["wide", "234"])] },
            Block::Lines(vec![words(&["!m", "models"]), words(&["!about", "this"])]),
            Block::List(words(&["one", "two"])),
            Block::Numbered(vec![words(&["first", "below"]), words(&["second"])]),
            Block::Text("Some\ntext.".into()),
            Block::Text("More.".into()),
            Block::Next("!perf help".into()),
        ]);
        insta::assert_snapshot!(text, @r"
        📊 All

        Figures:
        A:       1
        Longer:  22
        A note.

                n
        🐌      1
        wide  234

        !m      models
        !about  this

        - one
        - two

        1. first
           below
        2. second

        Some
        text.
        More.

        Next: !perf help
        ");
    }

    #[test]
    fn control_characters_and_line_ends_in_values_go() {
        let text = render(&[
            Block::Figures(vec![Figure::new("a\nb", "1\u{1b}[2J")]),
            Block::Text("one\r\ntwo\u{7}".into()),
            Block::Numbered(vec![vec!["x\ny".into()]]),
        ]);
        assert_eq!(text, "a b:  1[2J\n\none\ntwo\n\n1. x y");
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(render(&[]), "");
        assert_eq!(render(&[Block::Figures(vec![]), Block::List(vec![])]), "");
    }
}
