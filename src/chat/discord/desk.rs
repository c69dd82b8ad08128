//! What is done about what happens: every event is looked at in its order, and whatever takes time goes on beside.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serenity::all::{Attachment, Cache, ChannelId, Message as Said, MessageId, Permissions, Reaction, UserId};
use serenity::http::Http;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::LocalServer;
use super::answer::Showing;
use super::asked::Questions;
use super::connect::NEEDED;
use super::gather::{call_by_name, put, says_nothing};
use super::heard::{Heard, Us, Wordless, heard, is_paste, name_of, quoted, wordless};
use super::lines::{Joined, Lines};
use super::listener::{Event, Received};
use super::outlet::{Files, Outlet, Place};
use super::pacer::Pacer;
use super::reactions::{self, Finishing};
use super::recall;
use super::reply::Lack;
use super::rights::{self, Member, Spot};
use super::{buttons, register, welcome};
use crate::chat::{Message, Routed, obey, route};
use crate::commands::{self, Audience, Done, Parsed, Services, UserError};
use crate::config::DiscordSettings;
use crate::model::{self, Clock, GuildId, Person};

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
    asked: Questions,
    /// Channels of which somebody was told what is missing there.
    told: Mutex<HashSet<(ChannelId, Lack)>>,
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
            asked: Questions::default(),
            told: Mutex::default(),
            registered: Mutex::default(),
            finishing: finishing.clone(),
        };
        let (hurry, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(finishing.count_reactions(received, services.clone(), hurry.clone()));
        Arc::new(Self { services, settings, clock, http, me, owner, local, hurry, tasks, state, reactions })
    }

    /// Does what is to be done about an event; nothing any more when the bot is about to end. Returns at once.
    pub fn take(self: &Arc<Self>, event: Event) {
        if self.hurry.is_cancelled() {
            return;
        }
        match event {
            Event::Ready { cache, guilds, shard } => {
                self.ready(cache, guilds.len());
                self.compare(guilds, shard);
            }
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

    /// Whether nobody has been told yet what is missing in a channel. From now on somebody has.
    pub fn is_news(&self, channel: ChannelId, lack: Lack) -> bool {
        lock(&self.state.told).insert((channel, lack))
    }

    fn ready(self: &Arc<Self>, cache: Arc<Cache>, guilds: usize) {
        *lock(&self.state.cache) = cache;
        tracing::info!(guilds, "connected to Discord");
        if std::mem::replace(&mut *lock(&self.state.registered), true) {
            return;
        }
        let desk = Arc::clone(self);
        self.tasks.spawn(async move {
            match register::register(&desk.http).await {
                Ok(register::Registered::Anew) => tracing::info!("the slash commands were registered"),
                Ok(register::Registered::Unchanged) => {}
                Err(trouble) => {
                    tracing::error!("the slash commands could not be registered: {trouble}");
                    // The next connection is another chance.
                    *lock(&desk.state.registered) = false;
                }
            }
        });
    }

    /// The bot as it is called in a place.
    pub fn us(&self, spot: Spot) -> Us {
        Us::new(self.me, rights::own_role(&self.cache(), spot, self.me), &self.services.prefix)
    }

    /// Somebody said something.
    pub fn said(self: &Arc<Self>, said: Said, received: Received) {
        let cache = self.cache();
        let spot = Spot::of(&cache, said.guild_id, said.channel_id);
        let text = match heard(&said, &self.us(spot)) {
            Heard::Nothing => return,
            Heard::Aside if is_paste(&said) => {
                self.tasks.spawn(Arc::clone(self).take_up_paste(said, received));
                return;
            }
            Heard::Aside => return self.overhear(&said, spot, received),
            Heard::ForUs(text) => text,
        };
        let parsed = commands::parse(&text, &self.services.prefix);
        if matches!(parsed, Parsed::Foreign) {
            return;
        }
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
            quoted: quoted(&said).map(Into::into),
            pictures: Vec::new(),
        };
        let (outlet, attachments) = (Arc::new(self.reply_to(&said, spot)), with_those_replied_to(&said, self.me));
        let mut job = Job { message, parsed, outlet, member, spot, attachments, head: String::new() };
        if says_nothing(&job.parsed, &job.message) && job.attachments.is_empty() {
            self.find_words(&said, &mut job);
        }
        call_by_name(&mut job.parsed, &mut job.message, &said.mentions);
        self.accept(job);
    }

    /// Finds out what is meant by a message without words, or asks for words.
    fn find_words(&self, said: &Said, job: &mut Job) {
        let sentence = match wordless(said, self.me) {
            Wordless::Pointing(text) => {
                job.message.quoted = None;
                return put(&mut job.parsed, &mut job.message, text);
            }
            Wordless::Unreadable => {
                "I may read a message here only if it mentions me: mention me, or let your reply notify me".to_owned()
            }
            Wordless::Nothing => {
                let prefix = &self.services.prefix;
                format!("say behind my name what you want to know, or use /ai ({prefix}help lists what else there is)")
            }
        };
        job.parsed = Parsed::Wrong(UserError(sentence));
    }

    /// Where the reply to a message goes, with what the bot may do there.
    fn reply_to(&self, said: &Said, spot: Spot) -> Outlet {
        let lacking = rights::lacking(&self.cache(), spot, self.me, NEEDED);
        let files = if lacking.contains(Permissions::ATTACH_FILES) { Files::Refused } else { Files::Taken };
        let reply_to = Some(said.id).filter(|_| !lacking.contains(Permissions::READ_MESSAGE_HISTORY));
        Outlet::Channel(Place { http: Arc::clone(&self.http), channel: said.channel_id, reply_to, files })
    }

    /// Questions wait for their turn; everything else is done at once.
    pub fn accept(self: &Arc<Self>, job: Job) {
        let is_in_channel = matches!(*job.outlet, Outlet::Channel(_));
        if is_in_channel && !rights::missing(&self.cache(), job.spot, self.me).is_empty() {
            let desk = Arc::clone(self);
            self.tasks.spawn(async move { desk.tell_what_is_missing(job.outlet.channel(), job.member.id).await });
            return;
        }
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
        let Job { mut message, mut parsed, outlet, member, spot, attachments, head } = job;
        let question = message.id.as_ref().filter(|_| asks(&parsed)).and_then(|id| id.as_str().parse().ok());
        let asker = (message.person.id.clone(), message.place.channel.clone());
        let wanted = self.state.asked.wait(question.map(MessageId::new), asker.clone());
        let mut notes = Vec::new();
        if asks(&parsed) {
            self.recall(&message, (outlet.channel(), spot)).await;
            self.quote_what_is_unknown(&mut message);
            notes = self.add_files(&mut parsed, &mut message, &attachments).await;
        }
        if !wanted.is_it() {
            return;
        }
        if !notes.is_empty() && says_nothing(&parsed, &message) {
            return self.complain(&outlet, member.id, &notes.join(" ")).await;
        }
        notes.extend(self.cannot_mark(&outlet, spot));
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
                // It may have been deleted in this moment, when there was nothing to stop yet.
                if !wanted.is_it() {
                    self.services.assistant.stop(&asker.0, &asker.1);
                }
                Showing::new(self, &outlet, (&asked, member.id), notes).below(head).run(answering).await;
            }
            other => self.reply(&outlet, member.id, other, buttons).await,
        }
    }

    fn overhear(&self, said: &Said, spot: Spot, received: Received) {
        if said.content.trim().is_empty() || !rights::is_allowed(&self.settings, spot, &[], model::Role::Member) {
            return;
        }
        let text = format!("{}: {}", name_of(&said.author), said.content);
        self.services.assistant.overhear(&said.channel_id.to_string().into(), text.into(), received.at);
    }

    /// Who deletes a question wants no answer.
    fn deleted(&self, messages: &[MessageId]) {
        let id = |job: &Job| job.message.id.as_ref().and_then(|id| id.as_str().parse().ok()).map(MessageId::new);
        self.state.lines.keep(|job| id(job).is_none_or(|id| !messages.contains(&id)));
        for (user, channel) in self.state.asked.deleted(messages) {
            self.services.assistant.stop(&user, &channel);
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

/// What came with a message, and with the one of somebody else that it replies to.
fn with_those_replied_to(said: &Said, me: UserId) -> Vec<Attachment> {
    let others = said.referenced_message.iter().filter(|replied| replied.author.id != me);
    said.attachments.iter().chain(others.flat_map(|replied| &replied.attachments)).cloned().collect()
}

fn replied_to(said: &Said) -> Option<MessageId> {
    said.message_reference.as_ref().and_then(|reference| reference.message_id)
}

/// What is locked here stays consistent even if a thread panicked while it held the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
