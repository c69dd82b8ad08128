//! People, servers, roles and channels as tests hold them: small handles whose methods change the fake Discord at once, and
//! tell the bot if it is connected. So the same words set a scene and change it later.

use std::fmt;
use std::sync::Arc;

use serenity::model::Permissions;

use super::hub::Hub;
use super::permissions::{Overwrite, Target};
use super::said::Said;
use super::transcript;
use super::world::{GuildState, Id, Kind, Member, News, Place};

/// A handle: something of this fake, by its id.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            pub(super) hub: Arc<Hub>,
            pub(super) id: Id,
        }

        impl $name {
            pub(super) fn new(hub: &Arc<Hub>, id: Id) -> Self {
                Self { hub: Arc::clone(hub), id }
            }

            /// Its snowflake.
            pub fn id(&self) -> Id {
                self.id
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.id == other.id
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.id)
            }
        }
    };
}
pub(super) use handle;

handle!(
    /// A server.
    Guild
);
handle!(
    /// A text channel, a thread, or somebody's direct messages with the bot.
    Channel
);
handle!(
    /// A role of a server.
    Role
);
handle!(
    /// Somebody: a human, a bot, or the name a webhook writes under.
    Person
);

/// Whom an overwrite of a channel can be about.
pub trait Whom {
    fn target(&self) -> Target;
}

impl Whom for Person {
    fn target(&self) -> Target {
        Target::Member(self.id)
    }
}

impl Whom for Role {
    fn target(&self) -> Target {
        Target::Role(self.id)
    }
}

impl Guild {
    /// Whose server it is.
    pub fn owner(&self) -> Person {
        Person::new(&self.hub, self.hub.look(|world| world.guild(self.id).owner))
    }

    /// The role that everybody has.
    pub fn everyone(&self) -> Role {
        Role::new(&self.hub, self.id)
    }

    /// The bot's own role, which its invite made.
    pub fn role_of_bot(&self) -> Role {
        let own = |world: &super::world::World| {
            let roles = &world.guild(self.id).roles;
            roles.values().find(|role| role.bot.is_some()).map(|role| role.id)
        };
        Role::new(&self.hub, self.hub.look(own).expect("the invite made a role"))
    }

    /// A new text channel. The first one is where notices of the server go.
    pub fn channel(&self, name: &str) -> Channel {
        Channel::new(&self.hub, self.hub.change(|world| world.add_channel(name, Place::Guild(self.id))))
    }

    /// A new role that allows nothing by itself.
    pub fn role(&self, name: &str) -> Role {
        self.role_with(name, Permissions::empty())
    }

    /// A new role that allows this in the whole server.
    pub fn role_with(&self, name: &str, permissions: Permissions) -> Role {
        Role::new(&self.hub, self.hub.change(|world| world.add_role(self.id, name, permissions)))
    }

    /// A new human member.
    pub fn member(&self, name: &str) -> Person {
        self.joined(name, Kind::Human)
    }

    /// A new human member with a role that allows this.
    pub fn member_with(&self, name: &str, permissions: Permissions) -> Person {
        let person = self.member(name);
        self.gives(&person, &self.role_with(&format!("{name}'s role"), permissions));
        person
    }

    /// Another bot.
    pub fn bot(&self, name: &str) -> Person {
        self.joined(name, Kind::Bot)
    }

    /// A webhook. It writes, but is no member and nobody's account.
    pub fn webhook(&self, name: &str) -> Person {
        Person::new(&self.hub, self.hub.change(|world| world.add_user(name, Kind::Webhook)))
    }

    fn joined(&self, name: &str, kind: Kind) -> Person {
        let person = Person::new(&self.hub, self.hub.change(|world| world.add_user(name, kind)));
        self.welcomes(&person);
        person
    }

    /// Somebody joins, or the bot itself after it was removed.
    pub fn welcomes(&self, person: &Person) {
        let (guild, user) = (self.id, person.id);
        self.hub.change(|world| {
            let here = world.guild_mut(guild);
            here.members.insert(user, Member::default());
            let own = here.roles.values().find(|role| role.bot.is_some()).map(|role| role.id);
            if user == world.bot {
                let here = world.guild_mut(guild);
                here.state = GuildState::Here;
                here.members.insert(user, Member { roles: own.into_iter().collect() });
                world.news.push(News::GuildHere(guild));
            } else {
                world.news.push(News::MemberJoined { guild, user });
            }
        });
    }

    /// Somebody leaves or is made to. For the bot the server is gone.
    pub fn removes(&self, person: &Person) {
        let (guild, user) = (self.id, person.id);
        self.hub.change(|world| {
            world.guild_mut(guild).members.remove(&user);
            if user == world.bot {
                world.guild_mut(guild).state = GuildState::Left;
                world.news.push(News::GuildGone { guild, down: false });
            } else {
                world.news.push(News::MemberLeft { guild, user });
            }
        });
    }

    /// Discord loses sight of the server for a while.
    pub fn goes_down(&self) {
        self.hub.change(|world| {
            world.guild_mut(self.id).state = GuildState::Down;
            world.news.push(News::GuildGone { guild: self.id, down: true });
        });
    }

    /// It is back.
    pub fn comes_back(&self) {
        self.hub.change(|world| {
            world.guild_mut(self.id).state = GuildState::Here;
            world.news.push(News::GuildHere(self.id));
        });
    }

    /// Somebody gets a role.
    pub fn gives(&self, person: &Person, role: &Role) {
        self.change_member(person, |roles| roles.push(role.id));
    }

    /// Somebody loses a role.
    pub fn takes(&self, person: &Person, role: &Role) {
        self.change_member(person, |roles| roles.retain(|held| *held != role.id));
    }

    fn change_member(&self, person: &Person, act: impl FnOnce(&mut Vec<Id>)) {
        let (guild, user) = (self.id, person.id);
        self.hub.change(|world| {
            act(&mut world.guild_mut(guild).members.get_mut(&user).expect("a member of this server").roles);
            world.news.push(News::MemberChanged { guild, user });
        });
    }
}

impl Role {
    /// From now on it allows this and nothing else.
    pub fn may(&self, permissions: Permissions) {
        self.hub.change(|world| {
            let home = world.guilds.values_mut().find(|guild| guild.roles.contains_key(&self.id));
            let home = home.expect("a role has a server");
            home.roles.get_mut(&self.id).expect("it was just found").permissions = permissions;
            let guild = home.id;
            world.news.push(News::RoleChanged { guild, role: self.id });
        });
    }

    /// How a message mentions it.
    pub fn mention(&self) -> String {
        format!("<@&{}>", self.id)
    }
}

impl Channel {
    /// Marks it as age-restricted.
    pub fn nsfw(self) -> Self {
        self.changed(|channel| channel.nsfw = true)
    }

    /// Only those see it who are allowed to by name or role, and administrators.
    pub fn hidden_from_everyone(self) -> Self {
        let everyone = Role::new(&self.hub, self.guild_id());
        self.denies(&everyone, Permissions::VIEW_CHANNEL)
    }

    /// Only those with this role see it, and the bot.
    pub fn only_for(self, role: &Role) -> Self {
        let bot = Person::new(&self.hub, self.hub.look(|world| world.bot));
        let hidden = self.hidden_from_everyone();
        hidden.allows(role, Permissions::VIEW_CHANNEL).allows(&bot, Permissions::VIEW_CHANNEL)
    }

    /// Here somebody may do this, whatever they may elsewhere.
    pub fn allows(self, whom: &impl Whom, permissions: Permissions) -> Self {
        self.overwrites(whom.target(), permissions, Permissions::empty())
    }

    /// Here somebody may not do this.
    pub fn denies(self, whom: &impl Whom, permissions: Permissions) -> Self {
        self.overwrites(whom.target(), Permissions::empty(), permissions)
    }

    fn overwrites(self, target: Target, allow: Permissions, deny: Permissions) -> Self {
        self.changed(|channel| {
            let known = channel.overwrites.iter_mut().find(|overwrite| overwrite.target == target);
            match known {
                Some(known) => {
                    known.allow = known.allow & !deny | allow;
                    known.deny = known.deny & !allow | deny;
                }
                None => channel.overwrites.push(Overwrite { target, allow, deny }),
            }
        })
    }

    fn changed(self, act: impl FnOnce(&mut super::world::Channel)) -> Self {
        self.hub.change(|world| {
            act(world.channel_mut(self.id));
            world.news.push(News::ChannelChanged(self.id));
        });
        self
    }

    /// A new public thread in it.
    pub fn thread(&self, name: &str) -> Channel {
        let place = Place::Thread { guild: self.guild_id(), parent: self.id };
        Channel::new(&self.hub, self.hub.change(|world| world.add_channel(name, place)))
    }

    /// A thread goes to sleep. Writing in it wakes it up.
    pub fn archives(self) -> Self {
        self.changed(|channel| channel.archived = true)
    }

    /// It is deleted, with all that stands in it.
    pub fn vanishes(&self) {
        self.hub.change(|world| {
            world.channel_mut(self.id).gone = true;
            world.news.push(News::ChannelGone(self.id));
        });
    }

    /// What stands in it, oldest first, what only one person sees included.
    pub fn messages(&self) -> Vec<Said> {
        let ids: Vec<Id> = self.hub.look(|world| world.messages_in(self.id).map(|message| message.id).collect());
        ids.into_iter().map(|id| Said::new(&self.hub, id)).collect()
    }

    /// What somebody sees in it, as text.
    pub fn seen_by(&self, person: &Person) -> String {
        self.hub.look(|world| transcript::of(world, self.id, Some(person.id)))
    }

    /// How a message mentions it.
    pub fn mention(&self) -> String {
        format!("<#{}>", self.id)
    }

    fn guild_id(&self) -> Id {
        self.hub.look(|world| world.guild_of(self.id)).expect("a channel of a server")
    }
}

impl Person {
    pub fn name(&self) -> String {
        self.hub.look(|world| world.user(self.id).name.clone())
    }

    /// How a message mentions them.
    pub fn mention(&self) -> String {
        format!("<@{}>", self.id)
    }

    /// From now on the bot cannot write to them.
    pub fn closes_dms(&self) {
        self.takes_dms(false);
    }

    /// The bot can write to them again.
    pub fn opens_dms(&self) {
        self.takes_dms(true);
    }

    fn takes_dms(&self, takes: bool) {
        self.hub.change(|world| world.users.get_mut(&self.id).expect("somebody of this world").takes_dms = takes);
    }

    /// Their direct messages with the bot.
    pub fn dm(&self) -> Channel {
        Channel::new(&self.hub, self.hub.change(|world| world.direct_channel(self.id)))
    }
}
