//! Since when single calls are there: of older ones the host may have kept only what they came to.

use super::context::Context;
use super::failure::Failure;
use crate::model::{Filter, Timestamp, Window};
use crate::store::question;

/// The first full hour of a window all of whose calls are there, if earlier ones of it are counted only.
pub async fn rows_since(window: Window, cx: &Context) -> Result<Option<Timestamp>, Failure> {
    let (store, scope) = (&cx.services.store, cx.scope());
    let first = store.ask(question::Extent { scope: scope.clone() }).await?.map_or(window.to, |rows| rows.from);
    let before = Window { to: first.floor_to(Timestamp::HOUR).min(window.to), ..window };
    if before.from >= before.to {
        return Ok(None);
    }
    let counted = store.ask(question::Cells { window: before, scope, filter: Filter::default() }).await?;
    let since = first.plus(Timestamp::HOUR - 1).floor_to(Timestamp::HOUR).min(window.to);
    Ok((!counted.is_empty()).then_some(since))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::commands::testing::owner_of_store;
    use crate::model::{QueryType, Retention};
    use crate::store::StoreOptions;
    use crate::testing::call;

    #[tokio::test]
    async fn of_what_is_only_counted_no_single_call_is_claimed() {
        let of_day = |day: u64| {
            (0..40).map(move |n| {
                let call = call("sim-deep").at(&format!("2026-11-{day}T10:{n:02}:00Z")).user("ann");
                call.query_type(QueryType::Code).ms(4_000 + 100 * day + n).tokens(900, 300).cost_usd(0.01)
            })
        };
        let retention = Retention { rows: Some(Duration::from_hours(48)), ..Retention::default() };
        let options = StoreOptions { retention, ..StoreOptions::default() };
        let owner = owner_of_store(options, (12..=20).flat_map(of_day)).await;
        owner.trims().await;
        let lines = |reply: String| {
            let wanted = |line: &&str| ["n=", "Single calls", "1. "].iter().any(|part| line.contains(part));
            reply.lines().filter(wanted).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(lines(owner.says("!perf slowest --last 30d").await), @"
        🐌 Slowest Queries (last 30d, n=360)
        1. 6.0s – Code generation
        Common Causes (slowest 5%, n=18):
        Single calls are kept from 2026-11-20 10:00 UTC on; of earlier ones only sums are.
        ");
        insta::assert_snapshot!(lines(owner.says("!perf bottlenecks --last 30d").await), @"
        🔍 Performance Bottlenecks (last 30d, n=40)
        Single calls are kept from 2026-11-20 10:00 UTC on; of earlier ones only sums are.
        ");
        insta::assert_snapshot!(lines(owner.says("!perf bottlenecks --last 24h").await), @"🔍 Performance Bottlenecks (last 24h, n=0)");
    }
}
