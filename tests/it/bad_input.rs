//! What goes wrong at the edges: each case ends in one clear sentence, and nothing is lost or half done.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::harness::{Perfbot, Unending};

/// The sentence on stderr, with the folder's changing name taken out.
fn sentence(bot: &Perfbot, words: &[&str]) -> String {
    let run = bot.run(words);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    run.err.replace(&bot.path("").display().to_string(), "").trim_end().to_owned()
}

#[test]
fn a_broken_config_names_the_line() {
    let bot = Perfbot::new();
    bot.write("config.toml", "[answer]\nretries = 2\nretires = 3\n");
    insta::assert_snapshot!(sentence(&bot, &["perf", "stats"]), @"config.toml line 3: unknown key `retires` in [answer]; did you mean `retries`?");
    bot.write("config.toml", "[answer\n");
    insta::assert_snapshot!(sentence(&bot, &["perf", "stats"]), @"config.toml line 1, column 8: unclosed table, expected `]`.");
    insta::assert_snapshot!(sentence(&bot, &["--config", "missing.toml", "perf", "stats"]), @"missing.toml: there is no such file; without --config the defaults hold.");
}

#[test]
fn a_missing_key_is_said_when_its_model_is_asked() {
    let bot = Perfbot::new();
    let model = "[[models]]\nname = \"haiku\"\nlabel = \"Haiku\"\nprovider = \"anthropic\"\nid = \"claude-haiku-4-5\"\nkey_env = \"MY_KEY\"\n";
    bot.write("config.toml", model);
    insta::assert_snapshot!(bot.say("hello\n"), @"Haiku needs a key in the environment variable MY_KEY, which is not set.");
}

#[test]
fn a_corrupt_store_is_left_untouched() {
    let bot = Perfbot::new();
    let store = bot.write("perfbot.db", "this is no database, but somebody's notes\n".repeat(50));
    let before = fs::read(&store).unwrap();
    insta::assert_snapshot!(sentence(&bot, &["perf", "stats"]), @"perfbot.db is not a perfbot store: it was left untouched; name another file with --db.");
    assert_eq!(fs::read(&store).unwrap(), before);
}

#[test]
fn a_store_in_a_missing_folder_is_not_invented() {
    let bot = Perfbot::new();
    insta::assert_snapshot!(sentence(&bot, &["--db", "no/such/folder/x.db", "perf", "stats"]), @"The folder no/such/folder does not exist: make it, or name another file with --db.");
}

#[test]
fn a_read_only_store_can_be_looked_at() {
    let bot = Perfbot::new();
    bot.say("hello\n");
    for name in ["perfbot.db", "perfbot.db.key"] {
        fs::set_permissions(bot.path(name), Permissions::from_mode(0o444)).unwrap();
    }
    assert_eq!(bot.report("stats")["n"], 1);
}

#[test]
fn a_second_process_may_look_but_not_write() {
    let bot = Perfbot::new();
    let mut child = bot
        .command(&["console", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "hello").unwrap();
    let mut first = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut first).unwrap();
    assert_eq!(bot.report("stats")["n"], 1, "the answer's row is there for another process");
    let refused = bot.run(&["perf", "monitor", "on"]);
    assert_eq!(refused.code, 2);
    let sentence = refused.err.replace(&child.id().to_string(), "PID");
    insta::assert_snapshot!(sentence.replace(&bot.path("").display().to_string(), ""), @"Another process (PID) is writing to perfbot.db, so this one can only read.");
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn strange_lines_are_answered_or_refused_in_a_sentence() {
    let bot = Perfbot::new();
    let long = "a".repeat(100_000);
    let mut input = format!("{long}\n").into_bytes();
    input.extend(b"caf\xe9\n");
    input.extend("🎉\n!perf stats —last 7d\n!perf stats –last “7d”\n!🎉\n".as_bytes());
    let run = bot.feed(&["console", "--json"], input);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let replies: Vec<serde_json::Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> =
        replies.iter().map(|reply| (reply["line"].as_u64().unwrap(), reply["kind"].as_str().unwrap())).collect();
    assert_eq!(kinds, [(1, "error"), (2, "error"), (3, "answer"), (4, "reply"), (5, "reply")]);
    insta::assert_snapshot!(replies[0]["text"].as_str().unwrap(), @"This message has 100000 characters and 32000 is the most: shorten it or send it in parts.");
    insta::assert_snapshot!(replies[1]["text"].as_str().unwrap(), @"This line is not UTF-8 text, so it was not read: save it as UTF-8.");
}

#[test]
fn a_call_that_the_power_cut_short_is_found_at_the_next_start() {
    let unending = Unending::silent();
    let (mut child, _out) = unending.writing();
    child.kill().unwrap();
    child.wait().unwrap();
    for _ in 0..2 {
        let stats = unending.bot.report("stats");
        assert_eq!((&stats["n"], &stats["errors"]["by_class"]), (&1.into(), &serde_json::json!({"interrupted": 1})));
    }
}

#[test]
fn an_import_says_what_it_did_and_knows_what_it_has() {
    let bot = Perfbot::new();
    let rows = |n: usize| {
        let row = |i: usize| format!("2026-01-01T00:00:{:02}Z,haiku,{},10,20\n", i / 2, 1.5);
        "at,model,took,in,out\n".to_owned() + &(0..n).map(row).collect::<String>()
    };
    let map = "timestamp=at,model=model,response_time=took:s,input_tokens=in,output_tokens=out";
    let import = |options: &[&str]| {
        let words: Vec<&str> = ["import", "log.csv", "--map", map].iter().chain(options).copied().collect();
        bot.run(&words)
    };
    bot.write("log.csv", rows(10));
    assert_eq!(import(&[]).out, "added 10, known 0, bad 0\n", "equal rows within one file are all kept");
    assert_eq!(import(&[]).out, "added 0, known 10, bad 0\n");
    bot.write("log.csv", rows(15));
    assert_eq!(import(&[]).out, "added 5, known 10, bad 0\n", "a file that has grown adds what is new");
    bot.write("log.csv", rows(20) + "2026-01-01T00:01:00Z,haiku,-3,10,20\n");
    let strict = import(&["--strict"]);
    assert_eq!((strict.code, strict.out.as_str()), (2, ""));
    insta::assert_snapshot!(strict.err, @r"
    line 22: response_time -3 is negative
    Nothing was added: 1 of the rows cannot be read, and --strict wants all of them.
    ");
    assert_eq!(bot.report("stats --from 2026-01-01 --to 2026-01-02")["n"], 15, "all or nothing");
    assert_eq!(import(&[]).out, "added 5, known 15, bad 1\n");
}

#[test]
fn what_is_kept_of_one_person_can_be_exported() {
    let bot = Perfbot::new();
    for (name, line) in [("ann", "!ai one\n"), ("bob", "!ai two\n"), ("ann", "!ai three\n")] {
        bot.feed(&["console", "--as", name, "--channel", "general"], line);
    }
    let anns = bot.run(&["export", "--user", "ann", "--format", "jsonl"]);
    let users: Vec<serde_json::Value> =
        anns.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["user"].clone()).collect();
    assert_eq!(users, ["ann", "ann"]);
    let none = bot.run(&["export", "--user", "ann", "--to", "2001-01-01T00:00:00Z"]);
    assert_eq!((none.code, none.out.lines().count()), (0, 1), "a head and no rows");
    let unknown = bot.run(&["export", "--user", "eve", "--output", "eve.csv"]);
    assert_eq!((unknown.code, unknown.out.as_str(), bot.path("eve.csv").exists()), (2, "", false));
    insta::assert_snapshot!(unknown.err, @r#"There are no calls of "eve": --user takes the id that a person has on the chat platform."#);
}

#[test]
fn what_is_exported_imports_to_an_equal_store() {
    let bot = Perfbot::new();
    bot.feed(&["console", "--as", "ann", "--channel", "general"], "!ai one\n!rate 4\n!retry\n");
    bot.say("two\n!rate 2\n");
    for file in ["calls.csv", "calls.jsonl.gz"] {
        assert_eq!(bot.run(&["export", "--output", file]).code, 0);
        let copy = format!("{file}.db");
        assert_eq!(bot.run(&["--db", &copy, "import", file]).out, "added 3, known 0, bad 0\n");
        assert_eq!(bot.run(&["import", file]).out, "added 0, known 3, bad 0\n");
        assert_eq!(bot.run(&["--db", &copy, "export"]).out, bot.run(&["export"]).out);
        let now = ["--now", "2100-01-01T00:00:00Z"];
        let stats = |db: &str| bot.run(&[&now[..], &["--db", db, "perf", "stats", "--last", "40000d"]].concat()).out;
        assert_eq!(stats(&copy), stats("perfbot.db"));
    }
}
