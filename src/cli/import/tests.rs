use clap::Parser;

use super::*;
use crate::model::Outcome;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// What an import of this text said and did.
struct Done {
    result: Result<(), String>,
    out: String,
    err: String,
    batches: Vec<Vec<Call>>,
}

async fn run(text: &[u8], options: &str) -> Done {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    let path = file.path().to_str().unwrap();
    let words = ["import", path].into_iter().chain(options.split_whitespace());
    let args = Line::try_parse_from(words).unwrap().args;
    let (mut out, mut err, mut batches) = (Vec::new(), Vec::new(), Vec::new());
    let put = async |logged: Vec<LoggedCall>| {
        let calls: Vec<Call> = logged.into_iter().map(|logged| logged.call).collect();
        let known = calls.iter().filter(|call| call.model.as_str() == "known").count() as u64;
        let added = calls.len() as u64 - known;
        batches.push(calls);
        Ok(Added { added, known, too_old: 0 })
    };
    let price = |call: &Call| (call.model.as_str() == "priced").then(|| ("p".into(), NanoUsd(5)));
    let result = match prepare(&args, &mut err) {
        Ok(log) => import(log, price, put, &mut out, &mut err).await,
        Err(error) => Err(error),
    };
    let result = result.map_err(|error| error.to_string());
    let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(path, "FILE");
    Done { result: result.map_err(|text| text.replace(path, "FILE")), out: told(out), err: told(err), batches }
}

const MAP: &str = "--map timestamp=t,model=m";

#[tokio::test]
async fn the_last_line_counts_and_batches_have_a_size() {
    let text = format!("t,m\n{}{}", "1700000000,a\n".repeat(2_500), "1700000000,known\n".repeat(3));
    let done = run(text.as_bytes(), MAP).await;
    assert_eq!((done.result, done.out.as_str(), done.err.as_str()), (Ok(()), "added 2500, known 3, bad 0\n", ""));
    assert_eq!(done.batches.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000, 503]);
}

#[tokio::test]
async fn calls_are_priced_where_the_log_gives_no_cost() {
    let text = b"t,m,c,e\n1700000000,priced,,\n1700000000,priced,0.5,\n1700000000,other,,\n1700000000,priced,,500\n";
    let done = run(text, "--map timestamp=t,model=m,cost=c,error=e").await;
    let costs: Vec<_> = done.batches[0].iter().map(|call| call.cost.map(|cost| cost.0)).collect();
    assert_eq!(costs, [Some(5), Some(500_000_000), None, None]);
}

#[tokio::test]
async fn an_export_is_not_priced_again() {
    let text = b"timestamp,model,outcome,usage_source,response_time_us,cost_nano_usd\n2026-01-01T00:00:00Z,priced,ok,absent,,\n";
    let done = run(text, "").await;
    assert_eq!((done.batches[0][0].cost, done.batches[0][0].outcome), (None, Outcome::Ok));
}

#[tokio::test]
async fn bad_rows_are_listed_up_to_twenty() {
    let text = format!("t,m\n1700000000,a\n{}", "x,a\n".repeat(22));
    let done = run(text.as_bytes(), MAP).await;
    assert_eq!(done.out, "added 1, known 0, bad 22\n");
    assert!(done.err.starts_with("line 3: \"x\" is no time"), "{}", done.err);
    assert!(done.err.ends_with("\n… and 2 more\n"), "{}", done.err);
    assert_eq!(done.err.lines().count(), 21);
}

#[tokio::test]
async fn strict_takes_all_or_nothing() {
    let text = format!("t,m\n{}x,a\n", "1700000000,a\n".repeat(1_500));
    let done = run(text.as_bytes(), "--map timestamp=t,model=m --strict").await;
    assert_eq!(
        done.result.unwrap_err(),
        "nothing was added: 1 of the rows cannot be read, and --strict wants all of them"
    );
    assert!(done.err.starts_with("line 1502: \"x\" is no time"), "{}", done.err);
    assert!(done.batches.is_empty() && done.out.is_empty());
    let good = run(b"t,m\n1700000000,a\n", "--map timestamp=t,model=m --strict").await;
    assert_eq!(good.out, "added 1, known 0, bad 0\n");
}

#[cfg(unix)]
#[test]
fn a_pipe_cannot_be_read_twice() {
    let args = Line::try_parse_from(["import", "/dev/null", "--strict", "--map", "timestamp=t"]).unwrap().args;
    let told = prepare(&args, &mut Vec::new()).err().unwrap().to_string();
    insta::assert_snapshot!(told, @"the path /dev/null can be read only once, and --strict checks all rows before it adds one: write it to a file first");
}

#[tokio::test]
async fn a_log_that_breaks_off_says_what_came_before() {
    let text = format!("[{}{{", "{\"t\": 1700000000, \"m\": \"a\"},".repeat(1_500));
    let done = run(text.as_bytes(), MAP).await;
    insta::assert_snapshot!(done.result.unwrap_err(), @"the file FILE cannot be read to its end: it breaks off in the middle (was it copied whole?); of what came before, 1500 rows were added");
}

#[tokio::test]
async fn rows_that_are_no_calls_and_unnamed_starts_are_told() {
    let spans = b"traceId,startTime,model,type\na,2026-01-01T00:00:00Z,m,GENERATION\na,2026-01-01T00:00:00Z,,SPAN\n";
    let done = run(spans, "").await;
    assert_eq!(
        (done.out.as_str(), done.err.as_str()),
        ("added 1, known 0, bad 0\n", "left out 1 row that is no call\n")
    );
    let burst = b"Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,GPT-4,1,2,3,API log\n";
    assert!(run(burst, "").await.err.contains("1970-01-01 is taken"));
    assert_eq!(run(burst, "--epoch 2026-01-01T00:00:00Z").await.err, "");
}

#[test]
fn options_that_are_wrong_are_explained() {
    let told = |options: &str| {
        let words = ["import", "f"].into_iter().chain(options.split_whitespace());
        Line::try_parse_from(words).err().unwrap().to_string()
    };
    assert!(told("--zone Europe/Berlim").contains("did you mean Europe/Berlin?"));
    assert!(told("--epoch yesterday").contains("write 2026-11-01, 2026-11-01T18:00 or RFC 3339"));
    assert!(told("--start 2200-01-01").contains("it lies in the year 2200"));
    assert!(told("--epoch 2026-01-01 --start 2026-01-01").contains("cannot be used with"));
    assert!(told("--format xml").contains("auto, perfbot, litellm"));
    assert!(told("--every 5").contains("500ms, 30s, 1m"));
    assert!(told("--every 0s").contains("500ms, 30s, 1m"));
    assert_eq!(every("1m30s"), Ok(90_000_000));
}
