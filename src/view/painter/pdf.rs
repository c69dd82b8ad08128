//! A document as a PDF: its pages as vectors, its text as text, its fonts inside. The same document gives the same bytes.

use krilla::destination::XyzDestination;
use krilla::geom::{Point, Size};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

use super::Unpainted;
use super::letters::Letters;
use crate::view::document::{Document, Page, pages};
use crate::view::format::clean;

pub fn pdf(document: &Document, letters: &Letters) -> Result<Vec<u8>, Unpainted> {
    let pages = pages(document);
    let mut pdf = krilla::Document::new();
    for page in &pages {
        print(&mut pdf, page, letters)?;
    }
    pdf.set_outline(outline(&pages));
    let title =
        Metadata::new().title(clean(&document.title).into_owned()).description(clean(&document.subtitle).into_owned());
    pdf.set_metadata(title.creator("perfbot".into()).language("en".into()));
    pdf.finish().map_err(|error| Unpainted::Failed(format!("{error:?}")))
}

fn print(pdf: &mut krilla::Document, page: &Page, letters: &Letters) -> Result<(), Unpainted> {
    let tree = letters.tree(&page.canvas.document("", ""))?;
    let no_size = || Unpainted::Failed("a page has no size".into());
    let size = Size::from_wh(tree.size().width(), tree.size().height()).ok_or_else(no_size)?;
    let settings = PageSettings::from_wh(size.width(), size.height()).ok_or_else(no_size)?;
    let mut printed = pdf.start_page_with(settings);
    let mut surface = printed.surface();
    surface.draw_svg(&tree, size, SvgSettings::default()).ok_or_else(no_size)?;
    surface.finish();
    printed.finish();
    Ok(())
}

/// The sections, for the side of a reader's window.
fn outline(pages: &[Page]) -> Outline {
    let mut outline = Outline::new();
    for (index, page) in pages.iter().enumerate() {
        for (entry, y) in &page.entries {
            let place = XyzDestination::new(index, Point::from_xy(0.0, *y as f32));
            outline.push_child(OutlineNode::new(entry.clone(), place));
        }
    }
    outline
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read;

    use super::super::{Fonts, Painter};
    use super::*;
    use crate::view::document::samples;

    /// What is compressed in a PDF, as far as it is text.
    fn streams(pdf: &[u8]) -> Vec<String> {
        let starts = (0..pdf.len()).filter(|at| pdf[*at..].starts_with(b"\nstream\n")).map(|at| at + 8);
        let inflated = |at: usize| {
            let mut text = Vec::new();
            flate2::read::ZlibDecoder::new(&pdf[at..]).read_to_end(&mut text).ok()?;
            String::from_utf8(text).ok()
        };
        starts.filter_map(inflated).collect()
    }

    /// The letters that the fonts of a PDF say they show: the second of each pair in their tables.
    fn letters(pdf: &[u8]) -> BTreeSet<char> {
        let tables = streams(pdf).into_iter().filter(|stream| stream.contains("beginbfchar"));
        let table = |table: String| {
            let pairs = table.lines().filter_map(|line| line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <"));
            let letters = pairs.flat_map(|(_, hex)| {
                let unit = |at: usize| u16::from_str_radix(&hex[at..at + 4], 16).unwrap();
                let units: Vec<u16> = (0..hex.len()).step_by(4).map(unit).collect();
                String::from_utf16(&units).unwrap().chars().collect::<Vec<_>>()
            });
            letters.collect::<Vec<_>>()
        };
        tables.flat_map(table).collect()
    }

    #[test]
    fn a_report_is_pages_of_text() {
        let document = samples::report();
        let painter = Painter::new(Fonts::Own);
        let pdf = painter.pdf(&document).unwrap();
        assert!(pdf.starts_with(b"%PDF-1."));
        assert!(pdf.len() < 200_000, "{} bytes", pdf.len());
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("(Performance report)"), "its title");
        let count = pages(&document).len();
        assert!(count >= 4 && text.contains(&format!("/Count {count}")), "its {count} pages");
        let letters = letters(&pdf);
        for word in ["Executive", "summary", "Большая", "→", "📈", "$0.0261", "□"] {
            assert!(word.chars().all(|letter| letters.contains(&letter)), "{word} in {letters:?}");
        }
        assert_eq!(painter.pdf(&document).unwrap(), pdf, "the same document gives the same bytes");
    }
}
