//! What a model costs, in a few characters.

use super::format::dollars;
use crate::model::{Rate, Rates};

/// Input and output per million tokens: `$1 / $5 per M`, `free`, or `price unknown`.
pub fn price(rates: &Rates) -> String {
    let unit = if known(rates).is_some() { " per M" } else { "" };
    in_and_out(rates) + unit
}

/// The same where it is said already what the dollars are for: `$1 / $5`.
pub fn in_and_out(rates: &Rates) -> String {
    match known(rates) {
        Some((input, output)) => format!("{} / {}", round_dollars(input), round_dollars(output)),
        None if rates.free => "free".to_owned(),
        None => "price unknown".to_owned(),
    }
}

/// What input and output cost, if it is known and not nothing.
fn known(rates: &Rates) -> Option<(f64, f64)> {
    input_usd_per_million(rates).zip(output_usd_per_million(rates)).filter(|_| !rates.free)
}

/// Dollars for a million input tokens; zero where it is known to be free.
pub fn input_usd_per_million(rates: &Rates) -> Option<f64> {
    per_million(rates.input, rates.free)
}

/// Dollars for a million output tokens; zero where it is known to be free.
pub fn output_usd_per_million(rates: &Rates) -> Option<f64> {
    per_million(rates.output, rates.free)
}

fn per_million(rate: Option<Rate>, free: bool) -> Option<f64> {
    if free { Some(0.0) } else { rate.map(Rate::as_usd_per_million) }
}

fn round_dollars(usd: f64) -> String {
    let text = dollars(usd);
    text.strip_suffix(".00").map(ToOwned::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(input: f64, output: f64) -> Rates {
        Rates {
            input: Rate::from_usd_per_million(input),
            output: Rate::from_usd_per_million(output),
            ..Rates::default()
        }
    }

    #[test]
    fn prices_are_short() {
        assert_eq!(price(&rates(1.0, 5.0)), "$1 / $5 per M");
        assert_eq!(price(&rates(0.8, 4.0)), "$0.80 / $4 per M");
        assert_eq!(price(&rates(0.075, 0.3)), "$0.075 / $0.30 per M");
    }

    #[test]
    fn free_is_not_unknown() {
        let free = Rates { free: true, ..Rates::default() };
        assert_eq!((price(&free).as_str(), input_usd_per_million(&free)), ("free", Some(0.0)));
        let half = Rates { input: Rate::from_usd_per_million(1.0), ..Rates::default() };
        assert_eq!((price(&half).as_str(), output_usd_per_million(&half)), ("price unknown", None));
    }
}
