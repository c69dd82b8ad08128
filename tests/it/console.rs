//! Chat through a pipe and `perfbot perf`: the contract for scripts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::Perfbot;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_pipe_answers_line_by_line_and_measures_every_answer() {
    let bot = Perfbot::new();
    let run = bot.feed(&["console", "--json"], "What is Python?\n!rate 4\n!nosuch\n\n!perf stats\n");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let replies = objects(&run.out);
    let lines: Vec<_> =
        replies.iter().map(|reply| (reply["line"].as_u64().unwrap(), reply["kind"].as_str().unwrap())).collect();
    assert_eq!(lines, [(1, "answer"), (2, "reply"), (5, "reply")], "foreign and empty lines stay silent");
    let metrics = &replies[0]["metrics"];
    assert_eq!(metrics["outcome"], "ok");
    assert_eq!(metrics["query_type"], "question");
    assert!(metrics["output_tokens"].as_u64().unwrap() > 0);
    let stats = &replies[2]["report"];
    assert_eq!((stats["n"].as_u64(), stats["response_time_ms"]["n"].as_u64()), (Some(1), Some(1)));
    assert_eq!(stats["tokens"]["output"], metrics["output_tokens"]);
    assert_eq!(stats["cost"]["usd"], metrics["cost_usd"]);
    assert!(stats["answer_cache"].is_null());
}

#[test]
fn replies_end_with_an_empty_line_and_hold_none() {
    let bot = Perfbot::new();
    let out = bot.say("!ctx=10\n!ctx\n!new\n");
    insta::assert_snapshot!(out, @r"
    From now on up to 10 earlier messages go along with each question here.

    Up to 10 earlier messages go along with each question; this conversation has 0.

    A new conversation; there was nothing to forget.
    ");
    let help = bot.say("!help\n!perf help stats\n");
    assert_eq!(help.matches("\n\n").count(), 2, "{help}");
}

#[test]
fn what_is_set_in_chat_survives_a_restart() {
    let bot = Perfbot::new();
    bot.say("!m deep\n!perf monitor on\n!ctx 7\n");
    let out = bot.say("!m\n!ctx\nhello\n");
    assert!(out.contains("▸ sim-deep"), "{out}");
    assert!(out.contains("Up to 7 earlier"), "{out}");
    assert!(out.lines().any(|line| line.starts_with("⚡")), "{out}");
}

#[test]
fn in_a_channel_only_commands_and_mentions_are_for_the_bot() {
    let bot = Perfbot::new();
    let lines = "hello everyone\n!ctx\n@perfbot what is Rust?\n";
    let run = bot.feed(&["console", "--as", "ann", "--channel", "general", "--json"], lines);
    let answered: Vec<_> = objects(&run.out).iter().map(|reply| reply["line"].as_u64().unwrap()).collect();
    assert_eq!(answered, [2, 3]);
}

#[test]
fn members_change_only_what_is_theirs() {
    let bot = Perfbot::new();
    let run = bot.feed(&["console", "--as", "ann", "--channel", "general"], "!m deep\n!m deep --me\n!ctx 3\n!m\n");
    insta::assert_snapshot!(run.out, @r"
    Only admins may choose for the channel; add --me to choose for yourself.

    Deep (simulated) answers you from now on ($3 / $15 per M).

    Only admins may choose for the channel; add --me to choose for yourself.

    Models (dollars per million tokens, in / out)
     
      sim-swift   Swift (simulated)   $0.10 / $0.40
      sim-steady  Steady (simulated)  $1 / $5
    ▸ sim-deep    Deep (simulated)    $3 / $15
     
    Next: !m sim-swift --me
    ");
}

#[test]
fn everyone_sees_their_scope_and_no_other() {
    let bot = Perfbot::new();
    bot.feed(&["console", "--as", "ann"], "one\ntwo\n");
    bot.feed(&["console", "--as", "bob"], "three\n");
    bot.feed(&["console", "--as", "bob", "--channel", "general"], "!ai four\n");
    let n = |words: &[&str]| {
        let words: Vec<&str> = ["console", "--json"].iter().chain(words).copied().collect();
        let run = bot.feed(&words, "!perf stats\n");
        objects(&run.out)[0]["report"]["n"].as_u64().unwrap()
    };
    assert_eq!(n(&["--as", "ann"]), 2);
    assert_eq!(n(&["--as", "bob"]), 2);
    assert_eq!(n(&["--as", "ann", "--channel", "general"]), 1);
    assert_eq!(n(&["--as", "eve"]), 0);
    assert_eq!(n(&[]), 4);
    assert_eq!(bot.report("stats --user bob")["n"], 2);
    let spying = bot.feed(&["console", "--as", "ann"], "!perf stats --user bob\n");
    insta::assert_snapshot!(spying.out, @"Only admins may look at other people's calls: use --user me.");
}

#[test]
fn retry_and_rating_are_told_apart_from_new_questions() {
    let bot = Perfbot::new();
    let run = bot.feed(&["console", "--json"], "tell me a story\n!retry\n!rate 5\n!rate 2\n!rate 9\n");
    let kinds: Vec<_> = objects(&run.out).iter().map(|reply| reply["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["answer", "answer", "reply", "reply", "error"]);
    let model = bot.report("model swift");
    assert_eq!(model["n"], 2);
    assert_eq!(model["quality"]["rating"]["n"], 1);
    assert_eq!(model["quality"]["rating"]["mean"], 2.0);
    assert_eq!(model["quality"]["asked_again"]["share"], 0.5);
}

#[test]
fn a_misspelt_subcommand_gets_the_nearest() {
    let bot = Perfbot::new();
    let out = bot.say("!perf stat\n!perf xyzzy\n!m sim-depp\n!perf stats --lst 7d\n!perf stats --last soon\n");
    insta::assert_snapshot!(out, @r#"
    There is no !perf stat; did you mean stats? (!perf help lists what there is)

    There is no !perf xyzzy (!perf help lists what there is)

    There is no model "sim-depp"; did you mean sim-deep or sim-steady?

    Unknown option --lst; did you mean --last? (!perf help stats shows how)

    "soon" is no length of time for --last: write 90m, 24h, 7d or 4w.
    "#);
}

/// What stands on stderr after a person's mistake: one line, and nothing on stdout.
fn mistake(words: &str) -> String {
    let run = Perfbot::new().run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{words}: {}", run.err);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    run.err
}

#[test]
fn perf_exits_2_with_one_sentence_on_a_persons_mistake() {
    insta::assert_snapshot!(mistake("perf stat"), @"There is no !perf stat; did you mean stats? (!perf help lists what there is)");
    insta::assert_snapshot!(mistake("perf stats --last never"), @r#""never" is no length of time for --last: write 90m, 24h, 7d or 4w."#);
    insta::assert_snapshot!(mistake("perf stats --to 2026-01-01"), @"--to needs --from: say where the time begins.");
    insta::assert_snapshot!(mistake("perf stats --from 2026-01-01 --to +262142-12-31T23:59"), @r#""+262142-12-31T23:59" is no time for --to: it lies in the year 262142, and years from 1970 to 2199 can be asked for."#);
    insta::assert_snapshot!(mistake("perf model nobody"), @r#"No calls of a model "nobody"."#);
    insta::assert_snapshot!(mistake("perf model \"nobody\""), @r#"No calls of a model "\"nobody\""."#);
    insta::assert_snapshot!(mistake("perf monitor maybe"), @r#""maybe" is no value here: use on or off (!perf help monitor shows how)"#);
    insta::assert_snapshot!(mistake("perf stats --json --lst"), @"Unknown option --lst; did you mean --last? (!perf help stats shows how)");
    insta::assert_snapshot!(mistake("nonsense"), @r#"There is no command "nonsense" (perfbot --help shows how)"#);
    insta::assert_snapshot!(mistake("exprot"), @r#"There is no command "exprot"; did you mean export? (perfbot --help shows how)"#);
    insta::assert_snapshot!(mistake("--now yesterday perf stats"), @r#""yesterday" is no value for --now: write 2026-11-01, 2026-11-01T18:00 or RFC 3339 (perfbot --help shows how)"#);
    insta::assert_snapshot!(mistake("console --role king"), @r#""king" is no value for --role: use member, admin or owner (perfbot --help shows how)"#);
}

#[test]
fn a_failure_that_is_nobodys_mistake_exits_1() {
    if !std::path::Path::new("/dev/full").exists() {
        return println!("skipped: this system has no device that is always full");
    }
    let bot = Perfbot::new();
    bot.say("hello\n");
    for words in [&["perf", "stats"][..], &["perf", "stats", "--json"], &["export"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ended = bot.command(words).stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(1), "{words:?}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(String::from_utf8(ended.stderr).unwrap(), @"No space left on device (os error 28)");
        }
    }
}

#[test]
fn about_says_who_answers_and_what_is_kept() {
    insta::assert_snapshot!(Perfbot::new().say("!about\n"), @r"
    perfbot 0.1.0
     
    An AI assistant that measures every answer and says what is slow, what is expensive, and why.
    Swift (simulated) answers here, one of 3 models.
    Of every answer its times, tokens and cost are kept, never what was said.
     
    Next: !help
    ");
}

#[test]
fn run_without_a_chat_to_run_on_is_the_console() {
    let bot = Perfbot::new();
    for words in [&["run"][..], &[]] {
        let run = bot.feed(words, "!ctx\nhello\n");
        assert_eq!(run.code, 0);
        assert!(run.out.starts_with("Up to 15 earlier messages go along"), "{}", run.out);
        assert!(run.out.contains("\n\nThis is a simulated answer"), "{}", run.out);
        // On its own it keeps a log for its host.
        assert!(run.err.contains("INFO") && run.err.contains("outcome=ok"), "{}", run.err);
    }
    assert_eq!(bot.report("stats")["n"], 2);
}

#[test]
fn whoever_asks_too_much_in_a_minute_is_told_when_they_may_again() {
    let bot = Perfbot::new().with("PERFBOT_LIMITS__QUESTIONS_PER_MINUTE", "2");
    let run = bot.feed(&["console", "--json"], "one\ntwo\nthree\n!retry\n!ctx\n");
    let replies = objects(&run.out);
    let kinds: Vec<_> = replies.iter().map(|reply| reply["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["answer", "answer", "error", "error", "reply"]);
    let sentence = replies[2]["text"].as_str().unwrap();
    let (start, wait) = sentence.split_once("the next is free in ").unwrap();
    assert_eq!(start, "That is 2 questions in a minute, the most one person may ask; ");
    let seconds: u32 = wait.trim_end_matches(" s.").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{sentence}");
    assert_eq!(bot.report("stats")["n"], 2, "what was refused is no call");
}

#[test]
fn the_clock_stands_where_now_says() {
    let bot = Perfbot::new();
    let report: Value =
        serde_json::from_str(&bot.run(&["--now", "2024-02-01T12:30:00Z", "perf", "stats", "--json"]).out).unwrap();
    assert_eq!(report["window"]["from"], "2024-01-31T12:00:00Z");
    assert_eq!(report["window"]["to"], "2024-02-01T12:30:00Z");
    bot.feed(&["console", "--now", "2024-02-01T12:00:00Z"], "hello\n");
    let then = bot.run(&["perf", "stats", "--json", "--now", "2024-02-01T13:00:00Z"]);
    assert_eq!(serde_json::from_str::<Value>(&then.out).unwrap()["n"], 1);
}

#[test]
fn attachments_are_written_to_the_folder_and_named() {
    let bot = Perfbot::new();
    bot.say("hello\n");
    let plain = bot.feed(&["console", "--files", "out"], "!perf stats --csv\n");
    assert!(plain.out.contains("\n[file stats.csv]\n"), "{}", plain.out);
    let table = std::fs::read_to_string(bot.path("out/stats.csv")).unwrap();
    assert!(table.starts_with("figure,value\nn,1\n"), "{table}");
    let json = bot.feed(&["console", "--files", "out", "--json"], "!perf model --csv\n");
    assert_eq!(objects(&json.out)[0]["attachments"], json!(["out/model.csv"]));
    assert!(bot.path("out/model.csv").exists());
}

#[test]
fn no_attachment_is_written_over_another_file() {
    let bot = Perfbot::new();
    bot.write("stats.csv", "somebody's own");
    let pipe = bot.feed(&["console", "--json"], "!perf stats --csv\n!perf stats --csv\n");
    let attachments: Vec<Value> = objects(&pipe.out).into_iter().map(|reply| reply["attachments"].clone()).collect();
    assert_eq!(attachments, [json!(["./stats-2.csv"]), json!(["./stats-3.csv"])]);
    assert!(bot.perf("stats --csv").contains("\n[file stats-4.csv]\n"));
    assert_eq!(bot.report("stats --csv")["n"], 0);
    assert!(bot.path("stats-5.csv").exists());
    assert_eq!(std::fs::read(bot.path("stats.csv")).unwrap(), b"somebody's own");
}

#[test]
fn a_byte_order_mark_before_the_first_line_is_no_part_of_it() {
    let bot = Perfbot::new();
    assert_eq!(bot.say("\u{feff}!ctx\n"), bot.say("!ctx\n"));
}

#[test]
fn points_in_time_are_read_alike_everywhere() {
    let bot = Perfbot::new().with("PERFBOT_BOT__ZONE", "Europe/Berlin");
    bot.feed(&["console", "--now", "2026-07-01"], "hello\n");
    let exported = |from: &str, to: &str| bot.run(&["export", "--from", from, "--to", to]).out.lines().count() - 1;
    assert_eq!(exported("2026-07-01", "2026-07-02 12:00"), 1);
    assert_eq!(exported("2026-06-30T22:01:00Z", "2026-07-02"), 0);
    assert_eq!(bot.report("stats --from 2026-07-01 --to 2026-07-02")["n"], 1);
    bot.write("log.csv", "model\nm\n");
    bot.run(&["import", "log.csv", "--map", "model=model", "--start", "2026-07-03", "--zone", "Europe/Berlin"]);
    assert_eq!(exported("2026-07-03", "2026-07-03T00:01"), 1);
    let refused = |words: &[&str]| {
        let run = bot.run(words);
        assert_eq!(run.code, 2, "{}", run.out);
        run.err
    };
    insta::assert_snapshot!(refused(&["--now", "2200-01-01", "perf", "stats"]), @r#""2200-01-01" is no value for --now: it lies in the year 2200, and years from 1970 to 2199 can be asked for (perfbot --help shows how)"#);
    insta::assert_snapshot!(refused(&["--now", "soon", "perf", "stats"]), @r#""soon" is no value for --now: write 2026-11-01, 2026-11-01T18:00 or RFC 3339 (perfbot --help shows how)"#);
    insta::assert_snapshot!(refused(&["export", "--from", "1969-12-31"]), @r#""1969-12-31" is no value for --from: it lies in the year 1969, and years from 1970 to 2199 can be asked for (perfbot --help shows how)"#);
    insta::assert_snapshot!(refused(&["export", "--from", "2026-07-02", "--to", "2026-07-01"]), @"The time ends (2026-06-30T22:00:00Z) before it begins (2026-07-01T22:00:00Z): swap --from and --to.");
    insta::assert_snapshot!(refused(&["import", "log.csv", "--epoch", "2026-07-01", "--start", "2026-07-01"]), @"--epoch cannot go with --start (perfbot --help shows how)");
    insta::assert_snapshot!(refused(&["perf", "stats", "--from", "2199-01-01", "--now", "2026-07-01"]), @"--from (2198-12-31T23:00:00Z) is still to come, since it is 2026-06-30T22:00:00Z now: name an earlier time.");
}

/// All names in a JSON value.
fn names(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            names(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

#[test]
fn every_name_of_the_json_is_documented() {
    let bot = Perfbot::new();
    let lines = "write a haiku\n!perf stats\n!perf model\n!perf slowest\n!perf monitor\n!perf mydata\n!perf nothing\n";
    let mut found = BTreeSet::new();
    let mut add = |json: &Value| names(json, &mut found);
    objects(&bot.feed(&["console", "--json"], lines).out).iter().for_each(&mut add);
    add(&serde_json::from_str(&bot.run(&["doctor", "--json", "--offline"]).out).unwrap());
    let failing =
        Perfbot::asking("http://127.0.0.1:9/", "vllm").with("TEST_KEY", "k").with("PERFBOT_ANSWER__RETRIES", "0");
    let failed = &objects(&failing.feed(&["console", "--json"], "hello\n").out)[0];
    add(failed);
    assert_eq!(
        (&failed["kind"], &failed["text"], &failed["metrics"]["outcome"]),
        (&json!("answer"), &json!(""), &json!("connection"))
    );
    assert!(failed["notes"][0].as_str().unwrap().starts_with("No answer: the provider could not be reached."));
    let documented: BTreeSet<&str> = include_str!("../../docs/analysis.md")
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .collect();
    let missing: Vec<&String> = found.iter().filter(|name| !documented.contains(name.as_str())).collect();
    assert!(found.len() > 60 && missing.is_empty(), "{missing:?}");
}
