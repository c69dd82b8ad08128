//! Whether a provider takes a key and knows a model, asked in ways that cost nothing: no answer is made.

use std::time::Duration;

use reqwest::{RequestBuilder, Url};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::KeyRing;
use super::failure::from_http;
use super::remote::{address_of, web};
use crate::model::{ErrorClass, ModelSpec, ProviderKind};

/// How long a provider may take to say so.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a provider says of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It knows it.
    Yes,
    /// It takes the key, but knows no such model.
    NoSuchModel,
    /// It does not take the key, or wants one.
    KeyRefused,
    /// It did not say: not every server has a list of its models.
    Unclear,
}

/// Asks the provider of a model whether it knows it.
pub async fn known(keys: &KeyRing, model: &ModelSpec) -> Known {
    let Some(request) = request(keys, model) else { return Known::Unclear };
    match tokio::time::timeout(PATIENCE, ask(request, model)).await {
        Ok(Some(known)) => known,
        _ => Known::Unclear,
    }
}

fn request(keys: &KeyRing, model: &ModelSpec) -> Option<RequestBuilder> {
    let mut url = Url::parse(&address_of(model)?).ok()?;
    let of_one = || ["models"].into_iter().chain(model.id.split('/'));
    match model.kind {
        ProviderKind::Anthropic | ProviderKind::Gemini => url.path_segments_mut().ok()?.pop_if_empty().extend(of_one()),
        // Not every server that speaks like OpenAI can be asked about one, but most have a list.
        ProviderKind::OpenAi => url.path_segments_mut().ok()?.pop_if_empty().push("models"),
        ProviderKind::Ollama => url.path_segments_mut().ok()?.pop_if_empty().extend(["api", "tags"]),
        ProviderKind::Simulated => return None,
    };
    let request = web().ok()?.get(url);
    let Some(env) = &model.key_env else { return Some(request) };
    let key = keys.get(env)?.expose_secret();
    Some(match model.kind {
        ProviderKind::Anthropic => request.header("x-api-key", key).header("anthropic-version", "2023-06-01"),
        ProviderKind::Gemini => request.header("x-goog-api-key", key),
        _ => request.bearer_auth(key),
    })
}

async fn ask(request: RequestBuilder, model: &ModelSpec) -> Option<Known> {
    let response = request.send().await.ok()?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.ok()?;
    Some(match from_http(status.as_u16(), &headers, &body).class {
        _ if status.is_success() => listed(&body, model),
        // A key may be good for answers and not for lists.
        ErrorClass::Auth if status.as_u16() != 403 => Known::KeyRefused,
        // A server without such a list says so too, but in no error object.
        ErrorClass::NotFound if is_one(model.kind) && body.contains("\"error\"") => Known::NoSuchModel,
        _ => Known::Unclear,
    })
}

/// Whether the provider is asked about one model, and not for all.
fn is_one(kind: ProviderKind) -> bool {
    matches!(kind, ProviderKind::Anthropic | ProviderKind::Gemini)
}

/// Whether a model is on a list, as far as the body is one.
fn listed(body: &str, model: &ModelSpec) -> Known {
    let Ok(body) = serde_json::from_str::<Value>(body) else { return Known::Unclear };
    let (list, name) = match model.kind {
        ProviderKind::OpenAi => ("data", "id"),
        ProviderKind::Ollama => ("models", "name"),
        _ => return Known::Yes,
    };
    let names = body.get(list).and_then(Value::as_array).into_iter().flatten();
    let names: Vec<&str> = names.filter_map(|model| model.get(name)?.as_str()).collect();
    let is_it = |name: &&str| *name == model.id || name.strip_suffix(":latest") == Some(&model.id);
    match names.iter().any(is_it) {
        true => Known::Yes,
        false if names.is_empty() => Known::Unclear,
        false => Known::NoSuchModel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProviderName;

    fn model(kind: ProviderKind, id: &str) -> ModelSpec {
        ModelSpec {
            name: "m".into(),
            label: "M".into(),
            kind,
            provider: ProviderName::from("p"),
            id: id.into(),
            base_url: None,
            key_env: Some("A_KEY".into()),
            price: None,
            local: false,
            sees: false,
        }
    }

    /// The address and the header that carries the key.
    fn asked(kind: ProviderKind, id: &str) -> (String, String) {
        let keys: KeyRing = [("A_KEY".to_owned(), "k".into())].into_iter().collect();
        let request = request(&keys, &model(kind, id)).unwrap().build().unwrap();
        let key = request.headers().iter().find(|(_, value)| value.to_str().unwrap().ends_with('k')).unwrap();
        (request.url().to_string(), format!("{}: {}", key.0, key.1.to_str().unwrap()))
    }

    #[test]
    fn each_kind_of_provider_is_asked_in_its_own_way() {
        use ProviderKind::{Anthropic, Gemini, Ollama, OpenAi};
        let of = |kind| asked(kind, "some/model");
        assert_eq!(of(Anthropic), ("https://api.anthropic.com/v1/models/some/model".into(), "x-api-key: k".into()));
        assert_eq!(of(OpenAi), ("https://api.openai.com/v1/models".into(), "authorization: Bearer k".into()));
        let gemini = "https://generativelanguage.googleapis.com/v1beta/models/some/model";
        assert_eq!(of(Gemini), (gemini.into(), "x-goog-api-key: k".into()));
        assert_eq!(of(Ollama).0, "http://localhost:11434/api/tags");
        assert!(request(&KeyRing::default(), &model(OpenAi, "x")).is_none(), "without its key nobody is asked");
    }

    #[test]
    fn a_list_has_a_model_or_not_or_is_none() {
        let openai = |body: &str| listed(body, &model(ProviderKind::OpenAi, "gpt"));
        assert_eq!(openai(r#"{"data": [{"id": "gpt"}, {"id": "gpt-mini"}]}"#), Known::Yes);
        assert_eq!(openai(r#"{"data": [{"id": "gpt-mini"}]}"#), Known::NoSuchModel);
        assert_eq!([openai("{}"), openai("<html>"), openai(r#"{"data": []}"#)], [Known::Unclear; 3]);
        let tags = r#"{"models": [{"name": "llama3.2:latest"}]}"#;
        assert_eq!(listed(tags, &model(ProviderKind::Ollama, "llama3.2")), Known::Yes);
        assert_eq!(listed(tags, &model(ProviderKind::Ollama, "llama3.2:latest")), Known::Yes);
        assert_eq!(listed(tags, &model(ProviderKind::Ollama, "llama")), Known::NoSuchModel);
    }
}
