//! One AI call: what was asked of whom, how long it took, what it used and cost, and how it ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    CallId, ChannelId, Complexity, Failures, GuildId, MessageId, Micros, ModelName, NanoUsd, PriceId, PromptHash,
    ProviderName, QueryType, SessionId, Tally, Timestamp, UserId,
};

/// One answer asked of an AI model on behalf of one message: one row, however many attempts it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When the message was received.
    pub at: Timestamp,
    /// The community it was asked in; `None` for direct messages.
    pub guild: Option<GuildId>,
    /// The channel it was asked in.
    pub channel: Option<ChannelId>,
    /// Who asked.
    pub user: Option<UserId>,
    /// The conversation, where a log names one.
    pub session: Option<SessionId>,
    /// Who served the model.
    pub provider: Option<ProviderName>,
    /// The model that was asked for, by its chat name.
    pub model: ModelName,
    /// The model that said it answered, where it said so.
    pub answered_by: Option<ModelName>,
    /// The type of the question.
    pub query_type: QueryType,
    /// How hard the question looked.
    pub complexity: Option<Complexity>,
    /// Which policies applied, or that the call was held out of them.
    pub arm: Option<Box<str>>,
    /// The message that carries the answer; of a long one all, separated by spaces.
    pub message: Option<MessageId>,
    /// The call that this one repeats on a person's wish.
    pub again_of: Option<CallId>,
    /// How long each part took.
    pub times: Times,
    /// Requests made to providers, failed ones included.
    pub attempts: u32,
    /// Why those of them that failed did.
    pub failures: Failures,
    /// How it ended.
    pub outcome: Outcome,
    /// Tokens, and where their number comes from. They are those of the attempt that answered.
    pub usage: Usage,
    /// The price-table entry that the cost was computed with.
    pub price: Option<PriceId>,
    /// The cost of all attempts. `None` is unknown, which is not zero.
    pub cost: Option<NanoUsd>,
    /// The part of `cost` that went into failed attempts.
    pub failed_cost: NanoUsd,
    /// What of the conversation went along.
    pub context: ContextSize,
    /// The keyed hash of the normalised prompt.
    pub prompt_hash: Option<PromptHash>,
    /// Whole seconds since the same prompt was last asked in this scope.
    pub repeat_after_s: Option<u32>,
    /// How often a person asked for this answer again.
    pub asked_again: u32,
    /// The last rating of the person who asked.
    pub rating: Option<Rating>,
    /// Ratings by others, the last one of each: how many, and the sum of their scores.
    pub others_ratings: Tally,
}

/// How long the parts of a call took, in whole microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Message received → last frame of the answer ready.
    pub response: Option<Micros>,
    /// Attempt handed to the client → its last token, of the attempt that answered.
    pub model: Option<Micros>,
    /// All of the attempt that answered, was cut or was stopped, from its start to when it was over.
    pub attempt: Option<Micros>,
    /// Same start → first token of content.
    pub ttft: Option<Micros>,
    /// Message received → first text on screen.
    pub visible_ttft: Option<Micros>,
    /// Waiting between attempts.
    pub back_off: Micros,
    /// Waiting for a free slot.
    pub queue: Option<Micros>,
    /// Spent in attempts that failed.
    pub failed: Micros,
    /// Waiting for the chat platform's limits.
    pub chat_wait: Micros,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// A whole answer from the model.
    Ok,
    /// A whole answer from the answer cache.
    Cached,
    /// The stream broke after the first text; the text that came was kept.
    Cut,
    /// A person stopped it.
    Stopped,
    /// The process ended while it ran.
    Interrupted,
    /// No answer came.
    Error(ErrorClass),
}

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorClass {
    /// Too many requests (429), or the provider is overloaded (529).
    RateLimit,
    /// Nothing came in time.
    Timeout,
    /// The provider could not be reached, or hung up before the first token.
    Connection,
    /// The provider failed (5xx).
    Server,
    /// The key is missing, wrong or not allowed (401, 403).
    Auth,
    /// The provider has no such model (404).
    NotFound,
    /// The provider refused the request as malformed or too large (400, 413, 422).
    BadRequest,
    /// The provider's filter refused the content.
    Filtered,
    /// The answer could not be understood.
    Malformed,
    /// Anything else.
    Other,
}

impl Outcome {
    /// Every outcome, in the order of their stored numbers. Only ever appended to.
    pub const ALL: [Self; 15] = [
        Self::Ok,
        Self::Cached,
        Self::Cut,
        Self::Stopped,
        Self::Interrupted,
        Self::Error(ErrorClass::RateLimit),
        Self::Error(ErrorClass::Timeout),
        Self::Error(ErrorClass::Connection),
        Self::Error(ErrorClass::Server),
        Self::Error(ErrorClass::Auth),
        Self::Error(ErrorClass::NotFound),
        Self::Error(ErrorClass::BadRequest),
        Self::Error(ErrorClass::Filtered),
        Self::Error(ErrorClass::Malformed),
        Self::Error(ErrorClass::Other),
    ];

    /// Its stored number: the position in [`Outcome::ALL`].
    pub fn code(self) -> usize {
        match self {
            Self::Ok => 0,
            Self::Cached => 1,
            Self::Cut => 2,
            Self::Stopped => 3,
            Self::Interrupted => 4,
            Self::Error(class) => 5 + class as usize,
        }
    }

    /// The word for it, in replies and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Cached => "cached",
            Self::Cut => "cut",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
            Self::Error(class) => class.as_str(),
        }
    }

    /// The outcome with that word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// Whether the call failed a person: no answer, or one that broke off by itself.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Error(_) | Self::Cut | Self::Interrupted)
    }

    /// Whether some answer came, whole or not: only then do its tokens count.
    pub fn answered(self) -> bool {
        matches!(self, Self::Ok | Self::Cached | Self::Cut | Self::Stopped)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ErrorClass {
    /// Every class, in the order of their stored numbers. Only ever appended to.
    pub const ALL: [Self; 10] = [
        Self::RateLimit,
        Self::Timeout,
        Self::Connection,
        Self::Server,
        Self::Auth,
        Self::NotFound,
        Self::BadRequest,
        Self::Filtered,
        Self::Malformed,
        Self::Other,
    ];

    /// The word for it, in replies and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Server => "server",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::BadRequest => "bad_request",
            Self::Filtered => "filtered",
            Self::Malformed => "malformed",
            Self::Other => "other",
        }
    }

    /// The class of an HTTP status that is not a success.
    pub fn from_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Auth,
            404 => Self::NotFound,
            408 | 504 => Self::Timeout,
            429 | 529 => Self::RateLimit,
            400..=499 => Self::BadRequest,
            500..=599 => Self::Server,
            _ => Self::Other,
        }
    }

    /// Whether another attempt may help.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimit | Self::Timeout | Self::Connection | Self::Server)
    }
}

/// Tokens of one attempt, already in one accounting style: cache reads and writes are parts of `input`, reasoning is
/// part of `output`. `None` is unknown; a true zero is `Some(0)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// All input tokens.
    pub input: Option<u64>,
    /// All output tokens.
    pub output: Option<u64>,
    /// Input tokens read from the provider's prompt cache.
    pub cache_read: Option<u64>,
    /// Input tokens written to the prompt cache for five minutes (or for a time that was not said).
    pub cache_write_5m: Option<u64>,
    /// Input tokens written to the prompt cache for one hour.
    pub cache_write_1h: Option<u64>,
    /// Output tokens that were thought, not said.
    pub reasoning: Option<u64>,
    /// Where these numbers come from.
    pub source: UsageSource,
}

impl Usage {
    /// Tokens written to the prompt cache, for whatever time.
    pub fn cache_write(&self) -> Option<u64> {
        match (self.cache_write_5m, self.cache_write_1h) {
            (None, None) => None,
            (short, long) => Some(short.unwrap_or(0).saturating_add(long.unwrap_or(0))),
        }
    }
}

/// Where token numbers come from, from the least to the most trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageSource {
    /// There are none.
    #[default]
    Absent,
    /// We counted them ourselves.
    Estimated,
    /// The provider reported some and the rest we counted, or the answer broke off and this is what was delivered.
    Partial,
    /// The provider reported them.
    Reported,
}

impl UsageSource {
    /// All sources, in the order of their stored numbers.
    pub const ALL: [Self; 4] = [Self::Absent, Self::Estimated, Self::Partial, Self::Reported];

    /// The word for it, in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Estimated => "estimated",
            Self::Partial => "partial",
            Self::Reported => "reported",
        }
    }
}

/// How much of a conversation went along with a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContextSize {
    /// Earlier messages.
    pub messages: Option<u32>,
    /// Their tokens, estimated.
    pub tokens: Option<u64>,
}

/// A person's verdict on an answer: 1 (bad) to 5 (good).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Rating(u8);

impl Rating {
    /// A rating; `None` outside 1–5.
    pub fn new(score: u8) -> Option<Self> {
        (1..=5).contains(&score).then_some(Self(score))
    }

    /// The score, 1 to 5.
    pub fn score(self) -> u8 {
        self.0
    }
}

/// A call as it lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCall {
    /// Its number.
    pub id: CallId,
    /// The call itself.
    pub call: Call,
    /// The first characters of the prompt, where the owner has them stored.
    pub preview: Option<String>,
}

impl Call {
    /// A call of `model` at `at` of which nothing else is known: it ended well, in one attempt.
    pub fn new(at: Timestamp, model: ModelName) -> Self {
        Self {
            at,
            guild: None,
            channel: None,
            user: None,
            session: None,
            provider: None,
            model,
            answered_by: None,
            query_type: QueryType::Other,
            complexity: None,
            arm: None,
            message: None,
            again_of: None,
            times: Times::default(),
            attempts: 1,
            failures: Failures::default(),
            outcome: Outcome::Ok,
            usage: Usage::default(),
            price: None,
            cost: None,
            failed_cost: NanoUsd::ZERO,
            context: ContextSize::default(),
            prompt_hash: None,
            repeat_after_s: None,
            asked_again: 0,
            rating: None,
            others_ratings: Tally::default(),
        }
    }

    /// Time that brought nobody anything: failed attempts, back-off, and the attempt of a cut or stopped answer (up to
    /// its last token, where no more of it is known).
    pub fn wasted_time(&self) -> Micros {
        let lost = match self.outcome {
            Outcome::Cut | Outcome::Stopped => self.times.attempt.or(self.times.model).unwrap_or_default(),
            // A log of others does not tell failed attempts apart: all the time of a failed call went into them.
            Outcome::Error(_) if self.times.failed == Micros::ZERO => {
                let waited = self.times.response.unwrap_or_default().saturating_sub(self.times.back_off);
                self.times.model.unwrap_or(waited)
            }
            _ => Micros::ZERO,
        };
        self.times.failed + self.times.back_off + lost
    }

    /// Money that brought nobody anything: failed attempts, and all of a call that gave no whole answer.
    pub fn wasted_cost(&self) -> NanoUsd {
        match self.outcome {
            Outcome::Ok | Outcome::Cached => self.failed_cost,
            _ => self.cost.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_call_of_a_log_wastes_all_its_time() {
        let mut call = Call::new(Timestamp(0), "m".into());
        call.outcome = Outcome::Error(ErrorClass::Timeout);
        assert_eq!(call.wasted_time(), Micros::ZERO);
        call.times.response = Some(Micros(9_000));
        assert_eq!(call.wasted_time(), Micros(9_000));
        call.times.failed = Micros(5_000);
        assert_eq!(call.wasted_time(), Micros(5_000));
    }

    #[test]
    fn a_broken_answer_wastes_all_of_its_attempt() {
        let mut call = Call::new(Timestamp(0), "m".into());
        call.times = Times { model: Some(Micros(5)), failed: Micros(100), back_off: Micros(1_000), ..call.times };
        let mut wasted = |outcome, attempt| {
            (call.outcome, call.times.attempt) = (outcome, attempt);
            call.wasted_time().0
        };
        assert_eq!(wasted(Outcome::Ok, Some(Micros(9))), 1_100);
        assert_eq!(wasted(Outcome::Cut, Some(Micros(9))), 1_109);
        assert_eq!(wasted(Outcome::Stopped, None), 1_105);
    }

    #[test]
    fn outcomes_keep_their_numbers_and_words() {
        for (number, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome.code(), number);
            assert_eq!(Outcome::from_word(outcome.as_str()), Some(outcome));
        }
    }
}
