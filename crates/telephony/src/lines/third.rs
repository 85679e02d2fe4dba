//! Another trunk's leg on a line: the caller was put through to a number outside.

use std::net::UdpSocket;

use engine::CallEvent;
use media::MediaTime;
use media::frame::FRAME_TICKS;
use media::leg::{LegConfig, LegDue, RelayKind, TrunkLeg};
use media::rtp::RtpHeader;
use media::srtp::SrtpError;

use super::coding::Coding;
use super::sound::{Party, Sound};
use super::wire::Wire;
use super::worker::Around;

/// A party that is reached through a trunk of its own.
pub(super) struct ThirdSide {
    pub(super) socket: Wire,
    pub(super) leg: TrunkLeg,
    pub(super) coding: Coding,
    party: Party,
}

impl ThirdSide {
    /// A party that hears the customer from now on.
    pub(super) fn new(
        now: MediaTime,
        socket: UdpSocket,
        config: LegConfig,
    ) -> Result<Self, SrtpError> {
        let mut party = Party::new();
        party.hear(now, Sound::Other);
        Ok(Self {
            socket: Wire::new(socket, &config),
            party,
            coding: Coding::new(config.codec),
            leg: TrunkLeg::new(now, config)?,
        })
    }

    /// Whether this party hears the customer.
    pub(super) const fn hears(&self) -> bool {
        self.party.hears_other()
    }

    /// Passes a packet of the customer on, at once. Audio is in this trunk's codec already.
    pub(super) fn relay(
        &mut self,
        now: MediaTime,
        header: &RtpHeader,
        restarted: bool,
        kind: RelayKind,
        payload: &[u8],
        packet: &mut Vec<u8>,
    ) {
        let relayed = self
            .leg
            .relay(now, header, restarted, kind, payload, packet);
        if relayed.is_ok() {
            let _ = self.socket.send_to(packet, self.leg.remote());
        }
    }

    /// It was `due` that 20 ms have passed.
    pub(super) fn tick(
        &mut self,
        now: MediaTime,
        due: MediaTime,
        around: &mut Around,
    ) -> [Option<CallEvent>; 2] {
        let mut lost = None;
        while let Some(happened) = self.leg.next_due(now) {
            match happened {
                LegDue::Report(report) => {
                    let _ = self.socket.send_to(&report, self.leg.remote_rtcp());
                }
                LegDue::Digit(_) => {}
                LegDue::Silent | LegDue::TooLong => lost = Some(CallEvent::Lost),
            }
        }
        let law = self.coding.law();
        let (frame, event) = self.party.next_frame(due, law, around.music.as_ref());
        if let Some(frame) = frame {
            let payload = self.coding.said(law, &frame, &mut around.said);
            let packet = &mut around.packet;
            if self
                .leg
                .send_audio(now, FRAME_TICKS, payload, packet)
                .is_ok()
            {
                let _ = self.socket.send_to(packet, self.leg.remote());
            }
        }
        [lost, event]
    }

    /// When [`ThirdSide::tick`] has something to do again.
    pub(super) fn next_deadline(&self) -> MediaTime {
        if self.hears() {
            self.leg.next_deadline()
        } else {
            MediaTime::default()
        }
    }

    /// Says good-bye to the trunk.
    pub(super) fn close(&mut self, now: MediaTime) {
        if let Ok(report) = self.leg.goodbye(now) {
            let _ = self.socket.send_to(&report, self.leg.remote_rtcp());
        }
    }
}
