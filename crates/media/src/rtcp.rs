//! RTCP (RFC 3550, section 6): compound packets, strictly read, and the round trip they tell.

use std::time::Duration;

use model::Timestamp;

use crate::rtp::{PACKET_BYTES_MAX, ReceptionReport};
use crate::time::MediaTime;

#[cfg(test)]
mod tests;

/// Longest canonical name written.
pub const CNAME_BYTES_MAX: usize = 255;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
const BLOCK_BYTES: usize = 24;
/// Seconds from 1900, where NTP begins, to 1970.
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// Why a datagram is no compound packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    /// A packet is longer than what is left, or shorter than what it should hold.
    #[error("the packet ends before its length says so")]
    Truncated,
    /// The datagram is longer than an RTP packet may be.
    #[error("the packet is longer than `{PACKET_BYTES_MAX}` bytes")]
    TooLong,
    /// The first two bits are not 2.
    #[error("RTCP version `{0}` is not known: only 2 is")]
    Version(u8),
    /// It does not begin with a report.
    #[error("a compound packet begins with a report, not with type `{0}`")]
    NoReport(u8),
    /// Padding elsewhere than at the end, or more of it than there is.
    #[error("padding stands where none may be")]
    Padding,
}

/// What a sender says of its own stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// When, in the 64 bits of NTP.
    pub ntp: u64,
    /// The same moment on the stream's clock.
    pub rtp: u32,
    /// Packets sent so far.
    pub packets: u32,
    /// Payload bytes sent so far.
    pub octets: u32,
}

/// What a receiver says of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// Source, loss, jitter.
    pub report: ReceptionReport,
    /// Middle 32 bits of the NTP time in the last sender report; 0 before one came.
    pub last_report: u32,
    /// Since then, in 1/65536 s.
    pub delay: u32,
}

/// What a compound packet tells us. Descriptions and packets of other types are stepped over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compound {
    /// Who sent it.
    pub sender: u32,
    /// Present where the sender sends media.
    pub info: Option<SenderInfo>,
    /// What it received.
    pub blocks: Vec<ReportBlock>,
    /// Sources that leave.
    pub goodbye: Vec<u32>,
}

impl Compound {
    /// Reads a datagram that was decrypted and came from the right address.
    pub fn parse(datagram: &[u8]) -> Result<Self, RtcpError> {
        if datagram.len() > PACKET_BYTES_MAX {
            return Err(RtcpError::TooLong);
        }
        let mut compound = Self::default();
        let mut rest = datagram;
        let mut first = true;
        while !rest.is_empty() || first {
            let (packet, later) = Part::read(rest)?;
            if first && !matches!(packet.kind, SENDER_REPORT | RECEIVER_REPORT) {
                return Err(RtcpError::NoReport(packet.kind));
            }
            if packet.padded && !later.is_empty() {
                return Err(RtcpError::Padding);
            }
            compound.add(&packet, first)?;
            first = false;
            rest = later;
        }
        Ok(compound)
    }

    /// Appends a report, who we are, and who leaves. At most 31 blocks are written.
    pub fn write(&self, cname: &str, out: &mut Vec<u8>) {
        let blocks = self.blocks.get(..self.blocks.len().min(31)).unwrap_or(&[]);
        let info_bytes = if self.info.is_some() { 20 } else { 0 };
        let kind = if self.info.is_some() {
            SENDER_REPORT
        } else {
            RECEIVER_REPORT
        };
        head(
            out,
            blocks.len(),
            kind,
            4 + info_bytes + blocks.len() * BLOCK_BYTES,
        );
        out.extend_from_slice(&self.sender.to_be_bytes());
        if let Some(info) = &self.info {
            out.extend_from_slice(&info.ntp.to_be_bytes());
            out.extend_from_slice(&info.rtp.to_be_bytes());
            out.extend_from_slice(&info.packets.to_be_bytes());
            out.extend_from_slice(&info.octets.to_be_bytes());
        }
        for block in blocks {
            block.write(out);
        }
        write_name(self.sender, cname, out);
        if !self.goodbye.is_empty() {
            let sources = self
                .goodbye
                .get(..self.goodbye.len().min(31))
                .unwrap_or(&[]);
            head(out, sources.len(), GOODBYE, 4 * sources.len());
            for source in sources {
                out.extend_from_slice(&source.to_be_bytes());
            }
        }
    }

    fn add(&mut self, part: &Part<'_>, first: bool) -> Result<(), RtcpError> {
        match part.kind {
            SENDER_REPORT | RECEIVER_REPORT => {
                let (sender, mut body) = word(part.body)?;
                if first {
                    self.sender = sender;
                }
                if part.kind == SENDER_REPORT {
                    let (info, rest) = SenderInfo::read(body)?;
                    body = rest;
                    if sender == self.sender {
                        self.info = Some(info);
                    }
                }
                let blocks = body.as_chunks::<BLOCK_BYTES>().0;
                let blocks = blocks.get(..part.count).ok_or(RtcpError::Truncated)?;
                self.blocks.extend(blocks.iter().map(ReportBlock::read));
            }
            GOODBYE => {
                let sources = part.body.as_chunks::<4>().0;
                let sources = sources.get(..part.count).ok_or(RtcpError::Truncated)?;
                self.goodbye
                    .extend(sources.iter().map(|source| u32::from_be_bytes(*source)));
            }
            _ => {}
        }
        Ok(())
    }
}

/// One packet of a compound.
struct Part<'a> {
    kind: u8,
    count: usize,
    padded: bool,
    body: &'a [u8],
}

impl<'a> Part<'a> {
    fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), RtcpError> {
        let (head, rest) = bytes.split_first_chunk::<4>().ok_or(RtcpError::Truncated)?;
        let [first, kind, l0, l1] = *head;
        if first >> 6 != 2 {
            return Err(RtcpError::Version(first >> 6));
        }
        let length = 4 * usize::from(u16::from_be_bytes([l0, l1]));
        let (mut body, later) = rest.split_at_checked(length).ok_or(RtcpError::Truncated)?;
        let padded = first & 0x20 != 0;
        if padded {
            let padding = usize::from(body.last().copied().unwrap_or(0));
            let end = body
                .len()
                .checked_sub(padding)
                .filter(|_| padding > 0 && padding.is_multiple_of(4))
                .ok_or(RtcpError::Padding)?;
            body = body.get(..end).unwrap_or_default();
        }
        let part = Self {
            kind,
            count: usize::from(first & 0x1F),
            padded,
            body,
        };
        Ok((part, later))
    }
}

impl SenderInfo {
    fn read(body: &[u8]) -> Result<(Self, &[u8]), RtcpError> {
        let (ntp, rest) = body.split_first_chunk::<8>().ok_or(RtcpError::Truncated)?;
        let (rtp, rest) = word(rest)?;
        let (packets, rest) = word(rest)?;
        let (octets, rest) = word(rest)?;
        let info = Self {
            ntp: u64::from_be_bytes(*ntp),
            rtp,
            packets,
            octets,
        };
        Ok((info, rest))
    }
}

impl ReportBlock {
    fn read(bytes: &[u8; BLOCK_BYTES]) -> Self {
        let mut words = [0_u32; 6];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let [ssrc, loss, highest_sequence, jitter, last_report, delay] = words;
        let [fraction_lost, ..] = loss.to_be_bytes();
        Self {
            report: ReceptionReport {
                ssrc,
                fraction_lost,
                // 24 bits with a sign.
                lost: (loss << 8).cast_signed() >> 8,
                highest_sequence,
                jitter,
            },
            last_report,
            delay,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let report = &self.report;
        let loss = u32::from(report.fraction_lost) << 24
            | report.lost.clamp(-0x80_0000, 0x7F_FFFF).cast_unsigned() & 0xFF_FFFF;
        for word in [
            report.ssrc,
            loss,
            report.highest_sequence,
            report.jitter,
            self.last_report,
            self.delay,
        ] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }

    /// How long a packet takes there and back (RFC 3550, section 6.4.1, figure 2); none before the other
    /// side has seen a report of ours.
    pub fn round_trip(&self, now_ntp: u64) -> Option<Duration> {
        if self.last_report == 0 {
            return None;
        }
        let spent = middle(now_ntp)
            .wrapping_sub(self.last_report)
            .wrapping_sub(self.delay);
        // Clocks that differ make small trips negative.
        let spent = u64::try_from(spent.cast_signed()).unwrap_or(0);
        Some(Duration::from_micros((spent * 1_000_000) >> 16))
    }
}

/// The NTP time at `now`, where the clock on the wall showed `epoch` at [`MediaTime::default`].
pub fn ntp_at(epoch: Timestamp, now: MediaTime) -> u64 {
    let micros = u64::try_from(epoch.as_millis())
        .unwrap_or(0)
        .saturating_mul(1000)
        .saturating_add(now.as_micros());
    let seconds = micros / 1_000_000 + NTP_TO_UNIX;
    let fraction = ((micros % 1_000_000) << 32) / 1_000_000;
    // NTP counts seconds modulo 2^32.
    seconds << 32 | fraction
}

/// The middle 32 bits: seconds and fraction with 16 bits each.
pub const fn middle(ntp: u64) -> u32 {
    (ntp >> 16 & 0xFFFF_FFFF) as u32
}

fn word(bytes: &[u8]) -> Result<(u32, &[u8]), RtcpError> {
    let (word, rest) = bytes.split_first_chunk::<4>().ok_or(RtcpError::Truncated)?;
    Ok((u32::from_be_bytes(*word), rest))
}

fn head(out: &mut Vec<u8>, count: usize, kind: u8, body_bytes: usize) {
    let count = u8::try_from(count).unwrap_or(0) & 0x1F;
    let words = u16::try_from(body_bytes / 4).unwrap_or(u16::MAX);
    out.extend_from_slice(&[0x80 | count, kind]);
    out.extend_from_slice(&words.to_be_bytes());
}

/// A description with nothing but the canonical name.
fn write_name(sender: u32, cname: &str, out: &mut Vec<u8>) {
    let name = cname.as_bytes();
    let name = name
        .get(..name.len().min(CNAME_BYTES_MAX))
        .unwrap_or_default();
    // Source, item, and at least one zero that ends the list.
    let bytes = (4 + 2 + name.len() + 1).next_multiple_of(4);
    head(out, 1, SOURCE_DESCRIPTION, bytes);
    let end = out.len() + bytes;
    out.extend_from_slice(&sender.to_be_bytes());
    out.extend_from_slice(&[CNAME, u8::try_from(name.len()).unwrap_or(0)]);
    out.extend_from_slice(name);
    out.resize(end, 0);
}
