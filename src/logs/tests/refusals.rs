//! Files that cannot be read: one clear sentence each.

use super::*;

fn refused(bytes: impl AsRef<[u8]>, map: &str) -> String {
    read(bytes, &mapped(map, "")).expect_err("should be refused")
}

#[test]
fn files_that_are_no_logs() {
    assert_eq!(refused("", ""), "the file FILE is empty");
    assert_eq!(refused(" \n\n", ""), "the file FILE is empty");
    assert_eq!(refused("a,b\n", "model=a"), "the file FILE has no rows");
    assert_eq!(refused("[]", "model=a"), "the file FILE has no rows");
    let binary = "the file FILE is not a text file; CSV and JSONL in UTF-8 are read, plain or gzip";
    assert_eq!(refused(b"\x7fELF\x02\x00\x00", ""), binary);
    assert_eq!(refused("a,b\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), ""), binary);
    assert_eq!(
        refused(b"a,b\nJos\xe9,2\n", "user=a"),
        "the file FILE is not UTF-8 (line 2); convert it first, for instance with iconv -t utf-8"
    );
    assert_eq!(refused("{\"a\": 1\n", "user=a"), "no row of FILE can be read: line 1 is not a JSON object");
}

#[test]
fn files_that_break_off() {
    let packed = gzip("a,b\n1,2\n".repeat(1_000).as_bytes());
    let sentence = "the file FILE cannot be read to its end: it breaks off in the middle (was it copied whole?)";
    assert_eq!(refused(&packed[..packed.len() - 12], "user=a"), sentence);
    assert_eq!(refused("[{\"a\": 1}, {\"a\"", "user=a"), sentence);
}

#[test]
fn files_that_are_not_there() {
    let told = |path: &str| open(path.as_ref(), &ReadOptions::default()).err().unwrap().to_string();
    assert_eq!(told("/nowhere/log.csv"), "cannot open /nowhere/log.csv: there is no such file");
    assert_eq!(told("/"), "the path / is a directory; name a CSV or JSONL file in it");
}

#[test]
fn columns_and_times_that_nobody_named() {
    insta::assert_snapshot!(refused("when,who\n1,2\n", ""), @"this is no log that is recognised; its columns are when, who; say what they mean, for instance --map timestamp=COLUMN,model=COLUMN,response_time=COLUMN:s,input_tokens=COLUMN,output_tokens=COLUMN");
    insta::assert_snapshot!(refused("when,who\n1,2\n", "timestamp=wehn"), @r#"there is no column "wehn" (did you mean when?); the columns are when, who"#);
    insta::assert_snapshot!(refused("{\"usage\": {\"in\": 1}}\n", "user=usage.out"), @r#"there is no column "usage.out" (did you mean usage.in?); the columns are usage.in"#);
    insta::assert_snapshot!(refused("when,who\n1,2\n", "user=who"), @"nothing says when the calls were: map a column (--map timestamp=COLUMN) or give the rows times in file order (--start 2026-01-01T00:00:00Z --every 1m); the columns are when, who");
}

#[test]
fn options_that_contradict_each_other() {
    let pace = Pace { start: "2026-01-01T00:00:00Z".parse().unwrap(), every: 1 };
    let options = ReadOptions { pace: Some(pace), ..mapped("timestamp=when", "") };
    assert!(read("when\n1\n", &options).unwrap_err().starts_with("--start gives rows their times"));
    let told = Choice::from_word("litelm").unwrap_err().to_string();
    assert_eq!(told, "use one of auto, perfbot, litellm, langfuse, burstgpt, csv, jsonl (did you mean litellm?)");
}

#[test]
fn a_value_for_all_rows_is_refused_once() {
    let set = |set: &str| read("t,m\n1700000000,m\n", &mapped("timestamp=t,model=m", set)).unwrap_err();
    assert_eq!(set("rating=9"), r#"--set: rating "9" is not 1, 2, 3, 4 or 5"#);
    assert!(set("query_type=chatter").starts_with("--set: unknown type"), "{}", set("query_type=chatter"));
}

#[test]
fn bad_rows_cost_themselves_only() {
    let text = "t,m,i,e,r\n\
        1700000000,m,1,,5\n\
        yesterday,m,1,,5\n\
        1700000000,,1,,5\n\
        1700000000,m,-1,,5\n\
        1700000000,m,1,,6\n\
        1700000000,m\n\
        ,m,1,,5\n\
        1700000000,m,NaN,,5\n";
    let read = read(text, &mapped("timestamp=t,model=m,input_tokens=i,error=e,rating=r", "")).unwrap();
    assert_eq!(read.calls.len(), 1);
    insta::assert_snapshot!(read.bad.join("\n"), @r#"
    line 3: "yesterday" is no time that is understood (2023-11-16T18:15:46Z, 2023-11-16 18:15:46.68, Unix s or ms)
    line 4: has no model
    line 5: input_tokens -1 is negative
    line 6: rating "6" is not 1, 2, 3, 4 or 5
    line 7: has 2 cells under 5 columns
    line 8: has no timestamp
    line 9: input_tokens "NaN" is no number
    "#);
}
