//! What has to be known of Discord before anything else: whether the token is right, who the bot is there, who owns it.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serenity::all::{
    ApplicationFlags, CreateAllowedMentions, CurrentApplicationInfo, GatewayIntents, Permissions, UserId,
};
use serenity::http::{Http, HttpBuilder};

use super::address::LocalServer;
use super::trouble::{Trouble, patiently};

/// What Discord said of the bot.
pub struct Identity {
    /// The way to it.
    pub http: Arc<Http>,
    /// The bot.
    pub me: UserId,
    /// What it is called.
    pub name: String,
    /// Who owns it.
    pub owner: Option<UserId>,
    /// The link by which people add it to their servers.
    pub invite: String,
    /// Whether it may read messages that are not addressed to it.
    pub content: Content,
}

/// Whether the bot may read messages that are not addressed to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// It may.
    All,
    /// Only mentions, replies to it, direct messages and slash commands.
    Addressed,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// What somebody set is wrong.
    #[error("{0}")]
    Refused(String),
    /// Discord does not know the token.
    #[error(
        "Discord refuses the token in DISCORD_TOKEN: copy it anew from the Bot page of your application in the developer \
         portal"
    )]
    WrongToken,
    /// Discord cannot be reached.
    #[error("Discord cannot be reached ({0}); is there a network?")]
    Unreachable(String),
}

/// The permissions that the bot needs, and no others.
pub const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY);

/// The way to Discord, before it is built. Nobody is ever pinged by what is sent.
pub fn way(token: &SecretString) -> HttpBuilder {
    HttpBuilder::new(token.expose_secret()).default_allowed_mentions(CreateAllowedMentions::new())
}

/// The way to Discord, or to a local server in its place.
pub fn http(token: &SecretString, local: Option<&LocalServer>) -> Http {
    let builder = way(token);
    match local {
        // The built-in limiter does not know of the local server and would talk to Discord.
        Some(local) => builder.proxy(local.as_str()).ratelimiter_disabled(true).build(),
        None => builder.build(),
    }
}

/// Asks Discord who the bot is.
///
/// # Errors
/// The token is wrong, or Discord cannot be reached.
pub async fn identify(http: Http, wanted: Content) -> Result<Identity, ConnectError> {
    let me = patiently(|| http.get_current_user()).await.map_err(unreachable)?;
    let application = patiently(|| http.get_current_application_info()).await.map_err(unreachable)?;
    http.set_application_id(application.id);
    Ok(Identity {
        me: me.id,
        name: me.name.clone(),
        owner: owner(&application),
        invite: invite(&application),
        content: if may_read_all(&application) { wanted } else { Content::Addressed },
        http: Arc::new(http),
    })
}

/// What the bot listens to.
pub fn intents(content: Content) -> GatewayIntents {
    let always = GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::GUILD_MESSAGE_REACTIONS
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::DIRECT_MESSAGE_REACTIONS;
    match content {
        Content::All => always | GatewayIntents::MESSAGE_CONTENT,
        Content::Addressed => always,
    }
}

fn unreachable(trouble: Trouble) -> ConnectError {
    match trouble {
        Trouble::WrongToken => ConnectError::WrongToken,
        other => ConnectError::Unreachable(other.to_string()),
    }
}

/// The person who owns the application; of a team, who owns the team.
fn owner(application: &CurrentApplicationInfo) -> Option<UserId> {
    let of_team = application.team.as_ref().map(|team| team.owner_user_id);
    of_team.or_else(|| application.owner.as_ref().map(|owner| owner.id))
}

fn may_read_all(application: &CurrentApplicationInfo) -> bool {
    let either = ApplicationFlags::GATEWAY_MESSAGE_CONTENT | ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED;
    // Where Discord does not say, asking will tell.
    application.flags.is_none_or(|flags| flags.intersects(either))
}

fn invite(application: &CurrentApplicationInfo) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions={}",
        application.id,
        NEEDED.bits()
    )
}
