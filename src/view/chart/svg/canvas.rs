//! A writer of SVG: shapes and text at places. Text is escaped, numbers are rounded, so that equal drawings are equal texts.

use std::fmt::Write;

use super::palette::{Palette, Theme};
use crate::view::fonts::{FAMILY, Weight};
use crate::view::format::clean;

/// A drawing that grows downwards.
#[derive(Debug, Clone)]
pub(in crate::view) struct Canvas {
    width: f64,
    height: f64,
    theme: Theme,
    body: String,
}

/// A place, to the right and down.
pub(in crate::view) type Point = (f64, f64);

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::view) struct Type<'a> {
    pub size: f64,
    pub weight: Weight,
    pub colour: &'a str,
    pub anchor: Anchor,
}

/// Which part of a text is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::view) struct Stroke<'a> {
    pub colour: &'a str,
    pub width: f64,
    pub dash: Dash,
}

/// Whether a line is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) enum Dash {
    Solid,
    Dashed,
}

impl<'a> Type<'a> {
    /// Small running text.
    pub fn small(colour: &'a str) -> Self {
        Self { size: super::SMALL, weight: Weight::Regular, colour, anchor: Anchor::Start }
    }
}

impl<'a> Stroke<'a> {
    /// A line without gaps.
    pub fn solid(colour: &'a str, width: f64) -> Self {
        Self { colour, width, dash: Dash::Solid }
    }

    /// A thin line with gaps.
    pub fn dashed(colour: &'a str) -> Self {
        Self { colour, width: 1.4, dash: Dash::Dashed }
    }
}

impl Canvas {
    pub fn new(width: f64, theme: Theme) -> Self {
        Self { width, height: 0.0, theme, body: String::new() }
    }

    pub fn width(&self) -> f64 {
        self.width
    }

    pub fn palette(&self) -> &'static Palette {
        self.theme.palette()
    }

    /// Ends the drawing at a height.
    pub fn end(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// A filled rectangle with round corners.
    pub(super) fn rect(&mut self, area: Area, radius: f64, fill: &str) {
        let Area { x, y, width, height } = area;
        self.add(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{fill}"/>"#,
            Short(x),
            Short(y),
            Short(width.max(0.0)),
            Short(height.max(0.0)),
            Short(radius)
        ));
    }

    /// The outline of a rectangle with round corners.
    pub(super) fn frame(&mut self, area: Area, radius: f64, stroke: Stroke) {
        let Area { x, y, width, height } = area;
        self.add(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="none"{}/>"#,
            Short(x),
            Short(y),
            Short(width.max(0.0)),
            Short(height.max(0.0)),
            Short(radius),
            stroke.attributes()
        ));
    }

    pub fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.path(&[from, to], stroke);
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[Point], stroke: Stroke) {
        let round = r#" stroke-linejoin="round" stroke-linecap="round""#;
        let (points, look) = (Points(points), stroke.attributes());
        self.add(format_args!(r#"<polyline points="{points}" fill="none"{look}{round}/>"#));
    }

    /// A filled shape with corners, seen through.
    pub(super) fn shape(&mut self, points: &[Point], fill: &str, opacity: f64) {
        let points = Points(points);
        self.add(format_args!(r#"<polygon points="{points}" fill="{fill}" fill-opacity="{}"/>"#, Short(opacity)));
    }

    pub(super) fn circle(&mut self, (x, y): Point, radius: f64, fill: &str) {
        let (x, y, radius) = (Short(x), Short(y), Short(radius));
        self.add(format_args!(r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>"#));
    }

    /// A line of text. A place is on its baseline.
    pub fn text(&mut self, (x, y): Point, text: &str, look: Type) {
        let anchor = match look.anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if look.weight == Weight::Bold { r#" font-weight="700""# } else { "" };
        self.add(format_args!(
            r#"<text x="{}" y="{}" font-size="{}"{weight} fill="{}"{anchor}>{}</text>"#,
            Short(x),
            Short(y),
            Short(look.size),
            look.colour,
            escaped(text)
        ));
    }

    /// What is drawn, on its card, as a document.
    pub fn document(&self, title: &str, description: &str) -> String {
        // Even, so that a picture of it has no half-filled line of points.
        let (width, height) = (Short(self.width), Short((self.height / 2.0).ceil() * 2.0));
        let (title, description) = (escaped(title), escaped(description));
        let size = format!(r#"width="{width}" height="{height}" viewBox="0 0 {width} {height}""#);
        let card = format!(r#"<rect width="{width}" height="{height}" fill="{}"/>"#, self.palette().paper);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" {size} font-family=\"{FAMILY}, sans-serif\" role=\"img\">\n\
             <title>{title}</title>\n<desc>{description}</desc>\n{card}\n{}</svg>\n",
            self.body
        )
    }

    fn add(&mut self, element: std::fmt::Arguments) {
        // A string takes all that is written into it.
        _ = writeln!(self.body, "{element}");
    }
}

/// What only documents need.
#[cfg(feature = "pictures")]
impl Canvas {
    pub fn height(&self) -> f64 {
        self.height
    }

    /// The outline of a rectangle in the colour of a grid, by its corner and its size.
    pub fn outline(&mut self, (x, y): Point, (width, height): Point) {
        let stroke = Stroke::solid(self.palette().grid, 0.8);
        self.frame(Area { x, y, width, height }, 4.0, stroke);
    }

    /// Another drawing, without its card, at a place and of another size.
    pub fn place(&mut self, drawn: &Self, (x, y): Point, scale: f64) {
        let (x, y, scale) = (Short(x), Short(y), (scale * 1e4).round() / 1e4);
        let size = if scale == 1.0 { String::new() } else { format!(" scale({scale})") };
        self.add(format_args!(r#"<g transform="translate({x} {y}){size}">"#));
        self.body.push_str(&drawn.body);
        self.add(format_args!("</g>"));
    }
}

impl Stroke<'_> {
    fn attributes(&self) -> String {
        let dash = if self.dash == Dash::Dashed { r#" stroke-dasharray="4 3""# } else { "" };
        format!(r#" stroke="{}" stroke-width="{}"{dash}"#, self.colour, Short(self.width))
    }
}

/// A number with two places at most.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rounded = (self.0 * 100.0).round() / 100.0;
        // Without this there would be a zero below zero.
        write!(f, "{}", if rounded == 0.0 { 0.0 } else { rounded })
    }
}

struct Points<'a>(&'a [Point]);

impl std::fmt::Display for Points<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (x, y)) in self.0.iter().enumerate() {
            let gap = if at > 0 { " " } else { "" };
            write!(f, "{gap}{},{}", Short(*x), Short(*y))?;
        }
        Ok(())
    }
}

/// Text as it may stand in XML, on one line and without what XML does not know.
fn escaped(text: &str) -> String {
    let known = clean(text).replace(['\u{fffe}', '\u{ffff}'], "");
    known.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_text_is_text() {
        let mut canvas = Canvas::new(100.0, Theme::Light);
        canvas.text((1.005, -0.001), "<b>&\"\u{1b}\u{ffff}\n", Type::small("#000"));
        canvas.line((0.0, 1.0 / 3.0), (10.0, 2.0), Stroke::dashed("#111"));
        insta::assert_snapshot!(canvas.end(9.5).document("a<b", "c&d"), @r##"
        <svg xmlns="http://www.w3.org/2000/svg" width="100" height="10" viewBox="0 0 100 10" font-family="Noto Sans, sans-serif" role="img">
        <title>a&lt;b</title>
        <desc>c&amp;d</desc>
        <rect width="100" height="10" fill="#ffffff"/>
        <text x="1" y="0" font-size="13" fill="#000">&lt;b&gt;&amp;&quot; </text>
        <polyline points="0,0.33 10,2" fill="none" stroke="#111" stroke-width="1.4" stroke-dasharray="4 3" stroke-linejoin="round" stroke-linecap="round"/>
        </svg>
        "##);
    }
}
