//! What a host does to the store from time to time.

use crate::harness::Perfbot;

fn with_calls(calls: usize) -> Perfbot {
    let bot = Perfbot::new();
    let rows = (0..calls).map(|n| format!("2026-01-01T00:{:02}:00Z,haiku,{},10,20\n", n % 60, 1_000 + n));
    bot.write("log.csv", "at,model,took,in,out\n".to_owned() + &rows.collect::<String>());
    let map = "timestamp=at,model=model,response_time=took:ms,input_tokens=in,output_tokens=out";
    assert_eq!(bot.run(&["import", "log.csv", "--map", map]).code, 0);
    bot
}

#[test]
fn sums_that_are_wrong_are_put_right_by_a_rebuild() {
    let bot = with_calls(40);
    let rebuild = || bot.run(&["doctor", "--offline", "--rebuild"]);
    insta::assert_snapshot!(rebuild().err, @"Rebuilt from 40 rows: all of it was right before.");
    let store = rusqlite::Connection::open(bot.path("perfbot.db")).unwrap();
    assert_eq!(store.execute("UPDATE slot_sums SET data = x'00' WHERE hours = 1", []).unwrap(), 1);
    drop(store);
    insta::assert_snapshot!(rebuild().err, @"Rebuilt from 40 rows: 1 sum was wrong and is right now.");
    assert_eq!(bot.report("stats --from 2026-01-01 --to 2026-01-02")["n"], 40);
}

#[test]
fn without_a_store_there_is_nothing_to_rebuild() {
    let bot = Perfbot::new();
    let run = bot.run(&["doctor", "--offline", "--rebuild"]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!(run.err, @"There is no store at perfbot.db, so there is nothing to rebuild.");
    assert!(!bot.path("perfbot.db").exists());
}

#[test]
fn a_life_of_rows_that_is_too_short_is_refused() {
    let wrong = Perfbot::new().with("PERFBOT_STORE__ROWS", "1d").run(&["perf", "stats"]);
    insta::assert_snapshot!(wrong.err, @r#"PERFBOT_STORE__ROWS: it must be a length of time from "2d" on, as "90d", or "forever"."#);
}
