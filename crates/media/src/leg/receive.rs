//! What arrives.

use std::net::SocketAddr;

use super::counts::DropReason;
use super::{Protection, TrunkLeg};
use crate::rtcp::{Compound, middle, ntp_at};
use crate::rtp::{Arrival, RtpHeader, RtpPacket, is_rtcp};
use crate::srtp::SrtpError;
use crate::time::MediaTime;
use crate::tones::{DigitEvent, TelephoneEvent};

/// What a datagram was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received<'p> {
    /// Audio in the agreed format, as it arrived: perhaps out of order.
    Audio {
        /// Its place in the stream.
        header: RtpHeader,
        /// The stream began anew with it: what was buffered belongs to the past.
        restarted: bool,
        /// The coded audio.
        payload: &'p [u8],
    },
    /// A packet of a telephone event, and what is certain because of it.
    Event {
        /// Its place in the stream.
        header: RtpHeader,
        /// The stream began anew with it.
        restarted: bool,
        /// The payload, for relaying. Not while digits are collected.
        payload: &'p [u8],
        /// Keys pressed and released.
        digits: [Option<DigitEvent>; 3],
    },
    /// A report. What it says is in [`TrunkLeg::quality`].
    Report,
    /// Nothing to be used.
    Dropped(DropReason),
}

impl TrunkLeg {
    /// Takes a datagram, which is opened in place.
    pub fn receive<'p>(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &'p mut [u8],
    ) -> Received<'p> {
        let received = if is_rtcp(datagram) {
            self.receive_report(now, source, datagram)
                .map(|()| Received::Report)
        } else {
            self.receive_media(now, source, datagram)
        };
        received.unwrap_or_else(|reason| {
            self.counts.note(reason);
            Received::Dropped(reason)
        })
    }

    fn receive_media<'p>(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &'p mut [u8],
    ) -> Result<Received<'p>, DropReason> {
        if source != self.config.remote {
            return Err(DropReason::ForeignSource);
        }
        let clear: &'p [u8] = match &mut self.protection {
            Protection::Clear => datagram,
            Protection::Srtp { receiver, .. } => receiver.unprotect(datagram).map_err(reason_of)?,
        };
        let packet = RtpPacket::parse(clear).map_err(|_| DropReason::Malformed)?;
        let RtpPacket { header, payload } = packet;
        let is_event = Some(header.payload_type) == self.config.event_payload_type;
        if !is_event && header.payload_type != self.config.payload_type {
            return Err(DropReason::UnknownPayload);
        }
        let arrival = self.reception.receive(now, &header);
        match arrival {
            Arrival::Duplicate => return Err(DropReason::Duplicate),
            Arrival::Unconfirmed => return Err(DropReason::Unconfirmed),
            Arrival::Newest | Arrival::Reordered | Arrival::Restarted => {}
        }
        self.heard = now;
        self.silence_told = false;
        if !self.config.direction.receives() {
            return Err(DropReason::OnHold);
        }
        let restarted = arrival == Arrival::Restarted;
        if !is_event {
            return Ok(Received::Audio {
                header,
                restarted,
                payload,
            });
        }
        let event = TelephoneEvent::parse(payload).ok_or(DropReason::Malformed)?;
        Ok(Received::Event {
            header,
            restarted,
            payload,
            digits: self.hear_event(now, restarted, header.timestamp, event),
        })
    }

    /// Timestamps of a stream that began anew say nothing about those before.
    fn hear_event(
        &mut self,
        now: MediaTime,
        restarted: bool,
        timestamp: u32,
        event: TelephoneEvent,
    ) -> [Option<DigitEvent>; 3] {
        let before = if restarted { self.events.end() } else { None };
        let [lost_end, pressed, released] = self.events.receive(now, timestamp, event);
        [before.or(lost_end), pressed, released]
    }

    fn receive_report(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &mut [u8],
    ) -> Result<(), DropReason> {
        if source != self.config.remote_rtcp && source != self.config.remote {
            return Err(DropReason::ForeignSource);
        }
        let clear: &[u8] = match &mut self.protection {
            Protection::Clear => datagram,
            Protection::Srtp { receiver, .. } => {
                receiver.unprotect_rtcp(datagram).map_err(reason_of)?
            }
        };
        let compound = Compound::parse(clear).map_err(|_| DropReason::Malformed)?;
        let now_ntp = ntp_at(self.config.epoch, now);
        if let Some(info) = compound.info {
            self.last_report = Some((middle(info.ntp), now));
        }
        let ours = self.outgoing.ssrc();
        let about_us = compound.blocks.iter().find(|one| one.report.ssrc == ours);
        if let Some(trip) = about_us.and_then(|block| block.round_trip(now_ntp)) {
            self.round_trip = Some(trip);
        }
        if compound.goodbye.contains(&compound.sender) {
            self.peer_left = true;
        }
        Ok(())
    }
}

fn reason_of(error: SrtpError) -> DropReason {
    match error {
        SrtpError::Replayed => DropReason::Duplicate,
        SrtpError::Rtp(_) | SrtpError::Truncated => DropReason::Malformed,
        _ => DropReason::NotAuthentic,
    }
}
