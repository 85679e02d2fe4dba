use std::net::SocketAddr;
use std::time::Duration;

use model::Timestamp;
use model::quality::QualityIssue;

use super::*;
use crate::g711::Law;
use crate::rtp::{OutgoingConfig, RtpPacket};
use crate::srtp::{MasterKey, Suite};
use crate::tones::{Digit, DigitEvent, EventSender};

const SILENCE: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_hours(1);

fn at(ms: u64) -> MediaTime {
    MediaTime::from_millis(ms)
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn peer() -> SocketAddr {
    address("192.0.2.1:4000")
}

fn config(ssrc: u32, keys: Option<LegKeys>) -> LegConfig {
    LegConfig {
        remote: peer(),
        remote_rtcp: address("192.0.2.1:4001"),
        codec: Codec::G711(Law::A),
        payload_type: 8,
        event_payload_type: Some(101),
        direction: Direction::SendRecv,
        keys,
        limits: LegLimits {
            silence: SILENCE,
            duration: LONGEST,
        },
        outgoing: OutgoingConfig {
            ssrc,
            first_sequence: 65_530,
            first_timestamp: 7,
            clock_rate: 8000,
        },
        cname: "c4f3".to_owned(),
        epoch: Timestamp::from_secs(1_700_000_000),
    }
}

fn leg(config: LegConfig) -> TrunkLeg {
    TrunkLeg::new(at(0), config).unwrap()
}

/// Two ends of one line, with SRTP where a suite is given.
fn line(suite: Option<Suite>) -> (TrunkLeg, TrunkLeg) {
    let keys = suite.map(|suite| LegKeys {
        send: MasterKey::generate(suite),
        receive: MasterKey::generate(suite),
    });
    let turned = keys.clone().map(|keys| LegKeys {
        send: keys.receive,
        receive: keys.send,
    });
    (leg(config(1, keys)), leg(config(2, turned)))
}

/// Sends the n-th frame from one leg.
fn audio(from: &mut TrunkLeg, n: u64) -> Vec<u8> {
    let mut packet = Vec::new();
    from.send_audio(at(20 * n), 160, &[n as u8; 160], &mut packet)
        .unwrap();
    packet
}

fn dropped(leg: &mut TrunkLeg, source: SocketAddr, mut datagram: Vec<u8>) -> DropReason {
    match leg.receive(at(0), source, &mut datagram) {
        Received::Dropped(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn audio_arrives_in_clear_and_under_every_suite() {
    for suite in [
        None,
        Some(Suite::AeadAes256Gcm),
        Some(Suite::AesCm128HmacSha1_80),
    ] {
        let (mut one, mut other) = line(suite);
        for n in 0..20 {
            let mut packet = audio(&mut one, n);
            let Received::Audio {
                payload, restarted, ..
            } = other.receive(at(20 * n), peer(), &mut packet)
            else {
                panic!("{n} is no audio");
            };
            assert_eq!((payload, restarted), (&[n as u8; 160][..], false));
        }
        assert_eq!(other.quality().packets_received, 20);
        assert_eq!(other.counts(), LegCounts::default());
    }
}

#[test]
fn what_is_foreign_wrong_or_doubled_is_dropped_and_counted_and_the_call_goes_on() {
    let (mut one, mut other) = line(Some(Suite::AeadAes128Gcm));
    let (mut stranger, _) = line(Some(Suite::AeadAes128Gcm));
    let (mut clear, _) = line(None);
    let first = audio(&mut one, 0);
    assert_eq!(
        dropped(&mut other, address("192.0.2.1:4002"), first.clone()),
        DropReason::ForeignSource
    );
    assert_eq!(
        dropped(&mut other, address("192.0.2.2:4000"), first.clone()),
        DropReason::ForeignSource
    );
    assert_eq!(
        dropped(&mut other, peer(), b"no packet".to_vec()),
        DropReason::Malformed
    );
    assert_eq!(
        dropped(&mut other, peer(), audio(&mut stranger, 0)),
        DropReason::NotAuthentic
    );
    assert_eq!(
        dropped(&mut other, peer(), audio(&mut clear, 0)),
        DropReason::NotAuthentic
    );
    assert!(matches!(
        other.receive(at(0), peer(), &mut first.clone()),
        Received::Audio { .. }
    ));
    assert_eq!(dropped(&mut other, peer(), first), DropReason::Duplicate);
    let counts = other.counts();
    assert_eq!((counts.foreign_source, counts.malformed), (2, 1));
    assert_eq!((counts.not_authentic, counts.duplicates), (2, 1));
    assert_eq!(other.remote(), peer());
    assert!(matches!(
        other.receive(at(20), peer(), &mut audio(&mut one, 1)),
        Received::Audio { .. }
    ));
}

#[test]
fn payload_types_that_were_not_agreed_on_are_dropped() {
    let (_, mut other) = line(None);
    let mut sender = leg(LegConfig {
        payload_type: 0,
        ..config(1, None)
    });
    assert_eq!(
        dropped(&mut other, peer(), audio(&mut sender, 0)),
        DropReason::UnknownPayload
    );
    // Comfort noise counts neither as heard nor as lost.
    assert_eq!(other.quality().packets_received, 0);
}

#[test]
fn a_packet_is_relayed_from_leg_to_leg_without_a_change_of_its_audio() {
    let (mut caller, mut ours) = line(Some(Suite::AeadAes256Gcm));
    let (mut onward, mut agent) = line(None);
    for n in 0..10 {
        let mut packet = audio(&mut caller, n);
        // The fourth is lost.
        if n == 3 {
            continue;
        }
        let Received::Audio {
            header,
            restarted,
            payload,
        } = ours.receive(at(20 * n), peer(), &mut packet)
        else {
            panic!("{n} is no audio");
        };
        let mut out = Vec::new();
        onward
            .relay(
                at(20 * n),
                &header,
                restarted,
                RelayKind::Audio,
                payload,
                &mut out,
            )
            .unwrap();
        let Received::Audio { payload, .. } = agent.receive(at(20 * n), peer(), &mut out) else {
            panic!("{n} was not passed on");
        };
        assert_eq!(payload, [n as u8; 160]);
    }
    // The gap stays visible behind us.
    assert_eq!(agent.quality().packets_lost, 1);
}

#[test]
fn a_key_arrives_once() {
    let (mut one, mut other) = line(Some(Suite::AeadAes256Gcm));
    let digit = Digit::from_char('7').unwrap();
    let mut heard = Vec::new();
    audio(&mut one, 0);
    let events = EventSender::new(
        digit,
        Duration::from_millis(100),
        one.event_timestamp(at(20)),
    );
    for (n, event) in (1..).zip(events) {
        let mut packet = Vec::new();
        one.send_event(at(20 * n), &event, &mut packet).unwrap();
        let Received::Event { digits, .. } = other.receive(at(20 * n), peer(), &mut packet) else {
            panic!("{n} is no event");
        };
        heard.extend(digits.into_iter().flatten());
    }
    assert_eq!(
        heard,
        [DigitEvent::Pressed(digit), DigitEvent::Released(digit, 100)]
    );
}

#[test]
fn a_key_whose_end_is_lost_is_released_by_time() {
    let (mut one, mut other) = line(None);
    let digit = Digit::from_char('1').unwrap();
    let event = EventSender::new(digit, Duration::from_millis(100), 7)
        .next()
        .unwrap();
    let mut packet = Vec::new();
    one.send_event(at(0), &event, &mut packet).unwrap();
    other.receive(at(0), peer(), &mut packet);
    assert_eq!(other.next_deadline(), at(200));
    assert_eq!(other.next_due(at(199)), None);
    assert_eq!(
        other.next_due(at(200)),
        Some(LegDue::Digit(DigitEvent::Released(digit, 20)))
    );
}

#[test]
fn silence_and_duration_are_told_once() {
    let mut leg = leg(config(1, None));
    let mut due = Vec::new();
    let mut now = at(0);
    while now < at(3_700_000) {
        now = leg.next_deadline().max(now);
        due.extend(
            std::iter::from_fn(|| leg.next_due(now))
                .filter(|due| !matches!(due, LegDue::Report(_)))
                .map(|due| (now, due)),
        );
    }
    assert_eq!(
        due,
        [
            (at(30_000), LegDue::Silent),
            (at(3_600_000), LegDue::TooLong)
        ]
    );
}

#[test]
fn a_packet_ends_the_silence_and_a_forged_one_does_not() {
    let (mut one, mut other) = line(Some(Suite::AeadAes256Gcm));
    let mut packet = audio(&mut one, 0);
    other.receive(at(20_000), peer(), &mut packet);
    let mut forged = audio(&mut one, 1);
    forged[20] ^= 1;
    other.receive(at(40_000), peer(), &mut forged);
    let silent = |leg: &mut TrunkLeg, ms| {
        std::iter::from_fn(|| leg.next_due(at(ms))).any(|due| due == LegDue::Silent)
    };
    assert!(!silent(&mut other, 49_999));
    assert!(silent(&mut other, 50_000));
}

#[test]
fn on_hold_nothing_is_sent_nothing_is_taken_and_silence_is_no_fault() {
    let (mut one, mut other) = line(None);
    other
        .renegotiate(
            at(0),
            LegConfig {
                direction: Direction::Inactive,
                ..config(2, None)
            },
        )
        .unwrap();
    assert_eq!(
        other.send_audio(at(0), 160, &[0; 160], &mut Vec::new()),
        Err(SendError::OnHold)
    );
    assert_eq!(
        dropped(&mut other, peer(), audio(&mut one, 0)),
        DropReason::OnHold
    );
    let silent =
        std::iter::from_fn(|| other.next_due(at(100_000))).any(|due| due == LegDue::Silent);
    assert!(!silent);
    other.renegotiate(at(100_000), config(2, None)).unwrap();
    assert!(
        other
            .send_audio(at(100_000), 160, &[0; 160], &mut Vec::new())
            .is_ok()
    );
    assert_eq!(
        std::iter::from_fn(|| other.next_due(at(129_999))).find(|due| *due == LegDue::Silent),
        None
    );
}

#[test]
fn keys_that_stay_keep_their_state_and_new_ones_take_over() {
    let (mut one, mut other) = line(Some(Suite::AeadAes256Gcm));
    let Protection::Srtp { keys, .. } = &other.protection else {
        panic!("no keys")
    };
    let same = keys.clone();
    let first = audio(&mut one, 0);
    other.receive(at(0), peer(), &mut first.clone());
    other.renegotiate(at(0), config(2, Some(same))).unwrap();
    // The window is still there.
    assert_eq!(dropped(&mut other, peer(), first), DropReason::Duplicate);
    let new = LegKeys {
        send: MasterKey::generate(Suite::AeadAes128Gcm),
        receive: MasterKey::generate(Suite::AeadAes128Gcm),
    };
    let turned = LegKeys {
        send: new.receive.clone(),
        receive: new.send.clone(),
    };
    one.renegotiate(at(20), config(1, Some(new))).unwrap();
    other.renegotiate(at(20), config(2, Some(turned))).unwrap();
    assert!(matches!(
        other.receive(at(20), peer(), &mut audio(&mut one, 1)),
        Received::Audio { .. }
    ));
}

#[test]
fn reports_tell_loss_and_the_round_trip() {
    for suite in [
        None,
        Some(Suite::AesCm128HmacSha1_80),
        Some(Suite::AeadAes256Gcm),
    ] {
        let (mut one, mut other) = line(suite);
        let report_of = |leg: &mut TrunkLeg, ms| match leg.next_due(at(ms)) {
            Some(LegDue::Report(packet)) => packet,
            due => panic!("{due:?}"),
        };
        for n in 0..300 {
            let mut packet = audio(&mut one, n);
            if n % 10 != 5 {
                other.receive(at(20 * n), peer(), &mut packet);
            }
        }
        let rtcp = address("192.0.2.1:4001");
        let mut sent = report_of(&mut one, 6000);
        assert_eq!(other.receive(at(6030), rtcp, &mut sent), Received::Report);
        let mut back = report_of(&mut other, 7000);
        assert_eq!(one.receive(at(7030), rtcp, &mut back), Received::Report);
        let trip = one.quality().round_trip_us.unwrap();
        assert!((59_000..=61_000).contains(&trip), "{trip} us");
        let quality = other.quality();
        assert_eq!((quality.packets_received, quality.packets_lost), (270, 30));
        assert!(quality.mos_hundredths < 250 && one.quality().mos_hundredths > 400);
    }
}

#[test]
fn packets_that_come_unevenly_are_jitter_and_lower_the_opinion() {
    let heard_with = |late_ms: u64| {
        let (mut one, mut other) = line(None);
        for n in 0..300 {
            let mut packet = audio(&mut one, n);
            let late = if n % 2 == 0 { late_ms } else { 0 };
            other.receive(at(20 * n + late), peer(), &mut packet);
        }
        other.quality()
    };
    let (even, uneven) = (heard_with(0), heard_with(40));
    assert_eq!((even.jitter_us, even.issues().count()), (0, 0));
    assert!((30_000..=45_000).contains(&uneven.jitter_us), "{uneven:?}");
    assert!(uneven.jitter_max_us >= uneven.jitter_us);
    let issues: Vec<_> = uneven.issues().collect();
    assert_eq!(issues, [QualityIssue::HighJitterBuffer]);
    assert!(uneven.mos_hundredths < even.mos_hundredths);
}

#[test]
fn a_goodbye_is_noted_and_reports_of_strangers_are_not() {
    let (mut one, mut other) = line(Some(Suite::AeadAes256Gcm));
    let goodbye = one.goodbye(at(0)).unwrap();
    assert_eq!(
        dropped(&mut other, address("192.0.2.9:4001"), goodbye.clone()),
        DropReason::ForeignSource
    );
    assert!(!other.has_peer_left());
    assert_eq!(
        other.receive(at(0), peer(), &mut goodbye.clone()),
        Received::Report
    );
    assert!(other.has_peer_left());
}

#[test]
fn a_payload_that_does_not_fit_is_not_sent() {
    let (mut one, _) = line(None);
    let refused = one.send_audio(at(0), 160, &[0; 1469], &mut Vec::new());
    assert_eq!(refused, Err(SendError::TooLong));
    assert!(
        one.send_audio(at(0), 160, &[0; 1468], &mut Vec::new())
            .is_ok()
    );
    let packet = audio(&mut one, 1);
    assert!(RtpPacket::parse(&packet).is_ok());
}
