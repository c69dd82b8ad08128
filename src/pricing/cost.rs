//! What tokens cost: the formula of `docs/prices.md`, in whole numbers, rounded once at the end.

use crate::model::{NanoUsd, Rate, Rates, Tier, Usage};

/// What a call with this usage costs, rounded to the nearest nano-dollar.
///
/// ```text
/// fresh = input − cache reads − cache writes                    (never below 0)
/// cost  = fresh·p_in + reads·p_read + writes_5m·p_5m + writes_1h·p_1h
///       + (output − reasoning)·p_out + reasoning·(p_reasoning or p_out)
/// ```
///
/// The tier is chosen from the whole input and holds for all tokens of a kind. `None` where the input or output count
/// is unknown, or where tokens were used that have no rate. Cache or reasoning counts that nobody reported are taken
/// as none: their tokens are then charged as fresh input and as output. What is known to be free costs zero.
pub fn cost(rates: &Rates, usage: &Usage) -> Option<NanoUsd> {
    if rates.free {
        return Some(NanoUsd::ZERO);
    }
    let (input, output) = (usage.input?, usage.output?);
    let scale = Scale::at(rates, input);
    let read = usage.cache_read.unwrap_or(0);
    let (short, long) = (usage.cache_write_5m.unwrap_or(0), usage.cache_write_1h.unwrap_or(0));
    let fresh = input.saturating_sub(read).saturating_sub(short).saturating_sub(long);
    let reasoning = usage.reasoning.unwrap_or(0).min(output);
    let pico = [
        (fresh, scale.input),
        (read, scale.cache_read),
        (short, scale.cache_write_5m),
        (long, scale.cache_write_1h),
        (output - reasoning, scale.output),
        (reasoning, scale.reasoning.or(scale.output)),
    ]
    .into_iter()
    .map(|(tokens, rate)| charge(tokens, rate))
    .sum::<Option<u128>>()?;
    nano_usd((pico + 500) / 1000)
}

/// The most that a call can cost with at most this much input and output, rounded up: what to set aside before it.
///
/// It takes the dearest rate that any of the input could be charged at, writes to the prompt cache included, so that
/// no [`cost`] within these bounds is above it. `None` where the input or output rate is unknown.
pub fn ceiling(rates: &Rates, input_tokens: u64, max_output_tokens: u64) -> Option<NanoUsd> {
    if rates.free {
        return Some(NanoUsd::ZERO);
    }
    let (mut input, mut output) = (rates.input?, rates.output?);
    let reached = rates.tiers.iter().filter(|tier| tier.above < input_tokens).map(|tier| tier.above + 1);
    for scale in std::iter::once(0).chain(reached).map(|length| Scale::at(rates, length)) {
        let kinds = [scale.input, scale.cache_read, scale.cache_write_5m, scale.cache_write_1h];
        input = kinds.into_iter().flatten().fold(input, Rate::max);
        output = [scale.output, scale.reasoning].into_iter().flatten().fold(output, Rate::max);
    }
    let pico = charge(input_tokens, Some(input))? + charge(max_output_tokens, Some(output))?;
    nano_usd(pico.div_ceil(1000))
}

/// The rates that hold for one length of input.
struct Scale {
    input: Option<Rate>,
    output: Option<Rate>,
    cache_read: Option<Rate>,
    cache_write_5m: Option<Rate>,
    cache_write_1h: Option<Rate>,
    reasoning: Option<Rate>,
}

impl Scale {
    fn at(rates: &Rates, input: u64) -> Self {
        let base = Tier::default();
        let reached = rates.tiers.iter().filter(|tier| tier.above < input);
        let tier = reached.max_by_key(|tier| tier.above).unwrap_or(&base);
        Self {
            input: tier.input.or(rates.input),
            output: tier.output.or(rates.output),
            cache_read: tier.cache_read.or(rates.cache_read),
            cache_write_5m: tier.cache_write_5m.or(rates.cache_write_5m),
            cache_write_1h: tier.cache_write_1h.or(rates.cache_write_1h),
            reasoning: rates.reasoning,
        }
    }
}

/// Pico-dollars for some tokens; `None` if there are any and their rate is unknown.
fn charge(tokens: u64, rate: Option<Rate>) -> Option<u128> {
    match rate {
        Some(rate) => Some(u128::from(tokens) * u128::from(rate.as_pico_usd())),
        None => (tokens == 0).then_some(0),
    }
}

fn nano_usd(nanos: u128) -> Option<NanoUsd> {
    i64::try_from(nanos).ok().map(NanoUsd)
}

#[cfg(test)]
mod tests;
