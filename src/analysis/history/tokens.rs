//! Where the number of tokens is going.

use serde::Serialize;

use super::{DayTotal, tokens_of, weekly, weekly_interval};
use crate::analysis::statistics::{Interval, TREND_FROM, mann_kendall};

/// Where the number of tokens is going, day by day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenGrowth {
    /// Whole UTC days with tokens.
    pub days: u64,
    /// Tokens a day over the last seven whole days.
    pub per_day_now: Option<f64>,
    /// How many more each week, as a share; `None` below fourteen days.
    pub per_week_share: Option<f64>,
    /// Between which shares that lies.
    pub interval: Option<Interval>,
    /// Whether that is a trend, and no chance.
    pub clear: bool,
}

/// Over how many days the present amount is averaged.
const NOW_DAYS: usize = 7;

/// Where tokens are going.
pub(super) fn growth(days: &[DayTotal]) -> TokenGrowth {
    let whole = days.iter().filter(|day| day.is_whole());
    let tokens: Vec<f64> = whole.map(|day| tokens_of(&day.cell).unwrap_or(0) as f64).collect();
    // Days before the first token are before all, not days without.
    let since = tokens.iter().position(|tokens| *tokens > 0.0).unwrap_or(tokens.len());
    let tokens = &tokens[since..];
    let last = &tokens[tokens.len().saturating_sub(NOW_DAYS)..];
    let per_day_now = (!last.is_empty()).then(|| last.iter().sum::<f64>() / last.len() as f64);
    let points: Vec<(f64, f64)> = (0..)
        .map(f64::from)
        .zip(tokens)
        .filter(|(_, tokens)| **tokens > 0.0)
        .map(|(day, tokens)| (day, tokens.ln()))
        .collect();
    let trend = mann_kendall(&points).filter(|_| points.len() >= TREND_FROM);
    TokenGrowth {
        days: points.len() as u64,
        per_day_now,
        per_week_share: trend.map(|trend| weekly(trend.slope.slope)),
        interval: trend.map(|trend| weekly_interval(trend.slope.interval)),
        clear: trend.is_some_and(|trend| trend.p() < 0.05 && weekly(trend.slope.slope).abs() >= 0.05),
    }
}
