//! A clause as a sentence: a capital first, a full stop last.

/// Makes a sentence of a clause. A name at its start (of a file, a variable, an option) stays as it is written, as far as it
/// shows that it is one: clauses that start with a name of any look put a word before it.
pub fn sentence(clause: &str) -> String {
    let clause = clause.trim();
    let end = if clause.ends_with(['.', '!', '?', ')', ':']) { "" } else { "." };
    let mut words = clause.split_whitespace();
    let (first, second, third) = (words.next().unwrap_or_default(), words.next(), words.next().unwrap_or_default());
    let is_word =
        first.trim_end_matches([',', ';', '.']).chars().all(|letter| letter.is_alphabetic() || letter == '\'');
    // A place comes first: `config.toml line 3`, `settings: there is no such file`.
    let is_place =
        first.ends_with(':') || (second == Some("line") && third.starts_with(|digit: char| digit.is_ascii_digit()));
    let mut letters = clause.chars();
    match letters.next() {
        Some(first) if is_word && !is_place => format!("{}{}{end}", first.to_uppercase(), letters.as_str()),
        _ => format!("{clause}{end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_becomes_a_sentence() {
        assert_eq!(sentence("there is no model \"x\""), "There is no model \"x\".");
        assert_eq!(sentence("did you mean haiku?"), "Did you mean haiku?");
        assert_eq!(sentence("config.toml line 3: unknown key"), "config.toml line 3: unknown key.");
        assert_eq!(sentence("settings: no such file"), "settings: no such file.");
        assert_eq!(sentence("settings line 3: unknown key"), "settings line 3: unknown key.");
        assert_eq!(sentence("this line is long"), "This line is long.");
        assert_eq!(sentence("no; that's wrong"), "No; that's wrong.");
    }
}
