//! What Discord asks of the slash commands that a bot registers, and of the choices that it suggests: names, counts,
//! nesting, and how much text there may be altogether. Pure.

use std::collections::HashSet;

use serde_json::Value;

use super::limits::{length, list};
use super::refusal::Problem;

/// Slash commands of a bot, or of a bot in one server.
pub const COMMANDS: usize = 100;
/// Options of a command or subcommand.
pub const OPTIONS: usize = 25;
/// Choices of an option, and suggestions of an autocomplete.
pub const CHOICES: usize = 25;
/// Names, descriptions and values of a command with all that is in it.
pub const CHARACTERS: usize = 8_000;

const SUBCOMMAND: u64 = 1;
const GROUP: u64 = 2;

/// What is wrong with a list of commands.
pub fn of_commands(commands: &[Value]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut names = HashSet::new();
    for (n, command) in commands.iter().enumerate() {
        let path = n.to_string();
        if !names.insert(command["name"].as_str()) {
            let words = "Application command names must be unique";
            problems.push(Problem::at(path.clone(), "APPLICATION_COMMANDS_DUPLICATE_NAME", words));
        }
        named(command, &path, &mut problems);
        options(list(command, "options"), &path, 0, &mut problems);
        if characters(command) > CHARACTERS {
            let words = "Command exceeds maximum size (8000)";
            problems.push(Problem::at(path, "APPLICATION_COMMAND_TOO_LARGE", words));
        }
    }
    problems
}

/// What is wrong with suggestions or fixed choices.
pub fn of_choices(choices: &[Value], path: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if choices.len() > CHOICES {
        problems.push(Problem::too_long(path, CHOICES));
    }
    for (n, choice) in choices.iter().enumerate() {
        let wrong = |text: Option<&str>| text.is_none_or(|text| !(1..=100).contains(&length(text)));
        if wrong(choice["name"].as_str()) {
            problems.push(Problem::wrong_length(format!("{path}.{n}.name"), 1, 100));
        }
        if !choice["value"].is_number() && wrong(choice["value"].as_str()) {
            problems.push(Problem::wrong_length(format!("{path}.{n}.value"), 1, 100));
        }
    }
    problems
}

fn named(what: &Value, path: &str, problems: &mut Vec<Problem>) {
    if !is_name(what["name"].as_str().unwrap_or_default()) {
        let words = "Command name is invalid";
        problems.push(Problem::at(format!("{path}.name"), "APPLICATION_COMMAND_INVALID_NAME", words));
    }
    if !(1..=100).contains(&length(what["description"].as_str().unwrap_or_default())) {
        problems.push(Problem::wrong_length(format!("{path}.description"), 1, 100));
    }
}

/// Letters in lower case, digits, `-`, `_` and `'`: 1 to 32 of them.
fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '\'');
    (1..=32).contains(&length(name)) && name.chars().all(fits) && name.to_lowercase() == name
}

fn options(options: &[Value], path: &str, depth: usize, problems: &mut Vec<Problem>) {
    if options.len() > OPTIONS {
        problems.push(Problem::too_long(format!("{path}.options"), OPTIONS));
    }
    let kind = |option: &Value| option["type"].as_u64().unwrap_or_default();
    let nested = options.iter().filter(|option| matches!(kind(option), SUBCOMMAND | GROUP)).count();
    if nested != 0 && nested != options.len() {
        let words = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        problems.push(Problem::at(format!("{path}.options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words));
    }
    let mut names = HashSet::new();
    let mut optional = false;
    for (n, option) in options.iter().enumerate() {
        let path = format!("{path}.options.{n}");
        named(option, &path, problems);
        if !names.insert(option["name"].as_str()) {
            let words = "Option names must be unique";
            problems.push(Problem::at(path.clone(), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", words));
        }
        if optional && option["required"] == true {
            let words = "Required options must be placed before non-required options";
            problems.push(Problem::at(path.clone(), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words));
        }
        optional |= option["required"] != true;
        one_option(option, kind(option), &path, depth, problems);
    }
}

fn one_option(option: &Value, kind: u64, path: &str, depth: usize, problems: &mut Vec<Problem>) {
    let choices = list(option, "choices");
    problems.extend(of_choices(choices, &format!("{path}.choices")));
    if option["autocomplete"] == true && !choices.is_empty() {
        let words = "Choices and autocomplete exclude each other";
        problems.push(Problem::at(path, "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", words));
    }
    if kind == GROUP && depth > 0 || kind == SUBCOMMAND && depth > 1 {
        let words = "Sub-command option types can only be nested one level deep";
        problems.push(Problem::at(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words));
    }
    if matches!(kind, SUBCOMMAND | GROUP) {
        options(list(option, "options"), path, depth + 1, problems);
    }
}

fn characters(what: &Value) -> usize {
    let own = ["name", "description"].map(|name| length(what[name].as_str().unwrap_or_default()));
    let choices = list(what, "choices").iter().flat_map(|choice| [&choice["name"], &choice["value"]]);
    let choices: usize = choices.map(|text| length(text.as_str().unwrap_or_default())).sum();
    own.iter().sum::<usize>() + choices + list(what, "options").iter().map(characters).sum::<usize>()
}
