//! What a month would cost, and how much less people would wait, if all levers of the findings were pulled. They are one replay, so
//! that nothing is saved twice; what no lever replays is not in it.

use serde::Serialize;

use super::bottleneck::Bottlenecks;
use super::replay::{Estimate, Saved, Saving};

/// What all levers together would bring, each with its middle 80%.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outlook {
    /// The share of all response time that is saved; `None` unless it is surely some.
    pub time_share: Option<Estimate>,
    /// The share of all cost that is saved; `None` unless it is surely some.
    pub cost_share: Option<Estimate>,
    /// Dollars for 30 days as it is; `None` below a week.
    pub usd_before: Option<f64>,
    /// Dollars for 30 days as it would be: `usd_before`, less that share.
    pub usd_after: Option<Estimate>,
}

impl Outlook {
    /// What the levers of the findings would bring to a month of this cost; `None` where none surely brings anything.
    pub fn of(found: &Bottlenecks, usd_for_30_days: Option<f64>) -> Option<Self> {
        let saving = combined(found)?;
        let (time_share, cost_share) = (saving.ms.and_then(sure), saving.usd.and_then(sure));
        let usd_before = usd_for_30_days.filter(|usd| *usd > 0.0 && cost_share.is_some());
        let usd_after = usd_before.zip(cost_share).map(|(usd, saved)| left(usd, saved));
        (time_share.is_some() || cost_share.is_some()).then_some(Self { time_share, cost_share, usd_before, usd_after })
    }
}

/// What all levers save together: with a single one, what it saves.
fn combined(found: &Bottlenecks) -> Option<&Saving> {
    let single = || found.findings.iter().find(|finding| finding.lever.is_some()).map(|finding| &finding.saving);
    found.together.as_ref().or_else(single)
}

/// The share of all that is saved, where nine chances in ten are that it is more than nothing.
fn sure(saved: Saved) -> Option<Estimate> {
    Some(saved.share_of_all).filter(|share| share.low.is_some_and(|low| low > 0.0))
}

fn left(usd: f64, saved: Estimate) -> Estimate {
    let after = |share: f64| usd * (1.0 - share.min(1.0));
    Estimate { mean: after(saved.mean), low: saved.high.map(after), high: saved.low.map(after) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, Window};

    fn saved(mean: f64, half: Option<f64>) -> Saved {
        let share = Estimate { mean, low: half.map(|half| mean - half), high: half.map(|half| mean + half) };
        Saved { per_affected_call: 1.0, per_day: share, share_of_affected: mean, share_of_all: share }
    }

    fn of(ms: Option<Saved>, usd: Option<Saved>, month: Option<f64>) -> Option<Outlook> {
        let window = Window { from: Timestamp(0), to: Timestamp(Timestamp::DAY) };
        let together = Some(Saving { affected: 1, ms, usd });
        let found = Bottlenecks {
            n: 1,
            sample_n: 1,
            ok_n: 1,
            window,
            rows_since: None,
            findings: Vec::new(),
            too_few: Vec::new(),
            together,
        };
        Outlook::of(&found, month)
    }

    #[test]
    fn a_month_costs_what_is_left_of_it() {
        let outlook = of(Some(saved(0.25, Some(0.05))), Some(saved(0.5, Some(0.25))), Some(280.0)).unwrap();
        assert_eq!(outlook.usd_before, Some(280.0));
        assert_eq!(outlook.usd_after, Some(Estimate { mean: 140.0, low: Some(70.0), high: Some(210.0) }));
        assert_eq!(outlook.time_share.map(|share| share.mean), Some(0.25));
    }

    #[test]
    fn what_is_not_sure_is_not_promised() {
        assert_eq!(of(Some(saved(0.25, None)), Some(saved(0.1, Some(0.2))), Some(280.0)), None);
        assert_eq!(of(None, None, Some(280.0)), None);
        let only_time = of(Some(saved(0.25, Some(0.05))), Some(saved(0.1, Some(0.2))), Some(280.0)).unwrap();
        assert_eq!((only_time.cost_share, only_time.usd_before, only_time.usd_after), (None, None, None));
    }

    #[test]
    fn below_a_week_there_is_a_share_but_no_month() {
        let outlook = of(None, Some(saved(0.5, Some(0.25))), None).unwrap();
        assert!(outlook.cost_share.is_some() && outlook.usd_before.is_none() && outlook.usd_after.is_none());
    }
}
