//! Spend logs of the LiteLLM proxy: rows of its table `LiteLLM_SpendLogs`, as CSV or as its API's JSON.
//!
//! Its one duration is the request's, so it stands for response and model time alike. Token details, the class of an
//! error, and in older versions the status, are in its `metadata`.

use super::{Format, Rule, between};
use crate::logs::field::Field;
use crate::logs::row::Row;
use crate::logs::time::Clock;

pub const FORMAT: Format = Format {
    name: "litellm",
    marks: &[&["request_id"], &["startTime"], &["spend"], &["model"]],
    rules: &[
        Rule::any(Field::Timestamp, &["startTime"]),
        Rule::any(Field::Provider, &["custom_llm_provider"]),
        Rule::any(Field::Model, &["model", "model_group"]),
        Rule::any(Field::User, &["end_user", "user"]),
        Rule::any(Field::Session, &["session_id"]),
        Rule::derived(Field::ResponseTime, duration),
        Rule::derived(Field::ModelTime, duration),
        Rule::derived(Field::Ttft, ttft),
        Rule::any(Field::InputTokens, &["prompt_tokens"]),
        Rule::any(Field::OutputTokens, &["completion_tokens"]),
        Rule::any(
            Field::CacheReadTokens,
            &[
                "metadata.usage_object.prompt_tokens_details.cached_tokens",
                "metadata.usage_object.cache_read_input_tokens",
                "metadata.additional_usage_values.cache_read_input_tokens",
            ],
        ),
        Rule::any(
            Field::CacheWriteTokens,
            &[
                "metadata.usage_object.cache_creation_input_tokens",
                "metadata.additional_usage_values.cache_creation_input_tokens",
            ],
        ),
        Rule::any(Field::ReasoningTokens, &["metadata.usage_object.completion_tokens_details.reasoning_tokens"]),
        Rule::any(Field::Cost, &["spend"]),
        Rule::derived(Field::Error, outcome),
    ],
    is_call: |_| true,
    whole: None,
    epoch: None,
};

fn duration(row: &Row, clock: &Clock) -> Option<String> {
    between(row, clock, "startTime", "endTime")
}

/// LiteLLM writes the end as the time of the first token where an answer was not streamed: then there is none.
fn ttft(row: &Row, clock: &Clock) -> Option<String> {
    let ttft = between(row, clock, "startTime", "completionStartTime")?;
    (duration(row, clock).as_ref() != Some(&ttft)).then_some(ttft)
}

/// A failure by its code or class, or an answer from LiteLLM's own cache.
fn outcome(row: &Row, _: &Clock) -> Option<String> {
    let status = row.text_alike("status").or_else(|| row.text_alike("metadata.status"));
    if status.is_some_and(|status| status.eq_ignore_ascii_case("failure")) {
        let details = ["metadata.error_information.error_code", "metadata.error_information.error_class"];
        return Some(details.iter().find_map(|path| row.text_alike(path)).map_or_else(|| "failure".into(), Into::into));
    }
    row.text_alike("cache_hit").filter(|hit| hit.eq_ignore_ascii_case("true")).map(|_| "cached".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::logs::ReadOptions;
    use crate::logs::tests::shown;

    const HEADER: &str = "request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,\
        endTime,completionStartTime,model,model_group,custom_llm_provider,user,end_user,metadata,cache_hit,session_id,status";

    fn table(rows: &[&str]) -> String {
        shown(format!("{HEADER}\n{}\n", rows.join("\n")), &ReadOptions::default())
    }

    #[test]
    fn a_streamed_answer_with_its_usage() {
        let metadata = r#""{""status"": ""success"", ""usage_object"": {""prompt_tokens_details"": {""cached_tokens"": 1024}, ""cache_creation_input_tokens"": 7, ""completion_tokens_details"": {""reasoning_tokens"": 128}}}""#;
        let row = format!(
            "r1,acompletion,k,0.00425,1510,1200,310,2026-03-01 10:00:00.123,2026-03-01 10:00:02.623,\
             2026-03-01 10:00:00.623,gpt-4o,mine,openai,key-owner,alice,{metadata},False,s1,success"
        );
        insta::assert_snapshot!(table(&[&row]), @"2026-03-01T10:00:00.123000Z gpt-4o provider=openai user=alice session=s1 response=2500000 model=2500000 ttft=500000 in=1200 out=310 read=1024 write=7 reasoning=128 cost=4250000");
    }

    #[test]
    fn whole_answers_cache_hits_and_failures() {
        let whole = "r2,acompletion,k,0,30,10,20,2026-03-01T10:00:00Z,2026-03-01T10:00:01Z,2026-03-01T10:00:01Z,m,,,u,,{},None,,";
        let hit = "r3,acompletion,k,0,30,10,20,2026-03-01T10:00:00Z,2026-03-01T10:00:00.002Z,,m,,,u,,{},True,,success";
        let metadata = r#""{""error_information"": {""error_code"": ""429"", ""error_class"": ""RateLimitError""}}""#;
        let failed = format!(
            "r4,acompletion,k,0,0,0,0,2026-03-01T10:00:00Z,2026-03-01T10:00:00.5Z,,,mine,,u,,{metadata},,,failure"
        );
        insta::assert_snapshot!(table(&[whole, hit, &failed]), @r"
        2026-03-01T10:00:00Z m user=u response=1000000 model=1000000 in=10 out=20
        2026-03-01T10:00:00Z m user=u response=2000 model=2000 in=10 out=20 outcome=cached cost=0
        2026-03-01T10:00:00Z mine user=u response=500000 model=500000 in=0 out=0 outcome=rate_limit
        ");
    }

    #[test]
    fn the_apis_json() {
        let text = r#"[{"request_id": "r", "spend": 1.5e-05, "model": "claude-haiku-4-5", "prompt_tokens": 25,
            "completion_tokens": 5, "startTime": "2026-03-01T10:00:00.000000+00:00", "endTime": "2026-03-01T10:00:01+00:00",
            "metadata": {"additional_usage_values": {"cache_read_input_tokens": 20}}, "user": ""}]"#;
        insta::assert_snapshot!(shown(text, &ReadOptions::default()), @"2026-03-01T10:00:00Z claude-haiku-4-5 response=1000000 model=1000000 in=25 out=5 read=20 cost=15000");
    }
}
