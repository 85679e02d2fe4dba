//! Tones made here: digits, ringing, busy (ITU-T E.180, supplement 2).
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "lengths are bounded by what a tone lasts, samples by their amplitude"
)]

use std::f64::consts::TAU;

use super::digit::Digit;
use crate::frame::SAMPLE_RATE;

/// -10 dBm0 for each of two tones, as amplitude.
const AMPLITUDE: f64 = 7_200.0;
/// Over so many samples a tone fades in and out, against clicks.
const FADE_SAMPLES: usize = 16;
/// Longest tone or pause.
const TONE_MS_MAX: u32 = 60_000;

/// One period of a tone with pauses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cadence {
    /// Frequencies heard together, in Hz; the second may be zero.
    pub hertz: (f64, f64),
    /// How long it sounds.
    pub on_ms: u32,
    /// How long it pauses.
    pub off_ms: u32,
}

impl Cadence {
    /// The samples of one period at 8 kHz, to be repeated.
    pub fn samples(&self) -> Vec<i16> {
        let mut samples = tone(self.hertz, self.on_ms, (AMPLITUDE, AMPLITUDE));
        samples.resize(samples.len() + sample_count(self.off_ms), 0);
        samples
    }
}

/// What a caller hears while the other side rings: Europe's 425 Hz, a second in five.
pub const fn ringback() -> Cadence {
    Cadence {
        hertz: (425.0, 0.0),
        on_ms: 1000,
        off_ms: 4000,
    }
}

/// What a caller hears of a busy line: 425 Hz, half a second of each.
pub const fn busy() -> Cadence {
    Cadence {
        hertz: (425.0, 0.0),
        on_ms: 480,
        off_ms: 480,
    }
}

/// A digit as audio: the tone, then the pause.
pub fn dtmf(digit: Digit, on_ms: u32, off_ms: u32) -> Vec<i16> {
    let (low, high) = digit.hertz();
    Cadence {
        hertz: (f64::from(low), f64::from(high)),
        on_ms,
        off_ms,
    }
    .samples()
}

/// Two sines of these amplitudes.
pub(super) fn tone(hertz: (f64, f64), on_ms: u32, amplitudes: (f64, f64)) -> Vec<i16> {
    let count = sample_count(on_ms);
    (0..count)
        .map(|at| {
            let seconds = at as f64 / f64::from(SAMPLE_RATE);
            let edge = at.min(count - 1 - at).min(FADE_SAMPLES) as f64 / FADE_SAMPLES as f64;
            let low = amplitudes.0 * (TAU * hertz.0 * seconds).sin();
            let high = amplitudes.1 * (TAU * hertz.1 * seconds).sin();
            (edge * (low + high)).round() as i16
        })
        .collect()
}

fn sample_count(ms: u32) -> usize {
    (ms.min(TONE_MS_MAX) * (SAMPLE_RATE / 1000)) as usize
}
