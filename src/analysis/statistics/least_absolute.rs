//! A plane through points that a few wild ones do not move: least absolute relative deviations, by reweighted least squares.

/// How often the weights are made anew.
const ROUNDS: usize = 25;
/// Deviations below this share of a value count alike, so that no weight is endless.
const LEAST: f64 = 1e-3;
/// A column that the others explain up to this has no coefficient of its own.
const SINGULAR: f64 = 1e-9;

/// The coefficients that make the sum of |y − x·β| / y least; `y` must be above zero. A column that says nothing beside those
/// before it gets 0.
pub fn least_absolute<const K: usize>(points: &[([f64; K], f64)]) -> [f64; K] {
    let mut beta = [0.0; K];
    for round in 0..ROUNDS {
        let weight = |(x, y): &([f64; K], f64)| match round {
            0 => 1.0 / (y * y),
            _ => 1.0 / (y * y * ((y - dot(x, &beta)).abs() / y).max(LEAST)),
        };
        beta = weighted_squares(points, weight);
    }
    beta
}

/// The value of the plane.
pub fn dot<const K: usize>(x: &[f64; K], beta: &[f64; K]) -> f64 {
    x.iter().zip(beta).map(|(x, beta)| x * beta).sum()
}

/// Weighted least squares by the normal equations (Cholesky), which are K by K.
fn weighted_squares<const K: usize>(points: &[([f64; K], f64)], weight: impl Fn(&([f64; K], f64)) -> f64) -> [f64; K] {
    let (mut products, mut sides) = ([[0.0; K]; K], [0.0; K]);
    for point in points {
        let ((x, y), weight) = (point, weight(point));
        for row in 0..K {
            sides[row] += weight * x[row] * y;
            for column in 0..=row {
                products[row][column] += weight * x[row] * x[column];
            }
        }
    }
    solved(&products, &sides)
}

fn solved<const K: usize>(products: &[[f64; K]; K], sides: &[f64; K]) -> [f64; K] {
    let mut root = [[0.0; K]; K];
    for row in 0..K {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| root[row][at] * root[column][at]).sum();
            let rest = products[row][column] - known;
            root[row][column] = match row == column {
                true if rest > SINGULAR * products[row][row] => rest.sqrt(),
                true => 0.0,
                false if root[column][column] > 0.0 => rest / root[column][column],
                false => 0.0,
            };
        }
    }
    let over = |value: f64, pivot: f64| if pivot > 0.0 { value / pivot } else { 0.0 };
    let (mut middle, mut beta) = ([0.0; K], [0.0; K]);
    for row in 0..K {
        let known: f64 = (0..row).map(|at| root[row][at] * middle[at]).sum();
        middle[row] = over(sides[row] - known, root[row][row]);
    }
    for row in (0..K).rev() {
        let known: f64 = (row + 1..K).map(|at| root[at][row] * beta[at]).sum();
        beta[row] = over(middle[row] - known, root[row][row]);
    }
    beta
}

#[cfg(test)]
mod tests {
    use super::super::testing::normal;
    use super::*;

    #[test]
    fn a_plane_is_found_and_wild_points_do_not_move_it() {
        let mut chance = fastrand::Rng::with_seed(3);
        let mut point = |wild: bool| {
            let (a, b) = (1_000.0 * chance.f64(), 500.0 * chance.f64());
            let y = (300.0 + 0.4 * a + 9.0 * b) * (0.02 * normal(&mut chance)).exp();
            ([1.0, a, b], if wild { 20.0 * y } else { y })
        };
        let points: Vec<_> = (0..500).map(|n| point(n % 10 == 0)).collect();
        let [flat, a, b] = least_absolute(&points);
        assert!((flat - 300.0).abs() < 15.0 && (a - 0.4).abs() < 0.03 && (b - 9.0).abs() < 0.1, "{flat} {a} {b}");
    }

    #[test]
    fn a_column_that_never_changes_has_no_coefficient_of_its_own() {
        let points: Vec<_> = (1..50).map(|n| ([1.0, 550.0, f64::from(n)], 100.0 + 2.0 * f64::from(n))).collect();
        let [flat, constant, slope] = least_absolute(&points);
        assert!((flat - 100.0).abs() < 1e-6 && constant == 0.0 && (slope - 2.0).abs() < 1e-6);
        assert_eq!(least_absolute::<2>(&[]), [0.0, 0.0]);
    }
}
