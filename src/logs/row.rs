//! One row of a log, whatever it was written in: cells by column name, and by dotted path into nested JSON.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::value::RawValue;

/// A JSON object whose values are kept as they were written.
pub type Object = BTreeMap<String, Box<RawValue>>;

/// One row of a log.
#[derive(Debug, Clone)]
pub enum Row {
    /// A row of CSV, under its header.
    Cells(Arc<Header>, csv::StringRecord),
    /// A JSON object.
    Object(Object),
}

/// The columns of a CSV file and where they stand.
#[derive(Debug, Default)]
pub struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Header {
    /// The header with these names. Where one occurs twice, the first counts.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<String> = names.map(|name| name.trim().to_owned()).collect();
        let mut places = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            places.entry(name.clone()).or_insert(place);
        }
        Self { names, places }
    }
}

/// What a log writes where it knows nothing.
const UNKNOWN: [&str; 5] = ["", "null", "NULL", "None", "\\N"];

impl Row {
    /// The text of a column, or of a dotted path that starts at one. `None` where it is absent or holds no value.
    pub fn text(&self, column: &str) -> Option<Cow<'_, str>> {
        self.find(column, |row, name| row.cell(name))
    }

    /// Like [`Row::text`], for a column whose name is spelled in any style: `startTime`, `start_time`, `Start Time`.
    pub fn text_alike(&self, column: &str) -> Option<Cow<'_, str>> {
        self.find(column, |row, name| row.cell(name).or_else(|| row.cell(row.alike(name)?)))
    }

    /// The text of a column just as perfbot wrote it: blanks and words like `None` are text, the guard against formulas
    /// is taken off. `None` where it is absent, null or, in CSV, empty.
    pub fn exact(&self, column: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Cells(header, cells) => {
                let text = cells.get(*header.places.get(column)?).filter(|text| !text.is_empty())?;
                Some(unguarded(text).into())
            }
            Self::Object(object) => object.get(column).filter(|value| value.get() != "null").map(|value| scalar(value)),
        }
    }

    /// Whether the row has this column, or this dotted path, with a value or without.
    pub fn has(&self, column: &str) -> bool {
        self.cell(column).is_some()
            || column.match_indices('.').any(|(dot, _)| {
                self.cell(&column[..dot]).is_some_and(|outer| inside(&outer, &column[dot + 1..]).is_some())
            })
    }

    /// Whether the row has this column in some style of spelling.
    pub fn has_alike(&self, column: &str) -> bool {
        self.alike(column).is_some()
    }

    /// The object in a column that is spelled in any style.
    pub fn object_alike(&self, column: &str) -> Option<Object> {
        serde_json::from_str(&self.text_alike(column)?).ok()
    }

    /// The names of this row's columns; for nested objects the dotted paths to what they hold.
    pub fn columns(&self) -> Vec<String> {
        match self {
            Self::Cells(header, _) => header.names.clone(),
            Self::Object(object) => object.iter().flat_map(|(name, value)| paths(name, value)).collect(),
        }
    }

    fn find<'a>(&'a self, column: &str, cell: impl Fn(&'a Self, &str) -> Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
        let text = cell(self, column).or_else(|| {
            column.match_indices('.').find_map(|(dot, _)| {
                let outer = cell(self, &column[..dot])?;
                inside(&outer, &column[dot + 1..]).map(Cow::Owned)
            })
        })?;
        (!UNKNOWN.contains(&text.trim())).then_some(text)
    }

    fn cell(&self, name: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Cells(header, cells) => cells.get(*header.places.get(name)?).map(|text| text.trim().into()),
            Self::Object(object) => Some(scalar(object.get(name)?)),
        }
    }

    fn alike(&self, wanted: &str) -> Option<&str> {
        match self {
            Self::Cells(header, _) => header.names.iter().map(String::as_str).find(|name| same(name, wanted)),
            Self::Object(object) => object.keys().map(String::as_str).find(|name| same(name, wanted)),
        }
    }
}

/// Whether two column names differ only in style.
pub fn same(one: &str, other: &str) -> bool {
    plain(one).eq(plain(other))
}

fn plain(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase())
}

/// A JSON value as a cell: strings without their quotes, all else as it is written.
pub fn scalar(value: &RawValue) -> Cow<'_, str> {
    let raw = value.get();
    if !raw.starts_with('"') {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(serde_json::from_str(raw).unwrap_or_default())
}

/// Follows a dotted path into a JSON text.
fn inside(json: &str, path: &str) -> Option<String> {
    let object: Object = serde_json::from_str(json).ok()?;
    if let Some(value) = object.get(path) {
        return Some(scalar(value).into_owned());
    }
    let (outer, inner) = path.split_once('.')?;
    inside(&scalar(object.get(outer)?), inner)
}

/// One level deep: deeper ones hold content rather than figures.
fn paths(name: &str, value: &RawValue) -> Vec<String> {
    match serde_json::from_str::<Object>(value.get()) {
        Ok(inner) if !inner.is_empty() => inner.keys().map(|key| format!("{name}.{key}")).collect(),
        _ => vec![name.to_owned()],
    }
}

/// What makes a spreadsheet take a cell for a formula, and the guard itself.
const GUARDED: [char; 7] = ['=', '+', '-', '@', '\t', '\r', GUARD];
const GUARD: char = '\'';

/// A cell that no spreadsheet takes for a formula: a `'` goes before what would be one.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(GUARDED) { Cow::Owned(format!("{GUARD}{text}")) } else { Cow::Borrowed(text) }
}

fn unguarded(text: &str) -> &str {
    text.strip_prefix(GUARD).filter(|rest| rest.starts_with(GUARDED)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Row {
        Row::Object(serde_json::from_str(text).unwrap())
    }

    fn csv(names: &[&str], cells: &[&str]) -> Row {
        Row::Cells(Arc::new(Header::new(names.iter().copied())), csv::StringRecord::from(cells.to_vec()))
    }

    #[test]
    fn numbers_stay_as_written_and_null_is_absent() {
        let row = json(r#"{"at": 1700158546.6805905, "model": "a\nb", "user": null, "error": "", "x": false}"#);
        assert_eq!(row.text("at").unwrap(), "1700158546.6805905");
        assert_eq!(row.text("model").unwrap(), "a\nb");
        assert_eq!(row.text("x").unwrap(), "false");
        assert!(row.text("user").is_none() && row.text("error").is_none() && row.text("nothing").is_none());
    }

    #[test]
    fn dotted_paths_reach_into_objects_and_into_json_within_cells() {
        let nested = json(r#"{"usage": {"prompt_tokens": 5, "details": {"cached": 2}}, "a.b": 1}"#);
        assert_eq!(nested.text("usage.prompt_tokens").unwrap(), "5");
        assert_eq!(nested.text("usage.details.cached").unwrap(), "2");
        assert_eq!(nested.text("a.b").unwrap(), "1");
        let cell = csv(&["usage_details"], &[r#"{"input": 7}"#]);
        assert_eq!(cell.text("usage_details.input").unwrap(), "7");
        assert_eq!(cell.text_alike("usageDetails.input").unwrap(), "7");
    }

    #[test]
    fn columns_are_listed_with_their_paths() {
        let row = json(r#"{"usage": {"in": 5, "out": {}}, "model": null}"#);
        assert_eq!(row.columns(), ["model", "usage.in", "usage.out"]);
        assert!(row.has("model") && row.has("usage") && row.has("usage.in") && !row.has("usage.x"));
        assert!(row.has_alike("Model") && !row.has_alike("modell"));
    }

    #[test]
    fn styles_of_names() {
        assert!(same("Start Time", "start_time") && same("startTime", "Start Time"));
        assert!(!same("startTime", "startTimes"));
    }
}
