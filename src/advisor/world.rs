//! What calls would take and cost elsewhere, or with other tokens: the models there are, what each costs, and how long it takes.

use std::collections::BTreeMap;

use crate::analysis::latency_model::{Fit, Timed, fit};
use crate::model::{Call, Micros, ModelName, NanoUsd, Rates, Times, Usage};
use crate::pricing;

/// A model that can be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What its tokens cost; `None` where nobody knows.
    pub rates: Option<Rates>,
    /// Whether it runs on the hoster's own machine.
    pub local: bool,
    /// How long it takes.
    pub fit: Fit,
}

/// The models there are.
#[derive(Debug, Clone, Default)]
pub struct World {
    offers: BTreeMap<ModelName, Offer>,
}

impl World {
    /// The models of some calls in the order of time, with what is known of what each costs and of where it runs.
    pub fn new(calls: &[&Call], known: &BTreeMap<ModelName, (Option<Rates>, bool)>) -> Self {
        let mut timed: BTreeMap<&ModelName, Vec<Timed>> = BTreeMap::new();
        calls.iter().for_each(|call| timed.entry(&call.model).or_default().extend(Timed::of(call)));
        let offer = |(model, timed): (&ModelName, Vec<Timed>)| {
            let (rates, local) = known.get(model).cloned().unwrap_or_default();
            (model.clone(), Offer { rates, local, fit: fit(&timed) })
        };
        Self { offers: timed.into_iter().map(offer).collect() }
    }

    /// A model, if any of the calls is its own.
    pub fn offer(&self, model: &ModelName) -> Option<&Offer> {
        self.offers.get(model)
    }

    /// All models.
    pub fn offers(&self) -> impl Iterator<Item = (&ModelName, &Offer)> {
        self.offers.iter()
    }

    /// The same call with another usage, perhaps of another model. Where tokens do not tell how long a model takes, its time stays
    /// as it was; where a price is not known, the cost becomes unknown.
    pub fn changed(&self, call: &Call, model: &ModelName, usage: Usage) -> Call {
        let times = self.retimed(call, model, &usage).unwrap_or(call.times);
        Call { cost: self.repriced(call, model, &usage), times, usage, model: model.clone(), ..call.clone() }
    }

    /// Whether it can be told how long calls of one model would take another.
    pub fn tells_times(&self, one: &ModelName, other: &ModelName) -> bool {
        let tells = |model| matches!(self.offers.get(model), Some(Offer { fit: Fit::Tokens(_), .. }));
        tells(one) && tells(other)
    }

    fn expected_ms(&self, model: &ModelName, usage: &Usage) -> Option<f64> {
        match &self.offers.get(model)?.fit {
            Fit::Tokens(model) => model.expected_ms(usage).filter(|ms| *ms > 0.0),
            Fit::NotEnoughData { .. } | Fit::QueueBound { .. } => None,
        }
    }

    /// The call keeps by how much it was off from what was to be expected: ln y′ = ln y + ln ŷ′ − ln ŷ.
    fn retimed(&self, call: &Call, model: &ModelName, usage: &Usage) -> Option<Times> {
        let factor = self.expected_ms(model, usage)? / self.expected_ms(&call.model, &call.usage)?;
        let times = call.times;
        let scaled = |time: Micros| Micros((time.0 as f64 * factor) as u64);
        let own = times.model.or(times.response)?;
        let rest = times.response.map(|response| response.saturating_sub(own));
        Some(Times {
            response: rest.map(|rest| rest + scaled(own)),
            model: times.model.map(scaled),
            attempt: times.attempt.map(scaled),
            ttft: times.ttft.map(scaled),
            ..times
        })
    }

    /// Within one model the cost moves as the price table says, so that prices of before stay what they were.
    fn repriced(&self, call: &Call, model: &ModelName, usage: &Usage) -> Option<NanoUsd> {
        let before = call.cost?;
        if *model == call.model && *usage == call.usage {
            return Some(before);
        }
        let after = pricing::cost(self.offers.get(model)?.rates.as_ref()?, usage)?;
        if *model != call.model {
            return Some(after + call.failed_cost);
        }
        let listed = pricing::cost(self.offers.get(&call.model)?.rates.as_ref()?, &call.usage)?;
        let answered = before.0.saturating_sub(call.failed_cost.0) as f64;
        let moved = if listed.0 > 0 { answered * after.0 as f64 / listed.0 as f64 } else { answered };
        Some(NanoUsd(moved.round() as i64) + call.failed_cost)
    }
}
