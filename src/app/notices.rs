//! What who hosts the bot should know without asking: that the store cannot be written, that this is over, what was lost.
//! Each is said once.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::store::{Health, StoreError};
use crate::view::format::count;

/// Notices for the host, each a few plain sentences.
pub type Notices = mpsc::UnboundedReceiver<String>;

/// How long nothing more is said after something is over or lost: what happens again and again is one matter.
const QUIET: Duration = Duration::from_secs(600);

/// Watches the store for as long as there is one and somebody listens.
pub fn notices(health: watch::Receiver<Health>) -> Notices {
    let (tell, notices) = mpsc::unbounded_channel();
    tokio::spawn(watch(health, tell));
    notices
}

async fn watch(mut health: watch::Receiver<Health>, tell: mpsc::UnboundedSender<String>) {
    let mut told = Health::default();
    loop {
        let Ok(now) = health.wait_for(|now| news(&told, now).is_some()).await.map(|now| now.clone()) else { return };
        let Some(text) = news(&told, &now) else { continue };
        if tell.send(text).is_err() {
            return;
        }
        told = now;
        if told.trouble.is_none() {
            tokio::time::sleep(QUIET).await;
        }
    }
}

/// What is to be said of the store, if that is news. Of one trouble only that it began and that it is over; and what was
/// lost meanwhile when it is over.
fn news(told: &Health, now: &Health) -> Option<String> {
    let lost = now.lost - told.lost;
    match (&told.trouble, &now.trouble) {
        (None, Some(why)) => Some(begun(why)),
        (Some(_), None) if lost == 0 => Some("All measurements are written again; none was lost.".to_owned()),
        (Some(_), None) => Some(format!("Measurements are written again, but {}.", gone(lost))),
        (None, None) if lost > 0 => Some(format!("My store failed: {}. The log says why.", gone(lost))),
        _ => None,
    }
}

fn begun(why: &StoreError) -> String {
    let why = match why {
        StoreError::Full => "the disk is full: make room",
        StoreError::Busy => "another program has locked the file: end it",
        StoreError::Moved => "the file was moved or deleted: put it back, or restart me to begin a new one",
        _ => "the disk cannot be written: the log says why",
    };
    format!(
        "I cannot write my measurements, because {why}. I go on answering; what is measured meanwhile waits in memory, and \
         is written once this is over."
    )
}

fn gone(lost: u64) -> String {
    match lost {
        1 => "1 call could not be kept and is missing in all figures".to_owned(),
        _ => format!("{} calls could not be kept and are missing in all figures", count(lost)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Store {
        health: watch::Sender<Health>,
        notices: Notices,
    }

    impl Store {
        fn new() -> Self {
            let health = watch::Sender::default();
            let notices = notices(health.subscribe());
            Self { health, notices }
        }

        async fn comes_to(&mut self, trouble: Option<StoreError>, lost: u64) -> Vec<String> {
            self.health.send_replace(Health { trouble, lost });
            // Whatever is going to be said has been said by then; no time passes on the clock of these tests.
            tokio::time::sleep(Duration::from_millis(1)).await;
            std::iter::from_fn(|| self.notices.try_recv().ok()).collect()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_trouble_is_told_once_and_once_when_it_is_over() {
        let mut store = Store::new();
        insta::assert_snapshot!(store.comes_to(Some(StoreError::Full), 0).await.join("\n"), @"I cannot write my measurements, because the disk is full: make room. I go on answering; what is measured meanwhile waits in memory, and is written once this is over.");
        assert!(store.comes_to(Some(StoreError::Busy), 2).await.is_empty(), "it is still the same");
        insta::assert_snapshot!(store.comes_to(None, 3).await.join("\n"), @"Measurements are written again, but 3 calls could not be kept and are missing in all figures.");
        assert!(store.comes_to(Some(StoreError::Full), 3).await.is_empty(), "that was just told");
        assert!(store.comes_to(None, 3).await.is_empty());
        tokio::time::sleep(QUIET).await;
        insta::assert_snapshot!(store.comes_to(Some(StoreError::Moved), 3).await.join("\n"), @"I cannot write my measurements, because the file was moved or deleted: put it back, or restart me to begin a new one. I go on answering; what is measured meanwhile waits in memory, and is written once this is over.");
        insta::assert_snapshot!(store.comes_to(None, 3).await.join("\n"), @"All measurements are written again; none was lost.");
    }

    #[tokio::test(start_paused = true)]
    async fn what_goes_on_is_told_when_it_has_been_quiet_long_enough() {
        let mut store = Store::new();
        insta::assert_snapshot!(store.comes_to(None, 1).await.join("\n"), @"My store failed: 1 call could not be kept and is missing in all figures. The log says why.");
        assert!(store.comes_to(None, 4).await.is_empty());
        tokio::time::sleep(QUIET).await;
        insta::assert_snapshot!(store.comes_to(None, 4).await.join("\n"), @"My store failed: 3 calls could not be kept and are missing in all figures. The log says why.");
    }
}
