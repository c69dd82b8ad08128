//! Discord's way to say no: a status, a code, and where in the body the trouble is. The codes are those of its
//! documentation; the words are for people and may differ.

use serde_json::{Value, json};

/// The answer to a request that Discord does not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: u32,
    pub message: String,
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, with dots: `embeds.0.title`.
    pub path: String,
    pub code: &'static str,
    pub message: String,
}

/// Status, code and words of the refusals that the fake gives by itself.
const KNOWN: [(u16, u32, &str); 30] = [
    (401, 0, "401: Unauthorized"),
    (404, 10003, "Unknown Channel"),
    (404, 10004, "Unknown Guild"),
    (404, 10007, "Unknown Member"),
    (404, 10008, "Unknown Message"),
    (404, 10013, "Unknown User"),
    (400, 10014, "Unknown Emoji"),
    (404, 10015, "Unknown Webhook"),
    (404, 10062, "Unknown interaction"),
    (403, 20012, "You are not authorized to perform this action on this application"),
    (429, 20016, "This action cannot be performed due to slowmode rate limit"),
    (400, 30032, "Maximum number of application commands reached (100)"),
    (429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    (429, 40003, "You are opening direct messages too fast"),
    (413, 40005, "Request entity too large"),
    (400, 40060, "Interaction has already been acknowledged."),
    (403, 50001, "Missing Access"),
    (403, 50003, "Cannot execute action on a DM channel"),
    (403, 50005, "Cannot edit a message authored by another user"),
    (400, 50006, "Cannot send an empty message"),
    (403, 50007, "Cannot send messages to this user"),
    (403, 50013, "Missing Permissions"),
    (401, 50027, "Invalid Webhook Token"),
    (400, 50033, "Invalid Recipient(s)"),
    (400, 50035, "Invalid Form Body"),
    (400, 50083, "Thread is archived"),
    (400, 50109, "The request body contains invalid JSON."),
    (403, 50278, "Cannot send messages to this user due to having no mutual guilds"),
    (403, 160002, "Cannot reply without permission to read message history"),
    (500, 1, "500: Internal Server Error"),
];

impl Refusal {
    /// The refusal with this code.
    pub fn of(code: u32) -> Self {
        let known = KNOWN.iter().find(|known| known.1 == code);
        let (status, code, message) = known.copied().unwrap_or((400, code, "Something is wrong"));
        Self { status, code, message: message.to_owned(), problems: Vec::new() }
    }

    /// A status with nothing more to say, such as what a broken server answers.
    pub fn status(status: u16) -> Self {
        Self { status, code: 0, message: format!("{status}: refused"), problems: Vec::new() }
    }

    /// A code under another status than usual.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The refusal of a body with these problems, if there are any.
    pub fn unless_sound(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems, ..Self::of(50035) }) }
    }

    /// The refusal of a body for one thing.
    pub fn form(path: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { problems: vec![Problem::at(path, code, message)], ..Self::of(50035) }
    }

    /// As it goes over the wire.
    pub fn body(&self) -> Value {
        let mut body = json!({ "message": self.message, "code": self.code });
        if !self.problems.is_empty() {
            body["errors"] = self.errors();
        }
        body
    }

    fn errors(&self) -> Value {
        let mut errors = json!({});
        for problem in &self.problems {
            let steps = problem.path.split('.').filter(|step| !step.is_empty());
            let mut place = &mut errors;
            for step in steps {
                place = &mut place[step];
            }
            let error = json!({ "code": problem.code, "message": problem.message });
            match place["_errors"].as_array_mut() {
                Some(already) => already.push(error),
                None => place["_errors"] = json!([error]),
            }
        }
        errors
    }
}

impl Problem {
    /// A problem at a place.
    pub fn at(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, message: message.into() }
    }

    /// Too long, in Discord's words.
    pub fn too_long(path: impl Into<String>, most: usize) -> Self {
        Self::at(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."))
    }

    /// Too short or too long, in Discord's words.
    pub fn wrong_length(path: impl Into<String>, least: usize, most: usize) -> Self {
        Self::at(path, "BASE_TYPE_BAD_LENGTH", format!("Must be between {least} and {most} in length."))
    }

    /// Missing, in Discord's words.
    pub fn missing(path: impl Into<String>) -> Self {
        Self::at(path, "BASE_TYPE_REQUIRED", "This field is required")
    }
}
