//! Whom to ask: the models in force, the conversations, the guard, and the answers that are being written.
//!
//! [`Assistant::ask`] lets a question through or refuses it at once; what follows runs in `pipeline`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::info_span;

use super::catalogue::Catalogue;
use super::conversation::{Asked, Conversations, Excerpt, Exchange, LastQuestion, Recalled};
use super::guard::{Guard, Permit, Refusal};
use super::pipeline::{self, Event, Job, Question, Recorded, Shown, Workshop, lock};
use super::preferences::Preferences;
use super::provider::{KeyRing, Provider, Request, Role, Turn};
use super::stops::Stops;
use crate::model::{
    AnswerSettings, ChannelId, Clock, ContextSettings, MessageId, ModelName, ModelSpec, NanoUsd, Place, Preference,
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
    workshop: Arc<Workshop>,
    channel: ChannelId,
    exchange: Exchange,
}

impl Answering {
    /// The next thing that happens; `None` behind the last.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Says that the first text is on screen now.
    pub fn first_text_shown(&self) {
        self.shown.now(None);
    }

    /// Says that a message on screen carries the answer, or a part of it: the first of them has the first text.
    pub fn shown_in(&self, message: &MessageId) {
        self.shown.now(Some(message.clone()));
        lock(&self.workshop.conversations).carried_by(&self.channel, self.exchange, message);
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
    pub fn ask(&self, mut question: Question) -> Result<Answering, Refusal> {
        if question.repeats.is_some() {
            let repeated = self.last_question(&question.place.channel, &question.user, question.at);
            question.quoted = repeated.and_then(|repeated| repeated.quoted);
        }
        let model = self.model_for(&question).ok_or(Refusal::NoModel)?;
        self.check_key(&model)?;
        let classified = info_span!("classify").in_scope(|| prompt::classify(&question.text));
        let excerpt = info_span!("context").in_scope(|| self.excerpt(&question));
        let request = self.request(model, &question, excerpt.turns);
        let permit = info_span!("guard").in_scope(|| self.admit(&question, &request))?;
        let stop = self.inner.stops.open(&question.user, &question.place.channel);
        let exchange = self.begin(&question);
        let (events, received) = mpsc::unbounded_channel();
        let shown = Shown::new(question.received);
        let answering = Answering {
            events: received,
            shown: shown.clone(),
            workshop: Arc::clone(&self.inner.workshop),
            channel: question.place.channel.clone(),
            exchange,
        };
        let recorded = if self.opted_out(&question.user) { Recorded::Nobodys } else { Recorded::Theirs };
        let job =
            Job { question, recorded, exchange, request, classified, left_out: excerpt.left_out, stop, permit, shown };
        self.inner.running.spawn(pipeline::run(Arc::clone(&self.inner.workshop), job, events));
        Ok(answering)
    }

    /// Gives the answers that are being written some time to come to their ends, then cuts them. Says whether all are
    /// recorded by the time `patience` ends too.
    pub async fn wind_down(&self, grace: Duration, patience: Duration) -> bool {
        self.inner.running.close();
        if tokio::time::timeout(grace, self.inner.running.wait()).await.is_ok() {
            return true;
        }
        self.inner.stops.end();
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
    pub fn forget(&self, channel: &ChannelId, now: Timestamp) {
        self.conversations(now).forget(channel, now);
    }

    /// Whether the conversation of a channel is known, or, of a question that replies to a message, the exchange it belongs
    /// to. Who has more of it may have it [recalled](Self::recall).
    pub fn knows(&self, channel: &ChannelId, reply_to: Option<&MessageId>, now: Timestamp) -> bool {
        let talks = self.conversations(now);
        talks.knows(channel) && reply_to.is_none_or(|message| talks.holds(channel, message))
    }

    /// Takes up the conversation of a channel again, oldest exchange first, unless one is going on.
    pub fn recall(&self, channel: &ChannelId, exchanges: &[Recalled], now: Timestamp) {
        let ends_after = i64::try_from(self.inner.context.ends_after.as_micros()).unwrap_or(i64::MAX);
        let still_on = |recalled: &&Recalled| recalled.at.plus(ends_after) > now;
        let exchanges: Vec<Recalled> = exchanges.iter().filter(still_on).cloned().collect();
        self.conversations(now).recall(channel, &exchanges, now);
    }

    /// Takes up a chain of replies again, oldest exchange first, as far as it is not remembered.
    pub fn recall_chain(&self, channel: &ChannelId, exchanges: &[Recalled], now: Timestamp) {
        self.conversations(now).recall_chain(channel, exchanges, now);
    }

    /// Remembers what people said among themselves, where the settings say that it goes along.
    pub fn overhear(&self, channel: &ChannelId, text: Arc<str>, now: Timestamp) {
        if self.inner.context.bystanders {
            self.conversations(now).overhear(channel, text, now);
        }
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

    /// What a model of some log costs at a time, whether it is set up or not.
    pub fn rates_of(&self, model: &ModelName, at: Timestamp) -> Option<Rates> {
        match self.catalogue().spec(model) {
            Some(spec) => self.rates(&spec, at),
            None => self.prices().lookup_any(model.as_str(), at).map(|price| price.rates.as_ref().clone()),
        }
    }

    /// What all answers of one day may cost together.
    pub fn daily_cap(&self) -> NanoUsd {
        self.inner.guard.daily_cap()
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

    /// Whether a person wants their calls to be recorded as nobody's.
    pub fn opted_out(&self, user: &UserId) -> bool {
        lock(&self.inner.preferences).set_for(&PreferencePlace::User(user.clone()), Preference::OptOut).is_some()
    }

    /// What the models are told before the conversations of a channel.
    pub fn persona(&self, channel: &ChannelId) -> Option<String> {
        let place = PreferencePlace::Channel(channel.clone());
        let set = lock(&self.inner.preferences).set_for(&place, Preference::Persona).map(str::to_owned);
        set.or_else(|| self.inner.workshop.answer.system_prompt.clone())
    }

    /// Whether the model that answers a person in a place can look at pictures.
    pub fn sees(&self, place: &Place, user: &UserId) -> bool {
        let chosen = self.preference(Preference::Model, place, user);
        self.catalogue().in_force(chosen.as_deref()).is_some_and(|model| model.sees)
    }

    /// What a person set for a place, as text.
    pub fn preference(&self, preference: Preference, place: &Place, user: &UserId) -> Option<String> {
        lock(&self.inner.preferences).get(preference, place, user).map(str::to_owned)
    }

    /// What is set for exactly this channel or person.
    pub fn preference_of(&self, place: &PreferencePlace, preference: Preference) -> Option<String> {
        lock(&self.inner.preferences).set_for(place, preference).map(str::to_owned)
    }

    /// Puts a preference in force that the store has accepted.
    pub fn prefer(&self, place: PreferencePlace, preference: Preference, value: Option<String>) {
        lock(&self.inner.preferences).put(place, preference, value);
    }

    /// Drops what is in memory of a channel or a person: what was said and what is set. That a person wants to be
    /// recorded as nobody is still their wish.
    pub fn erase(&self, place: &PreferencePlace) {
        lock(&self.inner.preferences).erase(place);
        let mut talks = lock(&self.inner.workshop.conversations);
        match place {
            PreferencePlace::Channel(channel) => talks.drop_channel(channel),
            PreferencePlace::User(user) => talks.drop_person(user),
        }
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
        self.conversations(question.at).excerpt(&question.place.channel, messages, asked(question))
    }

    fn begin(&self, question: &Question) -> Exchange {
        self.conversations(question.at).begin(&question.place.channel, asked(question))
    }

    /// The conversations that are still going on at `now`.
    fn conversations(&self, now: Timestamp) -> MutexGuard<'_, Conversations> {
        let mut talks = lock(&self.inner.workshop.conversations);
        talks.end_silent(now, self.inner.context.ends_after);
        talks
    }

    fn request(&self, model: Arc<ModelSpec>, question: &Question, mut turns: Vec<Turn>) -> Request {
        turns.push(Turn { role: Role::User, text: question.whole() });
        Request {
            system: self.persona(&question.place.channel).map(Arc::from),
            turns: alternating(turns),
            pictures: if model.sees { question.pictures.clone() } else { Vec::new() },
            max_output_tokens: self.inner.workshop.answer.max_output_tokens,
            model,
        }
    }
}

/// A question as the conversation sees it.
fn asked(question: &Question) -> Asked<'_> {
    Asked {
        user: &question.user,
        text: &question.text,
        at: question.at,
        message: question.message.as_ref(),
        reply_to: question.reply_to.as_ref(),
        repeats: question.repeats.map(|repeat| repeat.exchange),
        quoted: question.quoted.as_ref(),
    }
}

/// Turns of one side that follow each other become one: some providers insist on people and model taking turns.
fn alternating(turns: Vec<Turn>) -> Vec<Turn> {
    turns.into_iter().fold(Vec::new(), |mut merged: Vec<Turn>, turn| {
        match merged.last_mut() {
            Some(last) if last.role == turn.role => last.text = format!("{}\n\n{}", last.text, turn.text).into(),
            _ => merged.push(turn),
        }
        merged
    })
}

/// The quick estimate of the input may be half of the truth; the reservation must not be.
const INPUT_MARGIN: u64 = 2;
