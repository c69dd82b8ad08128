//! Whom to ask: the models in force, the conversations, the guard, and the answers that are being written.
//!
//! [`Assistant::ask`] lets a question through or refuses it at once; what follows runs in `pipeline`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::info_span;

use super::catalogue::Catalogue;
use super::conversation::{Conversations, Excerpt, Exchange, LastQuestion};
use super::guard::{Guard, Permit, Refusal};
use super::pipeline::{self, Event, Job, Question, Shown, Workshop, lock};
use super::preferences::Preferences;
use super::provider::{KeyRing, Provider, Request, Role, Turn};
use super::stops::Stops;
use crate::model::{
    AnswerSettings, ChannelId, Clock, ContextSettings, ModelName, ModelSpec, NanoUsd, Place, Preference,
    PreferencePlace, ProviderKind, Rates, Timestamp, UserId,
};
use crate::pricing::{self, PriceTable};
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
    inner: Arc<Inner>,
}

struct Inner {
    catalogue: RwLock<Catalogue>,
    keys: KeyRing,
    context: ContextSettings,
    monitor: bool,
    guard: Guard,
    preferences: Mutex<Preferences>,
    stops: Stops,
    running: TaskTracker,
    workshop: Arc<Workshop>,
}

/// An answer that is being written. Dropping it does not stop the answer; [`Assistant::stop`] does.
pub struct Answering {
    events: mpsc::UnboundedReceiver<Event>,
    shown: Shown,
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

    /// Says that nothing is shown before the answer is whole, so that nobody waits to be told when.
    pub fn shown_as_a_whole(&self) {
        self.shown.never();
    }
}

impl Assistant {
    /// Puts an assistant together.
    pub fn new(parts: Parts) -> Self {
        let workshop = Workshop {
            provider: parts.provider,
            prices: parts.prices,
            answer: parts.answer,
            conversations: Mutex::default(),
            recorder: parts.recorder,
            clock: parts.clock,
            chance: Mutex::new(parts.chance),
        };
        let inner = Inner {
            catalogue: RwLock::new(parts.catalogue),
            keys: parts.keys,
            context: parts.context,
            monitor: parts.monitor,
            guard: parts.guard,
            preferences: Mutex::new(parts.preferences),
            stops: Stops::default(),
            running: TaskTracker::new(),
            workshop: Arc::new(workshop),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Asks a question, or says why it may not be asked. Nothing is spent before it passes the guard.
    pub fn ask(&self, question: Question) -> Result<Answering, Refusal> {
        let model = self.model_for(&question).ok_or(Refusal::NoModel)?;
        self.check_key(&model)?;
        let classified = info_span!("classify").in_scope(|| prompt::classify(&question.text));
        let excerpt = info_span!("context").in_scope(|| self.excerpt(&question));
        let request = self.request(model, &question.text, excerpt.turns);
        let permit = info_span!("guard").in_scope(|| self.admit(&question, &request))?;
        let stop = self.inner.stops.open(&question.user, &question.place.channel);
        let exchange = self.begin(&question);
        let (events, received) = mpsc::unbounded_channel();
        let shown = Shown::new(question.received);
        let answering = Answering { events: received, shown: shown.clone() };
        let job = Job { question, exchange, request, classified, left_out: excerpt.left_out, stop, permit, shown };
        self.inner.running.spawn(pipeline::run(Arc::clone(&self.inner.workshop), job, events));
        Ok(answering)
    }

    /// Stops all answers and waits until each is recorded, `patience` at the most. Says whether all are.
    pub async fn wind_down(&self, patience: Duration) -> bool {
        self.inner.stops.stop_all();
        self.inner.running.close();
        tokio::time::timeout(patience, self.inner.running.wait()).await.is_ok()
    }

    /// Stops the answer that is being written for a person in a channel, if there is one.
    pub fn stop(&self, user: &UserId, channel: &ChannelId) {
        self.inner.stops.stop(user, channel);
    }

    /// Stops all answers that are being written.
    pub fn stop_all(&self) {
        self.inner.stops.stop_all();
    }

    /// Whether an answer is being written for a person in a channel.
    pub fn is_answering(&self, user: &UserId, channel: &ChannelId) -> bool {
        self.inner.guard.is_answering(user, channel)
    }

    /// The last question of a person in a channel.
    pub fn last_question(&self, channel: &ChannelId, user: &UserId, now: Timestamp) -> Option<LastQuestion> {
        self.conversations(now).last_question(channel, user)
    }

    /// Forgets the conversation of a channel.
    pub fn forget(&self, channel: &ChannelId) {
        lock(&self.inner.workshop.conversations).forget(channel);
    }

    /// How many messages of a channel's conversation are remembered.
    pub fn conversation_length(&self, channel: &ChannelId, now: Timestamp) -> usize {
        self.conversations(now).length(channel)
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
        self.catalogue().label(model)
    }

    /// What a model costs at a time, if that is known.
    pub fn rates(&self, model: &ModelSpec, at: Timestamp) -> Option<Rates> {
        self.inner.workshop.prices.price_of(model, at).map(|price| price.rates.as_ref().clone())
    }

    /// What models cost.
    pub fn prices(&self) -> &PriceTable {
        &self.inner.workshop.prices
    }

    /// How many earlier messages go along for a person in a place.
    pub fn context_messages(&self, place: &Place, user: &UserId) -> u32 {
        self.context_messages_if(self.preference(Preference::ContextMessages, place, user).as_deref())
    }

    /// How many earlier messages go along where `chosen` was set.
    pub fn context_messages_if(&self, chosen: Option<&str>) -> u32 {
        chosen.and_then(|text| text.parse().ok()).unwrap_or(self.inner.context.messages)
    }

    /// Whether a person's answers in a place are followed by their figures.
    pub fn monitors(&self, place: &Place, user: &UserId) -> bool {
        self.monitors_if(self.preference(Preference::Monitor, place, user).as_deref())
    }

    /// Whether answers are followed by their figures where `chosen` was set.
    pub fn monitors_if(&self, chosen: Option<&str>) -> bool {
        chosen.map_or(self.inner.monitor, |text| text == "on")
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

    /// Reserves the most that the answer can cost, if the guard lets the question through.
    fn admit(&self, question: &Question, request: &Request) -> Result<Permit, Refusal> {
        let output = request.max_output_tokens.into();
        let most = match request.model.kind {
            // Invented prices spend no money.
            ProviderKind::Simulated => Some(NanoUsd::ZERO),
            _ => self
                .rates(&request.model, question.at)
                .and_then(|rates| pricing::ceiling(&rates, INPUT_MARGIN * request.rough_input(), output)),
        };
        self.inner.guard.admit(&question.user, &question.place.channel, most, question.at)
    }

    fn check_key(&self, model: &ModelSpec) -> Result<(), Refusal> {
        match &model.key_env {
            Some(variable) if !self.inner.keys.has(variable) => {
                Err(Refusal::NoKey { model: model.label.clone(), variable: variable.clone() })
            }
            _ => Ok(()),
        }
    }

    fn excerpt(&self, question: &Question) -> Excerpt {
        let messages = self.context_messages(&question.place, &question.user);
        let repeated = question.repeats.map(|repeat| repeat.exchange);
        self.conversations(question.at).excerpt(&question.place.channel, messages, repeated)
    }

    fn begin(&self, question: &Question) -> Exchange {
        let repeated = question.repeats.map(|repeat| repeat.exchange);
        let asked = (&question.text, question.at);
        self.conversations(question.at).begin(&question.place.channel, &question.user, asked, repeated)
    }

    /// The conversations that are still going on at `now`.
    fn conversations(&self, now: Timestamp) -> MutexGuard<'_, Conversations> {
        let mut talks = lock(&self.inner.workshop.conversations);
        talks.end_silent(now, self.inner.context.ends_after);
        talks
    }

    fn request(&self, model: Arc<ModelSpec>, question: &Arc<str>, mut turns: Vec<Turn>) -> Request {
        turns.push(Turn { role: Role::User, text: question.clone() });
        let settings = &self.inner.workshop.answer;
        let system = settings.system_prompt.as_deref().map(Arc::from);
        Request { model, system, turns, max_output_tokens: settings.max_output_tokens }
    }
}

/// The quick estimate of the input may be half of the truth; the reservation must not be.
const INPUT_MARGIN: u64 = 2;
