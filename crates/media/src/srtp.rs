//! SRTP and SRTCP (RFC 3711, RFC 7714) with keys from SDP (RFC 4568), on aws-lc-rs.
//!
//! Own code because what exists either links a C library of its own or keeps state for every source that
//! an unauthenticated packet names. Here nothing is kept before a packet has passed authentication.

mod cipher;
mod crypto_line;
mod stream;

#[cfg(test)]
mod tests;

pub use crypto_line::{CryptoLine, CryptoLineError, LIFETIME_MIN, MasterKey};
pub use stream::{SOURCES_MAX, SRTP_OVERHEAD_MAX, SrtpError, SrtpReceiver, SrtpSender};

/// A protection of packets. The names are those of SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suite {
    /// AES-256 in GCM, tags of 16 bytes (RFC 7714).
    AeadAes256Gcm,
    /// AES-128 in GCM, tags of 16 bytes (RFC 7714).
    AeadAes128Gcm,
    /// AES-128 in counter mode, HMAC-SHA1 cut to 80 bits (RFC 3711).
    AesCm128HmacSha1_80,
    /// The same with 32 bits for RTP: a forged packet in four thousand million passes. Only where the
    /// trunk's configuration asks for it.
    AesCm128HmacSha1_32,
}

impl Suite {
    /// What is accepted unless configured otherwise, best first.
    pub const DEFAULT: [Self; 3] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::AesCm128HmacSha1_80,
    ];

    /// Its name in SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// The suite of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::AeadAes256Gcm,
            Self::AeadAes128Gcm,
            Self::AesCm128HmacSha1_80,
            Self::AesCm128HmacSha1_32,
        ]
        .into_iter()
        .find(|suite| suite.name() == name)
    }

    const fn key_bytes(self) -> usize {
        match self {
            Self::AeadAes256Gcm => 32,
            _ => 16,
        }
    }

    const fn salt_bytes(self) -> usize {
        match self {
            Self::AeadAes256Gcm | Self::AeadAes128Gcm => 12,
            _ => 14,
        }
    }
}
