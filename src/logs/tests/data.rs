//! Public logs with known answers, where they lie beside the project: counts and token sums exactly, time sums within a
//! microsecond a row. Without them the tests say so and pass.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::model::{LoggedCall, Micros};

/// The calls of a log and its expected answers.
fn data(name: &str, expected: &str, options: &ReadOptions) -> Option<(Vec<Call>, Value)> {
    let (logged, answers) = logged(name, expected, options)?;
    Some((logged.into_iter().map(|logged| logged.call).collect(), answers))
}

fn logged(name: &str, expected: &str, options: &ReadOptions) -> Option<(Vec<LoggedCall>, Value)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/llm"));
    let Ok(answers) = fs::read_to_string(folder.join(format!("{expected}.expected.json"))) else {
        println!("skipped: there is no {name} beside the project");
        return None;
    };
    let mut log = open(&folder.join(format!("{name}.csv")), options).unwrap();
    let calls = log.by_ref().map(|row| row.unwrap().unwrap()).collect();
    Some((calls, serde_json::from_str(&answers).unwrap()))
}

fn check_tokens(calls: &[&Call], get: fn(&Call) -> Option<u64>, answer: &Value) {
    let counts: Vec<u64> = calls.iter().filter_map(|call| get(call)).collect();
    assert_eq!(Some(counts.len() as u64), answer["n"].as_u64());
    assert_eq!(Some(counts.iter().sum::<u64>() as f64), answer["sum"].as_f64());
    assert_eq!(counts.iter().min().map(|count| *count as f64), answer["min"].as_f64());
    assert_eq!(counts.iter().max().map(|count| *count as f64), answer["max"].as_f64());
}

fn check_times(calls: &[&Call], get: fn(&Call) -> Option<Micros>, answer: &Value) {
    let times: Vec<Micros> = calls.iter().filter_map(|call| get(call)).collect();
    assert_eq!(Some(times.len() as u64), answer["n"].as_u64());
    let off = times.iter().map(|time| time.as_secs()).sum::<f64>() - answer["sum"].as_f64().unwrap();
    assert!(off.abs() <= 1e-6 * times.len() as f64, "{off} s off over {} rows", times.len());
}

#[test]
fn azure() {
    let options = mapped("timestamp=TIMESTAMP,input_tokens=ContextTokens,output_tokens=GeneratedTokens", "model=conv");
    let Some((calls, answers)) = data("azure2023_conv", "azure2023", &options) else { return };
    assert_eq!(calls.len(), 19_366);
    let all: Vec<&Call> = calls.iter().collect();
    let answer = &answers["by_service"]["conv"];
    check_tokens(&all, |call| call.usage.input, &answer["ContextTokens"]);
    check_tokens(&all, |call| call.usage.output, &answer["GeneratedTokens"]);
    for hour in ["18", "19"] {
        let of_hour: Vec<&Call> = calls.iter().filter(|call| call.at.to_string()[11..13] == *hour).collect();
        let answer = &answers["by_service_hour"][format!("conv|{hour}")];
        check_tokens(&of_hour, |call| call.usage.input, &answer["ctx"]);
        check_tokens(&of_hour, |call| call.usage.output, &answer["gen"]);
    }
    assert_eq!(calls[0].at.to_string(), "2023-11-16T18:15:46.680590Z");
    assert_eq!(calls[19_365].at.to_string(), "2023-11-16T19:14:08.402527Z");
}

#[test]
fn llmperf() {
    let map = "model=provider+model,response_time=e2e_s:s,ttft=ttft_s:s,output_tokens=out_tok,input_tokens=in_tok,error=error";
    let pace = Pace { start: "2023-12-01T00:00:00Z".parse().unwrap(), every: 60_000_000 };
    let options = ReadOptions { pace: Some(pace), ..mapped(map, "") };
    let Some((calls, answers)) = data("llmperf2023", "llmperf2023", &options) else { return };
    assert_eq!(Some(calls.len() as u64), answers["n"].as_u64());
    let failed = |code: &str| answers["error_codes"][code].as_u64().unwrap() as usize;
    let ended = |word: &str| calls.iter().filter(|call| call.outcome.as_str() == word).count();
    assert_eq!(ended("rate_limit"), failed("429.0"));
    assert_eq!(ended("other"), failed("-100.0") + failed("-1.0"));
    assert!(calls.iter().all(|call| call.times.model.is_none()), "only what is mapped is filled");
    let ok: Vec<&Call> = calls.iter().filter(|call| call.outcome == Outcome::Ok).collect();
    check_all(&ok, &answers["overall"]);
    for (pair, answer) in answers["by_provider_model"].as_object().unwrap() {
        let name = pair.replace('|', "/");
        let of_pair: Vec<&Call> = ok.iter().copied().filter(|call| call.model.as_str() == name).collect();
        check_times(&of_pair, |call| call.times.response, &answer["e2e_s"]);
        check_times(&of_pair, |call| call.times.ttft, &answer["ttft_s"]);
    }
}

fn check_all(calls: &[&Call], answer: &Value) {
    check_times(calls, |call| call.times.response, &answer["e2e_s"]);
    check_times(calls, |call| call.times.ttft, &answer["ttft_s"]);
    check_tokens(calls, |call| call.usage.input, &answer["in_tok"]);
    check_tokens(calls, |call| call.usage.output, &answer["out_tok"]);
}

#[test]
fn ragpulse() {
    let map = "timestamp=t_s,session=session,input_tokens=in_tok,output_tokens=out_tok,prompt_hash=user_hash";
    let mut options = mapped(map, "model=rag");
    options.clock.epoch = Some("2025-09-17T12:00:00Z".parse().unwrap());
    let Some((logged, answers)) = logged("ragpulse", "ragpulse", &options) else { return };
    let prompts: HashSet<_> = logged.iter().filter_map(|logged| logged.prompt).collect();
    assert_eq!(Some(prompts.len() as u64), answers["exact_dup_user_input"]["distinct"].as_u64());
    let calls: Vec<Call> = logged.into_iter().map(|logged| logged.call).collect();
    let all: Vec<&Call> = calls.iter().collect();
    assert_eq!(Some(calls.len() as u64), answers["n"].as_u64());
    check_tokens(&all, |call| call.usage.input, &answers["overall"]["in_tok"]);
    check_tokens(&all, |call| call.usage.output, &answers["overall"]["out_tok"]);
    let sessions: HashSet<_> = calls.iter().filter_map(|call| call.session.clone()).collect();
    assert_eq!(Some(sessions.len() as u64), answers["sessions"].as_u64());
    for (hour, answer) in answers["by_hour"].as_object().unwrap() {
        let of_hour = calls.iter().filter(|call| call.at.to_string()[11..13] == *format!("{hour:0>2}"));
        assert_eq!(Some(of_hour.count() as u64), answer["n"].as_u64());
    }
}

#[test]
fn vllm() {
    let map = "timestamp=arrival,model=run,response_time=e2e_s:s,model_time=e2e_s:s,ttft=ttft_s:s,queue_time=queue_s:s,\
               input_tokens=in_tok,output_tokens=out_tok";
    let Some((calls, answers)) = data("vllm_runs", "vllm_runs", &mapped(map, "")) else { return };
    assert_eq!(calls.len(), 1_200);
    for (run, answer) in answers["by_run"].as_object().unwrap() {
        let of_run: Vec<&Call> = calls.iter().filter(|call| call.model.as_str() == run).collect();
        check_all(&of_run, answer);
        check_times(&of_run, |call| call.times.queue, &answer["queue_s"]);
    }
}
