#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests"
)]

use media::recording::MarkKind;

use super::*;

const LAW: Law = Law::Mu;

fn packet(timestamp: u32, payload: &[u8]) -> Packet<'_> {
    Packet {
        law: LAW,
        timestamp,
        restarted: false,
        payload,
    }
}

fn frames_of(packets: &[(u64, u32, usize)]) -> Vec<(u64, u8)> {
    let mut voice = Voice::new();
    let mut frames = Vec::new();
    for (number, (at_ms, timestamp, length)) in packets.iter().enumerate() {
        let payload = vec![number as u8; *length];
        let now = MediaTime::from_millis(*at_ms);
        voice.take(now, packet(*timestamp, &payload), LAW, |at, frame| {
            frames.push((at.as_millis(), *frame.first().unwrap()));
        });
    }
    frames
}

#[test]
fn packets_stand_where_their_clock_says_however_they_arrive() {
    let burst = [
        (1000, 0, 160),
        (1090, 160, 160),
        (1090, 320, 160),
        (1090, 480, 160),
    ];
    assert_eq!(
        frames_of(&burst),
        [(1000, 0), (1020, 1), (1040, 2), (1060, 3)]
    );
}

#[test]
fn packets_of_other_lengths_become_frames() {
    let long = [(1000, 0, 480)];
    assert_eq!(frames_of(&long), [(1000, 0), (1020, 0), (1040, 0)]);
    let odd = [(1000, 0, 240), (1030, 240, 240)];
    assert_eq!(frames_of(&odd), [(1000, 0), (1020, 0), (1040, 1)]);
}

#[test]
fn a_clock_that_jumps_begins_a_new_stretch() {
    let jump = [
        (1000, 0, 160),
        (1020, 1_000_000, 160),
        (1040, 1_000_160, 160),
    ];
    assert_eq!(frames_of(&jump), [(1000, 0), (1020, 1), (1040, 2)]);
    let around = [(1000, u32::MAX - 159, 160), (1020, 0, 160)];
    assert_eq!(frames_of(&around), [(1000, 0), (1020, 1)]);
}

#[test]
fn what_was_left_of_a_lost_packets_neighbour_is_dropped() {
    let lost = [(1000, 0, 240), (1060, 480, 160)];
    assert_eq!(frames_of(&lost), [(1000, 0), (1060, 1)]);
}

#[test]
fn nothing_is_recorded_while_keys_are_collected_whatever_was_ordered() {
    let capture = Capture {
        customer: true,
        right: Right::System,
        paused: false,
    };
    let (mut tapes, mut feed) = crate::tapes::testing();
    let mut recording = LineRecording::new(
        MediaTime::default(),
        LAW,
        crate::tapes::TESTING_TAPE,
        capture,
    );
    let loud = [0; 160];
    for number in 0..60_u32 {
        let now = MediaTime::from_millis(u64::from(number) * 20);
        let collecting = (20..40).contains(&number);
        recording.customer(now, packet(number * 160, &loud), collecting);
        recording.system(now, now, &loud, collecting);
        recording.tick(now, &mut feed);
    }
    recording.end(MediaTime::from_millis(1200), &mut feed);
    let chunks = tapes.chunks();
    let samples: Vec<u8> = chunks
        .iter()
        .flat_map(|chunk| chunk.samples.clone())
        .collect();
    let silence = LAW.silence();
    let (left, right): (Vec<u8>, Vec<u8>) = samples
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[l, r]| (*l, *r))
        .unzip();
    let between = |side: &[u8], from_ms: usize, to_ms: usize| {
        side.get(from_ms * 8..to_ms * 8).unwrap().to_vec()
    };
    assert!(between(&right, 0, 400).iter().all(|sample| *sample == 0));
    assert!(
        between(&left, 400, 800)
            .iter()
            .all(|sample| *sample == silence)
    );
    assert!(
        between(&right, 400, 800)
            .iter()
            .all(|sample| *sample == silence)
    );
    assert!(between(&right, 820, 1180).iter().all(|sample| *sample == 0));
    let marks: Vec<_> = chunks
        .iter()
        .flat_map(|chunk| chunk.marks.clone())
        .collect();
    let kinds: Vec<_> = marks.iter().map(|mark| (mark.at_ms, mark.kind)).collect();
    assert_eq!(kinds, [(400, MarkKind::Paused), (800, MarkKind::Resumed)]);
}

#[test]
fn keys_that_nobody_asked_for_yet_are_kept_out() {
    use media::tones::{Digit, dtmf};
    let capture = Capture {
        customer: true,
        right: Right::System,
        paused: false,
    };
    let (mut tapes, mut feed) = crate::tapes::testing();
    let mut recording = LineRecording::new(
        MediaTime::default(),
        LAW,
        crate::tapes::TESTING_TAPE,
        capture,
    );
    let mut samples = vec![0_i16; 160 * 25];
    samples.extend(dtmf(Digit::from_char('5').unwrap(), 200, 300));
    let mut last = 0;
    for (number, frame) in samples.as_chunks::<160>().0.iter().enumerate() {
        let now = MediaTime::from_millis(number as u64 * 20);
        let mut bytes = [0; FRAME_BYTES];
        LAW.encode_all(frame, &mut bytes);
        recording.customer(now, packet(number as u32 * 160, &bytes), false);
        recording.tick(now, &mut feed);
        last = number as u64 * 20 + 20;
    }
    recording.end(MediaTime::from_millis(last), &mut feed);
    let chunks = tapes.chunks();
    let loudest = chunks
        .iter()
        .flat_map(|chunk| chunk.samples.as_chunks::<2>().0)
        .map(|[left, _]| LAW.decode(*left).unsigned_abs())
        .max();
    assert!(
        loudest.unwrap() < 200,
        "nothing of the tone is left: {loudest:?}"
    );
}

#[test]
fn a_key_that_is_held_beyond_the_input_it_ends_is_kept_out() {
    use media::tones::{Digit, dtmf};
    for right in [Right::System, Right::Agent] {
        let capture = Capture {
            customer: true,
            right,
            paused: false,
        };
        let (mut tapes, mut feed) = crate::tapes::testing();
        let tape = crate::tapes::TESTING_TAPE;
        let mut recording = LineRecording::new(MediaTime::default(), LAW, tape, capture);
        let mut samples = vec![0_i16; 160 * 20];
        samples.extend(dtmf(Digit::from_char('5').unwrap(), 400, 300));
        for (number, frame) in samples.as_chunks::<160>().0.iter().enumerate() {
            let now = MediaTime::from_millis(number as u64 * 20);
            let mut bytes = [0; FRAME_BYTES];
            LAW.encode_all(frame, &mut bytes);
            // Its first 60 ms complete the input.
            let collecting = (10..23).contains(&number);
            recording.customer(now, packet(number as u32 * 160, &bytes), collecting);
            recording.tick(now, &mut feed);
        }
        recording.end(MediaTime::from_millis(1100), &mut feed);
        let chunks = tapes.chunks();
        let pairs = chunks
            .iter()
            .flat_map(|chunk| chunk.samples.as_chunks::<2>().0);
        let loudest = pairs
            .map(|[left, _]| LAW.decode(*left).unsigned_abs())
            .max();
        assert!(loudest.unwrap() < 200, "{right:?}: {loudest:?}");
    }
}

#[test]
fn what_cannot_be_written_in_time_is_marked_as_a_gap() {
    let capture = Capture {
        customer: true,
        right: Right::Agent,
        paused: false,
    };
    let (mut tapes, mut feed) = crate::tapes::testing();
    let mut recording = LineRecording::new(
        MediaTime::default(),
        LAW,
        crate::tapes::TESTING_TAPE,
        capture,
    );
    let room = crate::tapes::TESTING_ORDERS_MAX as u64;
    recording.tick(MediaTime::from_millis(500 * (room + 2) + 300), &mut feed);
    assert_eq!(tapes.chunks().len() as u64, room, "the rest found no room");
    recording.end(MediaTime::from_millis(500 * (room + 3)), &mut feed);
    let chunks = tapes.chunks();
    let first = chunks.first().unwrap();
    assert_eq!(
        u64::from(first.index),
        room + 2,
        "the lost ones keep their place"
    );
    assert!(first.marks.iter().any(|mark| mark.kind == MarkKind::Gap));
}
