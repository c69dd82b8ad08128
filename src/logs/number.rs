//! Numbers in logs, read from their decimal text. Nothing goes through a float, so no digit is lost on the way.

/// A decimal number as it is written: `digits` × 10^`exponent`, with a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: u128,
    exponent: i32,
}

/// Digits beyond these cannot move a result by a microsecond or a nano-dollar; they are dropped.
const KEPT_DIGITS: u32 = 34;
/// Beyond this power of ten no log has a sensible figure, and the arithmetic stays within 128 bits.
const LARGEST_EXPONENT: i32 = 60;

impl Decimal {
    /// Reads `-12.5`, `+3`, `.5`, `2.05e-05`. `None` for anything else: words, NaN, infinity, separators of thousands.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut number = Self { negative, digits: 0, exponent };
        let mut kept = 0;
        for (behind_point, byte) in whole.bytes().map(|b| (false, b)).chain(fraction.bytes().map(|b| (true, b))) {
            number.push(byte, behind_point, &mut kept)?;
        }
        if number.digits == 0 {
            number.exponent = 0;
        }
        (number.exponent.abs() <= LARGEST_EXPONENT).then_some(number)
    }

    fn push(&mut self, byte: u8, behind_point: bool, kept: &mut u32) -> Option<()> {
        let digit = byte.is_ascii_digit().then(|| u128::from(byte - b'0'))?;
        if *kept < KEPT_DIGITS {
            self.digits = self.digits * 10 + digit;
            *kept += u32::from(self.digits > 0);
            self.exponent = self.exponent.checked_sub(i32::from(behind_point))?;
        } else {
            self.exponent = self.exponent.checked_add(i32::from(!behind_point))?;
        }
        Some(())
    }

    /// Whether it is below zero. `-0` is not.
    pub fn is_negative(self) -> bool {
        self.negative && self.digits > 0
    }

    /// The value × 10^`power`, to the nearest whole number, halves away from zero. `None` where it does not fit.
    pub fn rounded(self, power: i32) -> Option<i64> {
        self.scaled(power, |whole, rest, divisor| whole + u128::from(rest >= divisor - rest && rest > 0))
    }

    /// The value × 10^`power`, with all behind the point cut off.
    pub fn cut(self, power: i32) -> Option<i64> {
        self.scaled(power, |whole, _, _| whole)
    }

    /// The value, if it is a whole number (`12`, `12.0`).
    pub fn whole(self) -> Option<i64> {
        self.is_whole().then(|| self.cut(0)).flatten()
    }

    fn is_whole(self) -> bool {
        let behind_point = u32::try_from(-self.exponent).unwrap_or(0);
        self.digits == 0 || 10u128.checked_pow(behind_point).is_some_and(|unit| self.digits.is_multiple_of(unit))
    }

    fn scaled(self, power: i32, settle: impl Fn(u128, u128, u128) -> u128) -> Option<i64> {
        let shift = self.exponent + power;
        let size = match 10u128.checked_pow(shift.unsigned_abs()) {
            Some(factor) if shift >= 0 => self.digits.checked_mul(factor)?,
            Some(divisor) => settle(self.digits / divisor, self.digits % divisor, divisor),
            None if shift < 0 => 0,
            None => return None,
        };
        let size = i64::try_from(size).ok()?;
        Some(if self.negative { -size } else { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(text: &str, power: i32) -> Option<i64> {
        Decimal::parse(text)?.rounded(power)
    }

    #[test]
    fn seconds_become_microseconds_to_the_nearest() {
        assert_eq!(rounded("0.5575600349999945", 6), Some(557_560));
        assert_eq!(rounded("2.0578998373821378e-05", 6), Some(21));
        assert_eq!(rounded("1.5", 0), Some(2));
        assert_eq!(rounded("1.4999999999999999999999999999999999999999", 0), Some(1));
        assert_eq!(rounded("-1.5", 0), Some(-2));
        assert_eq!(rounded("1e3", 6), Some(1_000_000_000));
        assert_eq!(rounded("0e2147483647", 6), Some(0));
        assert_eq!(rounded("1e-60", 6), Some(0));
        assert_eq!(rounded("1e60", 6), None);
    }

    #[test]
    fn sixteen_digits_survive_where_a_float_would_slip() {
        let at = Decimal::parse("1787267980.0827403").unwrap();
        assert_eq!((at.cut(6), at.rounded(6)), (Some(1_787_267_980_082_740), Some(1_787_267_980_082_740)));
        assert_eq!(Decimal::parse("9007199254740993").unwrap().whole(), Some(9_007_199_254_740_993));
    }

    #[test]
    fn whole_numbers_may_carry_a_point() {
        let whole = |text| Decimal::parse(text).and_then(Decimal::whole);
        assert_eq!(whole("151.0"), Some(151));
        assert_eq!(whole("1.51e2"), Some(151));
        assert_eq!(whole("151.5"), None);
        assert_eq!(whole("0.0"), Some(0));
        assert_eq!(whole("99999999999999999999"), None);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "NaN", "inf", "1,5", "1 5", "0x10", "1e", "1e99", "--1", "1.2.3", "٣"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[-+.eE0-9]{0,50}|\\PC{0,12}", power in -3i32..=9) {
            if let Some(number) = Decimal::parse(&text) {
                _ = (number.rounded(power), number.cut(power), number.whole(), number.is_negative());
            }
        }

        #[test]
        fn agrees_with_whole_microseconds(micros in 0i64..=86_400_000_000) {
            let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
            proptest::prop_assert_eq!(rounded(&text, 6), Some(micros));
        }
    }
}
