//! Tags, branches, Call-IDs and nonces: unguessable, from a generator that the caller seeds.

use std::fmt;
use std::fmt::Write as _;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What every branch of RFC 3261 begins with.
pub const MAGIC_COOKIE: &str = "z9hG4bK";

/// A deterministic source of tokens. The program seeds it from the operating system, tests from a
/// number.
pub struct TokenSource(ChaCha12Rng);

impl TokenSource {
    /// A source that yields the sequence of this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// A source for tests and simulations.
    pub fn from_number(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A tag of a dialog: 96 bits (RFC 3261, section 19.3, asks for 32).
    pub fn tag(&mut self) -> String {
        self.hex(96)
    }

    /// A branch with the magic cookie.
    pub fn branch(&mut self) -> String {
        let mut branch = MAGIC_COOKIE.to_owned();
        branch.push_str(&self.hex(128));
        branch
    }

    /// A Call-ID; it names no host.
    pub fn call_id(&mut self) -> String {
        self.hex(128)
    }

    /// A nonce or cnonce of digest authentication.
    pub fn nonce(&mut self) -> String {
        self.hex(128)
    }

    /// A number in `0..bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A key for keyed hashes.
    pub(crate) fn key(&mut self) -> [u8; 32] {
        let mut key = [0; 32];
        self.0.fill_bytes(&mut key);
        key
    }

    fn hex(&mut self, bits: usize) -> String {
        let mut text = String::with_capacity(bits / 4);
        for _ in 0..bits / 32 {
            let _ = write!(text, "{:08x}", self.0.next_u32());
        }
        text
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource(..)")
    }
}
