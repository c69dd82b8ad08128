//! Providers over the network: Anthropic, OpenAI and every server that speaks like it, Gemini, Ollama.
//!
//! The client crate shapes requests and splits streams into text; [`Wire`] reads from the same raw frames what the
//! crate loses. No time-outs and no retries here: those are the answering's.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures::{Stream, TryFutureExt};
use genai::ModelIden;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ChatStream, ChatStreamEvent, ContentPart};
use genai::resolver::{AuthData, Endpoint};
use secrecy::ExposeSecret;
use tracing::{Dispatch, dispatcher};

use super::wire::Wire;
use super::{Frame, Frames, KeyRing, Picture, Provider, ProviderError, Request, Role, failure};
use crate::model::{ErrorClass, ModelName, ModelSpec, ProviderKind, Usage};

/// What servers that need no key are given as one: the crate always sends some.
const NO_KEY: &str = "none";

/// Follow at most this many redirects, and only within one origin: keys go nowhere else.
const MOST_REDIRECTS: usize = 3;

/// Every provider that is asked over the network.
pub struct Remote {
    keys: KeyRing,
    client: OnceLock<Result<genai::Client, ProviderError>>,
}

impl Remote {
    /// Providers that are asked with these keys. Nothing is connected, and the system's certificates are read only
    /// with the first request.
    pub fn new(keys: KeyRing) -> Self {
        Self { keys, client: OnceLock::new() }
    }

    fn client(&self) -> Result<genai::Client, ProviderError> {
        self.client.get_or_init(build_client).clone()
    }

    /// What the crate needs to know to make the request.
    fn target(&self, model: &ModelSpec) -> Result<genai::ServiceTarget, ProviderError> {
        let no_address = || error(ErrorClass::Other, "the simulated model has no address");
        let (adapter, address) = adapter_of(model.kind).zip(address_of(model)).ok_or_else(no_address)?;
        let key = match &model.key_env {
            Some(env) => self.keys.get(env).ok_or_else(|| error(ErrorClass::Auth, &format!("no key in {env}")))?,
            None => &NO_KEY.into(),
        };
        Ok(genai::ServiceTarget {
            endpoint: Endpoint::from_owned(address),
            auth: AuthData::from_single(key.expose_secret()),
            model: ModelIden::new(adapter, plain_name(model)),
        })
    }
}

fn adapter_of(kind: ProviderKind) -> Option<AdapterKind> {
    match kind {
        ProviderKind::Anthropic => Some(AdapterKind::Anthropic),
        ProviderKind::OpenAi => Some(AdapterKind::OpenAI),
        ProviderKind::Gemini => Some(AdapterKind::Gemini),
        ProviderKind::Ollama => Some(AdapterKind::Ollama),
        ProviderKind::Simulated => None,
    }
}

/// Where a model is asked, with a slash at the end; `None` for a simulated one.
pub(super) fn address_of(model: &ModelSpec) -> Option<String> {
    let usual = match model.kind {
        ProviderKind::Anthropic => "https://api.anthropic.com/v1/",
        ProviderKind::OpenAi => "https://api.openai.com/v1/",
        ProviderKind::Gemini => "https://generativelanguage.googleapis.com/v1beta/",
        ProviderKind::Ollama => "http://localhost:11434/",
        ProviderKind::Simulated => return None,
    };
    let address = model.base_url.as_deref().unwrap_or(usual);
    Some(format!("{}/", address.trim_end_matches('/')))
}

impl Provider for Remote {
    fn stream(&self, request: &Request) -> Frames {
        let wire = Arc::new(Mutex::new(Wire::new(request.model.kind)));
        let prepared = self.client().and_then(|client| Ok((client, self.target(&request.model)?)));
        let (chat, options) = (chat_request(request), chat_options(request, &wire));
        let opened = async move {
            let (client, target) = prepared?;
            let opened = client.exec_chat_stream(target, chat, Some(&options)).await;
            let opened = opened.map_err(|error| failure::from_client(&error))?;
            Ok(Reading { events: opened.stream, wire, told: Told::default(), next: VecDeque::new(), over: false })
        };
        Box::pin(Muted(Box::pin(opened.try_flatten_stream())))
    }
}

fn error(class: ErrorClass, detail: &str) -> ProviderError {
    ProviderError { class, retry_after: None, detail: detail.to_owned() }
}

fn build_client() -> Result<genai::Client, ProviderError> {
    genai::Client::builder().with_reqwest(web()?).build().map_err(|error| failure::from_client(&error))
}

/// What speaks HTTP for us.
pub(super) fn web() -> Result<reqwest::Client, ProviderError> {
    super::tls::install();
    let stay = reqwest::redirect::Policy::custom(|attempt| {
        let home = attempt.previous().first().map(reqwest::Url::origin);
        let away = home != Some(attempt.url().origin()) || attempt.previous().len() > MOST_REDIRECTS;
        if away { attempt.stop() } else { attempt.follow() }
    });
    let web = reqwest::Client::builder().redirect(stay).user_agent(concat!("perfbot/", env!("CARGO_PKG_VERSION")));
    web.build().map_err(|_| error(ErrorClass::Other, "TLS could not be set up: are there certificates?"))
}

/// The id as the crate may see it. Of OpenAI's and Anthropic's it takes a last part like `-max` for an order to think
/// hard, and cuts it off, but there are models of such names; a dash behind it hides it, and the true id goes into the
/// body (see [`chat_options`]).
fn plain_name(model: &ModelSpec) -> String {
    let last = model.id.rsplit('-').next().unwrap_or_default();
    let order = matches!(last, "zero" | "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max");
    if order && has_model_in_body(model.kind) { format!("{}-", model.id) } else { model.id.clone() }
}

/// Whether we may name the model in the body ourselves, over what the crate puts there.
fn has_model_in_body(kind: ProviderKind) -> bool {
    matches!(kind, ProviderKind::OpenAi | ProviderKind::Anthropic)
}

fn chat_request(request: &Request) -> ChatRequest {
    let turns = request.turns.iter().map(|turn| match turn.role {
        Role::User => ChatMessage::user(&*turn.text),
        Role::Assistant => ChatMessage::assistant(&*turn.text),
    });
    let mut turns: Vec<ChatMessage> = turns.collect();
    if let Some(question) = turns.last_mut() {
        let picture = |picture: &Picture| {
            let data = BASE64.encode(&picture.bytes);
            ContentPart::from_binary_base64(picture.content_type.clone(), data, None)
        };
        question.content.extend(request.pictures.iter().map(picture));
    }
    let chat = ChatRequest::from_messages(turns);
    match &request.system {
        Some(system) => chat.with_system(&**system),
        None => chat,
    }
}

fn chat_options(request: &Request, wire: &Arc<Mutex<Wire>>) -> ChatOptions {
    let wire = Arc::clone(wire);
    let options = ChatOptions::default()
        .with_capture_usage(true) // What makes it ask OpenAI-like servers for usage at all.
        .with_max_tokens(request.max_output_tokens)
        .with_raw_frame_fn(move |_, frame| lock(&wire).frame(frame.event, frame.data));
    if has_model_in_body(request.model.kind) {
        options.with_extra_body(serde_json::json!({ "model": request.model.id }))
    } else {
        options
    }
}

fn lock(wire: &Mutex<Wire>) -> std::sync::MutexGuard<'_, Wire> {
    wire.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stream being read: the crate's events, and beside them what the raw frames behind them said.
struct Reading {
    events: ChatStream,
    wire: Arc<Mutex<Wire>>,
    told: Told,
    next: VecDeque<Result<Frame, ProviderError>>,
    over: bool,
}

/// What of the raw frames has been handed on already.
#[derive(Default)]
struct Told {
    model: bool,
    usage: Usage,
}

impl Reading {
    /// Queues what the raw frames said since the last look.
    fn take_news(&mut self) {
        let mut wire = lock(&self.wire);
        if !self.told.model
            && let Some(model) = wire.answered_by()
        {
            self.told.model = true;
            self.next.push_back(Ok(Frame::AnsweredBy(ModelName::from(model))));
        }
        if wire.usage() != self.told.usage {
            self.told.usage = wire.usage();
            self.next.push_back(Ok(Frame::Usage(self.told.usage)));
        }
        if let Some(failure) = wire.take_failure() {
            self.over = true;
            self.next.push_back(Err(failure));
        }
    }

    fn take_event(&mut self, event: ChatStreamEvent) {
        match event {
            ChatStreamEvent::Chunk(chunk) if !chunk.content.is_empty() => {
                self.next.push_back(Ok(Frame::Text(chunk.content)));
            }
            ChatStreamEvent::ReasoningChunk(_) | ChatStreamEvent::ThoughtSignatureChunk(_) => {
                self.next.push_back(Ok(Frame::Thinking));
            }
            // The crate's own end may be made up; only the wire knows whether the mark came.
            ChatStreamEvent::End(_) => self.close(),
            // The start comes before anything is connected, and a ping is no token.
            _ => {}
        }
    }

    fn take_error(&mut self, error: &genai::Error) {
        // What breaks behind the end mark breaks nothing.
        if lock(&self.wire).end().is_some() {
            self.close();
        // An error object that the wire did not see is only the crate's reading of a frame without text.
        } else if !matches!(error, genai::Error::ChatResponse { .. }) {
            self.next.push_back(Err(failure::from_client(error)));
            self.over = true;
        }
    }

    fn close(&mut self) {
        self.over = true;
        let wire = lock(&self.wire);
        if wire.is_noise() {
            self.next.push_back(Err(error(ErrorClass::Malformed, "what came is no stream of events")));
        }
        self.next.extend(wire.end().map(|reason| Ok(Frame::End(reason))));
    }
}

impl Stream for Reading {
    type Item = Result<Frame, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(frame) = self.next.pop_front() {
                return Poll::Ready(Some(frame));
            }
            if self.over {
                return Poll::Ready(None);
            }
            let event = Pin::new(&mut self.events).poll_next(cx);
            self.take_news();
            match event {
                _ if self.over => {}
                Poll::Ready(Some(Ok(event))) => self.take_event(event),
                Poll::Ready(Some(Err(error))) => self.take_error(&error),
                Poll::Ready(None) => self.close(),
                Poll::Pending if self.next.is_empty() => return Poll::Pending,
                // The frames had news but no text. The crate has kept our waker.
                Poll::Pending => {}
            }
        }
    }
}

/// A stream inside which nothing is logged: the crate writes what providers say into its warnings.
struct Muted(Frames);

impl Stream for Muted {
    type Item = Result<Frame, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        dispatcher::with_default(&Dispatch::none(), || self.0.as_mut().poll_next(cx))
    }
}
