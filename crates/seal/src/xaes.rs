//! XAES-256-GCM (C2SP): AES-256-GCM with 192-bit nonces, random for any number of messages.

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};
use zeroize::Zeroizing;

use crate::key::DATA_KEY_BYTES;

/// Length of a nonce: half of it chooses the message's key, half is that key's GCM nonce.
pub(crate) const XAES_NONCE_BYTES: usize = SALT_BYTES + NONCE_LEN;
/// Length of the half that chooses the message's key.
pub(crate) const SALT_BYTES: usize = 12;
/// Length of the authentication tag.
pub(crate) const TAG_BYTES: usize = 16;

const BLOCK_BYTES: usize = 16;

/// A key's schedule, from which the keys of messages are derived.
pub(crate) struct Xaes {
    cipher: EncryptingKey,
    // CMAC's first subkey, K1.
    subkey: Zeroizing<[u8; BLOCK_BYTES]>,
}

impl Xaes {
    pub(crate) fn new(key: &[u8; DATA_KEY_BYTES]) -> Self {
        #[expect(
            clippy::expect_used,
            reason = "fails for wrong key lengths only, and the type fixes the length"
        )]
        let cipher = UnboundCipherKey::new(&AES_256, key)
            .and_then(EncryptingKey::ecb)
            .expect("32 bytes are an AES-256 key");
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        encrypt_blocks(&cipher, block.as_mut_slice());
        let doubled = u128::from_be_bytes(*block) << 1;
        let carry = if block.first().is_some_and(|byte| byte & 0x80 != 0) {
            0x87
        } else {
            0
        };
        Self {
            cipher,
            subkey: Zeroizing::new((doubled ^ carry).to_be_bytes()),
        }
    }

    /// The AES-256-GCM key that this salt chooses: two blocks of CMAC in counter mode.
    pub(crate) fn message_key(&self, salt: &[u8; SALT_BYTES]) -> LessSafeKey {
        let mut key = Zeroizing::new([0; DATA_KEY_BYTES]);
        for (block, counter) in key.chunks_exact_mut(BLOCK_BYTES).zip([1_u8, 2]) {
            let input = [0, counter, b'X', 0]
                .into_iter()
                .chain(salt.iter().copied());
            for ((byte, input), subkey) in block.iter_mut().zip(input).zip(self.subkey.iter()) {
                *byte = input ^ subkey;
            }
        }
        encrypt_blocks(&self.cipher, key.as_mut_slice());
        #[expect(
            clippy::expect_used,
            reason = "fails for wrong key lengths only, and the type fixes the length"
        )]
        LessSafeKey::new(
            UnboundKey::new(&AES_256_GCM, key.as_slice()).expect("32 bytes are an AES-256 key"),
        )
    }

    /// The key and GCM nonce of one message.
    pub(crate) fn message(&self, nonce: [u8; XAES_NONCE_BYTES]) -> (LessSafeKey, Nonce) {
        let mut salt = [0; SALT_BYTES];
        let mut rest = [0; NONCE_LEN];
        for (to, from) in salt.iter_mut().chain(rest.iter_mut()).zip(nonce) {
            *to = from;
        }
        (self.message_key(&salt), Nonce::assume_unique_for_key(rest))
    }
}

fn encrypt_blocks(cipher: &EncryptingKey, blocks: &mut [u8]) {
    #[expect(
        clippy::expect_used,
        reason = "fails for partial blocks only, and both callers pass whole ones"
    )]
    cipher.encrypt(blocks).expect("whole blocks");
}

#[cfg(test)]
mod tests;
