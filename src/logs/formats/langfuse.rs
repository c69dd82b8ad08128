//! Langfuse observations: the API's and the web page's exports (`startTime`) and the blob storage's (`start_time`).
//!
//! Only generations are calls; spans, events and the like are left out. Langfuse splits usage into kinds that do not
//! overlap (`input`, `input_cached_tokens` …), so all kinds of input together are a call's input.

use super::{Format, Rule, between};
use crate::logs::field::Field;
use crate::logs::number::Decimal;
use crate::logs::row::{Row, scalar};
use crate::logs::time::Clock;

pub const FORMAT: Format = Format {
    name: "langfuse",
    marks: &[&["startTime"], &["traceId"], &["model", "providedModelName"]],
    rules: &[
        Rule::any(Field::Timestamp, &["startTime"]),
        Rule::any(Field::Model, &["providedModelName", "model"]),
        Rule::any(Field::User, &["userId"]),
        Rule::any(Field::Session, &["sessionId"]),
        Rule::derived(Field::ResponseTime, duration),
        Rule::derived(Field::ModelTime, duration),
        Rule::derived(Field::Ttft, ttft),
        Rule::derived(Field::InputTokens, |row, _| {
            tokens(row, "input", &["inputUsage", "usage.input", "promptTokens"])
        }),
        Rule::derived(Field::OutputTokens, |row, _| {
            tokens(row, "output", &["outputUsage", "usage.output", "completionTokens"])
        }),
        Rule::any(
            Field::CacheReadTokens,
            &[
                "usageDetails.input_cached_tokens",
                "usageDetails.cache_read_input_tokens",
                "usageDetails.input_cache_read",
            ],
        ),
        Rule::any(
            Field::CacheWriteTokens,
            &["usageDetails.cache_creation_input_tokens", "usageDetails.input_cache_creation"],
        ),
        Rule::any(
            Field::ReasoningTokens,
            &["usageDetails.output_reasoning_tokens", "usageDetails.output_reasoning", "usageDetails.reasoning_tokens"],
        ),
        Rule::any(Field::Cost, &["totalCost", "calculatedTotalCost", "costDetails.total"]),
        Rule::derived(Field::Error, error),
    ],
    is_call: |row| row.text_alike("type").is_none_or(|kind| kind.eq_ignore_ascii_case("generation")),
    whole: None,
    epoch: None,
};

fn duration(row: &Row, clock: &Clock) -> Option<String> {
    between(row, clock, "startTime", "endTime").or_else(|| from_seconds(row, "latency"))
}

fn ttft(row: &Row, clock: &Clock) -> Option<String> {
    between(row, clock, "startTime", "completionStartTime").or_else(|| from_seconds(row, "timeToFirstToken"))
}

/// A number of seconds in microseconds; what is no number stays as it is, to be refused with its field's name.
fn from_seconds(row: &Row, column: &str) -> Option<String> {
    let text = row.text_alike(column)?;
    let micros = Decimal::parse(&text).and_then(|seconds| seconds.rounded(6));
    Some(micros.map_or_else(|| text.into_owned(), |micros| micros.to_string()))
}

/// The sum of all kinds of usage that are called so, else the plain column that older exports have.
fn tokens(row: &Row, kind: &str, columns: &[&str]) -> Option<String> {
    let kinds = row.object_alike("usageDetails").unwrap_or_default();
    let counts = kinds.iter().filter(|(name, _)| name.contains(kind));
    let counts = counts.map(|(_, count)| Decimal::parse(&scalar(count)).and_then(Decimal::whole));
    let sum: Option<Option<i64>> = counts.reduce(|sum, count| sum?.checked_add(count?));
    match sum {
        Some(sum) => sum.map(|sum| sum.to_string()),
        None => columns.iter().find_map(|column| row.text_alike(column)).map(Into::into),
    }
}

fn error(row: &Row, _: &Clock) -> Option<String> {
    row.text_alike("level").filter(|level| level.eq_ignore_ascii_case("error"))?;
    Some(row.text_alike("statusMessage").map_or_else(|| "error".to_owned(), Into::into))
}

#[cfg(test)]
mod tests {
    use crate::logs::ReadOptions;
    use crate::logs::tests::{read, shown};

    #[test]
    fn blob_storage_lines() {
        let text = concat!(
            r#"{"id": "a", "trace_id": "t", "type": "GENERATION", "start_time": "2026-05-29 13:46:19.963000", "#,
            r#""end_time": "2026-05-29 13:46:21.463000", "completion_start_time": "2026-05-29 13:46:20.213000", "#,
            r#""provided_model_name": "gpt-4o", "usage_details": {"input": 100, "input_cached_tokens": 900, "#,
            r#""output": 40, "output_reasoning_tokens": 10, "total": 1050}, "total_cost": 0.00125, "latency": 1.5, "#,
            r#""user_id": "u", "session_id": "s", "level": "DEFAULT", "input": "words", "output": "more words"}"#,
            "\n",
            r#"{"id": "b", "trace_id": "t", "type": "SPAN", "start_time": "2026-05-29 13:46:19.963000", "#,
            r#""end_time": null, "provided_model_name": "", "usage_details": {}, "level": "DEFAULT"}"#,
            "\n",
            r#"{"id": "c", "trace_id": "t", "type": "GENERATION", "start_time": "2026-05-29 13:47:00.000000", "#,
            r#""end_time": null, "provided_model_name": "gpt-4o", "usage_details": {}, "total_cost": 0, "#,
            r#""level": "ERROR", "status_message": "Error code: 429 - too many"}"#,
        );
        insta::assert_snapshot!(shown(text, &ReadOptions::default()), @r"
        2026-05-29T13:46:19.963000Z gpt-4o user=u session=s response=1500000 model=1500000 ttft=250000 in=1000 out=50 read=900 reasoning=10 cost=1250000
        2026-05-29T13:47:00Z gpt-4o outcome=rate_limit
        ");
        assert_eq!(read(text, &ReadOptions::default()).unwrap().left_out, 1);
    }

    #[test]
    fn the_web_pages_csv() {
        let text = "id,traceId,type,name,startTime,endTime,model,inputUsage,outputUsage,latency,timeToFirstToken,totalCost,level\n\
            a,t,GENERATION,answer,2026-05-29T13:46:19.963Z,,gpt-4o,412,87,1.2345678,0.25,0.000183,DEFAULT\n";
        insta::assert_snapshot!(shown(text, &ReadOptions::default()), @"2026-05-29T13:46:19.963000Z gpt-4o response=1234568 model=1234568 ttft=250000 in=412 out=87 cost=183000");
    }

    #[test]
    fn the_apis_json() {
        let text = r#"[
            {"id": "a", "traceId": "t", "type": "GENERATION", "model": "gpt-4o", "startTime": "2026-05-29T13:46:19.963Z",
             "endTime": "2026-05-29T13:46:20.963Z", "usage": {"input": 5, "output": 6, "total": 11, "unit": "TOKENS"},
             "calculatedTotalCost": 0.25, "statusMessage": null}
        ]"#;
        insta::assert_snapshot!(shown(text, &ReadOptions::default()), @"2026-05-29T13:46:19.963000Z gpt-4o response=1000000 model=1000000 in=5 out=6 cost=250000000");
    }

    #[test]
    fn an_end_before_the_start_makes_a_bad_row() {
        let text = "traceId,startTime,endTime,model\nt,2026-05-29T13:46:20Z,2026-05-29T13:46:19Z,m\n";
        let bad = read(text, &ReadOptions::default()).unwrap().bad;
        assert_eq!(bad, ["line 2: response_time -1000000 is negative"]);
    }
}
