//! Reactions rate answers, one after the other, so that the last one counts. Somebody may react to an answer in the moment
//! between its last frame and the note of where it stands: such reactions wait for the note.

use std::collections::HashMap;
use std::time::Duration;

use serenity::all::{ChannelId, ReactionType};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::commands::{self, Counted, Services};
use crate::model::Rating;

/// The channels in which answers are shown for the last time just now, and how many.
#[derive(Debug, Clone, Default)]
pub struct Finishing(watch::Sender<HashMap<ChannelId, usize>>);

/// An answer that is shown for the last time.
pub struct LastFrame(Finishing, ChannelId);

/// How long a reaction waits for answers to be noted, where they never cease to come.
const PATIENCE: Duration = Duration::from_secs(5);

impl Finishing {
    /// An answer is about to be shown for the last time.
    pub fn begin(&self, channel: ChannelId) -> LastFrame {
        self.0.send_modify(|channels| *channels.entry(channel).or_default() += 1);
        LastFrame(self.clone(), channel)
    }

    /// Counts reactions until the end.
    pub async fn count_reactions(
        self,
        mut reactions: mpsc::UnboundedReceiver<(ChannelId, commands::Reaction)>,
        services: Services,
        end: CancellationToken,
    ) {
        loop {
            let reaction = tokio::select! {
                reaction = reactions.recv() => reaction,
                () = end.cancelled() => return,
            };
            let Some((channel, reaction)) = reaction else { return };
            self.count(channel, reaction, &services).await;
        }
    }

    async fn count(&self, channel: ChannelId, reaction: commands::Reaction, services: &Services) {
        // Looked at first: what is noted while the store is asked is found by the second question.
        let may_be_noted_late = self.0.borrow().contains_key(&channel);
        let outcome = match commands::reacted(reaction.clone(), services).await {
            Ok(Counted::NoAnswer) if may_be_noted_late => {
                self.noted(channel).await;
                commands::reacted(reaction, services).await
            }
            outcome => outcome,
        };
        if let Err(failure) = outcome {
            tracing::error!("a reaction could not be counted: {failure:#}");
        }
    }

    /// Waits until it is noted where the answers of a channel stand.
    async fn noted(&self, channel: ChannelId) {
        let mut finishing = self.0.subscribe();
        let noted = finishing.wait_for(|channels| !channels.contains_key(&channel));
        // Where it takes too long, the store is asked all the same.
        _ = tokio::time::timeout(PATIENCE, noted).await;
    }
}

impl Drop for LastFrame {
    fn drop(&mut self) {
        let Self(Finishing(channels), channel) = self;
        channels.send_modify(|channels| {
            let left = channels.get(channel).map_or(0, |answers| answers - 1);
            match left {
                0 => _ = channels.remove(channel),
                left => _ = channels.insert(*channel, left),
            }
        });
    }
}

/// What a reaction stands for; skin tones make no difference.
pub fn rating_of(emoji: &ReactionType) -> Option<Rating> {
    match emoji {
        ReactionType::Unicode(sign) if sign.starts_with('👍') => Rating::new(5),
        ReactionType::Unicode(sign) if sign.starts_with('👎') => Rating::new(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn reactions_wait_until_all_answers_of_their_channel_are_noted() {
        let (finishing, here, there) = (Finishing::default(), ChannelId::new(1), ChannelId::new(2));
        finishing.noted(here).await;
        let (first, second, _elsewhere) = (finishing.begin(here), finishing.begin(here), finishing.begin(there));
        let waiting = tokio::spawn({
            let finishing = finishing.clone();
            async move { finishing.noted(here).await }
        });
        drop(first);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(second);
        waiting.await.unwrap();
        let start = tokio::time::Instant::now();
        finishing.noted(there).await;
        assert_eq!(start.elapsed(), PATIENCE, "and no longer");
    }
}
