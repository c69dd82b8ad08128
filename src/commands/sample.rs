//! The calls of a window that rules look at one by one: a sample of them, with what their models cost and what of them may
//! be shown to whoever asks. It depends on the window alone, not on when it is drawn.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::context::Context;
use super::failure::Failure;
use super::kept::rows_since;
use crate::advisor::Glimpse;
use crate::advisor::bottleneck::Input;
use crate::model::calendar::first_moment;
use crate::model::{Call, DatedHour, Filter, ModelName, Rates, Readable, StoredCall, Timestamp, Window};
use crate::store::question;

/// The most calls that are looked at one by one, and some.
const SAMPLE: u64 = 20_000;

/// What rules look at in a window, as far back as single calls are there, without what was found or asked outside of it. Prices are
/// those of its end.
pub async fn sampled(window: Window, cx: &Context) -> Result<Input, Failure> {
    let rows_since = rows_since(window, cx).await?;
    let window = Window { from: rows_since.unwrap_or(window.from), ..window };
    let (scope, filter) = (cx.scope(), Filter::default());
    let hours = question::DatedHours { window, scope: scope.clone(), filter: filter.clone(), zone: Tz::UTC };
    let cells = question::Cells { window, scope, filter };
    let (groups, hours) = cx.services.store.ask((cells, hours)).await?;
    let sample = cx.veiled(drawn(window, &hours, cx).await?);
    Ok(Input {
        window,
        rows_since,
        zone: cx.services.zone,
        groups,
        models: models(&sample, window.to, cx),
        sample: sample.into_iter().map(|row| glimpsed(row, cx)).collect(),
        asked_today: None,
        kept: Vec::new(),
    })
}

/// Of each hour as large a share of its calls as of all, the last ones: what happens at one hour weighs what it should.
async fn drawn(window: Window, hours: &[DatedHour], cx: &Context) -> Result<Vec<StoredCall>, Failure> {
    let calls: u64 = hours.iter().map(|hour| hour.brief.calls).sum();
    let share = (SAMPLE as f64 / calls.max(1) as f64).min(1.0);
    let recent = |hour: &DatedHour| {
        let time = u32::try_from(hour.hour).ok().and_then(|at| hour.date.and_hms_opt(at, 0, 0))?;
        let from = first_moment(time, Tz::UTC);
        let within = Window { from: from.max(window.from), to: from.plus(Timestamp::HOUR).min(window.to) };
        let limit = (hour.brief.calls as f64 * share).ceil() as u32;
        Some(question::Recent { window: within, scope: cx.scope(), filter: Filter::default(), limit })
    };
    let pieces = cx.services.store.ask(hours.iter().filter_map(recent).collect::<Vec<_>>()).await?;
    Ok(pieces.into_iter().flatten().collect())
}

/// What the models of some calls cost at a moment, and whether they run on the hoster's own machine: those that are set up, and others by
/// what their providers call them.
fn models(sample: &[StoredCall], at: Timestamp, cx: &Context) -> BTreeMap<ModelName, (Option<Rates>, bool)> {
    let mut models = BTreeMap::new();
    for StoredCall { call, .. } in sample {
        if !models.contains_key(&call.model) {
            models.insert(call.model.clone(), offer(call, at, cx));
        }
    }
    models
}

fn offer(call: &Call, at: Timestamp, cx: &Context) -> (Option<Rates>, bool) {
    let assistant = &cx.services.assistant;
    let spec = assistant.catalogue().get(call.model.as_str()).cloned();
    if let Some(spec) = spec {
        return (assistant.rates(&spec, at), spec.local);
    }
    let id = call.answered_by.as_ref().unwrap_or(&call.model).as_str();
    let own = call.provider.as_ref().and_then(|provider| assistant.prices().lookup(provider.as_str(), id, at));
    let price = own.or_else(|| assistant.prices().lookup_any(call.model.as_str(), at));
    (price.map(|price| (*price.rates).clone()), false)
}

/// A call, with what of it may be shown.
pub fn glimpsed(row: StoredCall, cx: &Context) -> (Call, Option<Glimpse>) {
    let shown = match &cx.readable {
        Readable::All => true,
        Readable::Channels(channels) => row.call.channel.as_ref().is_some_and(|channel| channels.contains(channel)),
    };
    (row.call, shown.then_some(Glimpse { id: row.id, preview: row.preview }))
}
