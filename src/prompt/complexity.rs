//! How hard a prompt looks, by a formula that a person can check with a pencil.
//!
//! Six signs, each from 0 to 1, weighted; the sum is cut to 0–1 ([`Signs::complexity`]):
//!
//! | sign | weight | is 1 at |
//! |---|---|---|
//! | length: ln(1 + tokens) / ln(401) | 0.35 | 400 words, numbers and symbols |
//! | reasoning words (why, prove, compare, optimise …) | 0.20 | 3 |
//! | constraint words (must, without, at least, exactly …) | 0.15 | 4 |
//! | parts: questions, list items and numbered steps beyond the first | 0.15 | 4 |
//! | code: symbols per token | 0.05 | one in three |
//! | the type: chat 0, other 0, question ¼, creative ½, code ¾, reasoning 1 | 0.10 | |

use super::words::{Kind, Token, hash_word};
use crate::model::{Complexity, QueryType};

/// What has been counted in a prompt so far.
#[derive(Default)]
pub(super) struct Signs {
    tokens: u32,
    symbols: u32,
    reasoning: u32,
    constraints: u32,
    parts: u32,
}

impl Signs {
    /// Takes the next token of the text.
    pub(super) fn push(&mut self, token: Token) {
        self.tokens += 1;
        match token.kind {
            Kind::Word => {
                self.reasoning += u32::from(is_among(&REASONING, token.hash));
                self.constraints += u32::from(is_among(&CONSTRAINTS, token.hash));
            }
            Kind::Symbol => {
                self.symbols += 1;
                self.parts += u32::from(QUESTION_MARKS.contains(&token.hash) || is_bullet(token));
            }
            Kind::Number => self.parts += u32::from(token.starts_line),
            Kind::Ideograph | Kind::Sign => {}
        }
    }

    /// The formula at the head of this file.
    pub(super) fn complexity(&self, query_type: QueryType) -> Complexity {
        let length = f64::from(self.tokens).ln_1p() / 401_f64.ln();
        let code = 3.0 * f64::from(self.symbols) / f64::from(self.tokens.max(1));
        Complexity::from_share(
            0.35 * length.min(1.0)
                + 0.20 * part_of(self.reasoning, 3)
                + 0.15 * part_of(self.constraints, 4)
                + 0.15 * part_of(self.parts.saturating_sub(1), 4)
                + 0.05 * code.min(1.0)
                + 0.10 * of_type(query_type),
        )
    }
}

fn part_of(count: u32, full: u32) -> f64 {
    f64::from(count.min(full)) / f64::from(full)
}

fn of_type(query_type: QueryType) -> f64 {
    match query_type {
        QueryType::Chat | QueryType::Other => 0.0,
        QueryType::Question => 0.25,
        QueryType::Creative => 0.5,
        QueryType::Code => 0.75,
        QueryType::Reasoning => 1.0,
    }
}

/// Compares with all of them: without an early end the compiler can take several at once.
fn is_among(known: &[u32], hash: u32) -> bool {
    known.iter().fold(false, |found, &one| found | (one == hash))
}

fn is_bullet(token: Token) -> bool {
    token.starts_line && BULLETS.contains(&token.hash)
}

const QUESTION_MARKS: [u32; 4] = hashes(["?", "??", "?!", "!?"]);
const BULLETS: [u32; 3] = hashes(["-", "*", "+"]);

const REASONING: [u32; 32] = hashes([
    "why",
    "prove",
    "proof",
    "derive",
    "compare",
    "contrast",
    "explain",
    "analyze",
    "analyse",
    "evaluate",
    "optimize",
    "optimise",
    "optimal",
    "because",
    "therefore",
    "assume",
    "suppose",
    "deduce",
    "implies",
    "calculate",
    "compute",
    "solve",
    "minimize",
    "maximize",
    "probability",
    "equation",
    "theorem",
    "complexity",
    "step",
    "steps",
    "trade",
    "design",
]);

const CONSTRAINTS: [u32; 24] = hashes([
    "must",
    "should",
    "shall",
    "without",
    "exactly",
    "least",
    "most",
    "only",
    "every",
    "each",
    "between",
    "never",
    "always",
    "ensure",
    "avoid",
    "unless",
    "except",
    "maximum",
    "minimum",
    "limit",
    "required",
    "requirements",
    "constraint",
    "constraints",
]);

const fn hashes<const N: usize>(words: [&str; N]) -> [u32; N] {
    let mut found = [0; N];
    let mut at = 0;
    while at < N {
        found[at] = hash_word(words[at]);
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::words;
    use proptest::prelude::*;

    fn rated(text: &str, query_type: QueryType) -> Complexity {
        let mut signs = Signs::default();
        words::each(text, |token| signs.push(token));
        signs.complexity(query_type)
    }

    #[test]
    fn the_formula_gives_what_a_pencil_gives() {
        // Nothing at all, in no type.
        assert_eq!(rated("", QueryType::Other), Complexity::from_share(0.0));
        // Three words and a sign of four tokens: 0.35 · ln 5 / ln 401 + 0.05 · ¾ + 0.10 · ¼.
        let by_hand = 0.35 * 5_f64.ln() / 401_f64.ln() + 0.0375 + 0.025;
        assert_eq!(rated("What is Python?", QueryType::Question), Complexity::from_share(by_hand));
        // Each sign at its fullest adds up to one.
        let full = "1 why prove derive must without only never ???? \n- ? \n- ?".to_owned() + &" x".repeat(400);
        let code_aside = 1.0 - 0.05 * (1.0 - 3.0 * 5.0 / 413.0);
        assert_eq!(rated(&full, QueryType::Reasoning), Complexity::from_share(code_aside));
    }

    #[test]
    fn a_harder_prompt_of_one_type_rates_higher() {
        let ladder = [
            "thanks!",
            "What is Rust?",
            "What is the difference between a process and a thread, and why does it matter?",
            "Compare three sorting algorithms. Explain why each is optimal somewhere:\n1. for short lists\n2. for sorted \
             lists\n3. for lists that must never leave the disk",
        ];
        let rates: Vec<Complexity> = ladder.iter().map(|text| rated(text, QueryType::Question)).collect();
        assert!(rates.is_sorted_by(|a, b| a < b), "{rates:?}");
    }

    #[test]
    fn the_type_alone_orders_equal_texts() {
        use QueryType::*;
        let rates = [Chat, Question, Creative, Code, Reasoning].map(|kind| rated("one two three", kind));
        assert!(rates.is_sorted_by(|a, b| a < b), "{rates:?}");
    }

    proptest! {
        #[test]
        fn more_plain_words_never_make_it_easier(words in 0_usize..600) {
            let text = "word ".repeat(words);
            let longer = rated(&(text.clone() + "word"), QueryType::Question);
            prop_assert!(rated(&text, QueryType::Question) <= longer);
        }
    }
}
