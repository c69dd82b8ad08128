//! Which of several groups stand out from all others: the one-way layout by weighted least squares. A value that is the mean of
//! many weighs more and varies less, so that groups of light values are neither off nor sure by that alone.

use super::normal::student_two_sided;

/// A mean, as heavy as it has values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// The mean.
    pub mean: f64,
    /// Of how many values.
    pub weight: f64,
}

/// How a group stands against the mean of all others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// The mean of the group less the mean of all others.
    pub difference: f64,
    /// The mean of all others.
    pub others: f64,
    /// The same in standard errors.
    pub t: f64,
    /// The probability of one at least as large where there is none.
    pub p: f64,
}

/// Fewer degrees of freedom say nothing of the variance within groups.
const DEGREES_FROM: usize = 10;

/// How each group stands; `None` for an empty one, and for all where too few groups have more than one value.
pub fn deviations(groups: &[Vec<Weighed>]) -> Vec<Option<Deviation>> {
    let filled = || groups.iter().filter(|group| !group.is_empty());
    let all = total(groups.iter().flatten());
    let degrees = filled().map(|group| group.len() - 1).sum::<usize>();
    let within: f64 = filled().map(|group| squares(group)).sum::<f64>() / degrees.max(1) as f64;
    let deviation = |group: &Vec<Weighed>| {
        let own = total(group);
        let others_weight = all.weight - own.weight;
        if group.is_empty() || others_weight <= 0.0 || degrees < DEGREES_FROM {
            return None;
        }
        let others_mean = (all.mean * all.weight - own.mean * own.weight) / others_weight;
        let difference = own.mean - others_mean;
        let error = (within * (1.0 / own.weight + 1.0 / others_weight)).sqrt();
        let t = if difference == 0.0 { 0.0 } else { difference / error };
        Some(Deviation { difference, others: others_mean, t, p: student_two_sided(t, degrees as f64) })
    };
    groups.iter().map(deviation).collect()
}

/// All of some values together.
fn total<'v>(values: impl IntoIterator<Item = &'v Weighed>) -> Weighed {
    let (sum, weight) = values
        .into_iter()
        .fold((0.0, 0.0), |(sum, weight), value| (sum + value.mean * value.weight, weight + value.weight));
    Weighed { mean: sum / weight, weight }
}

fn squares(group: &[Weighed]) -> f64 {
    let mean = total(group).mean;
    group.iter().map(|value| value.weight * (value.mean - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::discoveries;
    use super::super::testing::{near, normal, share_of};
    use super::*;

    fn equal(values: &[f64]) -> Vec<Weighed> {
        values.iter().map(|mean| Weighed { mean: *mean, weight: 1.0 }).collect()
    }

    #[test]
    fn two_groups_are_the_t_test() {
        let groups = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [4.0, 5.0, 6.0, 7.0, 8.0, 9.0]].map(|group| equal(&group));
        let [Some(low), Some(high)] = deviations(&groups)[..] else { panic!("both stand somewhere") };
        // t = 3/√(3.5·(1/6 + 1/6)) = 2.7775 with ten degrees of freedom.
        assert!(low.difference == -3.0 && high.difference == 3.0 && near(low.p, high.p, 1e-12));
        assert!(near(high.p, 0.019_535_6, 1e-5), "{high:?}");
    }

    #[test]
    fn too_few_values_say_nothing() {
        assert_eq!(deviations(&[equal(&[1.0, 2.0]), vec![], equal(&[9.0])]), [None, None, None]);
        assert!(deviations(&[]).is_empty());
    }

    #[test]
    fn a_slow_group_is_found_and_without_one_none() {
        let mut chance = fastrand::Rng::with_seed(2);
        let mut found = |slower: f64| {
            let mut group = |group: usize| {
                let slower = if group == 9 { slower } else { 0.0 };
                equal(&[0; 4].map(|_| 0.05 * normal(&mut chance) + slower))
            };
            let groups: Vec<Vec<Weighed>> = (0..28).map(&mut group).collect();
            let p: Vec<f64> = deviations(&groups).iter().map(|group| group.unwrap().p).collect();
            discoveries(&p, 0.05)
        };
        let (false_alarms, power) = (share_of(500, |_| found(0.0).contains(&true)), share_of(500, |_| found(0.15)[9]));
        println!("some group stands out of equal ones: {false_alarms}; one 16 % slower is found: {power}");
        assert!(false_alarms <= 0.08 && power >= 0.95, "{false_alarms} {power}");
    }

    #[test]
    fn means_of_few_skewed_values_do_not_stand_out() {
        let mut chance = fastrand::Rng::with_seed(3);
        // Log-normal times: at night three an hour, by day forty.
        let mut mean_of = |n: usize| {
            let sum: f64 = (0..n).map(|_| (0.8 * normal(&mut chance)).exp()).sum();
            Weighed { mean: sum / n as f64, weight: n as f64 }
        };
        let mut stands_out = || {
            let groups: Vec<Vec<Weighed>> =
                (0..24).map(|hour| (0..28).map(|_| mean_of(if hour < 6 { 3 } else { 40 })).collect()).collect();
            let p: Vec<f64> = deviations(&groups).iter().map(|group| group.unwrap().p).collect();
            discoveries(&p, 0.05).contains(&true)
        };
        let false_alarms = share_of(300, |_| stands_out());
        println!("some hour stands out of equal ones, six of them with few calls: {false_alarms}");
        assert!(false_alarms <= 0.12, "{false_alarms}");
    }
}
