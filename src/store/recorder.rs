//! The way in for new calls: cheap on the caller's path, durable once [`Recorder::committed`] returns.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::error::{Lost, StoreError};
use super::later::Later;
use super::queue::{Queue, Refused};
use super::sqlite::recalled::Recalled;
use super::writer::Message;
use crate::model::{
    Call, ChannelId, GuildId, ModelName, NanoUsd, PromptHash, ProviderName, QueryType, Timestamp, UserId,
};
use crate::prompt::{self, PromptKey};

/// How long a full queue may delay an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hands calls to the writer. Clones are cheap and go to the same store.
#[derive(Clone)]
pub struct Recorder {
    pub(super) route: Route,
}

/// Where a recorder's calls go.
#[derive(Clone)]
pub(super) enum Route {
    Writer(Arc<Desk>),
    /// To the writer that the first change or record starts.
    Later(Arc<Later>),
    Nowhere {
        reason: Arc<str>,
    },
}

impl Route {
    /// Where things to write are handed in; opened for writing if need be.
    pub async fn desk(&self) -> Result<&Desk, StoreError> {
        if let Self::Later(later) = self {
            later.open().await?;
        }
        self.desk_now()
    }

    /// Where things to write are handed in, if anything can be.
    pub fn desk_now(&self) -> Result<&Desk, StoreError> {
        match self {
            Self::Writer(desk) => Ok(desk),
            Self::Later(later) => later.opened().map_or(Err(StoreError::Closed), |store| store.inner.route.desk_now()),
            Self::Nowhere { reason } => Err(StoreError::ReadOnly { reason: Arc::clone(reason) }),
        }
    }
}

/// What the writer and those who hand it something share.
pub(super) struct Desk {
    pub queue: Queue<Message, (Ticket, Started)>,
    pub progress: watch::Sender<Progress>,
    /// The key of prompt hashes.
    pub key: PromptKey,
    pub lost: AtomicU64,
    /// Answers that need not be looked for in the file.
    pub recalled: Arc<Recalled>,
    pub tickets: AtomicU64,
}

/// How far the writer has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// The number of the last message that is done with.
    pub done: u64,
    /// The messages that could not be written: first and last number of each run, in their order.
    failed: Vec<(u64, u64)>,
}

/// How many runs of lost messages are told apart.
const RUNS: usize = 256;

impl Progress {
    /// Marks messages behind all others as lost. When there are too many runs, the oldest two become one with what is
    /// between: better that somebody who waited very long is told of a loss that was none than the other way round.
    pub fn fail(&mut self, first: u64, last: u64) {
        match self.failed.last_mut() {
            Some(run) if run.1 + 1 == first => run.1 = last,
            _ => self.failed.push((first, last)),
        }
        if self.failed.len() > RUNS {
            let (first, _) = self.failed.remove(0);
            self.failed[0].0 = first;
        }
    }

    fn has_lost(&self, number: u64) -> bool {
        self.failed.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }
}

/// What is known of a call when it begins: enough for a row, should the process end before the call does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// When the message was received.
    pub at: Timestamp,
    /// The community it was asked in.
    pub guild: Option<GuildId>,
    /// The channel it was asked in.
    pub channel: Option<ChannelId>,
    /// Who asked.
    pub user: Option<UserId>,
    /// Who serves the model.
    pub provider: Option<ProviderName>,
    /// The model.
    pub model: ModelName,
    /// The type of the question.
    pub query_type: QueryType,
    /// How many messages of the conversation go along; `None` for who does not know.
    pub context_messages: Option<u32>,
    /// What it will probably come to.
    pub expected: Expected,
}

/// What a call is expected to come to, as far as that is known: all that remains to say if nobody ever hears of it again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// Tokens that were sent.
    pub input_tokens: Option<u64>,
    /// What they cost.
    pub input_cost: Option<NanoUsd>,
    /// What a thousand tokens of an answer cost.
    pub output_cost: Option<NanoUsd>,
}

/// A call that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(pub(super) u64);

/// A call that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The call. The time since the last repeat is filled in by the writer, and so is the prompt hash, if it is not there
    /// ([`Recorder::prompt_hash`]).
    pub call: Call,
    /// The prompt, of which the writer keeps a keyed hash and, only if the owner says so, the first characters. Shared,
    /// because copying it would be most of what recording costs.
    pub prompt: Option<Arc<str>>,
}

/// The place of a record in the order of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seq(u64);

impl Desk {
    pub fn new(capacity: usize, key: PromptKey) -> Self {
        Self {
            queue: Queue::new(capacity),
            key,
            progress: watch::Sender::new(Progress::default()),
            lost: AtomicU64::new(0),
            recalled: Arc::default(),
            tickets: AtomicU64::new(0),
        }
    }

    /// Counts lost rows; the first loss of a process is said in the log, `doctor` shows the number.
    pub fn lose(&self, rows: u64, why: &Lost) {
        if rows > 0 && self.lost.fetch_add(rows, Ordering::Relaxed) == 0 {
            tracing::error!(rows, "{why}; further losses are only counted");
        }
    }

    /// Puts a message into the queue; waits only while that is full, and not for long.
    pub fn hand_in(&self, message: Message) -> impl Future<Output = Result<Seq, Lost>> {
        // At once, and not when somebody first waits: then the message need not be moved into the future. For the same
        // reason what is seldom needed is boxed: futures are moved a few times.
        let pushed = self.queue.try_push(message);
        async {
            match pushed {
                Ok(number) => Ok(Seq(number)),
                Err(Refused::Closed) => Err(Lost::Closed),
                Err(Refused::Full(message)) => Box::pin(self.wait_for_room(message)).await,
            }
        }
    }

    async fn wait_for_room(&self, message: Box<Message>) -> Result<Seq, Lost> {
        match tokio::time::timeout(PATIENCE, self.queue.push(message)).await {
            Ok(Some(number)) => Ok(Seq(number)),
            Ok(None) => Err(Lost::Closed),
            Err(_) => Err(Lost::QueueFull),
        }
    }
}

impl Recorder {
    /// Leaves a note that a call has begun. Nobody waits for it: if the queue is full, there is none.
    pub fn begin(&self, started: Started) -> Ticket {
        let Ok(desk) = self.route.desk_now() else { return Ticket(0) };
        let ticket = Ticket(desk.tickets.fetch_add(1, Ordering::Relaxed) + 1);
        // Without the note, only a crash during this very call goes unseen.
        desk.queue.leave((ticket, started));
        ticket
    }

    /// The keyed hash of a prompt; `None` where nothing can be recorded. Whoever has time to spare (while a model thinks)
    /// asks for it there and then, and spares it the writer, who serves everybody.
    pub fn prompt_hash(&self, prompt: &str) -> Option<PromptHash> {
        self.route.desk_now().ok().map(|desk| prompt::hash(&desk.key, prompt))
    }

    /// Hands in a call that has ended, at once where there is room; the future waits only while the queue is full, and
    /// then 2 s at most.
    ///
    /// # Errors
    /// The row is lost: the queue stayed full, the store is closed, or may not be written. A loss is counted.
    pub fn record(&self, ticket: Ticket, record: Record) -> impl Future<Output = Result<Seq, Lost>> {
        let message = Message::Record(ticket, record);
        let handed_in = match &self.route {
            Route::Writer(desk) => Ok((desk, desk.hand_in(message))),
            _ => Err(Box::new(message)),
        };
        async {
            match handed_in {
                Ok((desk, seq)) => seq.await.inspect_err(|why| desk.lose(1, why)),
                Err(message) => Box::pin(self.open_and_hand_in(message)).await,
            }
        }
    }

    async fn open_and_hand_in(&self, message: Box<Message>) -> Result<Seq, Lost> {
        let desk = self.route.desk().await.map_err(|error| match error {
            StoreError::ReadOnly { reason } => Lost::ReadOnly { reason },
            _ => Lost::Closed,
        })?;
        desk.hand_in(*message).await.inspect_err(|why| desk.lose(1, why))
    }

    /// Waits until the row is on the disk. Allocates nothing.
    ///
    /// # Errors
    /// The row could not be written.
    pub async fn committed(&self, seq: Seq) -> Result<(), Lost> {
        let Ok(desk) = self.route.desk_now() else { return Err(Lost::Closed) };
        let mut progress = desk.progress.subscribe();
        let reached = progress.wait_for(|progress| progress.done >= seq.0).await.map_err(|_| Lost::Closed)?;
        if reached.has_lost(seq.0) { Err(Lost::NotWritten) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loss_is_remembered() {
        let mut progress = Progress::default();
        progress.fail(2, 3);
        progress.fail(4, 4);
        progress.fail(9, 9);
        assert_eq!(progress.failed, [(2, 4), (9, 9)]);
        let lost = (1..=10).filter(|number| progress.has_lost(*number));
        assert_eq!(lost.collect::<Vec<_>>(), [2, 3, 4, 9]);
    }

    #[test]
    fn memory_of_losses_is_bounded_and_errs_towards_loss() {
        let mut progress = Progress::default();
        let lost = |n: usize| 2 * n as u64;
        (1..=RUNS + 1).for_each(|n| progress.fail(lost(n), lost(n)));
        assert_eq!(progress.failed.len(), RUNS);
        assert!((1..=RUNS + 1).all(|n| progress.has_lost(lost(n))));
        assert!(progress.has_lost(3) && !progress.has_lost(5), "only what lay between the oldest two is wrong");
    }
}
