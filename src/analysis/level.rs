//! A verdict on a single figure.

use serde::Serialize;

/// From how many values on a figure is called low, medium or high.
pub const LEVEL_FROM: u64 = 20;

/// How large a figure is, or that nobody can tell yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Fewer than [`LEVEL_FROM`] values, or none that make a figure.
    NotEnoughData,
    /// Below the first bound.
    Low,
    /// Below the second.
    Medium,
    /// At or above the second.
    High,
}

impl Level {
    /// The level of a figure that rests on `n` values, between the bounds `[medium, high]`.
    pub fn of(figure: Option<f64>, n: u64, [medium, high]: [f64; 2]) -> Self {
        match figure {
            Some(figure) if n >= LEVEL_FROM => match figure {
                low if low < medium => Self::Low,
                middle if middle < high => Self::Medium,
                _ => Self::High,
            },
            _ => Self::NotEnoughData,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_level_above_them() {
        let level = |figure| Level::of(Some(figure), 20, [0.10, 0.25]);
        assert_eq!(
            [level(0.0), level(0.0999), level(0.10), level(0.2499), level(0.25)],
            [Level::Low, Level::Low, Level::Medium, Level::Medium, Level::High]
        );
    }

    #[test]
    fn nineteen_values_are_not_enough() {
        assert_eq!(Level::of(Some(0.5), 19, [0.10, 0.25]), Level::NotEnoughData);
        assert_eq!(Level::of(None, 20, [0.10, 0.25]), Level::NotEnoughData);
    }
}
