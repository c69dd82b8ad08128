//! The rules of interactions: one answer each, within three seconds or never; more for a quarter of an hour after that.
//! Methods of the world. Time passes only when a test says so.

use serde_json::Value;

use super::body::Parcel;
use super::command_limits;
use super::limits::list;
use super::messages::Origin;
use super::refusal::Refusal;
use super::world::{EPHEMERAL, Id, LOADING, World, moment_ms};

/// How long an interaction waits for its first answer.
const PATIENCE_MS: u64 = 3_000;
/// How long the token of an answered one is good.
const TOKEN_MS: u64 = 15 * 60 * 1_000;

/// Somebody used a command, typed into one, pressed a button, chose from a menu or sent a form.
#[derive(Debug, Clone)]
pub struct Interaction {
    pub id: Id,
    pub token: String,
    pub user: Id,
    pub channel: Id,
    pub kind: Use,
    /// What they did, for people: `/perf stats last:7d`, `[24h]`.
    pub text: String,
    /// The message that the button, menu or form belongs to.
    pub source: Option<Id>,
    pub answer: Answer,
    /// What `@original` means: the answer, or the message that was updated.
    pub original: Option<Id>,
    /// Whether that was changed after the first answer.
    pub changed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    Form = 5,
}

/// The first answer to an interaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    None,
    Message,
    /// A message is promised; it is shown as thinking until it comes.
    Deferred,
    /// The message that was pressed stays, and may be changed later.
    DeferredUpdate,
    Updated,
    Suggestions(Vec<Value>),
    /// A form to fill in.
    Form(Value),
}

impl World {
    /// The bot's first answer.
    pub fn bot_answers(&mut self, id: Id, token: &str, parcel: &Parcel) -> Result<(), Refusal> {
        let asked = self.interactions.get(&id).filter(|asked| asked.token == token).ok_or(Refusal::of(10062))?;
        if asked.answer != Answer::None {
            return Err(Refusal::of(40060));
        }
        if self.now_ms - moment_ms(id) > PATIENCE_MS {
            return Err(Refusal::of(10062));
        }
        let (kind, source) = (asked.kind, asked.source);
        let data = parcel.inner("data");
        let pressed = matches!(kind, Use::Component | Use::Form).then_some(source).flatten();
        match (parcel.body["type"].as_u64(), pressed) {
            (Some(4), _) if kind != Use::Autocomplete => self.answer_with(id, &data),
            (Some(5), _) if kind != Use::Autocomplete => self.defer(id, &data),
            (Some(6), Some(source)) => self.settle(id, Answer::DeferredUpdate, Some(source)),
            (Some(7), Some(source)) => self.update(id, source, &data),
            (Some(8), _) if kind == Use::Autocomplete => self.suggest(id, &data.body),
            (Some(9), _) if matches!(kind, Use::Command | Use::Component) => {
                self.settle(id, Answer::Form(data.body), None)
            }
            _ => Err(Refusal::form("type", "BASE_TYPE_CHOICES", "This answer does not fit the interaction.")),
        }
    }

    fn settle(&mut self, id: Id, answer: Answer, original: Option<Id>) -> Result<(), Refusal> {
        let asked = self.interaction_mut(id);
        asked.answer = answer;
        asked.original = original;
        Ok(())
    }

    fn answer_with(&mut self, id: Id, data: &Parcel) -> Result<(), Refusal> {
        let message = self.respond(id, data)?;
        self.settle(id, Answer::Message, Some(message))
    }

    fn defer(&mut self, id: Id, data: &Parcel) -> Result<(), Refusal> {
        let flags = LOADING | data.body["flags"].as_u64().unwrap_or_default() & EPHEMERAL;
        let message = self.put(id, &Parcel::of(serde_json::json!({ "flags": flags })));
        self.settle(id, Answer::Deferred, Some(message))
    }

    fn update(&mut self, id: Id, source: Id, data: &Parcel) -> Result<(), Refusal> {
        self.bot_rewrites(source, data)?;
        self.settle(id, Answer::Updated, Some(source))
    }

    fn suggest(&mut self, id: Id, data: &Value) -> Result<(), Refusal> {
        let choices = list(data, "choices");
        Refusal::unless_sound(command_limits::of_choices(choices, "data.choices"))?;
        self.settle(id, Answer::Suggestions(choices.to_vec()), None)
    }

    /// A message that answers an interaction. It takes no permission in the channel.
    fn respond(&mut self, id: Id, data: &Parcel) -> Result<Id, Refusal> {
        data.check()?;
        self.unless_empty(data)?;
        Ok(self.put(id, data))
    }

    fn put(&mut self, id: Id, data: &Parcel) -> Id {
        let asked = self.interaction(id);
        let (user, channel) = (asked.user, asked.channel);
        let secret = data.body["flags"].as_u64().unwrap_or_default() & EPHEMERAL != 0;
        let origin = Origin { reply_to: None, interaction: Some(id), only_for: secret.then_some(user) };
        self.post(self.bot, channel, data, origin)
    }

    /// One more message. The first one after a promise keeps the promise: it is the promised message.
    pub fn bot_follows_up(&mut self, id: Id, data: &Parcel) -> Result<Id, Refusal> {
        let asked = self.interaction(id);
        let waiting = asked.original.filter(|_| asked.answer == Answer::Deferred);
        let waiting = waiting.filter(|original| self.message(*original).flags & LOADING != 0);
        match waiting {
            Some(original) => self.bot_rewrites(original, data).map(|()| original),
            None => self.respond(id, data),
        }
    }

    /// Changes the answer, or the message that was pressed.
    pub fn bot_answers_anew(&mut self, id: Id, message: Id, data: &Parcel) -> Result<(), Refusal> {
        self.bot_rewrites(message, data)?;
        let asked = self.interaction_mut(id);
        asked.changed |= asked.original == Some(message);
        Ok(())
    }

    /// The interaction that a webhook's token belongs to, as long as the token is good.
    pub fn by_token(&self, application: Id, token: &str) -> Result<Id, Refusal> {
        let asked = self.interactions.values().find(|asked| asked.token == token && application == self.bot);
        let asked = asked.filter(|asked| asked.answer != Answer::None).ok_or(Refusal::of(10015))?;
        if self.now_ms - moment_ms(asked.id) > TOKEN_MS {
            return Err(Refusal::of(50027));
        }
        Ok(asked.id)
    }

    /// A message of an interaction, by its id or as `@original`.
    pub fn answer_of(&self, id: Id, name: &str) -> Result<Id, Refusal> {
        let asked = self.interaction(id);
        let message = if name == "@original" { asked.original } else { name.parse().ok() };
        let message = message.and_then(|message| self.messages.get(&message)).filter(|message| !message.deleted);
        let own = message.filter(|message| message.interaction == Some(id) || Some(message.id) == asked.original);
        own.map(|message| message.id).ok_or(Refusal::of(10008))
    }

    pub fn interaction(&self, id: Id) -> &Interaction {
        self.interactions.get(&id).expect("an interaction of this world")
    }

    pub fn interaction_mut(&mut self, id: Id) -> &mut Interaction {
        self.interactions.get_mut(&id).expect("an interaction of this world")
    }
}
