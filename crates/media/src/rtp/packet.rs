//! The packet itself (RFC 3550, section 5.1).

/// Longest packet taken or made: what an Ethernet frame holds. Longer ones are refused unread.
pub const PACKET_BYTES_MAX: usize = 1500;
/// The header without contributing sources and extension.
pub const HEADER_BYTES: usize = 12;

const VERSION: u8 = 2;

/// The fields of the fixed header that mean something to a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpHeader {
    /// First packet of a talkspurt, or of a telephone event.
    pub marker: bool,
    /// Which of the negotiated formats the payload has, 0 to 127.
    pub payload_type: u8,
    /// Counts packets, modulo 2^16.
    pub sequence: u16,
    /// Sampling instant of the payload's first byte, in ticks of the format's clock, modulo 2^32.
    pub timestamp: u32,
    /// Synchronisation source: which stream this is.
    pub ssrc: u32,
}

/// A packet whose payload lies in the datagram it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    /// The fixed header.
    pub header: RtpHeader,
    /// The payload without padding.
    pub payload: &'a [u8],
}

/// Why a datagram is no RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtpError {
    /// Shorter than its header, contributing sources and extension say.
    #[error("the packet ends within its header")]
    Truncated,
    /// Longer than [`PACKET_BYTES_MAX`].
    #[error("the packet is longer than `{PACKET_BYTES_MAX}` bytes")]
    TooLong,
    /// The first two bits are not 2.
    #[error("RTP version `{0}` is not known: only 2 is")]
    Version(u8),
    /// The padding count is zero or covers more than the payload.
    #[error("the padding of `{0}` bytes does not fit into the payload")]
    Padding(u8),
    /// A payload type that RTCP occupies (RFC 5761, section 4).
    #[error("payload type `{0}` belongs to RTCP")]
    Rtcp(u8),
}

impl<'a> RtpPacket<'a> {
    /// Reads a datagram. Contributing sources and header extensions are skipped, padding is taken off.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, RtpError> {
        let body_at = header_bytes(datagram)?;
        let (header, padded) = read_fixed(datagram).ok_or(RtpError::Truncated)?;
        let body = datagram.get(body_at..).ok_or(RtpError::Truncated)?;
        let padding = match (padded, body.last()) {
            (false, _) => 0,
            (true, None) => return Err(RtpError::Padding(0)),
            (true, Some(&count)) if count == 0 || usize::from(count) > body.len() => {
                return Err(RtpError::Padding(count));
            }
            (true, Some(&count)) => usize::from(count),
        };
        let payload = body
            .get(..body.len().saturating_sub(padding))
            .unwrap_or_default();
        Ok(Self { header, payload })
    }

    /// Appends the packet to `out`: fixed header and payload, no extension, no padding.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.header.write(out);
        out.extend_from_slice(self.payload);
    }
}

impl RtpHeader {
    /// Appends the twelve bytes of the header to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let second = u8::from(self.marker) << 7 | self.payload_type & 0x7F;
        out.extend_from_slice(&[VERSION << 6, second]);
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
    }
}

/// Where the payload begins: behind fixed header, contributing sources and extension. What lies before
/// is what SRTP authenticates without encrypting it.
pub fn header_bytes(datagram: &[u8]) -> Result<usize, RtpError> {
    if datagram.len() > PACKET_BYTES_MAX {
        return Err(RtpError::TooLong);
    }
    let first = *datagram.first().ok_or(RtpError::Truncated)?;
    if first >> 6 != VERSION {
        return Err(RtpError::Version(first >> 6));
    }
    if is_rtcp(datagram) {
        return Err(RtpError::Rtcp(datagram.get(1).copied().unwrap_or(0)));
    }
    let mut length = HEADER_BYTES + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        // Profile (16 bits), length in words (16 bits), the words.
        let words = datagram
            .get(length + 2..)
            .and_then(|rest| rest.first_chunk::<2>())
            .ok_or(RtpError::Truncated)?;
        length += 4 + 4 * usize::from(u16::from_be_bytes(*words));
    }
    if length > datagram.len() {
        return Err(RtpError::Truncated);
    }
    Ok(length)
}

/// Whether a datagram is RTCP where both share a port (RFC 5761, section 4).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram.get(1), Some(192..=223))
}

/// The fixed header, and whether padding follows the payload.
fn read_fixed(datagram: &[u8]) -> Option<(RtpHeader, bool)> {
    let fixed = datagram.first_chunk::<HEADER_BYTES>()?;
    let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *fixed;
    let header = RtpHeader {
        marker: second & 0x80 != 0,
        payload_type: second & 0x7F,
        sequence: u16::from_be_bytes([s0, s1]),
        timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
        ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
    };
    Some((header, first & 0x20 != 0))
}
