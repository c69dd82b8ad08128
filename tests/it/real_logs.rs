//! Real call logs, imported and looked at: every figure that a command shows is held against the exact answers.

use serde_json::Value;

use crate::harness::{Perfbot, real_log};

/// How far a quantile may be from nearest rank.
const QUANTILE: f64 = 0.005;

fn expected(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(real_log(name).unwrap()).unwrap()).unwrap()
}

fn import(bot: &Perfbot, file: &str, options: &[&str]) -> String {
    let file = real_log(file).unwrap();
    let words: Vec<&str> = ["import", file.to_str().unwrap()].into_iter().chain(options.iter().copied()).collect();
    let run = bot.run(&words);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.out.lines().last().unwrap().to_owned()
}

/// Holds a latency block of a report (milliseconds) against the expected one (seconds).
fn check_latency(what: &str, shown: &Value, expected: &Value) {
    let n = expected["n"].as_u64().unwrap();
    assert_eq!(shown["n"].as_u64(), Some(n), "{what}: n");
    let ms = |key: &str| expected[key].as_f64().unwrap() * 1e3;
    let of = |key: &str| shown[key].as_f64().unwrap_or_else(|| panic!("{what}: no {key}"));
    // Each time is rounded to a microsecond, so their mean is off by at most half of one.
    assert!((of("mean") - ms("avg")).abs() <= 0.001, "{what}: mean {} for {}", of("mean"), ms("avg"));
    for (key, exact) in [("min", "min"), ("max", "max")] {
        assert!((of(key) - ms(exact)).abs() <= 0.001, "{what}: {key} {} for {}", of(key), ms(exact));
    }
    for (key, exact) in [("p50", "p50_nr"), ("p95", "p95_nr"), ("p99", "p99_nr")] {
        let (shown, exact) = (of(key), ms(exact));
        assert!((shown - exact).abs() <= exact * QUANTILE, "{what}: {key} {shown} for {exact}");
    }
}

#[test]
fn azure_counts_and_tokens_by_hour_and_minute() {
    if real_log("llm/azure2023_conv.csv").is_none() {
        return;
    }
    let bot = Perfbot::new();
    let map = "timestamp=TIMESTAMP,input_tokens=ContextTokens,output_tokens=GeneratedTokens";
    let options = ["--map", map, "--set", "model=gpt,provider=azure"];
    assert_eq!(import(&bot, "llm/azure2023_conv.csv", &options), "added 19366, known 0, bad 0");
    assert_eq!(import(&bot, "llm/azure2023_conv.csv", &options), "added 0, known 19366, bad 0");
    let expected = expected("llm/azure2023.expected.json");
    let conv = &expected["by_service"]["conv"];
    let day = bot.report("stats --from 2023-11-16 --to 2023-11-17");
    assert_eq!(day["n"], conv["ContextTokens"]["n"]);
    assert_eq!(day["tokens"]["input"].as_f64(), conv["ContextTokens"]["sum"].as_f64());
    assert_eq!(day["tokens"]["output"].as_f64(), conv["GeneratedTokens"]["sum"].as_f64());
    assert!(day["response_time_ms"]["mean"].is_null() && day["cost"]["usd"].is_null());
    for hour in [18, 19] {
        let shown = bot.report(&format!("stats --from 2023-11-16T{hour}:00 --to 2023-11-16T{}:00", hour + 1));
        let exact = &expected["by_service_hour"][format!("conv|{hour}")];
        assert_eq!(shown["n"], exact["n"]);
        assert_eq!(shown["tokens"]["input"].as_f64(), exact["ctx"]["sum"].as_f64());
        assert_eq!(shown["tokens"]["output"].as_f64(), exact["gen"]["sum"].as_f64());
        assert_eq!(day["hours"][hour], exact["n"], "calls by hour of the day");
    }
    let model = bot.report("model gpt --from 2023-11-16 --to 2023-11-17");
    let means = [("input_mean", "ContextTokens"), ("output_mean", "GeneratedTokens")];
    for (shown, exact) in means {
        let (shown, exact) = (model["tokens"][shown].as_f64().unwrap(), conv[exact]["avg"].as_f64().unwrap());
        assert!((shown - exact).abs() <= exact * 1e-9, "{shown} for {exact}");
    }
    for minute in ["18:15", "18:44", "18:59", "19:00", "19:14"] {
        let start = format!("2023-11-16T{minute}");
        let next = if minute == "18:59" {
            "19:00".to_owned()
        } else {
            format!("{}:{:02}", &minute[..2], minute[3..].parse::<u32>().unwrap() + 1)
        };
        let shown = bot.report(&format!("stats --from {start} --to 2023-11-16T{next}"));
        let exact = &expected["calls_per_minute"][format!("conv|{start}")];
        assert_eq!(&shown["n"], exact, "{minute}");
        assert_eq!(shown["throughput"]["calls_per_min"].as_f64(), exact.as_f64(), "{minute}");
    }
}

#[test]
fn llmperf_times_errors_and_tokens_by_model() {
    if real_log("llm/llmperf2023.csv").is_none() {
        return;
    }
    let bot = Perfbot::new();
    let map = "model=provider+model,response_time=e2e_s:s,model_time=e2e_s:s,ttft=ttft_s:s,output_tokens=out_tok,\
               input_tokens=in_tok,error=error,provider=provider";
    let times = ["--map", map, "--start", "2023-12-01T00:00:00Z", "--every", "1m"];
    assert_eq!(import(&bot, "llm/llmperf2023.csv", &times), "added 2845, known 0, bad 0");
    let expected = expected("llm/llmperf2023.expected.json");
    let window = "--from 2023-12-01 --to 2023-12-03";
    let all = bot.report(&format!("stats {window}"));
    assert_eq!(all["n"], expected["n"]);
    assert_eq!(all["errors"]["total"], expected["n_error"]);
    assert_eq!(all["errors"]["rate"].as_f64(), expected["error_rate"].as_f64());
    assert_eq!(all["errors"]["by_class"]["rate_limit"], expected["error_codes"]["429.0"]);
    check_latency("overall", &all["response_time_ms"], &expected["overall"]["e2e_s"]);
    check_latency("overall ttft", &all["ttft_ms"], &expected["overall"]["ttft_s"]);
    for (shown, exact) in [("input", "in_tok"), ("output", "out_tok")] {
        assert_eq!(all["tokens"][shown].as_f64(), expected["overall"][exact]["sum"].as_f64());
    }
    let models = expected["by_provider_model"].as_object().unwrap();
    assert_eq!(all["models"].as_array().unwrap().len(), models.len());
    for (name, exact) in models {
        let model = name.replace('|', "/");
        let shown = bot.report(&format!("stats --model {model} {window}"));
        let (failed, calls) = (&expected["errors"][name][0], &expected["errors"][name][1]);
        assert_eq!((&shown["errors"]["total"], &shown["n"]), (failed, calls), "{name}");
        check_latency(name, &shown["response_time_ms"], &exact["e2e_s"]);
        check_latency(name, &shown["ttft_ms"], &exact["ttft_s"]);
        for (key, exact_key) in [("input", "in_tok"), ("output", "out_tok")] {
            assert_eq!(shown["tokens"][key].as_f64(), exact[exact_key]["sum"].as_f64(), "{name} {key}");
        }
        let report = bot.report(&format!("model {model} {window}"));
        check_latency(name, &report["speed"]["response_time_ms"], &exact["e2e_s"]);
    }
}

#[test]
fn ragpulse_tokens_and_calls_by_hour() {
    if real_log("llm/ragpulse.csv").is_none() {
        return;
    }
    let bot = Perfbot::new();
    let map = "timestamp=t_s,session=session,input_tokens=in_tok,output_tokens=out_tok,prompt_hash=user_hash";
    let options = ["--map", map, "--epoch", "2025-09-17T12:00:00Z", "--set", "model=rag"];
    assert_eq!(import(&bot, "llm/ragpulse.csv", &options), "added 7106, known 0, bad 0");
    let expected = expected("llm/ragpulse.expected.json");
    let all = bot.report("stats --from 2025-09-17 --to 2025-09-26");
    assert_eq!(all["n"], expected["n"]);
    for (shown, exact) in [("input", "in_tok"), ("output", "out_tok")] {
        assert_eq!(all["tokens"][shown].as_f64(), expected["overall"][exact]["sum"].as_f64());
    }
    for hour in 0..24 {
        assert_eq!(all["hours"][hour], expected["by_hour"][hour.to_string()]["n"], "hour {hour}");
    }
    let map = bot.report("heatmap --from 2025-09-17 --to 2025-09-24");
    for (place, calls) in expected["heatmap_day_hour"].as_object().unwrap() {
        let (day, hour) = place.split_once('|').unwrap();
        let (day, hour): (usize, usize) = (day.parse().unwrap(), hour.parse().unwrap());
        // Day 0 is a Wednesday, and so is day 7, which the window leaves out.
        if day < 7 {
            assert_eq!(map["grid"][(day + 2) % 7][hour]["calls"], *calls, "{place}");
        }
    }
    for day in 0..8 {
        let span = format!("--from 2025-09-{} --to 2025-09-{}", 17 + day, 18 + day);
        let shown = bot.report(&format!("stats {span}"));
        assert_eq!(shown["n"], expected["calls_by_day"][day.to_string()], "day {day}");
    }
}

#[test]
fn vllm_times_and_tokens_by_run() {
    if real_log("llm/vllm_runs.csv").is_none() {
        return;
    }
    let bot = Perfbot::new();
    let map = "model=run,timestamp=arrival,input_tokens=in_tok,output_tokens=out_tok,queue_time=queue_s:s,\
               ttft=ttft_s:s,response_time=e2e_s:s,model_time=e2e_s:s";
    assert_eq!(import(&bot, "llm/vllm_runs.csv", &["--map", map]), "added 1200, known 0, bad 0");
    for (run, exact) in expected("llm/vllm_runs.expected.json")["by_run"].as_object().unwrap() {
        let shown = bot.report(&format!("stats --model {run} --from 2020-01-01 --to 2030-01-01"));
        check_latency(run, &shown["response_time_ms"], &exact["e2e_s"]);
        check_latency(run, &shown["ttft_ms"], &exact["ttft_s"]);
        for (key, exact_key) in [("input", "in_tok"), ("output", "out_tok")] {
            assert_eq!(shown["tokens"][key].as_f64(), exact[exact_key]["sum"].as_f64(), "{run} {key}");
        }
    }
}
