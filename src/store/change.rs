//! What can be changed in the store. A change is a value; [`Applied`] says what it came to.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::renumbered::Renumbered;
use crate::model::{
    Baseline, Bottleneck, CallId, ChannelId, Event, GuildId, LoggedCall, MessageId, Preference, PreferencePlace,
    Rating, Reach, Setup, Timestamp, UserId,
};

/// One change. New calls of this process come through a [`Recorder`](super::Recorder) instead.
#[derive(Debug, Clone)]
pub enum Change {
    /// Rates an answer, or takes the rating back. The last rating of each person counts.
    Rate {
        /// Which call.
        call: CallId,
        /// Who rates.
        by: UserId,
        /// The rating; `None` for none.
        rating: Option<Rating>,
    },
    /// Says which messages carry the answer to a call.
    Delivered {
        /// When the call was asked.
        at: Timestamp,
        /// Where.
        channel: ChannelId,
        /// The messages, separated by spaces.
        message: MessageId,
    },
    /// Counts that a person asked for an answer again.
    AskedAgain {
        /// The call that was repeated.
        call: CallId,
    },
    /// Sets a preference, or clears it.
    Set {
        /// For whom.
        place: PreferencePlace,
        /// What.
        preference: Preference,
        /// To what; `None` clears it.
        value: Option<String>,
    },
    /// Writes down what happened.
    Happened(Event),
    /// Makes a change, and writes down that it happened: both or neither.
    Noted {
        /// The change.
        change: Box<Change>,
        /// What happened with it.
        event: Event,
    },
    /// Remembers what the program runs with, and what is new about it.
    StartedWith {
        /// What it runs with.
        setup: Setup,
        /// What is new.
        news: Vec<Event>,
    },
    /// Fixes figures as what is usual, in place of those of the same name.
    FixBaseline {
        /// For whom.
        of: Reach,
        /// The figures.
        baseline: Box<Baseline>,
    },
    /// Lets a baseline go.
    ClearBaseline {
        /// Whose.
        of: Reach,
        /// Which.
        name: String,
    },
    /// Writes down what was found to take time or money without need. What is found again keeps the time when it was first.
    Detected {
        /// For whom.
        of: Reach,
        /// When.
        at: Timestamp,
        /// What.
        found: Vec<Bottleneck>,
    },
    /// Takes somebody out of everything that is kept: names, hashes, previews and settings go, the figures of calls stay and
    /// are nobody's. Done in steps, each of which is whole; [`Applied`] counts them all.
    Erase {
        /// Whom.
        whose: Whose,
        /// The last row of the steps that are done.
        after: CallId,
    },
    /// Takes out what has been kept long enough, as the store was told when it was opened. Done in steps, as erasing is.
    Trim {
        /// What time it is.
        now: Timestamp,
    },
    /// Makes what is derived from rows anew. [`Applied::changed`] counts what was not as it should have been,
    /// [`Applied::added`] the rows.
    Rebuild {
        /// Counts the rows on the way.
        rows: Arc<AtomicU64>,
    },
    /// Adds calls of a log, leaving out those that are known. All of them go in, or none.
    Import {
        /// The calls, in the order of the log.
        calls: Vec<LoggedCall>,
        /// The import they belong to: a clone of the same value for each part of one log.
        session: ImportSession,
    },
}

/// Who is taken out of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// A person, everywhere.
    Person(UserId),
    /// A guild.
    Guild {
        /// Which.
        guild: GuildId,
        /// Its channels.
        channels: Vec<ChannelId>,
    },
}

/// What of the store's memory a change makes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upset {
    Nothing,
    /// Answers that are kept.
    Answers,
    /// These, and what the writer counts.
    Counts,
}

impl Change {
    /// What it makes wrong that is kept in memory.
    pub(super) fn upsets(&self) -> Upset {
        match self {
            Self::Noted { change, .. } => change.upsets(),
            Self::Rate { .. } | Self::AskedAgain { .. } | Self::Import { .. } | Self::Trim { .. } => Upset::Answers,
            // Memory may hold names and cells of who was erased, and counts that were wrong.
            Self::Erase { .. } | Self::Rebuild { .. } => Upset::Counts,
            Self::Set { .. }
            | Self::Delivered { .. }
            | Self::Happened(_)
            | Self::StartedWith { .. }
            | Self::FixBaseline { .. }
            | Self::ClearBaseline { .. }
            | Self::Detected { .. } => Upset::Nothing,
        }
    }

    /// Takes somebody out of everything that is kept.
    pub fn erase(whose: Whose) -> Self {
        Self::Erase { whose, after: CallId(0) }
    }
}

/// What a change came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows that were changed; 0 if there is no such call, or nothing to clear.
    pub changed: u64,
    /// Previews of prompts that were erased.
    pub previews: u64,
    /// Settings that were erased.
    pub settings: u64,
    /// Whether a step leaves more to do.
    pub(super) more: bool,
    /// Where the next step goes on, if there is one.
    pub(super) next: Option<CallId>,
    /// Whether a step of erasing changed only rows of which the writer counts nothing in memory.
    pub(super) is_apart: bool,
    /// Rows that an import added.
    pub added: u64,
    /// Rows of an import that were in the store already.
    pub known: u64,
    /// Rows of an import from before the time of which single calls are kept.
    pub too_old: u64,
}

/// One log on its way in, over many [`Change::Import`]s. Clones are the same import.
///
/// A row of the log is known if the store held it before the import began. Equal rows count: of a log with three equal
/// rows, two of which are in the store, one is added.
#[derive(Debug, Clone, Default)]
pub struct ImportSession(Arc<Mutex<Known>>);

/// What one import knows of the store as it was before.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The last row before the import; `None` until its first part is written.
    pub start: Option<CallId>,
    /// The rows of before that the log has not named yet, by time and fingerprint. Holds only times that had rows.
    pub unnamed: HashMap<Timestamp, HashMap<u64, Vec<CallId>>>,
    /// The numbers that the calls of the log have in the store.
    pub numbers: Renumbered,
    /// A part was not written, so these counts are off.
    pub broken: bool,
}

impl ImportSession {
    /// A new import.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
