//! Opening a log: unpacking gzip, skipping a byte-order mark, and refusing early what is no text at all.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::LogError;

/// A log file, unpacked, and how far it has been read.
pub struct Input {
    /// The text.
    pub text: Box<dyn BufRead + Send>,
    /// Its first bytes, which are still to come from `text`.
    pub head: Vec<u8>,
    /// How much has been read of the file as it lies on disk.
    pub progress: Progress,
}

/// How far a file has been read, in bytes on disk.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Bytes read so far.
    read: Arc<AtomicU64>,
    /// Bytes in all.
    pub total: u64,
}

impl Progress {
    /// Bytes read so far.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// How much is looked at before the first row is read.
const HEAD: u64 = 64 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// Opens a file, plain or gzip, whatever it is called.
///
/// # Errors
/// It cannot be read, is empty, or holds no text.
pub fn open(path: &Path) -> Result<Input, LogError> {
    let file = File::open(path).map_err(|source| LogError::Unreadable { path: path.into(), source })?;
    let about = file.metadata().map_err(|source| LogError::Unreadable { path: path.into(), source })?;
    if about.is_dir() {
        return Err(LogError::Directory { path: path.into() });
    }
    let progress = Progress { total: about.len(), ..Progress::default() };
    let broken = |source| LogError::Broken { path: path.into(), source };
    let mut raw = BufReader::with_capacity(HEAD as usize, Counted { inner: file, read: Arc::clone(&progress.read) });
    let packed = raw.fill_buf().map_err(broken)?.starts_with(&GZIP);
    let mut text: Box<dyn BufRead + Send> =
        if packed { Box::new(BufReader::new(MultiGzDecoder::new(raw))) } else { Box::new(raw) };
    let mut head = Vec::new();
    text.by_ref().take(HEAD).read_to_end(&mut head).map_err(broken)?;
    check(&head, path)?;
    if head.starts_with(UTF8_MARK) {
        head.drain(..UTF8_MARK.len());
    }
    Ok(Input { text: Box::new(Cursor::new(head.clone()).chain(text)), head, progress })
}

/// Says what is wrong with a file that does not even start as text.
fn check(head: &[u8], path: &Path) -> Result<(), LogError> {
    if head.trim_ascii().is_empty() {
        return Err(LogError::Empty { path: path.into() });
    }
    if UTF16_MARKS.iter().any(|mark| head.starts_with(mark)) || head.contains(&0) {
        return Err(LogError::Binary { path: path.into() });
    }
    match std::str::from_utf8(head) {
        Err(wrong) if wrong.error_len().is_some() => {
            let line = 1 + head[..wrong.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            Err(LogError::NotUtf8 { path: path.into(), line })
        }
        _ => Ok(()),
    }
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
