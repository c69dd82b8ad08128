//! `perfbot run` (and `perfbot` alone): chat on Discord if there is a token, else in the terminal.

use secrecy::SecretString;

use super::setup::{self, Purpose};
use super::signals::{CtrlC, asked_to_end};
use super::{Ended, Global, console};
use crate::app::{App, Found};
use crate::chat::discord::{Bot, ConnectError, Content, TOKEN, VARIABLE, WITHOUT_CONTENT, local_server};
use crate::commands::UserError;

/// Runs until it is asked to end.
pub async fn run(global: &Global) -> anyhow::Result<Ended> {
    let environment = setup::environment();
    match environment(TOKEN).map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()) {
        None => console::run(global, console::Args::default()).await,
        Some(token) => on_discord(global, SecretString::from(token), environment(VARIABLE)).await,
    }
}

async fn on_discord(global: &Global, token: SecretString, local: Option<String>) -> anyhow::Result<Ended> {
    let end = asked_to_end(CtrlC::Ends)?;
    let local = local_server(local.as_deref()).map_err(refused)?;
    let mut app = setup::app(global, Purpose::Chat).await?;
    app.keep_tidy();
    setup::warn(&app);
    let bot = Bot::identify(token, local, app.discord.clone()).await.map_err(refused)?;
    welcome(&bot, &app);
    let ended = bot.run(app.services.clone(), app.clock.clone(), &end).await;
    app.close().await;
    ended.map(|()| Ended::Interrupted)
}

/// What somebody set wrongly is theirs to mend.
fn refused(error: ConnectError) -> anyhow::Error {
    match error {
        ConnectError::Unreachable(_) => error.into(),
        _ => UserError(error.to_string()).into(),
    }
}

fn welcome(bot: &Bot, app: &App) {
    eprintln!("perfbot on Discord as {}. Add it to a server: {}", bot.name(), bot.invite());
    if app.found == Found::Simulated {
        eprintln!("Simulated models answer; for real ones set ANTHROPIC_API_KEY (or another key) or start Ollama.");
    }
    if bot.content() == Content::Addressed {
        eprintln!("{WITHOUT_CONTENT}");
    }
}
