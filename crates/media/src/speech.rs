//! What text-to-speech is asked to say: plain text or a subset of SSML (W3C, 1.1), checked and taken apart.
//!
//! No engine here: a [`SpeechPart`] is what any engine can say, and [`join`] puts its audio together.

mod parse;
mod spell;
mod xml;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use parse::{parse_ssml, parse_text};

use crate::frame::SAMPLE_RATE;
use crate::resample::resample;

/// Longest text or document, in bytes.
pub const SPEECH_BYTES_MAX: usize = 6000;
/// Longest single pause.
pub const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Most parts of one document.
pub const PARTS_MAX: usize = 200;
/// Longest audio that is put together.
pub const SPEECH_SECONDS_MAX: usize = 600;

/// One thing to say, or a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechPart {
    /// Plain text at this speed.
    Say {
        /// Without markup; white space is single blanks.
        text: String,
        /// In percent of the voice's own, 20 to 200.
        rate_percent: u16,
    },
    /// Silence.
    Pause(Duration),
}

/// Why text is not said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpeechError {
    /// Longer than [`SPEECH_BYTES_MAX`].
    #[error("the text has `{0}` bytes: at most `{SPEECH_BYTES_MAX}` are spoken")]
    TooLong(usize),
    /// More than [`PARTS_MAX`] parts.
    #[error("the document has more than `{PARTS_MAX}` parts")]
    TooManyParts,
    /// Nothing is left to say.
    #[error("there is nothing to say")]
    Empty,
    /// A character that no voice can say.
    #[error("the text holds a control character at byte `{0}`")]
    ControlCharacter(usize),
    /// The document is no XML of the plain kind.
    #[error("the document is not well formed at byte `{at}`: {what}")]
    NotWellFormed {
        /// Where.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// An element that is not in the subset, or stands where it must not.
    #[error("`<{0}>` is not supported here: use speak, p, s, break, say-as, sub and prosody")]
    Element(String),
    /// An attribute that is not in the subset.
    #[error("the attribute `{attribute}` of `<{element}>` is not supported")]
    Attribute {
        /// Of which element.
        element: String,
        /// Which one.
        attribute: String,
    },
    /// A value that is not in the subset.
    #[error("`{value}` is no value for `{attribute}`")]
    Value {
        /// Of which attribute.
        attribute: &'static str,
        /// The value.
        value: String,
    },
}

/// Audio of one part, as an engine gave it.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The samples.
    pub samples: Vec<i16>,
    /// Their rate.
    pub rate: u32,
}

/// Puts the audio of parts and the pauses between them together, at 8 kHz, at most [`SPEECH_SECONDS_MAX`] of
/// it. `say` is asked for every text in order; its error ends the work.
pub fn join<E>(
    parts: &[SpeechPart],
    mut say: impl FnMut(&str, u16) -> Result<Spoken, E>,
) -> Result<Vec<i16>, E> {
    let most = SPEECH_SECONDS_MAX * SAMPLE_RATE as usize;
    let mut samples = Vec::new();
    for part in parts {
        match part {
            SpeechPart::Say { text, rate_percent } => {
                let spoken = say(text, *rate_percent)?;
                samples.extend(resample(&spoken.samples, spoken.rate, SAMPLE_RATE));
            }
            SpeechPart::Pause(duration) => {
                let ms = usize::try_from(duration.as_millis()).unwrap_or(0);
                samples.resize(samples.len() + ms * (SAMPLE_RATE as usize / 1000), 0);
            }
        }
        if samples.len() >= most {
            samples.truncate(most);
            break;
        }
    }
    Ok(samples)
}
