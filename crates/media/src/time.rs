//! The time of media: monotonic, finer than a sample, from outside.

use std::time::Duration;

/// Microseconds since a start that the adapter chose once; never goes back. It comes in with every call,
/// so the same packets at the same times give the same result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct MediaTime(u64);

impl MediaTime {
    /// The time this many microseconds after the start.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The time this many milliseconds after the start, saturating.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since the start.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the start.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1000
    }

    /// This time plus `duration`, saturating.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)),
        )
    }

    /// The time passed since `earlier`; zero where `earlier` lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// Ticks of an RTP clock that passed since `earlier`, rounded down, modulo 2^32 as on the wire.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an RTP timestamp counts modulo 2^32"
    )]
    pub const fn ticks_since(self, earlier: Self, clock_rate: u32) -> u32 {
        let micros = self.0.saturating_sub(earlier.0);
        (micros as u128 * clock_rate as u128 / 1_000_000) as u32
    }
}
