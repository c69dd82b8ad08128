//! `perfbot demo` as a person runs it: a store that fills, figures in it, a console on it, and nothing left behind.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::harness::{Perfbot, Run};

const NOW: &str = "2026-11-21T12:34:56Z";

/// A folder in which the places for passing files are in the folder too.
fn folder() -> Perfbot {
    let bot = Perfbot::new();
    fs::create_dir(bot.path("tmp")).unwrap();
    let tmp = bot.path("tmp").display().to_string();
    bot.with("TMPDIR", &tmp)
}

/// `perfbot demo` with these words, of 2,000 calls as of a fixed time.
fn demo(bot: &Perfbot, words: &str, input: &str) -> Run {
    let words = format!("demo --calls 2000 --now {NOW} {words}");
    bot.feed(&words.split_whitespace().collect::<Vec<_>>(), input)
}

fn left_behind(bot: &Perfbot) -> Vec<String> {
    let entries = fs::read_dir(bot.path("tmp")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A text without how long something took, and without how large a store got: its hashes differ.
fn without_measures(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(" days in ") {
        Some((start, _)) => format!("{start} days in …"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_store_is_filled_and_kept_where_it_is_wanted() {
    let bot = folder();
    let run = demo(&bot, "--no-console --seed 1 --db demo.db", "");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(without_measures(&run.out));
    let figures = run.out.split_once(" days in ").unwrap().1;
    let rate: u64 = figures.split(['(', ' ']).nth(2).unwrap().replace(',', "").parse().unwrap();
    assert!(rate > 100, "{figures}");
    insta::assert_snapshot!(bot.perf(&format!("--db demo.db --now {NOW} stats --last 30d")));
    assert_eq!(left_behind(&bot), [""; 0]);
}

#[test]
fn without_a_name_the_store_is_kept_in_a_folder_that_is_named() {
    let bot = folder();
    let run = demo(&bot, "--no-console", "");
    let look = run.out.lines().find_map(|line| line.strip_prefix("Look at it: perfbot ")).unwrap();
    let stats = bot.run(&look.split(' ').collect::<Vec<_>>());
    assert!(stats.out.starts_with("📊 Performance Statistics (last 30d, n=2,000)"), "{}", stats.out);
    assert_eq!(left_behind(&bot).len(), 1);
}

#[test]
fn the_console_opens_on_a_store_that_goes_with_it() {
    let bot = folder();
    let run = demo(&bot, "", "!perf stats\n!perf slowest --last 30d --top 2\n!m\n");
    assert_eq!(run.code, 0, "{}", run.err);
    insta::assert_snapshot!(run.out);
    let said = without_measures(&run.err);
    let (path, rest) = said.strip_prefix("Filled ").unwrap().split_once(' ').unwrap();
    assert!(path.ends_with("/demo.db"), "{path}");
    insta::assert_snapshot!(rest, @"
    with 2,000 made-up calls of 30 days in …
    Simulated models answer, and what they did is made up. Try !perf stats --last 30d; perfbot demo --help says what there is to find.
    ");
    assert_eq!(left_behind(&bot), [""; 0]);
    assert!(!bot.path("perfbot.db").exists());
}

#[test]
fn what_is_hidden_is_found_and_remembered() {
    let run = demo(&folder(), "--seed 2", "!perf bottlenecks --last 30d\n!perf bottlenecks --last 30d\n");
    assert_eq!(run.code, 0, "{}", run.err);
    insta::assert_snapshot!(run.out);
}

#[test]
fn its_models_answer_and_spend_nothing() {
    let bot = folder();
    let lines = "!m yak\nWhat is Python?\n!rate 4\n";
    let run = demo(&bot, "--db stays.db", lines);
    assert!(run.out.contains("Yak (simulated) answers here from now on ($1.20 / $6 per M)."), "{}", run.out);
    assert!(run.out.contains("This is a simulated answer"), "{}", run.out);
    assert!(run.out.contains("Rated 4/5: your last answer here, by Yak (simulated)."), "{}", run.out);
    assert!(bot.path("stays.db").exists());
    let capped = folder().with("PERFBOT_LIMITS__DAILY_USD", "0.01");
    let run = demo(&capped, "", "hello\n");
    assert!(run.out.contains("This is a simulated answer"), "{}", run.out);
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let bot = folder();
    let figures = |words: &str, db: &str| {
        demo(&bot, &format!("--no-console --db {db} {words}"), "");
        bot.report(&format!("--db {db} --now {NOW} stats --last 30d"))
    };
    let one = figures("--seed 7", "one.db");
    assert_eq!(one["n"], 2000);
    assert_eq!(figures("--seed 7", "two.db"), one);
    assert_ne!(figures("--seed 8", "three.db"), one);
    assert_ne!(figures("--seed 7 --plain", "four.db"), one);
}

#[test]
fn a_store_that_holds_calls_is_left_alone() {
    let bot = folder();
    bot.say("hello\n");
    let run = demo(&bot, "--no-console --db perfbot.db", "");
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    insta::assert_snapshot!(run.err, @"perfbot.db holds calls already, and a demonstration wants a store of its own: name a new file with --db, or none.");
    assert_eq!(bot.report("stats")["n"], 1);
    let sentence = |words: &[&str]| {
        let run = bot.run(words);
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        run.err
    };
    insta::assert_snapshot!(sentence(&["demo", "--calls", "0"]), @r#""0" is no value for --calls: 0 is not in 1..=100000000 (perfbot --help shows how)"#);
    insta::assert_snapshot!(sentence(&["demo", "--db", "no/such/folder/x.db"]), @"The folder no/such/folder does not exist: make it, or name another file with --db.");
}

#[test]
fn who_does_not_listen_to_the_end_has_the_store_all_the_same() {
    let bot = folder();
    let mut command = bot.command(&["demo", "--no-console", "--calls", "100", "--db", "full.db"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(err, "", "a closed pipe is no failure");
    assert!(bot.run(&["doctor", "--offline", "--db", "full.db"]).out.contains("full.db holds 100 calls"));
}

#[test]
fn whoever_interrupts_a_long_fill_leaves_nothing_behind() {
    let bot = folder();
    let mut command = bot.command(&["demo", "--no-console", "--calls", "100000000"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    err.read_line(&mut first).unwrap();
    assert!(first.starts_with("Filling "), "{first}");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("Stopped after ") && rest.ends_with(" of 100,000,000 calls.\n"), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(left_behind(&bot), [""; 0]);
}

#[test]
fn the_help_says_what_there_is_to_find() {
    let run = Perfbot::new().run(&["demo", "--help"]);
    let (_, after) = run.out.split_once("What is in the traffic to find").unwrap();
    insta::assert_snapshot!(after);
}

#[test]
fn a_report_says_what_would_be_saved_and_says_it_again_later() {
    let bot = folder();
    demo(&bot, "--no-console --db stays.db --seed 2", "");
    let window = "report --from 2026-10-23 --to 2026-11-20";
    let now = bot.report(&format!("--db stays.db --now {NOW} {window}"));
    let found = |path: &str| now.pointer(path).unwrap_or_else(|| panic!("no {path}")).clone();
    let usd = |path: &str| found(path).as_f64().unwrap();
    assert_eq!(found("/estimated_savings/usd_before"), found("/cost/per_30_days_usd"));
    let (before, after) = (usd("/estimated_savings/usd_before"), usd("/estimated_savings/usd_after/mean"));
    assert!((after / before - (1.0 - usd("/estimated_savings/cost_share/mean"))).abs() < 1e-9, "{before} {after}");
    assert!(usd("/estimated_savings/usd_after/low") < after && after < usd("/estimated_savings/usd_after/high"));
    let issues =
        |path: &str| found(path).as_array().unwrap().iter().map(|one| one["issue"].clone()).collect::<Vec<_>>();
    let named = issues("/bottlenecks/findings");
    assert!(named.len() >= 3 && named == issues("/recommendations"), "{named:?}");
    let later = bot.report(&format!("--db stays.db --now 2026-11-25T08:00:00Z {window}"));
    assert_eq!(now, later);
}

#[test]
fn a_report_in_chat() {
    let run = demo(&folder(), "--seed 2", "!perf report --format csv\n");
    assert_eq!(run.code, 0, "{}", run.err);
    insta::assert_snapshot!(run.out);
}
