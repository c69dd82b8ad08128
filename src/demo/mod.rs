//! Made-up traffic of 30 days: the calls of six simulated models in four communities, as a log would tell them.
//!
//! Pure: a [`Plan`] in, rows in the order of their times out, the same for the same plan. What is hidden in the traffic for
//! an analysis to find stands in [`truths`]; the formulas, in `docs/demo.md`. It knows no store and no command.

mod again;
mod answers;
mod arrivals;
mod cast;
mod chance;
mod people;
mod questions;
mod rhythm;
#[cfg(test)]
mod tests;
pub mod truths;

use chrono_tz::Tz;

use self::again::{Again, Asked};
use self::arrivals::Arrivals;
use self::cast::Cast;
use self::chance::Chance;
use self::people::People;
use self::questions::Question;
use self::rhythm::Rhythm;
use self::truths::Truths;
use crate::model::{Call, CallId, LoggedCall, Outcome, Timestamp, Window};

/// How many days the traffic lasts.
pub const DAYS: i64 = 30;

/// What traffic is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Where chance begins.
    pub seed: u64,
    /// How many calls.
    pub calls: u64,
    /// The first moment behind the traffic.
    pub end: Timestamp,
    /// The zone in which people rise and rest.
    pub zone: Tz,
    /// Whether there is anything to find.
    pub traffic: Traffic,
}

/// Whether there is anything to find in the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// The [`truths`].
    Planted,
    /// Nothing: days and weeks have their rhythm, and all else stays as it is.
    Plain,
}

impl Plan {
    /// The 30 days of the traffic.
    pub fn window(&self) -> Window {
        Window { from: self.end.plus(-DAYS * Timestamp::DAY), to: self.end }
    }
}

/// The calls of a plan, in the order of their times and numbered from 1 on. They are made one by one, as they are taken.
pub struct Calls {
    chance: Chance,
    rhythm: Rhythm,
    truths: Truths,
    people: People,
    cast: Cast,
    arrivals: Arrivals,
    again: Again,
    /// When the next question comes that is not one of before.
    fresh: Option<Timestamp>,
    questions: u64,
    made: i64,
    left: u64,
    seed: u64,
}

/// The calls of a plan.
pub fn calls(plan: &Plan) -> Calls {
    let truths = Truths::new(plan);
    let mut chance = Chance::new(plan.seed);
    let rhythm = Rhythm::new(plan, &truths);
    let mut arrivals = Arrivals::new(plan.calls, 1.0 - truths.again().mean());
    let fresh = arrivals.next(&rhythm, &mut chance);
    Calls {
        cast: Cast::new(&truths, plan.end),
        people: People::new(),
        again: Again::new(plan.end, &truths),
        questions: 0,
        made: 0,
        left: plan.calls,
        seed: plan.seed,
        chance,
        rhythm,
        truths,
        arrivals,
        fresh,
    }
}

impl Iterator for Calls {
    type Item = LoggedCall;

    fn next(&mut self) -> Option<LoggedCall> {
        let asked = self.next_asked()?;
        (self.made, self.left) = (self.made + 1, self.left - 1);
        let id = CallId(self.made);
        let mut call = self.answer(&asked);
        if self.again.expect(&asked, id, &call, (&self.people, &mut self.arrivals, &mut self.chance)) {
            call.asked_again = 1;
        }
        Some(LoggedCall { call, id: Some(id), prompt: Some(asked.question.digest(self.seed)) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl Calls {
    /// What is asked next: a question of before whose time has come, or a new one.
    fn next_asked(&mut self) -> Option<Asked> {
        if let Some(asked) = self.again.due(self.fresh) {
            return Some(asked);
        }
        let at = self.fresh?;
        self.fresh = self.arrivals.next(&self.rhythm, &mut self.chance);
        self.questions += 1;
        let model = self.cast.pick(&mut self.chance);
        let kind = self.cast.kind_for(model, &mut self.chance);
        let question = Question::new(self.questions, kind, model, &mut self.chance);
        Some(Asked { at, question, place: self.people.pick(&mut self.chance), before: None })
    }

    /// The row of a call, but for what people make of it later.
    fn answer(&mut self, asked: &Asked) -> Call {
        let model = self.cast.model(asked.question.model);
        let mut call = answers::answer(asked, model, (&self.truths, &self.rhythm), &mut self.chance);
        call.prompt_hash = Some(asked.question.hash(self.seed));
        self.people.name(asked.place, &mut call);
        if call.outcome == Outcome::Ok {
            call.rating = model.rated(&mut self.chance);
        }
        if let Some(before) = asked.before {
            call.repeat_after_s = Some((asked.at.since(before.at).0 / 1_000_000) as u32);
            call.again_of = before.retried;
        }
        call
    }
}
