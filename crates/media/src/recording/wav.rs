//! A recording as a WAV file, chunk by chunk.

use super::chunk::Chunk;
use crate::g711::Law;

/// Length of the header that [`WavWriter::header`] gives.
pub const WAV_HEADER_BYTES: usize = 58;

const RATE: u32 = 8000;
const CHANNELS: u16 = 2;
const SAMPLES_PER_MS: u64 = 8;

/// How the samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WavFormat {
    /// As they were recorded: half of the size.
    G711(Law),
    /// 16 bits: every player and browser takes it.
    Pcm16,
}

/// The file would not fit into the lengths that WAV has (4 GiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a recording of `{0}` ms does not fit into a WAV file: download it in G.711")]
pub struct WavTooLong(pub u64);

/// Writes a stereo file: the header first, with the lengths right, then every chunk in order.
#[derive(Debug, Clone, Copy)]
pub struct WavWriter {
    format: WavFormat,
    data_bytes: u32,
}

impl WavWriter {
    /// A writer for a recording of this duration, as the chunks' durations add up.
    pub fn new(format: WavFormat, duration_ms: u64) -> Result<Self, WavTooLong> {
        let block = u64::from(CHANNELS) * u64::from(bits(format) / 8);
        let data_bytes = duration_ms
            .checked_mul(SAMPLES_PER_MS * block)
            .and_then(|bytes| u32::try_from(bytes).ok())
            .filter(|bytes| u32::MAX - bytes >= 58)
            .ok_or(WavTooLong(duration_ms))?;
        Ok(Self { format, data_bytes })
    }

    /// Length of the whole file.
    pub fn file_bytes(&self) -> u64 {
        u64::from(self.data_bytes) + WAV_HEADER_BYTES as u64
    }

    /// What stands before the audio.
    pub fn header(&self) -> Vec<u8> {
        let bits = bits(self.format);
        let block = CHANNELS * bits / 8;
        let encoding: u16 = match self.format {
            WavFormat::Pcm16 => 1,
            WavFormat::G711(Law::A) => 6,
            WavFormat::G711(Law::Mu) => 7,
        };
        let samples = self.data_bytes / u32::from(block);
        let mut header = Vec::with_capacity(WAV_HEADER_BYTES);
        header.extend_from_slice(b"RIFF");
        header.extend_from_slice(&(self.data_bytes + 50).to_le_bytes());
        header.extend_from_slice(b"WAVEfmt ");
        // Formats other than PCM carry the length of an extension and the number of samples: both are
        // harmless for PCM, and the header always has one length.
        header.extend_from_slice(&18_u32.to_le_bytes());
        header.extend_from_slice(&encoding.to_le_bytes());
        header.extend_from_slice(&CHANNELS.to_le_bytes());
        header.extend_from_slice(&RATE.to_le_bytes());
        header.extend_from_slice(&(RATE * u32::from(block)).to_le_bytes());
        header.extend_from_slice(&block.to_le_bytes());
        header.extend_from_slice(&bits.to_le_bytes());
        header.extend_from_slice(&0_u16.to_le_bytes());
        header.extend_from_slice(b"fact");
        header.extend_from_slice(&4_u32.to_le_bytes());
        header.extend_from_slice(&samples.to_le_bytes());
        header.extend_from_slice(b"data");
        header.extend_from_slice(&self.data_bytes.to_le_bytes());
        header
    }

    /// The audio of a chunk.
    pub fn audio(&self, chunk: &Chunk) -> Vec<u8> {
        match self.format {
            WavFormat::G711(law) => chunk
                .samples
                .iter()
                .map(|byte| chunk.law.transcode(law, *byte))
                .collect(),
            WavFormat::Pcm16 => chunk
                .samples
                .iter()
                .flat_map(|byte| chunk.law.decode(*byte).to_le_bytes())
                .collect(),
        }
    }

    /// The whole file, piece by piece.
    pub fn file<C: IntoIterator<Item = Chunk>>(self, chunks: C) -> impl Iterator<Item = Vec<u8>> {
        let audio = chunks.into_iter().map(move |chunk| self.audio(&chunk));
        std::iter::once(self.header()).chain(audio)
    }
}

const fn bits(format: WavFormat) -> u16 {
    match format {
        WavFormat::G711(_) => 8,
        WavFormat::Pcm16 => 16,
    }
}
