//! One line: the customer's leg on a trunk, and the agent's where there is one.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use app::ports::telephony::TelephonyError;
use engine::CallEvent;
use media::frame::{FRAME_BYTES, FRAME_SAMPLES, FRAME_TICKS};
use media::leg::{LegConfig, LegDue, Received, RelayKind, TrunkLeg};
use media::rtp::RtpHeader;
use media::srtp::SrtpError;
use media::tones::{Digit, DigitEvent, DtmfDetector};
use media::webrtc::BrowserOutput;
use media::{Law, MediaTime};
use model::ContactId;

use super::agent::AgentSide;
use super::coding::{Coding, pass_on};
use super::guard::KeyGuard;
use super::quality::QUALITY_INTERVAL;
use super::recorder::{LineRecording, Packet, RecordCommand};
use super::sound::{Party, Sound};
use super::third::ThirdSide;
use super::wire::Wire;
use super::worker::Around;
use super::{Hears, LineId, Parties};
use crate::handle::AgentOffer;

/// Longest datagram that is read.
pub(super) const DATAGRAM_BYTES_MAX: usize = 2048;

pub(super) struct Line {
    id: LineId,
    socket: Wire,
    leg: TrunkLeg,
    coding: Coding,
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
    recording: Option<LineRecording>,
    pub(super) third: Option<ThirdSide>,
    /// Until then nothing is due: a line that only relays is not touched by the wheel.
    rests_until: MediaTime,
}

/// Which trunk's leg of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrunkSide {
    Customer,
    Third,
}

impl Line {
    pub(super) fn new(
        now: MediaTime,
        id: LineId,
        socket: UdpSocket,
        config: LegConfig,
    ) -> Result<Self, SrtpError> {
        let coding = Coding::new(config.codec);
        let detector = detector_for(&config);
        Ok(Self {
            id,
            socket: Wire::new(socket, &config),
            leg: TrunkLeg::new(now, config)?,
            coding,
            customer: Party::new(),
            contact: None,
            next_quality: now.plus(QUALITY_INTERVAL),
            detector,
            heard_events: false,
            guard: KeyGuard::new(),
            agent: None,
            recording: None,
            third: None,
            rests_until: MediaTime::default(),
        })
    }

    /// Follows a new agreement.
    pub(super) fn change(&mut self, now: MediaTime, config: LegConfig) {
        self.rests_until = MediaTime::default();
        self.coding.change(config.codec);
        self.socket.follow(&config);
        self.detector = detector_for(&config);
        if self.leg.renegotiate(now, config).is_err() {
            tracing::warn!("the keys of a new agreement cannot be used");
        }
    }

    /// Lets the parties hear this.
    pub(super) fn direct(&mut self, now: MediaTime, parties: Parties, around: &mut Around) {
        self.rests_until = MediaTime::default();
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

    /// Records, differently, or no longer.
    pub(super) fn record(&mut self, now: MediaTime, command: RecordCommand, around: &mut Around) {
        self.rests_until = MediaTime::default();
        let recording = match command {
            RecordCommand::Change(capture) => {
                if let Some(recording) = &mut self.recording {
                    recording.change(now, capture);
                }
                return;
            }
            RecordCommand::Begin(tape, capture) => {
                Some(LineRecording::new(now, self.coding.law(), tape, capture))
            }
            RecordCommand::End => None,
        };
        if let Some(before) = std::mem::replace(&mut self.recording, recording) {
            before.end(now, &mut around.tapes);
        }
    }

    /// A key came with the signalling.
    pub(super) fn press(&mut self, now: MediaTime, digit: Digit, around: &mut Around) {
        self.guard.note_key(now);
        self.rests_until = MediaTime::default();
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
        let answer = side.accept_offer(now, around.clocks, socket, self.coding.law(), offer)?;
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

    /// Where a trunk of this line sends to.
    pub(super) fn socket(&self, side: TrunkSide) -> Option<&Wire> {
        match side {
            TrunkSide::Customer => Some(&self.socket),
            TrunkSide::Third => self.third.as_ref().map(|third| &third.socket),
        }
    }

    /// Takes what a trunk sent.
    pub(super) fn receive_from(
        &mut self,
        now: MediaTime,
        side: TrunkSide,
        source: SocketAddr,
        datagram: &mut [u8],
        around: &mut Around,
    ) {
        match side {
            TrunkSide::Customer => self.receive(now, source, datagram, around),
            TrunkSide::Third => self.receive_third(now, source, datagram, around),
        }
    }

    /// Lets another trunk's leg take part: it and the customer hear each other from now on.
    pub(super) fn join(
        &mut self,
        now: MediaTime,
        socket: UdpSocket,
        config: LegConfig,
    ) -> Result<(), SrtpError> {
        self.rests_until = MediaTime::default();
        self.third = Some(ThirdSide::new(now, socket, config)?);
        self.customer.hear(now, Sound::Other);
        Ok(())
    }

    fn receive_third(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &mut [u8],
        around: &mut Around,
    ) {
        let Some(third) = &mut self.third else {
            return;
        };
        let passes = self.customer.hears_other() && third.hears();
        let (packet, remote) = (&mut around.packet, self.leg.remote());
        let relayed = match third.leg.receive(now, source, datagram) {
            Received::Audio {
                header,
                restarted,
                payload,
            } if passes => {
                let (heard, said) = (&mut around.heard, &mut around.said);
                let payload = pass_on(&mut third.coding, &mut self.coding, payload, heard, said);
                let kind = RelayKind::Audio;
                self.leg
                    .relay(now, &header, restarted, kind, payload, packet)
            }
            Received::Event {
                header,
                restarted,
                payload,
                ..
            } if passes => {
                let kind = RelayKind::Event;
                self.leg
                    .relay(now, &header, restarted, kind, payload, packet)
            }
            _ => return,
        };
        if relayed.is_ok() {
            let _ = self.socket.send_to(packet, remote);
        }
    }

    fn receive(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &mut [u8],
        around: &mut Around,
    ) {
        // No key is heard by others while one is asked for, and nothing else either.
        let put_through = self.customer.hears_other();
        match self.leg.receive(now, source, datagram) {
            Received::Audio {
                header,
                restarted,
                payload,
            } => {
                let (coded, codec, law) = (payload, self.coding.codec(), self.coding.law());
                let mut scratch = std::mem::take(&mut around.heard);
                let payload = self.coding.heard(coded, &mut scratch);
                self.guard.hear(now, law, payload);
                let passes = self.guard.passes(now, put_through);
                if let Some(third) = self.third.as_mut().filter(|third| passes && third.hears()) {
                    let (kind, packet) = (RelayKind::Audio, &mut around.packet);
                    let payload = if third.coding.codec() == codec {
                        coded
                    } else {
                        third.coding.said(law, payload, &mut around.said)
                    };
                    third.relay(now, &header, restarted, kind, payload, packet);
                }
                let events = match &mut self.detector {
                    Some(detector) if !put_through => {
                        hear_keys(now, law, detector, payload, &mut self.customer)
                    }
                    _ => [const { None }; 2],
                };
                for event in events {
                    around.tell(self.id, event);
                }
                // What an agent must not hear of keys, a recording must not either. In a flow it filters them.
                if let Some(recording) = &mut self.recording
                    && passes == put_through
                {
                    let packet = Packet {
                        law,
                        timestamp: header.timestamp,
                        restarted,
                        payload,
                    };
                    recording.customer(now, packet, self.customer.collects_keys());
                }
                if passes {
                    self.pass_to_agent(now, &header, restarted, RelayKind::Audio, payload);
                    self.drain_browser(now, around);
                }
                around.heard = scratch;
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
                // A key whose end is lost is released in time.
                self.rests_until = MediaTime::default();
                if let Some(third) = self.third.as_mut().filter(|third| passes && third.hears()) {
                    let (kind, packet) = (RelayKind::Event, &mut around.packet);
                    third.relay(now, &header, restarted, kind, payload, packet);
                }
                if passes {
                    self.pass_to_agent(now, &header, restarted, RelayKind::Event, payload);
                }
                for digit in digits.into_iter().flatten() {
                    self.hear_digit(now, digit, around);
                }
                self.drain_browser(now, around);
            }
            Received::Report | Received::Dropped(_) => {}
        }
    }

    /// Passes what the customer sent on to the agent, if the agent hears the customer.
    fn pass_to_agent(
        &mut self,
        now: MediaTime,
        header: &RtpHeader,
        restarted: bool,
        kind: RelayKind,
        payload: &[u8],
    ) {
        let agent = self.agent.as_mut();
        if let Some(side) = agent.filter(|side| side.party.hears_other()) {
            side.with_leg(|leg| {
                let _ = leg.relay(now, header, restarted, kind, Arc::from(payload));
            });
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
            if !(self.customer.hears_other() && side.party.hears_other()) {
                continue;
            }
            let law = self.coding.law();
            if let Some(recording) = &mut self.recording
                && kind == RelayKind::Audio
            {
                let packet = Packet {
                    law,
                    timestamp: header.timestamp,
                    restarted,
                    payload: &payload,
                };
                recording.agent(now, packet);
            }
            let packet = &mut around.packet;
            let payload = match kind {
                RelayKind::Audio => self.coding.said(law, &payload, &mut around.said),
                RelayKind::Event => &payload,
            };
            if self
                .leg
                .relay(now, &header, restarted, kind, payload, packet)
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
        if now < self.rests_until {
            return;
        }
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
        let (frame, event) =
            self.customer
                .next_frame(due, self.coding.law(), around.music.as_ref());
        around.tell(self.id, event);
        if let Some(recording) = &mut self.recording {
            if let Some(frame) = &frame {
                recording.system(now, due, frame, self.customer.collects_keys());
            }
            recording.tick(now, &mut around.tapes);
        }
        if let Some(frame) = frame {
            let (law, packet) = (self.coding.law(), &mut around.packet);
            let payload = self.coding.said(law, &frame, &mut around.said);
            if self
                .leg
                .send_audio(now, FRAME_TICKS, payload, packet)
                .is_ok()
            {
                let _ = self.socket.send_to(packet, self.leg.remote());
            }
        }
        if let Some(side) = &mut self.agent {
            let event = side.tick(now, due, self.coding.law(), around.music.as_ref());
            around.tell(self.id, event);
            self.drain_browser(now, around);
        }
        if let Some(third) = &mut self.third {
            for event in third.tick(now, due, around) {
                around.tell(self.id, event);
            }
        }
        self.rests_until = self.next_deadline();
    }

    /// When the wheel has something to do here again. What arrives only moves it away, except for keys.
    fn next_deadline(&self) -> MediaTime {
        if self.agent.is_some() || self.recording.is_some() || !self.customer.hears_other() {
            return MediaTime::default();
        }
        let ours = self.leg.next_deadline().min(self.next_quality);
        let third = self.third.as_ref().map(ThirdSide::next_deadline);
        third.map_or(ours, |third| third.min(ours))
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

    /// Says good-bye to the trunks, and last figures.
    pub(super) fn close(&mut self, now: MediaTime, around: &mut Around) {
        self.tell_quality(around);
        self.record(now, RecordCommand::End, around);
        if let Some(third) = &mut self.third {
            third.close(now);
        }
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

fn detector_for(config: &LegConfig) -> Option<DtmfDetector> {
    config.event_payload_type.is_none().then(DtmfDetector::new)
}
