#[allow(dead_code)]
mod demo_store;
use chrono_tz::Tz;
use demo_store::{END, Town};
use perfbot::model::{Filter, Scope, Timestamp, Window};
use perfbot::store::question::*;
use perfbot::store::{Question, Store, StoreOptions};
use std::time::Instant;
fn timed<Q: Question>(store: &Store, what: &str, q: &Q) {
    let mut times: Vec<f64> = (0..30)
        .map(|_| {
            let s = Instant::now();
            std::hint::black_box(store.ask_blocking(q).unwrap());
            s.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{what:40} {:.2} ({:.2}..{:.2})", times[15], times[0], times[29]);
}
fn main() {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let town = Town { guild: "town".into(), channel: "general".into() };
    let path = rt.block_on(demo_store::filled(10_000_000, &town));
    let store = Store::open(&path, StoreOptions::default()).unwrap();
    let scope = Scope::All;
    let filter = Filter::default();
    let w = |days: i64| Window { from: END.floor_to(Timestamp::HOUR).plus(-days * Timestamp::DAY), to: END };
    let day = w(1);
    for (name, scope, readable) in [
        ("all", Scope::All, perfbot::model::Readable::All),
        ("guild", Scope::Guild("town".into()), perfbot::model::Readable::All),
        ("channel", Scope::Guild("town".into()), perfbot::model::Readable::Channels(vec!["general".into()])),
    ] {
        println!("{name}");
        timed(
            &store,
            "slowest 5",
            &Slowest { window: day, scope: scope.clone(), readable: readable.clone(), filter: filter.clone(), top: 5 },
        );
        timed(
            &store,
            "slowest tail",
            &Slowest { window: day, scope: scope.clone(), readable, filter: filter.clone(), top: 1000 },
        );
        timed(
            &store,
            "recent",
            &Recent {
                window: day,
                scope: scope.clone(),
                filter: Filter { model: Some("sim-elk".into()), ..filter.clone() },
                limit: 1000,
            },
        );
        timed(&store, "recent all", &Recent { window: day, scope: scope.clone(), filter: filter.clone(), limit: 1000 });
    }
    rt.block_on(store.close());
}
