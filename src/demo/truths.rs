//! What is hidden in the traffic, and how large it is. An analysis of the rows must find it; of plain traffic it must find
//! nothing.

use chrono::Weekday;

use super::rhythm::Moment;
use super::{Plan, Traffic};
use crate::model::{Timestamp, Window};

/// The earlier messages that go along with a question in the first week, on average.
pub const MESSAGES_BEFORE: f64 = 6.0;
/// The same from the end of the third week on. In between it grows evenly.
pub const MESSAGES_AFTER: f64 = 12.0;
/// The days on which the context grows, counted from the start of the window: weeks 2 and 3.
pub const GROWING_DAYS: (i64, i64) = (7, 21);

/// The chat name of the dear model.
pub const DEAR: &str = "sim-elk";
/// A question of fact up to this complexity is simple; there is none between this and 0.35.
pub const SIMPLE: f64 = 0.20;
/// The share of the dear model's calls that are simple questions.
pub const SIMPLE_ON_DEAR: f64 = 0.25;
/// The same in plain traffic.
const SIMPLE_ON_DEAR_PLAIN: f64 = 0.02;

/// The share of calls that repeat a prompt of the last hour exactly, asked again by the same person included.
pub const REPEATED: f64 = 0.15;
/// The share of all calls that are a second try of the same person, and that of failed ones that have one.
const RETRIED: (f64, f64) = (0.02, 0.25);
/// The share of calls that fail in the end.
pub(super) const FAILING: f64 = 0.016;
/// What follows a call in plain traffic.
const ODDS_PLAIN: Odds = Odds { retry: 0.003, after_error: 0.10, others: 0.004 };

/// By how much longer answers take on Wednesday afternoons.
pub const WEDNESDAY: f64 = 1.40;
/// How many more questions come then.
const WEDNESDAY_VOLUME: f64 = 1.25;
/// The hours of an afternoon, in the zone of the plan.
pub const AFTERNOON: std::ops::Range<usize> = 12..18;

/// The provider that becomes slower.
pub const SLOWED: &str = "simulated-birch";
/// By how much longer it takes.
pub const SLOWDOWN: f64 = 1.30;
/// On how many days at the end of the window.
pub const SLOW_DAYS: i64 = 3;

/// All of it in words, a line each.
pub fn in_words() -> String {
    let percent = |share: f64| (share * 100.0).round();
    let truths = [
        format!(
            "context grew in weeks 2 and 3: from {MESSAGES_BEFORE} earlier messages a question to {MESSAGES_AFTER}, and stays"
        ),
        format!("{}% of the calls of the dear model, {DEAR}, are simple questions", percent(SIMPLE_ON_DEAR)),
        format!("{}% of all calls repeat a prompt of the last hour exactly", percent(REPEATED)),
        format!(
            "Wednesday afternoons ({} to {} h) are slowest: answers take {}% longer",
            AFTERNOON.start,
            AFTERNOON.end,
            percent(WEDNESDAY - 1.0)
        ),
        format!(
            "the provider {SLOWED} (sim-yak, sim-ant) is {}% slower in the last {SLOW_DAYS} days",
            percent(SLOWDOWN - 1.0)
        ),
    ];
    truths.map(|truth| format!("- {truth}")).join("\n")
}

/// With which probability a call is followed by the same question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odds {
    /// Of the same person, after an answer.
    pub retry: f64,
    /// Of the same person, after none.
    pub after_error: f64,
    /// Of anybody.
    pub others: f64,
}

impl Odds {
    /// The share of calls that are followed by the same question, and so the share of those that follow one.
    pub fn mean(self) -> f64 {
        self.retry * (1.0 - FAILING) + self.after_error * FAILING + self.others
    }
}

/// The truths of a plan.
pub(super) struct Truths {
    traffic: Traffic,
    window: Window,
}

impl Truths {
    pub fn new(plan: &Plan) -> Self {
        Self { traffic: plan.traffic, window: plan.window() }
    }

    /// How many earlier messages go along then, on average.
    pub fn context_messages(&self, at: Timestamp) -> f64 {
        let (from, to) = GROWING_DAYS;
        let days = at.since(self.window.from).0 as f64 / Timestamp::DAY as f64;
        let grown = ((days - from as f64) / (to - from) as f64).clamp(0.0, 1.0);
        MESSAGES_BEFORE + self.planted(0.0, grown) * (MESSAGES_AFTER - MESSAGES_BEFORE)
    }

    /// The share of simple questions that the dear model is asked.
    pub fn simple_on_dear(&self) -> f64 {
        self.planted(SIMPLE_ON_DEAR_PLAIN, SIMPLE_ON_DEAR)
    }

    /// What follows a call.
    pub fn again(&self) -> Odds {
        let (retry, after_error) = RETRIED;
        let retries = Odds { retry, after_error, others: 0.0 };
        self.planted(ODDS_PLAIN, Odds { others: REPEATED - retries.mean(), ..retries })
    }

    /// By how much more is asked at a moment.
    pub fn volume(&self, moment: Moment) -> f64 {
        if is_wednesday_afternoon(moment) { self.planted(1.0, WEDNESDAY_VOLUME) } else { 1.0 }
    }

    /// By how much longer a provider's models take then.
    pub fn slowness(&self, at: Timestamp, moment: Option<Moment>, provider: &str) -> f64 {
        let wednesday = if moment.is_some_and(is_wednesday_afternoon) { WEDNESDAY } else { 1.0 };
        let late = at >= self.window.to.plus(-SLOW_DAYS * Timestamp::DAY);
        let slowed = if late && provider == SLOWED { SLOWDOWN } else { 1.0 };
        self.planted(1.0, wednesday * slowed)
    }

    fn planted<T>(&self, plain: T, planted: T) -> T {
        match self.traffic {
            Traffic::Planted => planted,
            Traffic::Plain => plain,
        }
    }
}

fn is_wednesday_afternoon(moment: Moment) -> bool {
    moment.weekday == Weekday::Wed && AFTERNOON.contains(&moment.hour)
}
