//! Asking providers over real sockets: what is sent, what is understood, and what becomes of every kind of failure.

mod failing;
mod usage;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use perfbot::ai::attempts::{self, Finished, Progress};
use perfbot::ai::provider::{KeyRing, Remote, Request, Role, Turn};
use perfbot::model::{AnswerSettings, ModelSpec, ProviderKind};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::fakes::ai::{FakeAi, Reply};

const KEY: &str = "sk-very-secret";

/// Limits far away, waits next to none: a test that is about a limit sets it.
fn settings() -> AnswerSettings {
    AnswerSettings {
        head_timeout: Duration::from_secs(20),
        silence_timeout: Duration::from_secs(20),
        attempt_timeout: Duration::from_secs(60),
        retries: 3,
        back_off_base: Duration::from_millis(1),
        back_off_cap: Duration::from_secs(60),
        max_output_tokens: 500,
        system_prompt: None,
    }
}

fn model(kind: ProviderKind, id: &str, base_url: &str) -> ModelSpec {
    // OpenAI-like servers are given with their version, as people configure them.
    let path = if kind == ProviderKind::Ollama { "" } else { "v1" };
    ModelSpec {
        name: "test".into(),
        label: "Test".to_owned(),
        kind,
        provider: "fake".into(),
        id: id.to_owned(),
        base_url: Some(format!("{base_url}{path}")),
        key_env: Some("TEST_KEY".to_owned()),
        price: None,
        local: false,
        sees: false,
    }
}

fn request(model: ModelSpec) -> Request {
    let turns = [(Role::User, "Hi"), (Role::Assistant, "Hello."), (Role::User, "What is Python?")];
    let turns = turns.map(|(role, text)| Turn { role, text: text.into() }).into();
    Request {
        model: Arc::new(model),
        system: Some("Be brief.".into()),
        turns,
        pictures: Vec::new(),
        max_output_tokens: 500,
    }
}

fn remote() -> Remote {
    Remote::new([("TEST_KEY".to_owned(), SecretString::from(KEY))].into_iter().collect::<KeyRing>())
}

/// Asks; returns what was shown besides how it went.
async fn ask(request: &Request, settings: &AnswerSettings) -> (Vec<String>, Finished) {
    let mut shown = Vec::new();
    let mut progress = |progress: Progress<'_>| {
        shown.push(match progress {
            Progress::Text(text) => text.to_owned(),
            Progress::Retrying(retry) => format!("Retrying ({} of {}): {}", retry.next, retry.of, retry.class.as_str()),
        });
    };
    let (stop, chance) = (CancellationToken::new(), fastrand::Rng::with_seed(1));
    let finished = attempts::answer(&remote(), request, settings, &stop, chance, &mut progress).await;
    (shown, finished)
}

/// Asks a fake of this kind that replies so.
async fn ask_fake(kind: ProviderKind, replies: impl IntoIterator<Item = Reply>) -> (Vec<String>, Finished) {
    let fake = FakeAi::start(replies).await;
    ask(&request(model(kind, "some-model", &fake.address)), &settings()).await
}
