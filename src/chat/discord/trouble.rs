//! What goes wrong between the bot and Discord, as far as it makes a difference, and trying again where that may help.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use serenity::all::HttpError;
use serenity::http::StatusCode;

/// Why Discord did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The token is not known.
    #[error("the token is wrong")]
    WrongToken,
    /// The bot may not do that there.
    #[error("the bot may not do that there")]
    NotAllowed,
    /// The message, channel or person is not there any more.
    #[error("it is gone")]
    Gone,
    /// The person takes no direct messages of the bot.
    #[error("they take no direct messages")]
    Closed,
    /// The interaction is over.
    #[error("it was too late")]
    TooLate,
    /// The interaction has been answered, by an attempt whose confirmation was lost.
    #[error("it was answered already")]
    Already,
    /// Discord is busy or broken; it may help to try again.
    #[error("Discord is busy or broken ({0})")]
    Passing(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// How often something is tried again at the most, and how far apart: about 20 seconds in all.
fn pauses() -> ExponentialBuilder {
    let (first, longest) = (Duration::from_millis(400), Duration::from_secs(8));
    ExponentialBuilder::default().with_min_delay(first).with_max_delay(longest).with_max_times(6).with_jitter()
}

/// Does something, again and again as long as that may help.
pub async fn patiently<T, F>(work: impl FnMut() -> F) -> Result<T, Trouble>
where
    F: Future<Output = serenity::Result<T>>,
{
    let mut work = work;
    let once = || {
        let attempt = work();
        async { attempt.await.map_err(|error| Trouble::of(&error)) }
    };
    once.retry(pauses()).when(|trouble| matches!(trouble, Trouble::Passing(_))).await
}

impl Trouble {
    /// What an error of the client comes to. Its text may hold addresses with tokens of interactions, so that only numbers
    /// of it are kept.
    pub fn of(error: &serenity::Error) -> Self {
        match error {
            serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => {
                Self::of_response(response.status_code, response.error.code)
            }
            serenity::Error::Http(HttpError::Request(error)) if error.is_decode() => {
                Self::Other("an answer of Discord could not be read".to_owned())
            }
            serenity::Error::Http(HttpError::Request(_)) => Self::Passing("no connection".to_owned()),
            serenity::Error::Json(_) => Self::Other("an answer of Discord could not be read".to_owned()),
            other => Self::Other(format!("the client failed: {}", kind_of(other))),
        }
    }

    fn of_response(status: StatusCode, code: isize) -> Self {
        match (status.as_u16(), code) {
            (_, 50007 | 50278 | 40003) => Self::Closed,
            // The token of an interaction is over, which is not the bot's.
            (_, 10062 | 50027 | 10015) => Self::TooLate,
            (_, 40060) => Self::Already,
            (401, _) => Self::WrongToken,
            // Only a new message helps.
            (_, 30046) => Self::Other("an old message takes no more edits".to_owned()),
            (_, 10003 | 10004 | 10008 | 10013) | (404, _) => Self::Gone,
            (403, _) => Self::NotAllowed,
            (429 | 500..=599, _) => Self::Passing(format!("status {}", status.as_u16())),
            (status, code) => Self::Other(format!("status {status}, code {code}")),
        }
    }
}

fn kind_of(error: &serenity::Error) -> &'static str {
    match error {
        serenity::Error::Model(_) => "what was sent does not fit Discord's limits",
        serenity::Error::Gateway(_) => "the gateway",
        serenity::Error::Io(_) | serenity::Error::Tungstenite(_) => "the connection",
        _ => "an error of its own",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_told_apart_as_far_as_it_matters() {
        let of = |status, code| Trouble::of_response(StatusCode::from_u16(status).unwrap(), code);
        assert!(matches!(of(401, 0), Trouble::WrongToken));
        assert!(matches!(of(403, 50013), Trouble::NotAllowed));
        assert!(matches!(of(403, 50007), Trouble::Closed));
        assert!(matches!(of(404, 10062), Trouble::TooLate));
        assert!(matches!(of(401, 50027), Trouble::TooLate));
        assert!(matches!(of(400, 40060), Trouble::Already));
        assert!(matches!(of(404, 10008), Trouble::Gone));
        assert!(matches!(of(429, 30046), Trouble::Other(_)));
        assert!(matches!(of(429, 0), Trouble::Passing(_)));
        assert!(matches!(of(503, 0), Trouble::Passing(_)));
        assert!(matches!(of(400, 50035), Trouble::Other(_)));
    }
}
