//! Keyed hashes: what must be found again without being readable, and the authenticity of tokens.

use std::fmt;

use aws_lc_rs::{constant_time, hmac};

use crate::DataKey;

/// HMAC-SHA256 under a data key. Each use has a domain of its own, so that the hash of a name is never
/// taken for that of a token.
#[derive(Clone)]
pub struct KeyedHasher(hmac::Key);

impl KeyedHasher {
    /// The hasher with this key. Give it a key that has no other use.
    pub fn new(key: &DataKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// The hash of `message` in `domain`.
    pub fn hash(&self, domain: &str, message: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&(domain.len() as u64).to_be_bytes());
        context.update(domain.as_bytes());
        context.update(message);
        let mut hash = [0; 32];
        for (to, from) in hash.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        hash
    }

    /// Whether `candidate` is the hash of `message` in `domain`, compared in constant time.
    pub fn verify(&self, domain: &str, message: &[u8], candidate: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.hash(domain, message), candidate).is_ok()
    }
}

impl fmt::Debug for KeyedHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHasher(..)")
    }
}
