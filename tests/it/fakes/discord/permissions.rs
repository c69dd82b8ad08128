//! Who may do what where: Discord's arithmetic of roles and overwrites, as its documentation spells it out. Pure: it
//! knows no world, only bits.

use serenity::model::Permissions;

use super::world::Id;

/// What one channel allows and denies a role or a member, on top of what they may elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overwrite {
    pub target: Target,
    pub allow: Permissions,
    pub deny: Permissions,
}

/// Whom an overwrite is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Role(Id),
    Member(Id),
}

/// Somebody in a server, as far as permissions are concerned.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    pub user: Id,
    pub owner: bool,
    /// The role that everybody has; its id is the server's.
    pub everyone: Id,
    pub roles: &'a [Id],
    /// What all of their roles allow, taken together.
    pub granted: Permissions,
}

/// What a member may do in the server as such. An administrator, like the owner, may do everything.
pub fn in_guild(standing: &Standing) -> Permissions {
    if standing.owner || standing.granted.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    standing.granted
}

/// What a member may do in a channel with these overwrites: first everyone's, then those of all their roles together,
/// then their own; in each step what is allowed wins over what is denied.
pub fn in_channel(standing: &Standing, overwrites: &[Overwrite]) -> Permissions {
    let base = in_guild(standing);
    if base.contains(Permissions::ADMINISTRATOR) {
        return base;
    }
    let everyone = |target| target == Target::Role(standing.everyone);
    let roles = |target| match target {
        Target::Role(role) => role != standing.everyone && standing.roles.contains(&role),
        Target::Member(_) => false,
    };
    let own = |target| target == Target::Member(standing.user);
    let after = apply(base, overwrites, everyone);
    let after = apply(after, overwrites, roles);
    without_what_depends(apply(after, overwrites, own))
}

fn apply(base: Permissions, overwrites: &[Overwrite], concerns: impl Fn(Target) -> bool) -> Permissions {
    let concerned = overwrites.iter().filter(|overwrite| concerns(overwrite.target));
    let (mut allow, mut deny) = (Permissions::empty(), Permissions::empty());
    for overwrite in concerned {
        allow |= overwrite.allow;
        deny |= overwrite.deny;
    }
    (base & !deny) | allow
}

/// Who does not see a channel can do nothing in it, and who may not send cannot send anything along either.
fn without_what_depends(permissions: Permissions) -> Permissions {
    if !permissions.contains(Permissions::VIEW_CHANNEL) {
        return Permissions::empty();
    }
    let sending = Permissions::SEND_MESSAGES | Permissions::SEND_MESSAGES_IN_THREADS;
    if permissions.intersects(sending) {
        return permissions;
    }
    permissions
        & !(Permissions::EMBED_LINKS
            | Permissions::ATTACH_FILES
            | Permissions::MENTION_EVERYONE
            | Permissions::SEND_TTS_MESSAGES)
}

/// What everybody may do in a new server.
pub const EVERYONE: Permissions = Permissions::from_bits_truncate(
    Permissions::VIEW_CHANNEL.bits()
        | Permissions::SEND_MESSAGES.bits()
        | Permissions::SEND_MESSAGES_IN_THREADS.bits()
        | Permissions::CREATE_PUBLIC_THREADS.bits()
        | Permissions::EMBED_LINKS.bits()
        | Permissions::ATTACH_FILES.bits()
        | Permissions::READ_MESSAGE_HISTORY.bits()
        | Permissions::ADD_REACTIONS.bits()
        | Permissions::USE_APPLICATION_COMMANDS.bits(),
);

/// What a careful invite link asks for; it is what the bot's own role allows at first.
pub const INVITE: Permissions = Permissions::from_bits_truncate(
    Permissions::VIEW_CHANNEL.bits()
        | Permissions::SEND_MESSAGES.bits()
        | Permissions::SEND_MESSAGES_IN_THREADS.bits()
        | Permissions::EMBED_LINKS.bits()
        | Permissions::ATTACH_FILES.bits()
        | Permissions::READ_MESSAGE_HISTORY.bits(),
);
