//! Times one attempt: handed to the provider → first token of content → last one, on the monotonic clock. It passes
//! every frame on as it is; it reads the clock once a frame of text and allocates nothing.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::time::Instant;

use super::provider::{Frame, Frames, Provider, ProviderError, Request};
use crate::model::Micros;

/// The frames of one attempt, timed as they pass. The clock is tokio's, which tests can stop.
pub struct Timed {
    frames: Frames,
    started: Instant,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Timed {
    /// Starts an attempt and its clock.
    pub fn start(provider: &dyn Provider, request: &Request) -> Self {
        let started = Instant::now();
        Self { frames: provider.stream(request), started, first: None, last: None }
    }

    /// When the attempt was handed to the provider.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Start → first token of content, once there is one. Thinking is no content.
    pub fn ttft(&self) -> Option<Micros> {
        self.first.map(|at| (at - self.started).into())
    }

    /// Start → last token of content so far.
    pub fn model_time(&self) -> Option<Micros> {
        self.last.map(|at| (at - self.started).into())
    }

    /// Start → now.
    pub fn elapsed(&self) -> Micros {
        self.started.elapsed().into()
    }
}

impl Stream for Timed {
    type Item = Result<Frame, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let frame = self.frames.as_mut().poll_next(cx);
        if let Poll::Ready(Some(Ok(Frame::Text(_)))) = frame {
            let now = Instant::now();
            self.first.get_or_insert(now);
            self.last = Some(now);
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use futures::StreamExt;
    use tokio::time::sleep;

    use super::*;
    use crate::ai::provider::StopReason;
    use crate::ai::simulated;

    /// Thinks for a second, writes for two, and ends a second later.
    struct Slow;

    impl Provider for Slow {
        fn stream(&self, _: &Request) -> Frames {
            let frames = [
                Frame::Thinking,
                Frame::Text("a".into()),
                Frame::Text("b".into()),
                Frame::Text("c".into()),
                Frame::End(StopReason::Done),
            ];
            Box::pin(futures::stream::iter(frames).then(|frame| async move {
                sleep(Duration::from_secs(1)).await;
                Ok(frame)
            }))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn times_run_from_the_start_to_the_first_and_last_content() {
        let model = Arc::new(simulated::models().remove(0));
        let request = Request { model, system: None, turns: Vec::new(), pictures: Vec::new(), max_output_tokens: 10 };
        let mut timed = Timed::start(&Slow, &request);
        assert_eq!((timed.ttft(), timed.model_time()), (None, None));
        while timed.next().await.is_some() {}
        assert_eq!(timed.ttft(), Some(Micros(2_000_000)));
        assert_eq!(timed.model_time(), Some(Micros(4_000_000)));
        assert_eq!(timed.elapsed(), Micros(5_000_000));
    }
}
