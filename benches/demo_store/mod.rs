//! A store filled with the demonstration's traffic of 30 days, kept in the build folder and used again.

use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono_tz::Tz;
use perfbot::demo::{self, Plan, Traffic};
use perfbot::model::{Call, ChannelId, GuildId, Timestamp};
use perfbot::store::{Change, ImportSession, Store, StoreOptions};

/// The end of the traffic, 2026-11-21T12:34:56Z: neither an hour nor a day.
pub const END: Timestamp = Timestamp(1_795_264_496_000_000);

/// Calls that are added at once.
const PART: usize = 32_768;

/// Where all calls of communities are put.
pub struct Town {
    /// The guild.
    pub guild: GuildId,
    /// Its one channel.
    pub channel: ChannelId,
}

/// A store with so many calls; made unless it is there.
pub async fn filled(calls: u64, town: &Town) -> PathBuf {
    let name = format!("demo-{calls}-{}-{}", town.guild, town.channel);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let path = folder.join("perfbot.db");
    if !folder.join("full").exists() {
        // What is there was not finished.
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the build folder can be written");
        fill(&path, calls, town).await;
        std::fs::write(folder.join("full"), "").expect("the build folder can be written");
    }
    path
}

async fn fill(path: &Path, calls: u64, town: &Town) {
    let store = Store::open(path, StoreOptions::default()).expect("a new store opens");
    let (start, session) = (Instant::now(), ImportSession::new());
    let plan = Plan { seed: 1, calls, end: END, zone: Tz::UTC, traffic: Traffic::Planted };
    let mut made = demo::calls(&plan).map(|mut logged| {
        town.takes(&mut logged.call);
        logged
    });
    loop {
        let calls: Vec<_> = made.by_ref().take(PART).collect();
        if calls.is_empty() {
            break;
        }
        store.apply(Change::Import { calls, session: session.clone() }).await.expect("the calls can be added");
    }
    store.close().await;
    println!("  filled with {:.0} calls a second", calls as f64 / start.elapsed().as_secs_f64());
}

impl Town {
    /// Puts a call of a community here; what is said in private stays there.
    fn takes(&self, call: &mut Call) {
        if call.guild.is_some() {
            (call.guild, call.channel) = (Some(self.guild.clone()), Some(self.channel.clone()));
        }
    }
}
