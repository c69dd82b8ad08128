//! How things end: a pipe that closes, a signal, a person who has had enough. Every answer gets its row.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use serde_json::json;

use crate::harness::{Perfbot, Unending};

/// The one call was stopped by a person, so it is no error, and what was written of it is waste.
fn check_stopped(bot: &Perfbot) {
    let stats = bot.report("stats");
    assert_eq!(
        (&stats["n"], &stats["errors"]["total"], &stats["response_time_ms"]["n"]),
        (&json!(1), &json!(0), &json!(0))
    );
    assert!(stats["waste"]["ms"].as_f64().unwrap() > 0.0, "{stats}");
    assert!(stats["cost"]["usd"].as_f64().unwrap() > 0.0, "{stats}");
}

#[test]
fn whoever_supervises_the_program_may_end_it() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let unending = Unending::silent();
        let (mut child, mut out) = unending.writing();
        assert!(std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let mut rest = String::new();
        while out.read_line(&mut rest).unwrap() > 0 {}
        assert!(rest.contains("(Stopped.)"), "{signal}: {rest}");
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        check_stopped(&unending.bot);
    }
}

#[test]
fn an_answer_that_nobody_reads_any_more_is_stopped_and_recorded() {
    let unending = Unending::talkative();
    let (mut child, out) = unending.writing();
    drop(out);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(said, "", "a closed pipe is no failure");
    check_stopped(&unending.bot);
}

#[test]
fn a_store_that_is_moved_away_and_back_costs_nothing_and_the_host_is_told_of_both() {
    let bot = Perfbot::new();
    let mut console = bot.command(&["console"]);
    let mut child = console.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut say, mut out) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut ask = |question: &str| {
        writeln!(say, "{question}").unwrap();
        let mut line = String::new();
        while out.read_line(&mut line).unwrap() > 1 {}
    };
    ask("one");
    let (file, away) = (bot.path("perfbot.db"), bot.path("away.db"));
    std::fs::rename(&file, &away).unwrap();
    ask("two");
    assert!(told.any(|line| line.starts_with("I cannot write my measurements, because the file was moved")));
    std::fs::rename(&away, &file).unwrap();
    assert!(told.any(|line| line == "All measurements are written again; none was lost."));
    ask("three");
    drop(say);
    assert_eq!(told.collect::<Vec<_>>(), [""; 0]);
    assert!(child.wait().unwrap().success());
    assert_eq!(bot.report("stats")["n"], json!(3));
}

#[test]
fn a_refused_retry_changes_nothing() {
    let bot = Perfbot::new().with("PERFBOT_LIMITS__QUESTIONS_PER_MINUTE", "1");
    let run = bot.feed(&["console"], "hello\n!retry\n!retry\n!ctx\n");
    assert!(run.out.contains("That is 1 question in a minute"), "{}", run.out);
    assert!(run.out.contains("this conversation has 2"), "{}", run.out);
    let model = bot.report("model swift");
    assert_eq!((&model["n"], &model["quality"]["asked_again"]["share"]), (&json!(1), &json!(0.0)));
}

#[test]
fn a_question_may_be_asked_again_only_as_long_as_its_conversation_lasts() {
    let bot = Perfbot::new();
    let out = bot.say("!retry\nhello\n!new\n!retry\n");
    assert_eq!(out.matches("There is no question of yours to ask again here").count(), 2, "{out}");
}
