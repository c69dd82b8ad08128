//! What is done about what happens: every event is looked at in its order, and whatever takes time goes on beside.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serenity::all::{Attachment, Cache, ChannelId, Message as Said, MessageId, Reaction, UserId};
use serenity::http::Http;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::LocalServer;
use super::answer::Showing;
use super::files::{self, Bounds, Sight};
use super::heard::{Heard, heard};
use super::lines::{Joined, Lines};
use super::listener::{Event, Received};
use super::outlet::{Draft, Outlet, Place};
use super::pacer::Pacer;
use super::reactions::{self, Finishing};
use super::recall::{self, Us};
use super::rights::{self, Member, Spot};
use super::trouble::{Trouble, patiently};
use super::{buttons, register, welcome};
use crate::chat::{Message, Routed, obey, route};
use crate::commands::{self, Audience, Done, Parsed, Services};
use crate::config::DiscordSettings;
use crate::model::{self, Clock, GuildId, Person};
use crate::view::{self, Block};

/// Everything that answering needs.
pub struct Desk {
    /// The services.
    pub services: Services,
    /// Where and how to answer.
    pub settings: DiscordSettings,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The way to Discord.
    pub http: Arc<Http>,
    /// The bot.
    pub me: UserId,
    /// Who hosts it.
    pub owner: Option<UserId>,
    /// The server in Discord's place, if there is one.
    pub local: Option<LocalServer>,
    /// Cancelled when the bot is about to end: there is no time for pauses any more.
    pub hurry: CancellationToken,
    /// What goes on beside.
    pub tasks: TaskTracker,
    state: State,
    reactions: mpsc::UnboundedSender<(ChannelId, commands::Reaction)>,
}

/// What changes.
struct State {
    /// What is known of guilds and channels, once there is a connection.
    cache: Mutex<Arc<Cache>>,
    pacer: Mutex<Pacer>,
    lines: Lines<Job>,
    /// Whose answer a question's message waits for, as long as it does.
    asked: Mutex<HashMap<MessageId, (model::UserId, model::ChannelId)>>,
    /// Channels of which somebody was told what is missing there.
    told: Mutex<HashSet<ChannelId>>,
    /// Whether the slash commands have been looked at.
    registered: Mutex<bool>,
    finishing: Finishing,
}

/// What a desk is made of.
pub struct Parts {
    /// The services.
    pub services: Services,
    /// Where and how to answer.
    pub settings: DiscordSettings,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The way to Discord.
    pub http: Arc<Http>,
    /// The bot.
    pub me: UserId,
    /// Who hosts it.
    pub owner: Option<UserId>,
    /// The server in Discord's place, if there is one.
    pub local: Option<LocalServer>,
}

/// A message that waits to be answered.
pub struct Job {
    /// What was said.
    pub message: Message,
    /// What it turned out to be.
    pub parsed: Parsed,
    /// Where the reply goes.
    pub outlet: Arc<Outlet>,
    /// Who said it.
    pub member: Member,
    /// Where.
    pub spot: Spot,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// What stands above the answer: the question, where nobody else can see it.
    pub head: String,
}

impl Desk {
    /// A desk at which nothing has happened yet.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { services, settings, clock, http, me, owner, local } = parts;
        let (reactions, received) = mpsc::unbounded_channel();
        let finishing = Finishing::default();
        let state = State {
            cache: Mutex::default(),
            pacer: Mutex::new(Pacer::new(settings.edit_every)),
            lines: Lines::default(),
            asked: Mutex::default(),
            told: Mutex::default(),
            registered: Mutex::default(),
            finishing: finishing.clone(),
        };
        let (hurry, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(finishing.count_reactions(received, services.clone(), hurry.clone()));
        Arc::new(Self { services, settings, clock, http, me, owner, local, hurry, tasks, state, reactions })
    }

    /// Does what is to be done about an event. Returns at once.
    pub fn take(self: &Arc<Self>, event: Event) {
        match event {
            Event::Ready { cache, guilds } => self.ready(cache, guilds),
            Event::Said(said, received) => self.said(*said, received),
            Event::Deleted(messages) => self.deleted(&messages),
            Event::Reacted(reaction, done) => self.reacted(&reaction, done),
            Event::Used(interaction, received) => self.used(*interaction, received),
            Event::Joined(guild) => {
                let desk = Arc::clone(self);
                self.tasks.spawn(async move { welcome::welcome(&desk, &guild).await });
            }
            Event::Left(guild, channels) => self.left(guild, channels),
        }
    }

    /// What is known of guilds and channels.
    pub fn cache(&self) -> Arc<Cache> {
        Arc::clone(&lock(&self.state.cache))
    }

    /// How often messages may be edited.
    pub fn pacer(&self) -> MutexGuard<'_, Pacer> {
        lock(&self.state.pacer)
    }

    /// An answer is shown for the last time from now on, until what is returned is dropped.
    pub fn finishing(&self, channel: ChannelId) -> reactions::LastFrame {
        self.state.finishing.begin(channel)
    }

    fn ready(self: &Arc<Self>, cache: Arc<Cache>, guilds: usize) {
        *lock(&self.state.cache) = cache;
        tracing::info!(guilds, "connected to Discord");
        if std::mem::replace(&mut *lock(&self.state.registered), true) {
            return;
        }
        let http = Arc::clone(&self.http);
        self.tasks.spawn(async move {
            match register::register(&http).await {
                Ok(register::Registered::Anew) => tracing::info!("the slash commands were registered"),
                Ok(register::Registered::Unchanged) => {}
                Err(trouble) => tracing::error!("the slash commands could not be registered: {trouble}"),
            }
        });
    }

    fn said(self: &Arc<Self>, said: Said, received: Received) {
        let text = match heard(&said, self.me, &self.services.prefix) {
            Heard::Nothing => return,
            Heard::Aside => return self.overhear(&said, received),
            Heard::ForUs(text) => text,
        };
        let parsed = commands::parse(&text, &self.services.prefix);
        if matches!(parsed, Parsed::Foreign) {
            return;
        }
        let cache = self.cache();
        let spot = Spot::of(&cache, said.guild_id, said.channel_id);
        let roles = said.member.as_ref().map(|member| member.roles.clone()).unwrap_or_default();
        let member = Member { id: said.author.id, roles };
        let role = rights::role(member.id, self.owner, rights::permissions(&cache, spot, &member));
        if !rights::is_allowed(&self.settings, spot, &member.roles, role) {
            return;
        }
        let audience = if said.guild_id.is_none() { Audience::Asker } else { Audience::Everyone };
        let message = Message {
            person: Person { id: member.id.to_string().into(), role },
            place: place(said.guild_id, said.channel_id),
            text,
            at: received.at,
            received: received.since,
            audience,
            readable: rights::readable(&cache, spot, &member, audience),
            id: Some(said.id.to_string().into()),
            reply_to: replied_to(&said).map(|id| id.to_string().into()),
            pictures: Vec::new(),
        };
        let outlet = Place { http: Arc::clone(&self.http), channel: said.channel_id, reply_to: Some(said.id) };
        let (outlet, attachments) = (Arc::new(Outlet::Channel(outlet)), said.attachments);
        self.accept(Job { message, parsed, outlet, member, spot, attachments, head: String::new() });
    }

    /// Questions wait for their turn; everything else is done at once.
    pub fn accept(self: &Arc<Self>, job: Job) {
        if !asks(&job.parsed) {
            let desk = Arc::clone(self);
            self.tasks.spawn(async move { desk.handle(job).await });
            return;
        }
        // Somebody who has to wait sees at once that they were heard.
        let outlet = Arc::clone(&job.outlet);
        self.tasks.spawn(async move { outlet.announce().await });
        let key = (job.member.id, job.outlet.channel());
        match self.state.lines.join(key, job) {
            Joined::Waits => {}
            Joined::Served(job) => {
                let desk = Arc::clone(self);
                self.tasks.spawn(async move {
                    let mut next = Some(job);
                    while let Some(job) = next {
                        desk.handle(job).await;
                        next = desk.state.lines.next(key);
                    }
                });
            }
            Joined::TurnedAway(job) => {
                let desk = Arc::clone(self);
                let sentence = "too many of your questions are waiting here already: wait for an answer first";
                self.tasks.spawn(async move { desk.complain(&job.outlet, job.member.id, sentence).await });
            }
        }
    }

    /// Does what a message wants, to its end.
    async fn handle(&self, job: Job) {
        let Job { mut message, parsed, outlet, member, spot, attachments, head } = job;
        if !rights::missing(&self.cache(), spot, self.me).is_empty() && matches!(*outlet, Outlet::Channel(_)) {
            return self.tell_what_is_missing(outlet.channel(), member.id).await;
        }
        let (mut notes, question) = (Vec::new(), message.id.as_ref().and_then(|id| id.as_str().parse().ok()));
        let asks = asks(&parsed);
        let parsed = if asks { self.with_files(parsed, &mut message, &attachments, &mut notes).await } else { parsed };
        if asks {
            self.recall(&message, outlet.channel()).await;
        }
        let buttons = match &parsed {
            Parsed::Command(entry, words) => buttons::again(entry, words),
            _ => Vec::new(),
        };
        let asked = message.clone();
        let routed = match parsed {
            Parsed::Talk => route(message, &self.services).await,
            parsed => obey(message, parsed, &self.services).await,
        };
        match routed {
            Routed::Answer(answering) => {
                self.expect(question, Some(&asked));
                Showing::new(self, &outlet, (&asked, member.id), notes).below(head).run(answering).await;
                self.expect(question, None);
            }
            other => self.reply(&outlet, member.id, other, buttons).await,
        }
    }

    /// A question with the text files that came with it; pictures go along beside it.
    async fn with_files(
        &self,
        parsed: Parsed,
        message: &mut Message,
        attachments: &[Attachment],
        notes: &mut Vec<String>,
    ) -> Parsed {
        if attachments.is_empty() {
            return parsed;
        }
        let sees = self.services.assistant.sees(&message.place, &message.person.id);
        let sight = if sees { Sight::Sees } else { Sight::Blind };
        let bounds = Bounds { most_bytes: self.settings.max_file, sight, local: self.local.as_ref() };
        let enclosed = files::read(attachments, bounds).await;
        message.pictures = enclosed.pictures;
        notes.extend(enclosed.notes);
        match parsed {
            Parsed::Command(entry, mut words) => {
                if let Some(text) = words.last_mut() {
                    text.push_str(&enclosed.text);
                }
                Parsed::Command(entry, words)
            }
            other => {
                message.text.push_str(&enclosed.text);
                other
            }
        }
    }

    /// Takes up a conversation again that began before the bot was started.
    async fn recall(&self, message: &Message, channel: ChannelId) {
        let assistant = &self.services.assistant;
        let (place, reply_to, now) = (&message.place.channel, message.reply_to.as_ref(), message.at);
        let us = Us { me: self.me, prefix: &self.services.prefix };
        if !assistant.knows(place, None, now) {
            match recall::channel(&self.http, channel, us).await {
                Ok(exchanges) => assistant.recall(place, &exchanges, now),
                Err(trouble) => tracing::debug!("a conversation could not be recalled: {trouble}"),
            }
        }
        let Some(answer) = reply_to.filter(|_| !assistant.knows(place, reply_to, now)) else { return };
        let Some(answer) = answer.as_str().parse().ok().map(MessageId::new) else { return };
        match recall::chain(&self.http, channel, answer, us).await {
            Ok(exchanges) => assistant.recall_chain(place, &exchanges, now),
            Err(trouble) => tracing::debug!("a chain of replies could not be recalled: {trouble}"),
        }
    }

    /// Sends a reply that is no answer of a model.
    pub async fn reply(
        &self,
        outlet: &Outlet,
        who: UserId,
        routed: Routed,
        buttons: Vec<serenity::all::CreateActionRow>,
    ) {
        let blocks = match routed {
            Routed::Silent | Routed::Answer(_) => return self.nothing(outlet).await,
            Routed::Reply(reply) => reply.blocks,
            Routed::Wrong(error) => return self.complain(outlet, who, &error.0).await,
            Routed::Failed(id) => {
                let sentence = format!("something went wrong on our side; try again, and name id {id} if it stays so");
                return self.complain(outlet, who, &sentence).await;
            }
        };
        self.send(outlet, who, drafts(&blocks, buttons)).await;
    }

    /// An interaction has to be answered in any case.
    async fn nothing(&self, outlet: &Outlet) {
        if matches!(outlet, Outlet::Interaction(_)) {
            let draft = Draft { text: "Done.".to_owned(), ..Draft::default() };
            _ = outlet.send(&draft).await;
        }
    }

    /// One sentence on what is wrong.
    pub async fn complain(&self, outlet: &Outlet, who: UserId, sentence: &str) {
        self.send(outlet, who, drafts(&[Block::Text(view::sentence(sentence))], Vec::new())).await;
    }

    async fn send(&self, outlet: &Outlet, who: UserId, drafts: Vec<Draft>) {
        for draft in drafts {
            match outlet.send(&draft).await {
                Ok(_) => {}
                Err(Trouble::NotAllowed) => return self.tell_what_is_missing(outlet.channel(), who).await,
                Err(trouble) => return tracing::warn!("a reply could not be sent: {trouble}"),
            }
        }
    }

    /// Tells somebody in a direct message what the bot lacks in a channel, once for each channel.
    pub async fn tell_what_is_missing(&self, channel: ChannelId, who: UserId) {
        if !lock(&self.state.told).insert(channel) {
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
        let outlet = Outlet::Channel(Place { http: Arc::clone(&self.http), channel: direct.id, reply_to: None });
        outlet.send(&Draft { text, ..Draft::default() }).await.map(drop)
    }

    fn overhear(&self, said: &Said, received: Received) {
        let cache = self.cache();
        let spot = Spot::of(&cache, said.guild_id, said.channel_id);
        if said.content.trim().is_empty() || !rights::is_allowed(&self.settings, spot, &[], model::Role::Member) {
            return;
        }
        let name = said.author.global_name.as_deref().unwrap_or(&said.author.name);
        let text = format!("{name}: {}", said.content);
        self.services.assistant.overhear(&said.channel_id.to_string().into(), text.into(), received.at);
    }

    /// Who deletes a question wants no answer.
    fn deleted(&self, messages: &[MessageId]) {
        let id = |job: &Job| job.message.id.as_ref().and_then(|id| id.as_str().parse().ok()).map(MessageId::new);
        self.state.lines.keep(|job| id(job).is_none_or(|id| !messages.contains(&id)));
        let asked: Vec<_> = {
            let asked = lock(&self.state.asked);
            messages.iter().filter_map(|message| asked.get(message).cloned()).collect()
        };
        for (user, channel) in asked {
            self.services.assistant.stop(&user, &channel);
        }
    }

    /// Notes whose answer a message waits for, or that it no longer does.
    fn expect(&self, question: Option<u64>, asked: Option<&Message>) {
        let Some(question) = question.filter(|id| *id > 0).map(MessageId::new) else { return };
        let mut expected = lock(&self.state.asked);
        match asked {
            Some(asked) => {
                expected.insert(question, (asked.person.id.clone(), asked.place.channel.clone()));
            }
            None => _ = expected.remove(&question),
        }
    }

    fn reacted(&self, reaction: &Reaction, done: Done) {
        let is_ours = reaction.message_author_id.is_none_or(|author| author == self.me);
        let by_bot = reaction.member.as_ref().is_some_and(|member| member.user.bot);
        let (Some(user), Some(rating)) = (reaction.user_id, reactions::rating_of(&reaction.emoji)) else { return };
        if !is_ours || by_bot || user == self.me {
            return;
        }
        // The task ends only with the desk.
        let counted = commands::Reaction {
            message: reaction.message_id.to_string().into(),
            sent: recall::sent_at(reaction.message_id),
            by: user.to_string().into(),
            rating,
            done,
        };
        _ = self.reactions.send((reaction.channel_id, counted));
    }

    fn left(&self, guild: serenity::all::GuildId, channels: Vec<ChannelId>) {
        let services = self.services.clone();
        let channels = channels.into_iter().map(|channel| channel.to_string().into()).collect();
        self.tasks.spawn(async move {
            match commands::left(guild.to_string().into(), channels, &services).await {
                Ok(()) => tracing::info!(%guild, "the bot left a server; what was kept of it is purged"),
                Err(failure) => tracing::error!(%guild, "what is kept of a server could not be purged: {failure:#}"),
            }
        });
    }

    /// Waits until everything that goes on has come to its end, so long at the most.
    pub async fn finish(&self, patience: Duration) {
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!("some replies could not be sent in time");
        }
    }
}

/// Whether an answer of a model follows.
fn asks(parsed: &Parsed) -> bool {
    match parsed {
        Parsed::Talk => true,
        Parsed::Command(entry, _) => entry.spec.asks(),
        Parsed::Foreign | Parsed::Wrong(_) => false,
    }
}

/// Where something was said, in our words.
pub fn place(guild: Option<serenity::all::GuildId>, channel: ChannelId) -> model::Place {
    model::Place { guild: guild.map(|guild| GuildId::from(guild.to_string())), channel: channel.to_string().into() }
}

/// A reply as messages; the buttons stand below the last one.
pub fn drafts(blocks: &[Block], buttons: Vec<serenity::all::CreateActionRow>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = view::discord::render(blocks)
        .into_iter()
        .map(|post| Draft { text: post.text, files: post.files, buttons: Vec::new() })
        .collect();
    if let Some(last) = drafts.last_mut() {
        last.buttons = buttons;
    }
    drafts
}

fn replied_to(said: &Said) -> Option<MessageId> {
    said.message_reference.as_ref().and_then(|reference| reference.message_id)
}

/// What is locked here stays consistent even if a thread panicked while it held the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
