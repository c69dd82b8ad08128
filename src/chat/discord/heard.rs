//! Whether something that was said is for the bot, and what it says without the bot's name. Pure.

use serenity::all::{Message, MessageType, RoleId, User, UserId};

/// What was said is…
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// … of a bot, or no talk at all.
    Nothing,
    /// … for the bot.
    ForUs(String),
    /// … what people say among themselves.
    Aside,
}

/// What is meant by a message for the bot that has no words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wordless {
    /// What somebody else said, to which it replies.
    Pointing(String),
    /// That cannot be known: the bot may not read it.
    Unreadable,
    /// Nothing, or nothing that the bot can read.
    Nothing,
}

/// Who the bot is, as it matters here.
#[derive(Debug, Clone)]
pub struct Us {
    /// Its id.
    pub me: UserId,
    /// How messages mention it.
    pub names: Vec<String>,
    /// What commands start with.
    pub prefix: String,
}

impl Us {
    /// The bot in a place where it has a role of its own, or none.
    pub fn new(me: UserId, own_role: Option<RoleId>, prefix: &str) -> Self {
        // Who types its name is offered the bot and its role, and takes either.
        let role = own_role.map(|role| format!("<@&{role}>"));
        let names = [format!("<@{me}>"), format!("<@!{me}>")].into_iter().chain(role).collect();
        Self { me, names, prefix: prefix.to_owned() }
    }

    /// A text without the first mention of the bot; `None` if there is none.
    pub fn unmentioned(&self, text: &str) -> Option<String> {
        self.names.iter().find_map(|mention| {
            let (before, after) = text.split_once(mention)?;
            let after = after.trim_start_matches([',', ':']);
            Some(format!("{} {}", before.trim_end(), after.trim_start()).trim().to_owned())
        })
    }
}

/// Reads a message.
pub fn heard(message: &Message, us: &Us) -> Heard {
    let is_talk = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
    if !is_talk || message.author.bot || message.webhook_id.is_some() {
        return Heard::Nothing;
    }
    let replies_to_us = message.referenced_message.as_ref().is_some_and(|answer| answer.author.id == us.me);
    match us.unmentioned(&message.content) {
        Some(text) => Heard::ForUs(text),
        None if message.guild_id.is_none() || replies_to_us || message.content.trim_start().starts_with(&us.prefix) => {
            Heard::ForUs(message.content.clone())
        }
        None => Heard::Aside,
    }
}

/// What is meant by a message for the bot without words and files.
pub fn wordless(message: &Message, me: UserId) -> Wordless {
    let others = message.referenced_message.as_ref().filter(|replied| replied.author.id != me);
    match others.map(|replied| replied.content.trim()).filter(|text| !text.is_empty()) {
        // Discord takes no message that says nothing, so this one was hidden from us.
        _ if message.content.is_empty() && message.sticker_items.is_empty() && message.guild_id.is_some() => {
            Wordless::Unreadable
        }
        Some(text) => Wordless::Pointing(text.to_owned()),
        None => Wordless::Nothing,
    }
}

/// What a message replies to, with its author's name.
pub fn quoted(message: &Message) -> Option<String> {
    let replied = message.referenced_message.as_ref()?;
    let text = with_names(replied.content.trim(), &replied.mentions);
    (!text.is_empty()).then(|| format!("{}: {text}", name_of(&replied.author)))
}

/// A text in which people are called by their names, as all see it; in what is sent they are numbers, which tell a model
/// nothing.
pub fn with_names(text: &str, mentioned: &[User]) -> String {
    mentioned.iter().fold(text.to_owned(), |text, user| {
        let name = format!("@{}", name_of(user));
        text.replace(&format!("<@{}>", user.id), &name).replace(&format!("<@!{}>", user.id), &name)
    })
}

/// What others call somebody.
pub fn name_of(user: &User) -> &str {
    user.global_name.as_deref().unwrap_or(&user.name)
}

/// Whether a message may be a long text that the client made a file of, so that its beginning is not seen.
pub fn is_paste(message: &Message) -> bool {
    message.content.is_empty() && matches!(message.attachments.as_slice(), [one] if one.filename == PASTE)
}

/// The name that clients give to a text that is too long for a message.
const PASTE: &str = "message.txt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_taken_out_wherever_it_stands() {
        let us = Us::new(UserId::new(7), Some(RoleId::new(8)), "!");
        let plain = |text: &str| us.unmentioned(text);
        assert_eq!(plain("<@7>, what is Rust?").as_deref(), Some("what is Rust?"));
        assert_eq!(plain("<@!7> !perf stats").as_deref(), Some("!perf stats"));
        assert_eq!(plain("hey <@7> what is Rust?").as_deref(), Some("hey what is Rust?"));
        assert_eq!(plain("<@&8> what is Rust?").as_deref(), Some("what is Rust?"));
        assert_eq!(plain("<@7>").as_deref(), Some(""));
        assert_eq!(plain("<@77> hi").or(plain("<@8> <@&7> hi")), None);
    }
}
