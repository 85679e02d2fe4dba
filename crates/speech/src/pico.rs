//! One voice of SVOX Pico: text in, samples at 16 kHz out. The only place with `unsafe` in speech.
//!
//! The engine is C code of 2009 that reads markup of its own (`<play file="…"/>` opens files), so it gets
//! nothing but letters, digits and plain punctuation of the languages that it knows: see [`plain`].

use std::cell::RefCell;
use std::io::Write;
use std::marker::PhantomData;
use std::rc::Rc;

use media::speech::SPEECH_SECONDS_MAX;
use ttspico::{Engine, EngineResetMode, EngineStatus, PicoError, Resource, System};

use crate::language::Language;

/// What comes out.
pub(crate) const SAMPLE_RATE: u32 = 16_000;
/// Memory of one voice: resources of 1.5 MB at most, knowledge bases and the engine's own buffers.
const MEMORY_BYTES: usize = 4 << 20;
/// Longest word: longer ones are parted, so that none fills the engine's buffers.
const WORD_CHARS_MAX: usize = 60;
/// Samples that the engine is asked for at once.
const STEP_SAMPLES: usize = 2048;
/// Longest path that the engine is asked to open; it keeps paths in 512 bytes.
const PATH_BYTES_MAX: usize = 200;
const SAMPLES_MAX: usize = SPEECH_SECONDS_MAX * SAMPLE_RATE as usize;
/// Bounds the engine's calls for one text: in each it takes text or makes audio.
const STEPS_MAX: usize = 1_000_000;

/// An engine with its text analysis and its signal generation.
pub(crate) struct Voice {
    engine: Engine,
    /// INVARIANT: a voice stays on the thread that made it. The engine, its system and its resources count
    /// references without atomics.
    _on_one_thread: PhantomData<*const ()>,
}

/// The engine does not speak.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VoiceError {
    /// What the engine says.
    #[error("the engine says: {0}")]
    Engine(String),
    /// The voice's data could not be handed over.
    #[error("the voice's data cannot be handed to the engine: {0}")]
    Data(#[from] std::io::Error),
    /// Neither text was taken nor audio made.
    #[error("the engine does not go on")]
    Stuck,
    /// Nobody waits for the audio any more.
    #[error("nobody waits for the prompt any more")]
    Abandoned,
}

impl From<PicoError> for VoiceError {
    fn from(error: PicoError) -> Self {
        Self::Engine(error.to_string())
    }
}

/// The data of a voice: text analysis and signal generation.
macro_rules! data {
    ($text:literal, $signal:literal) => {
        (
            include_bytes!(concat!("../voices/", $text)).as_slice(),
            include_bytes!(concat!("../voices/", $signal)).as_slice(),
        )
    };
}

const fn data(language: Language) -> (&'static [u8], &'static [u8]) {
    match language {
        Language::EnUs => data!("en-US_ta.bin", "en-US_lh0_sg.bin"),
        Language::EnGb => data!("en-GB_ta.bin", "en-GB_kh0_sg.bin"),
        Language::DeDe => data!("de-DE_ta.bin", "de-DE_gl0_sg.bin"),
        Language::FrFr => data!("fr-FR_ta.bin", "fr-FR_nk0_sg.bin"),
        Language::EsEs => data!("es-ES_ta.bin", "es-ES_zl0_sg.bin"),
        Language::ItIt => data!("it-IT_ta.bin", "it-IT_cm0_sg.bin"),
    }
}

impl Voice {
    /// Makes an engine for a language, with memory of its own.
    pub(crate) fn new(language: Language) -> Result<Self, VoiceError> {
        let (text, signal) = data(language);
        let system = System::new(MEMORY_BYTES)?;
        let text = load(&system, text)?;
        let signal = load(&system, signal)?;
        let voice = System::create_voice(system, language.tag())?;
        voice.borrow_mut().add_resource(text)?;
        voice.borrow_mut().add_resource(signal)?;
        #[expect(unsafe_code, reason = "the one way to an engine; argued below")]
        // SAFETY: the function asks that a text analysis and a signal generation are loaded and added to the
        // voice. Both were just loaded from the program's own data and added; each `?` above ends this
        // function where one was not. The engine keeps the voice, the voice its resources and its system
        // alive by counted references; the system is dropped last and closes the engine before it frees
        // their memory. No reference is handed out and `Voice` is neither `Send` nor `Sync`, so that all of
        // this stays on one thread. The library has no mutable globals.
        let engine = unsafe { ttspico::Voice::create_engine(voice) }?;
        Ok(Self {
            engine,
            _on_one_thread: PhantomData,
        })
    }

    /// Speaks plain text at a rate in percent, 20 to 200. After an error the voice is of no more use.
    /// `wanted` is asked between steps of some milliseconds.
    pub(crate) fn say(
        &mut self,
        text: &str,
        rate_percent: u16,
        wanted: impl Fn() -> bool,
    ) -> Result<Vec<i16>, VoiceError> {
        let text = plain(text);
        let mut samples = Vec::new();
        if !text.contains(char::is_alphanumeric) {
            return Ok(samples);
        }
        // Nothing of what was spoken before is left.
        self.engine.reset(EngineResetMode::Full)?;
        // The zero tells the engine that the text is complete.
        let text = format!("<speed level=\"{rate_percent}\">{text}</speed>\0");
        let mut rest = text.as_bytes();
        let mut step = [0; STEP_SAMPLES];
        for _ in 0..STEPS_MAX {
            let mut taken = 0;
            if !rest.is_empty() {
                taken = self.engine.put_text(rest)?;
                rest = rest.get(taken..).unwrap_or_default();
            }
            let (made, status) = self.engine.get_data(&mut step[..])?;
            samples.extend_from_slice(step.get(..made).unwrap_or_default());
            if samples.len() >= SAMPLES_MAX {
                return Err(VoiceError::Stuck);
            }
            if !wanted() {
                return Err(VoiceError::Abandoned);
            }
            if status == EngineStatus::Idle {
                if rest.is_empty() {
                    return Ok(samples);
                }
                if taken == 0 && made == 0 {
                    return Err(VoiceError::Stuck);
                }
            }
        }
        Err(VoiceError::Stuck)
    }
}

/// Loads a resource. The engine reads files alone, by names that end in `.bin`: it gets one that nobody else may
/// read and that has no name any more when this returns.
fn load(system: &Rc<RefCell<System>>, data: &[u8]) -> Result<Rc<RefCell<Resource>>, VoiceError> {
    let mut file = tempfile::Builder::new()
        .prefix("ringfence-voice-")
        .suffix(".bin")
        .tempfile()?;
    file.write_all(data)?;
    let path = file
        .path()
        .to_str()
        .filter(|path| path.len() <= PATH_BYTES_MAX)
        .ok_or_else(|| {
            std::io::Error::other("the folder for temporary files has too long a name")
        })?;
    // The whole content is copied into the system's memory before this returns.
    Ok(System::load_resource(Rc::clone(system), path)?)
}

/// What of a text the engine may see.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut word = 0;
    for sign in text.chars() {
        let sign = match sign {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{2013}' | '\u{2014}' => '-',
            '\u{2026}' => '.',
            // Latin letters with their accents, and signs that all voices know.
            sign if sign.is_alphanumeric() && sign <= '\u{17f}' => sign,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '-' | '+' | '*' | '#' | '/' | '%' | '('
            | ')' | '&' | '@' | '=' | '$' | '€' | '£' | '¿' | '¡' => sign,
            _ => ' ',
        };
        if sign == ' ' {
            word = 0;
        } else {
            if word == WORD_CHARS_MAX {
                plain.push(' ');
                word = 0;
            }
            word += 1;
        }
        plain.push(sign);
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_of_the_engine_never_reaches_it() {
        assert_eq!(
            plain("a <play file=\"/etc/passwd\"/>\u{1b}\0b"),
            "a  play file= /etc/passwd /   b"
        );
        assert_eq!(plain("Grüße, l’été – 5 €…"), "Grüße, l'été - 5 €.");
        assert_eq!(plain("漢字 🎉 Ω"), "       ".get(..6).unwrap_or_default());
    }

    #[test]
    fn long_words_are_parted() {
        let text = plain(&"a".repeat(200));
        assert_eq!(text.split(' ').map(str::len).max(), Some(WORD_CHARS_MAX));
        assert_eq!(text.len(), 203);
    }

    #[test]
    fn every_language_has_a_voice_and_leaves_no_trace_of_the_one_before() {
        for language in Language::ALL {
            let mut voice = Voice::new(language).unwrap();
            let first = voice.say("1 2 3", 100, || true).unwrap();
            assert!(first.len() > SAMPLE_RATE as usize / 2, "{language}");
            let other = voice.say("4", 100, || true).unwrap();
            assert!(other.len() < first.len(), "{language}");
            let again = voice.say("1 2 3", 100, || true).unwrap();
            assert!(
                again.len().abs_diff(first.len()) < first.len() / 50,
                "{language}"
            );
        }
    }

    #[test]
    fn rate_changes_the_duration() {
        let mut voice = Voice::new(Language::EnUs).unwrap();
        let mut length = |rate| {
            voice
                .say("one two three four", rate, || true)
                .unwrap()
                .len()
        };
        let (slow, normal, fast) = (length(50), length(100), length(200));
        assert!(slow > normal * 3 / 2, "{slow} {normal}");
        assert!(fast < normal * 3 / 4, "{fast} {normal}");
    }

    #[test]
    fn nobody_waits_so_nothing_is_spoken() {
        let mut voice = Voice::new(Language::EnUs).unwrap();
        let result = voice.say("hello", 100, || false);
        assert!(matches!(result, Err(VoiceError::Abandoned)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_text_is_spoken_by_every_voice(
            text in "([ -~]|\\PC|[äöüßéèñ¿.,0-9]|[A-Z]{8}){0,40}",
            language in 0_usize..6,
        ) {
            let mut voice = Voice::new(Language::ALL[language]).unwrap();
            prop_assert!(voice.say(&text, 100, || true).is_ok());
        }
    }
}
