use proptest::prelude::*;

use super::*;

/// What a reader has after these frames: `(event, data)`.
fn read(kind: ProviderKind, frames: &[(&str, &str)]) -> Usage {
    let mut reader = UsageReader::new(kind);
    for (event, data) in frames {
        reader.frame(Some(event).filter(|event| !event.is_empty()).copied(), data);
    }
    reader.usage()
}

fn openai(usage: &str) -> Usage {
    read(ProviderKind::OpenAi, &[("", &format!(r#"{{"model":"m","choices":[],"usage":{usage}}}"#))])
}

fn reported(input: u64, output: u64) -> Usage {
    Usage { input: Some(input), output: Some(output), source: UsageSource::Reported, ..Usage::default() }
}

const TEXT: (&str, &str) = ("", r#"{"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}],"usage":null}"#);
const DONE: (&str, &str) = ("", "[DONE]");

#[test]
fn usage_in_a_last_chunk_without_choices_is_taken_once() {
    let last = r#"{"model":"m","choices":[],"usage":{"prompt_tokens":16111,"completion_tokens":2,"total_tokens":16113,
        "prompt_tokens_details":{"cached_tokens":15872}}}"#;
    let usage = read(ProviderKind::OpenAi, &[TEXT, TEXT, ("", last), DONE]);
    assert_eq!(usage, Usage { cache_read: Some(15_872), ..reported(16_111, 2) });
}

#[test]
fn usage_in_a_last_chunk_with_an_empty_delta_is_the_same() {
    let last = r#"{"model":"m","choices":[{"index":0,"delta":{}}],"usage":{"prompt_tokens":16111,"completion_tokens":2,
        "total_tokens":16113,"prompt_tokens_details":{"cached_tokens":15872}}}"#;
    let usage = read(ProviderKind::OpenAi, &[TEXT, ("", last), DONE]);
    assert_eq!(usage, Usage { cache_read: Some(15_872), ..reported(16_111, 2) });
}

#[test]
fn usage_in_every_chunk_is_not_summed() {
    let chunk = |n| format!(r#"{{"choices":[],"usage":{{"prompt_tokens":10,"completion_tokens":{n}}}}}"#);
    let (one, two, three) = (chunk(1), chunk(2), chunk(3));
    assert_eq!(read(ProviderKind::OpenAi, &[("", &one), ("", &two), ("", &three)]), reported(10, 3));
    assert_eq!(read(ProviderKind::OpenAi, &[("", &one), ("", &two)]), reported(10, 2), "cut: what came by then");
}

#[test]
fn no_usage_is_absent_and_never_zero() {
    assert_eq!(read(ProviderKind::OpenAi, &[TEXT, TEXT, DONE]), Usage::default());
    assert_eq!(openai("null"), Usage::default());
    assert_eq!(openai("{}"), Usage::default());
    for kind in [ProviderKind::Anthropic, ProviderKind::Gemini, ProviderKind::Ollama, ProviderKind::Simulated] {
        assert_eq!(read(kind, &[TEXT, DONE]), Usage::default(), "{kind}");
    }
}

#[test]
fn anthropic_tells_the_input_first_and_the_output_last() {
    let usage = read(
        ProviderKind::Anthropic,
        &[
            (
                "message_start",
                r#"{"type":"message_start","message":{"model":"claude-haiku-4-5-20251001","usage":{"input_tokens":25,
                "cache_creation_input_tokens":100,"cache_read_input_tokens":2000,"output_tokens":1}}}"#,
            ),
            ("content_block_delta", r#"{"type":"content_block_delta","delta":{"text":"\"usage\": 3"}}"#),
            ("message_delta", r#"{"type":"message_delta","delta":{},"usage":{"output_tokens":20}}"#),
            (
                "message_delta",
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},
                "usage":{"output_tokens":42,"output_tokens_details":{"thinking_tokens":30}}}"#,
            ),
            ("message_stop", r#"{"type":"message_stop"}"#),
        ],
    );
    let wanted =
        Usage { cache_read: Some(2_000), cache_write_5m: Some(100), reasoning: Some(30), ..reported(2_125, 42) };
    assert_eq!(usage, wanted);
}

fn anthropic(usage: &str) -> Usage {
    let start = format!(r#"{{"type":"message_start","message":{{"usage":{usage}}}}}"#);
    read(ProviderKind::Anthropic, &[("message_start", &start), ("", r#"{"usage":{"output_tokens":12}}"#)])
}

#[test]
fn anthropic_tells_writes_of_both_lengths() {
    let usage = anthropic(
        r#"{"input_tokens":3,"cache_creation_input_tokens":2500,"cache_read_input_tokens":0,
        "cache_creation":{"ephemeral_5m_input_tokens":376,"ephemeral_1h_input_tokens":2124}}"#,
    );
    let wanted =
        Usage { cache_read: Some(0), cache_write_5m: Some(376), cache_write_1h: Some(2_124), ..reported(2_503, 12) };
    assert_eq!(usage, wanted);
    let parts_only = r#"{"input_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":2124}}"#;
    assert_eq!(anthropic(parts_only), Usage { cache_write_1h: Some(2_124), ..reported(2_127, 12) });
}

#[test]
fn anthropic_may_repeat_the_input_at_the_end() {
    let start = r#"{"type":"message_start","message":{"usage":{"input_tokens":3,"cache_creation_input_tokens":2124,
        "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":2124}}}}"#;
    let wanted = Usage { cache_write_5m: Some(0), cache_write_1h: Some(2_124), ..reported(2_127, 12) };
    let repeated = r#"{"usage":{"input_tokens":3,"cache_creation_input_tokens":2124,"output_tokens":12}}"#;
    assert_eq!(read(ProviderKind::Anthropic, &[("", start), ("", repeated)]), wanted);
    let zeros = r#"{"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":12}}"#;
    assert_eq!(read(ProviderKind::Anthropic, &[("", start), ("", zeros)]), wanted);
    let late = r#"{"usage":{"input_tokens":9,"output_tokens":12}}"#;
    let empty = r#"{"message":{"usage":{"input_tokens":0,"output_tokens":0}}}"#;
    assert_eq!(read(ProviderKind::Anthropic, &[("", empty), ("", late)]), reported(9, 12));
}

#[test]
fn a_stream_cut_before_its_output_was_told_is_partial() {
    let start = r#"{"type":"message_start","message":{"usage":{"input_tokens":806,"output_tokens":1}}}"#;
    let usage = read(ProviderKind::Anthropic, &[("message_start", start)]);
    assert_eq!(usage, Usage { input: Some(806), source: UsageSource::Partial, ..Usage::default() });
}

#[test]
fn exclusive_counts_add_up_to_the_whole_input() {
    let usage = anthropic(r#"{"input_tokens":3,"cache_read_input_tokens":13216,"cache_creation_input_tokens":25}"#);
    assert_eq!((usage.input, usage.output), (Some(13_244), Some(12)));
    let usage =
        anthropic(r#"{"input_tokens":4299,"cache_read_input_tokens":35574,"cache_creation_input_tokens":17787}"#);
    assert_eq!(usage.input, Some(57_660));
}

#[test]
fn a_write_beside_an_openai_like_usage_is_inside_its_total() {
    let usage = openai(
        r#"{"prompt_tokens":1500,"completion_tokens":7,"total_tokens":1507,"cache_read_input_tokens":1200,
        "prompt_tokens_details":{"cached_tokens":1200},"cache_creation_input_tokens":300}"#,
    );
    assert_eq!(usage, Usage { cache_read: Some(1_200), cache_write_5m: Some(300), ..reported(1_500, 7) });
    let in_details = openai(
        r#"{"prompt_tokens":2006,"completion_tokens":1,
        "prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":1889}}"#,
    );
    assert_eq!(in_details, Usage { cache_read: Some(0), cache_write_5m: Some(1_889), ..reported(2_006, 1) });
    let hour = openai(
        r#"{"prompt_tokens":100,"completion_tokens":1,"cache_creation_input_tokens":60,"prompt_tokens_details":
        {"cache_creation_token_details":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":40}}}"#,
    );
    assert_eq!(hour, Usage { cache_write_5m: Some(20), cache_write_1h: Some(40), ..reported(100, 1) });
}

#[test]
fn details_that_are_null_are_absent_and_a_true_zero_stays_zero() {
    let null = openai(
        r#"{"prompt_tokens":5,"completion_tokens":0,"prompt_tokens_details":null,
        "completion_tokens_details":{"reasoning_tokens":null}}"#,
    );
    assert_eq!(null, reported(5, 0));
    let zero = openai(
        r#"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":0},
        "completion_tokens_details":{"reasoning_tokens":0}}"#,
    );
    assert_eq!(zero, Usage { cache_read: Some(0), reasoning: Some(0), ..reported(5, 1) });
}

#[test]
fn other_servers_put_the_same_in_other_places() {
    let deepseek = openai(
        r#"{"prompt_tokens":100,"completion_tokens":5,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}"#,
    );
    assert_eq!(deepseek, Usage { cache_read: Some(64), ..reported(100, 5) });
    let groq = r#"{"choices":[],"x_groq":{"usage":{"prompt_tokens":8,"completion_tokens":4}}}"#;
    assert_eq!(read(ProviderKind::OpenAi, &[("", groq)]), reported(8, 4));
    let moonshot = r#"{"choices":[{"delta":{},"usage":{"prompt_tokens":8,"completion_tokens":4,"cached_tokens":2}}]}"#;
    assert_eq!(read(ProviderKind::OpenAi, &[("", moonshot)]), Usage { cache_read: Some(2), ..reported(8, 4) });
}

#[test]
fn reasoning_is_a_part_of_the_output_wherever_it_was_counted() {
    let inside = openai(
        r#"{"prompt_tokens":1200,"completion_tokens":310,"total_tokens":1510,
        "completion_tokens_details":{"reasoning_tokens":128}}"#,
    );
    assert_eq!(inside, Usage { reasoning: Some(128), ..reported(1_200, 310) });
    let beside = openai(
        r#"{"prompt_tokens":10120,"completion_tokens":1499,"total_tokens":14428,
        "completion_tokens_details":{"reasoning_tokens":2809}}"#,
    );
    assert_eq!(beside, Usage { reasoning: Some(2_809), ..reported(10_120, 4_308) });
    let no_total = r#"{"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":4}}"#;
    assert_eq!((openai(no_total).output, openai(no_total).source), (Some(9), UsageSource::Partial));
}

#[test]
fn gemini_counts_thoughts_beside_the_answer() {
    let chunk = |candidates| {
        format!(
            r#"{{"candidates":[],"modelVersion":"gemini-2.5-flash","usageMetadata":{{"promptTokenCount":40,
            "cachedContentTokenCount":16,{candidates}"thoughtsTokenCount":20,"totalTokenCount":69}}}}"#
        )
    };
    let (first, last) = (chunk(""), chunk(r#""candidatesTokenCount":9,"#));
    let usage = read(ProviderKind::Gemini, &[("", &first), ("", &last)]);
    assert_eq!(usage, Usage { cache_read: Some(16), reasoning: Some(20), ..reported(40, 29) });
    let no_thoughts =
        r#"{"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2,"toolUsePromptTokenCount":3}}"#;
    assert_eq!(read(ProviderKind::Gemini, &[("", no_thoughts)]), reported(7, 2));
}

#[test]
fn ollama_tells_its_counts_in_the_last_line() {
    let text = r#"{"model":"llama3.2","message":{"content":"Hi"},"done":false}"#;
    let last = r#"{"model":"llama3.2","done":true,"prompt_eval_count":11,"eval_count":22,"eval_duration":5}"#;
    assert_eq!(read(ProviderKind::Ollama, &[("", text), ("", last)]), reported(11, 22));
    let all_cached = r#"{"done":true,"eval_count":22}"#;
    assert_eq!(read(ProviderKind::Ollama, &[("", all_cached)]).source, UsageSource::Partial);
}

#[test]
fn the_model_that_answers_is_the_one_that_says_so() {
    for (kind, frame, wanted) in [
        (ProviderKind::OpenAi, r#"{"model":"gpt-4o-2024-08-06","choices":[]}"#, Some("gpt-4o-2024-08-06")),
        (ProviderKind::Anthropic, r#"{"message":{"model":"claude-opus-5"}}"#, Some("claude-opus-5")),
        (ProviderKind::Gemini, r#"{"modelVersion":"gemini-2.5-flash"}"#, Some("gemini-2.5-flash")),
        (ProviderKind::Ollama, r#"{"model":"llama3.2","done":false}"#, Some("llama3.2")),
        (ProviderKind::OpenAi, r#"{"model":"","choices":[]}"#, None),
        (ProviderKind::OpenAi, r#"{"model":7}"#, None),
        (ProviderKind::Simulated, r#"{"model":"swift"}"#, None),
    ] {
        let mut reader = UsageReader::new(kind);
        reader.frame(None, frame);
        assert_eq!(reader.answered_by(), wanted, "{frame}");
    }
}

#[test]
fn absurd_numbers_are_not_believed() {
    for bad in ["-5", "\"12\"", "1e300", "12.5", "18446744073709551615", "99999999999999999999999", "[]", "true", "{}"]
    {
        let usage = openai(&format!(r#"{{"prompt_tokens":{bad},"completion_tokens":3}}"#));
        assert_eq!((usage.input, usage.output), (None, Some(3)), "{bad}");
        assert_eq!(usage.source, UsageSource::Partial, "{bad}");
        assert_eq!(openai(bad), Usage::default(), "{bad}");
    }
}

/// Pieces that providers' frames are made of, good and bad.
fn piece() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("usage"),
        Just("prompt_tokens"),
        Just("completion_tokens"),
        Just("total_tokens"),
        Just("message"),
        Just("completion_tokens_details"),
        Just("reasoning_tokens"),
        Just("cache_creation"),
        Just("input_tokens"),
        Just("output_tokens"),
        Just("cache_creation_input_tokens"),
        Just("ephemeral_1h_input_tokens"),
        Just("model"),
        Just("usageMetadata"),
        Just("promptTokenCount"),
        Just("thoughtsTokenCount"),
        Just("eval_count"),
    ];
    let leaf = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        Just("null".to_owned()),
        Just("1e300".to_owned()),
        Just("\"7\"".to_owned()),
        Just("1000000000000".to_owned()),
        Just("oops".to_owned()),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        proptest::collection::vec((key.clone(), inner), 0..6).prop_map(|fields| {
            let fields: Vec<_> = fields.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            format!("{{{}}}", fields.join(","))
        })
    })
}

proptest! {
    #[test]
    fn no_frame_breaks_a_reader(frames in proptest::collection::vec(prop_oneof![piece(), any::<String>()], 0..6)) {
        for kind in [ProviderKind::Anthropic, ProviderKind::OpenAi, ProviderKind::Gemini, ProviderKind::Ollama] {
            let mut reader = UsageReader::new(kind);
            for frame in &frames {
                reader.frame(None, frame);
                reader.frame(Some("message_delta"), frame);
            }
            let usage = reader.usage();
            prop_assert_eq!(usage.source == UsageSource::Absent, usage.input.is_none() && usage.output.is_none());
            prop_assert!(usage.input.unwrap_or(0) <= 4 * MOST_TOKENS && usage.output.unwrap_or(0) <= 2 * MOST_TOKENS);
        }
    }
}
