use futures::StreamExt;

use super::*;
use crate::ai::provider::{Role, Turn};

fn request(model: &str, question: &str) -> Request {
    let model = models().into_iter().find(|spec| spec.id == model).expect("a simulated model");
    let turns = vec![Turn { role: Role::User, text: question.into() }];
    Request { model: Arc::new(model), system: None, turns, pictures: Vec::new(), max_output_tokens: 500 }
}

async fn frames(provider: Simulated, request: &Request) -> Vec<(Duration, Frame)> {
    let started = Instant::now();
    let frames = provider.stream(request).map(|frame| (started.elapsed(), frame.expect("it never fails")));
    frames.collect().await
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_and_conversation_give_the_same_words_at_the_same_times() {
    let first = frames(Simulated::new(7, 1.0), &request("swift", "What is Python?")).await;
    assert_eq!(frames(Simulated::new(7, 1.0), &request("swift", "What is Python?")).await, first);
    assert_ne!(frames(Simulated::new(8, 1.0), &request("swift", "What is Python?")).await, first);
    assert_ne!(frames(Simulated::new(7, 1.0), &request("swift", "What is Rust?")).await, first);
}

#[tokio::test]
async fn at_no_pace_everything_is_there_at_once_and_usage_is_reported() {
    let frames = Simulated::new(7, 0.0).stream(&request("deep", "Hi there!")).map(Result::unwrap);
    let frames: Vec<Frame> = frames.collect().await;
    let words = frames.iter().filter(|frame| matches!(frame, Frame::Text(_))).count() as u64;
    let [Frame::AnsweredBy(model), .., Frame::Usage(usage), Frame::End(StopReason::Done)] = &frames[..] else {
        panic!("{frames:?}")
    };
    assert_eq!(model.as_str(), "deep");
    assert_eq!((usage.output, usage.source), (Some(words), UsageSource::Reported));
    assert_eq!(usage.input, Some(crate::prompt::tokens::rough("Hi there!")));
}

#[tokio::test]
async fn the_longest_allowed_answer_is_obeyed() {
    let request = Request { max_output_tokens: 5, ..request("swift", "Hi") };
    let frames: Vec<Frame> = Simulated::new(7, 0.0).stream(&request).map(Result::unwrap).collect().await;
    assert_eq!(frames.iter().filter(|frame| matches!(frame, Frame::Text(_))).count(), 5);
    assert_eq!(frames.last(), Some(&Frame::End(StopReason::Length)));
}

#[tokio::test]
async fn an_unknown_model_is_not_found() {
    let mut request = request("swift", "Hi");
    Arc::make_mut(&mut request.model).id = "gone".to_owned();
    let first = Simulated::new(7, 0.0).stream(&request).next().await;
    assert_eq!(first.and_then(Result::err).map(|error| error.class), Some(ErrorClass::NotFound));
}

#[test]
fn every_simulated_model_is_labelled_so_and_has_a_speed_and_an_invented_price() {
    let (prices, now) = (crate::pricing::PriceTable::builtin(), crate::testing::at("2026-11-21T12:00:00Z"));
    let all: Vec<ModelSpec> = models().into_iter().chain(demo_models()).collect();
    for spec in &all {
        assert!(spec.name.as_str().starts_with("sim-") && spec.label.ends_with(" (simulated)"), "{spec:?}");
        assert!(spec.provider.as_str().starts_with(SIMULATED), "{spec:?}");
        assert!(speed_of(&spec.id).is_some_and(|speed| speed.label == spec.label), "{spec:?}");
        assert!(prices.price_of(spec, now).is_some_and(|price| !price.rates.free), "{spec:?}");
    }
    let ids: std::collections::BTreeSet<&str> = all.iter().map(|spec| spec.id.as_str()).collect();
    assert_eq!(ids.len(), 9);
}

/// The median of 2,001 draws of a log-normal lies within 4 standard errors of its true one: sigma · 1.2533 / √2001.
#[test]
fn times_have_the_median_and_spread_they_should() {
    for speed in &SPEEDS {
        let starts = (0..2_001).map(|seed| Script::write(&request(speed.id, "Hi"), speed, seed).frames[0].0);
        let mut starts: Vec<f64> = starts.collect();
        starts.sort_by(f64::total_cmp);
        let median = starts[1_000];
        let allowed = 4.0 * TTFT_SIGMA * 1.2533 / 2_001_f64.sqrt();
        assert!((median / speed.ttft_ms).ln().abs() < allowed, "{}: {median} ms", speed.id);
        // One standard deviation up is the 84.13th percentile.
        let spread = (starts[1_683] / median).ln();
        assert!((0.3..0.4).contains(&spread), "{}: spread {spread}", speed.id);
    }
}
