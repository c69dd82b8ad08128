//! The arithmetic of permissions, case by case.

use serenity::model::Permissions as May;

use super::super::permissions::{Overwrite, Standing, Target, in_channel, in_guild};

const EVERYONE: u64 = 1;
const OPS: u64 = 2;
const GUESTS: u64 = 3;
const ANN: u64 = 9;

const BASE: May = May::VIEW_CHANNEL.union(May::SEND_MESSAGES).union(May::EMBED_LINKS);

/// What ann may do, who has two roles.
fn ann(granted: May, overwrites: &[Overwrite]) -> May {
    in_channel(&standing(granted, false), overwrites)
}

fn standing(granted: May, owner: bool) -> Standing<'static> {
    Standing { user: ANN, owner, everyone: EVERYONE, roles: &[OPS, GUESTS], granted }
}

fn over(target: Target, allow: May, deny: May) -> Overwrite {
    Overwrite { target, allow, deny }
}

#[test]
fn without_overwrites_it_is_what_the_roles_grant() {
    assert_eq!(ann(BASE, &[]), BASE);
    assert_eq!(in_guild(&standing(BASE, false)), BASE);
}

#[test]
fn owners_and_administrators_may_do_everything_everywhere() {
    let closed = [over(Target::Role(EVERYONE), May::empty(), May::all())];
    assert_eq!(in_channel(&standing(BASE, true), &closed), May::all());
    assert_eq!(ann(May::ADMINISTRATOR, &closed), May::all());
}

#[test]
fn a_roles_overwrite_wins_over_everyones() {
    let closed = over(Target::Role(EVERYONE), May::empty(), May::VIEW_CHANNEL);
    assert_eq!(ann(BASE, &[closed]), May::empty());
    assert_eq!(ann(BASE, &[over(Target::Role(OPS), May::VIEW_CHANNEL, May::empty()), closed]), BASE);
}

#[test]
fn among_roles_what_is_allowed_wins() {
    let ops = over(Target::Role(OPS), May::empty(), May::SEND_MESSAGES);
    let guests = over(Target::Role(GUESTS), May::SEND_MESSAGES, May::empty());
    assert_eq!(ann(BASE, &[ops, guests]), BASE);
    assert_eq!(ann(BASE, &[ops]), May::VIEW_CHANNEL);
}

#[test]
fn ones_own_overwrite_wins_over_all_roles() {
    let guests = over(Target::Role(GUESTS), May::ADD_REACTIONS, May::empty());
    let own = over(Target::Member(ANN), May::ATTACH_FILES, May::ADD_REACTIONS | May::EMBED_LINKS);
    assert_eq!(ann(BASE, &[own, guests]), (BASE - May::EMBED_LINKS) | May::ATTACH_FILES);
}

#[test]
fn overwrites_of_others_change_nothing() {
    let others = [over(Target::Role(7), May::empty(), May::all()), over(Target::Member(8), May::empty(), May::all())];
    assert_eq!(ann(BASE, &others), BASE);
}

#[test]
fn who_may_not_send_cannot_send_anything_along() {
    let quiet = over(Target::Role(EVERYONE), May::empty(), May::SEND_MESSAGES);
    assert_eq!(ann(BASE | May::ATTACH_FILES | May::MENTION_EVERYONE, &[quiet]), May::VIEW_CHANNEL);
}
