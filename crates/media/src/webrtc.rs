//! A browser's leg: ICE-lite, DTLS-SRTP and RTP through str0m, without sockets and clock.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Secret;
use model::quality::LegQuality;
use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::format::{Codec, FormatParams};
use str0m::media::{Frequency, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpWrite, SeqNo};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

use crate::g711::Law;
use crate::leg::{RelayKind, SendError};
use crate::quality;
use crate::rtp::{Arrival, Outgoing, OutgoingConfig, Reception, RtpHeader};
use crate::time::MediaTime;
use crate::tones::{DigitEvent, EventPacket, EventReceiver, TelephoneEvent};

mod extended;
#[cfg(test)]
mod tests;

use extended::ExtendedSequence;

/// Longest offer read.
pub const SDP_BYTES_MAX: usize = 32 * 1024;
/// The numbers that telephone events get in our answers where the offer has none.
const EVENT_PT_8K: u8 = 101;
const EVENT_PT_48K: u8 = 110;
/// How often the round trip is looked at.
const STATS_INTERVAL: Duration = Duration::from_secs(5);

/// Certificate and key of the DTLS side, both DER; the key as PKCS #8. The fingerprint goes into the
/// answer.
#[derive(Clone)]
pub struct DtlsIdentity {
    /// The certificate, self-signed as usual.
    pub certificate: Vec<u8>,
    /// Its private key.
    pub key: Secret<Vec<u8>>,
}

/// How a browser's audio is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserCodec {
    /// As on the trunk: no transcoding.
    G711(Law),
    /// 48 kHz; between browsers alone.
    Opus,
}

/// What a leg is made of.
#[derive(Clone)]
pub struct BrowserLegConfig {
    /// Who we are.
    pub identity: DtlsIdentity,
    /// The address that browsers reach our UDP port at; in the answer as the only candidate.
    pub local: SocketAddr,
    /// The codec that is agreed on: exactly one, so that no packet needs transcoding.
    pub codec: BrowserCodec,
    /// Random numbers with which our stream begins; the source is drawn by str0m, and the clock rate is
    /// the codec's.
    pub first_sequence: u16,
    /// The first timestamp.
    pub first_timestamp: u32,
}

/// Why an offer is refused or a leg cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrowserLegError {
    /// Longer than [`SDP_BYTES_MAX`].
    #[error("the offer has `{0}` bytes: at most `{SDP_BYTES_MAX}` are read")]
    TooLong(usize),
    /// No session description, or not one of a browser.
    #[error("the offer is not usable: {0}")]
    Offer(String),
    /// The browser does not offer the codec that the call has.
    #[error("the offer does not have the call's codec")]
    Codec,
    /// The local address is none that a candidate can have.
    #[error("`{0}` is no address for a candidate")]
    Address(SocketAddr),
}

/// What comes out of a leg.
#[derive(Debug)]
pub enum BrowserOutput {
    /// A datagram to send from our port.
    Transmit {
        /// To whom: the address that ICE has checked.
        destination: SocketAddr,
        /// The bytes.
        datagram: Vec<u8>,
    },
    /// ICE and DTLS are through: audio can flow.
    Connected,
    /// Nothing was heard of the browser; it may come back with or without an ICE restart.
    Disconnected,
    /// Audio in the agreed codec.
    Audio {
        /// Its place in the stream.
        header: RtpHeader,
        /// The stream began anew with it.
        restarted: bool,
        /// The coded audio.
        payload: Arc<[u8]>,
    },
    /// A packet of a telephone event, and what is certain because of it.
    Event {
        /// Its place in the stream.
        header: RtpHeader,
        /// The stream began anew with it.
        restarted: bool,
        /// The payload, for relaying. Not while digits are collected.
        payload: Arc<[u8]>,
        /// Keys pressed and released.
        digits: [Option<DigitEvent>; 3],
    },
    /// A key whose end was lost is released.
    Digit(DigitEvent),
    /// The leg is over: the browser closed it. Drop it.
    Closed,
    /// Nothing more until then, unless something is put in.
    Deadline(MediaTime),
}

/// The leg of one browser. After everything that is put in, [`BrowserLeg::next_output`] must be asked
/// until it gives a deadline: str0m wants to be drained between two inputs.
pub struct BrowserLeg {
    rtc: Rtc,
    /// The instant that is zero in [`MediaTime`].
    zero: Instant,
    now: MediaTime,
    codec: BrowserCodec,
    mid: Option<Mid>,
    audio: Option<Pt>,
    events_pt: Option<Pt>,
    outgoing: Outgoing,
    sent: ExtendedSequence,
    reception: Reception,
    events: EventReceiver,
    round_trip: Option<Duration>,
    refused: u64,
    closed: bool,
}

impl BrowserLeg {
    /// A leg that waits for its offer. `zero` is the instant that [`MediaTime`] counts from.
    pub fn new(
        now: MediaTime,
        zero: Instant,
        config: &BrowserLegConfig,
    ) -> Result<Self, BrowserLegError> {
        let mut rtc_config = RtcConfig::new()
            .set_crypto_provider(Arc::new(str0m::crypto::from_feature_flags()))
            .set_dtls_cert(DtlsCert {
                certificate: config.identity.certificate.clone(),
                private_key: config.identity.key.expose().clone(),
            })
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_stats_interval(Some(STATS_INTERVAL))
            .clear_codecs();
        let (event_pt, event_rate) = match config.codec {
            BrowserCodec::G711(Law::Mu) => {
                rtc_config = rtc_config.enable_pcmu(true, false);
                (EVENT_PT_8K, Frequency::EIGHT_KHZ)
            }
            BrowserCodec::G711(Law::A) => {
                rtc_config = rtc_config.enable_pcma(true, false);
                (EVENT_PT_8K, Frequency::EIGHT_KHZ)
            }
            BrowserCodec::Opus => {
                rtc_config = rtc_config.enable_opus(true, false);
                (EVENT_PT_48K, Frequency::FORTY_EIGHT_KHZ)
            }
        };
        let keys_alone = FormatParams {
            telephone_event_max: Some(15),
            ..FormatParams::default()
        };
        rtc_config.codec_config().add_config(
            Pt::new_with_value(event_pt),
            None,
            Codec::Tele,
            event_rate,
            None,
            keys_alone,
        );
        let mut rtc = rtc_config.build(instant(zero, now));
        let candidate = Candidate::host(config.local, Protocol::Udp)
            .map_err(|_| BrowserLegError::Address(config.local))?;
        rtc.add_local_candidate(candidate);
        let clock_rate = match config.codec {
            BrowserCodec::G711(_) => 8000,
            BrowserCodec::Opus => 48_000,
        };
        Ok(Self {
            rtc,
            zero,
            now,
            codec: config.codec,
            mid: None,
            audio: None,
            events_pt: None,
            outgoing: Outgoing::new(OutgoingConfig {
                ssrc: 0,
                first_sequence: config.first_sequence,
                first_timestamp: config.first_timestamp,
                clock_rate,
            }),
            sent: ExtendedSequence::default(),
            reception: Reception::new(clock_rate),
            events: EventReceiver::new(),
            round_trip: None,
            refused: 0,
            closed: false,
        })
    }

    /// Answers an offer of the browser: the first one, or a later one with an ICE restart or another
    /// direction. Candidates in it are not read: an address counts once ICE has checked it.
    pub fn accept_offer(&mut self, now: MediaTime, offer: &str) -> Result<String, BrowserLegError> {
        if offer.len() > SDP_BYTES_MAX {
            return Err(BrowserLegError::TooLong(offer.len()));
        }
        self.now = now;
        let without_candidates: String = offer
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("a=candidate:"))
            .collect();
        let offer = SdpOffer::from_sdp_string(&without_candidates)
            .map_err(|error| BrowserLegError::Offer(error.to_string()))?;
        let answer = self
            .rtc
            .sdp_api()
            .accept_offer(offer)
            .map_err(|error| BrowserLegError::Offer(error.to_string()))?;
        let answer = answer.to_sdp_string();
        let name = match self.codec {
            BrowserCodec::G711(Law::Mu) => " PCMU/8000",
            BrowserCodec::G711(Law::A) => " PCMA/8000",
            BrowserCodec::Opus => " opus/48000/2",
        };
        if answer.contains(name) {
            Ok(answer)
        } else {
            Err(BrowserLegError::Codec)
        }
    }

    /// Whether a datagram is of this leg: by its address once ICE has checked it, by the credentials in
    /// its STUN message before.
    pub fn accepts(
        &self,
        now: MediaTime,
        source: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
    ) -> bool {
        Receive::new(Protocol::Udp, source, local, datagram).is_ok_and(|receive| {
            self.rtc
                .accepts(&Input::Receive(instant(self.zero, now), receive))
        })
    }

    /// Takes a datagram that [`BrowserLeg::accepts`]. What is wrong with it is counted, never fatal.
    pub fn receive(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
    ) {
        self.now = now;
        let at = instant(self.zero, now);
        let taken = Receive::new(Protocol::Udp, source, local, datagram)
            .map(|receive| Input::Receive(at, receive))
            .is_ok_and(|input| self.rtc.accepts(&input) && self.rtc.handle_input(input).is_ok());
        if !taken {
            self.refused += 1;
        }
    }

    /// Lets time pass.
    pub fn advance(&mut self, now: MediaTime) {
        self.now = now;
        if self
            .rtc
            .handle_input(Input::Timeout(instant(self.zero, now)))
            .is_err()
        {
            self.refused += 1;
        }
    }

    /// What comes out next; a deadline when nothing is left.
    pub fn next_output(&mut self) -> BrowserOutput {
        if let Some(event) = self.events.expire(self.now) {
            return BrowserOutput::Digit(event);
        }
        loop {
            if self.closed || !self.rtc.is_alive() {
                return self.close();
            }
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => return BrowserOutput::Deadline(self.deadline(at)),
                Ok(Output::Transmit(transmit)) => {
                    return BrowserOutput::Transmit {
                        destination: transmit.destination,
                        datagram: transmit.contents.to_vec(),
                    };
                }
                Ok(Output::Event(event)) => {
                    if let Some(output) = self.hear(event) {
                        return output;
                    }
                }
                Err(_) => self.closed = true,
            }
        }
    }

    /// Sends audio in the agreed codec that lasts `ticks` of its clock.
    pub fn send_audio(
        &mut self,
        now: MediaTime,
        ticks: u32,
        payload: &[u8],
    ) -> Result<(), SendError> {
        let pt = self.audio.ok_or(SendError::OnHold)?;
        let header = self.outgoing.make(now, ticks, *pt, payload.len());
        self.write(now, pt, &header, Arc::from(payload))
    }

    /// Passes a packet of another leg on.
    pub fn relay(
        &mut self,
        now: MediaTime,
        received: &RtpHeader,
        restarted: bool,
        kind: RelayKind,
        payload: Arc<[u8]>,
    ) -> Result<(), SendError> {
        let pt = match kind {
            RelayKind::Audio => self.audio.ok_or(SendError::OnHold)?,
            RelayKind::Event => self.events_pt.ok_or(SendError::NoEvents)?,
        };
        let header = self
            .outgoing
            .relay(now, received, restarted, *pt, payload.len())
            .ok_or(SendError::Straggler)?;
        self.write(now, pt, &header, payload)
    }

    /// Sends a packet of a telephone event.
    pub fn send_event(&mut self, now: MediaTime, event: &EventPacket) -> Result<(), SendError> {
        let pt = self.events_pt.ok_or(SendError::NoEvents)?;
        let header =
            self.outgoing
                .event(now, event.timestamp, event.marker, *pt, event.payload.len());
        self.write(now, pt, &header, Arc::from(event.payload))
    }

    /// The timestamp of an event that begins now.
    pub fn event_timestamp(&self, now: MediaTime) -> u32 {
        self.outgoing.next_timestamp(now)
    }

    /// The codec that was configured.
    pub const fn codec(&self) -> BrowserCodec {
        self.codec
    }

    /// Datagrams that were not the leg's or could not be used.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Figures for the record.
    pub fn quality(&self) -> LegQuality {
        let counts = self.reception.counts();
        quality::estimate(
            counts.received,
            counts.lost(),
            self.reception.jitter(),
            self.reception.jitter_max(),
            self.round_trip,
        )
    }

    /// Ends the leg; nothing comes out of it any more. The browser hears of it through the signalling.
    pub fn close(&mut self) -> BrowserOutput {
        self.closed = true;
        self.rtc.disconnect();
        BrowserOutput::Closed
    }

    fn hear(&mut self, event: Event) -> Option<BrowserOutput> {
        match event {
            Event::Connected => Some(BrowserOutput::Connected),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                Some(BrowserOutput::Disconnected)
            }
            Event::MediaAdded(added) if self.mid.is_none() => {
                self.mid = Some(added.mid);
                self.agree(added.mid);
                None
            }
            Event::Closed => Some(self.close()),
            Event::MediaEgressStats(stats) => {
                self.round_trip = stats.rtt.or(self.round_trip);
                None
            }
            Event::RtpPacket(packet) => {
                let header = RtpHeader {
                    marker: packet.header.marker,
                    payload_type: *packet.header.payload_type,
                    sequence: packet.header.sequence_number,
                    timestamp: packet.header.timestamp,
                    ssrc: *packet.header.ssrc,
                };
                self.hear_packet(header, packet.header.payload_type, packet.payload)
            }
            _ => None,
        }
    }

    /// Which numbers the formats have, as offer and answer agreed on them.
    fn agree(&mut self, mid: Mid) {
        let Some(media) = self.rtc.media(mid) else {
            return;
        };
        let agreed = media.remote_pts().to_vec();
        for params in self.rtc.codec_config().params() {
            if !agreed.contains(&params.pt()) {
                continue;
            }
            if params.spec().codec == Codec::Tele {
                self.events_pt = Some(params.pt());
            } else {
                self.audio = Some(params.pt());
            }
        }
    }

    fn hear_packet(
        &mut self,
        header: RtpHeader,
        pt: Pt,
        payload: Arc<[u8]>,
    ) -> Option<BrowserOutput> {
        let is_event = Some(pt) == self.events_pt;
        if !is_event && Some(pt) != self.audio {
            self.refused += 1;
            return None;
        }
        let arrival = self.reception.receive(self.now, &header);
        if !arrival.is_usable() {
            return None;
        }
        let restarted = arrival == Arrival::Restarted;
        if !is_event {
            return Some(BrowserOutput::Audio {
                header,
                restarted,
                payload,
            });
        }
        let event = TelephoneEvent::parse(&payload)?;
        let before = if restarted { self.events.end() } else { None };
        let [lost_end, pressed, released] = self.events.receive(self.now, header.timestamp, event);
        Some(BrowserOutput::Event {
            header,
            restarted,
            payload,
            digits: [before.or(lost_end), pressed, released],
        })
    }

    fn write(
        &mut self,
        now: MediaTime,
        pt: Pt,
        header: &RtpHeader,
        payload: Arc<[u8]>,
    ) -> Result<(), SendError> {
        let mid = self.mid.ok_or(SendError::OnHold)?;
        let sends = self
            .rtc
            .media(mid)
            .is_some_and(|media| media.direction().is_sending());
        let sequence = SeqNo::from(self.sent.extend(header.sequence));
        let at = instant(self.zero, now);
        let mut api = self.rtc.direct_api();
        let stream = api
            .stream_tx_by_mid(mid, None)
            .filter(|_| sends)
            .ok_or(SendError::OnHold)?;
        stream.write_rtp(
            RtpWrite::new(pt, sequence, header.timestamp, at, payload).marker(header.marker),
        );
        Ok(())
    }

    fn deadline(&self, at: Instant) -> MediaTime {
        let by_ice = MediaTime::default().plus(at.saturating_duration_since(self.zero));
        self.events
            .next_deadline()
            .map_or(by_ice, |by_event| by_event.min(by_ice))
    }
}

impl std::fmt::Debug for BrowserLeg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrowserLeg")
            .field("codec", &self.codec)
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

fn instant(zero: Instant, now: MediaTime) -> Instant {
    zero.checked_add(Duration::from_micros(now.as_micros()))
        .unwrap_or(zero)
}
