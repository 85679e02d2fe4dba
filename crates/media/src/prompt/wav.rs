//! WAV files as people upload them: strictly read, bounded before anything is allocated.

use crate::g711::Law;
use crate::resample::resample;

/// Longest file taken.
pub const WAV_BYTES_MAX: usize = 50 << 20;
/// Longest audio taken.
pub const WAV_SECONDS_MAX: u32 = 300;
/// Chunks besides format and audio that a file may have.
const CHUNKS_MAX: usize = 64;
const RATE_MIN: u32 = 8000;
const RATE_MAX: u32 = 48_000;

const FORMAT_PCM: u16 = 1;
const FORMAT_A: u16 = 6;
const FORMAT_MU: u16 = 7;

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// Longer than [`WAV_BYTES_MAX`].
    #[error("the file has `{0}` bytes: at most `{WAV_BYTES_MAX}` are taken")]
    TooLarge(usize),
    /// It does not begin with `RIFF`, a length and `WAVE`.
    #[error("this is no WAV file: it does not begin with `RIFF` and `WAVE`")]
    NotWav,
    /// A chunk is longer than the file.
    #[error("the file ends within a chunk: it was cut short")]
    Truncated,
    /// More than 64 chunks.
    #[error("the file has more than `{CHUNKS_MAX}` chunks: save it again without extras")]
    TooManyChunks,
    /// No `fmt ` chunk, or not before the audio, or twice.
    #[error("the file must have one format chunk, before the audio")]
    Format,
    /// Neither PCM nor G.711.
    #[error("format `{0}` is not taken: save the file as PCM, A-law or µ-law")]
    Encoding(u16),
    /// Neither one nor two channels.
    #[error("the file has `{0}` channels: one or two are taken")]
    Channels(u16),
    /// Below 8 or above 48 kHz.
    #[error("a rate of `{0}` Hz is not taken: from `{RATE_MIN}` to `{RATE_MAX}`")]
    Rate(u32),
    /// Neither 8 nor 16 bits, or not what the encoding has.
    #[error("`{0}` bits per sample are not taken: 8 or 16 for PCM, 8 for A-law and µ-law")]
    Bits(u16),
    /// Block size or byte rate contradict the rest of the format.
    #[error("block size or byte rate contradict the rest of the format")]
    Contradiction,
    /// No audio chunk, or an empty one, or one that ends within a sample, or two.
    #[error("the file must have one audio chunk with whole samples")]
    Audio,
    /// Longer than [`WAV_SECONDS_MAX`].
    #[error("the audio lasts longer than `{WAV_SECONDS_MAX}` seconds")]
    TooLong,
}

/// The audio of a file, not yet converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WavAudio<'a> {
    /// Samples a second and channel.
    pub rate: u32,
    /// One or two.
    pub channels: u16,
    encoding: Encoding,
    bytes: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Unsigned, as WAV has it.
    Pcm8,
    Pcm16,
    G711(Law),
}

impl Encoding {
    const fn bytes(self) -> u16 {
        match self {
            Self::Pcm16 => 2,
            Self::Pcm8 | Self::G711(_) => 1,
        }
    }
}

impl WavAudio<'_> {
    /// Duration in milliseconds, rounded down.
    pub fn duration_ms(&self) -> u32 {
        let frame = usize::from(self.channels * self.encoding.bytes());
        let frames = self.bytes.len().checked_div(frame).unwrap_or(0);
        let ms = frames as u64 * 1000 / u64::from(self.rate.max(1));
        u32::try_from(ms).unwrap_or(u32::MAX)
    }

    /// One channel at this rate; two channels are mixed in equal parts.
    pub fn to_samples(&self, rate: u32) -> Vec<i16> {
        let samples: Vec<i16> = match self.encoding {
            Encoding::Pcm8 => self
                .bytes
                .iter()
                .map(|byte| (i16::from(*byte) - 128) << 8)
                .collect(),
            Encoding::Pcm16 => self
                .bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|bytes| i16::from_le_bytes(*bytes))
                .collect(),
            Encoding::G711(law) => self.bytes.iter().map(|byte| law.decode(*byte)).collect(),
        };
        let mono = if self.channels == 2 {
            samples
                .as_chunks::<2>()
                .0
                .iter()
                .map(|[left, right]| left.midpoint(*right))
                .collect()
        } else {
            samples
        };
        resample(&mono, self.rate, rate)
    }
}

/// Reads a file. Chunks other than format and audio are stepped over; everything else is refused.
pub fn parse_wav(file: &[u8]) -> Result<WavAudio<'_>, WavError> {
    if file.len() > WAV_BYTES_MAX {
        return Err(WavError::TooLarge(file.len()));
    }
    let mut chunks = Chunks::new(file)?;
    let mut format = None;
    let mut audio = None;
    for _ in 0..CHUNKS_MAX {
        let Some((name, body)) = chunks.next()? else {
            let (format, bytes) = format.zip(audio).ok_or(WavError::Audio)?;
            return check(format, bytes);
        };
        match name {
            b"fmt " if format.is_none() && audio.is_none() => format = Some(Format::read(body)?),
            b"fmt " => return Err(WavError::Format),
            b"data" if format.is_none() => return Err(WavError::Format),
            b"data" if audio.is_none() => audio = Some(body),
            b"data" => return Err(WavError::Audio),
            _ => {}
        }
    }
    Err(WavError::TooManyChunks)
}

/// Name and content of a chunk.
type RiffChunk<'a> = (&'a [u8; 4], &'a [u8]);

/// What is left to read.
struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    fn new(file: &'a [u8]) -> Result<Self, WavError> {
        let rest = file.strip_prefix(b"RIFF").ok_or(WavError::NotWav)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(WavError::NotWav)?;
        let length = length_of(*length);
        let body = rest.get(..length).ok_or(WavError::Truncated)?;
        let chunks = body.strip_prefix(b"WAVE").ok_or(WavError::NotWav)?;
        Ok(Self(chunks))
    }

    fn next(&mut self) -> Result<Option<RiffChunk<'a>>, WavError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (name, rest) = self.0.split_first_chunk::<4>().ok_or(WavError::Truncated)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(WavError::Truncated)?;
        let (body, rest) = rest
            .split_at_checked(length_of(*length))
            .ok_or(WavError::Truncated)?;
        // Chunks begin at even places; some programs leave the last filler out.
        self.0 = if body.len() % 2 == 1 {
            rest.get(1..).unwrap_or_default()
        } else {
            rest
        };
        Ok(Some((name, body)))
    }
}

fn length_of(bytes: [u8; 4]) -> usize {
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX)
}

#[derive(Clone, Copy)]
struct Format {
    encoding: u16,
    channels: u16,
    rate: u32,
    byte_rate: u32,
    block: u16,
    bits: u16,
}

impl Format {
    fn read(body: &[u8]) -> Result<Self, WavError> {
        // Longer ones carry extensions that PCM and G.711 do not need.
        let fields = body.first_chunk::<16>().ok_or(WavError::Format)?;
        let [
            e0,
            e1,
            c0,
            c1,
            r0,
            r1,
            r2,
            r3,
            b0,
            b1,
            b2,
            b3,
            k0,
            k1,
            s0,
            s1,
        ] = *fields;
        Ok(Self {
            encoding: u16::from_le_bytes([e0, e1]),
            channels: u16::from_le_bytes([c0, c1]),
            rate: u32::from_le_bytes([r0, r1, r2, r3]),
            byte_rate: u32::from_le_bytes([b0, b1, b2, b3]),
            block: u16::from_le_bytes([k0, k1]),
            bits: u16::from_le_bytes([s0, s1]),
        })
    }
}

fn check(format: Format, bytes: &[u8]) -> Result<WavAudio<'_>, WavError> {
    let encoding = match (format.encoding, format.bits) {
        (FORMAT_PCM, 8) => Encoding::Pcm8,
        (FORMAT_PCM, 16) => Encoding::Pcm16,
        (FORMAT_A, 8) => Encoding::G711(Law::A),
        (FORMAT_MU, 8) => Encoding::G711(Law::Mu),
        (FORMAT_PCM | FORMAT_A | FORMAT_MU, bits) => return Err(WavError::Bits(bits)),
        (other, _) => return Err(WavError::Encoding(other)),
    };
    if !matches!(format.channels, 1 | 2) {
        return Err(WavError::Channels(format.channels));
    }
    if !(RATE_MIN..=RATE_MAX).contains(&format.rate) {
        return Err(WavError::Rate(format.rate));
    }
    let block = format.channels * encoding.bytes();
    let byte_rate = format.rate * u32::from(block);
    if format.block != block || format.byte_rate != byte_rate {
        return Err(WavError::Contradiction);
    }
    if bytes.is_empty() || !bytes.len().is_multiple_of(usize::from(block)) {
        return Err(WavError::Audio);
    }
    if bytes.len() as u64 > u64::from(byte_rate) * u64::from(WAV_SECONDS_MAX) {
        return Err(WavError::TooLong);
    }
    Ok(WavAudio {
        rate: format.rate,
        channels: format.channels,
        encoding,
        bytes,
    })
}
