//! Whole files through the reader and the writer.

mod data;
mod refusals;
mod round_trip;

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::model::{Call, CallId, Outcome};

/// What came out of a file: its calls, its bad rows as `line N: reason`, and the rows left out.
#[derive(Debug)]
pub struct Read {
    pub calls: Vec<Call>,
    pub ids: Vec<Option<CallId>>,
    pub bad: Vec<String>,
    pub left_out: u64,
}

/// Reads a file with these bytes.
pub fn read(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> Result<Read, String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes.as_ref()).unwrap();
    let told = |error: LogError| error.to_string().replace(file.path().to_str().unwrap(), "FILE");
    let mut log = open(file.path(), options).map_err(told)?;
    let mut read = Read { calls: Vec::new(), ids: Vec::new(), bad: Vec::new(), left_out: 0 };
    for row in &mut log {
        match row.map_err(told)? {
            Ok(logged) => {
                read.calls.push(logged.call);
                read.ids.push(logged.id);
            }
            Err(BadRow { line, reason }) => read.bad.push(format!("line {line}: {reason}")),
        }
    }
    assert_eq!(log.progress().read(), log.progress().total, "all of the file was read");
    read.left_out = log.left_out();
    Ok(read)
}

/// Options with these `--map` and `--set`.
pub fn mapped(map: &str, set: &str) -> ReadOptions {
    ReadOptions { mapping: Mapping::parse(&[map], &[set]).unwrap(), ..ReadOptions::default() }
}

/// The calls of a file that has no bad rows, one a line.
pub fn shown(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> String {
    let read = read(bytes, options).unwrap();
    assert_eq!(read.bad, Vec::<String>::new());
    read.calls.iter().map(brief).collect::<Vec<_>>().join("\n")
}

/// A call in one line: what is known of it, by the names of `--map`.
pub fn brief(call: &Call) -> String {
    let mut line = format!("{} {}", call.at, call.model);
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            line.push_str(&format!(" {name}={value}"));
        }
    };
    add("provider", call.provider.as_ref().map(ToString::to_string));
    add("user", call.user.as_ref().map(ToString::to_string));
    add("session", call.session.as_ref().map(ToString::to_string));
    add("response", call.times.response.map(|time| time.0.to_string()));
    add("model", call.times.model.map(|time| time.0.to_string()));
    add("ttft", call.times.ttft.map(|time| time.0.to_string()));
    add("queue", call.times.queue.map(|time| time.0.to_string()));
    add("in", call.usage.input.map(|count| count.to_string()));
    add("out", call.usage.output.map(|count| count.to_string()));
    add("read", call.usage.cache_read.map(|count| count.to_string()));
    add("write", call.usage.cache_write().map(|count| count.to_string()));
    add("reasoning", call.usage.reasoning.map(|count| count.to_string()));
    add("outcome", (call.outcome != Outcome::Ok).then(|| call.outcome.to_string()));
    add("cost", call.cost.map(|cost| cost.0.to_string()));
    line
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

const LOG: &str = "when,provider,model,took,error\n\
    2026-01-01 00:00:00,groq,llama,1.5,\n\
    2026-01-01 00:00:01,,llama,,429.0\n";

#[test]
fn columns_are_joined_and_what_is_not_mapped_stays_unknown() {
    let options = mapped("timestamp=when,model=provider+model,response_time=took:s,error=error", "");
    insta::assert_snapshot!(shown(LOG, &options), @r"
    2026-01-01T00:00:00Z groq/llama response=1500000
    2026-01-01T00:00:01Z llama outcome=rate_limit
    ");
}

#[test]
fn constants_fill_every_row_or_the_blanks_of_a_column() {
    let options = mapped("timestamp=when,provider=provider", "model=m,provider=other,response_time=20");
    insta::assert_snapshot!(shown(LOG, &options), @r"
    2026-01-01T00:00:00Z m provider=groq response=20000
    2026-01-01T00:00:01Z m provider=other response=20000
    ");
}

#[test]
fn rows_without_times_are_set_in_file_order_bad_rows_included() {
    let pace = Pace { start: "2026-01-01T00:00:00Z".parse().unwrap(), every: 60_000_000 };
    let options = ReadOptions { pace: Some(pace), ..mapped("response_time=took:s", "") };
    let read = read("took\n1\nx\n3\n", &options).unwrap();
    assert_eq!(
        read.calls.iter().map(|call| call.at.to_string()).collect::<Vec<_>>(),
        ["2026-01-01T00:00:00Z", "2026-01-01T00:02:00Z"]
    );
    assert_eq!(read.bad, [r#"line 3: response_time "x" is no number"#]);
}

#[test]
fn a_column_may_fill_two_fields_and_a_plus_may_be_part_of_a_name() {
    let options = mapped("timestamp=t,response_time=a+b:s,model_time=a+b:s", "");
    let shown = shown("t,a+b\n1700000000,2\n", &options);
    assert_eq!(shown, "2023-11-14T22:13:20Z unknown response=2000000 model=2000000");
}

#[test]
fn json_lines_with_dotted_paths_and_gzip_under_any_name() {
    let text = "\u{feff}{\"t\": 1700000000.1234567, \"usage\": {\"prompt_tokens\": 5}, \"model\": \"m\"}\n\
        {\"t\": 1700000001, \"usage\": null, \"model\": \"m\", \"late\": 1}\n";
    let options = mapped("timestamp=t,model=model,input_tokens=usage.prompt_tokens,attempts=late", "");
    let expected = "2023-11-14T22:13:20.123456Z m in=5\n2023-11-14T22:13:21Z m";
    assert_eq!(shown(text, &options), expected);
    assert_eq!(shown(gzip(text.as_bytes()), &options), expected);
    let twice = [gzip(text.as_bytes()), gzip(&text.as_bytes()[3..])].concat();
    assert_eq!(read(twice, &options).unwrap().calls.len(), 4, "gzip files may be joined");
}

#[test]
fn what_is_mapped_wins_over_what_is_recognised() {
    let text = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,GPT-4,10,20,30,API log\n";
    let mut options = mapped("user=Log Type,output_tokens=Total tokens", "model=mine");
    options.clock.epoch = Some("2026-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(shown(text, &options), "2026-01-01T00:00:05Z mine user=API log in=10 out=30");
    options.format = Choice::Csv;
    assert_eq!(read(text, &options).unwrap_err().split(':').next().unwrap(), "nothing says when the calls were");
}

#[test]
fn a_cost_of_zero_is_no_price() {
    let options = mapped("timestamp=t,cost=c,error=e", "");
    insta::assert_snapshot!(shown("t,c,e\n1700000000,0,\n1700000000,0.25,\n1700000000,0,cached\n", &options), @r"
    2023-11-14T22:13:20Z unknown
    2023-11-14T22:13:20Z unknown cost=250000000
    2023-11-14T22:13:20Z unknown outcome=cached cost=0
    ");
}

#[test]
fn usage_is_reported_where_there_is_any() {
    use crate::model::UsageSource;
    let options = mapped("timestamp=t,input_tokens=i,output_tokens=o", "");
    let read = read("t,i,o\n1700000000,,\n1700000000,,0\n", &options).unwrap();
    assert_eq!(read.calls[0].usage.source, UsageSource::Absent);
    assert_eq!(read.calls[1].usage.source, UsageSource::Reported);
}

#[test]
fn a_log_of_any_length_is_read_row_by_row() {
    let mut text = String::from("t,i\n");
    (0..5_000).for_each(|n| text.push_str(&format!("17000{n:05},{n}\n")));
    let read = read(gzip(text.as_bytes()), &mapped("timestamp=t,input_tokens=i", "")).unwrap();
    assert_eq!(read.calls.len(), 5_000);
    assert_eq!(read.calls.iter().filter_map(|call| call.usage.input).sum::<u64>(), 4_999 * 5_000 / 2);
}
