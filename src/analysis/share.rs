//! A part of a whole.

/// `part` ÷ `whole`; `None` of nothing, because no share of nothing is known.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_share_of_nothing() {
        assert_eq!((share(1, 4), share(0, 4), share(0, 0)), (Some(0.25), Some(0.0), None));
    }
}
