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
    let title = Metadata::new().title(clean(&document.title)).description(clean(&document.subtitle));
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
