//! Sample rates: any to 8 kHz when a prompt is loaded, 8, 16 and 48 kHz into each other frame by frame.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positions are bounded by lengths of audio, samples are clamped before they are cast"
)]

use std::f64::consts::PI;

#[cfg(test)]
mod tests;

/// Zero crossings of the filter on each side. 24 under a Kaiser window with β = 8 stop 70 dB and more
/// from 0.56 of the lower rate on, and pass up to 0.41 of it within 0.1 dB (measured by the tests).
const CROSSINGS: usize = 24;
const BETA: f64 = 8.0;
/// The filter's edge as a share of half of the lower rate: the transition lies around it.
const EDGE: f64 = 0.95;

/// Converts whole pieces of audio from one rate to another, by windowed sinc interpolation. Rates of 0
/// give nothing.
pub fn resample(samples: &[i16], from_hertz: u32, to_hertz: u32) -> Vec<i16> {
    if from_hertz == to_hertz {
        return samples.to_vec();
    }
    let Some(phases) = Phases::new(from_hertz, to_hertz) else {
        return Vec::new();
    };
    let length = samples.len() as u64 * u64::from(to_hertz) / u64::from(from_hertz);
    (0..length)
        .map(|at| phases.sample(samples, at as i64))
        .collect()
}

/// Converts a stream frame by frame. What comes out is late by half the filter, 3 ms at 8 kHz.
#[derive(Debug, Clone)]
pub struct Resampler {
    phases: Phases,
    /// The end of what came in, as far as the filter reaches back.
    history: Vec<i16>,
    /// Where the next sample lies, in output samples from the beginning of the history.
    next: i64,
}

impl Resampler {
    /// A converter between two rates; none where one of them is 0.
    pub fn new(from_hertz: u32, to_hertz: u32) -> Option<Self> {
        let phases = Phases::new(from_hertz, to_hertz)?;
        // Whole periods of the two rates, so that samples lie where `resample` has them.
        let down = usize::try_from(phases.down).ok()?;
        let history = vec![0; (2 * phases.reach).next_multiple_of(down)];
        // The first input sample stands behind the history; the output begins half a filter before.
        let next = (phases.reach as i64 * phases.up).div_euclid(phases.down);
        Some(Self {
            phases,
            history,
            next,
        })
    }

    /// Takes the next samples and appends what can be computed to `out`.
    pub fn convert(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        self.history.extend_from_slice(samples);
        let Phases {
            up, down, reach, ..
        } = self.phases;
        let usable = self.history.len() as i64 - reach as i64;
        while self.next * down / up < usable {
            out.push(self.phases.sample(&self.history, self.next));
            self.next += 1;
        }
        // Forget whole periods of the two rates, so that positions stay exact.
        let spare = (self.next * down / up - reach as i64).max(0);
        let periods = spare / down;
        self.history.drain(..(periods * down) as usize);
        self.next -= periods * up;
    }
}

/// The filter at every phase that occurs between the two rates.
#[derive(Debug, Clone)]
struct Phases {
    /// The rates without their common divisor: output sample n lies at n · down / up.
    up: i64,
    down: i64,
    /// Input samples on each side.
    reach: usize,
    taps: Vec<f32>,
}

impl Phases {
    fn new(from_hertz: u32, to_hertz: u32) -> Option<Self> {
        let divisor = greatest_divisor(from_hertz, to_hertz);
        let up = i64::from(to_hertz.checked_div(divisor)?);
        let down = i64::from(from_hertz.checked_div(divisor)?);
        if up == 0 || down == 0 {
            return None;
        }
        // The edge lies at the lower of both rates.
        let scale = (up as f64 / down as f64).min(1.0) * EDGE;
        let reach = (CROSSINGS as f64 / scale).ceil() as usize;
        let mut taps = Vec::with_capacity(up as usize * 2 * reach);
        for phase in 0..up {
            let fraction = (phase * down % up) as f64 / up as f64;
            let mut values: Vec<f64> = (0..2 * reach)
                .map(|tap| tap as f64 - (reach as f64 - 1.0) - fraction)
                .map(|distance| scale * sinc(scale * distance) * kaiser(distance / reach as f64))
                .collect();
            // Every phase passes a constant unchanged.
            let sum: f64 = values.iter().sum();
            for value in &mut values {
                *value /= sum;
            }
            taps.extend(values.iter().map(|value| *value as f32));
        }
        Some(Self {
            up,
            down,
            reach,
            taps,
        })
    }

    /// Output sample `at` of audio that begins at input sample 0, with silence around it.
    fn sample(&self, samples: &[i16], at: i64) -> i16 {
        let whole = at * self.down / self.up;
        let phase = (at % self.up) as usize;
        let first = whole - (self.reach as i64 - 1);
        let taps = self.taps.iter().skip(phase * 2 * self.reach);
        let before = first.min(0).unsigned_abs() as usize;
        let sum: f32 = taps
            .take(2 * self.reach)
            .skip(before)
            .zip(samples.iter().skip(first.max(0) as usize))
            .map(|(tap, sample)| tap * f32::from(*sample))
            .sum();
        sum.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
    }
}

fn greatest_divisor(one: u32, other: u32) -> u32 {
    if other == 0 {
        one
    } else {
        greatest_divisor(other, one % other)
    }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

/// The Kaiser window, from -1 to 1.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 {
        0.0
    } else {
        bessel(BETA * (1.0 - x * x).sqrt()) / bessel(BETA)
    }
}

/// The modified Bessel function of the first kind and order zero, by its series.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..40 {
        term *= (x / 2.0 / f64::from(n)).powi(2);
        sum += term;
    }
    sum
}
