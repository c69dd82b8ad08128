//! Decides the type of a question and how hard it looks, from its first 2,000 characters.

use super::complexity::Signs;
use super::features::Features;
use super::weights::Weights;
use super::words;
use crate::model::{Complexity, QueryType};

/// What a prompt is taken for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Classified {
    /// The type of the question.
    pub query_type: QueryType,
    /// How hard it looks.
    pub complexity: Complexity,
    /// The model's share (0–1) for its best guess. Below [`FLOOR`](super::weights::FLOOR) that guess was not taken.
    pub confidence: f32,
}

/// Classifies a prompt by a linear model over hashed words, and rates its complexity by a formula, in one pass and
/// without allocating. Only the first 2,000 characters are looked at, and of them at most 1,000 words, numbers and
/// symbols.
pub fn classify(text: &str) -> Classified {
    let (text, weights) = (words::head(text), Weights::shipped());
    let (mut sum, mut signs) = (weights.sum(), Signs::default());
    let mut features = Features::new(text, &mut |bucket| sum.add(bucket));
    words::each(text, |token| {
        features.push(token, &mut |bucket| sum.add(bucket));
        signs.push(token);
    });
    features.finish(&mut |bucket| sum.add(bucket));
    let (query_type, confidence) = sum.guess();
    Classified { query_type, complexity: signs.complexity(query_type), confidence }
}

#[cfg(test)]
mod tests;
