//! Which of many tests to believe (Benjamini and Hochberg 1995).

/// Which of these probabilities may be believed so that of those believed at most a share of `rate` is expected to be
/// chance: all up to the largest k-th smallest with p₍ₖ₎ ≤ rate·k/M.
pub fn discoveries(probabilities: &[f64], rate: f64) -> Vec<bool> {
    let mut sorted: Vec<f64> = probabilities.iter().copied().filter(|p| !p.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let all = sorted.len() as f64;
    let line = |rank: usize| rate * (rank + 1) as f64 / all;
    let bound = sorted.iter().enumerate().rev().find(|(rank, p)| **p <= line(*rank)).map(|(_, p)| *p);
    probabilities.iter().map(|p| bound.is_some_and(|bound| *p <= bound)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_its_authors() {
        // Benjamini and Hochberg 1995, section 4.1: 15 tests, four are believed at 5 %.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        assert_eq!(discoveries(&p, 0.05).iter().filter(|believed| **believed).count(), 4);
    }

    #[test]
    fn a_later_one_carries_those_before_it() {
        assert_eq!(discoveries(&[0.04, 0.03], 0.05), [true, true]);
        assert_eq!(discoveries(&[0.04, 0.06], 0.05), [false, false]);
        assert_eq!(discoveries(&[0.05, f64::NAN], 0.05), [true, false]);
        assert!(discoveries(&[], 0.05).is_empty());
    }
}
