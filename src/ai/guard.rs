//! The money guard: who may ask now, and what the day may still cost. Every question passes it before any money is spent.
//!
//! The most an answer can cost is reserved before it is asked and settled with its true cost after, so that many
//! questions at once cannot pass the cap together. Pure but for its lock; "now" is passed in.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono_tz::Tz;

use crate::model::{ChannelId, LimitSettings, NanoUsd, Timestamp, UserId, Window, calendar};
use crate::store::Access;

/// Why a question was refused. Nothing was asked, nothing spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No model can be asked.
    NoModel,
    /// The model's key is not in the environment.
    NoKey {
        /// The model, as people read it.
        model: String,
        /// The variable that should hold the key.
        variable: String,
    },
    /// This person's last question in this channel is still being answered.
    StillAnswering,
    /// This person asked too many questions in the last minute.
    TooMany {
        /// How many are allowed in a minute.
        per_minute: u32,
        /// When the next one is.
        until: Timestamp,
    },
    /// The day's money is spent, or this answer could pass the cap.
    DailyCap {
        /// The cap.
        cap: NanoUsd,
        /// What the day has cost so far, with what is reserved.
        spent: NanoUsd,
        /// When the next day begins.
        until: Timestamp,
    },
    /// The model has no known price, so no cap could hold it.
    Unpriced,
    /// What it costs could not be recorded, so no cap could hold it over the day.
    Unrecorded {
        /// Why not.
        reason: String,
    },
}

/// Lets questions pass or refuses them.
#[derive(Debug, Clone)]
pub struct Guard {
    limits: LimitSettings,
    zone: Tz,
    books: Access,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    day: Window,
    spent: NanoUsd,
    reserved: NanoUsd,
    asked: HashMap<UserId, VecDeque<Timestamp>>,
    answering: HashSet<(UserId, ChannelId)>,
}

/// Leave to ask one question. It ends with [`Permit::settle`]; one that is dropped without (the answer broke off by a
/// failure of ours) books all that was reserved, because some of it may have been spent.
#[derive(Debug)]
pub struct Permit {
    state: Arc<Mutex<State>>,
    who: (UserId, ChannelId),
    reserved: NanoUsd,
    booked: NanoUsd,
}

const MINUTE: i64 = 60_000_000;

impl Guard {
    /// A guard for the day that holds `now`, of which `spent` is already gone. `books` says whether what is spent can be
    /// recorded: if not, only what is free is let through.
    pub fn new(limits: LimitSettings, zone: Tz, books: Access, (now, spent): (Timestamp, NanoUsd)) -> Self {
        let state = State {
            day: calendar::day_of(now, zone),
            spent,
            reserved: NanoUsd::ZERO,
            asked: HashMap::new(),
            answering: HashSet::new(),
        };
        Self { limits, zone, books, state: Arc::new(Mutex::new(state)) }
    }

    /// What all answers of one day may cost together.
    pub fn daily_cap(&self) -> NanoUsd {
        self.limits.daily
    }

    /// Lets a question pass whose answer costs at most `most` (`None`: nobody knows).
    pub fn admit(
        &self,
        user: &UserId,
        channel: &ChannelId,
        most: Option<NanoUsd>,
        now: Timestamp,
    ) -> Result<Permit, Refusal> {
        let mut state = lock(&self.state);
        state.turn_day(now, self.zone);
        let who = (user.clone(), channel.clone());
        if state.answering.contains(&who) {
            return Err(Refusal::StillAnswering);
        }
        let reserved = self.affordable(&state, most)?;
        state.count_question(user, now, self.limits.questions_per_minute)?;
        state.reserved += reserved;
        state.answering.insert(who.clone());
        Ok(Permit { state: self.state.clone(), who, reserved, booked: reserved })
    }

    /// What must be reserved, if the day can bear it.
    fn affordable(&self, state: &State, most: Option<NanoUsd>) -> Result<NanoUsd, Refusal> {
        let most = match most {
            Some(NanoUsd::ZERO) => return Ok(NanoUsd::ZERO),
            Some(most) => most,
            None if self.limits.allow_unpriced => NanoUsd::ZERO,
            None => return Err(Refusal::Unpriced),
        };
        if let Access::ReadOnly { reason } = &self.books {
            return Err(Refusal::Unrecorded { reason: reason.clone() });
        }
        let spent = state.spent + state.reserved;
        if spent + most > self.limits.daily {
            return Err(Refusal::DailyCap { cap: self.limits.daily, spent, until: state.day.to });
        }
        Ok(most)
    }

    /// Whether a person's question in a channel is being answered.
    pub fn is_answering(&self, user: &UserId, channel: &ChannelId) -> bool {
        lock(&self.state).answering.contains(&(user.clone(), channel.clone()))
    }
}

impl State {
    fn turn_day(&mut self, now: Timestamp, zone: Tz) {
        // A clock that steps back must not give the day's money a second time.
        if now >= self.day.to {
            self.day = calendar::day_of(now, zone);
            self.spent = NanoUsd::ZERO;
        }
    }

    /// Counts a question against the person's minute.
    fn count_question(&mut self, user: &UserId, now: Timestamp, per_minute: u32) -> Result<(), Refusal> {
        self.asked.retain(|_, times| {
            times.retain(|time| time.plus(MINUTE) > now);
            !times.is_empty()
        });
        let times = self.asked.entry(user.clone()).or_default();
        if let Some(first) = times.front().filter(|_| times.len() >= per_minute as usize) {
            return Err(Refusal::TooMany { per_minute, until: first.plus(MINUTE) });
        }
        times.push_back(now);
        Ok(())
    }
}

impl Permit {
    /// Books what the answer really cost, in place of what was reserved. An unknown cost books the whole reservation.
    pub fn settle(mut self, cost: Option<NanoUsd>) {
        self.booked = cost.unwrap_or(self.reserved);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.reserved = NanoUsd(state.reserved.0 - self.reserved.0);
        state.spent += self.booked;
        state.answering.remove(&self.who);
    }
}

/// The counters stay usable even if a thread panicked while it held them.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

    fn guard() -> Guard {
        let limits = LimitSettings { daily: NanoUsd(5_000_000_000), questions_per_minute: 2, allow_unpriced: false };
        Guard::new(limits, Tz::UTC, Access::ReadWrite, (NOW, NanoUsd(4_000_000_000)))
    }

    fn admit(guard: &Guard, user: &str, dollars: i64, now: Timestamp) -> Result<Permit, Refusal> {
        guard.admit(&user.into(), &"c".into(), Some(NanoUsd(dollars * 1_000_000_000)), now)
    }

    #[test]
    fn many_questions_at_once_cannot_pass_the_cap_together() {
        let guard = guard();
        let first = admit(&guard, "ann", 1, NOW).unwrap();
        let until = calendar::day_of(NOW, Tz::UTC).to;
        let refused = Refusal::DailyCap { cap: NanoUsd(5_000_000_000), spent: NanoUsd(5_000_000_000), until };
        assert_eq!(admit(&guard, "bob", 1, NOW).unwrap_err(), refused);
        first.settle(Some(NanoUsd(0)));
        assert!(admit(&guard, "bob", 1, NOW).is_ok(), "what was not spent is free again");
        assert!(admit(&guard, "bob", 5, until).is_ok(), "a new day has its own money");
    }

    #[test]
    fn one_question_in_flight_per_person_and_channel() {
        let guard = guard();
        let permit = admit(&guard, "ann", 0, NOW).unwrap();
        assert_eq!(admit(&guard, "ann", 0, NOW).unwrap_err(), Refusal::StillAnswering);
        assert!(guard.admit(&"ann".into(), &"other".into(), Some(NanoUsd::ZERO), NOW).is_ok());
        drop(permit);
        assert!(!guard.is_answering(&"ann".into(), &"c".into()));
    }

    #[test]
    fn what_cannot_be_recorded_must_be_free() {
        let mut guard = guard();
        guard.books = Access::ReadOnly { reason: "the disk is read-only".into() };
        let refused = Refusal::Unrecorded { reason: "the disk is read-only".into() };
        assert_eq!(admit(&guard, "ann", 1, NOW).unwrap_err(), refused);
        assert!(admit(&guard, "ann", 0, NOW).is_ok());
    }

    #[test]
    fn a_minute_holds_only_so_many_questions() {
        let guard = guard();
        drop(admit(&guard, "ann", 0, NOW).unwrap());
        drop(admit(&guard, "ann", 0, NOW.plus(MINUTE / 2)).unwrap());
        let until = NOW.plus(MINUTE);
        assert_eq!(admit(&guard, "ann", 0, until.plus(-1)).unwrap_err(), Refusal::TooMany { per_minute: 2, until });
        assert!(admit(&guard, "ann", 0, until).is_ok());
    }

    #[test]
    fn a_model_without_a_price_is_refused_unless_the_owner_allows_it() {
        let mut guard = guard();
        assert_eq!(guard.admit(&"a".into(), &"c".into(), None, NOW).unwrap_err(), Refusal::Unpriced);
        guard.limits.allow_unpriced = true;
        assert!(guard.admit(&"a".into(), &"c".into(), None, NOW).is_ok());
    }
}
