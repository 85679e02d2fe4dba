//! Keys in SDP: the value of `a=crypto` (RFC 4568).

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::Secret;
use zeroize::Zeroizing;

use super::Suite;

/// Least number of packets for which a peer must promise to keep a key: about six hours.
pub const LIFETIME_MIN: u64 = 1 << 20;
/// Longest value read.
const LINE_BYTES_MAX: usize = 512;

/// Some write the filler of base64, some do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Master key and salt of one direction: wiped on drop, redacted in `Debug`.
#[derive(Clone)]
pub struct MasterKey {
    suite: Suite,
    /// Key, then salt.
    bytes: Secret<Vec<u8>>,
}

impl MasterKey {
    /// A fresh key from the system's randomness.
    pub fn generate(suite: Suite) -> Self {
        let mut bytes = vec![0; suite.key_bytes() + suite.salt_bytes()];
        fill_random(&mut bytes);
        Self {
            suite,
            bytes: Secret::new(bytes),
        }
    }

    /// A key and its salt, one behind the other; none where the length is not the suite's.
    pub fn from_bytes(suite: Suite, bytes: Vec<u8>) -> Option<Self> {
        let bytes = Secret::new(bytes);
        (bytes.expose().len() == suite.key_bytes() + suite.salt_bytes())
            .then_some(Self { suite, bytes })
    }

    /// Which suite it is for.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    pub(super) fn key(&self) -> &[u8] {
        self.bytes
            .expose()
            .get(..self.suite.key_bytes())
            .unwrap_or_default()
    }

    pub(super) fn salt(&self) -> &[u8] {
        self.bytes
            .expose()
            .get(self.suite.key_bytes()..)
            .unwrap_or_default()
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        self.suite == other.suite && self.bytes.matches(other.bytes.expose())
    }
}

impl Eq for MasterKey {}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, ..)", self.suite.name())
    }
}

/// One offered or chosen key.
#[derive(Debug, Clone)]
pub struct CryptoLine {
    /// Its number, by which an answer chooses.
    pub tag: u32,
    /// The key.
    pub key: MasterKey,
}

/// Why a line is not usable. The next one may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptoLineError {
    /// Not of the form `tag suite inline:key`.
    #[error("the crypto attribute is not of the form `tag suite inline:key`")]
    Malformed,
    /// A suite that is not known or not switched on.
    #[error("the crypto attribute names a suite that is not accepted here")]
    Suite,
    /// Key and salt have not the length of the suite, or are no base64.
    #[error("the key of the crypto attribute has not the length of its suite")]
    Key,
    /// A lifetime below [`LIFETIME_MIN`] packets.
    #[error("the key of the crypto attribute must last for `{LIFETIME_MIN}` packets at least")]
    Lifetime,
    /// A master key identifier or several keys: none of ours sends them.
    #[error("master key identifiers and several keys in one crypto attribute are not supported")]
    Identifier,
    /// A session parameter. They weaken the suite or change the packets.
    #[error("session parameters of the crypto attribute are not supported")]
    Parameter,
}

impl CryptoLine {
    /// Reads the value behind `a=crypto:`. Only suites in `accepted` pass.
    pub fn parse(value: &str, accepted: &[Suite]) -> Result<Self, CryptoLineError> {
        if value.len() > LINE_BYTES_MAX {
            return Err(CryptoLineError::Malformed);
        }
        let mut words = value.split_ascii_whitespace();
        let (Some(tag), Some(suite), Some(key)) = (words.next(), words.next(), words.next()) else {
            return Err(CryptoLineError::Malformed);
        };
        let digits = (1..=9).contains(&tag.len()) && tag.bytes().all(|sign| sign.is_ascii_digit());
        let tag = tag
            .parse()
            .ok()
            .filter(|_| digits)
            .ok_or(CryptoLineError::Malformed)?;
        let suite = Suite::from_name(suite)
            .filter(|suite| accepted.contains(suite))
            .ok_or(CryptoLineError::Suite)?;
        let key = read_key(suite, key)?;
        if words.next().is_some() {
            return Err(CryptoLineError::Parameter);
        }
        Ok(Self { tag, key })
    }

    /// The value behind `a=crypto:`.
    pub fn to_value(&self) -> Secret<String> {
        let key = Zeroizing::new(BASE64.encode(self.key.bytes.expose()));
        Secret::new(format!(
            "{} {} inline:{}",
            self.tag,
            self.key.suite.name(),
            *key
        ))
    }
}

fn fill_random(target: &mut [u8]) {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no key may be made, and no input from outside causes it"
    )]
    aws_lc_rs::rand::fill(target).expect("the system's randomness");
}

fn read_key(suite: Suite, text: &str) -> Result<MasterKey, CryptoLineError> {
    let inline = text
        .strip_prefix("inline:")
        .ok_or(CryptoLineError::Malformed)?;
    if inline.contains(';') {
        return Err(CryptoLineError::Identifier);
    }
    let mut parts = inline.split('|');
    let key = parts.next().unwrap_or_default();
    for part in parts {
        if part.contains(':') {
            return Err(CryptoLineError::Identifier);
        }
        let lifetime = match part.strip_prefix("2^") {
            Some(power) => power
                .parse()
                .ok()
                .and_then(|power| 1_u64.checked_shl(power)),
            None => part.parse().ok(),
        };
        if lifetime.ok_or(CryptoLineError::Malformed)? < LIFETIME_MIN {
            return Err(CryptoLineError::Lifetime);
        }
    }
    let bytes = BASE64.decode(key).map_err(|_| CryptoLineError::Key)?;
    MasterKey::from_bytes(suite, bytes).ok_or(CryptoLineError::Key)
}
