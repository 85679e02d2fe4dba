//! RTP (RFC 3550): packets, what was received, playout in order, relaying without re-encoding.

mod outgoing;
mod packet;
mod playout;
mod reception;

#[cfg(test)]
mod tests;

pub use outgoing::{Outgoing, OutgoingConfig};
pub use packet::{
    HEADER_BYTES, PACKET_BYTES_MAX, RtpError, RtpHeader, RtpPacket, header_bytes, is_rtcp,
};
pub use playout::{Played, Playout, PlayoutCounts};
pub use reception::{
    Arrival, DROPOUT_MAX, Reception, ReceptionCounts, ReceptionReport, SSRC_CHANGE_PACKETS,
};
