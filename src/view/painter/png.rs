//! A chart as a picture of points.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};
use resvg::tiny_skia::{Pixmap, Transform};

use super::Unpainted;
use super::letters::Letters;
use crate::view::Chart;
use crate::view::chart::Sheet;

/// Points for each unit of the sheet: a phone has about three for each of its own units, and shows it a little smaller.
const SCALE: f32 = 2.5;

pub fn png(chart: &Chart, letters: &Letters) -> Result<Vec<u8>, Unpainted> {
    let tree = letters.tree(&chart.svg(Sheet::CHAT))?;
    let size = tree.size().to_int_size().scale_by(SCALE);
    let size = size.ok_or_else(|| Unpainted::Failed("it has no size".into()))?;
    let mut pixels = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| Unpainted::Failed("there is no room for its points".into()))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    encoded(&pixels).map_err(|error| Unpainted::Failed(error.to_string()))
}

/// The points as a file. A chart stands on a card of its own, so that nothing can be seen through and colours are enough.
/// Packing them tightly would take longer than drawing them.
fn encoded(pixels: &Pixmap) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    let colours: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|point| [point[0], point[1], point[2]]).collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::super::{Fonts, Painter};
    use crate::view::chart::samples;

    #[test]
    fn every_chart_is_a_picture_of_its_size() {
        let painter = Painter::new(Fonts::Own);
        for chart in samples::all() {
            let png = painter.png(&chart).unwrap();
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
            assert_eq!(side(16), 1_200, "{}", chart.title());
            assert!((300..2_500).contains(&side(20)), "{} is {} high", chart.title(), side(20));
            assert!(png.len() < 250_000, "{} has {} bytes", chart.title(), png.len());
        }
    }
}
