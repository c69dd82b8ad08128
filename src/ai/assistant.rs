//! Whom to ask: the models in force, the conversations, the guard, and the answers that are being written.
//!
//! [`Assistant::ask`] lets a question through or refuses it at once; what follows runs in `pipeline`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::catalogue::Catalogue;
use super::conversation::Conversations;
use super::guard::{Guard, Refusal};
use super::pipeline::{self, Event, Job};
use super::preferences::Preferences;
use super::provider::{KeyRing, Provider, Request, Role, Turn};
use crate::model::{
    AnswerSettings, CallId, ChannelId, Clock, ContextSettings, ModelName, ModelSpec, Place, Preference,
    PreferencePlace, Rates, Timestamp, UserId,
};
use crate::pricing::PriceTable;
use crate::prompt;
use crate::store::Recorder;

/// Everything the assistant is made of.
pub struct Parts {
    /// The models.
    pub catalogue: Catalogue,
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// The keys that are at hand.
    pub keys: KeyRing,
    /// What models cost.
    pub prices: PriceTable,
    /// How answers are made.
    pub answer: AnswerSettings,
    /// How much of a conversation goes along.
    pub context: ContextSettings,
    /// Whether answers are followed by their figures unless people choose.
    pub monitor: bool,
    /// Who may ask.
    pub guard: Guard,
    /// What people set.
    pub preferences: Preferences,
    /// Where calls are recorded.
    pub recorder: Recorder,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Chance, for the waits between attempts.
    pub chance: fastrand::Rng,
}

/// A handle on the assistant; clones are the same assistant.
#[derive(Clone)]
pub struct Assistant {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    catalogue: RwLock<Catalogue>,
    pub(super) provider: Arc<dyn Provider>,
    keys: KeyRing,
    pub(super) prices: PriceTable,
    pub(super) answer: AnswerSettings,
    pub(super) context: ContextSettings,
    monitor: bool,
    guard: Guard,
    preferences: Mutex<Preferences>,
    pub(super) conversations: Mutex<Conversations>,
    stops: Mutex<HashMap<(UserId, ChannelId), CancellationToken>>,
    pub(super) recorder: Recorder,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Mutex<fastrand::Rng>,
}

/// A question for the model.
#[derive(Debug, Clone)]
pub struct Question {
    /// Where it was asked.
    pub place: Place,
    /// Who asked.
    pub user: UserId,
    /// The question.
    pub text: Arc<str>,
    /// When its message was received.
    pub at: Timestamp,
    /// The same moment on the monotonic clock.
    pub received: Instant,
    /// The call it repeats.
    pub again_of: Option<CallId>,
}

/// An answer that is being written. Dropping it does not stop the answer; [`Answering::stop`] does.
pub struct Answering {
    pub(super) events: mpsc::UnboundedReceiver<Event>,
    pub(super) shown: pipeline::Shown,
    stop: CancellationToken,
}

impl Answering {
    /// The next thing that happens; `None` behind the last.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Says that the first text is on screen now.
    pub fn first_text_shown(&self) {
        self.shown.now();
    }

    /// Stops the answer; what was written stays.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

impl Assistant {
    /// Puts an assistant together.
    pub fn new(parts: Parts) -> Self {
        let inner = Inner {
            catalogue: RwLock::new(parts.catalogue),
            provider: parts.provider,
            keys: parts.keys,
            prices: parts.prices,
            answer: parts.answer,
            context: parts.context,
            monitor: parts.monitor,
            guard: parts.guard,
            preferences: Mutex::new(parts.preferences),
            conversations: Mutex::default(),
            stops: Mutex::default(),
            recorder: parts.recorder,
            clock: parts.clock,
            chance: Mutex::new(parts.chance),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Asks a question, or says why it may not be asked. Nothing is spent before it passes the guard.
    pub fn ask(&self, question: Question) -> Result<Answering, Refusal> {
        let model = self.model_for(&question).ok_or(Refusal::NoModel)?;
        self.check_key(&model)?;
        let classified = prompt::classify(&question.text);
        let excerpt = self.excerpt(&question);
        let request = self.request(model.clone(), &question.text, excerpt.turns);
        let input = input_tokens(&request);
        let rates = self.rates(&model, question.at);
        let most = rates
            .as_ref()
            .and_then(|rates| crate::pricing::ceiling(rates, input, self.inner.answer.max_output_tokens.into()));
        let permit = self.inner.guard.admit(&question.user, &question.place.channel, most, question.at)?;
        let stop = self.stop_token(&question);
        let (events, received) = mpsc::unbounded_channel();
        let shown = pipeline::Shown::new(question.received);
        let job = Job {
            assistant: self.clone(),
            question,
            request,
            classified,
            left_out: excerpt.left_out,
            permit,
            stop: stop.clone(),
            shown: shown.clone(),
        };
        tokio::spawn(pipeline::run(job, events));
        Ok(Answering { events: received, shown, stop })
    }

    /// Takes the last answer to `question` back from the conversation.
    pub fn take_back(&self, channel: &ChannelId, question: &str) {
        lock(&self.inner.conversations).take_back(channel, question);
    }

    /// Stops the answer that is being written for a person in a channel, if there is one.
    pub fn stop(&self, user: &UserId, channel: &ChannelId) {
        if let Some(stop) = lock(&self.inner.stops).get(&(user.clone(), channel.clone())) {
            stop.cancel();
        }
    }

    /// Stops all answers that are being written.
    pub fn stop_all(&self) {
        lock(&self.inner.stops).values().for_each(CancellationToken::cancel);
    }

    /// Whether an answer is being written for a person in a channel.
    pub fn is_answering(&self, user: &UserId, channel: &ChannelId) -> bool {
        self.inner.guard.is_answering(user, channel)
    }

    /// The last question of a person in a channel.
    pub fn last_question(&self, channel: &ChannelId, user: &UserId) -> Option<Arc<str>> {
        lock(&self.inner.conversations).last_question(channel, user)
    }

    /// Forgets the conversation of a channel.
    pub fn forget(&self, channel: &ChannelId) {
        lock(&self.inner.conversations).forget(channel);
    }

    /// How many messages of a channel's conversation are remembered.
    pub fn conversation_length(&self, channel: &ChannelId, now: Timestamp) -> usize {
        let ends_after = self.inner.context.ends_after;
        lock(&self.inner.conversations).excerpt(channel, u32::MAX, now, ends_after).turns.len()
    }

    /// The models.
    pub fn catalogue(&self) -> RwLockReadGuard<'_, Catalogue> {
        self.inner.catalogue.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The model that answers a person in a place.
    pub fn model_in_force(&self, place: &Place, user: &UserId) -> Option<ModelName> {
        let chosen = self.preference(Preference::Model, place, user);
        self.catalogue().in_force(chosen.as_deref()).map(|model| model.name.clone())
    }

    /// The model that answers where nobody chose.
    pub fn default_model(&self) -> Option<ModelName> {
        self.catalogue().in_force(None).map(|model| model.name.clone())
    }

    /// A model's name as people read it; of a model that is no longer set up, its plain name.
    pub fn label(&self, model: &ModelName) -> String {
        self.catalogue().get(model.as_str()).map_or_else(|| model.to_string(), |spec| spec.label.clone())
    }

    /// What a model costs at a time, if that is known.
    pub fn rates(&self, model: &ModelSpec, at: Timestamp) -> Option<Rates> {
        self.inner.prices.price_of(model, at).map(|price| price.rates.as_ref().clone())
    }

    /// What models cost.
    pub fn prices(&self) -> &PriceTable {
        &self.inner.prices
    }

    /// How many earlier messages go along for a person in a place.
    pub fn context_messages(&self, place: &Place, user: &UserId) -> u32 {
        let chosen = self.preference(Preference::ContextMessages, place, user);
        chosen.and_then(|text| text.parse().ok()).unwrap_or(self.inner.context.messages)
    }

    /// Whether a person's answers in a place are followed by their figures.
    pub fn monitors(&self, place: &Place, user: &UserId) -> bool {
        self.preference(Preference::Monitor, place, user).map_or(self.inner.monitor, |text| text == "on")
    }

    /// What a person set for a place, as text.
    pub fn preference(&self, preference: Preference, place: &Place, user: &UserId) -> Option<String> {
        lock(&self.inner.preferences).get(preference, place, user).map(str::to_owned)
    }

    /// Puts a preference in force that the store has accepted.
    pub fn prefer(&self, place: PreferencePlace, preference: Preference, value: Option<String>) {
        lock(&self.inner.preferences).put(place, preference, value);
    }

    fn model_for(&self, question: &Question) -> Option<Arc<ModelSpec>> {
        let chosen = self.preference(Preference::Model, &question.place, &question.user);
        self.catalogue().in_force(chosen.as_deref()).cloned()
    }

    fn check_key(&self, model: &ModelSpec) -> Result<(), Refusal> {
        match &model.key_env {
            Some(variable) if !self.inner.keys.has(variable) => {
                Err(Refusal::NoKey { model: model.label.clone(), variable: variable.clone() })
            }
            _ => Ok(()),
        }
    }

    fn excerpt(&self, question: &Question) -> super::conversation::Excerpt {
        let messages = self.context_messages(&question.place, &question.user);
        let ends_after = self.inner.context.ends_after;
        lock(&self.inner.conversations).excerpt(&question.place.channel, messages, question.at, ends_after)
    }

    fn request(&self, model: Arc<ModelSpec>, question: &Arc<str>, mut turns: Vec<Turn>) -> Request {
        turns.push(Turn { role: Role::User, text: question.clone() });
        let settings = &self.inner.answer;
        let system = settings.system_prompt.as_deref().map(Arc::from);
        Request { model, system, turns, max_output_tokens: settings.max_output_tokens }
    }

    fn stop_token(&self, question: &Question) -> CancellationToken {
        let token = CancellationToken::new();
        let key = (question.user.clone(), question.place.channel.clone());
        lock(&self.inner.stops).insert(key, token.clone());
        token
    }

    pub(super) fn no_longer_stoppable(&self, question: &Question) {
        lock(&self.inner.stops).remove(&(question.user.clone(), question.place.channel.clone()));
    }
}

/// A quick estimate of a request's input.
fn input_tokens(request: &Request) -> u64 {
    let system = request.system.as_deref().map_or(0, prompt::tokens::rough);
    system + request.turns.iter().map(|turn| prompt::tokens::rough(&turn.text)).sum::<u64>()
}

/// What is locked here stays consistent even if a thread panicked while it held the lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
