//! Who asks, and where: four communities and direct messages. In each a few people ask most.

use super::chance::Chance;
use crate::model::{Call, ChannelId, GuildId, UserId};

/// Everybody.
pub(super) struct People {
    groups: Vec<Group>,
}

/// A community, or all who write direct messages.
struct Group {
    guild: Option<GuildId>,
    channels: Vec<ChannelId>,
    users: Vec<UserId>,
}

/// Somebody somewhere, by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    group: usize,
    channel: usize,
    user: usize,
}

/// The share of the traffic of each community, its channels, its people; the last line is that of direct messages.
const GROUPS: [(f64, usize, usize); 5] = [(0.42, 6, 140), (0.25, 4, 80), (0.15, 3, 45), (0.08, 2, 20), (0.10, 0, 40)];

const SHARES: [f64; 5] = [GROUPS[0].0, GROUPS[1].0, GROUPS[2].0, GROUPS[3].0, GROUPS[4].0];

impl People {
    pub fn new() -> Self {
        let mut met = 0;
        let groups = GROUPS.iter().enumerate().map(|(index, &(_, channels, people))| {
            let users = (met..met + people).map(|number| UserId::from(format!("demo-user-{:03}", number + 1)));
            met += people;
            Group::new(index + 1, channels, users.collect())
        });
        Self { groups: groups.collect() }
    }

    /// Somebody. The square makes the first tenth of a community's people ask a third of its questions.
    pub fn pick(&self, chance: &mut Chance) -> Spot {
        let group = chance.one_of(&SHARES);
        let Group { guild, channels, users } = &self.groups[group];
        let user = (chance.share().powi(2) * users.len() as f64) as usize;
        let channel = if guild.is_some() { chance.below(channels.len()) } else { user };
        Spot { group, channel, user }
    }

    /// Somebody who reads what was asked there: anyone of the community, or in direct messages the same person.
    pub fn neighbour(&self, spot: Spot, chance: &mut Chance) -> Spot {
        let Group { guild, users, .. } = &self.groups[spot.group];
        if guild.is_some() { Spot { user: chance.below(users.len()), ..spot } } else { spot }
    }

    /// Writes into a call who asked, and where.
    pub fn name(&self, Spot { group, channel, user }: Spot, call: &mut Call) {
        let group = &self.groups[group];
        call.guild.clone_from(&group.guild);
        call.channel = group.channels.get(channel).cloned();
        call.user = group.users.get(user).cloned();
    }
}

impl Group {
    fn new(number: usize, channels: usize, users: Vec<UserId>) -> Self {
        if channels == 0 {
            let channels = users.iter().map(|user| ChannelId::from(format!("dm:{user}")));
            return Self { guild: None, channels: channels.collect(), users };
        }
        let guild = format!("demo-guild-{number}");
        let channel = |channel| ChannelId::from(format!("{guild}-channel-{}", channel + 1));
        Self { channels: (0..channels).map(channel).collect(), guild: Some(guild.into()), users }
    }
}
