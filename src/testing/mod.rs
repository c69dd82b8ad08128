//! Builders for tests: a call in one line, naming only what matters to the test.

use std::path::PathBuf;

use crate::model::{
    Call, Cell, CellKey, ErrorClass, Group, Micros, NanoUsd, Outcome, QueryType, Rating, Timestamp, UsageSource, Window,
};

/// A call of a model at noon of 2026-11-20, of which nothing else is known; it ended well.
pub fn call(model: &str) -> CallBuilder {
    CallBuilder { call: Call::new(at("2026-11-20T12:00:00Z"), model.into()) }
}

/// A time, written as RFC 3339.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text:?} is not RFC 3339: {error}"))
}

/// A window between two times, written as RFC 3339.
pub fn window(from: &str, to: &str) -> Window {
    Window { from: at(from), to: at(to) }
}

/// Calls as the store sums them up.
pub fn grouped<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for call in calls {
        let key = CellKey { model: call.model.clone(), query_type: call.query_type };
        let at = groups.iter().position(|group| group.key == key).unwrap_or_else(|| {
            groups.push(Group { key, cell: Cell::default() });
            groups.len() - 1
        });
        groups[at].cell.record(call);
    }
    groups
}

/// The text of a file of the public data: in the folder that `PERFBOT_REAL_LOGS` names, else beside the project. Says so
/// when it is not there.
pub fn real_data(name: &str) -> Option<String> {
    let beside = || concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").into();
    let path = std::env::var_os("PERFBOT_REAL_LOGS").map_or_else(beside, PathBuf::from).join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not here", path.display());
    }
    text
}

/// Builds a [`Call`].
#[derive(Debug, Clone)]
pub struct CallBuilder {
    call: Call,
}

impl CallBuilder {
    /// When it was asked, as RFC 3339.
    pub fn at(self, time: &str) -> Self {
        self.with(|call| call.at = at(time))
    }

    /// In which guild.
    pub fn guild(self, guild: &str) -> Self {
        self.with(|call| call.guild = Some(guild.into()))
    }

    /// In which channel.
    pub fn channel(self, channel: &str) -> Self {
        self.with(|call| call.channel = Some(channel.into()))
    }

    /// By whom.
    pub fn user(self, user: &str) -> Self {
        self.with(|call| call.user = Some(user.into()))
    }

    /// The type of the question.
    pub fn query_type(self, query_type: QueryType) -> Self {
        self.with(|call| call.query_type = query_type)
    }

    /// The response time; the model's time is the same unless set.
    pub fn ms(self, ms: u64) -> Self {
        self.with(|call| {
            call.times.response = Some(Micros(ms * 1000));
            call.times.model = call.times.model.or(call.times.response);
        })
    }

    /// The time of the model.
    pub fn model_ms(self, ms: u64) -> Self {
        self.with(|call| call.times.model = Some(Micros(ms * 1000)))
    }

    /// The time to the first token.
    pub fn ttft_ms(self, ms: u64) -> Self {
        self.with(|call| call.times.ttft = Some(Micros(ms * 1000)))
    }

    /// The number of attempts, with the time that waiting between them and the failed ones took.
    pub fn attempts(self, attempts: u32, back_off_ms: u64, failed_ms: u64) -> Self {
        self.with(|call| {
            call.attempts = attempts;
            call.times.back_off = Micros(back_off_ms * 1000);
            call.times.failed = Micros(failed_ms * 1000);
        })
    }

    /// Why attempts failed.
    pub fn failing<const N: usize>(self, classes: [ErrorClass; N]) -> Self {
        self.with(|call| call.failures = classes.into_iter().collect())
    }

    /// Input and output tokens, as reported.
    pub fn tokens(self, input: u64, output: u64) -> Self {
        self.with(|call| {
            call.usage.input = Some(input);
            call.usage.output = Some(output);
            call.usage.source = UsageSource::Reported;
        })
    }

    /// Input tokens that came from the prompt cache.
    pub fn cache_read(self, tokens: u64) -> Self {
        self.with(|call| call.usage.cache_read = Some(tokens))
    }

    /// The cost in dollars.
    pub fn cost_usd(self, usd: f64) -> Self {
        self.with(|call| call.cost = NanoUsd::from_usd(usd))
    }

    /// How it ended.
    pub fn outcome(self, outcome: Outcome) -> Self {
        self.with(|call| call.outcome = outcome)
    }

    /// The rating, 1 to 5.
    pub fn rating(self, score: u8) -> Self {
        self.with(|call| call.rating = Rating::new(score))
    }

    /// Anything else.
    pub fn with(mut self, change: impl FnOnce(&mut Call)) -> Self {
        change(&mut self.call);
        self
    }

    /// The call.
    pub fn build(self) -> Call {
        self.call
    }
}
