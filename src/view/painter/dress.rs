//! Says of every letter of an SVG which font it is taken from.
//!
//! Left to itself the layout looks for one font that has all letters of a line, and loses letters where two fonts make a
//! different number of glyphs of the same ones. So each stretch of letters of one font is set by itself, where the one before
//! it ends.

use std::collections::BTreeMap;

use resvg::usvg::fontdb::{Database, FaceInfo, Family, ID, Query, Source, Style, Weight};
use rustybuzz::{Face, UnicodeBuffer};

use crate::view::fonts::{self, FAMILY};

/// Chooses fonts.
pub struct Dresser<'a> {
    database: &'a Database,
    /// The faces in the order in which they are tried.
    faces: Vec<&'a FaceInfo>,
    known: BTreeMap<char, Option<&'a str>>,
}

/// Letters of one font.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch<'a> {
    family: &'a str,
    text: String,
}

/// Stands for a letter that no font has.
const BOX: char = '□';

impl<'a> Dresser<'a> {
    pub fn new(database: &'a Database) -> Self {
        let mut faces: Vec<&FaceInfo> = database.faces().collect();
        faces.sort_by_cached_key(|face| rank(face));
        Self { database, faces, known: BTreeMap::new() }
    }

    /// The SVG with a font for each stretch of letters that the family of the whole does not have. A text and its ends stand
    /// in one line.
    pub fn dressed(&mut self, svg: &str) -> String {
        svg.split_inclusive('\n').map(|line| self.line(line).unwrap_or_else(|| line.to_owned())).collect()
    }

    /// A line with its fonts; `None` if it needs none.
    fn line(&mut self, line: &str) -> Option<String> {
        let (tag, text) = line.strip_suffix("</text>\n")?.split_once('>')?;
        if text.is_ascii() || !tag.starts_with("<text ") {
            return None;
        }
        let stretches = self.stretches(text);
        if stretches.iter().all(|stretch| stretch.family == FAMILY) {
            return None;
        }
        let (x, size): (f64, f64) = (number(tag, "x")?, number(tag, "font-size")?);
        let weight = if tag.contains("font-weight") { Weight::BOLD } else { Weight::NORMAL };
        let widths: Vec<f64> = stretches.iter().map(|stretch| self.width(stretch, weight) * size).collect();
        let whole: f64 = widths.iter().sum();
        let mut left = match value(tag, "text-anchor") {
            Some("middle") => x - whole / 2.0,
            Some("end") => x - whole,
            _ => x,
        };
        let mut dressed = format!("{tag}>");
        for (Stretch { family, text }, width) in stretches.iter().zip(widths) {
            let family = family.replace(['"', '&', '<'], "");
            let place = format!(r#"x="{left:.2}" text-anchor="start" font-family="{family}""#);
            dressed.push_str(&format!("<tspan {place}>{text}</tspan>"));
            left += width;
        }
        Some(dressed + "</text>\n")
    }

    fn stretches(&mut self, text: &str) -> Vec<Stretch<'a>> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for letter in text.chars() {
            let (letter, family) = match (self.family(letter), stretches.last()) {
                // What belongs to the letter before it is taken from the same font.
                (_, Some(last)) if fonts::is_mark(letter) => (letter, last.family),
                (Some(family), _) => (letter, family),
                (None, _) => (BOX, self.family(BOX).unwrap_or(FAMILY)),
            };
            match stretches.last_mut() {
                Some(last) if last.family == family => last.text.push(letter),
                _ => stretches.push(Stretch { family, text: letter.into() }),
            }
        }
        joined(stretches)
    }

    /// The family of the first font that has a letter.
    fn family(&mut self, letter: char) -> Option<&'a str> {
        if letter.is_ascii() {
            return Some(FAMILY);
        }
        let Self { database, faces, known } = self;
        *known.entry(letter).or_insert_with(|| {
            let face = faces.iter().find(|face| has(database, face.id, letter))?;
            face.families.first().map(|(name, _)| name.as_str())
        })
    }

    /// How wide letters are, in sizes of the font.
    fn width(&self, stretch: &Stretch, weight: Weight) -> f64 {
        let query = Query { families: &[Family::Name(stretch.family)], weight, ..Query::default() };
        let text = stretch.text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        let shaped = |data: &[u8], index| {
            let face = Face::from_slice(data, index)?;
            let mut buffer = UnicodeBuffer::new();
            buffer.push_str(&text);
            buffer.guess_segment_properties();
            let glyphs = rustybuzz::shape(&face, &[], buffer);
            let advance: i32 = glyphs.glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
            Some(f64::from(advance) / f64::from(face.units_per_em()))
        };
        self.database.query(&query).and_then(|face| self.database.with_face_data(face, shaped)).flatten().unwrap_or(0.0)
    }
}

/// Spaces and signs between letters of one foreign font belong to them, so that words which are written from right to left
/// stay in their order.
fn joined(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let is_between = |text: &str| text.chars().all(|letter| letter == ' ' || letter == ',' || letter == '-');
    let mut joined: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        if let [.., before, between] = joined.as_mut_slice()
            && before.family == stretch.family
            && before.family != FAMILY
            && is_between(&between.text)
        {
            before.text.push_str(&between.text);
            before.text.push_str(&stretch.text);
            joined.pop();
            continue;
        }
        joined.push(stretch);
    }
    joined
}

/// The value of an attribute.
fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = tag.split_once(&format!(" {name}=\""))?;
    behind.split('"').next()
}

fn number(tag: &str, name: &str) -> Option<f64> {
    value(tag, name)?.parse().ok()
}

fn has(database: &Database, face: ID, letter: char) -> bool {
    let has =
        |data: &[u8], index| ttf_parser::Face::parse(data, index).is_ok_and(|face| face.glyph_index(letter).is_some());
    database.with_face_data(face, has).unwrap_or(false)
}

/// In which order fonts are tried: our own, then the family that ours are of, then all others; upright and plain ones first.
fn rank(face: &FaceInfo) -> (u8, bool, u16, String) {
    let family = face.families.first().map_or("", |(name, _)| name.as_str());
    let kin = match (&face.source, family) {
        (Source::Binary(_), _) => 0,
        // Of the four ways in which characters of Chinese origin are written this one has the most readers.
        (_, "Noto Sans CJK SC") => 1,
        (_, family) if family.starts_with(FAMILY) => 2,
        (_, family) if family.starts_with("Noto") => 3,
        _ => 4,
    };
    (kin, face.style != Style::Normal, face.weight.0.abs_diff(400), family.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::letters::own;
    use super::*;

    #[test]
    fn each_stretch_of_a_font_stands_where_the_one_before_it_ends() {
        let own = own();
        let mut dresser = Dresser::new(&own);
        let plain = "<text x=\"1\" y=\"2\" font-size=\"10\" fill=\"#000\">Größe, вот &amp; so</text>\n<g/>\n";
        assert_eq!(dresser.dressed(plain), plain);
        let svg = "<text x=\"100\" y=\"2\" font-size=\"10\" fill=\"#000\" text-anchor=\"end\">1 → 🔥模</text>\n";
        insta::assert_snapshot!(dresser.dressed(svg), @r##"<text x="100" y="2" font-size="10" fill="#000" text-anchor="end"><tspan x="60.10" text-anchor="start" font-family="Noto Sans">1 </tspan><tspan x="68.42" text-anchor="start" font-family="Noto Sans Math">→</tspan><tspan x="76.36" text-anchor="start" font-family="Noto Sans"> </tspan><tspan x="78.96" text-anchor="start" font-family="Noto Emoji">🔥</tspan><tspan x="91.66" text-anchor="start" font-family="Noto Sans Symbols2">□</tspan></text>"##);
    }

    #[test]
    fn words_from_right_to_left_stay_together() {
        let of = |family, text: &str| Stretch { family, text: text.to_owned() };
        let stretches = vec![of("A", "one"), of(FAMILY, ", "), of("A", "two"), of(FAMILY, " plain "), of("B", "x")];
        let joined = joined(stretches);
        assert_eq!(joined, [of("A", "one, two"), of(FAMILY, " plain "), of("B", "x")]);
    }
}
