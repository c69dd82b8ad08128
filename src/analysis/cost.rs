//! `cost`: who and what the money goes to, what was wasted, and what input from the prompt cache saved.

use std::cmp::Reverse;

use chrono::NaiveDate;
use serde::Serialize;

use super::stats::{self, Waste, mean_usd, usd};
use crate::model::{
    Brief, Cell, ChannelId, Group, ModelName, QueryType, Rate, Rates, Tally, Timestamp, UserId, Window,
};

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct CostInput {
    /// Which time.
    pub window: Window,
    /// Its calls, by model and type.
    pub groups: Vec<Group>,
    /// Known cost of the current day, week and month of the zone, in nano-dollars.
    pub calendar: [Tally; 3],
    /// What the models cost at the end of the window, as far as it is known.
    pub prices: Vec<(ModelName, Rates)>,
    /// By what the money is told apart.
    pub by: Apart,
}

/// By what the money is told apart, and the sums that cells by model and type do not hold.
#[derive(Debug, Clone)]
pub enum Apart {
    /// By model.
    Model,
    /// By type of question.
    QueryType,
    /// By person.
    User(Vec<(UserId, Brief)>),
    /// By channel; of a window with very many calls only those since a time.
    Channel(Vec<(Option<ChannelId>, Brief)>, Option<Timestamp>),
    /// By day of the zone.
    Day(Vec<(NaiveDate, Brief)>),
}

/// What the calls of a window cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostReport {
    /// All calls.
    pub n: u64,
    /// Which time.
    pub window: Window,
    /// What they cost.
    pub cost: stats::Cost,
    /// The mean of a day of 24 hours, of windows of a day or more.
    pub per_day_usd: Option<f64>,
    /// What brought nobody anything.
    pub waste: Waste,
    /// What the prompt cache saved.
    pub prompt_cache: CacheSaving,
    /// By what the slices are told apart.
    pub by: By,
    /// Who and what the money goes to, dearest first; days in their order.
    pub slices: Vec<Slice>,
    /// Since when calls were looked at to tell the slices apart, if not since the window begins.
    pub slices_since: Option<Timestamp>,
}

/// By what the money is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Model.
    Model,
    /// Type of question.
    Type,
    /// Person.
    User,
    /// Channel.
    Channel,
    /// Day.
    Day,
}

/// What one model, type, person, channel or day cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// Which; `None` for what has no name, or none that may be shown.
    pub name: Option<String>,
    /// All calls.
    pub n: u64,
    /// Known cost.
    pub usd: Option<f64>,
    /// Calls whose cost is known.
    pub cost_n: u64,
    /// Its share of the cost of all slices.
    pub share: Option<f64>,
    /// The mean of calls whose cost is known.
    pub per_call_usd: Option<f64>,
}

/// What reading input from the prompt cache saved, less what writing it cost more, at the prices of the end of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CacheSaving {
    /// Dollars; below zero where writing cost more than reading saved. `None` where nothing was read or written, or no price is
    /// known.
    pub usd: Option<f64>,
    /// Tokens that were read.
    pub read_tokens: i64,
    /// How many of them have no known price.
    pub unpriced_tokens: i64,
}

/// The report of a window.
pub fn cost(input: CostInput) -> CostReport {
    let total = Group::total(&input.groups);
    let days = input.window.length().0 as f64 / Timestamp::DAY as f64;
    let (by, slices_since, slices) = slices(input.by, &input.groups, &total);
    CostReport {
        n: total.calls(),
        window: input.window,
        cost: stats::cost(&total, input.calendar),
        per_day_usd: usd(total.cost).filter(|_| days >= 1.0).map(|usd| usd / days),
        waste: stats::waste(&total),
        prompt_cache: saved(&input.groups, &input.prices),
        by,
        slices,
        slices_since,
    }
}

/// A name, all calls, and the known cost.
type Named = (Option<String>, u64, Tally);

fn slices(by: Apart, groups: &[Group], total: &Cell) -> (By, Option<Timestamp>, Vec<Slice>) {
    let of_brief = |name: Option<String>, brief: &Brief| (name, brief.calls, brief.cost);
    match by {
        Apart::Model => {
            let named = pooled(groups, |group| group.key.model.clone()).into_iter();
            (By::Model, None, dearest(named.map(|(model, n, cost)| (Some(model.to_string()), n, cost)).collect()))
        }
        Apart::QueryType => {
            let named = QueryType::ALL.map(|of| (of, groups.iter().filter(move |group| group.key.query_type == of)));
            let sums = named.map(|(of, groups)| (of, Group::total(groups)));
            let named = sums.into_iter().filter(|(_, cell)| cell.calls() > 0);
            let slices = named.map(|(of, cell)| (Some(of.to_string()), cell.calls(), cell.cost)).collect();
            (By::Type, None, dearest(slices))
        }
        Apart::User(people) => {
            let mut named: Vec<Named> =
                people.iter().map(|(user, brief)| of_brief(Some(user.to_string()), brief)).collect();
            named.extend(nobodys(&named, total));
            (By::User, None, dearest(named))
        }
        Apart::Channel(channels, since) => {
            let named = channels.iter().map(|(of, brief)| of_brief(of.as_ref().map(ToString::to_string), brief));
            (By::Channel, since, dearest(named.collect()))
        }
        Apart::Day(days) => {
            let named = days.iter().map(|(date, brief)| of_brief(Some(date.to_string()), brief));
            (By::Day, None, shared(named.collect()))
        }
    }
}

/// The calls of people who were forgotten, or of whom nothing is known.
fn nobodys(people: &[Named], total: &Cell) -> Option<Named> {
    let (n, cost) = people.iter().fold((0, Tally::default()), |(n, mut cost), (_, more, of)| {
        cost.merge(*of);
        (n + more, cost)
    });
    let rest = Tally { n: total.cost.n.saturating_sub(cost.n), sum: total.cost.sum.saturating_sub(cost.sum) };
    let calls = total.calls().saturating_sub(n);
    (calls > 0).then_some((None, calls, rest))
}

fn pooled(groups: &[Group], of: impl Fn(&Group) -> ModelName) -> Vec<(ModelName, u64, Tally)> {
    let mut sums: Vec<(ModelName, u64, Tally)> = Vec::new();
    for group in groups {
        let (name, calls) = (of(group), group.cell.calls());
        match sums.iter_mut().find(|(other, ..)| *other == name) {
            Some((_, n, cost)) => {
                *n += calls;
                cost.merge(group.cell.cost);
            }
            None => sums.push((name, calls, group.cell.cost)),
        }
    }
    sums
}

fn dearest(named: Vec<Named>) -> Vec<Slice> {
    let mut named = named;
    named.sort_by(|a, b| (Reverse(a.2.sum), Reverse(a.1), &a.0).cmp(&(Reverse(b.2.sum), Reverse(b.1), &b.0)));
    shared(named)
}

fn shared(named: Vec<Named>) -> Vec<Slice> {
    let whole: f64 = named.iter().map(|(.., cost)| cost.sum as f64).sum();
    let slice = |(name, n, cost): Named| Slice {
        name,
        n,
        usd: usd(cost),
        cost_n: cost.n,
        share: cost.known().filter(|_| whole > 0.0).map(|sum| sum as f64 / whole),
        per_call_usd: mean_usd(cost),
    };
    named.into_iter().map(slice).collect()
}

fn saved(groups: &[Group], prices: &[(ModelName, Rates)]) -> CacheSaving {
    let mut saving = CacheSaving { usd: None, read_tokens: 0, unpriced_tokens: 0 };
    for Group { key, cell } in groups {
        let (read, written) = (cell.cache_read.known().unwrap_or(0), cell.cache_write.known().unwrap_or(0));
        if read == 0 && written == 0 {
            continue;
        }
        saving.read_tokens = saving.read_tokens.saturating_add(read);
        let rates = prices.iter().find(|(model, _)| *model == key.model).map(|(_, rates)| rates);
        match rates.and_then(cheaper) {
            Some([reading, writing]) => {
                let usd = read as f64 * reading - written as f64 * writing;
                saving.usd = Some(saving.usd.unwrap_or(0.0) + usd);
            }
            None => saving.unpriced_tokens = saving.unpriced_tokens.saturating_add(read),
        }
    }
    saving
}

/// By how many dollars a token from the cache is cheaper than fresh input, and one written to it dearer.
fn cheaper(rates: &Rates) -> Option<[f64; 2]> {
    if rates.free {
        return Some([0.0; 2]);
    }
    let usd = |rate: Option<Rate>| rate.map(|rate| rate.as_pico_usd() as f64 / 1e12);
    let fresh = usd(rates.input)?;
    let written = usd(rates.cache_write_5m).map_or(0.0, |written| written - fresh);
    Some([fresh - usd(rates.cache_read)?, written])
}

#[cfg(test)]
mod tests;
