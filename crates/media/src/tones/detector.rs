//! Digits in audio: Goertzel filters over overlapping windows, frequencies by phase.
#![expect(
    clippy::cast_precision_loss,
    reason = "indices below 160 and samples of 16 bits are exact in 32-bit floats"
)]

use std::f32::consts::TAU;
use std::sync::LazyLock;

use super::digit::{Digit, DigitEvent, HIGH_HERTZ, LOW_HERTZ};
use crate::frame::{FRAME_SAMPLES, Samples};

/// Tones of this length are detected wherever they begin (ITU-T Q.24, annex A); shorter than 20 ms never.
pub const SHORTEST_MS: u32 = 40;

/// A window is 20 ms, and a new one begins every 10 ms: in every 40 ms lie two whole ones.
const WINDOW: usize = 160;
const HOP: usize = 80;
const HOP_MS: u32 = 10;
const RATE: f32 = 8000.0;
const HOPS_PER_FRAME: usize = FRAME_SAMPLES / HOP;

/// Halfway between what must be accepted (1.5 %) and refused (3.5 %).
const DEVIATION_MAX: f32 = 0.025;
/// Least share of the two tones in the energy of a window, at the digit's frequencies and at those
/// measured. Speech spreads its energy over harmonics, and a tone that fills a window in part spreads too.
const ROUGH_PURITY_MIN: f32 = 0.65;
const PURITY_MIN: f32 = 0.88;
/// The high tone may be 4 dB stronger or 8 dB weaker than the low one (Q.24, annex A); with a margin.
const HIGH_STRONGER_MAX: f32 = 6.0;
const HIGH_WEAKER_MAX: f32 = 10.0;
/// Least amplitude of the weaker tone, about -36 dBm0.
const AMPLITUDE_MIN: f32 = 360.0;
/// Windows without the tone until it has ended: an interruption of 10 ms does not split a digit.
const MISSES_TO_END: u32 = 3;

/// The window (Hann) and its sums.
struct Window {
    weights: [f32; WINDOW],
    sum: f32,
    square_sum: f32,
}

static HANN: LazyLock<Window> = LazyLock::new(|| {
    let mut weights = [0.0; WINDOW];
    for (at, weight) in weights.iter_mut().enumerate() {
        *weight = 0.5 - 0.5 * (TAU * (at as f32 + 0.5) / WINDOW as f32).cos();
    }
    Window {
        weights,
        sum: weights.iter().sum(),
        square_sum: weights.iter().map(|weight| weight * weight).sum(),
    }
});

/// 2 cos ω, cos ω and sin ω for the eight frequencies, low ones first.
struct Coefficients {
    twice_cos: [f32; 8],
    cos: [f32; 8],
    sin: [f32; 8],
}

static COEFFICIENTS: LazyLock<Coefficients> = LazyLock::new(|| {
    let angles = frequencies().map(|hertz| TAU * hertz / RATE);
    Coefficients {
        twice_cos: angles.map(|angle| 2.0 * angle.cos()),
        cos: angles.map(f32::cos),
        sin: angles.map(f32::sin),
    }
});

fn frequencies() -> [f32; 8] {
    let mut all = [0.0; 8];
    for (slot, hertz) in all.iter_mut().zip(LOW_HERTZ.into_iter().chain(HIGH_HERTZ)) {
        *slot = hertz;
    }
    all
}

/// Finds digits in the audio of one direction, 20 ms at a time. About 100 bytes and 700 of samples.
#[derive(Debug, Clone)]
pub struct DtmfDetector {
    /// The last window, oldest sample first.
    samples: [f32; WINDOW],
    before: Option<Candidate>,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Quiet,
    Pressed {
        digit: Digit,
        heard_ms: u32,
        misses: u32,
    },
}

/// Two tones that look like a digit in one window.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    digit: Digit,
    low: Tone,
    high: Tone,
    /// Mean square of the samples under the window.
    power: f32,
}

/// One frequency in one window.
#[derive(Debug, Clone, Copy)]
struct Tone {
    hertz: f32,
    amplitude: f32,
    phase: f32,
}

impl Default for DtmfDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl DtmfDetector {
    /// A detector that has heard nothing.
    pub const fn new() -> Self {
        Self {
            samples: [0.0; WINDOW],
            before: None,
            state: State::Quiet,
        }
    }

    /// Listens to the next 20 ms. One frame can end a digit and begin another.
    pub fn listen(&mut self, frame: &Samples) -> [Option<DigitEvent>; HOPS_PER_FRAME] {
        let mut events = [None; HOPS_PER_FRAME];
        for (event, part) in events.iter_mut().zip(frame.as_chunks::<HOP>().0) {
            self.samples.copy_within(HOP.., 0);
            for (slot, sample) in self.samples.iter_mut().skip(WINDOW - HOP).zip(part) {
                *slot = f32::from(*sample);
            }
            *event = self.hop();
        }
        events
    }

    /// Whether a digit is being heard.
    pub const fn is_pressed(&self) -> bool {
        matches!(self.state, State::Pressed { .. })
    }

    fn hop(&mut self) -> Option<DigitEvent> {
        let candidate = analyse(&self.samples);
        let certain = self
            .before
            .zip(candidate)
            .filter(|(before, now)| before.continues(now))
            .map(|(_, now)| now.digit);
        self.before = candidate;
        match self.state {
            State::Quiet => {
                let digit = certain?;
                self.state = State::Pressed {
                    digit,
                    heard_ms: SHORTEST_MS - HOP_MS,
                    misses: 0,
                };
                Some(DigitEvent::Pressed(digit))
            }
            State::Pressed {
                digit,
                heard_ms,
                misses,
            } => {
                let heard = candidate.is_some_and(|now| now.digit == digit);
                let (heard_ms, misses) = if heard {
                    // What was missing in between belongs to it.
                    (heard_ms + HOP_MS * (misses + 1), 0)
                } else {
                    (heard_ms, misses + 1)
                };
                if misses < MISSES_TO_END {
                    self.state = State::Pressed {
                        digit,
                        heard_ms,
                        misses,
                    };
                    return None;
                }
                self.state = State::Quiet;
                Some(DigitEvent::Released(digit, heard_ms))
            }
        }
    }
}

impl Candidate {
    /// Whether the same tones go on from one window to the next, pure and at the right frequencies.
    fn continues(&self, next: &Self) -> bool {
        let low = self.low.deviation(&next.low);
        let high = self.high.deviation(&next.high);
        self.digit == next.digit
            && low.abs() <= self.low.hertz * DEVIATION_MAX
            && high.abs() <= self.high.hertz * DEVIATION_MAX
            && self.is_pure(low, high)
            && next.is_pure(low, high)
    }

    fn is_pure(&self, low: f32, high: f32) -> bool {
        let tones = self.low.power_when_off(low) + self.high.power_when_off(high);
        tones >= PURITY_MIN * self.power
    }
}

impl Tone {
    /// By how many Hertz the tone is off: its phase turned further than it should within 10 ms.
    fn deviation(&self, next: &Self) -> f32 {
        let expected = TAU * self.hertz * HOP as f32 / RATE;
        let turned = (next.phase - self.phase - expected).rem_euclid(TAU);
        let turned = if turned > TAU / 2.0 {
            turned - TAU
        } else {
            turned
        };
        turned / TAU * RATE / HOP as f32
    }

    /// The power of the tone, given that it is off by so many Hertz: the window hears it less then.
    fn power_when_off(&self, hertz: f32) -> f32 {
        let bins = hertz * WINDOW as f32 / RATE;
        let angle = TAU / 2.0 * bins;
        let gain = if bins.abs() < 0.01 {
            1.0
        } else {
            angle.sin() / angle / (1.0 - bins * bins)
        };
        let amplitude = self.amplitude / gain;
        // A sine of amplitude A has half of A² in the mean.
        amplitude * amplitude / 2.0
    }
}

fn analyse(samples: &[f32; WINDOW]) -> Option<Candidate> {
    let window = &*HANN;
    let mut weighted = [0.0; WINDOW];
    let mut energy = 0.0;
    for ((out, sample), weight) in weighted.iter_mut().zip(samples).zip(&window.weights) {
        *out = sample * weight;
        energy += *out * *out;
    }
    // Too quiet for two tones: most of a call ends here.
    let power = energy / window.square_sum;
    if power < AMPLITUDE_MIN * AMPLITUDE_MIN * ROUGH_PURITY_MIN {
        return None;
    }
    let tones = goertzel(&weighted, window.sum);
    let (lows, highs) = tones.split_at(4);
    let (row, low) = strongest(lows)?;
    let (column, high) = strongest(highs)?;
    let level = |tone: &Tone| 20.0 * tone.amplitude.log10();
    let twist = level(&high) - level(&low);
    let plausible = low.amplitude.min(high.amplitude) >= AMPLITUDE_MIN
        && (-HIGH_WEAKER_MAX..=HIGH_STRONGER_MAX).contains(&twist)
        && low.power_when_off(0.0) + high.power_when_off(0.0) >= ROUGH_PURITY_MIN * power;
    if !plausible {
        return None;
    }
    Some(Candidate {
        digit: Digit::at(row, column)?,
        low,
        high,
        power,
    })
}

/// The strongest tone of a group and its place.
fn strongest(tones: &[Tone]) -> Option<(usize, Tone)> {
    tones
        .iter()
        .copied()
        .enumerate()
        .max_by(|(_, one), (_, other)| one.amplitude.total_cmp(&other.amplitude))
}

/// Amplitude and phase at all eight frequencies. Side by side, so that the compiler can vectorise.
fn goertzel(weighted: &[f32; WINDOW], window_sum: f32) -> [Tone; 8] {
    let coefficients = &*COEFFICIENTS;
    let mut one = [0.0_f32; 8];
    let mut two = [0.0_f32; 8];
    for sample in weighted {
        for ((one, two), twice_cos) in one
            .iter_mut()
            .zip(two.iter_mut())
            .zip(coefficients.twice_cos)
        {
            let next = sample + twice_cos * *one - *two;
            *two = *one;
            *one = next;
        }
    }
    let mut tones = frequencies().map(|hertz| Tone {
        hertz,
        amplitude: 0.0,
        phase: 0.0,
    });
    for (at, tone) in tones.iter_mut().enumerate() {
        let pick = |values: &[f32; 8]| values.get(at).copied().unwrap_or_default();
        // The phase at the end of the window.
        let real = pick(&one) - pick(&two) * pick(&coefficients.cos);
        let imaginary = pick(&two) * pick(&coefficients.sin);
        tone.amplitude = 2.0 * real.hypot(imaginary) / window_sum;
        tone.phase = imaginary.atan2(real);
    }
    tones
}
