//! How long a model takes, from its tokens: `q + max(f, a + b·(input − cached)) + c·output`, one fit for each model. It is
//! trusted only as far as it foretells calls that it was not fitted to; where it does not, the model is queue-bound.

use serde::Serialize;

use super::statistics::{dot, least_absolute};
use crate::model::{Call, Micros, Outcome, Usage};

/// From how many calls on a model is fitted.
pub const LATENCY_FROM: usize = 30;
/// From which share of explained variation on tokens tell how long a call takes.
pub const EXPLAINED_FROM: f64 = 0.3;
/// Up to so many input tokens the time to the first one may be flat.
const KNEES: [f64; 5] = [0.0, 128.0, 256.0, 512.0, 1_024.0];

/// A call as the fit sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timed {
    /// Input tokens that were not in the prompt cache.
    pub fresh_input: f64,
    /// Output tokens.
    pub output: f64,
    /// The time of the model, in milliseconds.
    pub ms: f64,
}

/// What can be said of how long a model takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "fit", rename_all = "snake_case")]
pub enum Fit {
    /// There are too few calls whose time and tokens are known.
    NotEnoughData {
        /// How many there are.
        have: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Tokens tell how long a call takes.
    Tokens(LatencyModel),
    /// They do not: fewer tokens would not help now, less load would.
    QueueBound {
        /// The calls it rests on.
        n: usize,
        /// The share of the variation that tokens explain, in calls held out of the fit; below zero where they mislead.
        explained: f64,
    },
}

/// The time of a model's calls as a function of their tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LatencyModel {
    /// The calls it rests on.
    pub n: usize,
    /// Milliseconds that every call takes.
    pub flat_ms: f64,
    /// Up to so many input tokens more input costs no time.
    pub knee_tokens: f64,
    /// Milliseconds of an input token beyond that.
    pub ms_per_input_token: f64,
    /// Milliseconds of an output token.
    pub ms_per_output_token: f64,
    /// The share of the variation that it explains, in calls held out of the fit.
    pub explained: f64,
    /// The mean relative error of the same calls.
    pub error_share: f64,
}

impl Timed {
    /// A call that ended ok, where its time and tokens are known. Logs that give no model time are read by their response
    /// time.
    pub fn of(call: &Call) -> Option<Self> {
        let ms = call.times.model.or(call.times.response).filter(|time| *time > Micros::ZERO)?.as_ms();
        let (fresh_input, output) = tokens(&call.usage)?;
        (call.outcome == Outcome::Ok).then_some(Self { fresh_input, output, ms })
    }
}

fn tokens(usage: &Usage) -> Option<(f64, f64)> {
    let cached = usage.cache_read.unwrap_or(0);
    Some((usage.input?.saturating_sub(cached) as f64, usage.output? as f64))
}

impl LatencyModel {
    /// The milliseconds that a call of this usage takes; `None` where its tokens are not known.
    pub fn expected_ms(&self, usage: &Usage) -> Option<f64> {
        let (fresh_input, output) = tokens(usage)?;
        Some(self.at(fresh_input, output))
    }

    fn at(&self, fresh_input: f64, output: f64) -> f64 {
        let input = fresh_input.max(self.knee_tokens) - self.knee_tokens;
        self.flat_ms + self.ms_per_input_token * input + self.ms_per_output_token * output
    }
}

/// Fits calls in the order of time. Every other one is held out to see how well the rest foretells it, which also decides on
/// the knee; what is returned is fitted to all.
pub fn fit(calls: &[Timed]) -> Fit {
    if calls.len() < LATENCY_FROM {
        return Fit::NotEnoughData { have: calls.len(), needed: LATENCY_FROM };
    }
    let every_other = |first: usize| calls.iter().skip(first).step_by(2).copied().collect::<Vec<_>>();
    let half = best(&every_other(0));
    let (explained, error_share) = held_out(&half, &every_other(1));
    if explained < EXPLAINED_FROM {
        return Fit::QueueBound { n: calls.len(), explained };
    }
    let (model, _) = with_knee(calls, half.knee_tokens);
    Fit::Tokens(LatencyModel { explained, error_share, ..model })
}

/// How much of the variation a model explains, and its mean relative error.
fn held_out(model: &LatencyModel, calls: &[Timed]) -> (f64, f64) {
    let n = calls.len() as f64;
    let mean = calls.iter().map(|call| call.ms).sum::<f64>() / n;
    let off = |call: &Timed| call.ms - model.at(call.fresh_input, call.output);
    let unexplained: f64 = calls.iter().map(|call| off(call).powi(2)).sum();
    let all: f64 = calls.iter().map(|call| (call.ms - mean).powi(2)).sum();
    let error = calls.iter().map(|call| off(call).abs() / call.ms).sum::<f64>() / n;
    (if all > 0.0 { 1.0 - unexplained / all } else { 0.0 }, error)
}

/// The best of the fits with all knees.
fn best(calls: &[Timed]) -> LatencyModel {
    let fits = KNEES.map(|knee| with_knee(calls, knee));
    let least = fits.into_iter().min_by(|one, other| one.1.total_cmp(&other.1));
    least.map_or_else(|| with_knee(calls, 0.0).0, |(model, _)| model)
}

/// The fit with one knee, and the sum of its relative errors. More tokens never take less time: a column that says so is left
/// out.
fn with_knee(calls: &[Timed], knee: f64) -> (LatencyModel, f64) {
    let mut used = [true, true];
    let (beta, points) = loop {
        let column = |value: f64, used: bool| if used { value } else { 0.0 };
        let point = |call: &Timed| {
            let input = call.fresh_input.max(knee) - knee;
            ([1.0, column(input, used[0]), column(call.output, used[1])], call.ms)
        };
        let points: Vec<_> = calls.iter().map(point).collect();
        let beta = least_absolute(&points);
        match (beta[1] < 0.0, beta[2] < 0.0) {
            (false, false) => break (beta, points),
            (input, output) => used = [used[0] && !input, used[1] && !output],
        }
    };
    let errors = points.iter().map(|(x, y)| (y - dot(x, &beta)).abs() / y).sum();
    let model = LatencyModel {
        n: calls.len(),
        flat_ms: beta[0],
        knee_tokens: knee,
        ms_per_input_token: beta[1],
        ms_per_output_token: beta[2],
        explained: 0.0,
        error_share: 0.0,
    };
    (model, errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::real_data;

    fn grid(ms: impl Fn(f64, f64) -> f64) -> Vec<Timed> {
        let call = |n: u32| {
            let (fresh_input, output) = (f64::from(n * 37 % 2_000), f64::from(n * 53 % 701));
            Timed { fresh_input, output, ms: ms(fresh_input, output) }
        };
        (0..400).map(call).collect()
    }

    #[test]
    fn flat_then_linear_is_found_as_it_is() {
        let Fit::Tokens(model) = fit(&grid(|input, output| 200.0 + 0.3 * (input - 512.0).max(0.0) + 8.0 * output))
        else {
            panic!("tokens tell all of it")
        };
        assert_eq!(model.knee_tokens, 512.0);
        let near = |value: f64, exact: f64| (value - exact).abs() < 0.01 * exact;
        assert!(
            near(model.flat_ms, 200.0) && near(model.ms_per_input_token, 0.3) && near(model.ms_per_output_token, 8.0)
        );
        assert!(model.explained > 0.999 && model.error_share < 0.001, "{model:?}");
        let usage = Usage { input: Some(1_512), cache_read: Some(1_000), output: Some(10), ..Usage::default() };
        assert!(near(model.expected_ms(&usage).unwrap(), 280.0));
        assert_eq!(model.expected_ms(&Usage::default()), None);
    }

    #[test]
    fn what_tokens_do_not_tell_is_queue_bound_and_few_calls_tell_nothing() {
        let waiting = grid(|input, output| 5_000.0 + (input * 7_919.0 + output * 104_729.0) % 60_000.0);
        assert!(matches!(fit(&waiting), Fit::QueueBound { n: 400, explained } if explained < 0.1));
        assert_eq!(fit(&waiting[..29]), Fit::NotEnoughData { have: 29, needed: 30 });
        // Where all take as long there is nothing to explain, and nothing to save.
        assert!(matches!(fit(&grid(|_, _| 900.0)), Fit::QueueBound { .. }));
    }

    /// A run as it was logged: time of arrival, input, output and whole time.
    fn run(text: &str, name: &str) -> Vec<Timed> {
        let mut rows: Vec<(f64, Timed)> = text
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(','))
            .map(|line| {
                let values: Vec<f64> = line.split(',').map(|value| value.parse().unwrap()).collect();
                (values[0], Timed { fresh_input: values[1], output: values[2], ms: values[7] * 1e3 })
            })
            .collect();
        rows.sort_by(|one, other| one.0.total_cmp(&other.0));
        rows.into_iter().map(|(_, timed)| timed).collect()
    }

    #[test]
    fn measured_servers_are_foretold_where_they_have_room_and_called_queue_bound_where_not() {
        let Some(text) = real_data("llm/vllm_runs.csv") else { return };
        let free = run(&text, "RTXPRO6000|Qwen3-30B-A3B-Instruct-2507");
        let Fit::Tokens(model) = fit(&free) else { panic!("tokens tell how long it takes") };
        println!("unsaturated: {model:?}");
        assert!(free.len() == 300 && model.error_share <= 0.045, "{model:?}");
        for saturated in ["RTX4090|Llama-3.1-8B", "RTXPRO6000|Llama-3.1-8B", "RTXPRO6000|Qwen3-32B"] {
            let fit = fit(&run(&text, saturated));
            println!("{saturated}: {fit:?}");
            assert!(matches!(fit, Fit::QueueBound { n: 300, .. }), "{saturated}: {fit:?}");
        }
    }
}
