//! Recordings: both parties side by side, in chunks that can be sealed as they come.

mod chunk;
mod recorder;
mod survey;
mod wav;

#[cfg(test)]
mod tests;

pub use chunk::{CHUNK_MS, Chunk, ChunkError, MARKS_MAX, Mark, MarkKind};
pub use recorder::{RECORDING_MS_MAX, Recorder, Side};
pub use survey::{PEAK_MS, PEAKS_MAX, Survey};
pub use wav::{WAV_HEADER_BYTES, WavFormat, WavTooLong, WavWriter};
