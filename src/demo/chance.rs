//! Seeded chance: even, normal and log-normal numbers.

/// A source of chance.
pub(super) struct Chance {
    rng: fastrand::Rng,
    /// The second of a pair of normal numbers.
    spare: Option<f64>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self { rng: fastrand::Rng::with_seed(seed), spare: None }
    }

    /// An even number in `[0, 1)`.
    pub fn share(&mut self) -> f64 {
        self.rng.f64()
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// A whole number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.rng.usize(..end)
    }

    /// A number between two others.
    pub fn between(&mut self, (low, high): (f64, f64)) -> f64 {
        low + (high - low) * self.share()
    }

    /// A normal number of mean 0 and standard deviation 1: two at a time by the Box–Muller transform.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.share()).sin_cos();
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// A log-normal number of this median, whose logarithm has the standard deviation `sigma`.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// A log-normal number of this mean.
    pub fn log_normal_of_mean(&mut self, mean: f64, sigma: f64) -> f64 {
        mean * (sigma * self.normal() - sigma * sigma / 2.0).exp()
    }

    /// The place of one of some shares, which add up to 1.
    pub fn one_of(&mut self, shares: &[f64]) -> usize {
        let mut rest = self.share();
        let passed = shares.iter().take_while(|share| {
            rest -= **share;
            rest >= 0.0
        });
        passed.count().min(shares.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Means of 100,000 draws lie within five standard errors.
    #[test]
    fn numbers_are_distributed_as_they_say() {
        let mut chance = Chance::new(1);
        let mut mean =
            |draw: &mut dyn FnMut(&mut Chance) -> f64| (0..100_000).map(|_| draw(&mut chance)).sum::<f64>() / 100_000.0;
        assert!(mean(&mut Chance::normal).abs() < 0.016);
        assert!((mean(&mut |chance| chance.normal().powi(2)) - 1.0).abs() < 0.023);
        assert!((mean(&mut |chance| chance.log_normal(7.0, 0.2).ln()) - 7_f64.ln()).abs() < 0.0032);
        assert!((mean(&mut |chance| chance.log_normal_of_mean(7.0, 0.4)) - 7.0).abs() < 0.05);
        assert!((mean(&mut |chance| f64::from(chance.one_of(&[0.2, 0.5, 0.3]) == 1)) - 0.5).abs() < 0.008);
        assert!((mean(&mut |chance| f64::from(chance.one_of(&[0.2, 0.5, 0.3]) == 2)) - 0.3).abs() < 0.008);
    }
}
