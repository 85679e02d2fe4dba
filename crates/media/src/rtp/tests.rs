use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::frame::FRAME_BYTES;
use crate::time::MediaTime;

fn header(sequence: u16, timestamp: u32) -> RtpHeader {
    RtpHeader {
        marker: false,
        payload_type: 0,
        sequence,
        timestamp,
        ssrc: 7,
    }
}

fn packet(header: RtpHeader, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    RtpPacket { header, payload }.write(&mut bytes);
    bytes
}

/// The time at which packet `n` of a steady stream arrives.
fn at(n: u64) -> MediaTime {
    MediaTime::from_millis(1000 + 20 * n)
}

#[test]
fn contributing_sources_and_extensions_are_skipped() {
    let mut bytes = packet(header(1, 2), &[]);
    bytes[0] |= 0x12;
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&[0xBE, 0xDE, 0, 1, 9, 9, 9, 9]);
    bytes.extend_from_slice(b"audio");
    assert_eq!(header_bytes(&bytes), Ok(28));
    assert_eq!(RtpPacket::parse(&bytes).unwrap().payload, b"audio");
}

#[test]
fn an_extension_longer_than_the_packet_is_refused() {
    let mut bytes = packet(header(1, 2), &[]);
    bytes[0] |= 0x10;
    assert_eq!(RtpPacket::parse(&bytes), Err(RtpError::Truncated));
    bytes.extend_from_slice(&[0, 0, 0xFF, 0xFF, 1, 2, 3, 4]);
    assert_eq!(RtpPacket::parse(&bytes), Err(RtpError::Truncated));
}

#[test]
fn padding_is_taken_off_or_refused() {
    let mut bytes = packet(header(1, 2), &[1, 2, 3, 0, 2]);
    bytes[0] |= 0x20;
    assert_eq!(RtpPacket::parse(&bytes).unwrap().payload, [1, 2, 3]);
    for (last, refused) in [(0, 0), (6, 6), (255, 255)] {
        *bytes.last_mut().unwrap() = last;
        assert_eq!(RtpPacket::parse(&bytes), Err(RtpError::Padding(refused)));
    }
    bytes.truncate(HEADER_BYTES);
    assert_eq!(RtpPacket::parse(&bytes), Err(RtpError::Padding(0)));
}

#[test]
fn what_is_no_packet_is_refused() {
    let good = packet(header(1, 2), &[1; 160]);
    for length in 0..HEADER_BYTES {
        assert_eq!(RtpPacket::parse(&good[..length]), Err(RtpError::Truncated));
    }
    let mut other = good.clone();
    other[0] = 0x40;
    assert_eq!(RtpPacket::parse(&other), Err(RtpError::Version(1)));
    other[0] = 0x80;
    other[1] = 200;
    assert_eq!(RtpPacket::parse(&other), Err(RtpError::Rtcp(200)));
    let longest = packet(header(1, 2), &[0; PACKET_BYTES_MAX - HEADER_BYTES]);
    assert!(RtpPacket::parse(&longest).is_ok());
    let longer = packet(header(1, 2), &[0; PACKET_BYTES_MAX - HEADER_BYTES + 1]);
    assert_eq!(RtpPacket::parse(&longer), Err(RtpError::TooLong));
}

#[test]
fn loss_duplicates_and_order_are_told_apart() {
    let mut reception = Reception::new(8000);
    let mut receive =
        |sequence: u16, n| reception.receive(at(n), &header(sequence, 160 * u32::from(sequence)));
    assert_eq!(receive(65_534, 0), Arrival::Newest);
    assert_eq!(receive(65_535, 1), Arrival::Newest);
    assert_eq!(receive(65_535, 1), Arrival::Duplicate);
    assert_eq!(receive(2, 4), Arrival::Newest);
    assert_eq!(receive(1, 4), Arrival::Reordered);
    assert_eq!(receive(1, 4), Arrival::Duplicate);
    let counts = reception.counts();
    assert_eq!((counts.received, counts.expected), (4, 5));
    assert_eq!(
        (counts.lost(), counts.duplicates, counts.reordered),
        (1, 2, 1)
    );
    let report = reception.report().unwrap();
    assert_eq!(report.highest_sequence, 65_536 + 2);
    assert_eq!((report.lost, report.fraction_lost), (1, 51));
    assert_eq!(reception.report().unwrap().fraction_lost, 0);
}

#[test]
fn another_source_is_followed_only_when_it_goes_on() {
    let mut reception = Reception::new(8000);
    reception.receive(at(0), &header(1, 0));
    let other = |sequence| RtpHeader {
        ssrc: 8,
        ..header(sequence, 0)
    };
    assert_eq!(reception.receive(at(1), &other(50)), Arrival::Unconfirmed);
    assert_eq!(reception.receive(at(1), &header(2, 160)), Arrival::Newest);
    assert_eq!(reception.receive(at(2), &other(51)), Arrival::Unconfirmed);
    assert_eq!(reception.receive(at(3), &other(52)), Arrival::Unconfirmed);
    assert_eq!(reception.ssrc(), Some(7));
    assert_eq!(reception.receive(at(4), &other(53)), Arrival::Restarted);
    assert_eq!(reception.ssrc(), Some(8));
    let counts = reception.counts();
    assert_eq!(
        (counts.received, counts.restarts, counts.unconfirmed),
        (3, 1, 3)
    );
}

#[test]
fn a_sender_that_counts_anew_is_followed_after_three_packets() {
    let mut reception = Reception::new(8000);
    for n in 0..100_u16 {
        reception.receive(at(u64::from(n)), &header(1000 + n, 0));
    }
    assert_eq!(
        reception.receive(at(100), &header(1, 0)),
        Arrival::Unconfirmed
    );
    assert_eq!(
        reception.receive(at(101), &header(2, 0)),
        Arrival::Unconfirmed
    );
    assert_eq!(
        reception.receive(at(102), &header(3, 0)),
        Arrival::Restarted
    );
    assert_eq!(reception.counts().lost(), 0);
    // Far ahead is the same; just within the limit is loss.
    assert_eq!(
        reception.receive(at(103), &header(3 + DROPOUT_MAX + 1, 0)),
        Arrival::Unconfirmed
    );
    assert_eq!(
        reception.receive(at(103), &header(3 + DROPOUT_MAX, 0)),
        Arrival::Newest
    );
    assert_eq!(reception.counts().lost(), u64::from(DROPOUT_MAX) - 1);
}

#[test]
fn jitter_is_that_of_the_rfc() {
    let mut steady = Reception::new(8000);
    let mut shaken = Reception::new(8000);
    for n in 0..500_u64 {
        let sent = header(n as u16, 160 * n as u32);
        steady.receive(at(n), &sent);
        // Every other packet is 10 ms late: the transit time changes by 10 ms from packet to packet.
        let late = Duration::from_millis(10 * (n % 2));
        shaken.receive(at(n).plus(late), &sent);
    }
    assert_eq!(steady.jitter(), Duration::ZERO);
    let jitter = shaken.jitter();
    assert!(
        jitter.abs_diff(Duration::from_millis(10)) < Duration::from_micros(500),
        "{jitter:?}"
    );
    assert_eq!(shaken.jitter_max(), jitter);
}

fn outgoing() -> Outgoing {
    Outgoing::new(OutgoingConfig {
        ssrc: 99,
        first_sequence: 65_535,
        first_timestamp: u32::MAX - 100,
        clock_rate: 8000,
    })
}

#[test]
fn relayed_packets_keep_their_gaps_and_their_order() {
    let mut stream = outgoing();
    let first = stream
        .relay(at(0), &header(10, 1000), false, 8, 160)
        .unwrap();
    assert_eq!(
        (first.sequence, first.timestamp, first.ssrc),
        (65_535, u32::MAX - 100, 99)
    );
    assert!(first.marker);
    assert_eq!(first.payload_type, 8);
    // 11 was lost, 13 overtook 12.
    let later = stream
        .relay(at(3), &header(13, 1480), false, 8, 160)
        .unwrap();
    let earlier = stream
        .relay(at(3), &header(12, 1320), false, 8, 160)
        .unwrap();
    assert_eq!((later.sequence, earlier.sequence), (2, 1));
    assert_eq!(later.timestamp, first.timestamp.wrapping_add(480));
    assert!(!later.marker);
    assert_eq!(stream.sent(), (3, 480));
}

#[test]
fn a_change_of_what_is_sent_continues_the_stream() {
    let mut stream = outgoing();
    let mut last = stream.make(at(0), 160, 0, 160);
    assert!(last.marker);
    for n in 1..5 {
        let next = stream.make(at(n), 160, 0, 160);
        assert_eq!(next.sequence, last.sequence.wrapping_add(1));
        assert_eq!(next.timestamp, last.timestamp.wrapping_add(160));
        assert!(!next.marker);
        last = next;
    }
    let relayed = stream
        .relay(at(5), &header(500, 77), false, 0, 160)
        .unwrap();
    assert_eq!(relayed.sequence, last.sequence.wrapping_add(1));
    assert_eq!(relayed.timestamp, last.timestamp.wrapping_add(160));
    assert!(relayed.marker);
    // The other side began anew: no leap is seen behind us.
    let restarted = stream
        .relay(at(6), &header(60_000, 5), true, 0, 160)
        .unwrap();
    assert_eq!(restarted.sequence, relayed.sequence.wrapping_add(1));
    assert_eq!(restarted.timestamp, relayed.timestamp.wrapping_add(160));
    // After a second of nothing the clock has gone on.
    let made = stream.make(at(56), 160, 0, 160);
    assert_eq!(made.timestamp, restarted.timestamp.wrapping_add(8000));
    assert!(made.marker);
}

#[test]
fn no_number_is_used_twice_when_a_straggler_comes_after_a_change() {
    let mut stream = outgoing();
    stream.relay(at(0), &header(10, 0), false, 0, 160).unwrap();
    let made = stream.make(at(1), 160, 0, 160);
    let again = stream
        .relay(at(2), &header(14, 640), false, 0, 160)
        .unwrap();
    assert_eq!(again.sequence, made.sequence.wrapping_add(1));
    assert_eq!(stream.relay(at(2), &header(13, 480), false, 0, 160), None);
    for n in 15..40_000_u16 {
        let relayed = stream.relay(at(u64::from(n)), &header(n, 0), false, 0, 160);
        assert!(relayed.is_some(), "{n}");
    }
}

#[test]
fn all_packets_of_an_event_carry_its_beginning() {
    let mut stream = outgoing();
    stream.make(at(0), 160, 0, 160);
    let began = stream.next_timestamp(at(1));
    let packets: Vec<_> = (1..6)
        .map(|n| stream.event(at(n), began, n == 1, 101, 4))
        .collect();
    assert!(packets.iter().all(|packet| packet.timestamp == began));
    assert!(
        packets
            .windows(2)
            .all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1))
    );
    let after = stream.make(at(6), 160, 0, 160);
    assert_eq!(after.timestamp, began.wrapping_add(800));
}

/// Plays until audio comes; how many frames of silence were before it.
fn silence_before_audio(playout: &mut Playout, frame: &mut [u8; FRAME_BYTES]) -> usize {
    (0..10)
        .take_while(|_| playout.play(frame) == Played::Silence)
        .count()
}

#[test]
fn reordered_packets_are_played_in_order() {
    let mut playout = Playout::new(0xFF);
    let start = u32::MAX - 203;
    for n in [1_u8, 0, 3, 2] {
        playout.insert(start.wrapping_add(160 * u32::from(n)), &[n; 160]);
    }
    let mut frame = [0; FRAME_BYTES];
    for n in 0..4 {
        assert_eq!(playout.play(&mut frame), Played::Audio);
        assert_eq!(frame, [n; FRAME_BYTES]);
    }
    assert_eq!(playout.play(&mut frame), Played::Silence);
    assert_eq!(frame, [0xFF; FRAME_BYTES]);
    assert_eq!(playout.counts().underruns, 1);
}

#[test]
fn what_is_lost_is_silence_in_its_place() {
    let mut playout = Playout::new(0xFF);
    for n in [0_u8, 2] {
        playout.insert(160 * u32::from(n), &[n; 160]);
    }
    let mut frame = [0; FRAME_BYTES];
    assert_eq!(playout.play(&mut frame), Played::Audio);
    assert_eq!(playout.play(&mut frame), Played::Gap);
    assert_eq!(frame, [0xFF; FRAME_BYTES]);
    playout.insert(160, &[1; 160]);
    assert_eq!(playout.counts().late, 1);
    assert_eq!(playout.play(&mut frame), Played::Audio);
    assert_eq!(frame, [2; FRAME_BYTES]);
}

#[test]
fn other_packet_times_fill_the_same_frames() {
    for length in [80_u32, 240, 480] {
        let mut playout = Playout::new(0xFF);
        let audio: Vec<u8> = (0..1440_u32).map(|n| (n % 251) as u8).collect();
        for (n, payload) in (0_u32..).zip(audio.chunks(length as usize)) {
            playout.insert(5 + n * length, payload);
        }
        let mut frame = [0; FRAME_BYTES];
        for expected in audio.chunks(FRAME_BYTES) {
            assert_eq!(playout.play(&mut frame), Played::Audio, "{length}");
            assert_eq!(frame, expected);
        }
    }
}

#[test]
fn the_delay_grows_after_an_underrun_and_shrinks_in_calm() {
    let mut playout = Playout::new(0xFF);
    let mut frame = [0; FRAME_BYTES];
    playout.insert(0, &[1; 160]);
    assert_eq!(silence_before_audio(&mut playout, &mut frame), 2);
    // A burst of ten packets, then one per frame: 180 ms of surplus.
    for n in 1..=10 {
        playout.insert(160 * n, &[1; 160]);
    }
    for n in 11..3000 {
        playout.insert(160 * n, &[1; 160]);
        assert_eq!(playout.play(&mut frame), Played::Audio, "{n}");
    }
    assert!(playout.depth() <= 320, "{}", playout.depth());
    assert!(playout.counts().skipped >= 7);
    assert_eq!(playout.counts().underruns, 0);
}

#[test]
fn a_leap_of_the_timestamps_begins_anew() {
    let mut playout = Playout::new(0xFF);
    let mut frame = [0; FRAME_BYTES];
    for n in 0..3 {
        playout.insert(160 * n, &[1; 160]);
    }
    playout.play(&mut frame);
    for n in 0..3 {
        playout.insert(1_000_000 + 160 * n, &[2; 160]);
    }
    assert_eq!(playout.play(&mut frame), Played::Audio);
    assert_eq!(frame, [2; FRAME_BYTES]);
}

proptest! {
    #[test]
    fn a_packet_reads_back_as_written(marker: bool, payload_type in 0..64_u8, sequence: u16, timestamp: u32, ssrc: u32, payload in prop::collection::vec(any::<u8>(), 0..200)) {
        let header = RtpHeader { marker, payload_type, sequence, timestamp, ssrc };
        let bytes = packet(header, &payload);
        prop_assert_eq!(RtpPacket::parse(&bytes), Ok(RtpPacket { header, payload: &payload }));
    }

    #[test]
    fn any_packets_are_placed_without_harm(packets in prop::collection::vec((any::<u32>(), any::<u16>(), 0..2000_usize), 0..100)) {
        let mut reception = Reception::new(8000);
        let mut playout = Playout::new(0xFF);
        let mut frame = [0; FRAME_BYTES];
        for (n, (timestamp, sequence, length)) in packets.into_iter().enumerate() {
            reception.receive(at(n as u64), &header(sequence, timestamp));
            playout.insert(timestamp, &vec![0; length]);
            playout.play(&mut frame);
            prop_assert!(playout.depth() <= 4096);
        }
        let counts = reception.counts();
        prop_assert!(counts.received <= counts.expected);
    }
}
