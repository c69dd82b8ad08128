//! `perfbot export`: writes all calls as CSV or JSONL, so that importing them gives an equal store.

mod draft;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono_tz::Tz;
use clap::ValueEnum;
use flate2::Compression;
use flate2::write::GzEncoder;

use self::draft::Draft;
use super::setup::{self, Purpose};
use super::signals::{CtrlC, asked_to_end};
use super::{Ended, Global};
use crate::commands::UserError;
use crate::logs::{Layout, Writer};
use crate::model::{CallId, Filter, Moment, Scope, StoredCall, Timestamp, Window};
use crate::store::{is_of_store, question};

/// Options of the export.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How the calls are written; what the file's name says unless given, else CSV.
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatArg>,
    /// Only calls from then on: 2026-11-01, 2026-11-01T18:00 or RFC 3339.
    #[arg(long, value_name = "TIME")]
    from: Option<Moment>,
    /// Only calls before then.
    #[arg(long, value_name = "TIME")]
    to: Option<Moment>,
    /// The file; packed with gzip if its name ends in .gz. Standard output unless named.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArg {
    Csv,
    Jsonl,
}

/// Rows that are had from the store at once.
pub const PAGE: u32 = 1_000;

/// Writes the calls of the store.
pub async fn run(global: &Global, args: Args) -> anyhow::Result<Ended> {
    let config = setup::config(global)?;
    refuse_the_store(&config.store, args.output.as_deref())?;
    let window = args.window(config.bot.zone)?;
    let app = setup::app(global, Purpose::Look).await?;
    let store = app.services.store.clone();
    let page = async |after| {
        let filter = Filter::default();
        let rows = question::Rows { window, scope: Scope::All, filter, after, limit: PAGE };
        Ok(store.ask(rows).await?)
    };
    let end = asked_to_end(CtrlC::Ends)?;
    let done = {
        let mut out = io::stdout().lock();
        tokio::select! {
            done = export(&args, page, &mut out) => Some(done),
            () = end.cancelled() => None,
        }
    };
    app.close().await;
    // What was written by then is gone with its draft.
    let Some(done) = done else { return Ok(Ended::Interrupted) };
    let count = done?;
    if let Some(path) = &args.output {
        eprintln!("wrote {count} calls to {}", path.display());
    }
    Ok(Ended::Well)
}

/// Refuses to write over the store that is to be read.
fn refuse_the_store(store: &Path, output: Option<&Path>) -> Result<(), UserError> {
    match output.filter(|output| is_of_store(store, output)) {
        Some(output) => Err(UserError(format!(
            "{} belongs to the store {} that is to be exported: name another file with --output",
            output.display(),
            store.display()
        ))),
        None => Ok(()),
    }
}

/// Writes the calls that `page` yields, each page behind the call it is given; an empty page is the end. Returns how many.
///
/// # Errors
/// The store failed, or the output cannot be written.
pub async fn export(
    args: &Args,
    page: impl AsyncFnMut(Option<CallId>) -> anyhow::Result<Vec<StoredCall>>,
    out: &mut dyn Write,
) -> anyhow::Result<u64> {
    let Some(path) = &args.output else {
        let (out, count) = write_pages(out, args.layout(), page).await?;
        out.flush()?;
        return Ok(count);
    };
    let cannot = || format!("cannot write {}", path.display());
    let draft = Draft::begin(path).with_context(cannot)?;
    let file = BufWriter::new(draft.file());
    let count = if is_packed(path) {
        let packed = GzEncoder::new(file, Compression::default());
        let (packed, count) = write_pages(packed, args.layout(), page).await.with_context(cannot)?;
        packed.finish().and_then(|mut file| file.flush()).with_context(cannot)?;
        count
    } else {
        let (mut file, count) = write_pages(file, args.layout(), page).await.with_context(cannot)?;
        file.flush().with_context(cannot)?;
        count
    };
    draft.put_in_place().with_context(cannot)?;
    Ok(count)
}

async fn write_pages<W: Write>(
    to: W,
    layout: Layout,
    mut page: impl AsyncFnMut(Option<CallId>) -> anyhow::Result<Vec<StoredCall>>,
) -> anyhow::Result<(W, u64)> {
    let mut writer = Writer::new(to, layout)?;
    let (mut last, mut count) = (None, 0);
    loop {
        let calls = page(last).await?;
        for call in &calls {
            writer.write(call)?;
        }
        count += calls.len() as u64;
        match calls.last() {
            Some(call) => last = Some(call.id),
            None => return Ok((writer.finish()?, count)),
        }
    }
}

impl Args {
    /// The time that was asked for; `None` for all.
    pub fn window(&self, zone: Tz) -> Result<Option<Window>, UserError> {
        let at = |moment: Option<Moment>, open| moment.map_or(Timestamp(open), |moment| moment.at(zone));
        let window = Window { from: at(self.from, i64::MIN), to: at(self.to, i64::MAX) };
        if window.from >= window.to {
            let Window { from, to } = window;
            return Err(UserError(format!("the time ends ({to}) before it begins ({from}): swap --from and --to")));
        }
        Ok((self.from.is_some() || self.to.is_some()).then_some(window))
    }

    fn layout(&self) -> Layout {
        match self.format {
            Some(FormatArg::Csv) => Layout::Csv,
            Some(FormatArg::Jsonl) => Layout::Jsonl,
            None if self.output.as_deref().is_some_and(is_named_json) => Layout::Jsonl,
            None => Layout::Csv,
        }
    }
}

fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"))
}

fn is_named_json(path: &Path) -> bool {
    let unpacked = if is_packed(path) { path.with_extension("") } else { path.to_owned() };
    unpacked
        .extension()
        .is_some_and(|end| ["jsonl", "ndjson", "json"].iter().any(|json| end.eq_ignore_ascii_case(json)))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::logs;
    use crate::model::Call;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn args(options: &[&str]) -> Args {
        Line::try_parse_from(["export"].iter().chain(options)).unwrap().args
    }

    fn stored(id: i64) -> StoredCall {
        let call = Call::new(Timestamp(1_700_000_000_000_000 + id), "haiku".into());
        StoredCall { id: CallId(id), call, preview: None }
    }

    /// Five calls, two a page.
    async fn run(args: &Args) -> (u64, Vec<u8>) {
        let mut out = Vec::new();
        let page = async |after: Option<CallId>| {
            Ok((1..=5).filter(|id| after.is_none_or(|after| *id > after.0)).take(2).map(stored).collect())
        };
        let count = export(args, page, &mut out).await.unwrap();
        (count, out)
    }

    #[tokio::test]
    async fn all_pages_are_written_to_standard_output() {
        let (count, out) = run(&args(&[])).await;
        assert_eq!((count, out.iter().filter(|byte| **byte == b'\n').count()), (5, 6));
        let (_, out) = run(&args(&["--format", "jsonl"])).await;
        assert!(out.starts_with(b"{\"id\":1,"));
    }

    #[tokio::test]
    async fn files_are_written_as_their_names_say_and_come_back_equal() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["calls.csv", "calls.jsonl", "calls.csv.gz", "calls.jsonl.gz"] {
            let path = folder.path().join(name);
            let (count, out) = run(&args(&["--output", path.to_str().unwrap()])).await;
            assert_eq!((count, out.len()), (5, 0));
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(bytes.starts_with(&[0x1f, 0x8b]), name.ends_with("gz"), "{name}");
            let log = logs::open(&path, &logs::ReadOptions::default()).unwrap();
            let calls: Vec<Call> = log.map(|row| row.unwrap().unwrap().call).collect();
            assert_eq!(calls, (1..=5).map(|id| stored(id).call).collect::<Vec<_>>(), "{name}");
        }
    }

    #[tokio::test]
    async fn an_export_that_breaks_off_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.csv");
        std::fs::write(&path, "an earlier export").unwrap();
        let mut pages = vec![Err(anyhow::anyhow!("the store is gone")), Ok(vec![stored(1)])];
        let page = async |_| pages.pop().unwrap();
        let broken = export(&args(&["--output", path.to_str().unwrap()]), page, &mut Vec::new()).await;
        assert!(format!("{:#}", broken.unwrap_err()).ends_with("calls.csv: the store is gone"));
        assert_eq!(std::fs::read(&path).unwrap(), b"an earlier export");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else stays behind");
    }

    #[test]
    fn a_window_is_open_where_nothing_is_said() {
        let window = |options: &[&str]| args(options).window(Tz::Europe__Berlin);
        assert_eq!(window(&[]), Ok(None));
        let from = window(&["--from", "2026-01-01"]).unwrap().unwrap();
        assert_eq!((from.from.to_string().as_str(), from.to), ("2025-12-31T23:00:00Z", Timestamp(i64::MAX)));
        assert!(window(&["--from", "2026-01-02", "--to", "2026-01-01T00:00:00Z"]).is_err());
    }
}
