//! The six models: how often each is asked, what it is asked, and how good it is. Their names and speeds are those of the
//! simulated models; their prices are in the price table, as invented as all else.

use super::chance::Chance;
use super::questions::{KINDS, Kind};
use super::truths::{DEAR, Truths};
use crate::ai;
use crate::model::{ModelName, ModelSpec, ProviderName, Rating, Timestamp, UsageSource};
use crate::pricing::{Price, PriceTable};

/// What only the demonstration decides of a model.
struct Part {
    /// Its id.
    id: &'static str,
    /// The share of all new questions that it is asked.
    share: f64,
    /// What people think of its answers, on average.
    rating: f64,
    /// Who says how many tokens it took.
    usage: UsageSource,
    /// The share of a long context that its provider has in the prompt cache, where it has a cache.
    cached: f64,
    /// The share of its output that it thinks and does not say.
    thought: f64,
}

const PARTS: [Part; MODELS] = [
    Part { id: "elk", share: 0.14, rating: 4.4, usage: UsageSource::Reported, cached: 0.8, thought: 0.0 },
    Part { id: "hen", share: 0.22, rating: 3.9, usage: UsageSource::Reported, cached: 0.8, thought: 0.0 },
    Part { id: "yak", share: 0.24, rating: 4.1, usage: UsageSource::Reported, cached: 0.0, thought: 0.0 },
    Part { id: "ant", share: 0.12, rating: 3.6, usage: UsageSource::Reported, cached: 0.0, thought: 0.0 },
    Part { id: "gnu", share: 0.13, rating: 4.2, usage: UsageSource::Reported, cached: 0.0, thought: 0.3 },
    Part { id: "koi", share: 0.15, rating: 3.8, usage: UsageSource::Estimated, cached: 0.0, thought: 0.0 },
];

const MODELS: usize = 6;

/// What models are asked, kind by kind.
const ANYTHING: [f64; KINDS] = [0.25, 0.20, 0.18, 0.10, 0.09, 0.13, 0.05];
/// What the dear model is asked beside simple questions.
const DIFFICULT: [f64; KINDS] = [0.0, 0.25, 0.35, 0.30, 0.10, 0.0, 0.0];

/// The share of answers that whoever asked rates, and the spread of their ratings.
const RATED: (f64, f64) = (0.05, 0.8);

/// All models.
pub(super) struct Cast {
    models: Vec<Model>,
    shares: [f64; MODELS],
}

/// One of them.
pub(super) struct Model {
    pub name: ModelName,
    pub provider: ProviderName,
    /// What its provider calls it.
    pub id: ModelName,
    /// Milliseconds to the first token of an answer to next to nothing.
    pub ttft_ms: f64,
    /// Milliseconds for each further token.
    pub token_ms: f64,
    pub price: Option<Price>,
    pub usage: UsageSource,
    /// The share of a long context that is in the prompt cache, where there is one.
    pub cached: f64,
    /// The share of the output that is not said.
    pub thought: f64,
    kinds: [f64; KINDS],
    rating: f64,
}

impl Cast {
    pub fn new(truths: &Truths, now: Timestamp) -> Self {
        let prices = PriceTable::builtin();
        let specs = ai::demo_models();
        let model = |part: &Part| {
            let spec = specs.iter().find(|spec| spec.id == part.id)?;
            Some(Model::new(part, spec, prices.price_of(spec, now), truths))
        };
        Self { models: PARTS.iter().filter_map(model).collect(), shares: PARTS.map(|part| part.share) }
    }

    /// The number of a model that is asked a new question.
    pub fn pick(&self, chance: &mut Chance) -> usize {
        chance.one_of(&self.shares)
    }

    /// What a model is asked.
    pub fn kind_for(&self, model: usize, chance: &mut Chance) -> Kind {
        Kind::ALL[chance.one_of(&self.models[model].kinds)]
    }

    /// The model of a number.
    pub fn model(&self, number: usize) -> &Model {
        &self.models[number]
    }
}

impl Model {
    fn new(part: &Part, spec: &ModelSpec, price: Option<Price>, truths: &Truths) -> Self {
        let (ttft_ms, token_ms) =
            ai::simulated_speed(part.id).map_or((0.0, 0.0), |speed| (speed.ttft_ms, speed.token_ms));
        Self {
            name: spec.name.clone(),
            provider: spec.provider.clone(),
            id: part.id.into(),
            ttft_ms,
            token_ms,
            price,
            usage: part.usage,
            cached: part.cached,
            thought: part.thought,
            kinds: if spec.name.as_str() == DEAR { difficult(truths.simple_on_dear()) } else { ANYTHING },
            rating: part.rating,
        }
    }

    /// What whoever asked says of an answer, if anything.
    pub fn rated(&self, chance: &mut Chance) -> Option<Rating> {
        let (share, spread) = RATED;
        chance
            .happens(share)
            .then(|| (self.rating + spread * chance.normal()).round().clamp(1.0, 5.0) as u8)
            .and_then(Rating::new)
    }
}

/// Difficult questions, and a share of simple ones.
fn difficult(simple: f64) -> [f64; KINDS] {
    let mut kinds = DIFFICULT.map(|share| share * (1.0 - simple));
    kinds[Kind::Simple as usize] = simple;
    kinds
}
