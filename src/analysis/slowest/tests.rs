use super::*;
use crate::model::{Cell, CellKey, Usage};

/// A usual call: 100 ms to the first token of 101, 10 ms for each further one, 1,000 tokens in.
fn usual(model: &str) -> Call {
    let mut call = Call::new(Timestamp(0), model.into());
    call.query_type = QueryType::Question;
    call.usage = Usage { input: Some(1000), output: Some(101), ..Usage::default() };
    call.times.response = Some(Micros(1_100_000));
    call.times.model = Some(Micros(1_100_000));
    call.times.ttft = Some(Micros(100_000));
    call
}

fn slow(ms: u64) -> Call {
    let mut call = usual("m");
    call.times.response = Some(Micros(ms * 1000));
    call
}

/// Forty usual calls whose input runs from 610 to 1,390 tokens, each token of it worth half a millisecond of waiting.
fn background() -> Vec<Call> {
    let tokens = (0..40u64).map(|step| 610 + 20 * step);
    tokens
        .map(|input| {
            let mut call = usual("m");
            call.usage.input = Some(input);
            call.times.ttft = Some(Micros(input * 500));
            call.times.model = call.times.ttft.map(|ttft| ttft + Micros(1_000_000));
            call
        })
        .collect()
}

fn report(slow: Vec<Call>, background: Vec<Call>) -> SlowestReport {
    slowest(input(slow, background))
}

/// What the store says of calls, all of which are asked about.
fn input(mut slow: Vec<Call>, background: Vec<Call>) -> SlowestInput {
    slow.sort_by_key(|call| Reverse(call.times.response));
    let mut groups: BTreeMap<(ModelName, QueryType), Cell> = BTreeMap::new();
    for call in slow.iter().chain(&background) {
        groups.entry((call.model.clone(), call.query_type)).or_default().record(call);
    }
    let group = |((model, query_type), cell)| Group { key: CellKey { model, query_type }, cell };
    let groups: Vec<Group> = groups.into_iter().map(group).collect();
    let row = |(id, call)| StoredCall { id: CallId(id), call, preview: None };
    SlowestInput {
        rows_since: None,
        window: Window { from: Timestamp(0), to: Timestamp(Timestamp::DAY) },
        usual: groups.clone(),
        groups,
        slowest: (1..).zip(slow.into_iter().chain(background.iter().cloned())).map(row).collect(),
        top: 5,
        sample: (1..).zip(background).map(row).collect(),
    }
}

/// The issue of one slow call among usual ones, and the milliseconds it explains.
fn issue(call: Call) -> (Issue, Option<f64>) {
    let report = report(vec![call], background());
    (report.slowest[0].issue, report.slowest[0].issue_ms.map(f64::round))
}

#[test]
fn references_are_medians_and_slopes() {
    let reference = report(vec![slow(9000)], background()).references.remove(0);
    assert_eq!((reference.n, reference.sample_n), (41, 40));
    // 610, 630, … 1,390: the 20th of 40 is 990.
    assert_eq!((reference.input_tokens_p50, reference.output_tokens_p50), (Some(990), Some(101)));
    assert_eq!(reference.ms_per_output_token, Some(10.0));
    assert!((reference.ms_per_input_token.unwrap() - 0.5).abs() < 1e-9);
    assert!((reference.response_time_p50_ms.unwrap() - 1100.0).abs() < 5.0);
}

#[test]
fn long_output() {
    let mut call = slow(9000);
    call.usage.output = Some(801);
    assert_eq!(issue(call), (Issue::LongOutput, Some(7000.0)));
}

#[test]
fn large_context() {
    let mut call = slow(9000);
    call.usage.input = Some(14_990);
    assert_eq!(issue(call), (Issue::LargeContext, Some(7000.0)));
}

#[test]
fn slow_first_token() {
    let mut call = slow(9000);
    call.times.ttft = Some(Micros(8_000_000));
    let (issue, ms) = issue(call);
    assert_eq!(issue, Issue::SlowFirstToken);
    // The others wait 305, 315, … 695 ms; the 21st of all 41 waits 505.
    assert!((ms.unwrap() - 7495.0).abs() <= 505.0 / 256.0 + 0.5, "{ms:?}");
}

#[test]
fn retries_and_back_off() {
    let mut call = slow(9000);
    (call.times.back_off, call.times.failed) = (Micros(3_000_000), Micros(4_000_000));
    assert_eq!(issue(call), (Issue::RetriesAndBackOff, Some(7000.0)));
}

#[test]
fn a_type_that_takes_longer() {
    let code = |ms| {
        let mut call = slow(ms);
        call.query_type = QueryType::Code;
        call
    };
    // Six code calls: nearest rank takes the third, 8,000 ms.
    let calls = [7000, 7500, 8000, 8500, 9000, 9500].map(code).to_vec();
    let found = report(calls, background());
    assert_eq!(found.slowest[0].issue, Issue::ComplexQuestionType);
    assert!((found.slowest[0].issue_ms.unwrap() - 6900.0).abs() < 40.0, "{:?}", found.slowest[0]);
    // The slowest 5% of 46 calls are three.
    assert_eq!((found.common_causes.n, found.common_causes.tail_n), (3, 3));
    assert_eq!(
        found.common_causes.causes,
        [CauseShare { issue: Issue::ComplexQuestionType, query_type: Some(QueryType::Code), n: 3, share: Some(1.0) }]
    );
    // Five are too few to say what is usual for a type, and "other" is no type.
    let found = report([7000, 7500, 8000, 8500, 9000].map(code).to_vec(), background());
    assert_eq!(found.slowest[0].issue, Issue::NoSingleCause);
    let other = |ms| Call { query_type: QueryType::Other, ..slow(ms) };
    assert_eq!(report([7000; 8].map(other).to_vec(), background()).slowest[0].issue, Issue::NoSingleCause);
}

#[test]
fn calls_of_one_type_are_held_against_those_of_all() {
    let code = [7000, 7500, 8000, 8500, 9000, 9500].map(|ms| Call { query_type: QueryType::Code, ..slow(ms) }).to_vec();
    let mut only_code = input(code, background());
    only_code.groups.retain(|group| group.key.query_type == QueryType::Code);
    only_code.slowest.retain(|row| row.call.query_type == QueryType::Code);
    let found = slowest(only_code);
    assert_eq!((found.n, found.references[0].n), (6, 46));
    assert_eq!(found.slowest[0].issue, Issue::ComplexQuestionType);
    assert_eq!((found.common_causes.n, found.common_causes.tail_n), (1, 1));
}

#[test]
fn a_cause_must_explain_a_fifth_of_the_excess() {
    // At 10 ms a token, about 200 further tokens explain a fifth of the 10,000 ms above the median.
    let tokens = |output| {
        let mut call = slow(11_100);
        call.usage.output = Some(output);
        call
    };
    let excess = report(vec![tokens(301)], background()).slowest[0].excess_ms.unwrap();
    let enough = 101 + (excess * 0.2 / 10.0).ceil() as u64;
    assert_eq!(issue(tokens(enough)).0, Issue::LongOutput);
    assert_eq!(issue(tokens(enough - 1)), (Issue::NoSingleCause, None));
}

#[test]
fn what_is_unknown_explains_nothing() {
    let mut call = slow(9000);
    (call.usage, call.times.ttft) = (Usage::default(), None);
    assert_eq!(issue(call), (Issue::NoSingleCause, None));
}

#[test]
fn a_constant_prompt_has_no_large_context() {
    let mut call = slow(9000);
    call.usage.input = Some(14_990);
    let found = report(vec![call], vec![usual("m"); 40]);
    assert_eq!((found.references[0].ms_per_input_token, found.slowest[0].issue), (None, Issue::NoSingleCause));
}

#[test]
fn five_calls_are_not_enough_to_say_what_is_usual() {
    let mut call = slow(9000);
    call.usage.output = Some(801);
    let found = report(vec![call.clone()], vec![usual("m"); 4]);
    assert_eq!((found.slowest[0].issue, found.slowest[0].excess_ms), (Issue::NotEnoughData, None));
    // From six on there is a median; the calls behind it serve as the sample too.
    let found = report(vec![call], vec![usual("m"); 6]);
    assert_eq!(found.slowest[0].issue, Issue::LongOutput);
}

#[test]
fn no_calls_make_an_empty_report() {
    let empty = report(Vec::new(), Vec::new());
    assert_eq!((empty.n, empty.slowest.len(), empty.references.len()), (0, 0, 0));
    assert_eq!(empty.common_causes, CommonCauses { n: 0, tail_n: 0, causes: Vec::new() });
}

#[test]
fn common_causes_look_at_the_slowest_twentieth_by_cause() {
    let long = |ms| {
        let mut call = slow(ms);
        call.usage.output = Some(801);
        call
    };
    // The slowest 5% of 60 are three: two long answers and one that nothing explains.
    let calls = vec![long(9000), long(8500), slow(8400)];
    let causes = report(calls, vec![usual("m"); 57]).common_causes;
    assert_eq!((causes.n, causes.tail_n), (3, 3));
    let listed: Vec<_> = causes.causes.iter().map(|cause| (cause.issue, cause.n)).collect();
    assert_eq!(listed, [(Issue::LongOutput, 2), (Issue::NoSingleCause, 1)]);
}

#[test]
fn rows_that_are_only_the_slowest_a_viewer_may_read_are_no_tail() {
    let mut input = SlowestInput {
        rows_since: None,
        window: Window { from: Timestamp(0), to: Timestamp(1) },
        groups: Vec::new(),
        usual: Vec::new(),
        slowest: vec![StoredCall { id: CallId(7), call: usual("m"), preview: None }],
        top: 5,
        sample: Vec::new(),
    };
    let mut cell = Cell::default();
    (0..40).for_each(|_| cell.record(&slow(9000)));
    input.groups.push(Group { key: CellKey { model: "m".into(), query_type: QueryType::Question }, cell });
    let found = slowest(input);
    assert_eq!((found.slowest.len(), found.common_causes.n, found.common_causes.tail_n), (1, 0, 2));
}

#[test]
fn the_json_of_one_call() {
    let mut call = slow(9000);
    call.usage.output = Some(801);
    let mut found = report(vec![call], vec![usual("m"); 6]);
    found.slowest.truncate(1);
    // The median of 1,100 ms lies in a bucket whose middle is 1,101.8 ms.
    found.slowest[0].excess_ms = found.slowest[0].excess_ms.map(f64::round);
    insta::assert_snapshot!(serde_json::to_string(&found.slowest[0]).unwrap(), @r#"{"id":1,"timestamp":"1970-01-01T00:00:00Z","model":"m","query_type":"question","response_time_ms":9000.0,"ttft_ms":100.0,"input_tokens":1000,"output_tokens":801,"context_messages":null,"attempts":1,"prompt_preview":null,"issue":"long_output","issue_ms":7000.0,"excess_ms":7900.0}"#);
    insta::assert_snapshot!(serde_json::to_string(&found.common_causes).unwrap(), @r#"{"n":1,"tail_n":1,"causes":[{"issue":"long_output","query_type":null,"n":1,"share":1.0}]}"#);
}
