//! A clause as a sentence: a capital first, a full stop last.

/// Makes a sentence of a clause. A name at its start (of a file, a column, a model) stays as it is written.
pub fn sentence(clause: &str) -> String {
    let clause = clause.trim();
    let end = if clause.ends_with(['.', '!', '?', ')', ':']) { "" } else { "." };
    let word = clause.split_whitespace().next().unwrap_or_default();
    let is_name =
        !word.trim_end_matches([',', ':', ';', '.']).chars().all(|letter| letter.is_alphabetic() || letter == '\'');
    let mut letters = clause.chars();
    match letters.next() {
        Some(first) if !is_name => format!("{}{}{end}", first.to_uppercase(), letters.as_str()),
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
        assert_eq!(sentence("no; that's wrong"), "No; that's wrong.");
    }
}
