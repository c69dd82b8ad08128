//! The rollup of many calls: counts, sums and histograms that add up. Cells are derived; rows are the truth.

use super::{Call, Histogram, Micros, ModelName, NanoUsd, Outcome, QueryType};

/// A sum that remembers how many values it rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many values were known.
    pub n: u64,
    /// Their sum.
    pub sum: i64,
}

impl Tally {
    /// Adds a value, if it is known.
    pub fn add(&mut self, value: Option<u64>) {
        if let Some(value) = value {
            self.n = self.n.saturating_add(1);
            self.sum = self.sum.saturating_add(i64::try_from(value).unwrap_or(i64::MAX));
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.n = self.n.saturating_add(other.n);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// The sum, or `None` if it rests on nothing.
    pub fn known(self) -> Option<i64> {
        (self.n > 0).then_some(self.sum)
    }

    /// The mean of the known values.
    pub fn mean(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }
}

/// Counts, sums and histograms over some calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Calls by outcome, in the order of [`Outcome::ALL`].
    pub by_outcome: [u64; Outcome::ALL.len()],
    /// Attempts made.
    pub attempts: u64,
    /// Calls that took more than one attempt.
    pub retried: u64,
    /// How often people asked for an answer again.
    pub asked_again: u64,
    /// Time that brought nobody anything ([`Call::wasted_time`]).
    pub wasted: Micros,
    /// Money that brought nobody anything ([`Call::wasted_cost`]).
    pub wasted_cost: NanoUsd,
    /// Output tokens behind the first, of calls whose writing time is known.
    pub written_tokens: u64,
    /// The time from first to last token of the same calls.
    pub writing: Micros,
    /// Input tokens of answered calls.
    pub input: Tally,
    /// Output tokens of answered calls.
    pub output: Tally,
    /// Prompt-cache reads of answered calls.
    pub cache_read: Tally,
    /// Prompt-cache writes of answered calls.
    pub cache_write: Tally,
    /// Reasoning tokens of answered calls.
    pub reasoning: Tally,
    /// Nano-dollars of calls whose cost is known, failed ones included.
    pub cost: Tally,
    /// Answered calls whose cost is known.
    pub priced: u64,
    /// Ratings: how many, and the sum of their scores.
    pub ratings: Tally,
    /// Calls whose prompt is known by its hash.
    pub hashed: u64,
    /// Those whose prompt had been asked before, as far as that is remembered.
    pub repeats: u64,
    /// Those whose prompt had been asked within the last hour.
    pub repeats_within_hour: u64,
    /// Nano-dollars that perfbot itself spent: of calls it made, whose cost is known and no invention.
    pub own: Tally,
    /// Response times of calls that ended ok.
    pub response: Histogram,
    /// Model times of calls that ended ok.
    pub model: Histogram,
    /// Times to first token of calls that ended ok.
    pub ttft: Histogram,
    /// How fast calls that ended ok were written: output tokens behind the first, in thousandths a second.
    pub speed: Histogram,
}

/// What is known of how a call was asked, beside the call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// The hash of its prompt is known.
    pub hashed: bool,
    /// Whole seconds since the same prompt was last asked.
    pub repeat_after_s: Option<u32>,
    /// perfbot itself asked it, of a model that costs real money.
    pub own: bool,
}

impl Asked {
    /// What the call itself says.
    pub fn of(call: &Call) -> Self {
        // Only perfbot knows how much of a conversation went along, so that tells its own calls from imported ones.
        let own =
            call.context.messages.is_some() && !call.provider.as_ref().is_some_and(|name| is_simulated(name.as_str()));
        Self { hashed: call.prompt_hash.is_some(), repeat_after_s: call.repeat_after_s, own }
    }
}

/// The provider whose prices are invented. Those of the demonstration are called so too, with a name of their own behind it:
/// `simulated-…`.
pub const SIMULATED: &str = "simulated";

fn is_simulated(provider: &str) -> bool {
    provider.strip_prefix(SIMULATED).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Within how many seconds a prompt is asked again soon.
const SOON_S: u32 = 3_600;

impl Cell {
    /// Counts one call.
    pub fn record(&mut self, call: &Call) {
        self.record_asked(call, Asked::of(call));
    }

    /// Counts one call, of which more is known than it says itself.
    pub fn record_asked(&mut self, call: &Call, asked: Asked) {
        add(&mut self.by_outcome[call.outcome.code()], 1);
        add(&mut self.attempts, u64::from(call.attempts));
        add(&mut self.retried, u64::from(call.attempts > 1));
        add(&mut self.asked_again, u64::from(call.asked_again));
        self.wasted += call.wasted_time();
        self.wasted_cost += call.wasted_cost();
        self.cost.add(call.cost.map(|cost| u64::try_from(cost.0).unwrap_or(0)));
        self.ratings.add(call.rating.map(|rating| rating.score().into()));
        self.ratings.merge(call.others_ratings);
        self.record_prompt(asked);
        if asked.own {
            self.own.add(call.cost.map(|cost| u64::try_from(cost.0).unwrap_or(0)));
        }
        if call.outcome.answered() {
            self.record_tokens(call);
        }
        if call.outcome == Outcome::Ok {
            self.record_times(call);
        }
    }

    fn record_prompt(&mut self, asked: Asked) {
        add(&mut self.hashed, u64::from(asked.hashed));
        add(&mut self.repeats, u64::from(asked.repeat_after_s.is_some()));
        add(&mut self.repeats_within_hour, u64::from(asked.repeat_after_s.is_some_and(|after| after < SOON_S)));
    }

    fn record_tokens(&mut self, call: &Call) {
        add(&mut self.priced, u64::from(call.cost.is_some()));
        self.input.add(call.usage.input);
        self.output.add(call.usage.output);
        self.cache_read.add(call.usage.cache_read);
        self.cache_write.add(call.usage.cache_write());
        self.reasoning.add(call.usage.reasoning);
    }

    fn record_times(&mut self, call: &Call) {
        let times = &call.times;
        times.response.into_iter().for_each(|time| self.response.record(time));
        times.model.into_iter().for_each(|time| self.model.record(time));
        times.ttft.into_iter().for_each(|time| self.ttft.record(time));
        if let (Some(model), Some(ttft), Some(output @ 2..)) = (times.model, times.ttft, call.usage.output) {
            let writing = model.saturating_sub(ttft);
            add(&mut self.written_tokens, output - 1);
            self.writing += writing;
            if writing > Micros::ZERO {
                let speed = u128::from(output - 1) * 1_000_000_000 / u128::from(writing.0);
                self.speed.count(u64::try_from(speed).unwrap_or(u64::MAX));
            }
        }
    }

    /// Adds all that another cell counted.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.by_outcome.iter_mut().zip(other.by_outcome) {
            add(count, more);
        }
        add(&mut self.attempts, other.attempts);
        add(&mut self.retried, other.retried);
        add(&mut self.asked_again, other.asked_again);
        self.wasted += other.wasted;
        self.wasted_cost += other.wasted_cost;
        add(&mut self.written_tokens, other.written_tokens);
        self.writing += other.writing;
        self.input.merge(other.input);
        self.output.merge(other.output);
        self.cache_read.merge(other.cache_read);
        self.cache_write.merge(other.cache_write);
        self.reasoning.merge(other.reasoning);
        self.cost.merge(other.cost);
        add(&mut self.priced, other.priced);
        self.ratings.merge(other.ratings);
        add(&mut self.hashed, other.hashed);
        add(&mut self.repeats, other.repeats);
        add(&mut self.repeats_within_hour, other.repeats_within_hour);
        self.own.merge(other.own);
        self.response.merge(&other.response);
        self.model.merge(&other.model);
        self.ttft.merge(&other.ttft);
        self.speed.merge(&other.speed);
    }

    fn keep_only_response(&mut self) {
        (self.model, self.ttft, self.speed) = <(Histogram, Histogram, Histogram)>::default();
    }

    /// All calls.
    pub fn calls(&self) -> u64 {
        self.count_where(|_| true)
    }

    /// Calls with a given outcome.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.by_outcome[outcome.code()]
    }

    /// Calls to which some answer came.
    pub fn answered(&self) -> u64 {
        self.count_where(Outcome::answered)
    }

    /// Calls that failed a person.
    pub fn failures(&self) -> u64 {
        self.count_where(Outcome::is_failure)
    }

    fn count_where(&self, wanted: impl Fn(Outcome) -> bool) -> u64 {
        let counts = Outcome::ALL.into_iter().filter(|outcome| wanted(*outcome)).map(|outcome| self.count(outcome));
        counts.fold(0, u64::saturating_add)
    }
}

/// Counts stop at the largest number instead of failing: a log may hold any figure.
fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}

/// Which calls of an hour (or day) a cell counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellKey {
    /// The model, by its chat name.
    pub model: ModelName,
    /// The type of question.
    pub query_type: QueryType,
}

/// The cell of one model and type over a whole window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which calls.
    pub key: CellKey,
    /// What they came to.
    pub cell: Cell,
}

impl Group {
    /// One cell over all groups.
    pub fn total<'a>(groups: impl IntoIterator<Item = &'a Self>) -> Cell {
        groups.into_iter().fold(Cell::default(), |mut total, group| {
            total.merge(&group.cell);
            total
        })
    }
}

/// All calls of a window, and by model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// All of them.
    pub total: Cell,
    /// The calls of each model, in the order of names. Of their histograms only that of response times is filled.
    pub models: Vec<(ModelName, Cell)>,
}

impl Overview {
    /// Counts one call, of which more is known than it says itself.
    pub fn record_asked(&mut self, call: &Call, asked: Asked) {
        self.total.record_asked(call, asked);
        let place = self.models.partition_point(|(model, _)| *model < call.model);
        if self.models.get(place).is_none_or(|(model, _)| *model != call.model) {
            self.models.insert(place, (call.model.clone(), Cell::default()));
        }
        let (_, cell) = &mut self.models[place];
        cell.record_asked(call, asked);
        cell.keep_only_response();
    }

    /// The same, of groups with all their histograms.
    pub fn of(groups: &[Group]) -> Self {
        let mut models: Vec<(ModelName, Cell)> = Vec::new();
        for Group { key, cell } in groups {
            match models.iter_mut().find(|(model, _)| *model == key.model) {
                Some((_, all)) => all.merge(cell),
                None => models.push((key.model.clone(), cell.clone())),
            }
        }
        models.sort_by(|a, b| a.0.cmp(&b.0));
        models.iter_mut().for_each(|(_, cell)| cell.keep_only_response());
        Self { total: Group::total(groups), models }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, Usage};

    #[test]
    fn a_failed_call_counts_but_leaves_times_and_tokens_alone() {
        let mut call = Call::new(Timestamp(0), "m".into());
        call.outcome = Outcome::from_word("rate_limit").unwrap();
        call.usage = Usage { input: Some(550), output: Some(0), ..Usage::default() };
        call.times.response = Some(Micros(7));
        let mut cell = Cell::default();
        cell.record(&call);
        assert_eq!((cell.calls(), cell.failures(), cell.answered()), (1, 1, 0));
        assert_eq!((cell.input.known(), cell.response.n()), (None, 0));
    }

    #[test]
    fn who_asks_a_simulated_model_spends_nothing() {
        let own = |provider: Option<&str>| {
            let mut call = Call::new(Timestamp(0), "m".into());
            (call.context.messages, call.provider) = (Some(0), provider.map(Into::into));
            Asked::of(&call).own
        };
        assert_eq!(["simulated", "simulated-birch"].map(|name| own(Some(name))), [false, false]);
        assert_eq!([Some("anthropic"), Some("simulatedly"), None].map(own), [true; 3]);
    }

    #[test]
    fn absurd_figures_stop_at_the_largest_number() {
        let mut call = Call::new(Timestamp(0), "m".into());
        let most = Some(u64::MAX);
        call.usage = Usage { input: most, output: most, cache_write_5m: most, cache_write_1h: most, ..call.usage };
        call.times.response = Some(Micros(u64::MAX));
        call.times.model = call.times.response;
        call.times.ttft = Some(Micros(0));
        (call.attempts, call.asked_again, call.cost) = (u32::MAX, u32::MAX, Some(NanoUsd(i64::MAX)));
        let mut cell = Cell::default();
        cell.record(&call);
        cell.record(&call);
        let copy = cell.clone();
        cell.merge(&copy);
        assert_eq!((cell.calls(), cell.written_tokens, cell.writing), (4, u64::MAX, Micros(u64::MAX)));
        assert_eq!((cell.cache_write.sum, cell.cost.sum), (i64::MAX, i64::MAX));
    }

    #[test]
    fn writing_speed_leaves_the_first_token_out() {
        let mut call = Call::new(Timestamp(0), "m".into());
        call.usage.output = Some(101);
        call.times.model = Some(Micros(3_000_000));
        call.times.ttft = Some(Micros(1_000_000));
        let mut cell = Cell::default();
        cell.record(&call);
        assert_eq!((cell.written_tokens, cell.writing), (100, Micros(2_000_000)));
        assert_eq!((cell.speed.min(), cell.speed.n()), (Some(Micros(50_000)), 1), "50 tokens a second");
    }
}
