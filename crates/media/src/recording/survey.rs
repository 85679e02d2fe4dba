//! What a player shows of a recording before it is heard.

use serde::{Deserialize, Serialize};

use super::chunk::{BYTES_PER_MS, Chunk, Mark};
use super::recorder::RECORDING_MS_MAX;

/// Duration of which each peak is the loudest moment.
pub const PEAK_MS: u32 = 100;
/// Most peaks of a channel.
pub const PEAKS_MAX: usize = (RECORDING_MS_MAX / PEAK_MS) as usize;

/// Peaks of both channels, from 0 (silence) to 255 (full scale), and what happened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Survey {
    /// Duration of the whole recording.
    pub duration_ms: u64,
    /// The left channel.
    pub customer: Vec<u8>,
    /// The right channel.
    pub agent: Vec<u8>,
    /// Pauses and gaps, as time and kind.
    #[serde(skip)]
    pub marks: Vec<Mark>,
}

impl Survey {
    /// Adds the next chunk. Chunks are whole multiples of [`PEAK_MS`] but for the last one.
    pub fn add(&mut self, chunk: &Chunk) {
        self.duration_ms += u64::from(chunk.duration_ms());
        self.marks.extend_from_slice(&chunk.marks);
        for part in chunk.samples.chunks(PEAK_MS as usize * BYTES_PER_MS) {
            if self.customer.len() >= PEAKS_MAX {
                return;
            }
            let mut peaks = [0_u16; 2];
            for pair in part.as_chunks::<2>().0 {
                for (peak, byte) in peaks.iter_mut().zip(pair) {
                    *peak = (*peak).max(chunk.law.decode(*byte).unsigned_abs());
                }
            }
            let [left, right] = peaks.map(|peak| u8::try_from(peak >> 7).unwrap_or(u8::MAX));
            self.customer.push(left);
            self.agent.push(right);
        }
    }
}
