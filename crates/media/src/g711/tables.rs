//! The tables, made by the compiler.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "evaluated by the compiler, over every index; the tests look at every value"
)]

use super::Law;

pub(super) static MU_DECODE: [i16; 256] = decode_table(Law::Mu);
pub(super) static A_DECODE: [i16; 256] = decode_table(Law::A);
// One place per sample of 14 and 13 bits: what lies below makes no difference.
pub(super) static MU_ENCODE: [u8; 1 << 14] = mu_encode_table();
pub(super) static A_ENCODE: [u8; 1 << 13] = a_encode_table();

/// Half a step is added before the logarithm is taken.
const MU_BIAS: i32 = 33;
const MU_CLIP: i32 = 8158;

const fn decode_table(law: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match law {
            Law::Mu => mu_value(byte as u8),
            Law::A => a_value(byte as u8),
        };
        byte += 1;
    }
    table
}

/// From 14 bits, widened to 16.
const fn mu_value(byte: u8) -> i16 {
    let bits = !byte;
    let segment = (bits >> 4) & 7;
    let step = (bits & 0x0F) as i16;
    let magnitude = ((((step << 1) + 33) << segment) - 33) << 2;
    if bits & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

/// From 13 bits, widened to 16.
const fn a_value(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let segment = (bits >> 4) & 7;
    let step = (bits & 0x0F) as i16;
    let magnitude = match segment {
        0 => ((step << 1) + 1) << 3,
        _ => ((step << 1) + 33) << (segment + 2),
    };
    if bits & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

const fn mu_encode_table() -> [u8; 1 << 14] {
    let mut table = [0; 1 << 14];
    let mut bits = 0;
    while bits < table.len() {
        // The bits are a number of 14 bits in two's complement.
        let value = if bits < 1 << 13 {
            bits as i32
        } else {
            bits as i32 - (1 << 14)
        };
        table[bits] = mu_byte(value);
        bits += 1;
    }
    table
}

const fn mu_byte(value: i32) -> u8 {
    let sign = if value < 0 { 0x80 } else { 0 };
    // One less for negative ones: two's complement reaches further down than up.
    let magnitude = if value < 0 { -value } else { value };
    let clipped = if magnitude > MU_CLIP {
        MU_CLIP
    } else {
        magnitude
    };
    let biased = clipped + MU_BIAS;
    let segment = 26 - (biased as u32).leading_zeros();
    let step = (biased >> (segment + 1)) & 0x0F;
    !(sign | (segment as u8) << 4 | step as u8)
}

const fn a_encode_table() -> [u8; 1 << 13] {
    let mut table = [0; 1 << 13];
    let mut bits = 0;
    while bits < table.len() {
        let value = if bits < 1 << 12 {
            bits as i32
        } else {
            bits as i32 - (1 << 13)
        };
        table[bits] = a_byte(value);
        bits += 1;
    }
    table
}

const fn a_byte(value: i32) -> u8 {
    let (sign, magnitude) = if value >= 0 {
        (0x80, value)
    } else {
        // Decision values of negative samples mirror those of positive ones.
        (0, -value - 1)
    };
    let segment = if magnitude < 32 {
        0
    } else {
        27 - (magnitude as u32).leading_zeros()
    };
    let step = match segment {
        0 => magnitude >> 1,
        _ => magnitude >> segment,
    } & 0x0F;
    (sign | (segment as u8) << 4 | step as u8) ^ 0x55
}
