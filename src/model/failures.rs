//! Why attempts of a call failed: a class each, in their order, packed into one number, so that a row carries them as it
//! carries a count. It knows no times; those are sums of the call.

use std::fmt;
use std::str::FromStr;

use super::ErrorClass;

/// Why the attempts of a call failed, the first fifteen of them. Empty where none did, and where nobody noted why.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Failures(u64);

/// Bits of an attempt: 0 for none, else the position of its class in [`ErrorClass::ALL`], from 1.
const BITS: u32 = 4;
/// How many attempts fit. A call of our own makes at most eleven.
const MOST: usize = 15;

impl Failures {
    /// Those of a stored number.
    pub fn from_code(code: u64) -> Self {
        Self(code)
    }

    /// Its stored number: attempt by attempt from the lowest bits on. It fits a signed number as well.
    pub fn code(self) -> u64 {
        self.0
    }

    /// Whether nothing is noted.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The classes, in the order of the attempts.
    pub fn classes(self) -> impl Iterator<Item = ErrorClass> {
        let digits = (0..MOST as u32).map(move |attempt| (self.0 >> (BITS * attempt)) & ((1 << BITS) - 1));
        let noted = digits.take_while(|digit| *digit != 0);
        noted.map(|digit| ErrorClass::ALL.get(digit as usize - 1).copied().unwrap_or(ErrorClass::Other))
    }
}

impl FromIterator<ErrorClass> for Failures {
    fn from_iter<I: IntoIterator<Item = ErrorClass>>(classes: I) -> Self {
        let digits = classes.into_iter().take(MOST).map(|class| class as u64 + 1);
        Self((0..).zip(digits).fold(0, |code, (attempt, digit)| code | digit << (BITS * attempt)))
    }
}

impl fmt::Display for Failures {
    /// The words of the classes with spaces between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.classes().map(ErrorClass::as_str).collect();
        f.pad(&words.join(" "))
    }
}

impl fmt::Debug for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.classes()).finish()
    }
}

impl FromStr for Failures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let class = |word: &str| {
            let found = ErrorClass::ALL.into_iter().find(|class| class.as_str() == word);
            found.ok_or_else(|| format!("there is no class of failures {word:?}"))
        };
        text.split_whitespace().map(class).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    proptest! {
        #[test]
        fn what_is_noted_is_read_again(classes in prop::collection::vec(select(&ErrorClass::ALL[..]), 0..20)) {
            let failures: Failures = classes.iter().copied().collect();
            let kept = &classes[..classes.len().min(MOST)];
            prop_assert_eq!(failures.classes().collect::<Vec<_>>(), kept);
            prop_assert_eq!(failures.is_empty(), classes.is_empty());
            prop_assert_eq!(failures.to_string().parse(), Ok(failures));
            prop_assert_eq!(Failures::from_code(failures.code()), failures);
            prop_assert!(i64::try_from(failures.code()).is_ok());
        }
    }

    #[test]
    fn the_stored_number_is_fixed() {
        let failures: Failures = [ErrorClass::RateLimit, ErrorClass::Server, ErrorClass::Other].into_iter().collect();
        assert_eq!((failures.code(), failures.to_string().as_str()), (0xa41, "rate_limit server other"));
        assert_eq!("busy".parse::<Failures>(), Err("there is no class of failures \"busy\"".to_owned()));
    }
}
