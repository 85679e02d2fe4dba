//! Telephony: the sockets, timers and threads around `sip` and `media`.
//!
//! One task (`signalling`) drives a [`sip::Endpoint`] with what UDP, TCP and TLS bring, and tells the
//! application what happens; a few threads without an async runtime (`lines`) carry the audio. The
//! application's orders come through [`Handle`]. Reading order: `config`, `handle`, `signalling`, `lines`.

mod clocks;
mod config;
mod filter;
mod handle;
mod lines;
mod random;
mod signalling;

pub use config::{BrowserPort, CallLimits, MediaPorts, StartError, TelephonyConfig};
pub use handle::Handle;
pub use signalling::{Runner, start};
