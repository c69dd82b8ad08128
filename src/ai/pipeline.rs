//! The path of one question that passed the guard: answer → count → price → remember → record. Each stage is a span.
//!
//! The last stage makes the one row of the call, whatever happened before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tracing::{Instrument, info_span};

use super::answering::Retry;
use super::attempts::{self, Finished, Progress};
use super::conversation::{Conversations, Exchange};
use super::guard::Permit;
use super::provider::{Picture, Provider, Request, StopReason};
use super::stops::Stop;
use crate::model::{
    AnswerSettings, Call, CallId, Clock, ContextSize, ErrorClass, MessageId, Micros, NanoUsd, Outcome, Place,
    ProviderKind, Rates, Times, Timestamp, Usage, UsageSource, UserId,
};
use crate::pricing::{self, PriceTable};
use crate::prompt::{self, Classified};
use crate::store::{Expected, Lost, Record, Recorder, Seq, Started};

/// How long the last edit of an answer waits for its row to be on disk.
const WAIT_FOR_ROW: Duration = Duration::from_millis(250);

/// What happens while an answer is written.
#[derive(Debug)]
pub enum Event {
    /// All text is there, or none will come; only the end follows.
    Written,
    /// Another attempt follows after a wait.
    Retrying(Retry),
    /// More of the answer.
    Text(String),
    /// The end; nothing follows.
    Done(Box<Answered>),
}

/// What became of a question.
#[derive(Debug)]
pub struct Answered {
    /// The row of the call.
    pub call: Call,
    /// The answer, as far as it came.
    pub text: String,
    /// Why there is not more of it, where it is not whole.
    pub short: Option<Short>,
    /// When the provider says it may be asked again.
    pub retry_at: Option<Timestamp>,
    /// Earlier messages that did not go along.
    pub left_out: usize,
    /// Whether the row is on disk.
    pub row: Row,
}

/// Why an answer with some text is not whole, although nobody stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Short {
    /// It reached the most tokens that an answer may have.
    Length,
    /// The provider's filter stopped it.
    Filtered,
    /// The provider or the way to it failed.
    Broken(ErrorClass),
    /// The program ended.
    Ended,
}

/// Whether a call's row is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// It is.
    Committed,
    /// Not yet; it waits in the queue.
    Pending,
    /// The queue stayed full, or nothing can be written: it is lost.
    Lost,
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
    /// What it repeats, if it is asked again.
    pub repeats: Option<Repeat>,
    /// The message it stands in, where the chat has messages.
    pub message: Option<MessageId>,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
    /// What it replies to where that is none of the conversation, with its author's name: "bob: It rains."
    pub quoted: Option<Arc<str>>,
    /// Pictures that go with it, for a model that sees.
    pub pictures: Vec<Picture>,
}

impl Question {
    /// A question that stands by itself.
    pub fn new(place: Place, user: UserId, text: Arc<str>, (at, received): (Timestamp, Instant)) -> Self {
        let (repeats, message, reply_to, quoted, pictures) = (None, None, None, None, Vec::new());
        Self { place, user, text, at, received, repeats, message, reply_to, quoted, pictures }
    }

    /// The question as models read it and conversations remember it: below what it replies to.
    pub(super) fn whole(&self) -> Arc<str> {
        match &self.quoted {
            Some(quoted) => format!("{quoted}\n\n{}", self.text).into(),
            None => Arc::clone(&self.text),
        }
    }
}

/// What a question repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// The exchange of the conversation, which is taken back.
    pub exchange: Exchange,
    /// Its call, where that is known.
    pub call: Option<CallId>,
}

/// What every answer is made with.
pub(super) struct Workshop {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) prices: PriceTable,
    pub(super) answer: AnswerSettings,
    pub(super) conversations: Mutex<Conversations>,
    pub(super) recorder: Recorder,
    pub(super) clock: Arc<dyn Clock>,
    /// Chance, for the waits between attempts.
    pub(super) chance: Mutex<fastrand::Rng>,
}

/// A question that passed the guard.
pub(super) struct Job {
    pub(super) question: Question,
    /// In whose name its call is recorded.
    pub(super) recorded: Recorded,
    pub(super) exchange: Exchange,
    pub(super) request: Request,
    pub(super) classified: Classified,
    pub(super) left_out: usize,
    /// Goes before the permit: the next question must not find the switch of this one.
    pub(super) stop: Stop,
    pub(super) permit: Permit,
    pub(super) shown: Shown,
}

/// In whose name a call is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    /// Of who asked, with the hash of the prompt.
    Theirs,
    /// Nobody's, because they want it so.
    Nobodys,
}

/// When the first text came on screen, and where, told by the chat.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    received: Instant,
    told: watch::Sender<Told>,
}

/// What the chat told of the first text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Nothing,
    /// It was shown so long after its message was received, in this message.
    After(Micros, Option<MessageId>),
    /// It is not shown before the answer is whole.
    Never,
}

/// How long the row waits to be told when the first text, which was handed out, came on screen.
const WAIT_FOR_SCREEN: Duration = Duration::from_millis(100);

impl Shown {
    pub(super) fn new(received: Instant) -> Self {
        Self { received, told: watch::Sender::new(Told::Nothing) }
    }

    pub(super) fn now(&self, message: Option<MessageId>) {
        self.tell(Told::After(self.received.elapsed().into(), message));
    }

    pub(super) fn never(&self) {
        self.tell(Told::Never);
    }

    /// Only the first word counts.
    fn tell(&self, told: Told) {
        self.told.send_if_modified(|known| {
            let first = *known == Told::Nothing;
            if first {
                *known = told;
            }
            first
        });
    }

    /// When it was and where, waiting a moment for a chat that is about to tell.
    async fn after(&self) -> Option<(Micros, Option<MessageId>)> {
        let mut told = self.told.subscribe();
        let word = tokio::time::timeout(WAIT_FOR_SCREEN, told.wait_for(|told| *told != Told::Nothing)).await;
        match word.ok()?.as_deref() {
            Ok(Told::After(after, message)) => Some((*after, message.clone())),
            _ => None,
        }
    }
}

/// Runs a question to its end. Whoever listens may leave; the answer is recorded all the same.
pub(super) async fn run(workshop: Arc<Workshop>, job: Job, events: UnboundedSender<Event>) {
    let span = info_span!("call", id = %job.question.at.incident(), model = %job.request.model.name);
    answer(&workshop, job, events).instrument(span).await;
}

async fn answer(workshop: &Workshop, job: Job, events: UnboundedSender<Event>) {
    let row = draft(&job);
    let ticket = workshop.recorder.begin(note(workshop, &row, &job));
    // The prompt is hashed while the model thinks.
    let hashed = async {
        match job.recorded {
            Recorded::Theirs => workshop.recorder.prompt_hash(&job.question.text),
            Recorded::Nobodys => None,
        }
    };
    let (mut finished, prompt_hash) =
        tokio::join!(attempt(workshop, &job, &events).instrument(info_span!("answer")), hashed);
    // The answer is ready now; what follows is our own book-keeping, which nobody waits for.
    let response = Micros::from(job.question.received.elapsed());
    // Nobody may be listening any more.
    _ = events.send(Event::Written);
    let shown = match finished.text.is_empty() {
        true => None,
        false => job.shown.after().await,
    };
    let (visible_ttft, message) = shown.map_or((None, None), |(after, message)| (Some(after), message));
    if finished.outcome == Outcome::Stopped && !job.stop.was_wished() {
        // No person wanted it so.
        finished.outcome = if finished.text.is_empty() { Outcome::Interrupted } else { Outcome::Cut };
    }
    finished.usage = count(&job.request, &finished).instrument(info_span!("count")).await;
    let message = message.filter(|_| job.recorded == Recorded::Theirs);
    let row =
        Call { times: Times { response: Some(response), visible_ttft, ..row.times }, prompt_hash, message, ..row };
    let call = info_span!("price").in_scope(|| priced(workshop, row, &job, &finished));
    info_span!("remember").in_scope(|| remember(workshop, &job, &finished));
    let (outcome, booked) = (call.outcome, booked(&job, &finished, call.cost));
    let prompt = (job.recorded == Recorded::Theirs).then(|| Arc::clone(&job.question.text));
    let record = Record { call: call.clone(), prompt };
    let row = async { commit(&workshop.recorder, workshop.recorder.record(ticket, record).await).await }
        .instrument(info_span!("record"))
        .await;
    drop(job.stop);
    job.permit.settle(booked);
    let retry_at =
        finished.retry_after.map(|wait| workshop.clock.now().plus(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)));
    tracing::info!(%outcome, attempts = call.attempts, "answered");
    // Nobody may be listening any more; the row is written all the same.
    _ = events.send(Event::Done(Box::new(Answered {
        call,
        short: short(&finished),
        text: finished.text,
        retry_at,
        left_out: job.left_out,
        row,
    })));
}

fn short(finished: &Finished) -> Option<Short> {
    match (finished.outcome, finished.stop_reason) {
        (Outcome::Ok, Some(StopReason::Length)) => Some(Short::Length),
        (Outcome::Ok, Some(StopReason::Filtered)) => Some(Short::Filtered),
        (Outcome::Cut, _) => Some(finished.broken_by.map_or(Short::Ended, Short::Broken)),
        _ => None,
    }
}

async fn attempt(workshop: &Workshop, job: &Job, events: &UnboundedSender<Event>) -> Finished {
    let chance = lock(&workshop.chance).fork();
    let mut pass_on = |progress: Progress<'_>| {
        _ = events.send(match progress {
            Progress::Retrying(retry) => Event::Retrying(retry),
            Progress::Text(text) => Event::Text(text.to_owned()),
        });
    };
    attempts::answer(&*workshop.provider, &job.request, &workshop.answer, job.stop.token(), chance, &mut pass_on).await
}

/// Usage that nobody reported is counted with the tokenizer, which may block for a while when it is first needed.
async fn count(request: &Request, finished: &Finished) -> Usage {
    let usage = finished.usage;
    if !matches!(usage.source, UsageSource::Estimated | UsageSource::Partial) {
        return usage;
    }
    let input = request.clone();
    let text = finished.text.clone();
    let counted = tokio::task::spawn_blocking(move || {
        let system = input.system.as_deref().map_or(0, prompt::tokens::count);
        let turns: u64 = input.turns.iter().map(|turn| prompt::tokens::count(&turn.text)).sum();
        (system + turns, prompt::tokens::count(&text))
    });
    match counted.await {
        Ok((input, output)) if usage.source == UsageSource::Estimated => {
            Usage { input: Some(input), output: Some(output), ..usage }
        }
        // What the provider had reported of a cut answer may lag behind what was delivered.
        Ok((_, output)) => Usage { output: Some(usage.output.unwrap_or(0).max(output)), ..usage },
        Err(_) => usage,
    }
}

/// The row as far as it is known before the first attempt.
fn draft(job: &Job) -> Call {
    let (question, model) = (&job.question, &job.request.model);
    let earlier = &job.request.turns[..job.request.turns.len() - 1];
    Call {
        guild: question.place.guild.clone(),
        channel: Some(question.place.channel.clone()),
        user: (job.recorded == Recorded::Theirs).then(|| question.user.clone()),
        provider: Some(model.provider.clone()),
        query_type: job.classified.query_type,
        complexity: Some(job.classified.complexity),
        again_of: question.repeats.and_then(|repeat| repeat.call),
        context: ContextSize {
            messages: Some(earlier.len() as u32),
            tokens: Some(earlier.iter().map(|turn| prompt::tokens::rough(&turn.text)).sum()),
        },
        ..Call::new(question.at, model.name.clone())
    }
}

/// What is left of the call if the program ends before it does.
fn note(workshop: &Workshop, row: &Call, job: &Job) -> Started {
    Started {
        at: row.at,
        guild: row.guild.clone(),
        channel: row.channel.clone(),
        user: row.user.clone(),
        provider: row.provider.clone(),
        model: row.model.clone(),
        query_type: row.query_type,
        context_messages: row.context.messages,
        expected: expected(workshop, job),
    }
}

fn expected(workshop: &Workshop, job: &Job) -> Expected {
    let input = job.request.rough_input();
    let price = workshop.prices.price_of(&job.request.model, job.question.at);
    let cost = |input, output| {
        let usage = Usage { input: Some(input), output: Some(output), ..Usage::default() };
        pricing::cost(&price.as_ref()?.rates, &usage)
    };
    Expected { input_tokens: Some(input), input_cost: cost(input, 0), output_cost: cost(0, 1_000) }
}

/// The row with all that is known now.
fn priced(workshop: &Workshop, row: Call, job: &Job, finished: &Finished) -> Call {
    let price = workshop.prices.price_of(&job.request.model, job.question.at);
    let (cost, failed_cost) = costs(price.as_ref().map(|price| &*price.rates), finished);
    Call {
        answered_by: finished.answered_by.clone(),
        times: Times {
            attempt: finished.attempt_time,
            model: finished.model_time,
            ttft: finished.ttft,
            back_off: finished.back_off,
            failed: finished.failed.iter().map(|attempt| attempt.time).sum(),
            ..row.times
        },
        attempts: finished.attempts,
        failures: finished.failed.iter().map(|attempt| attempt.class).collect(),
        outcome: finished.outcome,
        usage: finished.usage,
        price: price.filter(|_| cost.is_some()).map(|price| price.id),
        cost,
        failed_cost,
        ..row
    }
}

/// The cost of all attempts, and the part of the failed ones. Every attempt is charged as far as its usage is known;
/// of a call that got no answer the whole is known only if some usage was reported.
fn costs(rates: Option<&Rates>, finished: &Finished) -> (Option<NanoUsd>, NanoUsd) {
    let Some(rates) = rates else { return (None, NanoUsd::ZERO) };
    let failed: Vec<NanoUsd> =
        finished.failed.iter().filter_map(|attempt| pricing::cost(rates, &attempt.usage)).collect();
    let failed_cost: NanoUsd = failed.iter().copied().sum();
    let cost = if got_nothing(finished) {
        (!failed.is_empty()).then_some(failed_cost)
    } else {
        pricing::cost(rates, &finished.usage).map(|cost| cost + failed_cost)
    };
    (cost, failed_cost)
}

/// Whether no attempt came to anything: all failed, or a person stopped while none was under way.
fn got_nothing(finished: &Finished) -> bool {
    finished.attempt_time.is_none()
}

/// What is booked for an answer. A call that got nothing and reported no usage cost nothing that we know of; invented
/// prices spend no money; where the cost is unknown, `None` books the whole reservation.
fn booked(job: &Job, finished: &Finished, cost: Option<NanoUsd>) -> Option<NanoUsd> {
    match cost {
        _ if job.request.model.kind == ProviderKind::Simulated => Some(NanoUsd::ZERO),
        None if got_nothing(finished) => Some(NanoUsd::ZERO),
        cost => cost,
    }
}

fn remember(workshop: &Workshop, job: &Job, finished: &Finished) {
    let (question, now) = (job.question.whole(), workshop.clock.now());
    let said = (&question, finished.text.as_str());
    lock(&workshop.conversations).finish(&job.question.place.channel, job.exchange, said, now);
}

async fn commit(recorder: &Recorder, recorded: Result<Seq, Lost>) -> Row {
    let Ok(seq) = recorded else { return Row::Lost };
    match tokio::time::timeout(WAIT_FOR_ROW, recorder.committed(seq)).await {
        Ok(Ok(())) => Row::Committed,
        Ok(Err(_)) => Row::Lost,
        Err(_) => Row::Pending,
    }
}

/// What is locked here stays consistent even if a thread panicked while it held the lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
