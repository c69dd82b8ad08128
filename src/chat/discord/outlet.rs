//! Where a reply goes: a message in a channel, or the answer to an interaction. Sends and edits, tries again where that may
//! help, and says what could not be done.

use std::sync::Arc;

use serenity::all::{
    ChannelId, CreateActionRow, CreateAttachment, CreateInteractionResponse, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage, CreateMessage, EditInteractionResponse, EditMessage, InteractionId, Message,
    MessageFlags, MessageId, MessageReference, Nonce,
};
use serenity::http::Http;
use tokio::sync::Mutex;

use super::trouble::{Trouble, patiently};
use crate::commands::Audience;

/// What is put into a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// Files, by name.
    pub files: Vec<(String, Vec<u8>)>,
    /// Buttons below it.
    pub buttons: Vec<CreateActionRow>,
}

/// Where a reply goes.
pub enum Outlet {
    /// Into a channel.
    Channel(Place),
    /// To somebody who used a slash command or a button.
    Interaction(Box<Answerable>),
}

/// A place in a channel.
pub struct Place {
    /// The way to Discord.
    pub http: Arc<Http>,
    /// The channel.
    pub channel: ChannelId,
    /// The message that is replied to.
    pub reply_to: Option<MessageId>,
}

/// An interaction that waits for its answer.
pub struct Answerable {
    http: Arc<Http>,
    id: InteractionId,
    token: String,
    channel: ChannelId,
    audience: Audience,
    stage: Mutex<Stage>,
}

/// How far an interaction is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not at all: there are three seconds.
    Open,
    /// "… is thinking".
    Deferred,
    /// There is a first message.
    Answered,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its id; unknown where nobody needs it.
    pub id: Option<MessageId>,
    means: Means,
}

/// By what means a message can be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    Channel,
    First,
    FollowUp,
}

impl Outlet {
    /// The way out for an interaction.
    pub fn interaction(
        http: &Arc<Http>,
        (id, token, channel): (InteractionId, &str, ChannelId),
        audience: Audience,
    ) -> Self {
        Self::Interaction(Box::new(Answerable {
            http: Arc::clone(http),
            id,
            token: token.to_owned(),
            channel,
            audience,
            stage: Mutex::new(Stage::Open),
        }))
    }

    /// The channel it leads to.
    pub fn channel(&self) -> ChannelId {
        match self {
            Self::Channel(place) => place.channel,
            Self::Interaction(answerable) => answerable.channel,
        }
    }

    /// Shows that something is coming. What cannot be shown is no loss.
    pub async fn announce(&self) {
        match self {
            Self::Channel(place) => _ = place.http.broadcast_typing(place.channel).await,
            Self::Interaction(answerable) => _ = answerable.defer().await,
        }
    }

    /// Sends a message.
    pub async fn send(&self, draft: &Draft) -> Result<Sent, Trouble> {
        match self {
            Self::Channel(place) => place.send(draft).await,
            Self::Interaction(answerable) => answerable.send(draft).await,
        }
    }

    /// Puts something else into a message that was sent.
    pub async fn edit(&self, sent: &Sent, draft: &Draft) -> Result<(), Trouble> {
        match self {
            Self::Channel(place) => edit_message(&place.http, place.channel, sent, draft).await,
            Self::Interaction(answerable) => answerable.edit(sent, draft).await,
        }
    }

    /// Answers an interaction by putting something else into the message that it came from.
    pub async fn update(&self, draft: &Draft) -> Result<(), Trouble> {
        match self {
            Self::Channel(_) => Ok(()),
            Self::Interaction(answerable) => {
                let response = CreateInteractionResponse::UpdateMessage(response(draft).files(files(draft)));
                answerable.respond(response, Stage::Answered).await
            }
        }
    }
}

impl Place {
    async fn send(&self, draft: &Draft) -> Result<Sent, Trouble> {
        // The same for each attempt, so that one whose confirmation was lost is not shown twice.
        let nonce = Nonce::String(format!("{:016x}", fastrand::u64(..)));
        let message = patiently(|| {
            let mut message = CreateMessage::new()
                .content(&draft.text)
                .components(draft.buttons.clone())
                .flags(MessageFlags::SUPPRESS_EMBEDS)
                .nonce(nonce.clone())
                .enforce_nonce(true);
            if let Some(message_id) = self.reply_to {
                // Who deletes a question still gets the reply.
                let reference = MessageReference::from((self.channel, message_id)).fail_if_not_exists(false);
                message = message.reference_message(reference);
            }
            self.channel.send_files(&self.http, files(draft), message)
        });
        Ok(Sent { id: Some(message.await?.id), means: Means::Channel })
    }
}

impl Answerable {
    /// "… is thinking", for whom the answer will be.
    async fn defer(&self) -> Result<(), Trouble> {
        if *self.stage.lock().await != Stage::Open {
            return Ok(());
        }
        let private = self.audience == Audience::Asker;
        let response = CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(private));
        self.respond(response, Stage::Deferred).await
    }

    async fn respond(&self, response: CreateInteractionResponse, next: Stage) -> Result<(), Trouble> {
        let mut stage = self.stage.lock().await;
        let files = match &response {
            CreateInteractionResponse::Message(_) | CreateInteractionResponse::UpdateMessage(_) => Vec::new(),
            _ => Vec::new(),
        };
        _ = files as Vec<CreateAttachment>;
        self.http
            .create_interaction_response(self.id, &self.token, &response, Vec::new())
            .await
            .map_err(|error| Trouble::of(&error))?;
        *stage = next;
        Ok(())
    }

    async fn send(&self, draft: &Draft) -> Result<Sent, Trouble> {
        let stage = *self.stage.lock().await;
        match stage {
            Stage::Open => {
                self.first(draft).await?;
                Ok(Sent { id: None, means: Means::First })
            }
            Stage::Deferred => {
                let message = self.edit_first(draft).await?;
                *self.stage.lock().await = Stage::Answered;
                Ok(Sent { id: Some(message.id), means: Means::First })
            }
            Stage::Answered => {
                let message = self.follow_up(draft).await?;
                Ok(Sent { id: Some(message.id), means: Means::FollowUp })
            }
        }
    }
}
