//! What a request carries: JSON, alone or beside files in a multipart form. Read whole before anything is decided, so that
//! a request is on record even if it is refused.

use std::time::Instant;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use serde_json::Value;

use super::limits;
use super::refusal::Refusal;

/// A body, and the files that came with it.
#[derive(Debug, Clone, Default)]
pub struct Parcel {
    /// The JSON; null where there is none.
    pub body: Value,
    pub files: Vec<Upload>,
}

/// A file on its way up.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The n of `files[n]`, by which the body's `attachments` speak of it.
    pub number: u64,
    pub name: String,
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

/// Reads a request's body; when all of it was there, and what it holds.
pub async fn read(request: Request) -> (Instant, Result<Parcel, Refusal>) {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let parcel = read_form(request).await;
        return (Instant::now(), parcel);
    }
    let bytes = to_bytes(request.into_body(), limits::REQUEST_BYTES).await;
    let at = Instant::now();
    let parcel = match bytes {
        Err(_) => Err(Refusal::of(40005)),
        Ok(bytes) if bytes.is_empty() => Ok(Parcel::default()),
        Ok(bytes) => json(&bytes).map(Parcel::of),
    };
    (at, parcel)
}

async fn read_form(request: Request) -> Result<Parcel, Refusal> {
    let broken = |_| Refusal::of(50035);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::of(50035))?;
    let mut parcel = Parcel::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "payload_json" {
            parcel.body = json(&field.bytes().await.map_err(broken)?)?;
            continue;
        }
        let number = name.trim_start_matches("files[").trim_end_matches(']').parse();
        let number = number.map_err(|_| Refusal::form(&name, "UNKNOWN_FIELD", "A file is called files[n]"))?;
        let file_name = field.file_name().unwrap_or("unknown").to_owned();
        let content_type = field.content_type().map(str::to_owned);
        let bytes = field.bytes().await.map_err(broken)?.to_vec();
        parcel.files.push(Upload { number, name: file_name, content_type, bytes });
    }
    Ok(parcel)
}

fn json(bytes: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(bytes).map_err(|_| Refusal::of(50109))
}

impl Parcel {
    /// A body without files.
    pub fn of(body: Value) -> Self {
        Self { body, files: Vec::new() }
    }

    /// The part of the body under a name, with the same files.
    pub fn inner(&self, name: &str) -> Self {
        Self { body: self.body[name].clone(), files: self.files.clone() }
    }

    /// Refuses files that are too large, and a body that breaks a limit.
    pub fn check(&self) -> Result<(), Refusal> {
        let sizes = self.files.iter().map(|file| file.bytes.len());
        if sizes.clone().any(|size| size > limits::FILE_BYTES) || sizes.sum::<usize>() > limits::REQUEST_BYTES {
            return Err(Refusal::of(40005));
        }
        Refusal::unless_sound(limits::of_message(&self.body))
    }
}
