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

#[test]
fn changes_of_the_tigerbeetle_series() {
    let Some(text) = real_data("changepoints/otava_tigerbeetle.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let values: Vec<f64> = data["series"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(change_points(&values), [71, 192]);
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    assert_eq!(change_points(&logs), [71, 192]);
}
