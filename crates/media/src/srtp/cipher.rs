//! Keys of a session and what they do to one packet.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::crypto_line::MasterKey;
use super::{SrtpError, Suite};

/// Tag of GCM.
const GCM_TAG_BYTES: usize = 16;
const SHA1_KEY_BYTES: usize = 20;
const CM_SALT_BYTES: usize = 14;
const GCM_SALT_BYTES: usize = 12;
/// Tag of RTCP under counter mode: never shortened (RFC 4568, section 6.2).
const RTCP_TAG_BYTES: usize = 10;

/// RTP or RTCP: they have keys of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rtp,
    Rtcp,
}

/// What a packet's protection depends on besides the key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) ssrc: u32,
    /// 48 bits for RTP, 31 for RTCP.
    pub(super) index: u64,
}

/// The keys of one direction and kind.
#[expect(
    clippy::large_enum_variant,
    reason = "made four times for a leg, never moved, and read for every packet"
)]
pub(super) enum Cipher {
    CounterMode {
        stream: EncryptingKey,
        salt: Zeroizing<[u8; CM_SALT_BYTES]>,
        mac: hmac::Key,
        tag_bytes: usize,
    },
    Gcm {
        key: Box<LessSafeKey>,
        salt: Zeroizing<[u8; GCM_SALT_BYTES]>,
    },
}

impl Cipher {
    /// Derives the session keys (RFC 3711, section 4.3; derivation rate 0).
    pub(super) fn derive(master: &MasterKey, kind: Kind) -> Result<Self, SrtpError> {
        let (key, auth, salt) = match kind {
            Kind::Rtp => (0, 1, 2),
            Kind::Rtcp => (3, 4, 5),
        };
        let suite = master.suite();
        let mut session_key = Zeroizing::new(vec![0; suite.key_bytes()]);
        derive(master, key, &mut session_key)?;
        match suite {
            Suite::AeadAes256Gcm | Suite::AeadAes128Gcm => {
                let mut session_salt = Zeroizing::new([0; GCM_SALT_BYTES]);
                derive(master, salt, session_salt.as_mut_slice())?;
                Self::gcm(&session_key, session_salt)
            }
            Suite::AesCm128HmacSha1_80 | Suite::AesCm128HmacSha1_32 => {
                let mut session_salt = Zeroizing::new([0; CM_SALT_BYTES]);
                derive(master, salt, session_salt.as_mut_slice())?;
                let mut session_auth = Zeroizing::new([0; SHA1_KEY_BYTES]);
                derive(master, auth, session_auth.as_mut_slice())?;
                let tag_bytes = match (suite, kind) {
                    (Suite::AesCm128HmacSha1_32, Kind::Rtp) => 4,
                    _ => RTCP_TAG_BYTES,
                };
                Ok(Self::CounterMode {
                    stream: counter_mode(&session_key)?,
                    salt: session_salt,
                    mac: hmac::Key::new(
                        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                        session_auth.as_slice(),
                    ),
                    tag_bytes,
                })
            }
        }
    }

    pub(super) fn gcm(
        key: &[u8],
        salt: Zeroizing<[u8; GCM_SALT_BYTES]>,
    ) -> Result<Self, SrtpError> {
        let algorithm = if key.len() == 32 {
            &AES_256_GCM
        } else {
            &AES_128_GCM
        };
        let key = UnboundKey::new(algorithm, key).map_err(|_| SrtpError::Key)?;
        Ok(Self::Gcm {
            key: Box::new(LessSafeKey::new(key)),
            salt,
        })
    }

    pub(super) const fn tag_bytes(&self) -> usize {
        match self {
            Self::CounterMode { tag_bytes, .. } => *tag_bytes,
            Self::Gcm { .. } => GCM_TAG_BYTES,
        }
    }

    /// Encrypts what lies behind the first `clear` bytes and appends the tag, then `trailer`. The trailer
    /// is authenticated: the rollover counter, which is not sent, or the index of RTCP, which is.
    pub(super) fn seal(
        &self,
        packet: &mut Vec<u8>,
        clear: usize,
        place: Place,
        trailer: Trailer,
    ) -> Result<(), SrtpError> {
        match self {
            Self::CounterMode {
                stream,
                salt,
                mac,
                tag_bytes,
            } => {
                let body = packet.get_mut(clear..).ok_or(SrtpError::Truncated)?;
                apply_stream(stream, salt, place, body)?;
                let tag = authenticate(mac, packet, trailer);
                trailer.append(packet);
                packet.extend_from_slice(tag.as_ref().get(..*tag_bytes).unwrap_or_default());
            }
            Self::Gcm { key, salt } => {
                let (header, body) = packet
                    .split_at_mut_checked(clear)
                    .ok_or(SrtpError::Truncated)?;
                let nonce = gcm_nonce(salt, place);
                let tag = trailer
                    .with_associated(header, |aad| {
                        key.seal_in_place_separate_tag(nonce, Aad::from(aad), body)
                    })
                    .map_err(|_| SrtpError::Key)?;
                packet.extend_from_slice(tag.as_ref());
                trailer.append(packet);
            }
        }
        Ok(())
    }

    /// Checks the tag of a packet without its trailer and decrypts it in place. Gives its clear length.
    pub(super) fn open(
        &self,
        packet: &mut [u8],
        clear: usize,
        place: Place,
        trailer: Trailer,
        tag: &[u8],
    ) -> Result<usize, SrtpError> {
        match self {
            Self::CounterMode {
                stream, salt, mac, ..
            } => {
                let expected = authenticate(mac, packet, trailer);
                let expected = expected.as_ref().get(..tag.len()).unwrap_or_default();
                if tag.is_empty() || !bool::from(expected.ct_eq(tag)) {
                    return Err(SrtpError::NotAuthentic);
                }
                let body = packet.get_mut(clear..).ok_or(SrtpError::Truncated)?;
                apply_stream(stream, salt, place, body)?;
                Ok(packet.len())
            }
            Self::Gcm { key, salt } => {
                let (header, body) = packet
                    .split_at_mut_checked(clear)
                    .ok_or(SrtpError::Truncated)?;
                let nonce = gcm_nonce(salt, place);
                let opened = trailer
                    .with_associated(header, |aad| {
                        key.open_in_place_separate_tag(nonce, Aad::from(aad), tag, body)
                    })
                    .map_err(|_| SrtpError::NotAuthentic)?;
                Ok(clear + opened.len())
            }
        }
    }
}

/// What is authenticated behind the packet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trailer {
    /// Rollover counter of RTP. GCM has it in the nonce.
    Rollover(u32),
    /// E flag and index of RTCP.
    RtcpIndex(u32),
}

impl Trailer {
    fn append(self, packet: &mut Vec<u8>) {
        if let Self::RtcpIndex(word) = self {
            packet.extend_from_slice(&word.to_be_bytes());
        }
    }

    /// Runs `action` with what GCM authenticates without encrypting it.
    fn with_associated<T>(self, header: &[u8], action: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Self::Rollover(_) => action(header),
            Self::RtcpIndex(word) => {
                // Fixed header and sender of RTCP, then the word (RFC 7714, section 9.2).
                let mut associated = [0; 12];
                let parts = header.iter().copied().take(8).chain(word.to_be_bytes());
                for (slot, byte) in associated.iter_mut().zip(parts) {
                    *slot = byte;
                }
                action(&associated)
            }
        }
    }
}

fn authenticate(mac: &hmac::Key, packet: &[u8], trailer: Trailer) -> hmac::Tag {
    let mut context = hmac::Context::with_key(mac);
    context.update(packet);
    let (Trailer::Rollover(word) | Trailer::RtcpIndex(word)) = trailer;
    context.update(&word.to_be_bytes());
    context.sign()
}

fn counter_mode(key: &[u8]) -> Result<EncryptingKey, SrtpError> {
    let algorithm = if key.len() == 32 { &AES_256 } else { &AES_128 };
    UnboundCipherKey::new(algorithm, key)
        .and_then(EncryptingKey::ctr)
        .map_err(|_| SrtpError::Key)
}

/// AES in counter mode from this block on (RFC 3711, section 4.1.1).
fn apply(stream: &EncryptingKey, block: [u8; 16], body: &mut [u8]) -> Result<(), SrtpError> {
    let context = EncryptionContext::Iv128(FixedLength::from(block));
    stream
        .less_safe_encrypt(body, context)
        .map(|_| ())
        .map_err(|_| SrtpError::Key)
}

fn apply_stream(
    stream: &EncryptingKey,
    salt: &[u8; CM_SALT_BYTES],
    place: Place,
    body: &mut [u8],
) -> Result<(), SrtpError> {
    // The salt, the source at bytes 4 to 7, the index at bytes 8 to 13, two bytes that count blocks.
    let number = u128::from(place.ssrc) << 64 | u128::from(place.index) << 16;
    apply(stream, with_salt(number, salt), body)
}

fn with_salt(number: u128, salt: &[u8]) -> [u8; 16] {
    let mut block = number.to_be_bytes();
    for (byte, salt) in block.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    block
}

/// Two bytes of zero, source, index of 48 bits, all under the salt (RFC 7714, sections 8.1 and 9.1).
fn gcm_nonce(salt: &[u8; GCM_SALT_BYTES], place: Place) -> Nonce {
    let number = u128::from(place.ssrc) << 80 | u128::from(place.index) << 32;
    let block = with_salt(number, salt);
    let mut nonce = [0; GCM_SALT_BYTES];
    for (slot, byte) in nonce.iter_mut().zip(block) {
        *slot = byte;
    }
    Nonce::assume_unique_for_key(nonce)
}

/// The pseudo-random function: the key stream of the master key at this label.
pub(super) fn derive(master: &MasterKey, label: u8, out: &mut [u8]) -> Result<(), SrtpError> {
    let stream = counter_mode(master.key())?;
    // The label stands at byte 7; salts of 12 bytes are filled up with zeros.
    let block = with_salt(u128::from(label) << 64, master.salt());
    out.fill(0);
    apply(&stream, block, out)
}
