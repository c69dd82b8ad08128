//! What the values of a chart are, and so how they are written.

use crate::view::format;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A length of time in milliseconds.
    Milliseconds,
    /// Money in dollars.
    Usd,
    /// A share of one.
    Share,
    /// A number of things: calls, tokens.
    Count,
    /// Any other number: a rating, a score.
    Number,
}

impl Unit {
    /// A value as people read it.
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Milliseconds => format::seconds(value),
            Self::Usd => format::dollars(value),
            Self::Share => format::share(value),
            Self::Count => format::tokens(value.max(0.0).round() as u64),
            Self::Number => format::number(value),
        }
    }

    /// A round value beside an axis, as short as can be: `2s`, `0.5s`, `$20`, `3`.
    pub(super) fn tick(self, value: f64) -> String {
        let plain = |number: f64| {
            let text = format!("{number:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        match self {
            _ if value == 0.0 => "0".to_owned(),
            Self::Milliseconds if (100.0..120_000.0).contains(&value) => format!("{}s", plain(value / 1e3)),
            Self::Usd if (0.1..1e3).contains(&value) => format!("${}", self::cents(value)),
            Self::Number => plain(value),
            Self::Count if value < 10.0 => plain(value),
            _ => self.write(value),
        }
    }
}

/// Dollars without cents where there are none.
fn cents(usd: f64) -> String {
    let text = format!("{usd:.2}");
    text.strip_suffix(".00").unwrap_or(&text).to_owned()
}

/// Round values from zero up to at least `most`: about as many steps as asked for, or one more if the axis is shorter then.
/// The last is the end of the axis.
pub(super) fn ticks(most: f64, steps: usize) -> Vec<f64> {
    let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
    let end = |(step, count): (f64, usize)| step * count as f64;
    let (few, more) = (round_steps(most, steps.max(1)), round_steps(most, steps.max(1) + 1));
    let (step, count) = if end(more) < end(few) { more } else { few };
    (0..=count).map(|at| at as f64 * step).collect()
}

/// The least round step of which at most so many reach a value, and how many do.
fn round_steps(most: f64, steps: usize) -> (f64, usize) {
    let least = most / steps as f64;
    let power = 10f64.powf(least.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0].into_iter().map(|times| times * power).find(|step| *step >= least * (1.0 - 1e-9));
    let step = round.unwrap_or(10.0 * power);
    (step, (most / step - 1e-9).ceil().max(1.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_on_round_values() {
        assert_eq!(ticks(3_200.0, 3), [0.0, 2_000.0, 4_000.0]);
        assert_eq!(ticks(2_500.0, 2), [0.0, 1_000.0, 2_000.0, 3_000.0]);
        assert_eq!(ticks(0.04, 2), [0.0, 0.02, 0.04]);
        assert_eq!(ticks(7.0, 3), [0.0, 2.5, 5.0, 7.5]);
        assert_eq!(ticks(402.0, 4), [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]);
        assert_eq!(ticks(0.0, 2), [0.0, 0.5, 1.0]);
        assert_eq!(ticks(f64::NAN, 2), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn ticks_are_short() {
        let tick = |unit: Unit, value: f64| unit.tick(value);
        assert_eq!(tick(Unit::Milliseconds, 2_000.0), "2s");
        assert_eq!(tick(Unit::Milliseconds, 2_500.0), "2.5s");
        assert_eq!(tick(Unit::Milliseconds, 40.0), "40ms");
        assert_eq!(tick(Unit::Milliseconds, 300_000.0), "5m 00s");
        assert_eq!(tick(Unit::Usd, 20.0), "$20");
        assert_eq!(tick(Unit::Usd, 0.25), "$0.25");
        assert_eq!(tick(Unit::Usd, 0.0), "0");
        assert_eq!(tick(Unit::Usd, 0.004), "$0.004");
        assert_eq!(tick(Unit::Share, 0.05), "5%");
        assert_eq!(tick(Unit::Count, 20_000.0), "20K");
        assert_eq!(tick(Unit::Number, 4.5), "4.5");
    }
}
