//! Probabilities of the normal and of Student's distribution.

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::erf::erfc;

/// The quantile of the normal distribution beyond which 2.5 % lie.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// The probability that a normal variable lies at least `z` above its mean.
pub fn upper(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// The probability that a normal variable lies at least `|z|` away from its mean.
pub fn two_sided(z: f64) -> f64 {
    (2.0 * upper(z.abs())).min(1.0)
}

/// The same of Student's distribution. Without degrees of freedom anything is possible: 1.
pub fn student_two_sided(t: f64, degrees: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees) {
        Ok(_) if t.is_infinite() => 0.0,
        Ok(student) => (2.0 * student.sf(t.abs())).clamp(0.0, 1.0),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::near;
    use super::*;

    #[test]
    fn known_quantiles() {
        assert!(near(two_sided(Z_95), 0.05, 1e-9) && near(upper(3.090_232_306_167_814), 0.001, 1e-9));
        assert_eq!((two_sided(0.0), upper(0.0)), (1.0, 0.5));
        // Student's t of 2.228 with ten degrees of freedom, from any table.
        assert!(near(student_two_sided(2.228_138_851_964_938_5, 10.0), 0.05, 1e-6));
        assert_eq!((student_two_sided(f64::INFINITY, 3.0), student_two_sided(1.0, 0.0)), (0.0, 1.0));
    }
}
