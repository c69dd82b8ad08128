//! What people do on the fake Discord: talk, edit, delete, react, send commands, press buttons. Somebody who does what
//! their client would not let them makes the test fail, with the reason.

use serde_json::{Value, json};
use serenity::model::Permissions;

use super::FakeDiscord;
use super::asked::Asked;
use super::body::{Parcel, Upload};
use super::handles::{Channel, Person};
use super::interactions::Answer;
use super::messages::Origin;
use super::said::Said;
use super::slash::{self, Typing};
use super::transcript::place_name;
use super::world::{Id, Kind, World};

/// What somebody is about to say. A plain text is one.
#[derive(Debug, Clone, Default)]
pub struct Post {
    parcel: Parcel,
    reply_to: Option<Id>,
    /// The sizes that Discord states, where they differ from the truth.
    claims: Vec<(usize, u64)>,
}

impl Post {
    /// A text.
    pub fn new(text: &str) -> Self {
        Self { parcel: Parcel::of(json!({ "content": text })), ..Self::default() }
    }

    /// As a reply, which notifies its author.
    pub fn replying_to(mut self, message: &Said) -> Self {
        self.reply_to = Some(message.id);
        self
    }

    /// As a reply that notifies nobody.
    pub fn quietly_replying_to(mut self, message: &Said) -> Self {
        self.parcel.body["allowed_mentions"] =
            json!({ "parse": ["users", "roles", "everyone"], "replied_user": false });
        self.replying_to(message)
    }

    /// With a file.
    pub fn with_file(mut self, name: &str, bytes: impl Into<Vec<u8>>, content_type: &str) -> Self {
        let number = self.parcel.files.len() as u64;
        let content_type = Some(content_type.to_owned());
        self.parcel.files.push(Upload { number, name: name.to_owned(), content_type, bytes: bytes.into() });
        self
    }

    /// The last file is said to have another size than it has.
    pub fn claiming_size(mut self, size: u64) -> Self {
        self.claims.push((self.parcel.files.len() - 1, size));
        self
    }
}

impl From<&str> for Post {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Post {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl FakeDiscord {
    /// Somebody writes in a channel.
    pub fn says(&self, who: &Person, channel: &Channel, post: impl Into<Post>) -> Said {
        let post = post.into();
        let id = self.hub.change(|world| {
            may_write(world, who.id, channel.id);
            let origin = Origin { reply_to: post.reply_to, ..Origin::default() };
            let id = world.post(who.id, channel.id, &post.parcel, origin);
            for (n, size) in &post.claims {
                let file = world.message(id).files[*n];
                world.files.get_mut(&file).expect("a file of the message").size = *size;
            }
            id
        });
        Said::new(&self.hub, id)
    }

    /// Somebody changes the text of a message of theirs.
    pub fn edits(&self, who: &Person, message: &Said, text: &str) {
        self.hub.change(|world| {
            assert_eq!(world.message(message.id).author, who.id, "people edit their own messages");
            world.edit(message.id, &Parcel::of(json!({ "content": text })));
        });
    }

    /// Somebody deletes a message: their own, or any with the permission to.
    pub fn deletes(&self, who: &Person, message: &Said) {
        self.hub.change(|world| {
            let (author, channel) = (world.message(message.id).author, world.message(message.id).channel);
            let may = author == who.id || world.may(who.id, channel, Permissions::MANAGE_MESSAGES);
            assert!(may, "{} may not delete this", world.user(who.id).name);
            world.delete(message.id);
        });
    }

    /// Somebody reacts with an emoji.
    pub fn reacts(&self, who: &Person, message: &Said, emoji: &str) {
        self.reaction(who, message, emoji, true);
    }

    /// Somebody takes a reaction back.
    pub fn unreacts(&self, who: &Person, message: &Said, emoji: &str) {
        self.reaction(who, message, emoji, false);
    }

    fn reaction(&self, who: &Person, message: &Said, emoji: &str, add: bool) {
        self.hub.change(|world| {
            let channel = world.message(message.id).channel;
            let may = world.may(who.id, channel, Permissions::ADD_REACTIONS | Permissions::VIEW_CHANNEL);
            assert!(may, "{} may not react in {}", world.user(who.id).name, place_name(world, channel));
            world.react(who.id, message.id, emoji, add);
        });
    }

    /// Somebody sends a slash command, written as `/perf stats last:7d`.
    pub fn slash(&self, who: &Person, channel: &Channel, line: &str) -> Asked {
        let id = self.hub.change(|world| world.ask_command(who.id, channel.id, line, Typing::Done));
        Asked::new(&self.hub, id)
    }

    /// Somebody has typed this much of a slash command, and looks at what is suggested for its last option: names and
    /// values.
    pub async fn suggestions(&self, who: &Person, channel: &Channel, line: &str) -> Vec<(String, Value)> {
        let id = self.hub.change(|world| world.ask_command(who.id, channel.id, line, Typing::Half));
        let asked = Asked::new(&self.hub, id);
        let choices = self.until(|| match asked.answer() {
            Answer::Suggestions(choices) => Some(choices),
            _ => None,
        });
        let choices = choices.await;
        let pair = |choice: &Value| (choice["name"].as_str().unwrap_or_default().to_owned(), choice["value"].clone());
        choices.iter().map(pair).collect()
    }

    /// The slash commands that somebody's client shows in a channel.
    pub fn offered(&self, who: &Person, channel: &Channel) -> Vec<String> {
        self.hub.look(|world| {
            let offered = slash::offered(world, who.id, channel.id);
            offered.iter().filter_map(|command| command["name"].as_str()).map(str::to_owned).collect()
        })
    }

    /// Somebody presses a button, found by what stands on it or by its custom id.
    pub fn presses(&self, who: &Person, message: &Said, button: &str) -> Asked {
        let id = self.hub.change(|world| world.ask_component(who.id, message.id, button, None));
        Asked::new(&self.hub, id)
    }

    /// Somebody chooses from a menu, found by its placeholder or custom id.
    pub fn chooses(&self, who: &Person, message: &Said, menu: &str, options: &[&str]) -> Asked {
        let id = self.hub.change(|world| world.ask_component(who.id, message.id, menu, Some(options)));
        Asked::new(&self.hub, id)
    }

    /// Somebody fills in the form that answered them: names or labels of its fields, and texts.
    pub fn submits(&self, form: &Asked, fields: &[(&str, &str)]) -> Asked {
        let id = self.hub.change(|world| {
            let who = world.interaction(form.id).user;
            world.ask_form(who, form.id, fields)
        });
        Asked::new(&self.hub, id)
    }
}

/// Panics where somebody could not write. Webhooks can, wherever they are.
fn may_write(world: &World, who: Id, channel: Id) {
    if world.user(who).kind == Kind::Webhook {
        return;
    }
    let needed = world.to_send_in(channel) | Permissions::VIEW_CHANNEL;
    let may = world.may(who, channel, needed) && !world.channel(channel).gone;
    assert!(may, "{} may not write in {}", world.user(who).name, place_name(world, channel));
}
