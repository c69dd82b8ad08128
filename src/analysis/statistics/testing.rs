//! Noise for simulations, and closeness.

/// Whether two numbers differ by at most `off`, relative to the second.
pub fn near(value: f64, exact: f64, off: f64) -> bool {
    (value - exact).abs() <= off * exact.abs().max(f64::MIN_POSITIVE)
}

/// A standard normal number (Box and Muller).
pub fn normal(chance: &mut fastrand::Rng) -> f64 {
    let (radius, angle) = ((-2.0 * (1.0 - chance.f64()).ln()).sqrt(), std::f64::consts::TAU * chance.f64());
    radius * angle.cos()
}

/// `n` standard normal numbers of which each leans on the one before by `lag_1`.
pub fn leaning(chance: &mut fastrand::Rng, n: usize, lag_1: f64) -> Vec<f64> {
    let own = (1.0 - lag_1 * lag_1).sqrt();
    let mut last = normal(chance);
    let step = |_| {
        last = lag_1 * last + own * normal(chance);
        last
    };
    (0..n).map(step).collect()
}

/// The share of `repeats` in which something happens.
pub fn share_of(repeats: u32, happens: impl FnMut(u32) -> bool) -> f64 {
    f64::from((0..repeats).map(happens).map(u32::from).sum::<u32>()) / f64::from(repeats)
}
