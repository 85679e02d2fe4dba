use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Secret;
use str0m::change::SdpAnswer;
use str0m::format::{Codec, FormatParams};
use str0m::media::{
    Direction, Frequency, MediaKind, MediaTime as WireTime, Mid, Pt, TelephoneEvent as WireEvent,
};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::*;
use crate::tones::{Digit, EventSender};

fn server() -> SocketAddr {
    "192.0.2.1:3478".parse().unwrap()
}

fn browser_address() -> SocketAddr {
    "198.51.100.7:50000".parse().unwrap()
}

fn config(codec: BrowserCodec) -> BrowserLegConfig {
    let made = rcgen::generate_simple_self_signed(vec!["ringfence".to_owned()]).unwrap();
    BrowserLegConfig {
        identity: DtlsIdentity {
            certificate: made.cert.der().to_vec(),
            key: Secret::new(made.signing_key.serialize_der()),
        },
        local: server(),
        codec,
        first_sequence: 65_530,
        first_timestamp: 7,
    }
}

/// A leg and a browser on a line without delay, in steps of 5 ms.
struct Line {
    leg: BrowserLeg,
    browser: Rtc,
    mid: Option<Mid>,
    zero: Instant,
    now_ms: u64,
    heard: Vec<BrowserOutput>,
    browser_heard: Vec<Vec<u8>>,
    /// Nothing arrives on either side.
    lossy: bool,
}

impl Line {
    fn new(codec: BrowserCodec) -> Self {
        let zero = Instant::now();
        let mut offered = RtcConfig::new()
            .clear_codecs()
            .enable_opus(true, false)
            .enable_pcmu(true, false)
            .enable_pcma(true, false);
        // As Chromium offers them.
        for (number, rate) in [
            (110, Frequency::FORTY_EIGHT_KHZ),
            (126, Frequency::EIGHT_KHZ),
        ] {
            let events = FormatParams {
                telephone_event_max: Some(15),
                ..FormatParams::default()
            };
            let number = Pt::new_with_value(number);
            offered
                .codec_config()
                .add_config(number, None, Codec::Tele, rate, None, events);
        }
        let mut browser = offered.build(zero);
        let candidate = Candidate::host(browser_address(), Protocol::Udp).unwrap();
        browser.add_local_candidate(candidate);
        Self {
            leg: BrowserLeg::new(MediaTime::default(), zero, &config(codec)).unwrap(),
            browser,
            mid: None,
            zero,
            now_ms: 0,
            heard: Vec::new(),
            browser_heard: Vec::new(),
            lossy: false,
        }
    }

    fn now(&self) -> MediaTime {
        MediaTime::from_millis(self.now_ms)
    }

    fn instant(&self) -> Instant {
        self.zero + Duration::from_millis(self.now_ms)
    }

    /// The browser's offer, answered by the leg.
    fn negotiate(&mut self, restart: bool) -> String {
        let mut change = self.browser.sdp_api();
        if restart {
            change.ice_restart(true);
        } else {
            self.mid =
                Some(change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None));
        }
        let (offer, pending) = change.apply().unwrap();
        let now = self.now();
        let answer = self.leg.accept_offer(now, &offer.to_sdp_string()).unwrap();
        let parsed = SdpAnswer::from_sdp_string(&answer).unwrap();
        self.browser
            .sdp_api()
            .accept_answer(pending, parsed)
            .unwrap();
        answer
    }

    fn run(&mut self, ms: u64) {
        let end = self.now_ms + ms;
        while self.now_ms < end {
            self.drain_leg();
            self.drain_browser();
            self.now_ms += 5;
            let (now, instant) = (self.now(), self.instant());
            self.leg.advance(now);
            self.browser.handle_input(Input::Timeout(instant)).unwrap();
        }
    }

    fn drain_leg(&mut self) {
        loop {
            match self.leg.next_output() {
                BrowserOutput::Deadline(_) => return,
                BrowserOutput::Closed => {
                    self.heard.push(BrowserOutput::Closed);
                    return;
                }
                BrowserOutput::Transmit {
                    destination,
                    datagram,
                } => {
                    assert_eq!(destination, browser_address());
                    if self.lossy {
                        continue;
                    }
                    self.hand_to_browser(&datagram);
                }
                other => self.heard.push(other),
            }
        }
    }

    fn hand_to_browser(&mut self, datagram: &[u8]) {
        let receive = Receive::new(Protocol::Udp, server(), browser_address(), datagram).unwrap();
        let input = Input::Receive(self.instant(), receive);
        self.browser.handle_input(input).unwrap();
        self.drain_browser();
    }

    fn drain_browser(&mut self) {
        loop {
            match self.browser.poll_output().unwrap() {
                Output::Timeout(_) => return,
                Output::Transmit(sent) => {
                    let now = self.now();
                    if self.lossy {
                        continue;
                    }
                    assert!(
                        self.leg
                            .accepts(now, browser_address(), server(), &sent.contents)
                    );
                    self.leg
                        .receive(now, browser_address(), server(), &sent.contents);
                    // The leg is drained before the next input.
                    while let output @ (BrowserOutput::Transmit { .. }
                    | BrowserOutput::Connected
                    | BrowserOutput::Audio { .. }
                    | BrowserOutput::Event { .. }
                    | BrowserOutput::Digit(_)) = self.leg.next_output()
                    {
                        match output {
                            BrowserOutput::Transmit { datagram, .. } => {
                                let receive = Receive::new(
                                    Protocol::Udp,
                                    server(),
                                    browser_address(),
                                    &datagram,
                                )
                                .unwrap();
                                let input = Input::Receive(self.instant(), receive);
                                self.browser.handle_input(input).unwrap();
                            }
                            other => self.heard.push(other),
                        }
                    }
                }
                Output::Event(Event::MediaData(data)) => {
                    self.browser_heard.push(data.data.to_vec());
                }
                Output::Event(_) => {}
            }
        }
    }

    /// The browser says 20 ms.
    fn browser_speaks(&mut self, codec: Codec, n: u64, payload: &[u8]) {
        let mid = self.mid.unwrap();
        let instant = self.instant();
        let writer = self.browser.writer(mid).unwrap();
        let pt = writer
            .payload_params()
            .find(|params| params.spec().codec == codec)
            .unwrap()
            .pt();
        let time = WireTime::new(160 * n, Frequency::EIGHT_KHZ);
        writer.write(pt, instant, time, payload).unwrap();
    }

    fn connect(&mut self) {
        self.negotiate(false);
        self.run(2000);
        assert!(
            self.heard
                .iter()
                .any(|one| matches!(one, BrowserOutput::Connected)),
            "{:?}",
            self.heard
        );
        self.heard.clear();
    }
}

#[test]
fn the_answer_is_ice_lite_with_one_candidate_one_codec_and_our_fingerprint() {
    let config = config(BrowserCodec::G711(Law::A));
    let mut line = Line::new(BrowserCodec::G711(Law::A));
    line.leg = BrowserLeg::new(MediaTime::default(), line.zero, &config).unwrap();
    let answer = line.negotiate(false);
    assert!(answer.contains("a=ice-lite"), "{answer}");
    assert_eq!(answer.matches("a=candidate:").count(), 1);
    assert!(answer.contains("192.0.2.1 3478"));
    assert!(answer.contains("PCMA/8000") && !answer.contains("PCMU") && !answer.contains("opus"));
    let digest =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &config.identity.certificate);
    let fingerprint: Vec<String> = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    assert!(
        answer.to_uppercase().contains(&fingerprint.join(":")),
        "{answer}"
    );
}

#[test]
fn audio_flows_both_ways() {
    for law in [Law::Mu, Law::A] {
        let mut line = Line::new(BrowserCodec::G711(law));
        line.connect();
        let codec = if law == Law::Mu {
            Codec::PCMU
        } else {
            Codec::PCMA
        };
        for n in 0..50 {
            line.browser_speaks(codec, n, &[n as u8; 160]);
            line.drain_browser();
            line.leg
                .send_audio(line.now(), 160, &[100 + n as u8; 160])
                .unwrap();
            line.run(20);
        }
        line.run(200);
        let said: Vec<u8> = line
            .heard
            .iter()
            .filter_map(|output| match output {
                BrowserOutput::Audio { payload, .. } => Some(payload[0]),
                _ => None,
            })
            .collect();
        assert_eq!(said, (0..50).collect::<Vec<u8>>());
        let heard: Vec<u8> = line
            .browser_heard
            .iter()
            .map(|payload| payload[0])
            .collect();
        assert_eq!(heard, (100..150).collect::<Vec<u8>>());
        assert_eq!(line.leg.quality().packets_lost, 0);
    }
}

#[test]
fn an_ice_restart_keeps_the_leg() {
    let mut line = Line::new(BrowserCodec::G711(Law::A));
    line.connect();
    line.lossy = true;
    line.run(3000);
    line.lossy = false;
    let answer = line.negotiate(true);
    assert!(answer.contains("a=ice-ufrag"));
    line.run(2000);
    line.heard.clear();
    for n in 0..5 {
        line.browser_speaks(Codec::PCMA, 1000 + n, &[9; 160]);
        line.run(20);
    }
    let audio = line
        .heard
        .iter()
        .filter(|one| matches!(one, BrowserOutput::Audio { .. }))
        .count();
    assert!(audio >= 3, "{:?}", line.heard);
}

#[test]
fn keys_pass_both_ways_once() {
    let mut line = Line::new(BrowserCodec::G711(Law::A));
    line.connect();
    let timestamp = line.leg.event_timestamp(line.now());
    let digit = Digit::from_char('5').unwrap();
    for event in EventSender::new(digit, Duration::from_millis(100), timestamp) {
        line.leg.send_event(line.now(), &event).unwrap();
        line.run(20);
    }
    assert_eq!(line.browser_heard.len(), 7);
    assert!(line.browser_heard.iter().all(|payload| payload[0] == 5));
    let mid = line.mid.unwrap();
    let instant = line.instant();
    let writer = line.browser.writer(mid).unwrap();
    let audio = writer
        .payload_params()
        .find(|params| params.spec().codec == Codec::PCMA)
        .unwrap()
        .pt();
    let pressed = WireEvent {
        event: 9,
        end: true,
        volume: 10,
        duration: Duration::from_millis(100),
    };
    let time = WireTime::new(0, Frequency::EIGHT_KHZ);
    let writer = writer.telephone_event(pressed);
    writer.write(audio, instant, time, &[][..]).unwrap();
    line.run(500);
    let digits: Vec<DigitEvent> = line
        .heard
        .iter()
        .filter_map(|output| match output {
            BrowserOutput::Event { digits, .. } => Some(*digits),
            _ => None,
        })
        .flatten()
        .flatten()
        .collect();
    let nine = Digit::from_char('9').unwrap();
    assert_eq!(
        digits,
        [DigitEvent::Pressed(nine), DigitEvent::Released(nine, 100)]
    );
}

#[test]
fn an_offer_without_our_codec_is_refused() {
    let mut browser = RtcConfig::new()
        .clear_codecs()
        .enable_opus(true, false)
        .build(Instant::now());
    let mut change = browser.sdp_api();
    change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
    let (offer, _) = change.apply().unwrap();
    let mut line = Line::new(BrowserCodec::G711(Law::A));
    let refused = line
        .leg
        .accept_offer(MediaTime::default(), &offer.to_sdp_string());
    assert_eq!(refused, Err(BrowserLegError::Codec));
}

#[test]
fn what_is_not_the_legs_is_neither_accepted_nor_fatal() {
    let mut line = Line::new(BrowserCodec::G711(Law::A));
    line.connect();
    let stranger: SocketAddr = "203.0.113.9:1234".parse().unwrap();
    let rtp = [&[0x80, 8][..], &[0; 170]].concat();
    assert!(!line.leg.accepts(line.now(), stranger, server(), &rtp));
    let now = line.now();
    for datagram in [&rtp[..], b"", b"\x16\xfe\xfd garbage", b"\xff\xff"] {
        line.leg.receive(now, stranger, server(), datagram);
        line.drain_leg();
        line.leg.receive(now, browser_address(), server(), datagram);
        line.drain_leg();
    }
    assert!(line.leg.refused() >= 4);
    assert!(line.heard.is_empty(), "{:?}", line.heard);
    line.browser_speaks(Codec::PCMA, 0, &[9; 160]);
    line.run(20);
    assert!(
        line.heard
            .iter()
            .any(|one| matches!(one, BrowserOutput::Audio { .. }))
    );
}

#[test]
fn a_leg_that_is_not_connected_sends_nothing() {
    let mut line = Line::new(BrowserCodec::Opus);
    let now = line.now();
    assert_eq!(
        line.leg.send_audio(now, 960, &[0; 40]),
        Err(SendError::OnHold)
    );
    let payload: Arc<[u8]> = Arc::from([0; 4]);
    let header = RtpHeader {
        marker: false,
        payload_type: 0,
        sequence: 1,
        timestamp: 1,
        ssrc: 1,
    };
    assert_eq!(
        line.leg
            .relay(now, &header, false, RelayKind::Event, payload,),
        Err(SendError::NoEvents)
    );
}

#[test]
fn offers_that_are_none_are_refused() {
    let mut line = Line::new(BrowserCodec::Opus);
    for offer in [
        "",
        "v=0",
        "hello\r\n",
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
    ] {
        let refused = line.leg.accept_offer(MediaTime::default(), offer);
        assert!(matches!(refused, Err(BrowserLegError::Offer(_))), "{offer}");
    }
    let long = "a".repeat(SDP_BYTES_MAX + 1);
    assert_eq!(
        line.leg.accept_offer(MediaTime::default(), &long),
        Err(BrowserLegError::TooLong(long.len()))
    );
}

#[test]
fn sequence_numbers_get_their_cycles() {
    let mut sequence = ExtendedSequence::default();
    let extended: Vec<u64> = [65_534, 65_535, 1, 0, 2]
        .map(|number| sequence.extend(number))
        .to_vec();
    assert_eq!(extended, [65_534, 65_535, 65_537, 65_536, 65_538]);
}
