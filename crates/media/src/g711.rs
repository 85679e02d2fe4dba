//! G.711, both laws and both directions, by tables (ITU-T G.711, 11/1988).

use serde::{Deserialize, Serialize};

mod tables;

#[cfg(test)]
mod tests;

use tables::{A_DECODE, A_ENCODE, MU_DECODE, MU_ENCODE};

/// Which law a byte of G.711 follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Law {
    /// µ-law, `PCMU`: North America, Japan.
    Mu,
    /// A-law, `PCMA`: everywhere else.
    A,
}

impl Law {
    /// The byte that means silence.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xFF,
            Self::A => 0xD5,
        }
    }

    /// The byte for a sample of 16 bits.
    #[expect(
        clippy::indexing_slicing,
        reason = "a sample shifted right by two or three bits is below 2^14 or 2^13, the lengths of the tables"
    )]
    pub const fn encode(self, sample: i16) -> u8 {
        let bits = sample.cast_unsigned() as usize;
        match self {
            Self::Mu => MU_ENCODE[bits >> 2],
            Self::A => A_ENCODE[bits >> 3],
        }
    }

    /// The sample that a byte stands for, in 16 bits.
    #[expect(
        clippy::indexing_slicing,
        reason = "the tables have a place for every byte"
    )]
    pub const fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => MU_DECODE[byte as usize],
            Self::A => A_DECODE[byte as usize],
        }
    }

    /// The byte of law `to` for a byte of this law (ITU-T G.711, tables 3 and 4, up to rounding).
    pub const fn transcode(self, to: Self, byte: u8) -> u8 {
        match (self, to) {
            (Self::Mu, Self::Mu) | (Self::A, Self::A) => byte,
            _ => to.encode(self.decode(byte)),
        }
    }

    /// Encodes as many samples as both sides hold.
    pub fn encode_all(self, samples: &[i16], bytes: &mut [u8]) {
        for (byte, sample) in bytes.iter_mut().zip(samples) {
            *byte = self.encode(*sample);
        }
    }

    /// Decodes as many bytes as both sides hold.
    pub fn decode_all(self, bytes: &[u8], samples: &mut [i16]) {
        for (sample, byte) in samples.iter_mut().zip(bytes) {
            *sample = self.decode(*byte);
        }
    }
}
