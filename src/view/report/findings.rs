//! What a report comes to, in sentences: what is known, and of what moves only what is more than chance.

use super::super::format::{count, dollars, duration, fit, share};
use super::super::stats::or_none;
use super::super::{Frame, bottlenecks, heatmap, history, words};
use super::Whole;
use crate::analysis::report::Report;

/// Columns for the name of a model in a line.
const NAME_COLUMNS: usize = 40;

/// A model is named for its cost if it has so large a share of it.
const MOST_OF_THE_COST: f64 = 0.5;

pub fn findings(whole: Whole<'_>, frame: &Frame) -> Vec<String> {
    let report = whole.report;
    let first = [Some(response_times(report)), spent(report), dearest(report, frame), failed(report), wasted(report)];
    let mut findings: Vec<String> = first.into_iter().flatten().collect();
    findings.extend(history::findings(&report.history, frame));
    findings.extend(heatmap::slowest(&report.heatmap.insight));
    findings.extend(bottlenecks::findings(whole.found, frame));
    findings
}

fn response_times(report: &Report) -> String {
    let times = &report.response_time_ms;
    if times.n == 0 {
        return "No call with a known time ended ok".to_owned();
    }
    let p95 = times.firm_p95().map_or_else(String::new, |p95| format!(", P95 {}", duration(p95)));
    let (mean, median) = (or_none(times.mean, duration), or_none(times.p50, duration));
    format!("Average response time: {mean} (median {median}{p95}, n={})", count(times.n))
}

fn spent(report: &Report) -> Option<String> {
    let cost = &report.cost;
    let days = report.window.length().as_secs() / 86_400.0;
    let other = cost.per_30_days_usd.filter(|_| !(29.0..=31.1).contains(&days));
    let month = other.map_or_else(String::new, |usd| format!(", {} for 30 days", dollars(usd)));
    let known = match cost.known_share {
        Some(known) if known < 1.0 => format!("; known for {} of answers", share(known)),
        _ => String::new(),
    };
    Some(format!("Cost: {}{month} (n={}{known})", dollars(cost.usd?), count(cost.n)))
}

fn dearest(report: &Report, frame: &Frame) -> Option<String> {
    let is_dear = |share: &f64| *share >= MOST_OF_THE_COST && report.models.len() > 1;
    let (dearest, of_cost) = report.models.iter().find_map(|model| Some((model, model.cost_share.filter(is_dear)?)))?;
    let name = fit(&(frame.label)(&dearest.of), NAME_COLUMNS);
    Some(format!("{} of the cost goes to {name}, for {} of the calls", share(of_cost), or_none(dearest.share, share)))
}

fn failed(report: &Report) -> Option<String> {
    let errors = &report.errors;
    let (most, n) = errors.by_class.0.first()?;
    let often = match errors.by_class.0.len() {
        1 => words::outcome(*most).to_lowercase(),
        _ => format!("most often {}, {}", words::outcome(*most).to_lowercase(), count(*n)),
    };
    Some(format!("{} of calls failed ({} of {}: {often})", share(errors.rate?), count(errors.total), count(report.n)))
}

fn wasted(report: &Report) -> Option<String> {
    let time = report.waste.ms.filter(|ms| *ms > 0.0).map(duration);
    let money = report.waste.usd.filter(|usd| *usd > 0.0).map(dollars);
    let wasted: Vec<String> = time.into_iter().chain(money).collect();
    (!wasted.is_empty()).then(|| format!("Failed, cut and stopped answers took {}", wasted.join(" and ")))
}
