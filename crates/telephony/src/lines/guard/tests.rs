#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use media::tones::{Digit, dtmf};

use super::*;

fn at(ms: u64) -> MediaTime {
    MediaTime::from_millis(ms)
}

/// Frames of audio from `from` on, each heard and then asked for; when the first passes.
fn passes_from(guard: &mut KeyGuard, from: u64, samples: &[i16]) -> Option<u64> {
    samples
        .chunks(FRAME_SAMPLES)
        .zip(0_u64..)
        .find_map(|(chunk, n)| {
            let mut whole = [0; FRAME_SAMPLES];
            whole[..chunk.len()].copy_from_slice(chunk);
            let mut frame = [0; FRAME_BYTES];
            Law::A.encode_all(&whole, &mut frame);
            let now = from + 20 * n;
            guard.hear(at(now), Law::A, &frame);
            guard.passes(at(now), true).then_some(now)
        })
}

#[test]
fn nobody_waits_where_no_key_was_asked_for() {
    let mut guard = KeyGuard::new();
    assert!(guard.passes(at(0), true));
    assert!(!guard.passes(at(0), false));
}

#[test]
fn a_tone_that_is_still_heard_when_the_customer_is_put_through_stays_behind() {
    let mut guard = KeyGuard::new();
    guard.arm();
    let mut audio = dtmf(Digit::from_char('5').unwrap(), 400, 0);
    audio.extend([0; 8000]);
    let passes = passes_from(&mut guard, 0, &audio).unwrap();
    assert!((700..=800).contains(&passes), "{passes} ms");
    assert!(guard.passes(at(passes + 20), true));
}

#[test]
fn a_tone_that_has_just_begun_stays_behind() {
    let mut guard = KeyGuard::new();
    guard.arm();
    assert!(!guard.passes(at(980), false));
    let mut audio = vec![0; FRAME_SAMPLES];
    audio.extend(dtmf(Digit::from_char('9').unwrap(), 100, 0));
    audio.extend([0; 8000]);
    let passes = passes_from(&mut guard, 1000, &audio).unwrap();
    assert!(passes >= 1000 + 120 + 300, "{passes} ms");
}

#[test]
fn an_event_that_goes_on_keeps_the_line_closed() {
    let mut guard = KeyGuard::new();
    guard.arm();
    for ms in (0..1000).step_by(50) {
        guard.note_key(at(ms));
        assert!(!guard.passes(at(ms), true));
    }
    assert!(!guard.passes(at(1200), true));
    assert!(guard.passes(at(1250), true));
    guard.note_key(at(1260));
    assert!(
        guard.passes(at(1260), true),
        "keys of a talk are the parties' own"
    );
}

#[test]
fn a_quiet_customer_is_put_through_after_a_moment() {
    let mut guard = KeyGuard::new();
    guard.arm();
    assert_eq!(
        passes_from(&mut guard, 0, &[0; 8 * FRAME_SAMPLES]),
        Some(60)
    );
}
