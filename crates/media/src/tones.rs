//! Tones: digits in telephone events (RFC 4733) and in audio, and what a network plays while it works.

mod detector;
mod digit;
mod event;
mod filter;
mod generator;

#[cfg(test)]
mod tests;

pub use detector::{DtmfDetector, SHORTEST_MS};
pub use digit::{Digit, DigitEvent};
pub use event::{
    EVENT_BYTES, EVENT_SILENCE_MAX, EventPacket, EventReceiver, EventSender, TelephoneEvent,
};
pub use filter::{FILTER_DELAY_FRAMES, FilterMode, ToneFilter};
pub use generator::{Cadence, busy, dtmf, ringback};
