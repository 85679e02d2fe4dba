//! What is sent.

use super::{Protection, TrunkLeg};
use crate::rtp::{PACKET_BYTES_MAX, RtpHeader, RtpPacket};
use crate::srtp::{SRTP_OVERHEAD_MAX, SrtpError};
use crate::time::MediaTime;
use crate::tones::EventPacket;

/// Longest payload sent.
const PAYLOAD_BYTES_MAX: usize = PACKET_BYTES_MAX - crate::rtp::HEADER_BYTES - SRTP_OVERHEAD_MAX;

/// Why nothing was sent. Never a reason to end a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The leg does not send now.
    #[error("the leg is on hold and does not send")]
    OnHold,
    /// More than fits into a packet.
    #[error("a payload has at most `{PAYLOAD_BYTES_MAX}` bytes")]
    TooLong,
    /// A packet from before the point at which relaying began.
    #[error("the packet is too old to be relayed")]
    Straggler,
    /// No telephone events were agreed on.
    #[error("the other side takes no telephone events")]
    NoEvents,
    /// It could not be protected.
    #[error(transparent)]
    Srtp(#[from] SrtpError),
}

impl TrunkLeg {
    /// Makes the packet for 20 ms, or another step, of audio in the agreed format; `ticks` is how long
    /// it lasts. `packet` is overwritten; reuse it.
    pub fn send_audio(
        &mut self,
        now: MediaTime,
        ticks: u32,
        payload: &[u8],
        packet: &mut Vec<u8>,
    ) -> Result<(), SendError> {
        self.check(payload)?;
        let format = self.config.payload_type;
        let header = self.outgoing.make(now, ticks, format, payload.len());
        self.finish(header, payload, packet)
    }

    /// Makes the packet that passes one of another leg on: audio or an event, as it was received there.
    pub fn relay(
        &mut self,
        now: MediaTime,
        received: &RtpHeader,
        restarted: bool,
        kind: RelayKind,
        payload: &[u8],
        packet: &mut Vec<u8>,
    ) -> Result<(), SendError> {
        self.check(payload)?;
        let format = match kind {
            RelayKind::Audio => self.config.payload_type,
            RelayKind::Event => self.config.event_payload_type.ok_or(SendError::NoEvents)?,
        };
        let header = self
            .outgoing
            .relay(now, received, restarted, format, payload.len())
            .ok_or(SendError::Straggler)?;
        self.finish(header, payload, packet)
    }

    /// Makes the next packet of a telephone event that [`crate::tones::EventSender`] gives; it begins at
    /// [`TrunkLeg::event_timestamp`].
    pub fn send_event(
        &mut self,
        now: MediaTime,
        event: &EventPacket,
        packet: &mut Vec<u8>,
    ) -> Result<(), SendError> {
        self.check(&event.payload)?;
        let format = self.config.event_payload_type.ok_or(SendError::NoEvents)?;
        let length = event.payload.len();
        let header = self
            .outgoing
            .event(now, event.timestamp, event.marker, format, length);
        self.finish(header, &event.payload, packet)
    }

    /// The timestamp of an event that begins now.
    pub fn event_timestamp(&self, now: MediaTime) -> u32 {
        self.outgoing.next_timestamp(now)
    }

    fn check(&self, payload: &[u8]) -> Result<(), SendError> {
        if !self.config.direction.sends() {
            return Err(SendError::OnHold);
        }
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Err(SendError::TooLong);
        }
        Ok(())
    }

    fn finish(
        &mut self,
        header: RtpHeader,
        payload: &[u8],
        packet: &mut Vec<u8>,
    ) -> Result<(), SendError> {
        packet.clear();
        RtpPacket { header, payload }.write(packet);
        if let Protection::Srtp { sender, .. } = &mut self.protection {
            sender.protect(packet)?;
        }
        Ok(())
    }
}

/// What a relayed packet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayKind {
    /// Audio in the format that both legs agreed on.
    Audio,
    /// A telephone event.
    Event,
}
