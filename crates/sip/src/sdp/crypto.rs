//! Keys of SRTP in session descriptions (SDES, RFC 4568).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Secret;

use crate::message::scan::{self, DIGIT};

/// A protection of SRTP. Ordered by strength, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SrtpSuite {
    /// `AEAD_AES_256_GCM` (RFC 7714).
    AeadAes256Gcm,
    /// `AEAD_AES_128_GCM` (RFC 7714).
    AeadAes128Gcm,
    /// `AES_CM_128_HMAC_SHA1_80` (RFC 4568).
    AesCm128HmacSha1_80,
    /// `AES_CM_128_HMAC_SHA1_32` (RFC 4568).
    AesCm128HmacSha1_32,
}

/// Key and salt of one direction: redacted in `Debug`, wiped on drop.
#[derive(Debug, Clone)]
pub struct SrtpKey {
    suite: SrtpSuite,
    bytes: Secret<Vec<u8>>,
}

/// One `a=crypto` line without key identifiers and without session parameters: those change the
/// protection, so lines that have some are not used.
#[derive(Debug, Clone)]
pub struct CryptoAttribute {
    /// Names the line in the answer.
    pub tag: u32,
    /// The key that its sender encrypts with.
    pub key: SrtpKey,
}

impl SrtpSuite {
    const ALL: [Self; 4] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::AesCm128HmacSha1_80,
        Self::AesCm128HmacSha1_32,
    ];

    /// The name in a session description.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// Bytes of master key and salt together.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::AeadAes256Gcm => 32 + 12,
            Self::AeadAes128Gcm => 16 + 12,
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 16 + 14,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.as_str() == name)
    }
}

impl SrtpKey {
    /// A key of this suite: master key, then salt. Nothing where the length is another.
    pub fn new(suite: SrtpSuite, bytes: Secret<Vec<u8>>) -> Option<Self> {
        (bytes.expose().len() == suite.key_bytes()).then_some(Self { suite, bytes })
    }

    /// What it is for.
    pub const fn suite(&self) -> SrtpSuite {
        self.suite
    }

    /// Master key, then salt.
    pub const fn bytes(&self) -> &Secret<Vec<u8>> {
        &self.bytes
    }
}

impl CryptoAttribute {
    /// The value of the attribute. It holds the key: it belongs into a session description over TLS and
    /// nowhere else.
    pub fn to_value(&self) -> String {
        let key = STANDARD.encode(self.key.bytes.expose());
        format!("{} {} inline:{key}", self.tag, self.key.suite.as_str())
    }

    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(' ').filter(|part| !part.is_empty());
        let tag = Self::tag(parts.next()?)?;
        let suite = SrtpSuite::parse(parts.next()?)?;
        let inline = parts.next()?.strip_prefix("inline:")?;
        if parts.next().is_some() {
            return None;
        }
        let (key, lifetime) = inline.split_once('|').unwrap_or((inline, ""));
        // A lifetime is a promise to re-key that no call lives to see; a key identifier changes packets.
        let power = lifetime.strip_prefix("2^").unwrap_or(lifetime);
        if !lifetime.is_empty() && !scan::all(power, DIGIT) {
            return None;
        }
        let bytes = STANDARD.decode(key).ok()?;
        Some(Self {
            tag,
            key: SrtpKey::new(suite, Secret::new(bytes))?,
        })
    }

    /// The tag of a line, understood or not.
    pub(super) fn tag_of(value: &str) -> Option<u32> {
        Self::tag(value.split(' ').next()?)
    }

    fn tag(text: &str) -> Option<u32> {
        scan::number(text, 999_999_999).and_then(|tag| u32::try_from(tag).ok())
    }
}
