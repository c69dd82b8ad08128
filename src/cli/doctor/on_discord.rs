//! Whether the bot can work on Discord: Discord is asked who it is, and nothing else.

use std::time::Duration;

use super::Args;
use super::findings::{Finding, Level};
use crate::app::Environment;
use crate::chat::discord::{Bot, Content, TOKEN, VARIABLE, local_server};
use crate::config::DiscordSettings;

/// How long Discord may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of looking.
#[derive(Debug, PartialEq, Eq)]
pub enum OnDiscord {
    /// There is no token.
    NoToken,
    /// There is one, and nobody asked.
    NotAsked,
    /// Something does not work, as this sentence says.
    Wrong(String),
    /// Discord knows the bot.
    Known {
        /// What it is called.
        name: String,
        /// What it reads.
        content: Content,
        /// The link by which people add it to servers.
        invite: String,
    },
}

/// Asks Discord who the bot is, if there is a token and connections may be opened.
pub async fn look(settings: &DiscordSettings, environment: &Environment, args: &Args) -> OnDiscord {
    let Some(token) = environment(TOKEN).filter(|token| !token.trim().is_empty()) else { return OnDiscord::NoToken };
    if args.offline {
        return OnDiscord::NotAsked;
    }
    let identified = async {
        let local = local_server(environment(VARIABLE).as_deref())?;
        Bot::identify(token.trim().to_owned().into(), local, settings.clone()).await
    };
    match tokio::time::timeout(PATIENCE, identified).await {
        Err(_) => OnDiscord::Wrong(format!("Discord does not answer within {} s", PATIENCE.as_secs())),
        Ok(Err(error)) => OnDiscord::Wrong(error.to_string()),
        Ok(Ok(bot)) => {
            OnDiscord::Known { name: bot.name().to_owned(), content: bot.content(), invite: bot.invite().to_owned() }
        }
    }
}

/// What that means.
pub fn finding(found: &OnDiscord, settings: &DiscordSettings) -> Finding {
    let say = |level, says: String| Finding::of(level, "discord", says);
    match found {
        OnDiscord::NoToken => say(Level::Ok, format!("{TOKEN} is not set, so perfbot chats in the terminal")),
        OnDiscord::NotAsked => say(Level::Ok, format!("{TOKEN} is set; Discord was not asked (--offline)")),
        OnDiscord::Wrong(sentence) => say(Level::Fail, sentence.clone()),
        OnDiscord::Known { name, content: Content::Addressed, invite } if settings.message_content => {
            say(Level::Warn, format!("{name}, without the message content intent; invite: {invite}")).mend(
                "switch it on on the Bot page of the developer portal, or set message_content = false in [discord]",
            )
        }
        OnDiscord::Known { name, invite, .. } => say(Level::Ok, format!("{name}; invite: {invite}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::findings::render;
    use super::*;
    use crate::config::{Config, Variables};

    fn settings() -> DiscordSettings {
        Config::parse("", "", &Variables::new()).expect("defaults are right").discord
    }

    #[tokio::test]
    async fn without_a_token_or_offline_nobody_is_asked() {
        let args = |offline| Args { offline, ..Args::default() };
        let none: Environment = Arc::new(|_| None);
        let set: Environment = Arc::new(|name| (name == TOKEN).then(|| "a-token".into()));
        assert_eq!(look(&settings(), &none, &args(false)).await, OnDiscord::NoToken);
        assert_eq!(look(&settings(), &set, &args(true)).await, OnDiscord::NotAsked);
        let elsewhere: Environment = Arc::new(|name| match name {
            TOKEN => Some("a-token".into()),
            VARIABLE => Some("http://discord.example".into()),
            _ => None,
        });
        assert!(matches!(look(&settings(), &elsewhere, &args(false)).await, OnDiscord::Wrong(_)));
    }

    #[test]
    fn everything_that_is_found_has_its_sentence() {
        let known = |content| OnDiscord::Known { name: "helper".into(), content, invite: "https://…".into() };
        let all = [
            OnDiscord::NoToken,
            OnDiscord::NotAsked,
            OnDiscord::Wrong("Discord refuses the token".into()),
            known(Content::All),
            known(Content::Addressed),
        ];
        let all: Vec<Finding> = all.iter().map(|found| finding(found, &settings())).collect();
        insta::assert_snapshot!(render(&all), @"
        ok    discord: DISCORD_TOKEN is not set, so perfbot chats in the terminal
        ok    discord: DISCORD_TOKEN is set; Discord was not asked (--offline)
        fail  discord: Discord refuses the token
        ok    discord: helper; invite: https://…
        warn  discord: helper, without the message content intent; invite: https://…; switch it on on the Bot page of the developer portal, or set message_content = false in [discord]
        3 ok, 1 warn, 1 fail
        ");
        let off = DiscordSettings { message_content: false, ..settings() };
        assert!(!finding(&known(Content::Addressed), &off).is_failure());
        assert_eq!(finding(&known(Content::Addressed), &off).mend, None);
    }
}
