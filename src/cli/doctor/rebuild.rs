//! `--rebuild`: makes what is derived from the rows of the store anew, with a progress bar.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::commands::UserError;
use crate::config::Config;
use crate::store::{Access, Change, Store, StoreOptions, Want, question};

/// How often the bar is drawn anew.
const STEP: Duration = Duration::from_millis(200);

/// Rebuilds, and says what came of it in a sentence.
pub async fn rebuild(config: &Config) -> anyhow::Result<String> {
    let path = &config.store;
    if !path.is_file() {
        return Err(
            UserError(format!("there is no store at {}, so there is nothing to rebuild", path.display())).into()
        );
    }
    let options = StoreOptions { privacy: config.privacy, retention: config.retention, want: Want::Write };
    let store = Store::open(path, options).map_err(|error| UserError(error.to_string()))?;
    if let Access::ReadOnly { reason } = store.access() {
        return Err(UserError(reason).into());
    }
    let rows = Arc::new(AtomicU64::new(0));
    let total = store.ask(question::Inventory).await?.calls;
    let change = store.apply(Change::Rebuild { rows: Arc::clone(&rows) });
    let rebuilt = with_a_bar(change, total, &rows).await?;
    store.close().await;
    let right = match rebuilt.changed {
        0 => "all of it was right before".into(),
        1 => "1 sum was wrong and is right now".into(),
        n => format!("{n} sums were wrong and are right now"),
    };
    Ok(format!("Rebuilt from {} rows: {right}.", rebuilt.added))
}

async fn with_a_bar<T>(work: impl Future<Output = T>, total: u64, rows: &AtomicU64) -> T {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} rows, {eta} left") {
        bar.set_style(style);
    }
    tokio::pin!(work);
    let done = loop {
        match tokio::time::timeout(STEP, work.as_mut()).await {
            Ok(done) => break done,
            Err(_) => bar.set_position(rows.load(Ordering::Relaxed)),
        }
    };
    bar.finish_and_clear();
    done
}
