//! Whether something that was said is for the bot, and what it says without the bot's name. Pure.

use serenity::all::{Message, MessageType, UserId};

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

/// Reads a message.
pub fn heard(message: &Message, me: UserId, prefix: &str) -> Heard {
    let is_talk = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
    if !is_talk || message.author.bot || message.webhook_id.is_some() {
        return Heard::Nothing;
    }
    let replies_to_us = message.referenced_message.as_ref().is_some_and(|answer| answer.author.id == me);
    match without_mention(&message.content, me) {
        Some(text) => Heard::ForUs(text),
        None if message.guild_id.is_none() || replies_to_us || message.content.trim_start().starts_with(prefix) => {
            Heard::ForUs(message.content.clone())
        }
        None => Heard::Aside,
    }
}

/// A text without the first mention of somebody; `None` if there is none.
pub fn without_mention(text: &str, who: UserId) -> Option<String> {
    [format!("<@{who}>"), format!("<@!{who}>")].iter().find_map(|mention| {
        let (before, after) = text.split_once(mention)?;
        let after = after.trim_start_matches([',', ':']);
        Some(format!("{} {}", before.trim_end(), after.trim_start()).trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_taken_out_wherever_it_stands() {
        let me = UserId::new(7);
        let plain = |text: &str| without_mention(text, me);
        assert_eq!(plain("<@7>, what is Rust?").as_deref(), Some("what is Rust?"));
        assert_eq!(plain("<@!7> !perf stats").as_deref(), Some("!perf stats"));
        assert_eq!(plain("hey <@7> what is Rust?").as_deref(), Some("hey what is Rust?"));
        assert_eq!(plain("<@7>").as_deref(), Some(""));
        assert_eq!(plain("<@77> hi"), None);
    }
}
