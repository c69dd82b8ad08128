//! What comes with a question: text files and long pastes are read, pictures are taken along for models that see. What is
//! too large, of another kind or somewhere else is left alone, and said.

use std::sync::Arc;

use serenity::all::Attachment;

use super::address::LocalServer;
use crate::ai::provider::Picture;

/// What was read.
#[derive(Debug, Default)]
pub struct Enclosed {
    /// Text to go behind the question.
    pub text: String,
    /// Pictures, by name.
    pub pictures: Vec<(String, Picture)>,
    /// What was left alone, a sentence each.
    pub notes: Vec<String>,
}

impl Enclosed {
    /// The names of the pictures, as files are named in a question.
    pub fn names_of_pictures(&self) -> String {
        self.pictures.iter().map(|(name, _)| format!("[{name}]")).collect::<Vec<_>>().join(" ")
    }
}

/// What may be read.
#[derive(Debug, Clone, Copy)]
pub struct Bounds<'a> {
    /// The most bytes of one file.
    pub most_bytes: u64,
    /// What the model can do.
    pub sight: Sight,
    /// The server in Discord's place, if there is one.
    pub local: Option<&'a LocalServer>,
}

/// Whether a model can look at pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// It can.
    Sees,
    /// It reads text only.
    Blind,
}

/// The most files that are read of one message.
const MOST_FILES: usize = 6;

/// Where Discord keeps what people attach.
const HOMES: [&str; 2] = ["https://cdn.discordapp.com/", "https://media.discordapp.net/"];

/// The pictures that models take.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Text that does not say so by its kind.
const TEXT_KINDS: [&str; 6] = [
    "application/json",
    "application/xml",
    "application/javascript",
    "application/toml",
    "application/yaml",
    "application/x-sh",
];
const TEXT_ENDINGS: [&str; 26] = [
    "txt", "md", "rs", "py", "js", "ts", "c", "h", "cpp", "java", "go", "rb", "sh", "sql", "toml", "yaml", "yml",
    "json", "csv", "log", "html", "css", "xml", "ini", "diff", "patch",
];

enum Kind {
    Text,
    Picture,
    Other,
}

/// Reads what came with a question.
pub async fn read(attachments: &[Attachment], bounds: Bounds<'_>) -> Enclosed {
    let mut enclosed = Enclosed::default();
    for attachment in attachments.iter().take(MOST_FILES) {
        if let Err(note) = read_one(attachment, bounds, &mut enclosed).await {
            enclosed.notes.push(format!("({note})"));
        }
    }
    let more = attachments.len().saturating_sub(MOST_FILES);
    if more > 0 {
        enclosed.notes.push(format!("(Read the first {MOST_FILES} files; {more} more were left alone.)"));
    }
    enclosed
}

/// The text of a file, if it is one and not too large.
pub async fn text_of(attachment: &Attachment, bounds: Bounds<'_>) -> Option<String> {
    let is_small = u64::from(attachment.size) <= bounds.most_bytes;
    let bytes = if is_small { fetched(attachment, bounds).await? } else { return None };
    String::from_utf8(bytes).ok()
}

async fn read_one(attachment: &Attachment, bounds: Bounds<'_>, enclosed: &mut Enclosed) -> Result<(), String> {
    let name = plain_name(&attachment.filename);
    let kind = kind_of(attachment);
    match kind {
        Kind::Other => return Err(format!("{name} is neither text nor a picture, so it was not read.")),
        Kind::Picture if bounds.sight == Sight::Blind => {
            return Err(format!("This model cannot look at pictures: {name} was left alone."));
        }
        _ => {}
    }
    let size = u64::from(attachment.size);
    if size > bounds.most_bytes {
        let most = bounds.most_bytes / 1024;
        return Err(format!("{name} has {} kB and {most} kB is the most, so it was not read.", size.div_ceil(1024)));
    }
    let bytes = fetched(attachment, bounds).await.ok_or_else(|| format!("{name} could not be fetched."))?;
    match kind {
        Kind::Picture => {
            let content_type = attachment.content_type.clone().unwrap_or_default();
            enclosed.pictures.push((name, Picture { content_type, bytes: Arc::from(bytes) }));
        }
        _ => {
            let text =
                String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8 text, so it was not read."))?;
            enclosed.text.push_str(&format!("\n\n[{name}]\n{text}"));
        }
    }
    Ok(())
}

/// The bytes, if they lie where Discord keeps such.
async fn fetched(attachment: &Attachment, bounds: Bounds<'_>) -> Option<Vec<u8>> {
    let is_home = HOMES.iter().any(|home| attachment.url.starts_with(home))
        || bounds.local.is_some_and(|local| attachment.url.starts_with(&format!("{}/", local.as_str())));
    if !is_home {
        return None;
    }
    // The address is signed, so that it must not get into a log; neither must the error, which repeats it.
    let bytes = attachment.download().await.ok()?;
    (bytes.len() as u64 <= bounds.most_bytes).then_some(bytes)
}

fn kind_of(attachment: &Attachment) -> Kind {
    let kind = attachment.content_type.as_deref().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let ending = attachment.filename.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match kind {
        _ if PICTURES.contains(&kind) => Kind::Picture,
        _ if kind.starts_with("text/") || TEXT_KINDS.contains(&kind) => Kind::Text,
        "" | "application/octet-stream" if TEXT_ENDINGS.contains(&&*ending) => Kind::Text,
        _ => Kind::Other,
    }
}

/// A name without anything that could be taken for more than a name.
fn plain_name(name: &str) -> String {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric() || "._- ".contains(*c)).take(60).collect();
    if plain.trim().is_empty() { "a file".to_owned() } else { plain }
}
