//! One line: the customer's leg on a trunk, and the agent's where there is one.

use std::net::SocketAddr;
use std::sync::Arc;

use app::ports::telephony::TelephonyError;
use engine::CallEvent;
use media::frame::{FRAME_BYTES, FRAME_SAMPLES, FRAME_TICKS};
use media::leg::{Codec, LegConfig, LegDue, Received, RelayKind, TrunkLeg};
use media::srtp::SrtpError;
use media::tones::{Digit, DigitEvent, DtmfDetector};
use media::webrtc::BrowserOutput;
use media::{Law, MediaTime};
use mio::net::UdpSocket;
use model::ContactId;

use super::agent::AgentSide;
use super::guard::KeyGuard;
use super::quality::QUALITY_INTERVAL;
use super::sound::{Party, Sound};
use super::worker::Around;
use super::{Hears, LineId, Parties};
use crate::handle::AgentOffer;

/// Datagrams that are read of one line before others have their turn.
const READS_MAX: usize = 16;
/// Longest datagram that is read.
pub(super) const DATAGRAM_BYTES_MAX: usize = 2048;

pub(super) struct Line {
    id: LineId,
    pub(super) socket: UdpSocket,
    leg: TrunkLeg,
    law: Law,
    customer: Party,
    /// The contact as which the call goes on.
    contact: Option<ContactId>,
    next_quality: MediaTime,
    /// Finds keys in audio, where the other side sends none as events.
    detector: Option<DtmfDetector>,
    /// Keys came as events: then those in the signalling are the same ones again.
    heard_events: bool,
    guard: KeyGuard,
    agent: Option<AgentSide>,
}

/// Whether a socket has been read empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Empty,
    More,
}

impl Line {
    pub(super) fn new(
        now: MediaTime,
        id: LineId,
        socket: UdpSocket,
        config: LegConfig,
    ) -> Result<Self, SrtpError> {
        let law = law_of(&config);
        let detector = detector_for(&config);
        Ok(Self {
            id,
            socket,
            leg: TrunkLeg::new(now, config)?,
            law,
            customer: Party::new(),
            contact: None,
            next_quality: now.plus(QUALITY_INTERVAL),
            detector,
            heard_events: false,
            guard: KeyGuard::new(),
            agent: None,
        })
    }

    /// Follows a new agreement.
    pub(super) fn change(&mut self, now: MediaTime, config: LegConfig) {
        self.law = law_of(&config);
        self.detector = detector_for(&config);
        if self.leg.renegotiate(now, config).is_err() {
            tracing::warn!("the keys of a new agreement cannot be used");
        }
    }

    /// Lets the parties hear this.
    pub(super) fn direct(&mut self, now: MediaTime, parties: Parties, around: &mut Around) {
        let agent = parties.agent.as_ref().map(|(agent, _)| *agent);
        if self.agent.as_ref().map(|side| side.agent) != agent {
            self.tell_agent_quality(around);
            self.agent = agent.map(|agent| AgentSide::new(now, agent));
        }
        self.contact = parties.contact;
        if let Some(side) = &mut self.agent {
            side.contact = parties.contact;
        }
        if let Hears::New(sound) = parties.customer {
            if matches!(sound, Sound::Keys { .. }) {
                self.guard.arm();
            }
            let event = self.customer.hear(now, sound);
            around.tell(self.id, event);
        }
        if let (Some(side), Some((_, Hears::New(sound)))) = (&mut self.agent, parties.agent) {
            let event = side.party.hear(now, sound);
            around.tell(self.id, event);
        }
    }

    /// A key came with the signalling.
    pub(super) fn press(&mut self, now: MediaTime, digit: Digit, around: &mut Around) {
        self.guard.note_key(now);
        if !self.heard_events {
            let event = self.customer.press(now, digit);
            around.tell(self.id, event);
        }
    }

    /// Takes the offer of an agent's browser; gives the answer.
    pub(super) fn connect_agent(
        &mut self,
        now: MediaTime,
        offer: &AgentOffer,
        around: &mut Around,
    ) -> Result<String, TelephonyError> {
        let side = self.agent.as_mut();
        let side = side.filter(|side| side.agent == offer.agent);
        let side = side.ok_or(TelephonyError::NoCall)?;
        let socket = around.browsers.as_ref().ok_or_else(|| {
            TelephonyError::Refused("no port for browsers is configured".to_owned())
        })?;
        let answer = side.accept_offer(now, around.clocks, socket, self.law, offer)?;
        self.drain_browser(now, around);
        Ok(answer)
    }

    /// The name in the checks of the agent's browser.
    pub(super) fn browser_fragment(&self) -> Option<&str> {
        self.agent.as_ref()?.fragment()
    }

    /// Whether a datagram at the port of the browsers is for this line.
    pub(super) fn accepts_browser(
        &self,
        now: MediaTime,
        source: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
    ) -> bool {
        self.agent
            .as_ref()
            .is_some_and(|side| side.accepts(now, source, local, datagram))
    }

    pub(super) fn receive_browser(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
        around: &mut Around,
    ) {
        if let Some(side) = &mut self.agent {
            side.receive(now, source, local, datagram);
        }
        self.drain_browser(now, around);
    }

    /// Reads what the trunk sent.
    pub(super) fn read(&mut self, now: MediaTime, around: &mut Around) -> Read {
        for _ in 0..READS_MAX {
            let mut buffer = [0; DATAGRAM_BYTES_MAX];
            // Errors of a datagram socket are about earlier datagrams.
            let Ok((length, source)) = self.socket.recv_from(&mut buffer) else {
                return Read::Empty;
            };
            let source = SocketAddr::new(source.ip().to_canonical(), source.port());
            if let Some(datagram) = buffer.get_mut(..length) {
                self.receive(now, source, datagram, around);
            }
        }
        Read::More
    }

    fn receive(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &mut [u8],
        around: &mut Around,
    ) {
        // No key is heard by the agent while one is asked for, and nothing else either.
        let put_through = self.customer.hears_other();
        match self.leg.receive(now, source, datagram) {
            Received::Audio {
                header,
                restarted,
                payload,
            } => {
                self.guard.hear(now, self.law, payload);
                let passes = self.guard.passes(now, put_through);
                let event = match &mut self.detector {
                    Some(detector) if !put_through => {
                        hear_keys(now, self.law, detector, payload, &mut self.customer)
                    }
                    _ => [const { None }; 2],
                };
                for event in event {
                    around.tell(self.id, event);
                }
                if let Some(side) = self
                    .agent
                    .as_mut()
                    .filter(|side| passes && side.party.hears_other())
                {
                    side.with_leg(|leg| {
                        let payload = Arc::from(payload);
                        let _ = leg.relay(now, &header, restarted, RelayKind::Audio, payload);
                    });
                    self.drain_browser(now, around);
                }
            }
            Received::Event {
                header,
                restarted,
                payload,
                digits,
            } => {
                self.heard_events = true;
                self.guard.note_key(now);
                let passes = self.guard.passes(now, put_through);
                if let Some(side) = self
                    .agent
                    .as_mut()
                    .filter(|side| passes && side.party.hears_other())
                {
                    side.with_leg(|leg| {
                        let payload = Arc::from(payload);
                        let _ = leg.relay(now, &header, restarted, RelayKind::Event, payload);
                    });
                }
                for digit in digits.into_iter().flatten() {
                    self.hear_digit(now, digit, around);
                }
                self.drain_browser(now, around);
            }
            Received::Report | Received::Dropped(_) => {}
        }
    }

    fn hear_digit(&mut self, now: MediaTime, event: DigitEvent, around: &mut Around) {
        if let DigitEvent::Pressed(digit) = event {
            let event = self.customer.press(now, digit);
            around.tell(self.id, event);
        }
    }

    /// Fetches what the browser's leg has, until it has nothing more.
    fn drain_browser(&mut self, now: MediaTime, around: &mut Around) {
        let Some(side) = &mut self.agent else {
            return;
        };
        let Some(socket) = &around.browsers else {
            return;
        };
        let mut events = [const { None }; 3];
        while let Some(output) = side.next_output(socket) {
            let (header, restarted, kind, payload) = match output {
                BrowserOutput::Audio {
                    header,
                    restarted,
                    payload,
                } => (header, restarted, RelayKind::Audio, payload),
                BrowserOutput::Event {
                    header,
                    restarted,
                    payload,
                    digits,
                } => {
                    for (place, digit) in events.iter_mut().zip(digits) {
                        if let Some(DigitEvent::Pressed(digit)) = digit {
                            *place = place.take().or_else(|| side.party.press(now, digit));
                        }
                    }
                    (header, restarted, RelayKind::Event, payload)
                }
                _ => continue,
            };
            let packet = &mut around.packet;
            if self.customer.hears_other()
                && side.party.hears_other()
                && self
                    .leg
                    .relay(now, &header, restarted, kind, &payload, packet)
                    .is_ok()
            {
                let _ = self.socket.send_to(packet, self.leg.remote());
            }
        }
        for event in events {
            around.tell(self.id, event);
        }
    }

    /// It was `due` that 20 ms have passed. What plays keeps to that, however late the thread is.
    pub(super) fn tick(&mut self, now: MediaTime, due: MediaTime, around: &mut Around) {
        while let Some(happened) = self.leg.next_due(now) {
            match happened {
                LegDue::Report(report) => {
                    let _ = self.socket.send_to(&report, self.leg.remote_rtcp());
                }
                LegDue::Digit(digit) => self.hear_digit(now, digit, around),
                LegDue::Silent | LegDue::TooLong => around.tell(self.id, Some(CallEvent::Lost)),
            }
        }
        if now >= self.next_quality {
            self.next_quality = now.plus(QUALITY_INTERVAL);
            self.tell_quality(around);
        }
        let (frame, event) = self
            .customer
            .next_frame(due, self.law, around.music.as_ref());
        around.tell(self.id, event);
        if let Some(frame) = frame
            && self
                .leg
                .send_audio(now, FRAME_TICKS, &frame, &mut around.packet)
                .is_ok()
        {
            let _ = self.socket.send_to(&around.packet, self.leg.remote());
        }
        if let Some(side) = &mut self.agent {
            let event = side.tick(now, due, self.law, around.music.as_ref());
            around.tell(self.id, event);
            self.drain_browser(now, around);
        }
    }

    /// How well the parties are heard so far.
    fn tell_quality(&self, around: &mut Around) {
        let customer = self.contact.map(|contact| CallEvent::Quality {
            contact,
            agent: None,
            quality: self.leg.quality(),
        });
        around.tell(self.id, customer);
        self.tell_agent_quality(around);
    }

    fn tell_agent_quality(&self, around: &mut Around) {
        let event = self.agent.as_ref().and_then(AgentSide::quality_event);
        around.tell(self.id, event);
    }

    /// Says good-bye to the trunk, and last figures.
    pub(super) fn close(&mut self, now: MediaTime, around: &mut Around) {
        self.tell_quality(around);
        if let Ok(report) = self.leg.goodbye(now) {
            let _ = self.socket.send_to(&report, self.leg.remote_rtcp());
        }
    }
}

/// The keys in a packet of audio.
fn hear_keys(
    now: MediaTime,
    law: Law,
    detector: &mut DtmfDetector,
    payload: &[u8],
    party: &mut Party,
) -> [Option<CallEvent>; 2] {
    let mut heard = [None, None];
    for frame in payload.as_chunks::<FRAME_BYTES>().0 {
        let mut samples = [0; FRAME_SAMPLES];
        law.decode_all(frame, &mut samples);
        for event in detector.listen(&samples).into_iter().flatten() {
            if let DigitEvent::Pressed(digit) = event {
                let event = party.press(now, digit);
                if let Some(place) = heard.iter_mut().find(|place| place.is_none()) {
                    *place = event;
                }
            }
        }
    }
    heard
}

/// Only G.711 is negotiated on trunks.
const fn law_of(config: &LegConfig) -> Law {
    match config.codec {
        Codec::G711(law) => law,
        Codec::G722 => Law::A,
    }
}

fn detector_for(config: &LegConfig) -> Option<DtmfDetector> {
    config.event_payload_type.is_none().then(DtmfDetector::new)
}
