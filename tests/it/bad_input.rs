//! What goes wrong at the edges: each case ends in one clear sentence, and nothing is lost or half done.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

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
    insta::assert_snapshot!(bot.say("hello\n"), @"The model Haiku needs a key in the environment variable MY_KEY, which is not set.");
}

#[test]
fn a_corrupt_store_is_left_untouched() {
    let bot = Perfbot::new();
    let store = bot.write("perfbot.db", "this is no database, but somebody's notes\n".repeat(50));
    let before = fs::read(&store).unwrap();
    insta::assert_snapshot!(sentence(&bot, &["perf", "stats"]), @"The file perfbot.db is not a perfbot store: it was left untouched; name another file with --db.");
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

#[test]
fn an_export_never_writes_over_the_store() {
    let bot = Perfbot::new();
    bot.say("hello\n");
    let before = fs::read(bot.path("perfbot.db")).unwrap();
    for name in ["perfbot.db", "perfbot.db.key", "perfbot.db.lock", "perfbot.db-wal", "perfbot.db-shm", "./perfbot.db"]
    {
        assert_eq!(
            sentence(&bot, &["export", "--output", name]),
            format!("{name} belongs to the store perfbot.db that is to be exported: name another file with --output.")
        );
    }
    assert_eq!(fs::read(bot.path("perfbot.db")).unwrap(), before);
    assert_eq!(bot.report("stats")["n"], 1);
}

#[test]
fn of_an_imported_log_nothing_is_said_that_it_does_not_tell() {
    let bot = Perfbot::new();
    let row = |i: usize| format!("2026-01-01T00:00:{i:02}Z,gpt,{}\n", 1000 + i);
    bot.write("log.csv", "at,model,took\n".to_owned() + &(0..30).map(row).collect::<String>());
    bot.run(&["import", "log.csv", "--map", "timestamp=at,model=model,response_time=took:ms"]);
    let window = "--from 2026-01-01 --to 2026-01-02";
    let text = bot.perf(&format!("model gpt {window}"));
    let of = |figure: &str| text.lines().find(|line| line.starts_with(figure)).unwrap().to_owned();
    let lines = ["Most used for", "Asked again", "Provider retries"].map(of).join("\n");
    insta::assert_snapshot!(lines, @"
    Most used for:  type unknown
    Asked again:        –
    Provider retries:   –
    ");
    let json = bot.report(&format!("model gpt {window}"));
    assert_eq!(json["use_patterns"]["query_types"], serde_json::Value::Null);
    let unknown = serde_json::json!({"n": 0, "share": null, "level": "not_enough_data"});
    assert_eq!((&json["quality"]["asked_again"], &json["quality"]["provider_retries"]), (&unknown, &unknown));
    assert!(bot.perf(&format!("slowest {window}")).contains("1. 1.0s – type unknown\n"));
    assert_eq!(bot.report(&format!("slowest {window}"))["slowest"][0]["query_type"], serde_json::Value::Null);
}

#[test]
fn an_import_that_is_refused_leaves_no_store_behind() {
    let bot = Perfbot::new();
    bot.write("log.csv", "t,m\n1700000000,a\nx,a\n");
    let map = ["--map", "timestamp=t,model=m"];
    assert_eq!(bot.run(&[&["import", "log.csv", "--strict"][..], &map].concat()).code, 2);
    assert_eq!(bot.run(&[&["import", "no.csv"][..], &map].concat()).code, 2);
    insta::assert_snapshot!(sentence(&bot, &[&["import", "log.csv", "--set", "rating=9"][..], &map].concat()), @r#"--set: rating "9" is not 1, 2, 3, 4 or 5."#);
    insta::assert_snapshot!(sentence(&bot, &["import", "log.csv", "--format", "litelm"]), @r#""litelm" is no value for --format: use one of auto, perfbot, litellm, langfuse, burstgpt, csv, jsonl (did you mean litellm?) (perfbot --help shows how)"#);
    bot.write("empty", "");
    insta::assert_snapshot!(sentence(&bot, &["import", "empty"]), @"The file empty is empty.");
    assert_eq!(fs::read_dir(bot.path("")).unwrap().count(), 2, "the two logs and nothing else");
}

/// Though the log is a pipe that has gone silent.
#[test]
fn an_import_that_is_interrupted_says_what_was_added() {
    let bot = Perfbot::new();
    let words = ["import", "/dev/stdin", "--map", "timestamp=t,model=m", "--format", "csv"];
    let mut command = bot.command(&words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(format!("t,m\n{}", "1700000000,a\n".repeat(20_000)).as_bytes()).unwrap();
    // The pipe holds less than that, so most of it was read; a batch was added once the store shows it.
    while bot.report("stats --from 2023-11-14 --to 2023-11-15")["n"] == 0 {}
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), ended.stdout.is_empty()), (Some(130), true), "{said}");
    let added = bot.report("stats --from 2023-11-14 --to 2023-11-15")["n"].as_u64().unwrap();
    assert_eq!(
        said,
        format!(
            "Interrupted; {added} rows were added; import the file again, and only what is missing will be added.\n"
        )
    );
    drop(pipe);
}

#[test]
fn what_nothing_is_known_of_is_refused() {
    let bot = Perfbot::new();
    bot.say("hello\n");
    insta::assert_snapshot!(sentence(&bot, &["--db", "typo.db", "perf", "stats"]), @"There is no store typo.db: correct --db, or make one by a chat or an import with it.");
    insta::assert_snapshot!(sentence(&bot, &["--db", "typo.db", "export"]), @"There is no store typo.db: correct --db, or make one by a chat or an import with it.");
    insta::assert_snapshot!(sentence(&bot, &["--db", "/dev/null", "perf", "stats"]), @"The path /dev/null is no file, and a store is one: name another with --db.");
    insta::assert_snapshot!(sentence(&bot, &["perf", "stats", "--user", "nobody"]), @"There are no calls here of the person that --user names.");
    insta::assert_snapshot!(sentence(&bot, &["console", "--as", ""]), @r#""" is no value for --as: a name has at least one letter (perfbot --help shows how)"#);
    let with = |name: &str| sentence(&Perfbot::new().with(name, "verbose"), &["perf", "stats"]);
    insta::assert_snapshot!(with("PERFBOT_LOG"), @"PERFBOT_LOG=verbose chooses no level: use off, error, warn, info, debug or trace, or one for a part as in perfbot=debug.");
    insta::assert_snapshot!(with("PERFBOT_FOO"), @"PERFBOT_FOO: there is no such variable; a setting is written with its section and two underscores, as in PERFBOT_LIMITS__DAILY_USD.");
    assert_eq!(bot.run(&["perf", "stats", "--user", "owner"]).code, 0);
}

#[test]
fn a_folder_that_takes_no_attachments_is_named() {
    let bot = Perfbot::new();
    let run = bot.feed(&["console", "--files", "/proc/x"], "!perf stats --csv\n!about\n");
    assert_eq!(run.code, 0);
    insta::assert_snapshot!(run.out.lines().next().unwrap(), @"The file /proc/x/stats.csv cannot be written: No such file or directory (os error 2)");
    assert!(run.out.contains("perfbot 0."), "the session goes on: {}", run.out);
}
