//! Lengths of time as people write them: `30s`, `1m30s`, `24h`, `7d`, `4w`.

use std::time::Duration;

/// The units, longest first, with their milliseconds.
const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads numbers with their units (`w`, `d`, `h`, `m`, `s`, `ms`, in either case), which add up. A bare number is no
/// length of time, and neither is one with a sign or a fraction.
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim().to_ascii_lowercase();
    let mut rest = text.as_str();
    let mut millis: u64 = 0;
    while !rest.is_empty() {
        let (number, behind) = split(rest, |c| c.is_ascii_digit());
        let (unit, behind) = split(behind, |c| c.is_ascii_alphabetic());
        let (_, worth) = UNITS.iter().find(|(name, _)| *name == unit)?;
        millis = millis.checked_add(number.parse::<u64>().ok()?.checked_mul(*worth)?)?;
        rest = behind.trim_start();
    }
    (!text.is_empty()).then(|| Duration::from_millis(millis))
}

/// Writes a length of time as [`parse`] reads it, in days and less. What is shorter than a millisecond is left out.
pub fn written(length: Duration) -> String {
    let mut rest = length.as_millis();
    let mut text = String::new();
    for (unit, worth) in UNITS.into_iter().filter(|(unit, _)| *unit != "w") {
        let worth = u128::from(worth);
        if rest >= worth {
            text += &format!("{}{unit}", rest / worth);
            rest %= worth;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

/// The characters at the start that fit, and what follows them.
fn split(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !fits(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        let seconds = |text| parse(text).map(|length| length.as_secs_f64());
        assert_eq!(seconds("30s"), Some(30.0));
        assert_eq!(seconds("90m"), Some(5_400.0));
        assert_eq!(seconds(" 1m30s "), Some(90.0));
        assert_eq!(seconds("1m 30s"), Some(90.0));
        assert_eq!(seconds("24h"), Some(86_400.0));
        assert_eq!(seconds("7D"), Some(604_800.0));
        assert_eq!(seconds("4w"), Some(2_419_200.0));
        assert_eq!(seconds("250ms"), Some(0.25));
        assert_eq!(seconds("0s"), Some(0.0));
    }

    #[test]
    fn refuses_what_has_no_unit_no_number_or_no_end() {
        for text in ["", " ", "30", "s", "30 s", "30sec", "-1s", "1.5h", "99999999999999999999d", "1m30", "1y", "é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millis in 0..10_000_000_000_u64) {
            let length = Duration::from_millis(millis);
            prop_assert_eq!(parse(&written(length)), Some(length));
        }
    }
}
