use super::*;
use crate::model::{Call, CellKey, NanoUsd, Outcome, Rating, Usage};

fn report_of(groups: Vec<Group>, length: i64) -> ModelReport {
    let from: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    model_report(ModelInput {
        model: "sonnet".into(),
        window: Window { from, to: from.plus(length) },
        groups,
        hours: [1; 24],
        zone: Tz::UTC,
    })
}

fn group(query_type: QueryType, calls: impl IntoIterator<Item = Call>) -> Group {
    let mut cell = Cell::default();
    calls.into_iter().for_each(|call| cell.record(&call));
    Group { key: CellKey { model: "sonnet".into(), query_type }, cell }
}

fn call(ms: u64) -> Call {
    let mut call = Call::new(Timestamp(0), "sonnet".into());
    call.times.response = Some(Micros(ms * 1000));
    call
}

/// `n` calls of 1, 2, … n microseconds: below 256 every value has a bucket of its own, so quartiles are exact.
fn exact(n: u64) -> impl Iterator<Item = Call> {
    (1..=n).map(|micros| {
        let mut call = call(0);
        call.times.response = Some(Micros(micros));
        call
    })
}

#[test]
fn spread_is_the_coefficient_of_quartile_variation() {
    // Of 1 … 20, Q1 is the 5th and Q3 the 15th: (15 − 5) / (15 + 5).
    let spread = report_of(vec![group(QueryType::Code, exact(20))], Timestamp::DAY).speed.spread;
    assert_eq!(spread, Spread { n: 20, quartile_variation: Some(0.5), level: Level::High });
    // Of 1 … 19, Q1 is the 5th and Q3 the 15th as well, but 19 calls are not enough.
    let spread = report_of(vec![group(QueryType::Code, exact(19))], Timestamp::DAY).speed.spread;
    assert_eq!(spread, Spread { n: 19, quartile_variation: Some(0.5), level: Level::NotEnoughData });
}

#[test]
fn calls_of_no_length_have_no_spread() {
    let none = (0..30).map(|_| call(0));
    let spread = report_of(vec![group(QueryType::Code, none)], Timestamp::DAY).speed.spread;
    assert_eq!(spread, Spread { n: 30, quartile_variation: None, level: Level::NotEnoughData });
}

#[test]
fn speed_counts_the_tokens_behind_the_first() {
    let mut timed = call(5000);
    timed.usage = Usage { input: Some(1300), output: Some(101), ..Usage::default() };
    (timed.times.model, timed.times.ttft) = (Some(Micros(4_500_000)), Some(Micros(500_000)));
    let report = report_of(vec![group(QueryType::Code, [timed])], Timestamp::DAY);
    assert_eq!(report.speed.output_tokens_per_s, Some(25.0));
    assert_eq!(report.speed.ttft_ms.mean, Some(500.0));
    assert_eq!(report_of(vec![group(QueryType::Code, exact(3))], 1).speed.output_tokens_per_s, None);
}

#[test]
fn input_per_output_is_a_ratio_of_means() {
    let used = |input, output| {
        let mut call = call(1);
        call.usage = Usage { input: Some(input), output: Some(output), ..Usage::default() };
        call
    };
    let tokens = report_of(vec![group(QueryType::Code, [used(4000, 3000), used(1200, 1000)])], 1).tokens;
    assert_eq!((tokens.input_mean, tokens.output_mean), (Some(2600.0), Some(2000.0)));
    assert_eq!(tokens.input_per_output, Some(1.3));
    let silent = report_of(vec![group(QueryType::Code, [used(10, 0)])], 1).tokens;
    assert_eq!((silent.output_mean, silent.input_per_output), (Some(0.0), None));
}

#[test]
fn types_are_listed_by_how_common_they_are() {
    let groups = vec![group(QueryType::Code, exact(1)), group(QueryType::Reasoning, exact(3))];
    let types = report_of(groups, 1).use_patterns.query_types.unwrap();
    let listed: Vec<_> = types.iter().map(|part| (part.query_type, part.n, part.share)).collect();
    assert_eq!(listed, [(QueryType::Reasoning, 3, Some(0.75)), (QueryType::Code, 1, Some(0.25))]);
}

#[test]
fn cost_by_call_and_by_day() {
    let priced = (0..4).map(|_| {
        let mut call = call(1);
        call.cost = Some(NanoUsd(120_000_000));
        call
    });
    let groups = vec![group(QueryType::Code, priced.chain([call(1)]))];
    let cost = report_of(groups.clone(), 2 * Timestamp::DAY).cost;
    assert_eq!((cost.usd, cost.per_call_usd, cost.per_day_usd), (Some(0.48), Some(0.12), Some(0.24)));
    assert_eq!(cost.known_share, Some(0.8));
    assert_eq!(report_of(groups, 23 * Timestamp::HOUR).cost.per_day_usd, None);
}

#[test]
fn quality_is_what_people_and_providers_showed() {
    let mut calls: Vec<Call> = (0..25).map(|_| call(1)).collect();
    (calls[0].rating, calls[1].rating) = (Rating::new(5), Rating::new(4));
    (calls[2].asked_again, calls[3].asked_again) = (2, 1);
    (calls[4].attempts, calls[5].attempts) = (3, 2);
    calls[6].outcome = Outcome::from_word("server").unwrap();
    let quality = report_of(vec![group(QueryType::Code, calls)], 1).quality;
    assert_eq!(quality.rating, RatingMean { n: 2, mean: Some(4.5) });
    assert_eq!(quality.asked_again, Rate { n: 24, share: Some(0.125), level: Level::Medium });
    assert_eq!(quality.provider_retries, Rate { n: 25, share: Some(0.08), level: Level::Medium });
    assert_eq!((quality.errors.total, quality.errors.rate), (1, Some(0.04)));
}

#[test]
fn what_no_call_shows_is_unknown_and_not_zero() {
    let report = |groups| report_of(groups, 1);
    let unknown = Rate { n: 0, share: None, level: Level::NotEnoughData };
    let imported = report(vec![group(QueryType::Other, exact(30))]);
    assert_eq!(imported.use_patterns.query_types, None);
    assert_eq!((&imported.quality.asked_again, &imported.quality.provider_retries), (&unknown, &unknown));
    let typed = report(vec![group(QueryType::Code, exact(30))]);
    assert_eq!(typed.use_patterns.query_types.unwrap()[0].n, 30);
    assert_eq!(typed.quality.asked_again, unknown, "a log may tell types and nothing of people");
    let hashed = |query_type| {
        let hash = |call: Call| Call { prompt_hash: Some(crate::model::PromptHash(7)), ..call };
        report(vec![group(query_type, exact(30).map(hash))]).quality.asked_again
    };
    assert_eq!(hashed(QueryType::Other), unknown, "or of hashes alone");
    let none = Rate { n: 30, share: Some(0.0), level: Level::Low };
    assert_eq!(hashed(QueryType::Code), none);
    let ours = |mut call: Call| {
        (call.context.messages, call.cost) = (Some(0), Some(NanoUsd(1)));
        call
    };
    assert_eq!(report(vec![group(QueryType::Other, exact(30).map(ours))]).quality.provider_retries, none);
}

#[test]
fn of_no_calls_the_json_says_unknown() {
    let mut json = serde_json::to_value(report_of(Vec::new(), Timestamp::DAY)).unwrap();
    json.as_object_mut().unwrap().shift_remove("use_patterns");
    json["speed"].as_object_mut().unwrap().retain(|name, _| !name.ends_with("_ms"));
    insta::assert_snapshot!(json, @r#"{"model":"sonnet","n":0,"window":{"from":"2026-11-20T00:00:00Z","to":"2026-11-21T00:00:00Z"},"speed":{"output_tokens_per_s":null,"spread":{"n":0,"quartile_variation":null,"level":"not_enough_data"}},"tokens":{"input_per_output":null,"input_n":0,"input_mean":null,"output_n":0,"output_mean":null},"cost":{"usd":null,"n":0,"known_share":null,"per_call_usd":null,"per_day_usd":null},"quality":{"rating":{"n":0,"mean":null},"asked_again":{"n":0,"share":null,"level":"not_enough_data"},"provider_retries":{"n":0,"share":null,"level":"not_enough_data"},"errors":{"total":0,"rate":null,"by_class":{}}}}"#);
}
