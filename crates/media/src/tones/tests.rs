use std::f64::consts::TAU;
use std::time::Duration;

use proptest::prelude::*;

use super::generator::tone;
use super::*;
use crate::frame::{FRAME_BYTES, FRAME_SAMPLES, Samples};
use crate::g711::Law;
use crate::time::MediaTime;

const ALL: &str = "1234567890*#ABCD";

fn digit(sign: char) -> Digit {
    Digit::from_char(sign).unwrap()
}

/// 0 dBm0 as amplitude.
const MILLIWATT: f64 = 22_800.0;

fn amplitude(dbm0: f64) -> f64 {
    MILLIWATT * 10_f64.powf(dbm0 / 20.0)
}

/// The digit with both frequencies off by a share, at these levels, behind `lead` samples of silence.
fn pressed(sign: char, off: f64, levels: (f64, f64), on_ms: u32, lead: usize) -> Vec<i16> {
    let (low, high) = digit(sign).hertz();
    let hertz = (f64::from(low) * (1.0 + off), f64::from(high) * (1.0 + off));
    let mut samples = vec![0; lead];
    samples.extend(tone(
        hertz,
        on_ms,
        (amplitude(levels.0), amplitude(levels.1)),
    ));
    samples.resize(samples.len() + 800, 0);
    samples
}

/// What a detector hears in samples that went through G.711.
fn hear(samples: &[i16]) -> Vec<DigitEvent> {
    let mut detector = DtmfDetector::new();
    samples
        .chunks(FRAME_SAMPLES)
        .flat_map(|chunk| {
            let mut frame: Samples = [0; FRAME_SAMPLES];
            for (slot, sample) in frame.iter_mut().zip(chunk) {
                *slot = Law::A.decode(Law::A.encode(*sample));
            }
            detector.listen(&frame)
        })
        .flatten()
        .collect()
}

fn digits(events: &[DigitEvent]) -> String {
    events
        .iter()
        .filter_map(|event| match event {
            DigitEvent::Pressed(digit) => Some(digit.expose()),
            DigitEvent::Released(..) => None,
        })
        .collect()
}

/// Numbers that look random and are the same in every run.
struct Noise(u64);

impl Noise {
    /// Between -1 and 1.
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f64 / f64::from(1 << 23)) - 1.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() + 1.0) / 2.0
    }
}

/// Voiced sounds: harmonics of a gliding pitch under moving formants, in syllables, at -15 dBm0 or so.
fn speech(seconds: usize, seed: u64) -> Vec<i16> {
    let mut noise = Noise(seed);
    let mut samples = Vec::new();
    let mut phase = 0.0_f64;
    while samples.len() < seconds * 8000 {
        let length = noise.between(600.0, 2400.0) as usize;
        let (from, to) = (noise.between(80.0, 320.0), noise.between(80.0, 320.0));
        let formants = [
            (noise.between(250.0, 900.0), 80.0),
            (noise.between(850.0, 2300.0), 120.0),
            (noise.between(2200.0, 3200.0), 200.0),
        ];
        for at in 0..length {
            let along = at as f64 / length as f64;
            let pitch = from + (to - from) * along;
            phase += TAU * pitch / 8000.0;
            let mut value = 0.0;
            for harmonic in 1..=(3400.0 / pitch) as u32 {
                let hertz = pitch * f64::from(harmonic);
                let gain: f64 = formants
                    .iter()
                    .map(|(centre, width)| 1.0 / (1.0 + ((hertz - centre) / width).powi(2)))
                    .sum();
                value += gain * (phase * f64::from(harmonic)).sin();
            }
            let loudness = (along * TAU / 2.0).sin();
            samples.push(
                (value * loudness * 4000.0 + noise.next() * 30.0).clamp(-32_000.0, 32_000.0) as i16,
            );
        }
        samples.resize(samples.len() + noise.between(0.0, 800.0) as usize, 0);
    }
    samples
}

#[test]
fn every_digit_is_heard_once_with_its_length() {
    for sign in ALL.chars() {
        let events = hear(&pressed(sign, 0.0, (-10.0, -10.0), 100, 0));
        assert_eq!(digits(&events), sign.to_string());
        let Some(DigitEvent::Released(_, ms)) = events.last() else {
            panic!("{sign} was not released");
        };
        assert!((80..=120).contains(ms), "{sign}: {ms} ms");
    }
}

#[test]
fn forty_milliseconds_are_enough_wherever_they_begin() {
    for sign in ALL.chars() {
        for lead in (0..160).step_by(7) {
            let events = hear(&pressed(sign, 0.0, (-10.0, -10.0), 40, lead));
            assert_eq!(digits(&events), sign.to_string(), "begun at {lead}");
        }
    }
}

#[test]
fn shorter_than_twenty_milliseconds_is_nothing() {
    for sign in ALL.chars() {
        for lead in (0..160).step_by(7) {
            let events = hear(&pressed(sign, 0.0, (-10.0, -10.0), 19, lead));
            assert_eq!(digits(&events), "", "{sign} begun at {lead}");
        }
    }
}

#[test]
fn a_pause_of_forty_milliseconds_parts_equal_digits() {
    let mut samples = Vec::new();
    for _ in 0..20 {
        samples.extend(dtmf(digit('5'), 40, 40));
    }
    samples.resize(samples.len() + 800, 0);
    assert_eq!(digits(&hear(&samples)), "5".repeat(20));
}

#[test]
fn an_interruption_of_ten_milliseconds_does_not_part_a_digit() {
    let mut samples = dtmf(digit('9'), 100, 10);
    samples.extend(pressed('9', 0.0, (-10.0, -10.0), 100, 0));
    assert_eq!(digits(&hear(&samples)), "9");
}

#[test]
fn digits_follow_each_other_at_full_speed() {
    let mut samples = Vec::new();
    for sign in ALL.chars().cycle().take(64) {
        samples.extend(dtmf(digit(sign), 50, 50));
    }
    assert_eq!(digits(&hear(&samples)), ALL.repeat(4));
}

#[test]
fn a_deviation_of_one_and_a_half_percent_is_taken_and_three_and_a_half_refused() {
    for sign in ALL.chars() {
        for lead in [0, 37, 101] {
            for off in [-0.015, 0.015] {
                let events = hear(&pressed(sign, off, (-10.0, -10.0), 60, lead));
                assert_eq!(digits(&events), sign.to_string(), "{off}");
            }
            for off in [-0.06, -0.05, -0.04, -0.035, 0.035, 0.04, 0.05, 0.06] {
                let events = hear(&pressed(sign, off, (-10.0, -10.0), 60, lead));
                assert_eq!(digits(&events), "", "{sign} {off}");
            }
        }
    }
}

#[test]
fn twist_within_the_recommendation_is_taken_and_beyond_refused() {
    for sign in ALL.chars() {
        for (levels, heard) in [
            ((-14.0, -10.0), true),
            ((-10.0, -18.0), true),
            ((-20.0, -10.0), false),
            ((-10.0, -23.0), false),
        ] {
            let events = hear(&pressed(sign, 0.0, levels, 80, 11));
            assert_eq!(!digits(&events).is_empty(), heard, "{sign} {levels:?}");
        }
    }
}

#[test]
fn levels_from_nought_to_minus_thirty_are_heard_and_minus_fifty_is_not() {
    for sign in ALL.chars() {
        for (level, heard) in [(-4.0, true), (-25.0, true), (-30.0, true), (-50.0, false)] {
            let events = hear(&pressed(sign, 0.0, (level, level), 60, 11));
            assert_eq!(!digits(&events).is_empty(), heard, "{sign} at {level} dBm0");
        }
    }
}

#[test]
fn digits_are_heard_through_noise_fifteen_decibels_below() {
    let mut noise = Noise(1);
    // Uniform noise has a third of its peak's square as power; a tone has half of its amplitude's, twice.
    let peak = amplitude(-10.0) * 10_f64.powf(-15.0 / 20.0) * 3_f64.sqrt();
    let mut samples = Vec::new();
    for sign in ALL.chars().cycle().take(160) {
        samples.extend(pressed(sign, 0.0, (-10.0, -10.0), 60, 53));
    }
    for sample in &mut samples {
        *sample = (f64::from(*sample) + peak * noise.next()).clamp(-32_000.0, 32_000.0) as i16;
    }
    assert_eq!(digits(&hear(&samples)), ALL.repeat(10));
}

#[test]
fn speech_and_noise_are_no_digits() {
    for seed in 1..=4 {
        assert_eq!(digits(&hear(&speech(30, seed))), "", "seed {seed}");
    }
    let mut noise = Noise(9);
    let hiss: Vec<i16> = (0..240_000)
        .map(|_| (noise.next() * 8000.0) as i16)
        .collect();
    assert_eq!(digits(&hear(&hiss)), "");
}

#[test]
fn single_tones_and_progress_tones_are_no_digits() {
    for hertz in (300..3400).step_by(13) {
        let samples = tone((f64::from(hertz), 0.0), 100, (9000.0, 0.0));
        assert_eq!(digits(&hear(&samples)), "", "{hertz} Hz");
    }
    for samples in [ringback().samples(), busy().samples()] {
        assert_eq!(digits(&hear(&samples)), "");
    }
    // The North American tones have two frequencies each, none of them a digit's.
    for hertz in [(350.0, 440.0), (440.0, 480.0), (480.0, 620.0)] {
        assert_eq!(digits(&hear(&tone(hertz, 500, (7000.0, 7000.0)))), "");
    }
}

#[test]
fn a_digit_is_heard_over_speech_far_below() {
    let talk = speech(2, 3);
    let mut samples = pressed('7', 0.0, (-8.0, -8.0), 200, 4000);
    for (sample, word) in samples.iter_mut().zip(&talk) {
        *sample = sample.saturating_add(word / 12);
    }
    assert_eq!(digits(&hear(&samples)), "7");
}

/// What comes out of a filter, and the digits it told of.
fn filtered(mode: FilterMode, samples: &[i16]) -> (Vec<i16>, String) {
    let mut filter = ToneFilter::new(Law::Mu, mode);
    let mut out = Vec::new();
    let mut events = Vec::new();
    for chunk in samples.chunks(FRAME_SAMPLES) {
        let mut frame = [Law::Mu.silence(); FRAME_BYTES];
        Law::Mu.encode_all(chunk, &mut frame);
        events.extend(filter.pass(&mut frame).into_iter().flatten());
        out.extend(frame.map(|byte| Law::Mu.decode(byte)));
    }
    (out, digits(&events))
}

#[test]
fn nothing_of_a_tone_gets_through_the_filter() {
    for lead in (0..160).step_by(9) {
        for on_ms in [40, 75, 200] {
            let mut samples = Vec::new();
            for sign in ALL.chars() {
                samples.extend(pressed(sign, 0.0, (-10.0, -10.0), on_ms, lead));
            }
            let (out, heard) = filtered(FilterMode::WithoutTones, &samples);
            assert_eq!(heard, ALL);
            assert_eq!(digits(&hear(&out)), "");
            let loudest = out.iter().map(|sample| sample.unsigned_abs()).max();
            assert_eq!(loudest, Some(0), "begun at {lead}, {on_ms} ms");
        }
    }
}

#[test]
fn speech_passes_the_filter_sixty_milliseconds_late() {
    let talk = speech(10, 5);
    let (out, heard) = filtered(FilterMode::WithoutTones, &talk);
    assert_eq!(heard, "");
    let delay = FILTER_DELAY_FRAMES * FRAME_SAMPLES;
    let coded = |sample: i16| Law::Mu.decode(Law::Mu.encode(sample));
    for (before, after) in talk.iter().zip(out.iter().skip(delay)) {
        assert_eq!(coded(*before), *after);
    }
}

#[test]
fn a_muted_filter_gives_silence_and_still_hears_the_digits() {
    let mut samples = speech(1, 8);
    samples.extend(pressed('3', 0.0, (-10.0, -10.0), 80, 0));
    let (out, heard) = filtered(FilterMode::Muted, &samples);
    assert_eq!(heard, "3");
    assert!(out.iter().all(|sample| *sample == 0));
}

#[test]
fn what_was_held_back_is_dropped_when_collecting_begins_and_ends() {
    let mut filter = ToneFilter::new(Law::Mu, FilterMode::WithoutTones);
    let mut frame = [0x20; FRAME_BYTES];
    filter.pass(&mut frame);
    filter.set_mode(FilterMode::Muted);
    filter.set_mode(FilterMode::WithoutTones);
    for _ in 0..FILTER_DELAY_FRAMES {
        let mut frame = [0x30; FRAME_BYTES];
        filter.pass(&mut frame);
        assert_eq!(frame, [Law::Mu.silence(); FRAME_BYTES]);
    }
}

#[test]
fn digits_cannot_be_printed() {
    let event = DigitEvent::Pressed(digit('7'));
    assert_eq!(format!("{event:?}"), "Pressed(Digit(..))");
}

/// Sends a key and gives its packets to a receiver in this order and number.
fn receive(order: &[usize]) -> Vec<DigitEvent> {
    let packets: Vec<_> = EventSender::new(digit('4'), Duration::from_millis(100), 5000).collect();
    let mut receiver = EventReceiver::new();
    let mut events = Vec::new();
    for at in order {
        let packet = packets[*at];
        let event = TelephoneEvent::parse(&packet.payload).unwrap();
        events.extend(
            receiver
                .receive(MediaTime::default(), packet.timestamp, event)
                .into_iter()
                .flatten(),
        );
    }
    events.extend(receiver.expire(MediaTime::from_millis(1000)));
    events
}

#[test]
fn a_key_is_sent_with_a_marker_and_three_ends() {
    let packets: Vec<_> = EventSender::new(digit('4'), Duration::from_millis(100), 5000).collect();
    let payloads: Vec<_> = packets
        .iter()
        .map(|packet| TelephoneEvent::parse(&packet.payload).unwrap())
        .collect();
    assert_eq!(
        payloads.iter().map(|one| one.duration).collect::<Vec<_>>(),
        [160, 320, 480, 640, 800, 800, 800]
    );
    assert_eq!(payloads.iter().filter(|one| one.end).count(), 3);
    assert!(packets[0].marker && packets[1..].iter().all(|packet| !packet.marker));
    assert!(packets.iter().all(|packet| packet.timestamp == 5000));
}

#[test]
fn a_key_is_heard_once_whatever_is_lost() {
    let whole = [
        DigitEvent::Pressed(digit('4')),
        DigitEvent::Released(digit('4'), 100),
    ];
    for order in [
        vec![0, 1, 2, 3, 4, 5, 6],
        vec![4],
        vec![6],
        vec![0, 1, 6],
        vec![5, 0, 1, 2, 6, 4],
        vec![0, 0, 4, 4, 3, 2],
    ] {
        assert_eq!(receive(&order), whole, "{order:?}");
    }
    // All three ends lost: silence ends the key.
    assert_eq!(
        receive(&[0, 1, 2]),
        [whole[0], DigitEvent::Released(digit('4'), 60)]
    );
}

#[test]
fn the_next_key_ends_the_one_whose_end_was_lost() {
    let mut receiver = EventReceiver::new();
    let event = |code, duration| TelephoneEvent {
        code,
        end: false,
        volume: 10,
        duration,
    };
    let now = MediaTime::default();
    receiver.receive(now, 1000, event(1, 800));
    let given = receiver.receive(now, 3000, event(1, 160));
    assert_eq!(
        given,
        [
            Some(DigitEvent::Released(digit('1'), 100)),
            Some(DigitEvent::Pressed(digit('1'))),
            None,
        ]
    );
    // A straggler of the first is nothing.
    assert_eq!(receiver.receive(now, 1000, event(1, 900)), [None; 3]);
}

#[test]
fn a_key_held_for_longer_than_a_segment_is_one_key() {
    let mut receiver = EventReceiver::new();
    let now = MediaTime::default();
    let event = |end, duration| TelephoneEvent {
        code: 2,
        end,
        volume: 10,
        duration,
    };
    receiver.receive(now, 1000, event(false, u16::MAX));
    let next = 1000 + u32::from(u16::MAX);
    assert_eq!(receiver.receive(now, next, event(false, 160)), [None; 3]);
    let [_, _, released] = receiver.receive(now, next, event(true, 800));
    assert_eq!(
        released,
        Some(DigitEvent::Released(digit('2'), (65_535 + 800) / 8))
    );
}

#[test]
fn events_that_are_no_keys_are_left_alone() {
    let mut receiver = EventReceiver::new();
    for code in 16..=255 {
        let event = TelephoneEvent {
            code,
            end: true,
            volume: 0,
            duration: 800,
        };
        assert_eq!(receiver.receive(MediaTime::default(), 1, event), [None; 3]);
    }
    assert_eq!(TelephoneEvent::parse(&[1, 2, 3]), None);
}

proptest! {
    #[test]
    fn an_event_reads_back_as_written(code: u8, end: bool, volume in 0..64_u8, duration: u16) {
        let event = TelephoneEvent { code, end, volume, duration };
        prop_assert_eq!(TelephoneEvent::parse(&event.to_bytes()), Some(event));
    }

    #[test]
    fn every_press_is_released_whatever_arrives(packets in prop::collection::vec((any::<u8>(), any::<bool>(), any::<u16>(), 0..5000_u32), 0..60)) {
        let mut receiver = EventReceiver::new();
        let mut held = 0_i32;
        for (n, (code, end, duration, timestamp)) in packets.into_iter().enumerate() {
            let now = MediaTime::from_millis(20 * n as u64);
            let event = TelephoneEvent { code: code % 20, end, volume: 0, duration };
            let given = receiver.receive(now, timestamp, event);
            for event in given.into_iter().flatten().chain(receiver.expire(now)) {
                held += if matches!(event, DigitEvent::Pressed(_)) { 1 } else { -1 };
                prop_assert!((0..=1).contains(&held));
            }
        }
        let left = receiver.expire(MediaTime::from_millis(1_000_000));
        prop_assert_eq!(held, i32::from(left.is_some()));
    }
}
