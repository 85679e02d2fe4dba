//! What an operator decides about speech.

use std::num::NonZeroUsize;
use std::time::Duration;

use model::Secret;
use rustls::pki_types::CertificateDer;

use crate::language::Language;

/// How prompts are spoken.
#[derive(Debug, Clone, Default)]
pub struct SpeechConfig {
    /// Spoken where a flow chooses neither a voice that is known nor a language that is.
    pub language: Language,
    /// Threads of the built-in voice; absent: one per core, at most four.
    pub threads: Option<NonZeroUsize>,
    /// Asked first; the built-in voice speaks where it fails.
    pub provider: Option<ProviderConfig>,
}

/// A service that speaks.
///
/// It gets `POST` with `{"text" or "ssml", "voice"?, "language", "sampleRate": 8000}` and answers 200 with a
/// WAV file, or with `audio/L16` (RFC 3551, most significant byte first), one channel.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// `https://…`; `http://` on this machine alone.
    pub url: String,
    /// Sent as a bearer token.
    pub token: Option<Secret<String>>,
    /// Who may have signed its certificate; empty: whom the operating system trusts.
    pub authorities: Vec<CertificateDer<'static>>,
    /// How long an answer may take, 10 seconds at most: callers wait meanwhile.
    pub timeout: Duration,
}

impl ProviderConfig {
    /// How long an answer may take, where nothing else is configured.
    pub const TIMEOUT: Duration = Duration::from_secs(4);
}

/// Why speech cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SpeechConfigError {
    /// The address of the provider is not taken.
    #[error("the speech provider's address `{url}` {problem}")]
    Url {
        /// What was configured.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The token cannot be a header.
    #[error(
        "the speech provider's token holds characters that cannot be sent: one line of ASCII is taken"
    )]
    Token,
    /// Too short or too long.
    #[error("the speech provider's timeout is `{0:?}`: from 100 ms to 10 s")]
    Timeout(Duration),
    /// Nobody could be trusted.
    #[error("no certificate authority is known to trust the speech provider by: {0}")]
    Authorities(String),
    /// The built-in voice does not start.
    #[error("the built-in voice cannot be started: {0}")]
    Voice(String),
}
