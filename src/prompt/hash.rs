//! The keyed hash by which an exact repeat of a prompt is known. Without the key it tells nothing about the text, and
//! hashes of two stores cannot be compared.

use std::fmt;

use super::normal::normal_bytes;
use crate::model::{PromptDigest, PromptHash};

/// The secret key of a store's prompt hashes.
#[derive(Clone, PartialEq, Eq)]
pub struct PromptKey([u8; 32]);

impl PromptKey {
    /// A key of these bytes; they should be random.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the file beside the store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PromptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PromptKey(…)")
    }
}

/// The first eight bytes of the keyed BLAKE3 hash of the [normal form](super::normal_form) of `text`, read as a little-endian
/// number.
pub fn hash(key: &PromptKey, text: &str) -> PromptHash {
    head(blake3::keyed_hash(&key.0, &normal_bytes(text)))
}

/// The keyed hash of a prompt of which a log tells no more than a digest. It differs from [`hash`] of its text.
pub fn hash_digest(key: &PromptKey, digest: &PromptDigest) -> PromptHash {
    head(blake3::keyed_hash(&key.0, &digest.0))
}

fn head(hash: blake3::Hash) -> PromptHash {
    let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
    PromptHash(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::normal_form;
    use proptest::prelude::*;

    fn key(byte: u8) -> PromptKey {
        PromptKey::new([byte; 32])
    }

    #[test]
    fn it_is_the_head_of_keyed_blake3_over_the_normal_form() {
        let whole = blake3::keyed_hash(key(7).as_bytes(), b"what is rust?");
        let head = u64::from_le_bytes(whole.as_bytes()[..8].try_into().unwrap());
        assert_eq!(hash(&key(7), "  What is\nRust? "), PromptHash(head));
    }

    #[test]
    fn another_key_gives_another_hash() {
        assert_ne!(hash(&key(1), "hello"), hash(&key(2), "hello"));
        let digest = PromptDigest([5; 32]);
        assert_ne!(hash_digest(&key(1), &digest), hash_digest(&key(2), &digest));
        assert_eq!(hash_digest(&key(1), &digest), hash_digest(&key(1), &PromptDigest([5; 32])));
    }

    #[test]
    fn a_key_does_not_show_its_bytes() {
        assert_eq!(format!("{:?}", key(0xab)), "PromptKey(…)");
    }

    proptest! {
        #[test]
        fn equal_hashes_mean_equal_normal_forms(a in "[aAbB `\n]{0,6}", b in "[aAbB `\n]{0,6}") {
            let same_hash = hash(&key(3), &a) == hash(&key(3), &b);
            prop_assert_eq!(same_hash, normal_form(&a) == normal_form(&b));
        }
    }
}
