//! Prompts and music: audio that is prepared when it is loaded, so that playing is copying.

mod player;
mod wav;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use player::{MusicOnHold, PLAYLIST_MAX, Player, Repeat};
pub use wav::{WAV_BYTES_MAX, WAV_SECONDS_MAX, WavAudio, WavError, parse_wav};

use crate::frame::{FRAME_BYTES, G711Frame, SAMPLE_RATE};
use crate::g711::Law;

/// Audio in both laws, in whole frames of 20 ms, the last one filled with silence. A clone is two
/// pointers.
#[derive(Debug, Clone)]
pub struct Prompt {
    mu: Arc<[u8]>,
    a: Arc<[u8]>,
}

impl Prompt {
    /// Prepares samples at 8 kHz.
    pub fn from_samples(samples: &[i16]) -> Self {
        let frames = samples.len().div_ceil(FRAME_BYTES);
        let coded = |law: Law| {
            let mut bytes = vec![law.silence(); frames * FRAME_BYTES];
            law.encode_all(samples, &mut bytes);
            Arc::from(bytes)
        };
        Self {
            mu: coded(Law::Mu),
            a: coded(Law::A),
        }
    }

    /// Parses and prepares an uploaded file.
    pub fn from_wav(file: &[u8]) -> Result<Self, WavError> {
        let audio = parse_wav(file)?;
        Ok(Self::from_samples(&audio.to_samples(SAMPLE_RATE)))
    }

    /// Silence of this many frames.
    pub fn silence(frames: usize) -> Self {
        Self::from_samples(&vec![0; frames.min(SILENCE_FRAMES_MAX) * FRAME_BYTES])
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.mu.len() / FRAME_BYTES
    }

    /// A frame in this law; none behind the end.
    pub fn frame(&self, law: Law, at: usize) -> Option<&G711Frame> {
        let bytes = match law {
            Law::Mu => &self.mu,
            Law::A => &self.a,
        };
        bytes.as_chunks::<FRAME_BYTES>().0.get(at)
    }
}

/// Longest silence made: ten minutes.
const SILENCE_FRAMES_MAX: usize = 30_000;
