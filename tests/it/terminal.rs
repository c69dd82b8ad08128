//! Chat with a person at a real terminal: prompt, completion, an answer that is stopped, the ways to leave.

use crate::fakes::keyboard::Keyboard;
use crate::harness::{Perfbot, Unending};

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";

fn at_prompt(bot: &Perfbot) -> Keyboard {
    let mut keyboard = Keyboard::at(bot.command(&[]));
    keyboard.sees("you> ");
    keyboard
}

#[test]
fn answers_completes_and_leaves() {
    let bot = Perfbot::new();
    let mut keyboard = at_prompt(&bot);
    keyboard.types("What is Python?\r");
    keyboard.sees("This is a simulated answer");
    keyboard.sees("you> ");
    keyboard.types("!perf st\t\r");
    keyboard.sees("Performance Statistics (last 24h, n=1)");
    keyboard.sees("you> ");
    keyboard.types(CTRL_D);
    assert_eq!(keyboard.ended(), 0);
    assert_eq!(bot.report("stats")["n"], 1);
}

#[test]
fn an_answer_can_be_stopped_and_lines_typed_meanwhile_come_next() {
    let unending = Unending::silent();
    let mut keyboard = at_prompt(&unending.bot);
    keyboard.types("tell me a long story\r");
    keyboard.sees("Once upon a time");
    keyboard.types("!about\r!stop\r");
    keyboard.sees("(Stopped.)");
    keyboard.sees("perfbot 0.");
    keyboard.sees("you> ");
    keyboard.types(CTRL_C);
    assert_eq!(keyboard.ended(), 0);
    assert_eq!(unending.bot.report("stats")["n"], 1);
}

#[test]
fn a_command_of_another_bot_gets_no_reply_and_a_misspelt_one_a_hint() {
    let bot = Perfbot::new();
    let mut keyboard = at_prompt(&bot);
    keyboard.types("!play something\r");
    keyboard.sees("!play something");
    let shown = keyboard.sees("you> ");
    assert!(!shown.contains("simulated") && !shown.contains("There is no"), "{shown:?}");
    keyboard.types("!perf sttas\r");
    keyboard.sees("did you mean stats?");
    keyboard.sees("you> ");
    keyboard.types(CTRL_D);
    assert_eq!(keyboard.ended(), 0);
}

#[test]
fn a_key_that_is_no_utf_8_costs_a_line_and_not_the_session() {
    let unending = Unending::silent();
    let mut keyboard = at_prompt(&unending.bot);
    keyboard.types(b"caf\xe9!");
    keyboard.sees("A key sent what is no UTF-8, so what was typed before it is gone: set the terminal to UTF-8");
    keyboard.sees("you> ");
    keyboard.types("tell me a long story\r");
    keyboard.sees("Once upon a time");
    keyboard.types(b"caf\xe9\r");
    keyboard.sees("This line is not UTF-8 text, so it was not read");
    keyboard.types("!stop\r");
    keyboard.sees("(Stopped.)");
    keyboard.sees("you> ");
    keyboard.types(CTRL_D);
    assert_eq!(keyboard.ended(), 0);
}
