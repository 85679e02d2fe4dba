//! Text to speech.

use async_trait::async_trait;
use flow::command::Prompt;

/// Speaks.
#[async_trait]
pub trait Speech: Send + Sync {
    /// The prompt as samples: 8 kHz, one channel. `voice` is the name that a flow chose, `language` a
    /// BCP 47 tag; absent: the default.
    ///
    /// # Errors
    /// Where the prompt cannot be spoken, with the reason for the log.
    async fn speak(
        &self,
        prompt: &Prompt,
        voice: Option<&str>,
        language: Option<&str>,
    ) -> Result<Vec<i16>, SpeechError>;
}

/// A prompt cannot be spoken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the prompt cannot be spoken: {0}")]
pub struct SpeechError(pub String);
