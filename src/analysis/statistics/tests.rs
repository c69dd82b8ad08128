//! Public series with known answers, where they lie beside the project. Without them the tests say so and pass.

use serde_json::Value;

use super::testing::near;
use super::*;
use crate::testing::real_data;

/// Requests a second of a model, by day: their means, and what is known of them.
fn daily_rates(model: &str) -> Option<(Vec<(f64, f64)>, Value)> {
    let (rates, answers) = (real_data("llm/servegen_rate.csv")?, real_data("llm/servegen_rate.expected.json")?);
    let mut days: Vec<(f64, f64)> = Vec::new();
    for line in rates.lines().skip(1) {
        let [seconds, name, rate] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if name == model {
            let day = seconds.parse::<usize>().unwrap() / 86_400;
            days.resize(days.len().max(day + 1), (0.0, 0.0));
            days[day].0 += rate.parse::<f64>().unwrap();
            days[day].1 += 1.0;
        }
    }
    let means = days.iter().enumerate().map(|(day, (sum, n))| (day as f64, sum / n)).collect();
    let answers: Value = serde_json::from_str(&answers).unwrap();
    Some((means, answers["models"][model].clone()))
}

#[test]
fn trends_of_daily_rates() {
    let known = [("m-small", 59.0, 3.17), ("m-mid", 43.0, 2.30), ("m-large", -23.0, -1.20)];
    for (model, s, z) in known {
        let Some((days, answers)) = daily_rates(model) else { return };
        let by_day = answers["by_day"].as_object().unwrap();
        assert!(by_day.values().zip(&days).all(|(answer, (_, mean))| near(*mean, answer.as_f64().unwrap(), 1e-9)));
        let trend = mann_kendall(&days).unwrap();
        assert!(trend.s == s && (trend.z_independent - z).abs() < 0.01, "{model}: {trend:?}");
        assert!(
            near(trend.slope.slope, answers["theil_sen_slope_per_day"].as_f64().unwrap(), 1e-9),
            "{model}: {trend:?}"
        );
    }
}

/// Requests a second of a model, by hour and day.
fn hourly_rates(model: &str) -> Option<Vec<Vec<f64>>> {
    let rates = real_data("llm/servegen_rate.csv")?;
    let of_model =
        rates.lines().filter_map(|line| line.split_once(',')?.1.split_once(',')).filter(|row| row.0 == model);
    let rates: Vec<f64> = of_model.map(|(_, rate)| rate.parse().unwrap()).collect();
    let hours: Vec<f64> = rates.chunks(6).map(|hour| hour.iter().sum::<f64>() / 6.0).collect();
    Some(hours.chunks(24).map(<[f64]>::to_vec).collect())
}

/// By which share of what came the hours of a day were missed, as the mean over the days from the eighth on.
fn missed(days: &[Vec<f64>], foreseen: impl Fn(usize, usize) -> f64) -> f64 {
    let of_day = |day: usize| {
        let off: f64 = (0..24).map(|hour| (days[day][hour] - foreseen(day, hour)).abs()).sum();
        off / days[day].iter().sum::<f64>()
    };
    (7..days.len()).map(of_day).sum::<f64>() / (days.len() - 7) as f64
}

#[test]
fn days_ahead_are_missed_by_as_much_as_is_known_of_each_method() {
    let known =
        [("m-small", [0.240, 0.249, 0.240]), ("m-mid", [0.397, 0.303, 0.292]), ("m-large", [0.433, 0.451, 0.415])];
    for (model, known) in known {
        let Some(days) = hourly_rates(model) else { return };
        let means: Vec<f64> = days.iter().map(|day| day.iter().sum::<f64>() / 24.0).collect();
        let same_hour = |hour: usize| days.iter().map(|day| day[hour]).collect::<Vec<f64>>();
        // Who looks at hours foresees each from that hour of other days; who looks at days takes all hours for alike.
        let found = [
            missed(&days, |day, hour| Method::LastWeek.forecast(&same_hour(hour)[..day], 1)[0]),
            missed(&days, |day, _| Method::WeekMean.forecast(&means[..day], 1)[0]),
            missed(&days, |day, _| Method::Line.forecast(&means[..day], 1)[0]),
        ];
        assert!(found.iter().zip(known).all(|(found, known)| (found - known).abs() < 0.0005), "{model}: {found:?}");
    }
}

#[test]
fn changes_of_the_tigerbeetle_series() {
    let Some(text) = real_data("changepoints/otava_tigerbeetle.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let values: Vec<f64> = data["series"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(change_points(&values), [71, 192]);
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    assert_eq!(change_points(&logs), [71, 192]);
}
