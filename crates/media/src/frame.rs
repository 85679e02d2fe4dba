//! Frames: what is sent, mixed and recorded in one step.

use std::time::Duration;

/// Duration of a frame.
pub const FRAME: Duration = Duration::from_millis(20);
/// Samples of a frame at 8 kHz.
pub const FRAME_SAMPLES: usize = 160;
/// Ticks of a frame on an RTP clock of 8 kHz.
pub const FRAME_TICKS: u32 = 160;
/// Bytes of a frame in G.711.
pub const FRAME_BYTES: usize = 160;
/// Samples a second.
pub const SAMPLE_RATE: u32 = 8000;

/// 20 ms of samples at 8 kHz, 16 bits.
pub type Samples = [i16; FRAME_SAMPLES];
/// 20 ms in G.711.
pub type G711Frame = [u8; FRAME_BYTES];
