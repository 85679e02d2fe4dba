//! Media of calls as values: RTP and SRTP, codecs, tones, prompts, mixing, recording frames, WebRTC legs.
//!
//! Pure: no sockets, files, threads or clock. Datagrams and the time ([`MediaTime`]) come in, datagrams and
//! events go out. Randomness is drawn outside, or inside the cryptographic library.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        clippy::approx_constant,
        clippy::panic,
        reason = "tests; the product is checked without them"
    )
)]

pub mod frame;
pub mod g711;
pub mod g722;
pub mod leg;
pub mod mix;
pub mod prompt;
pub mod quality;
pub mod recording;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod speech;
pub mod srtp;
pub mod time;
pub mod tones;

#[cfg(feature = "webrtc")]
pub mod webrtc;

pub use g711::Law;
pub use time::MediaTime;
