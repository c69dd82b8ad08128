//! How often messages of a channel are edited. Pure: it is told the time, and says what may be done when.
//!
//! Between two edits in a channel lies a pause. A frame of an answer that is still being written takes the next free moment
//! or is dropped; the last one of each answer gets a moment of its own, in the order in which they ask.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serenity::all::ChannelId;

/// The moments of all channels.
#[derive(Debug)]
pub struct Pacer {
    pause: Duration,
    /// When a channel is free again. Those that have been free for long are forgotten.
    free_at: HashMap<ChannelId, Instant>,
}

/// Channels that may be remembered although they are free.
const REMEMBERED: usize = 1_024;

impl Pacer {
    /// A pacer with this pause between two edits.
    pub fn new(pause: Duration) -> Self {
        Self { pause, free_at: HashMap::new() }
    }

    /// Takes this moment for a frame in between, or says when to ask again.
    pub fn frame(&mut self, channel: ChannelId, now: Instant) -> Result<(), Instant> {
        match self.free_at.get(&channel) {
            Some(free_at) if *free_at > now => Err(*free_at),
            _ => {
                self.take(channel, now);
                Ok(())
            }
        }
    }

    /// Gives a moment to the last frame of an answer, which is never dropped.
    pub fn last(&mut self, channel: ChannelId, now: Instant) -> Instant {
        let moment = self.free_at.get(&channel).map_or(now, |free_at| now.max(*free_at));
        self.take(channel, moment);
        moment
    }

    fn take(&mut self, channel: ChannelId, moment: Instant) {
        if self.free_at.len() >= REMEMBERED {
            self.free_at.retain(|_, free_at| *free_at > moment);
        }
        self.free_at.insert(channel, moment + self.pause);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAUSE: Duration = Duration::from_millis(1_200);

    fn channel(n: u64) -> ChannelId {
        ChannelId::new(n)
    }

    #[test]
    fn frames_are_dropped_within_the_pause_and_channels_know_nothing_of_each_other() {
        let (mut pacer, start) = (Pacer::new(PAUSE), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(pacer.frame(channel(1), at(0)), Ok(()));
        assert_eq!(pacer.frame(channel(1), at(1_199)), Err(at(1_200)));
        assert_eq!(pacer.frame(channel(2), at(1_199)), Ok(()));
        assert_eq!(pacer.frame(channel(1), at(1_200)), Ok(()));
    }

    #[test]
    fn last_frames_queue_up_and_frames_in_between_wait_for_them() {
        let (mut pacer, start) = (Pacer::new(PAUSE), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(pacer.frame(channel(1), at(0)), Ok(()));
        assert_eq!([pacer.last(channel(1), at(10)), pacer.last(channel(1), at(20))], [at(1_200), at(2_400)]);
        assert_eq!(pacer.frame(channel(1), at(1_300)), Err(at(3_600)));
        assert_eq!(pacer.last(channel(1), at(9_000)), at(9_000));
    }

    proptest! {
        #[test]
        fn two_edits_are_never_closer_than_the_pause(asks in prop::collection::vec((0u64..400, 1u64..3, any::<bool>()), 1..200)) {
            let (mut pacer, start) = (Pacer::new(PAUSE), Instant::now());
            let (mut now, mut edits) = (start, HashMap::<u64, Vec<Instant>>::new());
            for (later, n, is_last) in asks {
                now += Duration::from_millis(later);
                let moment = if is_last { Some(pacer.last(channel(n), now)) } else { pacer.frame(channel(n), now).ok().map(|()| now) };
                edits.entry(n).or_default().extend(moment);
            }
            for mut moments in edits.into_values() {
                moments.sort();
                prop_assert!(moments.windows(2).all(|pair| pair[1] - pair[0] >= PAUSE));
            }
        }
    }
}
