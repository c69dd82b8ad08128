//! Plain values that every other room speaks in: ids, units, calls, cells, windows, scopes, settings.
//!
//! Nothing here does I/O, reads a clock or logs. A value that is not known is `None`, never zero.

mod baseline;
mod bottleneck;
mod brief;
pub mod calendar;
mod call;
mod cell;
pub mod duration;
mod event;
mod failures;
mod histogram;
mod id;
mod logged;
mod models;
mod moment;
pub mod names;
mod place;
mod query;
mod scope;
mod settings;
mod setup;
mod time;
mod unit;
pub mod varint;

pub use baseline::{Baseline, Usual};
pub use bottleneck::{Bottleneck, KeptBottleneck};
pub use brief::{Brief, DatedHour, HourGrid, TimeGrid};
pub use call::{Call, ContextSize, ErrorClass, Outcome, Rating, StoredCall, Times, Usage, UsageSource};
pub use cell::{Asked, Cell, CellKey, Group, Overview, SIMULATED, Tally};
pub use event::{Event, EventKind, Reach};
pub use failures::Failures;
pub use histogram::Histogram;
pub use id::{CallId, ChannelId, GuildId, MessageId, ModelName, PriceId, PromptHash, ProviderName, SessionId, UserId};
pub use logged::{LoggedCall, PromptDigest};
pub use models::{ModelSpec, ProviderKind, Rate, Rates, Tier};
pub use moment::{Moment, MomentError};
pub use place::{Person, Place, Role};
pub use query::{Complexity, QueryType};
pub use scope::{Filter, Readable, Scope};
pub use settings::{
    AnswerSettings, ContextSettings, LimitSettings, Preference, PreferencePlace, PrivacySettings, Retention,
    StorePrompts,
};
pub use setup::Setup;
pub use time::{Clock, StandingClock, Timestamp, Window};
pub use unit::{Micros, NanoUsd};
