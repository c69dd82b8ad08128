//! A distribution as text: a bar for each bin, percentiles named beside the bin they lie in.

use super::super::{Distribution, Unit};
use super::{LEAST_COLUMNS, bar, padded, padded_left, widest};
use crate::view::format::fit;

pub(in super::super) fn distribution(chart: &Distribution, columns: usize) -> Vec<String> {
    let columns = columns.max(LEAST_COLUMNS);
    let labels: Vec<String> = chart.bins.iter().map(|bin| chart.bin_label(bin)).chain(chart.beyond_label()).collect();
    let counts: Vec<u64> = chart.counts();
    let written: Vec<String> = counts.iter().map(|count| Unit::Count.write(*count as f64)).collect();
    let named: Vec<String> = (0..counts.len()).map(|at| percentiles(chart, at)).collect();
    let label = widest(labels.iter().map(String::as_str), columns / 3);
    let count = widest(written.iter().map(String::as_str), 8);
    let free = columns.saturating_sub(label + count + 6);
    let beside = widest(named.iter().map(String::as_str), free.saturating_sub(LEAST_BAR));
    let room = free.saturating_sub(beside).max(LEAST_BAR);
    let most = counts.iter().max().copied().unwrap_or(0).max(1) as f64;
    let mut lines = vec![fit(&chart.title, columns)];
    for (at, n) in counts.iter().enumerate() {
        let bar = padded(&bar(*n as f64 / most * room as f64), room);
        let line = format!(
            "{}  {}  {bar}  {}",
            padded_left(&labels[at], label),
            padded_left(&written[at], count),
            fit(&named[at], beside)
        );
        lines.push(line.trim_end().to_owned());
    }
    if counts.is_empty() {
        lines.push("no data".to_owned());
    }
    lines
}

/// The least room for bars.
const LEAST_BAR: usize = 4;

/// The percentiles that lie in a bin: `← P50 2.1s`.
fn percentiles(chart: &Distribution, bin: usize) -> String {
    let within = chart.percentiles.iter().filter(|percentile| chart.position(percentile.value) as usize == bin);
    let named: Vec<String> =
        within.map(|percentile| format!("{} {}", percentile.label, chart.unit.write(percentile.value))).collect();
    if named.is_empty() { String::new() } else { format!("← {}", named.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;

    #[test]
    fn wide() {
        insta::assert_snapshot!(samples::distribution().text(72).join("\n"), @"
        Response times (last 24h, n=1,620)
         0–0.5s   12  █▍
        0.5s–1s  148  ████████████████▉
        1s–1.5s  402  ██████████████████████████████████████████████
        1.5s–2s  377  ███████████████████████████████████████████▏    ← P50 1.8s
        2s–2.5s  251  ████████████████████████████▊
        2.5s–3s  160  ██████████████████▎
        3s–3.5s   97  ███████████▏
        3.5s–4s   61  ███████
        4s–4.5s   40  ████▋
        4.5s–5s   22  ██▌                                             ← P95 4.6s
        5s–5.5s   14  █▋
        5.5s–6s    9  █
        over 6s   27  ███▏
        ");
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(samples::distribution().text(40).join("\n"), @"
        Response times (last 24h, n=1,620)
         0–0.5s   12  ▍
        0.5s–1s  148  █████▏
        1s–1.5s  402  ██████████████
        1.5s–2s  377  █████████████▏  ← P50 1.8s
        2s–2.5s  251  ████████▊
        2.5s–3s  160  █████▋
        3s–3.5s   97  ███▍
        3.5s–4s   61  ██▏
        4s–4.5s   40  █▍
        4.5s–5s   22  ▊               ← P95 4.6s
        5s–5.5s   14  ▌
        5.5s–6s    9  ▍
        over 6s   27  █
        ");
    }
}
