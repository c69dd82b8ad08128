//! Sends what is no answer of a model: reports, and single sentences on what is wrong. Where the bot may not write, or not all
//! of it, somebody is told once.

use std::sync::Arc;

use serenity::all::{ChannelId, CreateActionRow, Permissions, UserId};

use super::desk::Desk;
use super::outlet::{Draft, Files, Outlet, Place, Sent};
use super::rights::{self, Spot};
use super::trouble::{Trouble, patiently};
use crate::chat::Routed;
use crate::view::{self, Block};

/// What the bot lacks in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lack {
    /// It may not write.
    Writing,
    /// It may not read what was said before, nor reply to it.
    History,
}

impl Desk {
    /// Sends a reply that is no answer of a model.
    pub async fn reply(&self, outlet: &Outlet, who: UserId, routed: Routed, buttons: Vec<CreateActionRow>) {
        let blocks = match routed {
            Routed::Silent | Routed::Answer(_) => return self.nothing(outlet).await,
            Routed::Reply(reply) => reply.blocks,
            Routed::Wrong(error) => return self.complain(outlet, who, &error.0).await,
            Routed::Failed(id) => {
                let sentence = format!("something went wrong on our side; try again, and name id {id} if it stays so");
                return self.complain(outlet, who, &sentence).await;
            }
        };
        let blocks = self.painted(blocks, outlet.files()).await;
        for draft in sendable(drafts(&blocks, buttons), outlet.files()) {
            if !self.arrived(outlet, who, outlet.send(&draft).await).await {
                return;
            }
        }
    }

    /// Blocks with pictures in the place of charts, painted aside: that takes a while. Where no files are taken charts are text.
    pub async fn painted(&self, blocks: Vec<Block>, files: Files) -> Vec<Block> {
        if !blocks.iter().any(|block| matches!(block, Block::Chart(_) | Block::Document { .. })) {
            return blocks;
        }
        let (painter, as_text) = (Arc::clone(&self.services.painter), blocks.clone());
        let paint = move || match files {
            Files::Taken => view::painted(blocks, &painter),
            Files::Refused => view::printed(blocks, &painter),
        };
        tokio::task::spawn_blocking(paint).await.unwrap_or_else(|error| {
            tracing::error!("a picture could not be painted: {error}");
            as_text
        })
    }

    /// An interaction has to be answered in any case.
    async fn nothing(&self, outlet: &Outlet) {
        if matches!(outlet, Outlet::Interaction(_)) {
            let draft = Draft { text: "Done.".to_owned(), ..Draft::default() };
            _ = outlet.send(&draft).await;
        }
    }

    /// One sentence on what is wrong, for nobody but who did it.
    pub async fn complain(&self, outlet: &Outlet, who: UserId, sentence: &str) {
        for draft in drafts(&[Block::Text(view::sentence(sentence))], Vec::new()) {
            self.arrived(outlet, who, outlet.send_aside(&draft).await).await;
        }
    }

    async fn arrived(&self, outlet: &Outlet, who: UserId, sent: Result<Sent, Trouble>) -> bool {
        match &sent {
            Ok(_) => {}
            Err(Trouble::NotAllowed) => self.tell_what_is_missing(outlet.channel(), who).await,
            Err(trouble) => tracing::warn!("a reply could not be sent: {trouble}"),
        }
        sent.is_ok()
    }

    /// Tells somebody in a direct message what the bot lacks in a channel, once for each channel.
    pub async fn tell_what_is_missing(&self, channel: ChannelId, who: UserId) {
        if !self.is_news(channel, Lack::Writing) {
            return;
        }
        let cache = self.cache();
        let guild = cache.guilds().into_iter().find(|guild| {
            cache.guild(*guild).is_some_and(|guild| {
                guild.channels.contains_key(&channel) || guild.threads.iter().any(|thread| thread.id == channel)
            })
        });
        let missing = rights::missing(&cache, Spot::of(&cache, guild, channel), self.me);
        let missing = if missing.is_empty() { vec!["a permission"] } else { missing };
        let text = format!(
            "I cannot answer in <#{channel}>: I lack {} there. Whoever manages the server can give it to me, or to my role.",
            missing.join(" and ")
        );
        tracing::warn!(%channel, missing = missing.join(", "), "the bot may not answer in a channel");
        // Who takes no direct messages cannot be told.
        _ = self.tell(who, text).await;
    }

    /// Tells the host something in a direct message.
    pub fn tell_host(self: &Arc<Self>, notice: String) {
        let Some(host) = self.owner else {
            return tracing::warn!("nobody is known who could be told: {notice}");
        };
        let desk = Arc::clone(self);
        self.tasks.spawn(async move {
            if let Err(trouble) = desk.tell(host, notice).await {
                tracing::warn!("the host could not be told: {trouble}");
            }
        });
    }

    async fn tell(&self, who: UserId, text: String) -> Result<(), Trouble> {
        let direct = patiently(|| who.create_dm_channel(&self.http)).await?;
        let place = Place { http: Arc::clone(&self.http), channel: direct.id, reply_to: None, files: Files::Taken };
        Outlet::Channel(place).send(&Draft { text, ..Draft::default() }).await.map(drop)
    }

    /// Says, once for each channel, why answers there do not show what they reply to.
    pub fn cannot_mark(&self, outlet: &Outlet, spot: Spot) -> Option<String> {
        let Outlet::Channel(place) = outlet else { return None };
        let lacking = rights::lacking(&self.cache(), spot, self.me, Permissions::READ_MESSAGE_HISTORY);
        let is_said = !lacking.is_empty() && self.is_news(place.channel, Lack::History);
        is_said.then(|| "(I lack Read Message History here, so I cannot show what I reply to.)".to_owned())
    }
}

/// A reply as messages; the buttons stand below the last one.
pub fn drafts(blocks: &[Block], buttons: Vec<CreateActionRow>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = view::discord::render(blocks)
        .into_iter()
        .map(|post| Draft { text: post.text, files: post.files, buttons: Vec::new() })
        .collect();
    if let Some(last) = drafts.last_mut() {
        last.buttons = buttons;
    }
    drafts
}

/// The same where files are not taken: a line says so in their place.
fn sendable(mut drafts: Vec<Draft>, files: Files) -> Vec<Draft> {
    if files == Files::Taken {
        return drafts;
    }
    let mut lines = Vec::new();
    for draft in drafts.iter_mut().filter(|draft| !draft.files.is_empty()) {
        let names: Vec<String> = draft.files.drain(..).map(|file| file.name).collect();
        let line = format!("-# {} could not be attached: I lack Attach Files here.", names.join(" and "));
        match draft.text.is_empty() {
            true => draft.text = line,
            false => lines.push(Draft { text: line, ..Draft::default() }),
        }
    }
    drafts.extend(lines);
    drafts
}
