//! What is remembered of a provider that fails: when to leave it alone, and when to say so again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which the provider is left alone.
const FAILURES_MAX: u32 = 3;
/// For how long.
const PAUSE: Duration = Duration::from_secs(30);
/// One log entry in this time.
const LOG_INTERVAL: Duration = Duration::from_secs(30);

/// Counts failures.
#[derive(Debug, Default)]
pub(crate) struct Outage(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    in_a_row: u32,
    paused_until: Option<Instant>,
    logged_at: Option<Instant>,
    unlogged: u64,
}

impl Outage {
    /// Whether the provider may be asked.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.with(|counts| counts.paused_until.is_none_or(|until| now >= until))
    }

    /// It answered.
    pub(crate) fn end(&self) {
        self.with(|counts| {
            counts.in_a_row = 0;
            counts.paused_until = None;
        });
    }

    /// It failed. How many failures a log entry is to stand for; none where it is too early for one.
    pub(crate) fn failed(&self, now: Instant) -> Option<u64> {
        self.with(|counts| {
            counts.in_a_row = counts.in_a_row.saturating_add(1);
            if counts.in_a_row >= FAILURES_MAX {
                counts.paused_until = Some(now + PAUSE);
            }
            counts.unlogged += 1;
            let due = counts
                .logged_at
                .is_none_or(|at| now.duration_since(at) >= LOG_INTERVAL);
            due.then(|| {
                counts.logged_at = Some(now);
                std::mem::take(&mut counts.unlogged)
            })
        })
    }

    fn with<T>(&self, use_counts: impl FnOnce(&mut Counts) -> T) -> T {
        use_counts(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_that_fails_three_times_is_left_alone_for_a_while() {
        let outage = Outage::default();
        let start = Instant::now();
        outage.failed(start);
        outage.failed(start);
        outage.end();
        outage.failed(start);
        outage.failed(start);
        assert!(outage.is_over(start), "two in a row");
        outage.failed(start);
        assert!(!outage.is_over(start));
        assert!(outage.is_over(start + PAUSE));
        outage.failed(start + PAUSE);
        assert!(!outage.is_over(start + PAUSE), "it still fails");
    }

    #[test]
    fn failures_are_logged_at_a_bounded_rate_and_none_is_lost() {
        let outage = Outage::default();
        let start = Instant::now();
        assert_eq!(outage.failed(start), Some(1));
        assert_eq!(outage.failed(start), None);
        assert_eq!(outage.failed(start), None);
        assert_eq!(outage.failed(start + LOG_INTERVAL), Some(3));
    }
}
