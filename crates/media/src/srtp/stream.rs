//! Both directions of a protected leg: indices, replay windows, refusal.

use super::cipher::{Cipher, Kind, Place, Trailer};
use super::crypto_line::MasterKey;
use crate::rtp::{RtpError, header_bytes};

/// Most sources that one key protects: each has its window. Further ones are refused.
pub const SOURCES_MAX: usize = 8;
/// By how much a protected packet is longer at most.
pub const SRTP_OVERHEAD_MAX: usize = 16 + 4;

/// Header and sender of RTCP, never encrypted.
const RTCP_CLEAR_BYTES: usize = 8;
const RTCP_INDEX_BYTES: usize = 4;
/// Set where RTCP is encrypted. Always.
const ENCRYPTED: u32 = 1 << 31;
const RTCP_INDEX_MAX: u32 = ENCRYPTED - 1;
const WINDOW: u64 = 128;

/// Why a packet is dropped. Never a reason to end a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    /// No RTP packet.
    #[error(transparent)]
    Rtp(#[from] RtpError),
    /// Too short for what it should hold.
    #[error("the packet is too short to be protected")]
    Truncated,
    /// The tag is wrong: another key, or altered.
    #[error("the packet is not authentic")]
    NotAuthentic,
    /// It was there before, or is too old to say.
    #[error("the packet was there before")]
    Replayed,
    /// RTCP that is not encrypted.
    #[error("the packet is not encrypted")]
    Clear,
    /// More than [`SOURCES_MAX`] sources.
    #[error("more than `{SOURCES_MAX}` sources under one key")]
    TooManySources,
    /// The number of the packet was used before, or all were used: a new key is needed.
    #[error("the packet's number was used before under this key")]
    NumberUsed,
    /// The library refused a key.
    #[error("the key is not usable")]
    Key,
}

/// Protects what we send under one key.
pub struct SrtpSender {
    rtp: Cipher,
    rtcp: Cipher,
    sources: Sources,
    rtcp_index: u32,
}

/// Opens what the peer sends under one key.
pub struct SrtpReceiver {
    rtp: Cipher,
    rtcp: Cipher,
    sources: Sources,
    rtcp_sources: Sources,
}

impl SrtpSender {
    /// A sender that has sent nothing under this key.
    pub fn new(master: &MasterKey) -> Result<Self, SrtpError> {
        Ok(Self {
            rtp: Cipher::derive(master, Kind::Rtp)?,
            rtcp: Cipher::derive(master, Kind::Rtcp)?,
            sources: Sources::default(),
            rtcp_index: 0,
        })
    }

    /// Protects an RTP packet in place. A number that was used before is refused: under GCM a second
    /// use would give the key stream away.
    pub fn protect(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let clear = header_bytes(packet)?;
        let (ssrc, sequence) = rtp_place(packet).ok_or(SrtpError::Truncated)?;
        let (index, check) = self.sources.check(ssrc, |window| window.index_of(sequence));
        check.map_err(|error| match error {
            SrtpError::Replayed => SrtpError::NumberUsed,
            other => other,
        })?;
        let place = Place { ssrc, index };
        self.rtp.seal(packet, clear, place, rollover(index))?;
        self.sources.note(ssrc, index);
        Ok(())
    }

    /// Protects a compound RTCP packet in place.
    pub fn protect_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), SrtpError> {
        let ssrc = rtcp_ssrc(packet).ok_or(SrtpError::Truncated)?;
        if self.rtcp_index == RTCP_INDEX_MAX {
            return Err(SrtpError::NumberUsed);
        }
        self.rtcp_index += 1;
        let index = self.rtcp_index;
        let place = Place {
            ssrc,
            index: u64::from(index),
        };
        let trailer = Trailer::RtcpIndex(ENCRYPTED | index);
        self.rtcp.seal(packet, RTCP_CLEAR_BYTES, place, trailer)
    }
}

impl SrtpReceiver {
    /// A receiver that has received nothing under this key.
    pub fn new(master: &MasterKey) -> Result<Self, SrtpError> {
        Ok(Self {
            rtp: Cipher::derive(master, Kind::Rtp)?,
            rtcp: Cipher::derive(master, Kind::Rtcp)?,
            sources: Sources::default(),
            rtcp_sources: Sources::default(),
        })
    }

    /// Opens an RTP packet in place and gives what is left of it. Nothing is remembered of a packet that
    /// fails.
    pub fn unprotect<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p mut [u8], SrtpError> {
        let clear = header_bytes(packet)?;
        let (ssrc, sequence) = rtp_place(packet).ok_or(SrtpError::Truncated)?;
        let end = packet
            .len()
            .checked_sub(self.rtp.tag_bytes())
            .filter(|end| *end >= clear)
            .ok_or(SrtpError::Truncated)?;
        let (index, check) = self.sources.check(ssrc, |window| window.index_of(sequence));
        check?;
        let (body, tag) = packet.split_at_mut(end);
        let place = Place { ssrc, index };
        let opened = self.rtp.open(body, clear, place, rollover(index), tag)?;
        self.sources.note(ssrc, index);
        body.get_mut(..opened).ok_or(SrtpError::Truncated)
    }

    /// Opens a compound RTCP packet in place and gives what is left of it.
    pub fn unprotect_rtcp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p mut [u8], SrtpError> {
        let ssrc = rtcp_ssrc(packet).ok_or(SrtpError::Truncated)?;
        let tag_bytes = self.rtcp.tag_bytes();
        let end = packet
            .len()
            .checked_sub(tag_bytes + RTCP_INDEX_BYTES)
            .filter(|end| *end >= RTCP_CLEAR_BYTES)
            .ok_or(SrtpError::Truncated)?;
        let (body, rest) = packet.split_at_mut(end);
        // GCM has its tag before the index, counter mode behind it.
        let (tag, word) = match &self.rtcp {
            Cipher::Gcm { .. } => rest.split_at(tag_bytes),
            Cipher::CounterMode { .. } => {
                let (word, tag) = rest.split_at(RTCP_INDEX_BYTES);
                (tag, word)
            }
        };
        let word = word.first_chunk::<4>().ok_or(SrtpError::Truncated)?;
        let word = u32::from_be_bytes(*word);
        if word & ENCRYPTED == 0 {
            return Err(SrtpError::Clear);
        }
        let index = u64::from(word & !ENCRYPTED);
        let (index, check) = self.rtcp_sources.check(ssrc, |_| Some(index));
        check?;
        let place = Place { ssrc, index };
        let trailer = Trailer::RtcpIndex(word);
        let opened = self
            .rtcp
            .open(body, RTCP_CLEAR_BYTES, place, trailer, tag)?;
        self.rtcp_sources.note(ssrc, index);
        body.get_mut(..opened).ok_or(SrtpError::Truncated)
    }
}

impl std::fmt::Debug for SrtpSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpSender(..)")
    }
}

impl std::fmt::Debug for SrtpReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpReceiver(..)")
    }
}

/// The windows of all sources that were authentic.
#[derive(Debug, Default)]
struct Sources(Vec<(u32, Window)>);

impl Sources {
    /// The index that a packet of this source would have, and whether it may pass.
    fn check(
        &self,
        ssrc: u32,
        index_of: impl FnOnce(&Window) -> Option<u64>,
    ) -> (u64, Result<(), SrtpError>) {
        let known = self.0.iter().find(|(other, _)| *other == ssrc);
        let fresh = Window::default();
        let window = known.map_or(&fresh, |(_, window)| window);
        let Some(index) = index_of(window) else {
            return (0, Err(SrtpError::Replayed));
        };
        let check = if known.is_none() && self.0.len() == SOURCES_MAX {
            Err(SrtpError::TooManySources)
        } else if window.has(index) {
            Err(SrtpError::Replayed)
        } else {
            Ok(())
        };
        (index, check)
    }

    fn note(&mut self, ssrc: u32, index: u64) {
        if let Some((_, window)) = self.0.iter_mut().find(|(other, _)| *other == ssrc) {
            window.note(index);
        } else if self.0.len() < SOURCES_MAX {
            let mut window = Window::default();
            window.note(index);
            self.0.push((ssrc, window));
        }
    }
}

/// Which of the last 128 indices were there (RFC 3711, section 3.3.2).
#[derive(Debug, Default)]
struct Window {
    /// The highest index; none before the first packet.
    highest: Option<u64>,
    /// Bit n: the index n below the highest was there.
    seen: u128,
}

impl Window {
    /// The index of 48 bits that a sequence number stands for (RFC 3711, section 3.3.1). None where it
    /// would lie before the first.
    fn index_of(&self, sequence: u16) -> Option<u64> {
        let Some(highest) = self.highest else {
            return Some(u64::from(sequence));
        };
        let [.., high, low] = highest.to_be_bytes();
        let ahead = sequence.wrapping_sub(u16::from_be_bytes([high, low]));
        if ahead < 0x8000 {
            Some(highest + u64::from(ahead))
        } else {
            highest.checked_sub(u64::from(ahead.wrapping_neg()))
        }
    }

    fn has(&self, index: u64) -> bool {
        let Some(highest) = self.highest else {
            return false;
        };
        let Some(below) = highest.checked_sub(index) else {
            return false;
        };
        below >= WINDOW || self.seen >> below & 1 == 1
    }

    fn note(&mut self, index: u64) {
        let highest = self.highest.unwrap_or(index);
        if index >= highest {
            let ahead = u32::try_from(index - highest).unwrap_or(u32::MAX);
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = Some(index);
        } else if highest - index < WINDOW {
            self.seen |= 1 << (highest - index);
        }
    }
}

fn rollover(index: u64) -> Trailer {
    Trailer::Rollover(u32::try_from(index >> 16).unwrap_or(u32::MAX))
}

/// Source and sequence number of an RTP packet.
fn rtp_place(packet: &[u8]) -> Option<(u32, u16)> {
    let [_, _, s0, s1, _, _, _, _, c0, c1, c2, c3] = *packet.first_chunk::<12>()?;
    let ssrc = u32::from_be_bytes([c0, c1, c2, c3]);
    Some((ssrc, u16::from_be_bytes([s0, s1])))
}

/// Sender of an RTCP packet.
fn rtcp_ssrc(packet: &[u8]) -> Option<u32> {
    let [_, _, _, _, c0, c1, c2, c3] = *packet.first_chunk::<RTCP_CLEAR_BYTES>()?;
    Some(u32::from_be_bytes([c0, c1, c2, c3]))
}
