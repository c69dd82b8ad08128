//! One way for every message, from whatever surface: text in, a reply or an answer out.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures::FutureExt;

use crate::ai::provider::Picture;
use crate::ai::{Answering, Question, Refusal};
use crate::chat::words;
use crate::commands::{self, Audience, Context, Failure, Parsed, Reply, Services, Then, UserError, Wish};
use crate::model::{MessageId, Person, Place, Readable, Timestamp};

/// Something a person said to the bot.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who.
    pub person: Person,
    /// Where.
    pub place: Place,
    /// What, without the bot's name.
    pub text: String,
    /// When it was received.
    pub at: Timestamp,
    /// The same moment on the monotonic clock.
    pub received: Instant,
    /// Who will see the reply.
    pub audience: Audience,
    /// Which single rows may be shown to them.
    pub readable: Readable,
    /// The message's own id, where the chat has such.
    pub id: Option<MessageId>,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
    /// What it replies to, with its author's name, where that is none of the conversation.
    pub quoted: Option<Arc<str>>,
    /// Pictures that came with it.
    pub pictures: Vec<Picture>,
}

/// What a message leads to.
pub enum Routed {
    /// Nothing: it was not for us.
    Silent,
    /// A reply.
    Reply(Reply),
    /// An answer that is being written.
    Answer(Answering),
    /// The person's mistake, or a refusal: one sentence.
    Wrong(UserError),
    /// Our failure, under the id that the log names too.
    Failed(String),
}

/// Routes a message.
pub async fn route(message: Message, services: &Services) -> Routed {
    let text = message.text.trim();
    match commands::parse(text, &services.prefix) {
        Parsed::Talk if text.is_empty() && message.pictures.is_empty() => Routed::Silent,
        Parsed::Talk => ask(&message, Wish { text: text.into(), repeats: None }, services).await,
        parsed => obey(message, parsed, services).await,
    }
}

/// Does what a message turned out to say, if it is a command.
pub async fn obey(message: Message, parsed: Parsed, services: &Services) -> Routed {
    let (entry, words) = match parsed {
        Parsed::Talk | Parsed::Foreign => return Routed::Silent,
        Parsed::Wrong(error) => return Routed::Wrong(error),
        Parsed::Command(entry, words) => (entry, words),
    };
    let context = Context {
        services: services.clone(),
        person: message.person.clone(),
        place: message.place.clone(),
        reply_to: message.reply_to.clone(),
        audience: message.audience,
        readable: message.readable.clone(),
        now: message.at,
    };
    match unpanicked(commands::run(entry, &words, &context)).await {
        Ok(ran) => follow(&message, ran.then, ran.reply, services).await,
        Err(failure) => failed(failure, &message),
    }
}

/// A command's bug must not take the chat down with it: what it was doing is given up, and it fails like any other.
async fn unpanicked<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let panicked = |_| Err(Failure::Internal(anyhow::anyhow!("it panicked; stderr says where")));
    AssertUnwindSafe(command).catch_unwind().await.unwrap_or_else(panicked)
}

async fn follow(message: &Message, then: Then, reply: Reply, services: &Services) -> Routed {
    let (user, channel) = (&message.person.id, &message.place.channel);
    match then {
        Then::Reply => return Routed::Reply(reply),
        Then::Ask(wish) => return ask(message, wish, services).await,
        Then::Forget => services.assistant.forget(channel, message.at),
        Then::Stop => services.assistant.stop(user, channel),
    }
    if reply.blocks.is_empty() { Routed::Silent } else { Routed::Reply(reply) }
}

async fn ask(message: &Message, wish: Wish, services: &Services) -> Routed {
    let (place, user, text) = (message.place.clone(), message.person.id.clone(), Arc::clone(&wish.text));
    let question = Question {
        repeats: wish.repeats,
        message: message.id.clone(),
        reply_to: message.reply_to.clone(),
        quoted: message.quoted.clone(),
        pictures: message.pictures.clone(),
        ..Question::new(place, user, text, (message.at, message.received))
    };
    match services.assistant.ask(question) {
        Ok(answering) => {
            commands::asked_again(&wish, services).await;
            Routed::Answer(answering)
        }
        Err(refusal) => Routed::Wrong(UserError(refused(&refusal, message, services))),
    }
}

fn refused(refusal: &Refusal, message: &Message, services: &Services) -> String {
    words::refusal(refusal, message.at, services.zone, &services.prefix)
}

fn failed(failure: Failure, message: &Message) -> Routed {
    match failure {
        Failure::User(error) => Routed::Wrong(error),
        Failure::Internal(error) => {
            let id = message.at.incident();
            tracing::error!(%id, "a command failed: {error:#}");
            Routed::Failed(id)
        }
    }
}
