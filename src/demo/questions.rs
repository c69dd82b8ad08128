//! What is asked: kinds of question, how hard and how long they are, and how long their answers.

use super::chance::Chance;
use crate::model::{Complexity, PromptDigest, PromptHash, QueryType};

/// A kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// "What is Python?" Any model can answer it.
    Simple,
    Involved,
    Code,
    Reasoning,
    Creative,
    Chat,
    Other,
}

/// How many kinds there are.
pub(super) const KINDS: usize = 7;

impl Kind {
    /// All kinds, in the order in which shares of them are written.
    pub const ALL: [Self; KINDS] =
        [Self::Simple, Self::Involved, Self::Code, Self::Reasoning, Self::Creative, Self::Chat, Self::Other];

    fn sort(self) -> Sort {
        let sort = |query_type, complexity, prompt_tokens, answer_tokens| Sort {
            query_type,
            complexity,
            prompt_tokens,
            answer_tokens,
        };
        match self {
            Self::Simple => sort(QueryType::Question, (0.08, super::truths::SIMPLE), 9.0, 70.0),
            Self::Involved => sort(QueryType::Question, (0.35, 0.60), 60.0, 260.0),
            Self::Code => sort(QueryType::Code, (0.35, 0.75), 140.0, 420.0),
            Self::Reasoning => sort(QueryType::Reasoning, (0.45, 0.85), 90.0, 380.0),
            Self::Creative => sort(QueryType::Creative, (0.35, 0.60), 40.0, 330.0),
            Self::Chat => sort(QueryType::Chat, (0.02, 0.12), 8.0, 45.0),
            Self::Other => sort(QueryType::Other, (0.10, 0.30), 25.0, 120.0),
        }
    }
}

/// What is said of a kind.
struct Sort {
    query_type: QueryType,
    /// From, to.
    complexity: (f64, f64),
    /// The median.
    prompt_tokens: f64,
    /// The median.
    answer_tokens: f64,
}

/// The spread of the lengths of prompts: the standard deviation of their logarithm.
const PROMPT_SIGMA: f64 = 0.5;
/// The same of the lengths of answers from one question to the next.
const ANSWER_SIGMA: f64 = 0.45;

/// A question, which may be asked more than once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Question {
    id: u64,
    /// The number of the model that is asked.
    pub model: usize,
    pub query_type: QueryType,
    pub complexity: Complexity,
    pub prompt_tokens: u64,
    /// The median length of its answers.
    pub answer_tokens: f64,
}

impl Question {
    pub fn new(id: u64, kind: Kind, model: usize, chance: &mut Chance) -> Self {
        let sort = kind.sort();
        Self {
            id,
            model,
            query_type: sort.query_type,
            complexity: Complexity::from_share(chance.between(sort.complexity)),
            prompt_tokens: chance.log_normal(sort.prompt_tokens, PROMPT_SIGMA).max(2.0) as u64,
            answer_tokens: chance.log_normal(sort.answer_tokens, ANSWER_SIGMA),
        }
    }

    /// What tells it from all others of the same traffic. A store makes a keyed hash of it.
    pub fn digest(&self, seed: u64) -> PromptDigest {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.id.to_le_bytes());
        PromptDigest(bytes)
    }

    /// A hash for who looks at the rows without a store. Questions of one traffic have different ones, since each step can
    /// be undone; the mixing is that of SplitMix64.
    pub fn hash(&self, seed: u64) -> PromptHash {
        let mut bits = seed ^ self.id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        PromptHash(bits ^ (bits >> 31))
    }
}
