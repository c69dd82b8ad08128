//! From a line as typed (on a phone, perhaps) to words that clap can read, and from clap's errors to one sentence.

use clap::error::{ContextKind, ErrorKind};

use crate::model::names;

/// Straight quotes and double hyphens for the curly quotes and long dashes that phones put in their place.
pub fn straighten(text: &str) -> String {
    let mut straight = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        match letter {
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => straight.push('"'),
            '\u{2018}' | '\u{2019}' | '\u{201a}' => straight.push('\''),
            '\u{2013}' | '\u{2014}' | '\u{2015}' if before.is_whitespace() => straight.push_str("--"),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => straight.push('-'),
            '\u{a0}' | '\u{2007}' | '\u{202f}' => straight.push(' '),
            other => straight.push(other),
        }
        before = letter;
    }
    straight
}

/// Words, split at white space; double quotes keep words together. A quote that is not closed reaches to the end.
pub fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            _ if letter.is_whitespace() && !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Clap's error as one sentence.
pub fn sentence(error: &clap::Error) -> String {
    let context = |kind| error.get(kind).map(|value| value.to_string()).unwrap_or_default();
    let argument = bare(&context(ContextKind::InvalidArg));
    let value = context(ContextKind::InvalidValue);
    // What has no name of its own is called by what was typed.
    let what = if argument.starts_with('-') { format!(" for {argument}") } else { " here".to_owned() };
    match error.kind() {
        ErrorKind::UnknownArgument if !argument.starts_with('-') => format!("{argument:?} is one word too many"),
        ErrorKind::UnknownArgument => {
            let near = names::did_you_mean(error.get(ContextKind::SuggestedArg));
            format!("unknown option {argument}{}", near.map(|near| format!("; {near}")).unwrap_or_default())
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} needs a value"),
        ErrorKind::InvalidValue => match context(ContextKind::ValidValue) {
            valid if valid.is_empty() => format!("{value:?} is no value{what}"),
            valid => format!("{value:?} is no value{what}: use {}", any_of(&valid)),
        },
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{value:?} is no value{what}: {reason}")
        }
        ErrorKind::InvalidSubcommand => {
            let near = names::did_you_mean(error.get(ContextKind::SuggestedSubcommand));
            let wanted = context(ContextKind::InvalidSubcommand);
            format!("there is no command {wanted:?}{}", near.map(|near| format!("; {near}")).unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("an argument is missing: {argument}"),
        ErrorKind::ArgumentConflict => format!("{argument} cannot go with {}", bare(&context(ContextKind::PriorArg))),
        _ => first_line(&error.to_string()),
    }
}

/// Of clap's list `a, b, c`: `a, b or c`.
fn any_of(list: &str) -> String {
    list.rsplit_once(", ").map_or_else(|| list.to_owned(), |(most, last)| format!("{most} or {last}"))
}

/// An argument as people type it: of clap's `--top <5>`, `[NAME]...` and `'--x'` no more than `--top`, `NAME`, `--x`.
fn bare(argument: &str) -> String {
    let option = argument.split(" <").next().filter(|option| option.starts_with('-'));
    option.unwrap_or(argument).trim_end_matches("...").trim_matches(['[', ']', '<', '>', '\'']).to_owned()
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straightens_what_phones_type() {
        assert_eq!(straighten("stats —last “7 d” – it’s 2–3"), "stats --last \"7 d\" -- it's 2-3");
        assert_eq!(straighten("stats\u{a0}–-last"), "stats ---last");
    }

    #[test]
    fn splits_at_white_space_outside_quotes() {
        assert_eq!(split("  a \"b c\"d  \"\" e"), ["a", "b cd", "", "e"]);
        assert_eq!(split("a \"b c"), ["a", "b c"]);
    }
}
