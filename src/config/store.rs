//! `[store]`: where the measurements lie.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ConfigError;
use super::input::Section;
use crate::model::duration;

/// Where the measurements lie, and how long rows are kept.
pub(super) struct StoreSettings {
    pub path: PathBuf,
    pub rows: Option<Duration>,
    pub max_bytes: Option<u64>,
}

/// The shortest time that rows are kept: what people look at unless they say otherwise, and a day to compare with.
const SHORTEST: Duration = Duration::from_hours(48);

/// The smallest file: what a store takes before any call is in it, and some.
const SMALLEST: u64 = 10_000_000;

pub(super) fn read(mut section: Section<'_>) -> Result<StoreSettings, ConfigError> {
    let path = section.read("path", "the path of a file", |value| {
        value.text().filter(|path| !path.trim().is_empty()).map(PathBuf::from)
    })?;
    let rows =
        section.read("rows", "a length of time from \"2d\" on, as \"90d\", or \"forever\"", |value| {
            match value.text()? {
                "forever" => Some(None),
                text => duration::parse(text).filter(|length| *length >= SHORTEST).map(Some),
            }
        })?;
    let max_bytes = section.read("max_bytes", "a size from \"10MB\" on, as \"2GB\", or \"unlimited\"", |value| {
        match value.text()? {
            "unlimited" => Some(None),
            text => bytes(text).filter(|bytes| *bytes >= SMALLEST).map(Some),
        }
    })?;
    section.done()?;
    Ok(StoreSettings {
        path: path.unwrap_or_else(|| "perfbot.db".into()),
        rows: rows.flatten(),
        max_bytes: max_bytes.flatten(),
    })
}

/// A number of bytes: `500MB`, `2GB`, `1.5 GB`, in thousands as disks are sold.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_uppercase();
    let (number, worth) = [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1.0)]
        .iter()
        .find_map(|(unit, worth)| Some((text.strip_suffix(unit)?, worth)))?;
    let number: f64 = number.trim_end().parse().ok()?;
    let bytes = number * worth;
    (number.is_finite() && (0.0..1e18).contains(&bytes)).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_as_people_write_them() {
        assert_eq!(
            ["2GB", "1.5 gb", "500MB", "7B"].map(bytes),
            [2_000_000_000, 1_500_000_000, 500_000_000, 7].map(Some)
        );
        assert!(
            ["", "GB", "2", "-1GB", "NaNGB", "infGB", "1e400GB", "2GiB"].into_iter().all(|text| bytes(text).is_none())
        );
    }
}
