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
    /// Whether it takes files.
    pub files: Files,
}

/// Whether files can be attached to what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// They can.
    Taken,
    /// The bot may not attach any there.
    Refused,
}

/// An interaction that waits for its answer.
pub struct Answerable {
    http: Arc<Http>,
    id: InteractionId,
    token: String,
    channel: ChannelId,
    audience: Audience,
    way: Way,
    stage: Mutex<Stage>,
}

/// How an interaction is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a message of its own.
    Anew,
    /// By putting something else into the message that it came from.
    InPlace,
}

/// How far an interaction is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not at all: there are three seconds.
    Open,
    /// "… is thinking", or nothing to be seen if the answer comes in place.
    Deferred,
    /// There is a first message.
    Answered,
    /// Not at all, and the three seconds are over.
    Missed,
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
        (audience, way): (Audience, Way),
    ) -> Self {
        Self::Interaction(Box::new(Answerable {
            http: Arc::clone(http),
            id,
            token: token.to_owned(),
            channel,
            audience,
            way,
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

    /// Whether files can be attached.
    pub fn files(&self) -> Files {
        match self {
            Self::Channel(place) => place.files,
            Self::Interaction(_) => Files::Taken,
        }
    }

    /// Sends a message.
    pub async fn send(&self, draft: &Draft) -> Result<Sent, Trouble> {
        match self {
            Self::Channel(place) => place.send(draft).await,
            Self::Interaction(answerable) => answerable.send(draft, answerable.audience).await,
        }
    }

    /// Sends a message that concerns nobody but who asked, to them alone where that is possible.
    pub async fn send_aside(&self, draft: &Draft) -> Result<Sent, Trouble> {
        match self {
            Self::Channel(place) => place.send(draft).await,
            Self::Interaction(answerable) => answerable.send(draft, Audience::Asker).await,
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
            Self::Interaction(answerable) => answerable.update(draft).await,
        }
    }
}

impl Place {
    async fn send(&self, draft: &Draft) -> Result<Sent, Trouble> {
        send_message(&self.http, (self.channel, self.reply_to), draft).await
    }
}

impl Answerable {
    /// Says that the answer is coming, for whom it will be.
    async fn defer(&self) -> Result<(), Trouble> {
        let mut stage = self.stage.lock().await;
        if *stage != Stage::Open {
            return Ok(());
        }
        let private = self.audience == Audience::Asker;
        let response = match self.way {
            Way::Anew => CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(private)),
            Way::InPlace => CreateInteractionResponse::Acknowledge,
        };
        self.respond(response, (&mut stage, Stage::Deferred)).await
    }

    /// Sends a message for this audience, as far as that is still open. When the interaction is over, what everybody would
    /// have seen is sent like any other message.
    async fn send(&self, draft: &Draft, audience: Audience) -> Result<Sent, Trouble> {
        let mut stage = self.stage.lock().await;
        let sent = match (*stage, self.way) {
            (Stage::Open, _) => {
                let response = CreateInteractionResponse::Message(response(draft, audience));
                let sent = self.respond(response, (&mut stage, Stage::Answered)).await;
                sent.map(|()| Sent { id: None, means: Means::First })
            }
            (Stage::Deferred, Way::Anew) => self.edit_first(draft).await.map(|message| {
                *stage = Stage::Answered;
                Sent { id: Some(message.id), means: Means::First }
            }),
            (Stage::Deferred | Stage::Answered, _) => {
                let sent = self.follow_up(draft, audience).await;
                sent.map(|message| Sent { id: Some(message.id), means: Means::FollowUp })
            }
            (Stage::Missed, _) => Err(Trouble::TooLate),
        };
        match sent {
            Err(Trouble::TooLate) if self.audience == Audience::Everyone => {
                send_message(&self.http, (self.channel, None), draft).await
            }
            sent => sent,
        }
    }

    /// Puts something else into the message that the interaction came from.
    async fn update(&self, draft: &Draft) -> Result<(), Trouble> {
        let mut stage = self.stage.lock().await;
        match *stage {
            Stage::Open => {
                let response = CreateInteractionResponse::UpdateMessage(response(draft, self.audience));
                self.respond(response, (&mut stage, Stage::Answered)).await
            }
            _ => self.edit_first(draft).await.map(drop),
        }
    }

    /// Edits a message. When the interaction is over, one that everybody sees can still be edited like any other.
    async fn edit(&self, sent: &Sent, draft: &Draft) -> Result<(), Trouble> {
        let edited = match (sent.means, sent.id) {
            (Means::Channel, _) => return edit_message(&self.http, self.channel, sent, draft).await,
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

    /// Gives the first answer, and notes how far things are then.
    async fn respond(
        &self,
        response: CreateInteractionResponse,
        (stage, next): (&mut Stage, Stage),
    ) -> Result<(), Trouble> {
        let responded = patiently(|| response.clone().execute(&self.http, (self.id, &self.token))).await;
        match responded {
            // Nobody else answers it: the confirmation of an earlier attempt was lost.
            Ok(()) | Err(Trouble::Already) => {
                *stage = next;
                Ok(())
            }
            Err(trouble) => {
                if matches!(trouble, Trouble::TooLate) {
                    *stage = Stage::Missed;
                }
                Err(trouble)
            }
        }
    }

    async fn edit_first(&self, draft: &Draft) -> Result<Message, Trouble> {
        let edit = || {
            let edit = EditInteractionResponse::new().content(&draft.text).components(draft.buttons.clone());
            files(draft).into_iter().fold(edit, EditInteractionResponse::new_attachment)
        };
        patiently(|| edit().execute(&self.http, &self.token)).await
    }

    async fn follow_up(&self, draft: &Draft, audience: Audience) -> Result<Message, Trouble> {
        let mut flags = MessageFlags::SUPPRESS_EMBEDS;
        if audience == Audience::Asker {
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

fn response(draft: &Draft, audience: Audience) -> CreateInteractionResponseMessage {
    let mut flags = InteractionResponseFlags::SUPPRESS_EMBEDS;
    if audience == Audience::Asker {
        flags |= InteractionResponseFlags::EPHEMERAL;
    }
    CreateInteractionResponseMessage::new()
        .content(&draft.text)
        .components(draft.buttons.clone())
        .flags(flags)
        .files(files(draft))
}

async fn send_message(
    http: &Arc<Http>,
    (channel, reply_to): (ChannelId, Option<MessageId>),
    draft: &Draft,
) -> Result<Sent, Trouble> {
    // The same for each attempt, so that one whose confirmation was lost is not shown twice.
    let nonce = Nonce::String(format!("{:016x}", fastrand::u64(..)));
    let message = patiently(|| {
        let mut message = CreateMessage::new()
            .content(&draft.text)
            .components(draft.buttons.clone())
            .flags(MessageFlags::SUPPRESS_EMBEDS)
            .nonce(nonce.clone())
            .enforce_nonce(true);
        if let Some(message_id) = reply_to {
            // Who deletes a question still gets the reply.
            let reference = MessageReference::from((channel, message_id)).fail_if_not_exists(false);
            message = message.reference_message(reference);
        }
        message.files(files(draft)).execute(http, (channel, None))
    });
    Ok(Sent { id: Some(message.await?.id), means: Means::Channel })
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex as StdMutex;

    use axum::Router;
    use axum::http::{Method, StatusCode, Uri};
    use axum::response::{IntoResponse, Response};
    use serde_json::{Value, json};
    use serenity::http::HttpBuilder;

    use super::*;

    type Heard = Arc<StdMutex<Vec<(String, Value)>>>;

    /// A Discord that takes everything, and what it was told: which route, and of answers their type.
    async fn yes_sayer() -> (Arc<Http>, Heard) {
        let heard = Heard::default();
        let noted = Arc::clone(&heard);
        let answer = move |method: Method, uri: Uri, body: String| async move {
            let body: Value = serde_json::from_str(&body).unwrap_or_default();
            let route = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
            noted.lock().unwrap().push((format!("{method} {route}"), body["type"].clone()));
            if route == "callback" { StatusCode::NO_CONTENT.into_response() } else { a_message() }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        let http = HttpBuilder::new("token").proxy(address).ratelimiter_disabled(true).build();
        http.set_application_id(1.into());
        (Arc::new(http), heard)
    }

    fn a_message() -> Response {
        let message = json!({
            "id": "5", "channel_id": "6", "author": { "id": "7", "username": "bot", "avatar": null },
            "content": "", "timestamp": "2026-11-21T12:00:00Z", "edited_timestamp": null, "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "pinned": false, "type": 0,
        });
        axum::Json(message).into_response()
    }

    /// What is heard of an interaction that is deferred, then updated, then gets a word of its own.
    async fn slow(way: Way) -> Vec<(String, Value)> {
        let (http, heard) = yes_sayer().await;
        let outlet = Outlet::interaction(&http, (3.into(), "token", 6.into()), (Audience::Everyone, way));
        let draft = Draft { text: "text".into(), ..Draft::default() };
        outlet.announce().await;
        outlet.update(&draft).await.unwrap();
        outlet.send_aside(&draft).await.unwrap();
        std::mem::take(&mut *heard.lock().unwrap())
    }

    #[tokio::test]
    async fn a_slow_answer_in_place_is_not_announced_and_edits_the_message_it_came_from() {
        let [announced, updated, aside] = slow(Way::InPlace).await.try_into().unwrap();
        assert_eq!(announced, ("POST callback".to_owned(), json!(6)));
        assert_eq!((updated.0.as_str(), aside.0.as_str()), ("PATCH @original", "POST token"), "a follow-up, beside it");
        assert_eq!(slow(Way::Anew).await[0].1, json!(5), "somebody is said to be thinking");
    }
}
