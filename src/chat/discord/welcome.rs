//! The guide that a server gets when the bot is added to it: once, short, in the channel where the server has such things.

use serenity::all::{CreateMessage, Guild};

use super::desk::Desk;
use super::rights::{self, Spot};
use crate::commands::Services;
use crate::model::StorePrompts;

/// Says hello, if there is a channel for it in which the bot may write.
pub async fn welcome(desk: &Desk, guild: &Guild) {
    let Some(channel) = guild.system_channel_id else { return };
    let spot = Spot::Guild { guild: guild.id, channel, parent: channel };
    if !rights::missing(&desk.cache(), spot, desk.me).is_empty() {
        return;
    }
    let message = CreateMessage::new().content(guide(&desk.services, &desk.me.to_string()));
    if channel.send_message(&desk.http, message).await.is_err() {
        tracing::warn!(guild = %guild.id, "the guide could not be sent");
    }
}

fn guide(services: &Services, me: &str) -> String {
    let prefix = &services.prefix;
    let kept = match services.privacy.store_prompts {
        StorePrompts::None => "I keep times, tokens and costs, not what you say.",
        StorePrompts::Preview => "I keep times, tokens and costs, and how your questions begin.",
    };
    format!(
        "**Hello.** I answer questions, and measure every answer: what is slow, what is expensive, and why.\n\
         - Ask: <@{me}> What is Rust? – or `/ai`, or `{prefix}ai What is Rust?`\n\
         - Reply to an answer to go on; 👍 and 👎 rate it.\n\
         - `{prefix}m` or `/m` chooses the model, `{prefix}perf` or `/perf` shows the figures, `{prefix}help` everything.\n\
         -# {kept} `/mydata` shows, stops and erases what is kept of you."
    )
}
