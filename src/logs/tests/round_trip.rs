//! Law: what is written and read again is equal.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::{
    CallId, Complexity, ContextSize, ErrorClass, Failures, Micros, NanoUsd, PromptHash, QueryType, Rating, StoredCall,
    Tally, Times, Timestamp, Usage, UsageSource,
};

/// Text as ids have it, and as an attacker would have it. An empty id is no id.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{1,12}", "[=+@'\\-\t\r\n\",; null]{1,8}", "\\PC{1,8}", Just("None".to_owned())]
}

fn id<T: From<String> + std::fmt::Debug>() -> impl Strategy<Value = Option<T>> {
    of(text().prop_map(T::from))
}

fn times() -> impl Strategy<Value = Times> {
    let always = || (0..=86_400_000_000u64).prop_map(Micros);
    let some = || of(always());
    (some(), some(), some(), some(), some(), always(), some(), always(), always()).prop_map(
        |(response, model, attempt, ttft, visible_ttft, back_off, queue, failed, chat_wait)| Times {
            response,
            model,
            attempt,
            ttft,
            visible_ttft,
            back_off,
            queue,
            failed,
            chat_wait,
        },
    )
}

/// As many tokens as a log may name.
fn tokens() -> impl Strategy<Value = u64> {
    0..=u64::from(u32::MAX)
}

fn usage() -> impl Strategy<Value = Usage> {
    let count = || of(tokens());
    (count(), count(), count(), count(), count(), count(), select(&UsageSource::ALL[..])).prop_map(
        |(input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, source)| Usage {
            input,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            reasoning,
            source,
        },
    )
}

fn call() -> impl Strategy<Value = Call> {
    let place = (id(), id(), id(), id(), id(), text(), id(), id());
    let kind = (select(&QueryType::ALL[..]), of(0u16..=1000), of(text()), of(any::<i64>()), any::<u32>());
    let cost = 0i64..=1_000_000_000_000_000;
    let end = (select(&Outcome::ALL[..]), id(), of(cost.clone()), cost, of(any::<u64>()), of(1u8..=5));
    let others = (0u64..99, 0i64..500).prop_map(|(n, sum)| Tally { n, sum });
    let failures = prop::collection::vec(select(&ErrorClass::ALL[..]), 0..4).prop_map(Failures::from_iter);
    let rest = (of(any::<u32>()), of(tokens()), of(any::<u32>()), any::<u32>(), (others, failures));
    let at = 0i64..7_258_118_400_000_000;
    (at, place, kind, end, rest, times(), usage()).prop_map(|(at, place, kind, end, rest, times, usage)| Call {
        at: Timestamp(at),
        guild: place.0,
        channel: place.1,
        user: place.2,
        session: place.3,
        provider: place.4,
        model: place.5.into(),
        answered_by: place.6,
        message: place.7,
        query_type: kind.0,
        complexity: kind.1.map(|thousandths| Complexity::from_share(f64::from(thousandths) / 1000.0)),
        arm: kind.2.map(String::into_boxed_str),
        again_of: kind.3.map(CallId),
        attempts: kind.4,
        outcome: end.0,
        price: end.1,
        cost: end.2.map(NanoUsd),
        failed_cost: NanoUsd(end.3),
        prompt_hash: end.4.map(PromptHash),
        rating: end.5.and_then(Rating::new),
        others_ratings: rest.4.0,
        failures: rest.4.1,
        context: ContextSize { messages: rest.0, tokens: rest.1 },
        repeat_after_s: rest.2,
        asked_again: rest.3,
        times,
        usage,
    })
}

fn written(calls: &[Call], layout: Layout) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), layout).unwrap();
    for (number, call) in calls.iter().enumerate() {
        let preview = Some("never written".to_owned());
        writer.write(&StoredCall { id: CallId(number as i64), call: call.clone(), preview }).unwrap();
    }
    writer.finish().unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(calls in prop::collection::vec(call(), 1..4), csv in any::<bool>()) {
        let layout = if csv { Layout::Csv } else { Layout::Jsonl };
        let bytes = written(&calls, layout);
        prop_assert!(!String::from_utf8_lossy(&bytes).contains("never written"));
        let read = read(bytes, &ReadOptions::default()).unwrap();
        prop_assert_eq!(read.bad, Vec::<String>::new());
        prop_assert_eq!(read.ids, (0..calls.len() as i64).map(|id| Some(CallId(id))).collect::<Vec<_>>());
        prop_assert_eq!(read.calls, calls);
    }
}

#[test]
fn an_export_is_exact_and_says_its_units() {
    let mut call = Call::new("2026-11-21T12:00:00.000001Z".parse().unwrap(), "haiku".into());
    call.user = Some("=cmd()".into());
    call.times.response = Some(Micros(1_234_567));
    call.cost = Some(NanoUsd(1_500));
    call.prompt_hash = Some(PromptHash(255));
    let text = |layout| String::from_utf8(written(std::slice::from_ref(&call), layout)).unwrap();
    insta::assert_snapshot!(text(Layout::Csv), @"
    id,timestamp,guild,channel,user,session,provider,model,answered_by,query_type,complexity,arm,message,again_of,response_time_us,model_time_us,attempt_time_us,ttft_us,visible_ttft_us,back_off_us,queue_time_us,failed_time_us,chat_wait_us,attempts,failures,outcome,input_tokens,output_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,reasoning_tokens,usage_source,price,cost_nano_usd,failed_cost_nano_usd,context_messages,context_tokens,prompt_hash,repeat_after_s,asked_again,rating,others_ratings,others_ratings_sum
    0,2026-11-21T12:00:00.000001Z,,,'=cmd(),,,haiku,,other,,,,,1234567,,,,,0,,0,0,1,,ok,,,,,,,absent,,1500,0,,,00000000000000ff,,0,,0,0
    ");
    insta::assert_snapshot!(text(Layout::Jsonl), @r#"{"id":0,"timestamp":"2026-11-21T12:00:00.000001Z","guild":null,"channel":null,"user":"=cmd()","session":null,"provider":null,"model":"haiku","answered_by":null,"query_type":"other","complexity":null,"arm":null,"message":null,"again_of":null,"response_time_us":1234567,"model_time_us":null,"attempt_time_us":null,"ttft_us":null,"visible_ttft_us":null,"back_off_us":0,"queue_time_us":null,"failed_time_us":0,"chat_wait_us":0,"attempts":1,"failures":null,"outcome":"ok","input_tokens":null,"output_tokens":null,"cache_read_tokens":null,"cache_write_5m_tokens":null,"cache_write_1h_tokens":null,"reasoning_tokens":null,"usage_source":"absent","price":null,"cost_nano_usd":1500,"failed_cost_nano_usd":0,"context_messages":null,"context_tokens":null,"prompt_hash":"00000000000000ff","repeat_after_s":null,"asked_again":0,"rating":null,"others_ratings":0,"others_ratings_sum":0}"#);
}

#[test]
fn an_edited_export_may_lack_columns_and_bad_cells_name_theirs() {
    let text = "timestamp,model,outcome,usage_source,response_time_us,cost_nano_usd,rating\n\
        2026-11-21T12:00:00Z,haiku,ok,absent,,,\n\
        2026-11-21T12:00:00Z,haiku,great,absent,,,\n\
        2026-11-21T12:00:00Z,haiku,ok,absent,1.5,,\n\
        2026-11-21T12:00:00Z,,ok,absent,,,9\n\
        2026-11-21T12:00:00Z,haiku,ok,absent,86400000001,,\n\
        2026-11-21T12:00:00Z,haiku,ok,absent,,-1,\n\
        2026-11-21T12:00:00Z,haiku,ok,absent,,9223372036854775807,\n\
        2200-01-01T00:00:00Z,haiku,ok,absent,,,\n";
    let read = read(text, &ReadOptions::default()).unwrap();
    assert_eq!(read.calls, [Call::new("2026-11-21T12:00:00Z".parse().unwrap(), "haiku".into())]);
    insta::assert_snapshot!(read.bad.join("\n"), @r#"
    line 3: outcome: there is no outcome "great"
    line 4: response_time_us: "1.5" is no number that fits
    line 5: has no model
    line 6: response_time_us: 86400000001 is longer than a day
    line 7: cost_nano_usd: -1 is negative
    line 8: cost_nano_usd: 9223372036854775807 is too large
    line 9: 2200-01-01T00:00:00Z is outside the years 1970 to 2199
    "#);
}
