//! A chunk: half a second of both channels, and what happened in it.

use crate::g711::Law;

/// Duration of every chunk but the last: what a crash loses at most, less what waits for the wheel.
pub const CHUNK_MS: u32 = 500;
/// Most marks in one chunk; further ones are left out.
pub const MARKS_MAX: usize = 32;

/// Bytes per millisecond: eight samples of two channels.
pub(super) const BYTES_PER_MS: usize = 16;
/// Bytes of audio in a whole chunk.
pub(super) const CHUNK_BYTES: usize = CHUNK_MS as usize * BYTES_PER_MS;
const MARK_BYTES: usize = 5;
const HEADER_BYTES: usize = 1 + 4 + 4 + 1;
const FORMAT_MU: u8 = 1;
const FORMAT_A: u8 = 2;

/// A part of a recording. Its bytes are what is sealed; order and end are the sealed stream's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Counts from 0.
    pub index: u32,
    /// Since the recording began.
    pub start_ms: u32,
    /// Law of the samples.
    pub law: Law,
    /// What happened, in order of time.
    pub marks: Vec<Mark>,
    /// Left and right sample in turn, a byte each.
    pub samples: Vec<u8>,
}

/// Something that happened while recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Since the recording began.
    pub at_ms: u32,
    /// What.
    pub kind: MarkKind,
}

/// What a mark tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// From here on silence is recorded.
    Paused,
    /// From here on audio is recorded again.
    Resumed,
    /// Chunks before this one were lost because they could not be written in time.
    Gap,
}

/// Why bytes are no chunk. They were sealed by another version or by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no chunk of a recording of this version")]
pub struct ChunkError;

impl Chunk {
    /// Duration of the audio.
    pub fn duration_ms(&self) -> u32 {
        u32::try_from(self.samples.len() / BYTES_PER_MS).unwrap_or(u32::MAX)
    }

    /// The bytes to seal: format (1), index (4), start (4), number of marks (1), marks (kind 1, time 4),
    /// samples; numbers in big endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let marks = self.marks.iter().take(MARKS_MAX);
        let mut bytes =
            Vec::with_capacity(HEADER_BYTES + marks.len() * MARK_BYTES + self.samples.len());
        bytes.push(match self.law {
            Law::Mu => FORMAT_MU,
            Law::A => FORMAT_A,
        });
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(&self.start_ms.to_be_bytes());
        bytes.push(u8::try_from(marks.len()).unwrap_or(0));
        for mark in marks {
            bytes.push(match mark.kind {
                MarkKind::Paused => 1,
                MarkKind::Resumed => 2,
                MarkKind::Gap => 3,
            });
            bytes.extend_from_slice(&mark.at_ms.to_be_bytes());
        }
        bytes.extend_from_slice(&self.samples);
        bytes
    }

    /// Reads what [`Chunk::to_bytes`] wrote.
    pub fn parse(bytes: &[u8]) -> Result<Self, ChunkError> {
        let (header, rest) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(ChunkError)?;
        let [format, i0, i1, i2, i3, s0, s1, s2, s3, count] = *header;
        let law = match format {
            FORMAT_MU => Law::Mu,
            FORMAT_A => Law::A,
            _ => return Err(ChunkError),
        };
        let count = usize::from(count);
        let (marks, samples) = rest
            .split_at_checked(count * MARK_BYTES)
            .filter(|_| count <= MARKS_MAX)
            .ok_or(ChunkError)?;
        if samples.len() > CHUNK_BYTES || !samples.len().is_multiple_of(BYTES_PER_MS) {
            return Err(ChunkError);
        }
        let marks = marks
            .as_chunks::<MARK_BYTES>()
            .0
            .iter()
            .map(|[kind, t0, t1, t2, t3]| {
                let kind = match kind {
                    1 => MarkKind::Paused,
                    2 => MarkKind::Resumed,
                    3 => MarkKind::Gap,
                    _ => return Err(ChunkError),
                };
                let at_ms = u32::from_be_bytes([*t0, *t1, *t2, *t3]);
                Ok(Mark { at_ms, kind })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            index: u32::from_be_bytes([i0, i1, i2, i3]),
            start_ms: u32::from_be_bytes([s0, s1, s2, s3]),
            law,
            marks,
            samples: samples.to_vec(),
        })
    }
}
