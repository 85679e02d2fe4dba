//! Random values that people and programs carry: cookies, links, access keys.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::Secret;
use zeroize::Zeroizing;

const TOKEN_BYTES: usize = 32;
/// Length of a token's text.
const TOKEN_CHARS: usize = 43;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const KEY_ID_PREFIX: &str = "AKIA";
const KEY_ID_CHARS: usize = 20;
const KEY_ID_BYTES: usize = 10;
const KEY_SECRET_BYTES: usize = 30;

/// A bearer token of 256 random bits. Stores hold only its keyed hash.
pub(crate) struct Token(Secret<[u8; TOKEN_BYTES]>);

impl Token {
    pub(crate) const fn new(random: Secret<[u8; TOKEN_BYTES]>) -> Self {
        Self(random)
    }

    /// Reads a token's text; `None` for anything but the one spelling of 32 bytes.
    pub(crate) fn parse(text: &Secret<String>) -> Option<Self> {
        let text = text.expose();
        if text.len() != TOKEN_CHARS {
            return None;
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let bytes: [u8; TOKEN_BYTES] = bytes.as_slice().try_into().ok()?;
        Some(Self(Secret::new(bytes)))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose()
    }

    /// Its text: base64url without padding.
    pub(crate) fn text(&self) -> Secret<String> {
        Secret::new(url_text(self.bytes()))
    }
}

/// base64url without padding.
pub(crate) fn url_text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base32 without padding (RFC 4648): how authenticators let a secret be typed.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5).saturating_mul(8));
    for group in bytes.chunks(5) {
        let bits = group
            .iter()
            .chain(std::iter::repeat(&0))
            .take(5)
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let chars = (group.len() * 8).div_ceil(5);
        for place in 0..chars {
            let index = (bits >> (35 - 5 * place)) & 31;
            let letter = usize::try_from(index).ok().and_then(|at| BASE32.get(at));
            text.extend(letter.copied().map(char::from));
        }
    }
    text
}

/// The public id of an access key: `AKIA` and 16 characters of base32.
pub(crate) fn key_id(random: &Secret<[u8; TOKEN_BYTES]>) -> String {
    let bytes = random.expose().get(..KEY_ID_BYTES).unwrap_or_default();
    format!("{KEY_ID_PREFIX}{}", base32(bytes))
}

/// Whether a text has the form of an access key's id.
pub(crate) fn is_key_id(text: &str) -> bool {
    text.len() == KEY_ID_CHARS
        && text.starts_with(KEY_ID_PREFIX)
        && text.bytes().all(|byte| BASE32.contains(&byte))
}

/// The secret of an access key: 40 characters.
pub(crate) fn key_secret(random: &Secret<[u8; TOKEN_BYTES]>) -> Secret<String> {
    let bytes = random.expose().get(..KEY_SECRET_BYTES).unwrap_or_default();
    Secret::new(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests;
