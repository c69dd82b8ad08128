//! What was set, and where: the text of the file and the variables of the environment, read by section and key.
//!
//! A section is asked for its keys one by one; [`Section::done`] then refuses whatever nobody asked for. So the names of
//! the keys stand in one place only: where they are read.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};
use crate::model::{duration, names};

/// The environment, by name.
pub type Variables = BTreeMap<String, String>;

/// Variables that set settings start with this, and hold two underscores in a row.
const PREFIX: &str = "PERFBOT_";

/// Whether a variable means to set a setting: `PERFBOT_ANSWER__RETRIES` does, `PERFBOT_LOG` does not.
pub fn is_setting(variable: &str) -> bool {
    variable.starts_with(PREFIX) && variable.contains("__")
}

/// Variables of that start that set no setting of the file.
const OTHERS: [&str; 2] = ["PERFBOT_LOG", "PERFBOT_DISCORD_API"];

/// Refuses the variables that look as if they set something and do not.
///
/// # Errors
/// The first of them.
pub fn refuse_strangers(variables: &Variables) -> Result<(), ConfigError> {
    let is_strange = |name: &&String| name.starts_with(PREFIX) && !is_setting(name) && !OTHERS.contains(&name.as_str());
    match variables.keys().find(is_strange) {
        Some(name) => Err(Place::Variable(name.clone()).fault(
            "there is no such variable; a setting is written with its section and two underscores, as in PERFBOT_LIMITS__DAILY_USD",
        )),
        None => Ok(()),
    }
}

/// A file's text and name, and the environment.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The file as people call it.
    pub file: &'a str,
    /// What it says.
    pub text: &'a str,
    /// The environment, whose settings win.
    pub variables: &'a Variables,
}

impl<'a> Input<'a> {
    /// The file as a table.
    ///
    /// # Errors
    /// Where the text stops being TOML.
    pub fn table(&self) -> Result<DeTable<'a>, ConfigError> {
        let parsed = DeTable::parse(self.text).map_err(|error| {
            let (line, column) = self.position(error.span().map_or(self.text.len(), |span| span.start));
            Place::Column(self.file.into(), line, column).fault(error.message())
        });
        parsed.map(toml::Spanned::into_inner)
    }

    /// The line on which a piece of the text starts.
    pub fn line_of(&self, span: Range<usize>) -> Place {
        Place::Line(self.file.into(), self.position(span.start).0)
    }

    /// Line and column of a byte, both from 1.
    fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// One section, whose keys are being read.
pub struct Section<'a> {
    input: Input<'a>,
    place: Place,
    /// How people see it, `[answer]`; empty for the file as a whole.
    title: String,
    /// How its variables start.
    prefix: String,
    table: Option<&'a DeTable<'a>>,
    keys: Vec<String>,
    parts: Vec<String>,
}

/// What a key was set to.
pub enum Value<'a> {
    /// Text in quotes.
    Text(&'a str),
    /// A number or truth value of the file, in plain decimal form.
    Bare(String),
    /// What the environment says, which may be meant as any of these.
    Open(&'a str),
    /// A list of texts.
    List(Vec<&'a str>),
    /// Keys of its own.
    Table,
    /// Something that no setting is.
    Other,
}

impl<'a> Section<'a> {
    /// The file as a whole, of which sections are asked.
    pub fn root(input: Input<'a>, table: &'a DeTable<'a>) -> Self {
        let place = Place::File(input.file.into());
        Self::new(input, place, String::new(), PREFIX.into(), Some(table))
    }

    fn new(input: Input<'a>, place: Place, title: String, prefix: String, table: Option<&'a DeTable<'a>>) -> Self {
        Self { input, place, title, prefix, table, keys: Vec::new(), parts: Vec::new() }
    }

    /// The section of that name, empty where the file has none.
    ///
    /// # Errors
    /// If the name stands for something else.
    pub fn section(&mut self, name: &str) -> Result<Self, ConfigError> {
        match self.entry(name) {
            Some((place, value)) if !matches!(value, DeValue::Table(_)) => {
                Err(place.fault(format!("`{name}` must be a section of its own, headed [{name}]")))
            }
            _ => Ok(self.part(name, format!("[{name}]"))),
        }
    }

    /// The sections that share a name, as `[[models]]` do, and the section of which they are parts.
    ///
    /// # Errors
    /// If the name stands for something else.
    pub fn list(&mut self, name: &str) -> Result<(Self, Vec<&'a toml::Spanned<DeValue<'a>>>), ConfigError> {
        let tables = match self.entry(name) {
            None => Vec::new(),
            Some((_, DeValue::Array(items))) if items.iter().all(|item| item.get_ref().is_table()) => {
                items.iter().collect()
            }
            Some((place, _)) => {
                return Err(place.fault(format!("`{name}` must be sections of their own, each headed [[{name}]]")));
            }
        };
        let mut whole = self.part(name, format!("[[{name}]]"));
        whole.table = None;
        Ok((whole, tables))
    }

    /// Of the sections that share this one's name, the one with this table. Its variables are told by `name`.
    pub fn item(&mut self, name: &str, table: &'a toml::Spanned<DeValue<'a>>) -> Self {
        let mut item = self.part(&slug(name), self.title.clone());
        item.table = table.get_ref().as_table();
        item.place = self.input.line_of(table.span());
        item
    }

    /// The keys below a key.
    pub fn part(&mut self, name: &str, title: String) -> Self {
        self.parts.push(name.to_owned());
        let prefix = format!("{}{}__", self.prefix, name.to_uppercase());
        let found = self.entry(name);
        let place = found.as_ref().map_or_else(|| self.place.clone(), |(place, _)| place.clone());
        let table = found.and_then(|(_, value)| value.as_table());
        Self::new(self.input, place, title, prefix, table)
    }

    /// What a key was set to, in words of the caller.
    ///
    /// # Errors
    /// If `read` makes nothing of it: that it must be `must`.
    pub fn read<T>(
        &mut self,
        key: &str,
        must: &str,
        read: impl FnOnce(&Value<'_>) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        self.keys.push(key.to_owned());
        let Some((place, value)) = self.value(key) else { return Ok(None) };
        let Some(read) = read(&value) else {
            return Err(match place {
                Place::Variable(_) => place.fault(format!("it must be {must}")),
                _ => place.fault(format!("`{key}` in {} must be {must}", self.title)),
            });
        };
        Ok(Some(read))
    }

    /// Text, which may be empty.
    ///
    /// # Errors
    /// If it is no text.
    pub fn text(&mut self, key: &str) -> Result<Option<String>, ConfigError> {
        self.read(key, "text in quotes", |value| value.text().map(str::to_owned))
    }

    /// A whole number.
    ///
    /// # Errors
    /// If it is none, or beyond the range.
    pub fn whole(&mut self, key: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, ConfigError> {
        let must = format!("a whole number from {} to {}", range.start(), range.end());
        self.read(key, &must, |value| value.bare()?.parse().ok().filter(|number| range.contains(number)))
    }

    /// A number.
    ///
    /// # Errors
    /// If it is none, or beyond the range.
    pub fn number(&mut self, key: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, ConfigError> {
        let must = format!("a number from {} to {}", range.start(), range.end());
        self.read(key, &must, |value| value.bare()?.parse().ok().filter(|number| range.contains(number)))
    }

    /// A length of time.
    ///
    /// # Errors
    /// If it is none, or beyond the range.
    pub fn duration(&mut self, key: &str, range: RangeInclusive<Duration>) -> Result<Option<Duration>, ConfigError> {
        let (least, most) = (duration::written(*range.start()), duration::written(*range.end()));
        let must = format!("a time from {least} to {most}, written like \"30s\", \"1m30s\" or \"24h\"");
        self.read(key, &must, |value| duration::parse(value.text()?).filter(|length| range.contains(length)))
    }

    /// Yes or no.
    ///
    /// # Errors
    /// If it is neither.
    pub fn flag(&mut self, key: &str) -> Result<Option<bool>, ConfigError> {
        self.read(key, "true or false", |value| value.bare()?.parse().ok())
    }

    /// A mistake in this section that no single key has.
    pub fn fault(&self, fault: impl Into<String>) -> ConfigError {
        self.place.fault(fault)
    }

    /// Refuses the keys and variables that nobody asked for.
    ///
    /// # Errors
    /// The first of them, with the nearest name that exists.
    pub fn done(self) -> Result<(), ConfigError> {
        let known = |name: &str| self.keys.iter().chain(&self.parts).any(|key| key == name);
        if let Some((key, value)) = self.table.into_iter().flatten().find(|(key, _)| !known(key.get_ref())) {
            return Err(self.unknown_key(self.input.line_of(key.span()), key.get_ref(), value.get_ref()));
        }
        let ours = self.input.variables.keys().filter(|name| is_setting(name));
        let unknown = ours.filter_map(|name| Some((name, name.strip_prefix(&self.prefix)?)));
        match unknown.into_iter().find(|(_, rest)| !self.knows_variable(rest)) {
            Some((name, rest)) => Err(self.unknown_variable(name, rest)),
            None => Ok(()),
        }
    }

    fn knows_variable(&self, rest: &str) -> bool {
        let part = |part: &String| rest.strip_prefix(&part.to_uppercase()).is_some_and(|rest| rest.starts_with("__"));
        self.keys.iter().any(|key| key.to_uppercase() == rest) || self.parts.iter().any(part)
    }

    fn unknown_key(&self, place: Place, key: &str, value: &DeValue<'_>) -> ConfigError {
        let shown = |name: &str| if self.title.is_empty() { format!("[{name}]") } else { format!("`{name}`") };
        let what = match (self.title.is_empty(), value) {
            (true, DeValue::Table(_) | DeValue::Array(_)) => format!("unknown section {}", shown(key)),
            (true, _) => format!("unknown key `{key}` outside of any section"),
            (false, _) => format!("unknown key `{key}` in {}", self.title),
        };
        place.fault(format!("{what}; {}", self.hint(key, shown)))
    }

    fn unknown_variable(&self, name: &str, rest: &str) -> ConfigError {
        let (head, tail) = rest.split_at(rest.find("__").unwrap_or(rest.len()));
        let shown = |key: &str| {
            let whole = self.keys.iter().any(|known| known == key);
            format!("{}{}{}", self.prefix, key.to_uppercase(), if whole { "" } else { tail })
        };
        let place = Place::Variable(name.into());
        place.fault(format!("there is no such setting; {}", self.hint(head, shown)))
    }

    /// The nearest name, or all names where none is near.
    fn hint(&self, wanted: &str, shown: impl Fn(&str) -> String) -> String {
        // A part that can be set as a whole too is listed once.
        let parts = self.parts.iter().filter(|part| !self.keys.contains(part));
        let known: Vec<&str> = self.keys.iter().chain(parts).map(String::as_str).collect();
        match names::did_you_mean(nearest(&wanted.to_lowercase(), &known).map(&shown)) {
            Some(question) => question,
            None if known.is_empty() => {
                format!("a variable changes only what the file lists, and it lists no {}", self.title)
            }
            None => format!("known: {}", known.into_iter().map(shown).collect::<Vec<_>>().join(", ")),
        }
    }

    /// What a key was set to: by the environment, else by the file.
    fn value(&self, key: &str) -> Option<(Place, Value<'a>)> {
        let name = format!("{}{}", self.prefix, key.to_uppercase());
        if let Some((name, text)) = self.input.variables.get_key_value(&name) {
            return Some((Place::Variable(name.clone()), Value::Open(text)));
        }
        self.entry(key).map(|(place, value)| (place, Value::from(value)))
    }

    fn entry(&self, key: &str) -> Option<(Place, &'a DeValue<'a>)> {
        let (key, value) = self.table?.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((self.input.line_of(key.span()), value.get_ref()))
    }
}

impl Value<'_> {
    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Open(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list; the environment separates them by commas.
    pub fn list(&self) -> Option<Vec<&str>> {
        match self {
            Self::List(texts) => Some(texts.clone()),
            Self::Open(text) => Some(text.split(',').map(str::trim).filter(|text| !text.is_empty()).collect()),
            _ => None,
        }
    }

    /// The number or truth value, if it is written as one.
    pub fn bare(&self) -> Option<&str> {
        match self {
            Self::Bare(text) => Some(text),
            Self::Open(text) => Some(text.trim()),
            _ => None,
        }
    }
}

impl<'a> From<&'a DeValue<'a>> for Value<'a> {
    fn from(value: &'a DeValue<'a>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Self::Bare(number.to_string()),
                Err(_) => Self::Other,
            },
            DeValue::Float(number) => Self::Bare(number.as_str().to_owned()),
            DeValue::Boolean(truth) => Self::Bare(truth.to_string()),
            DeValue::Table(_) => Self::Table,
            DeValue::Array(items) => {
                let texts = items.iter().map(|item| item.get_ref().as_str());
                texts.collect::<Option<_>>().map_or(Self::Other, Self::List)
            }
            DeValue::Datetime(_) => Self::Other,
        }
    }
}

/// The known name most like `wanted`, as a whole or by one of its words: `timeot` is near `head_timeout`.
fn nearest<'a>(wanted: &str, known: &[&'a str]) -> Option<&'a str> {
    let has_near_word = |name: &&&str| !names::nearest(wanted, name.split('_')).is_empty();
    let whole = names::nearest(wanted, known.iter().copied());
    whole.first().copied().or_else(|| known.iter().find(has_near_word).copied())
}

/// A name as a variable of the environment can hold it: `gpt-4o` is told by `GPT_4O`.
fn slug(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}
