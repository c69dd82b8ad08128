//! The reply to `forecast`.

use super::format::{NONE, count, dollars, share, tokens};
use super::{Block, Frame};
use crate::analysis::forecast::{Cap, Forecast, Foreseen, Horizon};
use crate::analysis::statistics::Method;

/// The blocks of the reply.
pub fn blocks(forecast: &Forecast, frame: &Frame) -> Vec<Block> {
    let only = frame.title.only();
    let headline = format!("🔮 Forecast from {} on{only} (n={})", forecast.today, count(forecast.n));
    let mut blocks = vec![Block::Headline(headline)];
    let from = forecast.from.map(|from| format!(", from {from} on")).unwrap_or_default();
    let any = forecast.horizons.iter().any(|horizon| horizon.calls.is_some());
    let left_out = if any { "" } else { " Today and the first day with calls do not count." };
    blocks.push(Block::Note(format!("Rests on {} whole days ({}){from}.{left_out}", forecast.days, frame.zone.name())));
    blocks.extend(forecast.horizons.iter().flat_map(|horizon| ahead(horizon, forecast.days)));
    blocks.extend(forecast.cap.as_ref().map(|cap| Block::Text(self::cap(cap))));
    blocks.push(frame.next("perf cost"));
    blocks
}

fn ahead(horizon: &Horizon, days: u64) -> Vec<Block> {
    let Some(calls) = &horizon.calls else {
        let (next, needed) = (horizon.days, horizon.needed);
        return vec![Block::Text(format!("Next {next} days: {NONE} (not enough data: {days} of {needed} days)"))];
    };
    let whole = |n: f64| tokens(n.round() as u64);
    let mut figures = vec![
        ("Calls", Some(calls), &whole as &dyn Fn(f64) -> String),
        ("Tokens", horizon.tokens.as_ref(), &whole),
        ("Spend", horizon.usd.as_ref(), &dollars),
    ];
    // Where no call failed at a rate limit there is none to foresee.
    figures.extend(horizon.rate_limited.as_ref().map(|limited| ("Rate-limited", Some(limited), &whole as _)));
    let row = |(name, foreseen, show): &(&str, Option<&Foreseen>, &dyn Fn(f64) -> String)| match foreseen {
        Some(foreseen) => vec![
            (*name).to_owned(),
            show(foreseen.expected),
            format!("{} – {}", show(foreseen.interval_80.low), show(foreseen.interval_80.high)),
            foreseen.past_error_share.map_or_else(|| NONE.to_owned(), share),
        ],
        None => vec![(*name).to_owned(), "unknown".to_owned(), NONE.to_owned(), NONE.to_owned()],
    };
    let head = ["", "Expected", "80% interval", "Off"].map(str::to_owned).to_vec();
    let methods = figures.iter().filter_map(|(name, foreseen, _)| Some((*name, method(foreseen.as_ref()?.method))));
    let note = format!("{}. Off: by how much such sums missed in the past.", said(&methods.collect::<Vec<_>>()));
    vec![
        Block::Title(format!("Next {} Days", horizon.days)),
        Block::Table { head, rows: figures.iter().map(row).collect() },
        Block::Note(note),
    ]
}

/// How each figure was found; once, where all were found in one way.
fn said(methods: &[(&str, &str)]) -> String {
    match methods {
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => format!("Method: {first}"),
        _ => methods.iter().map(|(name, method)| format!("{name}: {method}")).collect::<Vec<_>>().join("; "),
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::LastWeek => "as the last week",
        Method::WeekMean => "mean of the last 7 days",
        Method::Profile => "shape of the week at the level of the last 7 days",
        Method::Line => "line through 4 weeks",
        Method::MedianLine => "median line through 4 weeks",
    }
}

fn cap(cap: &Cap) -> String {
    match cap {
        Cap::NotEnoughData => format!("Daily cap: {NONE} (not enough data)"),
        Cap::NothingSpent { cap_usd } => {
            format!("Daily cap ({}): nothing is known to be spent that counts towards it", dollars(*cap_usd))
        }
        Cap::NotWithinHorizon { cap_usd, days, upper_usd } => format!(
            "Daily cap ({}): not within the horizon ({days} days, at the most {} a day)",
            dollars(*cap_usd),
            dollars(*upper_usd)
        ),
        Cap::Crossed { cap_usd, may, expected_usd, upper_usd, will } => {
            let will = will.map(|day| format!("; expected on {day}")).unwrap_or_default();
            let (cap, expected, upper) = (dollars(*cap_usd), dollars(*expected_usd), dollars(*upper_usd));
            format!("⚠️ Daily cap ({cap}): may be crossed on {may} ({expected} expected, up to {upper}){will}")
        }
    }
}
