//! What a log's words and numbers for errors mean: success, or the class of the failure.

use crate::model::{ErrorClass, Outcome};

/// What `error` columns hold when all went well.
const SUCCESS: [&str; 9] = ["", "0", "false", "ok", "success", "succeeded", "completed", "none", "null"];

/// Words that tell a class, the first that fits. The order matters: `rate limit timeout` is about the rate.
const WORDS: [(&str, ErrorClass); 32] = [
    ("ratelimit", ErrorClass::RateLimit),
    ("toomanyrequests", ErrorClass::RateLimit),
    ("overloaded", ErrorClass::RateLimit),
    ("quota", ErrorClass::RateLimit),
    ("timeout", ErrorClass::Timeout),
    ("timedout", ErrorClass::Timeout),
    ("deadline", ErrorClass::Timeout),
    ("contentfilter", ErrorClass::Filtered),
    ("contentpolicy", ErrorClass::Filtered),
    ("moderation", ErrorClass::Filtered),
    ("safety", ErrorClass::Filtered),
    ("filtered", ErrorClass::Filtered),
    ("authentication", ErrorClass::Auth),
    ("unauthorized", ErrorClass::Auth),
    ("permission", ErrorClass::Auth),
    ("forbidden", ErrorClass::Auth),
    ("apikey", ErrorClass::Auth),
    ("notfound", ErrorClass::NotFound),
    ("contextlength", ErrorClass::BadRequest),
    ("contextwindow", ErrorClass::BadRequest),
    ("badrequest", ErrorClass::BadRequest),
    ("invalidrequest", ErrorClass::BadRequest),
    ("toolarge", ErrorClass::BadRequest),
    ("serviceunavailable", ErrorClass::Server),
    ("internalserver", ErrorClass::Server),
    ("servererror", ErrorClass::Server),
    ("badgateway", ErrorClass::Server),
    ("connection", ErrorClass::Connection),
    ("network", ErrorClass::Connection),
    ("dns", ErrorClass::Connection),
    ("malformed", ErrorClass::Malformed),
    ("decode", ErrorClass::Malformed),
];

/// The outcome that an `error` column tells: one of perfbot's own words, an HTTP status, or what its words hint at.
pub fn outcome(text: &str) -> Outcome {
    let text = text.trim().to_lowercase();
    if SUCCESS.contains(&text.as_str()) {
        return Outcome::Ok;
    }
    if let Some(own) = Outcome::from_word(&text) {
        return own;
    }
    if let Ok(number) = text.parse::<f64>() {
        return of_number(number);
    }
    let status = text.split(|c: char| !c.is_ascii_digit()).find_map(|run| {
        let status = (run.len() == 3).then(|| run.parse::<u16>().ok()).flatten()?;
        (400..600).contains(&status).then_some(status)
    });
    Outcome::Error(status.map_or_else(|| of_words(&text), ErrorClass::from_status))
}

/// Statuses are small whole numbers, so a float holds them exactly.
fn of_number(number: f64) -> Outcome {
    match number {
        0.0 | 200.0..300.0 => Outcome::Ok,
        400.0..600.0 => Outcome::Error(ErrorClass::from_status(number as u16)),
        _ => Outcome::Error(ErrorClass::Other),
    }
}

fn of_words(text: &str) -> ErrorClass {
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    WORDS.iter().find(|(word, _)| letters.contains(word)).map_or(ErrorClass::Other, |(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_in_its_many_spellings() {
        for text in ["", " ", "0", "0.0", "false", "False", "OK", "success", "200", "200.0", "null", "None"] {
            assert_eq!(outcome(text), Outcome::Ok, "{text:?}");
        }
    }

    #[test]
    fn numbers_words_and_our_own_words() {
        let table = [
            ("429.0", ErrorClass::RateLimit),
            ("529", ErrorClass::RateLimit),
            ("503", ErrorClass::Server),
            ("-100.0", ErrorClass::Other),
            ("-1", ErrorClass::Other),
            ("1", ErrorClass::Other),
            ("true", ErrorClass::Other),
            ("NaN", ErrorClass::Other),
            ("Error code: 401 - {…}", ErrorClass::Auth),
            ("model said 1429 words, then stopped", ErrorClass::Other),
            ("RateLimitError", ErrorClass::RateLimit),
            ("rate limit reached", ErrorClass::RateLimit),
            ("litellm.Timeout: timed out", ErrorClass::Timeout),
            ("ContextWindowExceededError", ErrorClass::BadRequest),
            ("content_filter", ErrorClass::Filtered),
            ("ServiceUnavailableError", ErrorClass::Server),
            ("Connection reset by peer", ErrorClass::Connection),
            ("not_found", ErrorClass::NotFound),
            ("something else", ErrorClass::Other),
        ];
        for (text, class) in table {
            assert_eq!(outcome(text), Outcome::Error(class), "{text:?}");
        }
        assert_eq!(outcome("cached"), Outcome::Cached);
        assert_eq!(outcome("interrupted"), Outcome::Interrupted);
    }
}
