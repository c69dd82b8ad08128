//! Methods of statistics: samples, counts and series in, figures out. Nothing here knows of calls, models or verdicts in
//! words; what a figure means for people is said by the reports that use it.
//!
//! One method a file. Formulas, sources and limits stand in `docs/analysis.md`.

mod change_points;
mod clusters;
mod false_discovery;
mod forecasting;
mod least_absolute;
mod normal;
mod one_way;
mod rank_test;
mod sample;
mod tail;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod theil_sen;
mod trend;
mod wilson;

pub use change_points::{CHANGE_POINTS_FROM, change_points};
pub use clusters::{ClusteredMean, Part, difference};
pub use false_discovery::discoveries;
pub use forecasting::{Method, Outlook, needed as outlook_needs, outlook};
pub use least_absolute::{dot, least_absolute};
pub use normal::two_sided;
pub use one_way::{Deviation, Weighed, deviations};
pub use rank_test::{RankTest, STRATUM_FROM, Stratum, van_elteren};
pub use sample::Sample;
pub use tail::{TAIL_FROM, TAIL_REFERENCE_FROM, exceedance_tail};
pub use theil_sen::{Slope, theil_sen};
pub use trend::{TREND_FROM, Trend, mann_kendall};
pub use wilson::{Interval, wilson, wilson_clustered};
