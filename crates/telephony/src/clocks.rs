//! The time, once for signalling and once for media.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use media::MediaTime;
use model::Timestamp;

/// Both count from the same instant, and neither goes back when somebody sets the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clocks {
    zero: Instant,
    epoch: Timestamp,
}

impl Clocks {
    /// Clocks that begin now.
    pub(crate) fn start() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            zero: Instant::now(),
            epoch: Timestamp::default().plus(since),
        }
    }

    /// The time of signalling.
    pub(crate) fn now(&self) -> Timestamp {
        self.epoch.plus(self.zero.elapsed())
    }

    /// The time of media.
    pub(crate) fn media_now(&self) -> MediaTime {
        MediaTime::default().plus(self.zero.elapsed())
    }

    /// The instant at which both began.
    pub(crate) const fn zero(&self) -> Instant {
        self.zero
    }

    /// What the clock on the wall showed then.
    pub(crate) const fn epoch(&self) -> Timestamp {
        self.epoch
    }

    /// The instant of a time of signalling.
    pub(crate) fn instant_of(&self, at: Timestamp) -> Instant {
        let since = at.as_millis().saturating_sub(self.epoch.as_millis());
        let since = std::time::Duration::from_millis(u64::try_from(since).unwrap_or(0));
        self.zero.checked_add(since).unwrap_or(self.zero)
    }
}
