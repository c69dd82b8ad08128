//! The fields of a call that a log can fill, by the names that `--map` and `--set` use.

use std::fmt;

use super::failure;
use super::limits;
use super::number::Decimal;
use super::time::{Clock, TimeUnit};
use crate::model::{LoggedCall, Micros, NanoUsd, PromptDigest, Rating};

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $name:literal),+ $(,)?) => {
        /// One field of a call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field {
            $($(#[$doc])* $field),+
        }

        impl Field {
            /// All fields, in the order of the help.
            pub const ALL: &[Self] = &[$(Self::$field),+];

            /// Its name in `--map` and `--set`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name),+
                }
            }
        }
    };
}

fields! {
    /// When the message was received.
    Timestamp = "timestamp",
    /// Who served the model.
    Provider = "provider",
    /// The model.
    Model = "model",
    /// Who asked.
    User = "user",
    /// The community it was asked in.
    Guild = "guild",
    /// The channel it was asked in.
    Channel = "channel",
    /// The conversation.
    Session = "session",
    /// The type of the question.
    QueryType = "query_type",
    /// How long the person waited.
    ResponseTime = "response_time",
    /// How long the model took.
    ModelTime = "model_time",
    /// How long the first token took.
    Ttft = "ttft",
    /// How long the call waited for a free slot.
    QueueTime = "queue_time",
    /// All input tokens.
    InputTokens = "input_tokens",
    /// All output tokens.
    OutputTokens = "output_tokens",
    /// Input tokens read from the provider's prompt cache.
    CacheReadTokens = "cache_read_tokens",
    /// Input tokens written to the provider's prompt cache.
    CacheWriteTokens = "cache_write_tokens",
    /// Output tokens that were thought, not said.
    ReasoningTokens = "reasoning_tokens",
    /// Requests made to providers.
    Attempts = "attempts",
    /// Whether it failed, and why.
    Error = "error",
    /// What it cost, in dollars.
    Cost = "cost",
    /// What a person thought of the answer, 1 to 5.
    Rating = "rating",
    /// What tells equal prompts from others: a hash, an id, or the text itself. The store keeps a keyed hash of it.
    PromptHash = "prompt_hash",
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Field {
    /// The field with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Whether it holds a time, so that a unit may follow its column.
    pub fn has_unit(self) -> bool {
        matches!(self, Self::Timestamp | Self::ResponseTime | Self::ModelTime | Self::Ttft | Self::QueueTime)
    }

    /// Writes what a log says of this field into a call. Without a unit, durations are in milliseconds.
    ///
    /// # Errors
    /// A reason for people, where the text cannot be this field.
    pub fn fill(
        self,
        logged: &mut LoggedCall,
        text: &str,
        unit: Option<TimeUnit>,
        clock: &Clock,
    ) -> Result<(), String> {
        let call = &mut logged.call;
        let duration = || duration(self, text, unit.unwrap_or(TimeUnit::Millis)).map(Some);
        match self {
            Self::Timestamp => call.at = clock.read(text, unit)?,
            Self::Provider => call.provider = Some(text.into()),
            Self::Model => call.model = text.into(),
            Self::User => call.user = Some(text.into()),
            Self::Guild => call.guild = Some(text.into()),
            Self::Channel => call.channel = Some(text.into()),
            Self::Session => call.session = Some(text.into()),
            Self::QueryType => call.query_type = text.parse()?,
            Self::ResponseTime => call.times.response = duration()?,
            Self::ModelTime => call.times.model = duration()?,
            Self::Ttft => call.times.ttft = duration()?,
            Self::QueueTime => call.times.queue = duration()?,
            Self::InputTokens => call.usage.input = Some(count(self, text)?),
            Self::OutputTokens => call.usage.output = Some(count(self, text)?),
            Self::CacheReadTokens => call.usage.cache_read = Some(count(self, text)?),
            Self::CacheWriteTokens => call.usage.cache_write_5m = Some(count(self, text)?),
            Self::ReasoningTokens => call.usage.reasoning = Some(count(self, text)?),
            Self::Attempts => call.attempts = count(self, text)? as u32,
            Self::Error => call.outcome = failure::outcome(text),
            Self::Cost => call.cost = Some(dollars(text)?),
            Self::Rating => call.rating = Some(rating(text)?),
            Self::PromptHash => logged.prompt = Some(PromptDigest(*blake3::hash(text.as_bytes()).as_bytes())),
        }
        Ok(())
    }
}

fn duration(field: Field, text: &str, unit: TimeUnit) -> Result<Micros, String> {
    let number = Decimal::parse(text).ok_or_else(|| format!("{field} {text:?} is no number"))?;
    if number.is_negative() {
        return Err(format!("{field} {text} is negative"));
    }
    // What does not even fit a number is longer than any limit.
    let micros = number.rounded(unit.power()).and_then(|micros| u64::try_from(micros).ok()).unwrap_or(u64::MAX);
    limits::length(Micros(micros)).map_err(|reason| format!("{field} {text} {reason}"))
}

/// A number of things; within 32 bits, so it may be narrowed.
fn count(field: Field, text: &str) -> Result<u64, String> {
    let number = Decimal::parse(text).ok_or_else(|| format!("{field} {text:?} is no number"))?;
    if number.is_negative() {
        return Err(format!("{field} {text} is negative"));
    }
    let whole = number.whole().ok_or_else(|| format!("{field} {text} is no whole number that can be"))?;
    limits::count(whole.unsigned_abs()).map_err(|reason| format!("{field} {text} {reason}"))
}

fn dollars(text: &str) -> Result<NanoUsd, String> {
    let bare = text.strip_prefix('$').unwrap_or(text);
    let number = Decimal::parse(bare).ok_or_else(|| format!("cost {text:?} is no number of dollars"))?;
    if number.is_negative() {
        return Err(format!("cost {text} is negative"));
    }
    limits::cost(NanoUsd(number.rounded(9).unwrap_or(i64::MAX))).map_err(|reason| format!("cost {text} {reason}"))
}

fn rating(text: &str) -> Result<Rating, String> {
    let score = Decimal::parse(text).and_then(Decimal::whole).and_then(|score| u8::try_from(score).ok());
    score.and_then(Rating::new).ok_or_else(|| format!("rating {text:?} is not 1, 2, 3, 4 or 5"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Call, QueryType, Timestamp};

    fn logged(field: Field, text: &str, unit: Option<TimeUnit>) -> Result<LoggedCall, String> {
        let mut logged = Call::new(Timestamp(0), "m".into()).into();
        field.fill(&mut logged, text, unit, &Clock::default()).map(|()| logged)
    }

    fn filled(field: Field, text: &str, unit: Option<TimeUnit>) -> Result<Call, String> {
        logged(field, text, unit).map(|logged| logged.call)
    }

    fn refused(field: Field, text: &str) -> String {
        filled(field, text, None).expect_err("should be refused")
    }

    #[test]
    fn names_lead_back_to_their_fields() {
        assert_eq!(Field::ALL.len(), 22);
        assert!(Field::ALL.iter().all(|field| Field::from_name(field.name()) == Some(*field)));
    }

    #[test]
    fn durations_are_milliseconds_unless_said() {
        let response = |text, unit| filled(Field::ResponseTime, text, unit).unwrap().times.response.unwrap().0;
        assert_eq!(response("1528.1514", None), 1_528_151);
        assert_eq!(response("1.5281514210000182", Some(TimeUnit::Seconds)), 1_528_151);
        assert_eq!(response("1528151.5", Some(TimeUnit::Micros)), 1_528_152);
        assert_eq!(refused(Field::Ttft, "-1"), "ttft -1 is negative");
        assert_eq!(refused(Field::Ttft, "NaN"), r#"ttft "NaN" is no number"#);
        assert_eq!(refused(Field::ModelTime, "86400001"), "model_time 86400001 is longer than a day");
    }

    #[test]
    fn counts_are_whole_and_of_a_size_that_can_be() {
        assert_eq!(filled(Field::InputTokens, "550.0", None).unwrap().usage.input, Some(550));
        assert_eq!(filled(Field::Attempts, "3", None).unwrap().attempts, 3);
        assert_eq!(refused(Field::OutputTokens, "1.5"), "output_tokens 1.5 is no whole number that can be");
        assert_eq!(refused(Field::OutputTokens, "-1"), "output_tokens -1 is negative");
        assert_eq!(refused(Field::OutputTokens, "4294967296"), "output_tokens 4294967296 is too large");
    }

    #[test]
    fn money_ratings_types_and_prompts() {
        assert_eq!(filled(Field::Cost, "0.0001234567894", None).unwrap().cost, Some(NanoUsd(123_457)));
        assert_eq!(refused(Field::Cost, "-0.1"), "cost -0.1 is negative");
        assert_eq!(filled(Field::Rating, "4.0", None).unwrap().rating.unwrap().score(), 4);
        assert_eq!(refused(Field::Rating, "0"), r#"rating "0" is not 1, 2, 3, 4 or 5"#);
        assert_eq!(filled(Field::QueryType, "Code", None).unwrap().query_type, QueryType::Code);
        let prompt = |text| logged(Field::PromptHash, text, None).unwrap().prompt;
        assert_eq!(prompt("23649"), prompt("23649"));
        assert_ne!(prompt("23649"), prompt("23648"));
        assert_eq!(filled(Field::PromptHash, "00000000000000ff", None).unwrap().prompt_hash, None, "has no key");
    }
}
