//! Slash commands, their suggestions, and buttons.

use std::sync::Arc;
use std::time::Duration;

use serenity::all::{
    AutocompleteChoice, ChannelId, CommandDataOption, CommandDataOptionValue, CommandInteraction, ComponentInteraction,
    CreateActionRow, CreateAutocompleteResponse, CreateInteractionResponse, GuildId, Interaction, InteractionId,
    Member as GuildMember, MessageFlags, Permissions, User,
};
use serenity::builder::Builder;

use super::buttons::{self, Press};
use super::desk::{Desk, Job, place};
use super::frame::CURSOR;
use super::listener::Received;
use super::outlet::{Draft, Outlet, Way};
use super::reply::drafts;
use super::rights::{self, Member, Spot};
use crate::chat::{Message, Routed, obey};
use crate::commands::slash::{self, Filled};
use crate::commands::{self, Audience, Context, Entry, Parsed};
use crate::model::{Person, Role};

/// After how long a command that is still at work says that something is coming. Discord waits three seconds.
const SOON: Duration = Duration::from_millis(1_500);

/// How much of a question stands above its answer, in characters.
const QUOTED: usize = 300;

/// What is said where somebody may not use the bot.
const NOT_HERE: &str = "I am not to be used here: whoever hosts me has chosen other channels or roles";

/// Somebody who used a command or a button, and where.
struct Use {
    member: Member,
    role: Role,
    spot: Spot,
    guild: Option<GuildId>,
    channel: ChannelId,
    received: Received,
}

impl Desk {
    /// Does what an interaction wants. Returns at once.
    pub fn used(self: &Arc<Self>, interaction: Interaction, received: Received) {
        let desk = Arc::clone(self);
        match interaction {
            Interaction::Command(command) => self.commanded(&command, received),
            Interaction::Autocomplete(command) => {
                self.tasks.spawn(async move { desk.suggest(&command, received).await });
            }
            Interaction::Component(pressed) => {
                self.tasks.spawn(async move { desk.pressed(&pressed, received).await });
            }
            _ => {}
        }
    }

    fn use_of(
        &self,
        (user, member): (&User, Option<&GuildMember>),
        (guild, channel): (Option<GuildId>, ChannelId),
        received: Received,
    ) -> Use {
        let roles = member.map(|member| member.roles.clone()).unwrap_or_default();
        let permissions = member.and_then(|member| member.permissions).unwrap_or(Permissions::empty());
        Use {
            member: Member { id: user.id, roles },
            role: rights::role(user.id, self.owner, permissions),
            spot: Spot::of(&self.cache(), guild, channel),
            guild,
            channel,
            received,
        }
    }

    fn commanded(self: &Arc<Self>, command: &CommandInteraction, received: Received) {
        let used =
            self.use_of((&command.user, command.member.as_deref()), (command.guild_id, command.channel_id), received);
        let (path, filled) = filled_in(command.data.name.clone(), &command.data.options);
        let entry = slash::find(&path);
        let allowed = rights::is_allowed(&self.settings, used.spot, &used.member.roles, used.role);
        let audience = match entry {
            Some(entry) if allowed => slash::audience(entry, &filled),
            _ => Audience::Asker,
        };
        let interaction = (command.id, command.token.as_str(), command.channel_id);
        let outlet = Arc::new(self.outlet(interaction, (audience, Way::Anew)));
        let (desk, who) = (Arc::clone(self), used.member.id);
        match entry {
            _ if !allowed => {
                self.tasks.spawn(async move { desk.complain(&outlet, who, NOT_HERE).await });
            }
            None => {
                let sentence = format!("there is no command /{path} any more; type / to see what there is");
                self.tasks.spawn(async move { desk.complain(&outlet, who, &sentence).await });
            }
            Some(entry) => self.run(entry, slash::words(entry, &filled), used, (outlet, audience)),
        }
    }

    /// Questions go the way of all questions; everything else is answered in time, or says in time that it is coming.
    fn run(
        self: &Arc<Self>,
        entry: &'static Entry,
        words: Vec<String>,
        used: Use,
        (outlet, audience): (Arc<Outlet>, Audience),
    ) {
        let message = self.message(&used, audience);
        if entry.spec.asks() {
            let head = words.last().map(|question| quoted(question)).unwrap_or_default();
            let parsed = Parsed::Command(entry, words);
            let Use { member, spot, .. } = used;
            return self.accept(Job { message, parsed, outlet, member, spot, attachments: Vec::new(), head });
        }
        let (desk, who) = (Arc::clone(self), used.member.id);
        self.tasks.spawn(async move {
            let again = buttons::again(entry, &words);
            let work = obey(message, Parsed::Command(entry, words), &desk.services);
            let routed = or_soon(work, || outlet.announce()).await;
            desk.reply(&outlet, who, routed, again).await;
        });
    }

    /// A command as a message without text: what it says is known already.
    fn message(&self, used: &Use, audience: Audience) -> Message {
        Message {
            person: Person { id: used.member.id.to_string().into(), role: used.role },
            place: place(used.guild, used.channel),
            text: String::new(),
            at: used.received.at,
            received: used.received.since,
            audience: if used.guild.is_none() { Audience::Asker } else { audience },
            readable: rights::readable(&self.cache(), used.spot, &used.member, audience),
            id: None,
            reply_to: None,
            quoted: None,
            pictures: Vec::new(),
        }
    }

    fn outlet(&self, interaction: (InteractionId, &str, ChannelId), how: (Audience, Way)) -> Outlet {
        Outlet::interaction(&self.http, interaction, how)
    }

    async fn suggest(&self, command: &CommandInteraction, received: Received) {
        let used =
            self.use_of((&command.user, command.member.as_deref()), (command.guild_id, command.channel_id), received);
        let (path, _) = filled_in(command.data.name.clone(), &command.data.options);
        let (Some(entry), Some(focused)) = (slash::find(&path), command.data.autocomplete()) else { return };
        let message = self.message(&used, Audience::Asker);
        let context = Context {
            services: self.services.clone(),
            person: message.person,
            place: message.place,
            reply_to: None,
            audience: message.audience,
            readable: message.readable,
            now: message.at,
        };
        let fitting = if rights::is_allowed(&self.settings, used.spot, &used.member.roles, used.role) {
            commands::suggest(entry, focused.name, focused.value, &context).await.unwrap_or_default()
        } else {
            Vec::new()
        };
        // Discord takes nothing longer than 100 characters.
        let choices = fitting.into_iter().filter(|value| value.chars().count() <= 100);
        let choices = choices.map(|value| AutocompleteChoice::new(value.clone(), value)).collect();
        let response = CreateAutocompleteResponse::new().set_choices(choices);
        // Who types on has asked again already.
        _ = CreateInteractionResponse::Autocomplete(response).execute(&self.http, (command.id, &command.token)).await;
    }

    async fn pressed(&self, pressed: &ComponentInteraction, received: Received) {
        let used =
            self.use_of((&pressed.user, pressed.member.as_ref()), (pressed.guild_id, pressed.channel_id), received);
        let interaction = (pressed.id, pressed.token.as_str(), pressed.channel_id);
        let press = Press::read(&pressed.data.custom_id);
        let aside = self.outlet(interaction, (Audience::Asker, Way::Anew));
        if !rights::is_allowed(&self.settings, used.spot, &used.member.roles, used.role) {
            return self.complain(&aside, used.member.id, NOT_HERE).await;
        }
        match (&press, press.as_ref().and_then(Press::command)) {
            (Some(Press::Stop(whose)), _) if *whose == used.member.id || used.role >= Role::Admin => {
                let (whose, channel) = (whose.to_string().into(), used.channel.to_string().into());
                if !self.services.assistant.is_answering(&whose, &channel) {
                    return self.update(&aside, &broken_off(&pressed.message.content)).await;
                }
                self.acknowledge(pressed).await;
                self.services.assistant.stop(&whose, &channel);
            }
            (Some(Press::Stop(_)), _) => {
                let sentence = "only who asked, or an admin, can stop this answer";
                self.complain(&aside, used.member.id, sentence).await;
            }
            (Some(press), Some((entry, words))) => {
                let seen_by = match press {
                    Press::Csv { .. } => Audience::Asker,
                    _ if is_private(pressed) => Audience::Asker,
                    _ => Audience::Everyone,
                };
                let way = if matches!(press, Press::Window { .. }) { Way::InPlace } else { Way::Anew };
                let outlet = self.outlet(interaction, (seen_by, way));
                self.look_again((entry, words), &used, (&outlet, seen_by), press).await;
            }
            _ => {
                let sentence = "this button is from another version of me: type the command again";
                self.complain(&aside, used.member.id, sentence).await;
            }
        }
    }

    /// Runs a command again, as the person who pressed may see it. A new look at time takes the place of the old one; a file
    /// is for who pressed.
    async fn look_again(
        &self,
        (entry, words): (&'static Entry, Vec<String>),
        used: &Use,
        (outlet, audience): (&Outlet, Audience),
        press: &Press,
    ) {
        let again: Vec<CreateActionRow> = buttons::again(entry, &words);
        let message = self.message(used, audience);
        let work = obey(message, Parsed::Command(entry, words), &self.services);
        let routed = or_soon(work, || outlet.announce()).await;
        let updates = matches!(press, Press::Window { .. });
        match routed {
            Routed::Reply(mut reply) if updates => {
                reply.blocks = self.painted(reply.blocks, outlet.files()).await;
                let drafts = drafts(&reply.blocks, again);
                match drafts.as_slice() {
                    [one] => self.update(outlet, one).await,
                    _ => self.reply(outlet, used.member.id, Routed::Reply(reply), Vec::new()).await,
                }
            }
            Routed::Reply(reply) => self.reply(outlet, used.member.id, Routed::Reply(reply), Vec::new()).await,
            other => self.reply(outlet, used.member.id, other, Vec::new()).await,
        }
    }

    async fn update(&self, outlet: &Outlet, draft: &Draft) {
        if let Err(trouble) = outlet.update(draft).await {
            tracing::warn!("a reply could not be brought up to date: {trouble}");
        }
    }

    async fn acknowledge(&self, pressed: &ComponentInteraction) {
        let done = CreateInteractionResponse::Acknowledge.execute(&self.http, (pressed.id, &pressed.token)).await;
        if done.is_err() {
            tracing::debug!("a press of a button could not be acknowledged");
        }
    }
}

/// What is left of an answer that nobody writes on, as after a crash: without its button.
fn broken_off(text: &str) -> Draft {
    let text = text.strip_suffix(CURSOR).unwrap_or(text);
    Draft { text: format!("{text}\n-# (The answer broke off here.)"), ..Draft::default() }
}

/// Whether only one person sees the message that a button belongs to.
fn is_private(pressed: &ComponentInteraction) -> bool {
    pressed.message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL))
}

/// The words of a command, and what was filled into its options.
fn filled_in(name: String, options: &[CommandDataOption]) -> (String, Vec<Filled>) {
    let (mut path, mut options) = (name, options);
    while let Some(CommandDataOptionValue::SubCommand(below) | CommandDataOptionValue::SubCommandGroup(below)) =
        options.first().map(|option| &option.value)
    {
        path = format!("{path} {}", options[0].name);
        options = below;
    }
    let filled = options.iter().filter_map(|option| Some((option.name.clone(), as_text(&option.value)?)));
    (path, filled.collect())
}

fn as_text(value: &CommandDataOptionValue) -> Option<String> {
    match value {
        CommandDataOptionValue::String(text) => Some(text.clone()),
        CommandDataOptionValue::Boolean(yes) => Some(yes.to_string()),
        CommandDataOptionValue::Integer(number) => Some(number.to_string()),
        CommandDataOptionValue::Number(number) => Some(number.to_string()),
        CommandDataOptionValue::User(user) => Some(user.to_string()),
        _ => None,
    }
}

/// A question as a quotation in one line, so that all can see what is answered.
fn quoted(question: &str) -> String {
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if line.chars().count() > QUOTED { "…" } else { "" };
    format!("> {}{more}\n", line.chars().take(QUOTED).collect::<String>())
}

/// What comes of some work. If it takes long, something is done first: who waits is told that it is coming.
async fn or_soon<T, A: Future<Output = ()>>(work: impl Future<Output = T>, tell: impl FnOnce() -> A) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = tokio::time::sleep(SOON) => tell().await,
    }
    work.await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How often who waits was told, when work took so long.
    async fn told_after(work: Duration) -> usize {
        let told = Cell::new(0);
        let done = or_soon(tokio::time::sleep(work), async || told.set(told.get() + 1));
        done.await;
        told.get()
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_long_is_told_once_and_nobody_else_is() {
        assert_eq!(told_after(SOON - Duration::from_millis(1)).await, 0);
        assert_eq!(told_after(SOON + Duration::from_millis(1)).await, 1);
        assert_eq!(told_after(Duration::from_secs(60)).await, 1);
    }

    #[test]
    fn questions_are_quoted_in_one_line() {
        assert_eq!(quoted("why\n is  it so?"), "> why is it so?\n");
        assert_eq!(quoted(&"x".repeat(400)), format!("> {}…\n", "x".repeat(300)));
    }
}
