//! The fonts that come with the program, and how wide text is in them. Pictures need no font of the machine: Latin, Greek,
//! Cyrillic, common signs and emoji are here. How wide other letters are is estimated, so that a picture is laid out alike on
//! every machine.

use std::sync::LazyLock;

use ttf_parser::Face;
use unicode_width::UnicodeWidthChar;

/// The family that text is set in.
pub const FAMILY: &str = "Noto Sans";

/// The files, in the order in which they are asked for a letter.
pub const FILES: [&[u8]; 5] = [
    include_bytes!("../../assets/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../assets/fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../assets/fonts/NotoSansMath-Arrows.ttf"),
    include_bytes!("../../assets/fonts/NotoSansSymbols2-Shapes.ttf"),
    include_bytes!("../../assets/fonts/NotoEmoji-Marks.ttf"),
];

/// How heavy text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles and heads.
    Bold,
}

/// The width of a letter that is in none of the files, in sizes of the font: half a square, or a square for wide letters.
const UNKNOWN: [f64; 3] = [0.0, 0.62, 1.05];

static FACES: LazyLock<Vec<Face<'static>>> =
    LazyLock::new(|| FILES.iter().filter_map(|file| Face::parse(file, 0).ok()).collect());

/// How wide a text is at a size, in the unit of the size.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    text.chars().map(|letter| advance(letter, weight)).sum::<f64>() * size
}

/// Whether a letter is in one of the files, or is no letter to be drawn.
#[cfg_attr(not(feature = "pictures"), allow(dead_code))]
pub fn covers(letter: char) -> bool {
    is_mark(letter) || FACES.iter().any(|face| face.glyph_index(letter).is_some())
}

/// The beginning of a text that fits a width, with `…` behind it if it does not fit as a whole.
pub fn fit(text: &str, room: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut left = room / size - advance('…', weight);
    let fits = |letter: &char| {
        left -= advance(*letter, weight);
        left >= 0.0
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{}…", start.trim_end())
}

/// A text in lines that fit a width. A word that is wider than a line is cut.
pub fn wrap(text: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in pieces(text, room, size, weight) {
        let line = lines.last().map(String::as_str).unwrap_or_default();
        let longer = format!("{line}{word}");
        match line.is_empty() || width(longer.trim_end(), size, weight) <= room {
            true => _ = lines.pop().map(|_| lines.push(longer)),
            false => lines.push(word.trim_start().to_owned()),
        }
    }
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

/// Words with the space behind them, cut where they are wider than a line. Between wide letters, as of Chinese, a line may
/// end anywhere.
fn pieces(text: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut taken = 0.0;
    let mut before = ' ';
    for letter in text.chars() {
        let needed = advance(letter, weight) * size;
        let is_wide = |letter: char| letter.width() == Some(2);
        let new_word = before == ' ' && letter != ' ' || is_wide(before) || is_wide(letter);
        if new_word && !is_mark(letter) || taken + needed > room {
            pieces.push(String::new());
            taken = 0.0;
        }
        pieces.iter_mut().next_back().into_iter().for_each(|piece| piece.push(letter));
        taken += needed;
        before = letter;
    }
    pieces
}

/// How far a letter moves on, in sizes of the font.
fn advance(letter: char, weight: Weight) -> f64 {
    let own = usize::from(weight == Weight::Bold);
    let faces = FACES.get(own).into_iter().chain(FACES.iter());
    let known = |face: &Face| {
        let glyph = face.glyph_index(letter)?;
        Some(f64::from(face.glyph_hor_advance(glyph)?) / f64::from(face.units_per_em()))
    };
    if is_mark(letter) {
        return 0.0;
    }
    faces.into_iter().find_map(known).unwrap_or_else(|| UNKNOWN[letter.width().unwrap_or(0).min(2)])
}

/// What is written onto the letter before it, or only says how that looks.
pub fn is_mark(letter: char) -> bool {
    matches!(letter.width(), None | Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_font() {
        assert_eq!(FACES.len(), FILES.len());
    }

    #[test]
    fn widths_are_those_of_the_fonts() {
        // Digits of Noto Sans are 572 of 1,000 units wide, in either weight.
        assert!((width("100", 10.0, Weight::Regular) - 17.16).abs() < 1e-9);
        assert!((width("100", 10.0, Weight::Bold) - 17.16).abs() < 1e-9);
        assert!(width("Wide", 10.0, Weight::Bold) > width("Wide", 10.0, Weight::Regular));
        assert_eq!(width("模型", 10.0, Weight::Regular), 21.0);
        assert_eq!(width("e\u{301}\u{fe0f}", 10.0, Weight::Regular), width("e", 10.0, Weight::Regular));
    }

    #[test]
    fn common_letters_are_covered_and_others_are_not() {
        assert!("Größe café Ελληνικά Русский → ≈ ≤ ▲ ✓ 🔥 ❄\u{fe0f} 🐌 📊 €₹₿".chars().all(covers));
        assert!(!"模型نम".chars().any(covers));
    }

    #[test]
    fn text_fits() {
        let short = fit("claude-sonnet-4-5-20250929", 80.0, 10.0, Weight::Regular);
        insta::assert_snapshot!(short, @"claude-sonnet-…");
        assert!(width(&short, 10.0, Weight::Regular) <= 80.0);
        assert_eq!(fit("haiku", 80.0, 10.0, Weight::Regular), "haiku");
    }

    #[test]
    fn lines_end_between_words_and_wherever_they_must() {
        let lines = |text: &str| wrap(text, 60.0, 10.0, Weight::Regular);
        assert_eq!(lines("one two  three four"), ["one two", "three four"]);
        assert_eq!(lines("a verylongwordindeed"), ["a", "verylongwor", "dindeed"]);
        assert_eq!(lines("模型回答很慢了吗"), ["模型回答很", "慢了吗"]);
        assert_eq!(lines(""), [""]);
    }
}
