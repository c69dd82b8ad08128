//! One line of the price table, and how it is read from `prices.toml`: whose model, by which names, from when to when,
//! at which rates, and who says so. A line that cannot be right is refused, with its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use toml::value::Date;

use crate::model::{PriceId, Rate, Rates, Tier, Timestamp};

/// What a call is priced with.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// Which entry of the table, with its date: stored with a call instead of the rates.
    pub id: PriceId,
    /// The rates.
    pub rates: Arc<Rates>,
}

/// One entry of the price table.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who serves the model.
    pub provider: Arc<str>,
    /// The ids it answers to; the first is the provider's own.
    pub names: Vec<String>,
    /// A rule: every id that begins so is priced alike, unless it has an entry of its own.
    pub starts_with: Option<String>,
    /// The first moment at which the price holds; `None` where its start is not known.
    pub from: Option<Timestamp>,
    /// The first moment at which it no longer holds.
    pub until: Option<Timestamp>,
    /// The price.
    pub price: Price,
    /// Who says so.
    pub source: Arc<str>,
    /// The day on which somebody last looked.
    pub checked_on: NaiveDate,
}

impl Entry {
    /// Whether the price holds at a moment.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether both could be meant by one name at one moment.
    fn clashes(&self, other: &Self) -> bool {
        let starts_before_end = |one: &Self, two: &Self| match (one.from, two.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        self.provider == other.provider
            && self.names.iter().any(|name| other.names.contains(name))
            && starts_before_end(self, other)
            && starts_before_end(other, self)
    }
}

/// Why a price table is refused.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not TOML, or not of the table's form.
    #[error("the price table cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    /// A rate that no real price has.
    #[error(
        "{entry}: ${usd} per million tokens is outside 0.001 to 1000; a price per token or per thousand was meant?"
    )]
    Slip {
        /// The entry, as `provider/id`.
        entry: String,
        /// What stands there.
        usd: f64,
    },
    /// Free with rates, or neither free nor priced.
    #[error("{entry}: an entry states its input and output rates, or `free = true` and no rates")]
    Unpriced {
        /// The entry, as `provider/id`.
        entry: String,
    },
    /// A date that is in no calendar, or an end that is not behind its start.
    #[error("{entry}: its dates must be days of the calendar, and `effective_until` behind `effective_from`")]
    Dates {
        /// The entry, as `provider/id`.
        entry: String,
    },
    /// Two entries that hold for the same name at the same time.
    #[error("{one} and {other} hold for the same name at the same time; end one with `effective_until`")]
    Clash {
        /// One price.
        one: PriceId,
        /// The other.
        other: PriceId,
    },
}

/// The whole of `prices.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    unit: Unit,
    provider_aliases: BTreeMap<String, String>,
    resellers: BTreeMap<String, Vec<String>>,
    sheet: Vec<Sheet>,
}

/// The only unit there is; it is written down so that nobody need guess.
#[derive(Deserialize)]
enum Unit {
    #[serde(rename = "USD per million tokens")]
    UsdPerMillion,
}

/// The prices of one provider, from one source, looked up on one day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    provider: Arc<str>,
    source: Arc<str>,
    checked_on: Date,
    models: Vec<Line>,
}

/// One price as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    starts_with: Option<String>,
    effective_from: Option<Date>,
    effective_until: Option<Date>,
    #[serde(default)]
    free: bool,
    #[serde(default)]
    rates: Amounts,
    #[serde(default)]
    tiers: Vec<Step>,
}

/// Dollars per million tokens.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Amounts {
    input: Option<f64>,
    output: Option<f64>,
    cache_read: Option<f64>,
    cache_write_5m: Option<f64>,
    cache_write_1h: Option<f64>,
    reasoning: Option<f64>,
}

/// Other rates above a length of input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    above: u64,
    input: Option<f64>,
    output: Option<f64>,
    cache_read: Option<f64>,
    cache_write_5m: Option<f64>,
    cache_write_1h: Option<f64>,
}

/// What a price table file holds.
pub(super) struct Contents {
    pub(super) entries: Vec<Entry>,
    /// Other words for a provider.
    pub(super) provider_aliases: BTreeMap<String, String>,
    /// Who sells whose models at their list price.
    pub(super) resellers: BTreeMap<String, Vec<String>>,
}

/// Reads and checks a price table.
pub(super) fn parse(text: &str) -> Result<Contents, TableError> {
    let File { unit: Unit::UsdPerMillion, provider_aliases, resellers, sheet } = toml::from_str(text)?;
    let mut entries: Vec<Entry> = Vec::new();
    for sheet in sheet {
        for line in &sheet.models {
            let entry = line.to_entry(&sheet)?;
            if let Some(other) = entries.iter().find(|other| entry.clashes(other)) {
                return Err(TableError::Clash { one: other.price.id.clone(), other: entry.price.id });
            }
            entries.push(entry);
        }
    }
    Ok(Contents { entries, provider_aliases, resellers })
}

impl Line {
    fn to_entry(&self, sheet: &Sheet) -> Result<Entry, TableError> {
        let label = format!("{}/{}", sheet.provider, self.id);
        let wrong_dates = || TableError::Dates { entry: label.clone() };
        let day = |date: Date| calendar_day(date).ok_or_else(wrong_dates);
        let from = self.effective_from.map(day).transpose()?;
        let until = self.effective_until.map(day).transpose()?;
        let checked_on = day(sheet.checked_on)?;
        if until.is_some_and(|until| from.is_some_and(|from| until <= from)) {
            return Err(wrong_dates());
        }
        let id = PriceId::from(format!("{label}@{}", from.unwrap_or(checked_on)));
        Ok(Entry {
            provider: sheet.provider.clone(),
            names: std::iter::once(&self.id).chain(&self.aliases).map(|name| name.to_ascii_lowercase()).collect(),
            starts_with: self.starts_with.clone(),
            from: from.map(midnight),
            until: until.map(midnight),
            price: Price { id, rates: Arc::new(self.rates(&label)?) },
            source: sheet.source.clone(),
            checked_on,
        })
    }

    fn rates(&self, entry: &str) -> Result<Rates, TableError> {
        let rate = |usd: Option<f64>| read_rate(entry, usd);
        let amounts = &self.rates;
        let rates = Rates {
            input: rate(amounts.input)?,
            output: rate(amounts.output)?,
            cache_read: rate(amounts.cache_read)?,
            cache_write_5m: rate(amounts.cache_write_5m)?,
            cache_write_1h: rate(amounts.cache_write_1h)?,
            reasoning: rate(amounts.reasoning)?,
            tiers: self.tiers.iter().map(|step| step.to_tier(entry)).collect::<Result<_, _>>()?,
            free: self.free,
        };
        let priced = rates.input.is_some() && rates.output.is_some();
        let right = if self.free { rates == Rates { free: true, ..Rates::default() } } else { priced };
        right.then_some(rates).ok_or_else(|| TableError::Unpriced { entry: entry.to_owned() })
    }
}

impl Step {
    fn to_tier(&self, entry: &str) -> Result<Tier, TableError> {
        let rate = |usd: Option<f64>| read_rate(entry, usd);
        Ok(Tier {
            above: self.above,
            input: rate(self.input)?,
            output: rate(self.output)?,
            cache_read: rate(self.cache_read)?,
            cache_write_5m: rate(self.cache_write_5m)?,
            cache_write_1h: rate(self.cache_write_1h)?,
        })
    }
}

fn read_rate(entry: &str, usd: Option<f64>) -> Result<Option<Rate>, TableError> {
    let slip = |usd| TableError::Slip { entry: entry.to_owned(), usd };
    usd.map(|usd| Rate::from_usd_per_million(usd).ok_or_else(|| slip(usd))).transpose()
}

fn calendar_day(date: Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}

fn midnight(day: NaiveDate) -> Timestamp {
    day.and_time(NaiveTime::MIN).and_utc().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"
unit = "USD per million tokens"
provider_aliases = {}
resellers = {}
[[sheet]]
provider = "acme"
source = "a test"
checked_on = 2026-11-21
"#;

    fn refusal(models: &str) -> String {
        match parse(&format!("{HEAD}models = [{models}]")) {
            Ok(_) => panic!("not refused: {models}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_line_becomes_an_entry() {
        let models = r#"{ id = "m", aliases = ["n"], effective_from = 2025-10-01, effective_until = 2026-01-01,
            rates = { input = 1, output = 5.5 }, tiers = [{ above = 9, input = 2 }] }"#;
        let contents = parse(&format!("{HEAD}models = [{models}]")).unwrap();
        let [entry] = &contents.entries[..] else { panic!("one entry") };
        assert_eq!(entry.price.id.as_str(), "acme/m@2025-10-01");
        assert_eq!(entry.names, ["m", "n"]);
        assert_eq!(entry.price.rates.output, Rate::from_usd_per_million(5.5));
        assert_eq!(entry.price.rates.tiers[0].input, Rate::from_usd_per_million(2.0));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(entry.holds(at("2025-10-01T00:00:00Z")) && entry.holds(at("2025-12-31T23:59:59Z")));
        assert!(!entry.holds(at("2025-09-30T23:59:59Z")) && !entry.holds(at("2026-01-01T00:00:00Z")));
    }

    #[test]
    fn a_line_that_cannot_be_right_is_refused_by_name() {
        let slip = "acme/m: $0.0000025 per million tokens is outside 0.001 to 1000; a price per token or per thousand \
                    was meant?";
        assert_eq!(refusal(r#"{ id = "m", rates = { input = 0.0000025, output = 10 } }"#), slip);
        let unpriced = "acme/m: an entry states its input and output rates, or `free = true` and no rates";
        assert_eq!(refusal(r#"{ id = "m", rates = { input = 1 } }"#), unpriced);
        assert_eq!(refusal(r#"{ id = "m", free = true, rates = { input = 1, output = 1 } }"#), unpriced);
        assert!(refusal(r#"{ id = "m", rates = { input = 0, output = 0 } }"#).contains("$0 per million"));
        let dates = "acme/m: its dates must be days of the calendar, and `effective_until` behind `effective_from`";
        let rates = "rates = { input = 1, output = 1 }";
        let backwards = "effective_from = 2026-01-02, effective_until = 2026-01-02";
        assert_eq!(refusal(&format!(r#"{{ id = "m", {backwards}, {rates} }}"#)), dates);
        let twice = format!(r#"{{ id = "m", {rates} }}, {{ id = "n", aliases = ["m"], {rates} }}"#);
        let clash = "acme/m@2026-11-21 and acme/n@2026-11-21 hold for the same name at the same time; end one with \
                     `effective_until`";
        assert_eq!(refusal(&twice), clash);
        assert!(refusal(r#"{ id = "m", price = 3 }"#).contains("unknown field `price`"));
    }
}
