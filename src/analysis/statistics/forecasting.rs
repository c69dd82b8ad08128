//! What a daily series comes to next, by the simple method that would have erred least so far (rolling origin).

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::theil_sen::{median, theil_sen};

/// A simple way to go on with a daily series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each day as the same day of the week before.
    LastWeek,
    /// Each day as the mean of the last seven.
    WeekMean,
    /// The usual shape of a week, at the level of the last seven days.
    Profile,
    /// The least-squares line through the last four weeks.
    Line,
    /// The line of the median slope through the last four weeks.
    MedianLine,
}

/// What the next days come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// How it was found.
    pub method: Method,
    /// Each day.
    pub days: Vec<f64>,
    /// All days together.
    pub sum: f64,
    /// How far the sum may be off, with a probability of a fifth that it is more.
    pub sum_off: f64,
    /// The same of a single day.
    pub day_off: f64,
    /// How far sums of so many days were off in the past, as a share of what came: of the method, and of taking the last week
    /// again.
    pub past_error: Option<f64>,
    /// The same of [`Method::LastWeek`].
    pub naive_error: Option<f64>,
}

/// Days that a forecast needs before it can be tried.
const WEEK: usize = 7;
/// How many days lines and shapes look back.
const BACK: usize = 28;
/// How much longer than a forecast the series must be.
const TIMES_AS_LONG: usize = 3;

/// How many days a series needs for so many to be foreseen.
pub fn needed(ahead: usize) -> usize {
    (TIMES_AS_LONG * ahead).max(2 * WEEK)
}

/// The next days of a series of days that are never below zero. `None` where it is too short.
pub fn outlook(series: &[f64], ahead: usize) -> Option<Outlook> {
    if series.len() < needed(ahead) || ahead == 0 {
        return None;
    }
    let tried = Method::ALL.map(|method| Tried::of(method, series, ahead));
    let best = tried.iter().min_by(|a, b| a.absolute.total_cmp(&b.absolute))?;
    let came: f64 = best.came;
    let error = |tried: &Tried| (came > 0.0).then(|| tried.absolute / came);
    // Sums that overlap are not new evidence each: as many as lie beside one another count.
    let apart = (series.len() - WEEK) as f64 / ahead as f64;
    let wide = |mean_square: f64| quantile_90(apart) * mean_square.sqrt();
    let days = best.method.forecast(series, ahead);
    Some(Outlook {
        method: best.method,
        sum: days.iter().sum(),
        days,
        sum_off: wide(best.sum_square),
        day_off: wide(best.day_square),
        past_error: error(best),
        naive_error: error(&tried[0]),
    })
}

/// The value beyond which a tenth of Student's distribution lies.
fn quantile_90(degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees.max(1.0)).map_or(f64::INFINITY, |student| student.inverse_cdf(0.9))
}

/// How a method would have done from every day of the past.
struct Tried {
    method: Method,
    /// Sum of what sums were off, and of what came.
    absolute: f64,
    came: f64,
    /// Mean squares of what sums and days were off.
    sum_square: f64,
    day_square: f64,
}

impl Tried {
    fn of(method: Method, series: &[f64], ahead: usize) -> Self {
        let mut tried = Self { method, absolute: 0.0, came: 0.0, sum_square: 0.0, day_square: 0.0 };
        let origins = WEEK..=series.len() - ahead;
        let count = origins.clone().count() as f64;
        for origin in origins {
            let (past, came) = (&series[..origin], &series[origin..origin + ahead]);
            let foreseen = method.forecast(past, ahead);
            let off: Vec<f64> = came.iter().zip(&foreseen).map(|(came, foreseen)| came - foreseen).collect();
            let sum: f64 = off.iter().sum();
            tried.absolute += sum.abs();
            tried.came += came.iter().sum::<f64>();
            tried.sum_square += sum * sum / count;
            tried.day_square += off.iter().map(|off| off * off).sum::<f64>() / (count * ahead as f64);
        }
        tried
    }
}

impl Method {
    /// All of them; the naive one first.
    pub const ALL: [Self; 5] = [Self::LastWeek, Self::WeekMean, Self::Profile, Self::Line, Self::MedianLine];

    /// The next days after a week or more.
    pub(super) fn forecast(self, past: &[f64], ahead: usize) -> Vec<f64> {
        let week = &past[past.len() - WEEK..];
        let mean = week.iter().sum::<f64>() / WEEK as f64;
        let recent = &past[past.len().saturating_sub(BACK)..];
        let next = |of: &dyn Fn(usize) -> f64| (0..ahead).map(|day| of(day).max(0.0)).collect();
        match self {
            Self::LastWeek => next(&|day| week[day % WEEK]),
            Self::WeekMean => next(&|_| mean),
            Self::Profile => {
                let shape = shape(recent);
                next(&|day| mean * shape[day % WEEK])
            }
            Self::Line => {
                let (slope, middle) = least_squares(recent);
                next(&|day| middle + slope * beyond(recent, day))
            }
            Self::MedianLine => {
                let (slope, middle) = median_line(recent);
                next(&|day| middle + slope * beyond(recent, day))
            }
        }
    }
}

/// How far a day ahead lies from the middle of some days.
fn beyond(days: &[f64], ahead: usize) -> f64 {
    (days.len() - 1) as f64 / 2.0 + 1.0 + ahead as f64
}

/// Of each coming day of a week its usual part of a mean day; ones where nothing came.
fn shape(days: &[f64]) -> [f64; WEEK] {
    let weeks = &days[days.len() % WEEK..];
    let mean = weeks.iter().sum::<f64>() / weeks.len() as f64;
    let of = |day: usize| {
        let same: Vec<f64> = weeks.iter().skip(day).step_by(WEEK).copied().collect();
        same.iter().sum::<f64>() / same.len() as f64
    };
    std::array::from_fn(|day| if mean > 0.0 { of(day) / mean } else { 1.0 })
}

/// The slope of the least-squares line, and its height in the middle.
fn least_squares(days: &[f64]) -> (f64, f64) {
    let middle = (days.len() - 1) as f64 / 2.0;
    let mean = days.iter().sum::<f64>() / days.len() as f64;
    let sums = days.iter().zip(0..).fold((0.0, 0.0), |(xx, xy), (value, day)| {
        let x = f64::from(day) - middle;
        (xx + x * x, xy + x * (value - mean))
    });
    (if sums.0 > 0.0 { sums.1 / sums.0 } else { 0.0 }, mean)
}

/// The same of the line with the median slope through the median day.
fn median_line(days: &[f64]) -> (f64, f64) {
    let points: Vec<(f64, f64)> = days.iter().zip(0..).map(|(value, day)| (f64::from(day), *value)).collect();
    let mut sorted = days.to_vec();
    sorted.sort_by(f64::total_cmp);
    (theil_sen(&points, 0.0).map_or(0.0, |found| found.slope), median(&sorted).unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{normal, share_of};
    use super::*;

    /// Days with the shape of a week, a growth a day, and chance.
    fn series(chance: &mut fastrand::Rng, n: usize, growth: f64, noise: f64) -> Vec<f64> {
        let day = |day: usize| {
            let weekend = if day % 7 >= 5 { 0.5 } else { 1.0 };
            let level = 100.0 * (1.0 + growth * day as f64) * weekend;
            (level * (1.0 + noise * normal(chance))).max(0.0)
        };
        (0..n).map(day).collect()
    }

    #[test]
    fn what_repeats_itself_is_foreseen_exactly() {
        let weeks: Vec<f64> = (0..28).map(|day| [1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0][day % 7]).collect();
        let outlook = outlook(&weeks, 7).unwrap();
        assert_eq!((outlook.sum, outlook.sum_off, &outlook.days[..3]), (15.0, 0.0, &[1.0, 2.0, 3.0][..]));
        assert_eq!((outlook.past_error, outlook.naive_error), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn a_line_goes_on() {
        let line: Vec<f64> = (0..30).map(|day| 10.0 + f64::from(day)).collect();
        let outlook = outlook(&line, 7).unwrap();
        assert!((outlook.sum - (40.0 + 46.0) / 2.0 * 7.0).abs() < 1e-6, "{outlook:?}");
        assert!(outlook.past_error < outlook.naive_error);
    }

    #[test]
    fn short_series_and_empty_ones() {
        assert_eq!((outlook(&[1.0; 20], 7), outlook(&[1.0; 89], 30)), (None, None));
        let nothing = outlook(&[0.0; 21], 7).unwrap();
        assert_eq!((nothing.sum, nothing.sum_off, nothing.past_error), (0.0, 0.0, None));
    }

    #[test]
    fn intervals_hold_what_comes_about_as_often_as_they_say() {
        let mut chance = fastrand::Rng::with_seed(4);
        for (n, ahead, growth) in [(21, 7, 0.0), (30, 7, 0.01), (60, 7, 0.0), (90, 30, 0.0), (120, 30, 0.003)] {
            let held = share_of(400, |_| {
                let all = series(&mut chance, n + ahead, growth, 0.2);
                let outlook = outlook(&all[..n], ahead).unwrap();
                let came: f64 = all[n..].iter().sum();
                (came - outlook.sum).abs() <= outlook.sum_off
            });
            println!("{ahead} days ahead of {n}, {growth} a day: {held} held");
            assert!((0.70..0.95).contains(&held), "{n} {ahead} {growth}: {held}");
        }
    }

    #[test]
    fn the_chosen_method_is_no_worse_than_the_naive_one() {
        let mut chance = fastrand::Rng::with_seed(6);
        let (mut chosen, mut naive) = (0.0, 0.0);
        for _ in 0..200 {
            let all = series(&mut chance, 42, 0.01, 0.2);
            let came: f64 = all[35..].iter().sum();
            chosen += (came - outlook(&all[..35], 7).unwrap().sum).abs();
            naive += (came - Method::LastWeek.forecast(&all[..35], 7).iter().sum::<f64>()).abs();
        }
        println!("a week ahead: off by {} of what the last week is off by", chosen / naive);
        assert!(chosen <= 1.05 * naive, "{chosen} {naive}");
    }
}
