//! A chart as a picture of points.

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
    pixels.encode_png().map_err(|error| Unpainted::Failed(error.to_string()))
}
