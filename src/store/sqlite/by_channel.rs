//! What the last calls of a window came to in each channel.

use std::collections::BTreeMap;

use rusqlite::{Result, Row, params};

use super::dictionary::{self, Kind};
use super::narrow::Narrow;
use super::row::{self, Columns};
use super::snapshot::{FAR, Snapshot};
use crate::model::{Brief, Call, ChannelId, ModelName, NanoUsd, Readable, Timestamp, Usage};
use crate::store::question::{ByChannel, Channels, Question};

/// The rows are bounded before they are narrowed, so that a small guild among many calls is no long walk.
const LAST: &str =
    "SELECT at, guild, user, model, query_type, channel, outcome, response_us, input_tokens, output_tokens, cost_nusd
    FROM calls WHERE at >= ?1 AND at < ?2 ORDER BY at DESC, id DESC LIMIT ?3";

impl Question for ByChannel {
    type Answer = Channels;

    fn answer(&self, snapshot: &Snapshot<'_>) -> Result<Self::Answer> {
        let Some(narrow) = snapshot.narrow(&self.scope, &self.filter)? else { return Ok(Channels::default()) };
        let (any, mut sums) = (ModelName::from(""), BTreeMap::<i64, Brief>::new());
        let (mut looked_at, mut first) = (0, self.window.to);
        snapshot.each(LAST, params![self.window.from.0, self.window.to.0, FAR], |row| {
            let asked = Asked::read(row, &any)?;
            (looked_at, first) = (looked_at + 1, asked.call.at);
            if asked.counts(&narrow) {
                sums.entry(asked.channel).or_default().record(&asked.call);
            }
            Ok(())
        })?;
        let channels = self.named(snapshot, sums)?;
        Ok(Channels { channels, since: (looked_at == FAR).then_some(first) })
    }
}

/// A call, with numbers for names; 0 for none.
struct Asked {
    guild: i64,
    user: i64,
    model: i64,
    channel: i64,
    call: Call,
}

impl Asked {
    fn read(row: &Row<'_>, any: &ModelName) -> Result<Self> {
        let mut columns = Columns { row, next: 0 };
        let mut call = Call::new(Timestamp(columns.next()?), any.clone());
        let guild = columns.next::<Option<i64>>()?.unwrap_or(0);
        let user = columns.next::<Option<i64>>()?.unwrap_or(0);
        let model = columns.next()?;
        call.query_type = row::query_type(columns.next()?);
        let channel = columns.next::<Option<i64>>()?.unwrap_or(0);
        call.outcome = row::outcome(columns.next()?);
        call.times.response = columns.micros()?;
        call.usage = Usage { input: columns.next()?, output: columns.next()?, ..Usage::default() };
        call.cost = columns.next::<Option<i64>>()?.map(NanoUsd);
        Ok(Self { guild, user, model, channel, call })
    }

    fn counts(&self, narrow: &Narrow) -> bool {
        narrow.guild.is_none_or(|wanted| wanted == self.guild)
            && narrow.user.is_none_or(|wanted| wanted == self.user)
            && narrow.model.is_none_or(|wanted| wanted == self.model)
            && narrow.query_type.is_none_or(|wanted| wanted == self.call.query_type as usize)
    }
}

impl ByChannel {
    /// With names for numbers, as far as they may be named; dearest first.
    fn named(&self, snapshot: &Snapshot<'_>, sums: BTreeMap<i64, Brief>) -> Result<Vec<(Option<ChannelId>, Brief)>> {
        let mut named: BTreeMap<Option<ChannelId>, Brief> = BTreeMap::new();
        for (number, brief) in sums {
            let channel = match number {
                0 => None,
                number => Some(ChannelId::from(dictionary::name(snapshot.db, Kind::Channel, number)?)),
            };
            let channel = channel.filter(|channel| match &self.readable {
                Readable::All => true,
                Readable::Channels(channels) => channels.contains(channel),
            });
            named.entry(channel).or_default().merge(&brief);
        }
        let mut named: Vec<_> = named.into_iter().collect();
        named.sort_by(|a, b| (b.1.cost.sum, b.1.calls, &a.0).cmp(&(a.1.cost.sum, a.1.calls, &b.0)));
        Ok(named)
    }
}
