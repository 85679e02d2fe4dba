//! The speaker: a prompt is parsed, then the provider is asked, then the built-in voice.

use app::ports::speech::{Speech, SpeechError};
use async_trait::async_trait;
use flow::command::Prompt;
use media::speech::{SpeechPart, parse_ssml, parse_text};
use tokio::time::Instant;

use crate::config::{SpeechConfig, SpeechConfigError};
use crate::language::Language;
use crate::outage::Outage;
use crate::pool::Pool;
use crate::provider::{Content, Provider, Wanted};

/// Longest name of a voice that is handed on.
const VOICE_CHARS_MAX: usize = 100;

/// Speaks prompts. Dropping it ends its threads.
pub struct Speaker {
    pool: Pool,
    default_language: Language,
    provider: Option<Provider>,
    outage: Outage,
}

impl Speaker {
    /// Starts the built-in voice and checks the provider's settings; the provider itself is not asked yet.
    ///
    /// # Errors
    /// Where the settings are not taken or the built-in voice does not start.
    pub fn new(config: SpeechConfig) -> Result<Self, SpeechConfigError> {
        let pool = Pool::start(config.language, config.threads)
            .map_err(|error| SpeechConfigError::Voice(error.to_string()))?;
        Ok(Self {
            pool,
            default_language: config.language,
            provider: config.provider.map(Provider::new).transpose()?,
            outage: Outage::default(),
        })
    }

    /// A voice that is known decides; then the tag; then what is configured.
    fn language(&self, voice: Option<&str>, tag: Option<&str>) -> Language {
        voice
            .and_then(Language::of_voice)
            .or_else(|| tag.and_then(Language::of_tag))
            .unwrap_or(self.default_language)
    }

    async fn ask_provider(&self, wanted: &Wanted<'_>) -> Option<Vec<i16>> {
        let provider = self.provider.as_ref()?;
        if !self.outage.is_over(Instant::now()) {
            return None;
        }
        match provider.speak(wanted).await {
            Ok(samples) => {
                self.outage.end();
                Some(samples)
            }
            Err(error) => {
                if let Some(failures) = self.outage.failed(Instant::now()) {
                    tracing::warn!(error = %error, failures, "the speech provider fails: the built-in voice speaks");
                }
                None
            }
        }
    }
}

#[async_trait]
impl Speech for Speaker {
    async fn speak(
        &self,
        prompt: &Prompt,
        voice: Option<&str>,
        language: Option<&str>,
    ) -> Result<Vec<i16>, SpeechError> {
        let (parts, content) = parse(prompt)?;
        let voice = voice.filter(|voice| voice.chars().count() <= VOICE_CHARS_MAX);
        let spoken_language = self.language(voice, language);
        let wanted = Wanted {
            content,
            voice,
            // The provider may know languages that are not built in.
            language: voice
                .and_then(Language::of_voice)
                .map(Language::tag)
                .or(language)
                .unwrap_or(spoken_language.tag()),
        };
        if let Some(samples) = self.ask_provider(&wanted).await {
            return Ok(samples);
        }
        self.pool.speak(parts, spoken_language).await
    }
}

fn parse(prompt: &Prompt) -> Result<(Vec<SpeechPart>, Content<'_>), SpeechError> {
    let parsed = match prompt {
        Prompt::Text(text) => {
            let text = text.expose();
            parse_text(text).map(|parts| (parts, Content::Text(text)))
        }
        Prompt::Ssml(document) => {
            let document = document.expose();
            parse_ssml(document).map(|parts| (parts, Content::Ssml(document)))
        }
        Prompt::Recorded(_) => return Err(SpeechError("a recording is not spoken".to_owned())),
    };
    parsed.map_err(|error| SpeechError(what_is_wrong(&error)))
}

/// Names the kind of problem without what the prompt says: it may be about a person.
fn what_is_wrong(error: &media::speech::SpeechError) -> String {
    use media::speech::SpeechError as Problem;
    match error {
        Problem::Element(_) => "the markup holds an element that is not supported".to_owned(),
        Problem::Attribute { .. } => {
            "the markup holds an attribute that is not supported".to_owned()
        }
        Problem::Value { attribute, .. } => {
            format!("the markup gives `{attribute}` a value that is not supported")
        }
        other => other.to_string(),
    }
}
