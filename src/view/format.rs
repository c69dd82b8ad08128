//! How single values look: times, tokens, money, shares, names.

use std::borrow::Cow;

use chrono_tz::Tz;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::Timestamp;

/// What stands where a figure does not.
pub const NONE: &str = "–";

/// A length of time in milliseconds: `850ms`, `2.3s`, `12.3s`, `2m 05s`, `3h 12m`.
pub fn duration(ms: f64) -> String {
    let whole = ms.round() as u64;
    match whole {
        0 if ms > 0.0 => "<1ms".to_owned(),
        0..1_000 => format!("{whole}ms"),
        1_000..120_000 => format!("{:.1}s", ms / 1e3),
        120_000..7_200_000 => format!("{}m {:02}s", whole / 60_000, whole / 1_000 % 60),
        _ => format!("{}h {:02}m", count(whole / 3_600_000), whole / 60_000 % 60),
    }
}

/// A length of time in milliseconds, in seconds where a tenth of one says enough: `0.4s`, `1.1s`.
pub fn seconds(ms: f64) -> String {
    if (100.0..1_000.0).contains(&ms) { format!("{:.1}s", ms / 1e3) } else { duration(ms) }
}

/// A whole number with its thousands apart: `4,200`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Many of something, shortened: `4,200`, `68.5K`, `680K`, `1.2M`.
pub fn tokens(n: u64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, "B"), (1e6, "M"), (1e3, "K")];
    if n < 10_000 {
        return count(n);
    }
    let size = n as f64;
    // What rounds up to a thousand of a unit is one of the next.
    let (unit, sign) = UNITS.into_iter().find(|(unit, _)| size >= unit * 0.9995).unwrap_or((1e3, "K"));
    let digits = if size / unit < 99.95 { format!("{:.1}", size / unit) } else { format!("{:.0}", size / unit) };
    format!("{}{sign}", digits.strip_suffix(".0").unwrap_or(&digits))
}

/// Dollars: `$12.40`, `$1,234.50`, and as many places as it takes for small amounts: `$0.0009`.
pub fn dollars(usd: f64) -> String {
    let size = usd.abs();
    let sign = if usd < 0.0 { "-" } else { "" };
    if size > 0.0 && size < 0.1 {
        return format!("{sign}${}", significant(size, 2));
    }
    let cents = (size * 100.0).round() as u64;
    format!("{sign}${}.{:02}", count(cents / 100), cents % 100)
}

/// Dollars, or that they are unknown.
pub fn cost(usd: Option<f64>) -> String {
    usd.map_or_else(|| "unknown".to_owned(), dollars)
}

/// A number below a million in about three digits: `0.0042`, `0.22`, `3.50`, `45.2`, `1,230`.
pub fn number(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        small if small < 0.1 => significant(small, 2),
        middle if middle < 9.995 => format!("{middle:.2}"),
        large if large < 99.95 => format!("{large:.1}"),
        _ => count(value.round() as u64),
    }
}

/// A share of one: `45%`, `3.8%`; never `0%` for some nor `100%` for less than all.
pub fn share(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        0.0 => "0%".to_owned(),
        tiny if tiny < 0.05 => "<0.1%".to_owned(),
        small if small < 9.95 => format!("{}%", trimmed(&format!("{small:.1}"), 0)),
        nearly if (99.5..100.0).contains(&nearly) => ">99%".to_owned(),
        _ => format!("{percent:.0}%"),
    }
}

/// A point in time on the clocks of a zone: `2026-11-21 14:03 UTC`.
pub fn moment(at: Timestamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// Text in at most `width` columns. What is too long ends in `…`; a last word in brackets, like `(simulated)`, stays.
pub fn fit(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let kept = text.rfind(" (").filter(|_| text.ends_with(')')).map_or("", |at| &text[at..]);
    let kept = if kept.width() + 2 > width { "" } else { kept };
    let mut room = width.saturating_sub(kept.width() + 1);
    let fits = |c: &char| {
        let needed = c.width().unwrap_or(0);
        let fits = needed <= room;
        room = room.saturating_sub(needed);
        fits
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{}…{kept}", start.trim_end())
}

/// Names that stand beside each other, each in at most `width` columns. Those that would look alike lose their beginning
/// instead of their end.
pub fn fit_all(names: &[String], width: usize) -> Vec<String> {
    let cut: Vec<String> = names.iter().map(|name| fit(name, width)).collect();
    let looks_alike = |at: usize| (0..cut.len()).any(|other| cut[other] == cut[at] && names[other] != names[at]);
    let shown = |at: usize| if looks_alike(at) { end(&names[at], width) } else { cut[at].clone() };
    (0..cut.len()).map(shown).collect()
}

/// The end of a text that fits behind `…`.
fn end(text: &str, width: usize) -> String {
    let text = clean(text);
    let from = text.char_indices().map(|(at, _)| at).find(|at| text[*at..].width() < width);
    format!("…{}", &text[from.unwrap_or(text.len())..])
}

/// Text on one line, without control characters and without marks that turn the direction of writing.
pub fn clean(text: &str) -> Cow<'_, str> {
    let seen = |c: char| match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        control if control.is_control() => None,
        other => Some(other),
    };
    let is_clean = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_clean { text.into() } else { text.chars().filter_map(seen).collect() }
}

/// A number below one to so many significant digits, but at least two places.
fn significant(value: f64, digits: i32) -> String {
    let places = (digits - 1 - value.log10().floor() as i32).clamp(2, 15) as usize;
    trimmed(&format!("{value:.places$}"), 2)
}

/// A decimal number without the zeros at its end, but with at least so many places.
fn trimmed(number: &str, places: usize) -> String {
    let Some(point) = number.find('.') else { return number.to_owned() };
    let least = if places == 0 { point } else { point + 1 + places };
    let kept = number.trim_end_matches('0').trim_end_matches('.').len();
    number[..kept.max(least).min(number.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Copy>(show: impl Fn(T) -> String, cases: &[(T, &str)]) {
        for (value, text) in cases {
            assert_eq!(show(*value), *text);
        }
    }

    #[test]
    fn durations() {
        check(
            duration,
            &[
                (0.0, "0ms"),
                (0.4, "<1ms"),
                (850.0, "850ms"),
                (999.4, "999ms"),
                (999.6, "1.0s"),
                (2_345.0, "2.3s"),
                (12_345.0, "12.3s"),
                (101_930.0, "101.9s"),
                (125_000.0, "2m 05s"),
                (11_520_000.0, "3h 12m"),
                (3.6e12, "1,000,000h 00m"),
            ],
        );
        check(seconds, &[(40.0, "40ms"), (400.0, "0.4s"), (1_100.0, "1.1s")]);
    }

    #[test]
    fn tokens_and_counts() {
        check(
            tokens,
            &[
                (0, "0"),
                (4_200, "4,200"),
                (9_999, "9,999"),
                (10_000, "10K"),
                (68_540, "68.5K"),
                (99_960, "100K"),
                (680_000, "680K"),
                (999_400, "999K"),
                (999_600, "1M"),
                (1_200_000, "1.2M"),
                (2_500_000_000, "2.5B"),
            ],
        );
        check(count, &[(999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")]);
    }

    #[test]
    fn dollars_are_never_rounded_to_nothing() {
        check(
            dollars,
            &[
                (0.0, "$0.00"),
                (12.4, "$12.40"),
                (1_234.5, "$1,234.50"),
                (0.12, "$0.12"),
                (0.0996, "$0.10"),
                (0.08, "$0.08"),
                (0.0149, "$0.015"),
                (0.0009, "$0.0009"),
                (0.000_000_001, "$0.000000001"),
                (-0.08, "-$0.08"),
            ],
        );
        check(cost, &[(None, "unknown"), (Some(0.0), "$0.00")]);
    }

    #[test]
    fn shares_and_numbers() {
        check(
            share,
            &[
                (0.0, "0%"),
                (0.0001, "<0.1%"),
                (0.0005, "0.1%"),
                (0.038, "3.8%"),
                (0.08, "8%"),
                (0.0996, "10%"),
                (0.45, "45%"),
                (0.996, ">99%"),
                (1.0, "100%"),
            ],
        );
        check(
            number,
            &[(0.0, "0"), (0.0042, "0.0042"), (0.22, "0.22"), (3.5, "3.50"), (45.23, "45.2"), (1230.0, "1,230")],
        );
    }

    #[test]
    fn names_fit_and_stay_simulated() {
        assert_eq!(fit("haiku", 5), "haiku");
        assert_eq!(fit("claude-sonnet-4-5-20250929", 14), "claude-sonnet…");
        assert_eq!(fit("A simulated slow model (simulated)", 22), "A simulat… (simulated)");
        assert_eq!(fit("a model with (a bracket that is longer than all)", 12), "a model wit…");
        assert_eq!(fit("🐌🐌🐌🐌", 5), "🐌🐌…");
    }

    #[test]
    fn names_beside_each_other_stay_apart() {
        let fitted = |names: &[&str]| fit_all(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), 20);
        let (sonnet, haiku) = ("anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic.claude-3-5-haiku-20241022-v1:0");
        assert_eq!(fitted(&[sonnet, "gpt-4o"]), ["anthropic.claude-3-…", "gpt-4o"]);
        assert_eq!(fitted(&[sonnet, haiku, "gpt-4o"]), ["…onnet-20241022-v2:0", "…haiku-20241022-v1:0", "gpt-4o"]);
        assert_eq!(fitted(&[sonnet, sonnet]), ["anthropic.claude-3-…"; 2]);
        assert_eq!(
            fitted(&["通义千问通义千问通义千问一", "通义千问通义千问通义千问二"]),
            ["…通义千问通义千问一", "…通义千问通义千问二"]
        );
    }

    #[test]
    fn control_characters_go() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}d\u{7}"), "a[31mb cd");
    }

    #[test]
    fn moments_stand_on_the_clocks_of_their_zone() {
        let at: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        assert_eq!(moment(at, Tz::UTC), "2026-07-01 12:00 UTC");
        assert_eq!(moment(at, Tz::Europe__Berlin), "2026-07-01 14:00 CEST");
    }
}
