//! Where a reply goes: a message in a channel, or the answer to an interaction. Sends and edits, tries again where that may
//! help, and says what could not be done.

use std::sync::Arc;

use serenity::all::{
    ChannelId, CreateActionRow, CreateAttachment, CreateInteractionResponse, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage, CreateMessage, EditInteractionResponse, EditMessage, InteractionId,
    InteractionResponseFlags, Message, MessageFlags, MessageId, MessageReference, Nonce,
};
use serenity::builder::Builder;
use serenity::http::Http;
use tokio::sync::Mutex;

use super::trouble::{Trouble, patiently};
use crate::commands::Audience;
use crate::view::File;

/// What is put into a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// Files.
    pub files: Vec<File>,
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
                let response = CreateInteractionResponse::UpdateMessage(answerable.response(draft));
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
            message.files(files(draft)).execute(&self.http, (self.channel, None))
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

    async fn send(&self, draft: &Draft) -> Result<Sent, Trouble> {
        let stage = *self.stage.lock().await;
        let (id, means) = match stage {
            Stage::Open => {
                let response = CreateInteractionResponse::Message(self.response(draft));
                self.respond(response, Stage::Answered).await?;
                (None, Means::First)
            }
            Stage::Deferred => {
                let message = self.edit_first(draft).await?;
                *self.stage.lock().await = Stage::Answered;
                (Some(message.id), Means::First)
            }
            Stage::Answered => (Some(self.follow_up(draft).await?.id), Means::FollowUp),
        };
        Ok(Sent { id, means })
    }

    /// Edits a message. When the interaction is over, one that everybody sees can still be edited like any other.
    async fn edit(&self, sent: &Sent, draft: &Draft) -> Result<(), Trouble> {
        let edited = match (sent.means, sent.id) {
            (Means::FollowUp, Some(id)) => self.edit_follow_up(id, draft).await,
            _ => self.edit_first(draft).await.map(drop),
        };
        match edited {
            Err(Trouble::TooLate) if self.audience == Audience::Everyone => {
                edit_message(&self.http, self.channel, sent, draft).await
            }
            edited => edited,
        }
    }

    async fn respond(&self, response: CreateInteractionResponse, next: Stage) -> Result<(), Trouble> {
        let mut stage = self.stage.lock().await;
        patiently(|| response.clone().execute(&self.http, (self.id, &self.token))).await?;
        *stage = next;
        Ok(())
    }

    fn response(&self, draft: &Draft) -> CreateInteractionResponseMessage {
        let mut flags = InteractionResponseFlags::SUPPRESS_EMBEDS;
        if self.audience == Audience::Asker {
            flags |= InteractionResponseFlags::EPHEMERAL;
        }
        CreateInteractionResponseMessage::new()
            .content(&draft.text)
            .components(draft.buttons.clone())
            .flags(flags)
            .files(files(draft))
    }

    async fn edit_first(&self, draft: &Draft) -> Result<Message, Trouble> {
        let edit = || {
            let edit = EditInteractionResponse::new().content(&draft.text).components(draft.buttons.clone());
            files(draft).into_iter().fold(edit, EditInteractionResponse::new_attachment)
        };
        patiently(|| edit().execute(&self.http, &self.token)).await
    }

    async fn follow_up(&self, draft: &Draft) -> Result<Message, Trouble> {
        let mut flags = MessageFlags::SUPPRESS_EMBEDS;
        if self.audience == Audience::Asker {
            flags |= MessageFlags::EPHEMERAL;
        }
        let message = || {
            let message = CreateInteractionResponseFollowup::new().content(&draft.text).flags(flags);
            message.components(draft.buttons.clone()).files(files(draft))
        };
        patiently(|| message().execute(&self.http, (None, &self.token))).await
    }

    async fn edit_follow_up(&self, id: MessageId, draft: &Draft) -> Result<(), Trouble> {
        let message = || {
            let message = CreateInteractionResponseFollowup::new().content(&draft.text);
            message.components(draft.buttons.clone()).files(files(draft))
        };
        patiently(|| message().execute(&self.http, (Some(id), &self.token))).await.map(drop)
    }
}

async fn edit_message(http: &Arc<Http>, channel: ChannelId, sent: &Sent, draft: &Draft) -> Result<(), Trouble> {
    let Some(id) = sent.id else { return Err(Trouble::Gone) };
    let edit = || {
        let edit = EditMessage::new().content(&draft.text).components(draft.buttons.clone());
        files(draft).into_iter().fold(edit, EditMessage::new_attachment)
    };
    patiently(|| edit().execute(http, (channel, id, None))).await.map(drop)
}

fn files(draft: &Draft) -> Vec<CreateAttachment> {
    let file = |file: &File| {
        let attachment = CreateAttachment::bytes(file.bytes.clone(), &file.name);
        match &file.description {
            Some(description) => attachment.description(description),
            None => attachment,
        }
    };
    draft.files.iter().map(file).collect()
}
