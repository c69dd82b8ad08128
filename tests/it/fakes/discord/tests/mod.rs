//! The fake itself, tested: its rules as values, and its sockets by a small bot. What a bot is told and answered is read by
//! serenity here, as by the product, so a payload that serenity cannot read fails a test.

mod bot;
mod gateway;
mod interactions;
mod limits;
mod messages;
mod permissions;
mod refusals;
mod requests;
mod schema;
mod sessions;
mod slash;

use super::{Channel, FakeDiscord, Guild, Person};
use bot::Bot;

/// A server with a channel, somebody in it, and a bot that is connected.
struct Scene {
    discord: FakeDiscord,
    town: Guild,
    general: Channel,
    ann: Person,
    bot: Bot,
}

async fn scene() -> Scene {
    let discord = FakeDiscord::start().await;
    let town = discord.guild("Town");
    let (general, ann) = (town.channel("general"), town.member("ann"));
    let bot = Bot::start(&discord).await;
    Scene { discord, town, general, ann, bot }
}
