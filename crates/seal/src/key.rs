//! Data keys: 256 bits that cannot be printed and do not stay in memory.

use std::fmt;
use std::sync::OnceLock;

use zeroize::Zeroize;

use crate::xaes::Xaes;

/// Length of a data key.
pub const DATA_KEY_BYTES: usize = 32;

/// A 256-bit key: wiped on drop, redacted in `Debug`, neither `Clone` nor `Serialize`. It leaves the
/// process only through [`crate::wrap`]. Share it with `Arc`.
pub struct DataKey {
    // Boxed, so that moving the key leaves no copy behind.
    bytes: Box<[u8; DATA_KEY_BYTES]>,
    // The key schedule, made at the first use: most keys of contacts seal a few rows, those of
    // instances seal millions.
    cipher: OnceLock<Box<Xaes>>,
}

impl DataKey {
    /// A fresh key from the system's randomness.
    pub fn generate() -> Self {
        let mut bytes = Box::new([0; DATA_KEY_BYTES]);
        fill_random(bytes.as_mut_slice());
        Self {
            bytes,
            cipher: OnceLock::new(),
        }
    }

    /// The key with these bytes, which are wiped here; the caller wipes what it still holds.
    pub fn from_bytes(mut bytes: [u8; DATA_KEY_BYTES]) -> Self {
        let boxed = Box::new(bytes);
        bytes.zeroize();
        Self {
            bytes: boxed,
            cipher: OnceLock::new(),
        }
    }

    pub(crate) fn expose(&self) -> &[u8; DATA_KEY_BYTES] {
        &self.bytes
    }

    pub(crate) fn cipher(&self) -> &Xaes {
        self.cipher
            .get_or_init(|| Box::new(Xaes::new(self.expose())))
    }
}

impl Drop for DataKey {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

/// Fills `target` from the system's randomness.
pub(crate) fn fill_random(target: &mut [u8]) {
    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing may be sealed, and no input from outside causes it"
    )]
    aws_lc_rs::rand::fill(target).expect("the system's randomness");
}
