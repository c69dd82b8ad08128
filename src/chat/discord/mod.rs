//! Discord: the bot that people add to their servers. Events come in over the gateway, replies go out over HTTP; what they
//! mean is decided elsewhere. Everything that serenity knows stays in here.

mod address;
mod answer;
mod asked;
mod buttons;
mod connect;
mod desk;
mod files;
mod frame;
mod gateway;
mod gather;
mod heard;
mod leaving;
mod lines;
mod listener;
mod outlet;
mod pacer;
mod reactions;
mod recall;
mod register;
mod reply;
mod rights;
mod trouble;
mod used;
mod welcome;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serenity::all::UserId;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use address::{LocalServer, VARIABLE, local_server};
pub use connect::{ConnectError, Content, way};

use connect::Identity;
use desk::{Desk, Parts};
use gateway::{Ended, Gateway, Wires};

use crate::commands::Services;
use crate::config::DiscordSettings;
use crate::model::Clock;

/// The variable that holds the token.
pub const TOKEN: &str = "DISCORD_TOKEN";

/// A bot that Discord knows.
pub struct Bot {
    token: SecretString,
    local: Option<LocalServer>,
    settings: DiscordSettings,
    identity: Identity,
}

/// How long answers that are being written may take to come to their ends when the bot is about to end.
const GRACE: Duration = Duration::from_millis(1_200);

/// How long after that they may take to be cut.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How long their last edits may take.
const LAST_EDITS: Duration = Duration::from_millis(1_200);

impl Bot {
    /// Asks Discord (or a local server in its place) who the bot with this token is.
    ///
    /// # Errors
    /// The token is wrong, Discord cannot be reached, or the local server is none.
    pub async fn identify(
        token: SecretString,
        local: Option<LocalServer>,
        settings: DiscordSettings,
    ) -> Result<Self, ConnectError> {
        let http = connect::http(&token, local.as_ref());
        if let Some(local) = &local {
            local.check(&http).await?;
        }
        let wanted = if settings.message_content { Content::All } else { Content::Addressed };
        let identity = connect::identify(http, wanted).await?;
        Ok(Self { token, local, settings, identity })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.identity.name
    }

    /// The link by which people add it to their servers, with exactly the permissions it needs.
    pub fn invite(&self) -> &str {
        &self.identity.invite
    }

    /// Whether it reads messages that are not addressed to it.
    pub fn content(&self) -> Content {
        self.identity.content
    }

    /// Works until it is asked to end, and passes `notices` on to the host; then answers that are being written are finished or cut, and shown as they are.
    ///
    /// # Errors
    /// The token is not valid any more, or no thread can be started.
    pub async fn run(
        self,
        services: Services,
        clock: Arc<dyn Clock>,
        notices: mpsc::UnboundedReceiver<String>,
        end: &CancellationToken,
    ) -> anyhow::Result<()> {
        let Self { token, local, settings, identity } = self;
        let owner = services.owner.as_str().parse().ok().filter(|id| *id > 0).map(UserId::new).or(identity.owner);
        let (http, me, content) = (identity.http, identity.me, identity.content);
        let parts = Parts { services, settings, clock: Arc::clone(&clock), http, me, owner, local: local.clone() };
        let wires = Wires { token, local, content, desk: Desk::new(parts), runtime: Handle::current(), clock };
        listen(wires, notices, end).await
    }
}

/// Listens until the end, and brings everything to its end then. Where the content of messages is refused, the bot goes on without it.
async fn listen(
    mut wires: Wires,
    mut notices: mpsc::UnboundedReceiver<String>,
    end: &CancellationToken,
) -> anyhow::Result<()> {
    let desk = Arc::clone(&wires.desk);
    loop {
        let mut gateway = Gateway::open(wires.clone())?;
        let ended = loop {
            tokio::select! {
                biased;
                () = end.cancelled() => break Ended::Stopped,
                ended = &mut gateway.ended => break ended.unwrap_or(Ended::Stopped),
                Some(notice) = notices.recv() => desk.tell_host(notice),
            }
        };
        if ended == Ended::ContentRefused {
            gateway.close().await;
            tracing::warn!("{WITHOUT_CONTENT}");
            wires.content = Content::Addressed;
            continue;
        }
        // Side by side: either may take its time, and there is not much of it.
        tokio::join!(gateway.close(), shut_down(&desk));
        return match ended {
            Ended::WrongToken => Err(crate::commands::UserError(ConnectError::WrongToken.to_string()).into()),
            Ended::Stopped | Ended::ContentRefused => Ok(()),
        };
    }
}

/// What the bot says of itself where it cannot read everything.
pub const WITHOUT_CONTENT: &str = "The message content intent is off: the bot answers mentions, replies to it, direct \
     messages and slash commands, but hears no \"!\" commands in channels. It can be switched on on the Bot page of the \
     developer portal.";

async fn shut_down(desk: &Desk) {
    desk.hurry.cancel();
    if !desk.services.assistant.wind_down(GRACE, PATIENCE).await {
        tracing::warn!("an answer did not stop in time");
    }
    desk.finish(LAST_EDITS).await;
}
