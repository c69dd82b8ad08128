//! What a person says about a log's columns: `--map FIELD=COLUMN[:UNIT]` and `--set FIELD=VALUE`.

use super::LogError;
use super::field::Field;
use super::time::TimeUnit;
use crate::model::names;

/// A person's own reading of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Fields read from columns.
    pub columns: Vec<Mapped>,
    /// Fields that are the same in every row.
    pub constants: Vec<(Field, String)>,
}

/// A field and the column it is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// The field.
    pub field: Field,
    /// The column, or several joined by `+`.
    pub column: String,
    /// The unit of a time.
    pub unit: Option<TimeUnit>,
}

impl Mapping {
    /// Reads the values of all `--map` and `--set` options, each a list separated by commas.
    ///
    /// # Errors
    /// A part is not `FIELD=…`, names a field that does not exist, or names one twice.
    pub fn parse<S: AsRef<str>>(maps: &[S], sets: &[S]) -> Result<Self, LogError> {
        let mut mapping = Self::default();
        for (field, value) in parts("--map", maps)? {
            let (column, unit) = unit_of(field, value);
            mapping.columns.push(Mapped { field, column: column.into(), unit });
        }
        for (field, value) in parts("--set", sets)? {
            mapping.constants.push((field, value.into()));
        }
        Ok(mapping)
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.constants.is_empty()
    }

    /// Whether a person said where this field comes from.
    pub fn names(&self, field: Field) -> bool {
        self.columns.iter().any(|mapped| mapped.field == field) || self.constants.iter().any(|(set, _)| *set == field)
    }
}

fn parts<'a, S: AsRef<str>>(option: &str, lists: &'a [S]) -> Result<Vec<(Field, &'a str)>, LogError> {
    let mut found: Vec<(Field, &str)> = Vec::new();
    for part in lists.iter().flat_map(|list| list.as_ref().split(',')).map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(_, value)| !value.is_empty())
            .ok_or_else(|| LogError::Option(format!("{option} {part:?} should be FIELD=… (as in model=name)")))?;
        let field = Field::from_name(name).ok_or_else(|| unknown_field(option, name))?;
        if found.iter().any(|(known, _)| *known == field) {
            return Err(LogError::Option(format!("{option} names {field} twice")));
        }
        found.push((field, value));
    }
    Ok(found)
}

/// Splits `latency:s`. Only times have units, and only `s`, `ms` and `us` are units; any other colon is part of a name.
fn unit_of(field: Field, value: &str) -> (&str, Option<TimeUnit>) {
    let with_unit = value.rsplit_once(':').and_then(|(column, word)| Some((column, TimeUnit::from_word(word)?)));
    match with_unit {
        Some((column, unit)) if field.has_unit() && !column.is_empty() => (column, Some(unit)),
        _ => (value, None),
    }
}

fn unknown_field(option: &str, name: &str) -> LogError {
    let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
    let near = did_you_mean(name, names.iter().copied());
    LogError::Option(format!("{option}: there is no field {name:?}{near}; the fields are {}", names.join(", ")))
}

/// ` (did you mean …?)` with the name that is most like a misspelt one; nothing if none is like it at all.
pub fn did_you_mean<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let near = names::nearest(&wrong.to_lowercase(), names);
    near.first().map(|near| format!(" (did you mean {near}?)")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(map: &str) -> String {
        Mapping::parse(&[map], &[]).expect_err("should be refused").to_string()
    }

    #[test]
    fn lists_and_repetitions_are_one() {
        let one = Mapping::parse(&["model=provider+model, ttft=ttft_s:s", "user=who:ms"], &["guild=a=b"]).unwrap();
        let mapped = |field, column: &str, unit| Mapped { field, column: column.into(), unit };
        assert_eq!(
            one.columns,
            [
                mapped(Field::Model, "provider+model", None),
                mapped(Field::Ttft, "ttft_s", Some(TimeUnit::Seconds)),
                mapped(Field::User, "who:ms", None),
            ]
        );
        assert_eq!(one.constants, [(Field::Guild, "a=b".to_owned())]);
        assert!(one.names(Field::Guild) && !one.names(Field::Channel));
    }

    #[test]
    fn a_colon_that_is_no_unit_belongs_to_the_name() {
        let one = Mapping::parse(&["ttft=a:b,response_time=x:y:us"], &[]).unwrap();
        assert_eq!(one.columns[0].column, "a:b");
        assert_eq!((one.columns[1].column.as_str(), one.columns[1].unit), ("x:y", Some(TimeUnit::Micros)));
    }

    #[test]
    fn mistakes_are_one_sentence() {
        assert_eq!(wrong("model"), r#"--map "model" should be FIELD=… (as in model=name)"#);
        assert_eq!(wrong("model=a,model=b"), "--map names model twice");
        assert!(wrong("respons_time=a").starts_with(
            r#"--map: there is no field "respons_time" (did you mean response_time?); the fields are timestamp, provider,"#
        ));
    }
}
