//! What the simulated model says: a few set phrases around words of the question, and that it is simulated.

/// An answer as a list of tokens of 20 to 120: words with the blank before them.
pub(super) fn answer(question: &str, chance: &mut fastrand::Rng) -> Vec<String> {
    let topic = topic(question);
    let mut text = format!("This is a simulated answer: no AI model was asked about {topic}. ");
    let sentences = chance.usize(1..=4);
    let mut left: Vec<&str> = SENTENCES.to_vec();
    for _ in 0..sentences {
        text.push_str(&left.swap_remove(chance.usize(..left.len())).replace("{topic}", &topic));
        text.push(' ');
    }
    if is_about_code(question) {
        text.push_str("A piece of code would stand here:\n\n");
        text.push_str(CODE[chance.usize(..CODE.len())]);
    } else {
        text.push_str(CLOSINGS[chance.usize(..CLOSINGS.len())]);
    }
    tokens(text.trim_end())
}

const SENTENCES: [&str; 8] = [
    "A real model would now say what {topic} is, and where one meets it.",
    "It would name the two or three things about {topic} that matter most, and leave out the rest.",
    "An example usually follows, small enough to follow in one's head.",
    "Then it would weigh what speaks for and against {topic}.",
    "Good answers say what they are not sure about, and this one is sure of nothing.",
    "Some history of {topic} may help, if it is short.",
    "The usual mistakes would be listed here, with how to avoid them.",
    "Numbers would be given with their units, and with where they come from.",
];

const CLOSINGS: [&str; 3] = [
    "Set a model key to get a real answer.",
    "Choose a real model to learn more.",
    "These words are only here so that there is something to measure.",
];

const CODE: [&str; 2] = [
    "```rust\nfn simulated() -> &'static str {\n    \"not a real answer\"\n}\n```",
    "```python\ndef simulated():\n    return \"not a real answer\"\n```",
];

const CODE_WORDS: [&str; 12] = [
    "code",
    "function",
    "script",
    "program",
    "rust",
    "python",
    "javascript",
    "sql",
    "regex",
    "compile",
    "bug",
    "class",
];

/// At most this many words of the question are repeated.
const TOPIC_WORDS: usize = 6;
/// Longer words (addresses, garbage) are not.
const LONGEST_WORD: usize = 24;

/// The last words of the question's first line, in quotation marks: those that usually say what it is about.
fn topic(question: &str) -> String {
    let line = question.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words = line.split_whitespace().take(200).map(plain);
    let words: Vec<String> = words.filter(|word| (1..=LONGEST_WORD).contains(&word.chars().count())).collect();
    match &words[words.len().saturating_sub(TOPIC_WORDS)..] {
        [] => "this".to_owned(),
        last => format!("“{}”", last.join(" ")),
    }
}

fn is_about_code(question: &str) -> bool {
    let start: String = question.chars().take(2_000).collect::<String>().to_lowercase();
    start.contains("```") || start.split(|c: char| !c.is_alphanumeric()).any(|word| CODE_WORDS.contains(&word))
}

/// Words, each with the white space before it; together they are the text.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut in_word = false;
    for c in text.chars() {
        match tokens.last_mut() {
            Some(token) if !(in_word && c.is_whitespace()) => token.push(c),
            _ => tokens.push(c.to_string()),
        }
        in_word = !c.is_whitespace();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(question: &str, seed: u64) -> String {
        answer(question, &mut fastrand::Rng::with_seed(seed)).concat()
    }

    #[test]
    fn answers_say_what_they_are_and_repeat_the_topic() {
        let text = said("What is Python?", 1);
        assert!(
            text.starts_with("This is a simulated answer: no AI model was asked about “What is Python”."),
            "{text}"
        );
        assert!(text.contains("```"), "{text}");
        assert!(!said("Who was Ada Lovelace?", 1).contains("```"));
        assert!(said("🦀🦀🦀", 1).contains("asked about this."));
        assert!(said("", 1).contains("asked about this."));
    }

    #[test]
    fn answers_are_20_to_120_tokens_long() {
        for seed in 0..2_000 {
            for question in ["Hi", "Write a function that sorts a list of names in Python, please"] {
                let count = answer(question, &mut fastrand::Rng::with_seed(seed)).len();
                assert!((20..=120).contains(&count), "{count} tokens with seed {seed}");
            }
        }
    }

    #[test]
    fn tokens_are_words_with_the_blanks_before_them() {
        assert_eq!(tokens("A  b\n\nc"), ["A", "  b", "\n\nc"]);
    }
}
