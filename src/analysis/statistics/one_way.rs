//! Which of several groups stand out from all others (the one-way layout, with one variance for all groups).

use super::normal::student_two_sided;

/// How a group stands against the mean of all others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// The mean of the group less the mean of all other values.
    pub difference: f64,
    /// The same in standard errors.
    pub t: f64,
    /// The probability of one at least as large where there is none.
    pub p: f64,
}

/// Fewer degrees of freedom say nothing of the variance within groups.
const DEGREES_FROM: usize = 10;

/// How each group stands; `None` for an empty one, and for all where too few groups have more than one value.
pub fn deviations(groups: &[Vec<f64>]) -> Vec<Option<Deviation>> {
    let filled = groups.iter().filter(|group| !group.is_empty());
    let (n, sum) = filled.clone().fold((0, 0.0), |(n, sum), group| (n + group.len(), sum + group.iter().sum::<f64>()));
    let degrees = n - filled.clone().count();
    let within: f64 = filled.map(|group| squares(group)).sum::<f64>() / degrees.max(1) as f64;
    let deviation = |group: &Vec<f64>| {
        let (own, others) = (group.len() as f64, (n - group.len()) as f64);
        if group.is_empty() || others <= 0.0 || degrees < DEGREES_FROM {
            return None;
        }
        let own_sum: f64 = group.iter().sum();
        let difference = own_sum / own - (sum - own_sum) / others;
        let error = (within * (1.0 / own + 1.0 / others)).sqrt();
        let t = if difference == 0.0 { 0.0 } else { difference / error };
        Some(Deviation { difference, t, p: student_two_sided(t, degrees as f64) })
    };
    groups.iter().map(deviation).collect()
}

fn squares(group: &[f64]) -> f64 {
    let mean = group.iter().sum::<f64>() / group.len() as f64;
    group.iter().map(|value| (value - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::discoveries;
    use super::super::testing::{near, normal, share_of};
    use super::*;

    #[test]
    fn two_groups_are_the_t_test() {
        let groups = [vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![4.0, 5.0, 6.0, 7.0, 8.0, 9.0]];
        let [Some(low), Some(high)] = deviations(&groups)[..] else { panic!("both stand somewhere") };
        // t = 3/√(3.5·(1/6 + 1/6)) = 2.7775 with ten degrees of freedom.
        assert!(low.difference == -3.0 && high.difference == 3.0 && near(low.p, high.p, 1e-12));
        assert!(near(high.p, 0.019_535_6, 1e-5), "{high:?}");
    }

    #[test]
    fn too_few_values_say_nothing() {
        assert_eq!(deviations(&[vec![1.0, 2.0], vec![], vec![9.0]]), [None, None, None]);
        assert!(deviations(&[]).is_empty());
    }

    #[test]
    fn a_slow_group_is_found_and_without_one_none() {
        let mut chance = fastrand::Rng::with_seed(2);
        let mut found = |slower: f64| {
            let groups: Vec<Vec<f64>> = (0..28)
                .map(|group| {
                    (0..4).map(|_| 0.05 * normal(&mut chance) + if group == 9 { slower } else { 0.0 }).collect()
                })
                .collect();
            let p: Vec<f64> = deviations(&groups).iter().map(|group| group.unwrap().p).collect();
            discoveries(&p, 0.05)
        };
        let (false_alarms, power) = (share_of(500, |_| found(0.0).contains(&true)), share_of(500, |_| found(0.15)[9]));
        println!("some group stands out of equal ones: {false_alarms}; one 16 % slower is found: {power}");
        assert!(false_alarms <= 0.08 && power >= 0.95, "{false_alarms} {power}");
    }
}
