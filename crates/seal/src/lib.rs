//! Encryption as functions: envelopes and keyed hashes.

/// A data key.
pub struct DataKey(#[expect(dead_code, reason = "filled in next")] [u8; 32]);
