//! Conferences: everybody hears the sum of the others.

use crate::frame::{FRAME_SAMPLES, Samples};

/// Most parties of one conference (Amazon Connect has six).
pub const PARTIES_MAX: usize = 6;

/// Puts into `heard` what each of the parties hears: the sum of the others, held within 16 bits. Parties
/// beyond [`PARTIES_MAX`] hear silence and are not heard.
pub fn mix(spoken: &[Samples], heard: &mut [Samples]) {
    let parties = spoken.len().min(heard.len()).min(PARTIES_MAX);
    let mut sum = [0_i32; FRAME_SAMPLES];
    for samples in spoken.iter().take(parties) {
        for (total, sample) in sum.iter_mut().zip(samples) {
            *total += i32::from(*sample);
        }
    }
    for (own, out) in spoken.iter().zip(heard.iter_mut()).take(parties) {
        for ((out, own), total) in out.iter_mut().zip(own).zip(&sum) {
            *out = saturate(total - i32::from(*own));
        }
    }
    for out in heard.iter_mut().skip(parties) {
        out.fill(0);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to 16 bits before")]
fn saturate(value: i32) -> i16 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests;
