//! What can be asked of the store. A question is a value; each names the type of its answer.

use chrono_tz::Tz;

use super::sqlite::Snapshot;
use super::sqlite::recalled::Answers;
use crate::model::{
    Brief, CallId, ChannelId, Filter, GuildId, MessageId, PromptHash, Reach, Readable, Scope, Timestamp, UserId, Window,
};

/// Something that can be asked of the store. Only the store's own questions are: how one is answered is a file of its
/// name below.
pub trait Question: Send + 'static {
    /// What the answer is.
    type Answer: Send + 'static;

    /// Answers from one consistent view of the store.
    #[doc(hidden)]
    fn answer(&self, snapshot: &Snapshot<'_>) -> rusqlite::Result<Self::Answer>;

    /// Answers from memory, if the answer is kept there.
    #[doc(hidden)]
    fn recall(&self, _: &mut Answers) -> Option<Self::Answer> {
        None
    }
}

/// Several questions are answered from one and the same view.
macro_rules! several {
    ($($question:ident)+) => {
        impl<$($question: Question),+> Question for ($($question,)+) {
            type Answer = ($($question::Answer,)+);

            fn answer(&self, snapshot: &Snapshot<'_>) -> rusqlite::Result<Self::Answer> {
                #[allow(non_snake_case)]
                let ($($question,)+) = self;
                Ok(($($question.answer(snapshot)?,)+))
            }

            fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
                #[allow(non_snake_case)]
                let ($($question,)+) = self;
                Some(($($question.recall(answers)?,)+))
            }
        }
    };
}
several!(A B);
several!(A B C);
several!(A B C D);
several!(A B C D E);

/// Any number of questions of one kind, likewise.
impl<Q: Question> Question for Vec<Q> {
    type Answer = Vec<Q::Answer>;

    fn answer(&self, snapshot: &Snapshot<'_>) -> rusqlite::Result<Self::Answer> {
        self.iter().map(|question| question.answer(snapshot)).collect()
    }

    fn recall(&self, answers: &mut Answers) -> Option<Self::Answer> {
        self.iter().map(|question| question.recall(answers)).collect()
    }
}

/// Counts, sums and histograms of a window, by model and type. Groups without calls are left out.
#[derive(Debug, Clone)]
pub struct Cells {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
}

/// Counts, sums and response times of several stretches of time, each by model and type. The other histograms are empty.
#[derive(Debug, Clone)]
pub struct Stretches {
    /// Which times.
    pub windows: Vec<Window>,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
}

/// All calls of a window, and by model.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
}

/// A few sums by hour of the week in a time zone. Exact wherever a zone is off from UTC by whole quarters of an hour, as
/// all have been since 1972.
#[derive(Debug, Clone)]
pub struct ByHour {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// The zone whose hours count.
    pub zone: Tz,
}

/// The same sums by day of a time zone, from the first day with calls on; days without calls are left out.
#[derive(Debug, Clone)]
pub struct ByDay {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// The zone whose days count.
    pub zone: Tz,
}

/// The same sums of each hour of each date of a time zone; hours without calls are left out.
#[derive(Debug, Clone)]
pub struct DatedHours {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// The zone whose hours count.
    pub zone: Tz,
}

/// The same sums by hour of the week, of each model and type.
#[derive(Debug, Clone)]
pub struct HoursOfGroups {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// The zone whose hours count.
    pub zone: Tz,
}

/// Response times by hour of the week in a time zone. They are kept by UTC hour: where a zone is off by a half or a quarter
/// of an hour, an hour of UTC counts where its middle lies.
#[derive(Debug, Clone)]
pub struct TimesByHour {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// The zone whose hours count.
    pub zone: Tz,
}

/// The prompts that were asked again most often. Where more than 64 different ones were asked again within an hour or a day,
/// those asked least are not remembered.
#[derive(Debug, Clone)]
pub struct MostRepeated {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// How many at the most.
    pub top: u32,
}

/// A prompt that was asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatedPrompt {
    /// Its keyed hash.
    pub prompt: PromptHash,
    /// How often it was asked although it had been asked before.
    pub times: u64,
    /// The last call that did.
    pub last: CallId,
}

/// How many different people asked: exact up to about 1,000, then off by about 1.6 %.
#[derive(Debug, Clone)]
pub struct DistinctUsers {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
}

/// What the calls of each person came to, most calls first. People who were forgotten are nobody.
#[derive(Debug, Clone)]
pub struct ByPerson {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
}

/// How many calls of a window were asked in each channel, and what they cost, dearest first: of the last 100,000 calls of the
/// window, whoever asked them.
#[derive(Debug, Clone)]
pub struct ByChannel {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// Which channels may be named.
    pub readable: Readable,
}

/// The answer to [`ByChannel`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    /// The calls of each channel; of none are those whose channel is not known or may not be named.
    pub channels: Vec<(Option<ChannelId>, Brief)>,
    /// When the first of the calls was asked that were looked at, if there are earlier ones in the window.
    pub since: Option<Timestamp>,
}

/// The known cost of a window, in nano-dollars, with the number of calls it rests on.
#[derive(Debug, Clone)]
pub struct Spend {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
}

/// What perfbot itself has spent: the known cost of the calls it made. Imported calls are not its own, and invented
/// prices of simulated models spend no money.
#[derive(Debug, Clone, Copy)]
pub struct OwnSpend {
    /// Which time.
    pub window: Window,
}

/// The slowest calls that ended ok, slowest first.
#[derive(Debug, Clone)]
pub struct Slowest {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which single rows the viewer may see.
    pub readable: Readable,
    /// Which of them.
    pub filter: Filter,
    /// How many at the most.
    pub top: u32,
}

/// One call, if it is in scope and the viewer may see single rows of its channel.
#[derive(Debug, Clone)]
pub struct One {
    /// Which.
    pub call: CallId,
    /// Whose calls.
    pub scope: Scope,
    /// Which single rows the viewer may see.
    pub readable: Readable,
}

/// The last call of a person in a channel to which some answer came, looked for among the last 100,000 calls.
#[derive(Debug, Clone)]
pub struct LastAnswer {
    /// Where.
    pub channel: ChannelId,
    /// Whose; `None` for anybody's.
    pub user: Option<UserId>,
}

/// The call whose answer a message carries, among the last 100,000 of a time.
#[derive(Debug, Clone)]
pub struct AnswerOf {
    /// One of the messages that carry the answer.
    pub message: MessageId,
    /// When the call may have been asked.
    pub asked: Window,
}

/// How a person rated a call, if they did.
#[derive(Debug, Clone)]
pub struct RatingBy {
    /// Which call.
    pub call: CallId,
    /// Who.
    pub user: UserId,
}

/// What is kept of a person.
#[derive(Debug, Clone)]
pub struct KeptOf {
    /// Whom.
    pub user: UserId,
}

/// The answer to [`KeptOf`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Calls of theirs.
    pub calls: u64,
    /// When the first was asked.
    pub first: Option<Timestamp>,
    /// When the last was asked.
    pub last: Option<Timestamp>,
    /// Calls with a keyed hash of the prompt.
    pub hashes: u64,
    /// Calls with the beginning of the prompt.
    pub previews: u64,
    /// Answers they rated.
    pub ratings: u64,
    /// Things that happened which name them: notes of theirs, and what they switched in channels.
    pub events: u64,
}

/// Rows in the order of their numbers, a page at a time.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Which time; `None` for all.
    pub window: Option<Window>,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// Only rows behind this one.
    pub after: Option<CallId>,
    /// How many at the most.
    pub limit: u32,
}

/// The last rows of a window, newest first.
#[derive(Debug, Clone)]
pub struct Recent {
    /// Which time.
    pub window: Window,
    /// Whose calls.
    pub scope: Scope,
    /// Which of them.
    pub filter: Filter,
    /// How many at the most.
    pub limit: u32,
}

/// The names of the models that have calls in scope, most calls first.
#[derive(Debug, Clone)]
pub struct ModelsSeen {
    /// Whose calls.
    pub scope: Scope,
}

/// The guilds of which anything is kept.
#[derive(Debug, Clone, Copy)]
pub struct Guilds;

/// The channels of a guild that have calls.
#[derive(Debug, Clone)]
pub struct ChannelsOf {
    /// The guild.
    pub guild: GuildId,
}

/// What happened beside calls, in the order of time; of very many the last. The owner sees what concerns everyone and
/// every guild, others what concerns everyone and them.
#[derive(Debug, Clone)]
pub struct Events {
    /// Which time.
    pub window: Window,
    /// Whose.
    pub scope: Scope,
}

/// What the program ran with when it was last started.
#[derive(Debug, Clone, Copy)]
pub struct LastSetup;

/// The baselines that were fixed for everyone, a guild or a person, by name.
#[derive(Debug, Clone)]
pub struct Baselines {
    /// For whom.
    pub of: Reach,
}

/// When what takes time or money without need was found, of what was found for everyone, a guild or a person.
#[derive(Debug, Clone)]
pub struct Bottlenecks {
    /// For whom.
    pub of: Reach,
}

/// Everything that people set in chat.
#[derive(Debug, Clone, Copy)]
pub struct Preferences;

/// The times of the first and the last call in scope, as a window that just holds both. Where the nearest 100,000 calls
/// are all of others, an end is that of all calls.
#[derive(Debug, Clone)]
pub struct Extent {
    /// Whose calls.
    pub scope: Scope,
}

/// What lies in the store, for a health check.
#[derive(Debug, Clone, Copy)]
pub struct Inventory;

/// The answer to [`Inventory`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// Rows of calls.
    pub calls: u64,
    /// Size of the database file (with its log) in bytes.
    pub bytes: u64,
    /// Version of the schema.
    pub schema: u32,
    /// What SQLite's own check found wrong; empty when all is well.
    pub faults: Vec<String>,
    /// Sums that are kept and cannot be read; they can be made anew from rows. Looked for where there are no faults.
    pub unreadable_sums: u64,
    /// Rows lost because the queue stayed full, in this process.
    pub lost: u64,
}
