//! `[discord]`: where on Discord the bot answers, and how.

use std::collections::BTreeSet;
use std::time::Duration;

use super::error::ConfigError;
use super::input::Section;

/// Where on Discord the bot answers, and how. The token stands in the environment only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscordSettings {
    /// Whether it asks to read messages that are not addressed to it; `!` commands need that.
    pub message_content: bool,
    /// The ids of the channels in which it answers (threads go with their channel); empty for all.
    pub channels: BTreeSet<u64>,
    /// The ids of the roles that may use it, of which a person needs one; empty for everyone.
    pub roles: BTreeSet<u64>,
    /// Whether it answers in direct messages.
    pub direct_messages: bool,
    /// How far apart the edits in one channel are at least while answers are being written.
    pub edit_every: Duration,
    /// Whether a small line of figures stands below each answer.
    pub footer: bool,
    /// How large a text file or picture may be that is read, in bytes.
    pub max_file: u64,
}

pub(super) fn read(mut section: Section<'_>) -> Result<DiscordSettings, ConfigError> {
    let settings = DiscordSettings {
        message_content: section.flag("message_content")?.unwrap_or(true),
        channels: ids(&mut section, "channels")?,
        roles: ids(&mut section, "roles")?,
        direct_messages: section.flag("direct_messages")?.unwrap_or(true),
        edit_every: section
            .duration("edit_every", Duration::ZERO..=Duration::from_secs(60))?
            .unwrap_or(Duration::from_millis(1_200)),
        footer: section.flag("footer")?.unwrap_or(true),
        max_file: 1024 * u64::from(section.whole("max_file_kb", 0..=10_240)?.unwrap_or(256)),
    };
    section.done()?;
    Ok(settings)
}

/// A list of Discord's ids.
fn ids(section: &mut Section<'_>, key: &str) -> Result<BTreeSet<u64>, ConfigError> {
    let must = "a list of ids in quotes, such as [\"1023456789012345678\"]";
    let ids = section.read(key, must, |value| {
        value.list()?.into_iter().map(|id| id.parse().ok().filter(|id| *id > 0)).collect::<Option<_>>()
    })?;
    Ok(ids.unwrap_or_default())
}
