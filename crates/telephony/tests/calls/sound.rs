//! Tones, and how they are found again.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "samples are small"
)]

use std::f64::consts::TAU;

const RATE: f64 = 8000.0;
/// A fifth of a second is enough to tell tones apart.
pub(crate) const WINDOW: usize = 1600;

/// This many samples of a tone.
pub(crate) fn tone(hertz: u32, samples: usize) -> Vec<i16> {
    let step = TAU * f64::from(hertz) / RATE;
    (0..samples)
        .map(|at| (8000.0 * (step * at as f64).sin()) as i16)
        .collect()
}

/// Whether the last samples are this tone and hardly anything else (Goertzel).
pub(crate) fn is_tone(samples: &[i16], hertz: u32) -> bool {
    let Some(window) = samples.len().checked_sub(WINDOW).map(|at| &samples[at..]) else {
        return false;
    };
    let energy: f64 = window.iter().map(|s| f64::from(*s).powi(2)).sum();
    let step = TAU * f64::from(hertz) / RATE;
    let (mut before, mut last) = (0.0, 0.0);
    for sample in window {
        let next = f64::from(*sample) + 2.0 * step.cos() * last - before;
        before = last;
        last = next;
    }
    let power = last * last + before * before - 2.0 * step.cos() * last * before;
    // A pure tone has all its energy here.
    let share = 2.0 * power / (energy.max(1.0) * WINDOW as f64);
    energy > WINDOW as f64 * 1_000_000.0 && share > 0.9
}

#[test]
fn a_tone_is_found_and_others_are_not() {
    let samples = tone(440, WINDOW);
    assert!(is_tone(&samples, 440));
    assert!(!is_tone(&samples, 600));
    assert!(!is_tone(&[0; WINDOW], 440));
}
