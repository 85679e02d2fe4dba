//! Text to speech behind [`app::ports::speech::Speech`]: SVOX Pico built in, and over HTTP whatever is
//! better.
//!
//! A prompt is parsed before anything speaks it, so that neither the engine nor a provider sees markup that
//! nobody checked. What was spoken is remembered by whoever asks, not here.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "tests; the product is checked without them"
    )
)]

mod config;
mod language;
mod outage;
mod pico;
mod pool;
mod provider;
mod speaker;

pub use config::{ProviderConfig, SpeechConfig, SpeechConfigError};
pub use language::{Language, UnknownLanguage};
pub use speaker::Speaker;
