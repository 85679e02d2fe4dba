//! G.722 at 64 kbit/s (ITU-T G.722, 11/1988): 16 kHz, a byte for two samples, in two bands.
//!
//! The names in comments are those of the recommendation's blocks. Integers alone: the same bytes and
//! samples on every machine.
#![expect(
    clippy::indexing_slicing,
    reason = "indices are masked to the lengths of the tables, or loops over them"
)]

mod tables;

#[cfg(test)]
mod tests;

use tables::{
    HIGH_CODES, HIGH_LEVELS, HIGH_STEPS, LEVELS, LOW_CODES_MINUS, LOW_CODES_PLUS, LOW_LEVELS,
    LOW_LEVELS_FINE, LOW_LIMITS, LOW_RANKS, LOW_STEPS, QMF, QMF_TAPS,
};

/// Bytes of a frame of 20 ms.
pub const G722_FRAME_BYTES: usize = 160;
/// Samples of a frame at 16 kHz.
pub const G722_FRAME_SAMPLES: usize = 320;

/// Largest logarithmic scale of each band.
const LOW_SCALE_MAX: i32 = 18_432;
const HIGH_SCALE_MAX: i32 = 22_528;
/// The border between the two steps of the upper band's quantizer.
const HIGH_LIMIT: i32 = 564;

/// Makes bytes of samples at 16 kHz.
#[derive(Debug, Clone)]
pub struct G722Encoder {
    low: Band,
    high: Band,
    history: [i32; 2 * QMF_TAPS],
}

/// Makes samples at 16 kHz of bytes. Any bytes: nothing that arrives is wrong, it only sounds so.
#[derive(Debug, Clone)]
pub struct G722Decoder {
    low: Band,
    high: Band,
    history: [i32; 2 * QMF_TAPS],
}

impl Default for G722Encoder {
    fn default() -> Self {
        Self {
            low: Band::new(32),
            high: Band::new(8),
            history: [0; 2 * QMF_TAPS],
        }
    }
}

impl Default for G722Decoder {
    fn default() -> Self {
        Self {
            low: Band::new(32),
            high: Band::new(8),
            history: [0; 2 * QMF_TAPS],
        }
    }
}

impl G722Encoder {
    /// Encodes as many pairs of samples as both sides hold.
    pub fn encode(&mut self, samples: &[i16], bytes: &mut [u8]) {
        for (byte, pair) in bytes.iter_mut().zip(samples.as_chunks::<2>().0) {
            *byte = self.encode_pair(*pair);
        }
    }

    /// Encodes samples at 8 kHz, a byte for each: they are the lower band, the upper one is silent.
    pub fn encode_narrow(&mut self, samples: &[i16], bytes: &mut [u8]) {
        for (byte, sample) in bytes.iter_mut().zip(samples) {
            let low = i32::from(*sample) >> 1;
            *byte = self.encode_high(0) << 6 | self.encode_low(low);
        }
    }

    fn encode_pair(&mut self, [first, second]: [i16; 2]) -> u8 {
        push(&mut self.history, i32::from(first), i32::from(second));
        let (odd, even) = filter(&self.history);
        let low = (even + odd) >> 14;
        let high = (even - odd) >> 14;
        self.encode_high(high) << 6 | self.encode_low(low)
    }

    /// SUBTRA, QUANTL, INVQAL, LOGSCL, SCALEL.
    fn encode_low(&mut self, sample: i32) -> u8 {
        let band = &mut self.low;
        let error = saturate(sample - band.s);
        let size = if error >= 0 { error } else { -(error + 1) };
        let at = (1..30)
            .find(|at| size < (LOW_LIMITS[*at] * band.step) >> 12)
            .unwrap_or(30);
        let code = if error < 0 {
            LOW_CODES_MINUS[at]
        } else {
            LOW_CODES_PLUS[at]
        };
        band.adapt_low(code);
        code
    }

    /// The same for the upper band: QUANTH, INVQAH, LOGSCH, SCALEH.
    fn encode_high(&mut self, sample: i32) -> u8 {
        let band = &mut self.high;
        let error = saturate(sample - band.s);
        let size = if error >= 0 { error } else { -(error + 1) };
        let far = size >= (HIGH_LIMIT * band.step) >> 12;
        let code = HIGH_CODES[usize::from(error >= 0)][usize::from(far)];
        band.adapt_high(code);
        code
    }
}

impl G722Decoder {
    /// Decodes as many bytes as both sides hold, two samples each.
    pub fn decode(&mut self, bytes: &[u8], samples: &mut [i16]) {
        for (pair, byte) in samples.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
            *pair = self.decode_byte(*byte);
        }
    }

    /// Decodes to 8 kHz, a sample for each byte: the lower band alone, which is all that G.711 can hold.
    pub fn decode_narrow(&mut self, bytes: &[u8], samples: &mut [i16]) {
        for (slot, byte) in samples.iter_mut().zip(bytes) {
            let (low, _) = self.decode_bands(*byte);
            *slot = sample(low << 1);
        }
    }

    fn decode_byte(&mut self, byte: u8) -> [i16; 2] {
        let (low, high) = self.decode_bands(byte);
        push(&mut self.history, low + high, low - high);
        let (odd, even) = filter(&self.history);
        [sample(even >> 11), sample(odd >> 11)]
    }

    fn decode_bands(&mut self, byte: u8) -> (i32, i32) {
        let (low_code, high_code) = (byte & 0x3F, byte >> 6);
        // INVQBL, RECONS, LIMIT.
        let fine = (self.low.step * LOW_LEVELS_FINE[usize::from(low_code)]) >> 15;
        let low = (self.low.s + fine).clamp(-16_384, 16_383);
        self.low.adapt_low(low_code);
        let coarse = (self.high.step * HIGH_LEVELS[usize::from(high_code)]) >> 15;
        let high = (self.high.s + coarse).clamp(-16_384, 16_383);
        self.high.adapt_high(high_code);
        (low, high)
    }
}

/// What encoder and decoder know of a band; the same on both sides as long as nothing is lost.
#[derive(Debug, Clone)]
struct Band {
    /// The prediction, and the part of it that the zeros make.
    s: i32,
    sz: i32,
    /// The last reconstructed samples, partial reconstructions and their weights.
    r: [i32; 3],
    p: [i32; 3],
    a: [i32; 2],
    /// The last differences and their weights.
    d: [i32; 7],
    b: [i32; 6],
    /// The scale, as a logarithm and as a factor.
    scale: i32,
    step: i32,
}

impl Band {
    const fn new(step: i32) -> Self {
        Self {
            s: 0,
            sz: 0,
            r: [0; 3],
            p: [0; 3],
            a: [0; 2],
            d: [0; 7],
            b: [0; 6],
            scale: 0,
            step,
        }
    }

    fn adapt_low(&mut self, code: u8) {
        let rank = usize::from(code >> 2 & 0x0F);
        let difference = (self.step * LOW_LEVELS[rank]) >> 15;
        self.rescale(LOW_STEPS[LOW_RANKS[rank]], LOW_SCALE_MAX, 8);
        self.predict(difference);
    }

    fn adapt_high(&mut self, code: u8) {
        let code = usize::from(code & 0x03);
        let difference = (self.step * HIGH_LEVELS[code]) >> 15;
        self.rescale(HIGH_STEPS[code], HIGH_SCALE_MAX, 10);
        self.predict(difference);
    }

    /// LOGSCL and SCALEL, LOGSCH and SCALEH.
    fn rescale(&mut self, change: i32, most: i32, shift: i32) {
        self.scale = (((self.scale * 127) >> 7) + change).clamp(0, most);
        let level = LEVELS[(self.scale >> 6 & 31).unsigned_abs() as usize];
        let shift = shift - (self.scale >> 11);
        let level = if shift < 0 {
            level << -shift
        } else {
            level >> shift
        };
        self.step = level << 2;
    }

    /// Block 4: the next prediction from the difference that was just decoded.
    fn predict(&mut self, difference: i32) {
        // RECONS and PARREC.
        self.d[0] = difference;
        self.r[0] = saturate(self.s + difference);
        self.p[0] = saturate(self.sz + difference);
        // UPPOL2.
        let same_as = |at: usize| (self.p[0] < 0) == (self.p[at] < 0);
        let first = saturate(self.a[0] << 2);
        let first = if same_as(1) { -first } else { first }.min(32_767);
        let second = if same_as(2) { 128 } else { -128 };
        let a2 = (second + (first >> 7) + ((self.a[1] * 32_512) >> 15)).clamp(-12_288, 12_288);
        // UPPOL1.
        let step = if same_as(1) { 192 } else { -192 };
        let bound = saturate(15_360 - a2);
        let a1 = saturate(step + ((self.a[0] * 32_640) >> 15)).clamp(-bound, bound);
        // UPZERO.
        let step = if difference == 0 { 0 } else { 128 };
        for (weight, before) in self.b.iter_mut().zip(&self.d[1..]) {
            let same = (*before < 0) == (difference < 0);
            let change = if same { step } else { -step };
            *weight = saturate(change + ((*weight * 32_640) >> 15));
        }
        // DELAYA.
        self.d.copy_within(..6, 1);
        self.r.copy_within(..2, 1);
        self.p.copy_within(..2, 1);
        self.a = [a1, a2];
        // FILTEP.
        let poles = [(a1, self.r[1]), (a2, self.r[2])]
            .map(|(weight, sample)| (weight * saturate(2 * sample)) >> 15);
        let sp = saturate(poles[0] + poles[1]);
        // FILTEZ.
        let zeros = self.b.iter().zip(&self.d[1..]);
        self.sz = saturate(
            zeros
                .map(|(weight, before)| (weight * saturate(2 * before)) >> 15)
                .sum(),
        );
        // PREDIC.
        self.s = saturate(sp + self.sz);
    }
}

fn push(history: &mut [i32; 2 * QMF_TAPS], first: i32, second: i32) {
    history.copy_within(2.., 0);
    history[2 * QMF_TAPS - 2] = first;
    history[2 * QMF_TAPS - 1] = second;
}

/// The two sums of the quadrature mirror filter.
fn filter(history: &[i32; 2 * QMF_TAPS]) -> (i32, i32) {
    let pairs = history.as_chunks::<2>().0;
    let odd = pairs.iter().zip(QMF).map(|(pair, tap)| pair[0] * tap).sum();
    let even = pairs
        .iter()
        .zip(QMF.into_iter().rev())
        .map(|(pair, tap)| pair[1] * tap)
        .sum();
    (odd, even)
}

fn saturate(value: i32) -> i32 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}

fn sample(value: i32) -> i16 {
    i16::try_from(saturate(value)).unwrap_or(0)
}
