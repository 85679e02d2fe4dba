//! How many calls of a kind one caller may make: a token bucket per caller and class.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::Timestamp;

/// Most callers remembered at once. Only authenticated callers are; beyond, full buckets go.
pub const CALLERS_MAX: usize = 100_000;

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls a second in the long run.
    pub per_second: u32,
    /// Calls at once.
    pub burst: u32,
}

/// The rates of the classes of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Reading configuration and contacts, per access key.
    pub read: Rate,
    /// Changing something, per access key.
    pub write: Rate,
    /// What a participant of a chat does, per participant.
    pub participant: Rate,
    /// Connecting to a chat, per participant: a client whose socket fails asks in a tight loop.
    pub connection: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            read: Rate { per_second: 10_000, burst: 20_000 },
            write: Rate { per_second: 5_000, burst: 10_000 },
            participant: Rate { per_second: 20, burst: 60 },
            connection: Rate { per_second: 2, burst: 20 },
        }
    }
}

/// The class of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    Read,
    Write,
    Participant,
    Connection,
}

/// The buckets of all callers.
pub(crate) struct Throttle {
    rates: Rates,
    buckets: Mutex<HashMap<(String, Class), Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// Thousandths of calls left: a rate of n per second fills n of them per millisecond.
    left: u64,
    filled_at: Timestamp,
}

impl Throttle {
    /// Empty history under these rates.
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            rates,
            buckets: Mutex::default(),
        }
    }

    /// Takes one call from the caller's bucket; refused, the seconds until there is one again.
    pub(crate) fn take(&self, caller: &str, class: Class, now: Timestamp) -> Result<(), u32> {
        let rate = self.rate(class);
        let full = u64::from(rate.burst) * 1000;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CALLERS_MAX {
            buckets.retain(|(_, class), bucket| {
                let rate = self.rate(*class);
                bucket.refilled(rate, now) < u64::from(rate.burst) * 1000
            });
        }
        if buckets.len() >= CALLERS_MAX {
            return Err(1);
        }
        let bucket = buckets
            .entry((caller.to_owned(), class))
            .or_insert(Bucket { left: full, filled_at: now });
        bucket.left = bucket.refilled(rate, now);
        bucket.filled_at = now;
        match bucket.left.checked_sub(1000) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => Err(1),
        }
    }

    const fn rate(&self, class: Class) -> Rate {
        match class {
            Class::Read => self.rates.read,
            Class::Write => self.rates.write,
            Class::Participant => self.rates.participant,
            Class::Connection => self.rates.connection,
        }
    }
}

impl Bucket {
    fn refilled(&self, rate: Rate, now: Timestamp) -> u64 {
        let passed_ms = u64::try_from(now.since(self.filled_at).as_millis()).unwrap_or(u64::MAX);
        self.left
            .saturating_add(passed_ms.saturating_mul(u64::from(rate.per_second)))
            .min(u64::from(rate.burst) * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> Throttle {
        let rate = Rate { per_second: 2, burst: 3 };
        Throttle::new(Rates { read: rate, write: rate, participant: rate, connection: rate })
    }

    const fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn a_burst_passes_and_the_next_call_waits() {
        let throttle = throttle();
        for _ in 0..3 {
            assert_eq!(throttle.take("a", Class::Read, at(0)), Ok(()));
        }
        assert_eq!(throttle.take("a", Class::Read, at(499)), Err(1));
        assert_eq!(throttle.take("a", Class::Read, at(500)), Ok(()));
        assert_eq!(throttle.take("a", Class::Read, at(501)), Err(1));
    }

    #[test]
    fn callers_and_classes_have_buckets_of_their_own() {
        let throttle = throttle();
        for _ in 0..3 {
            assert_eq!(throttle.take("a", Class::Read, at(0)), Ok(()));
        }
        assert_eq!(throttle.take("b", Class::Read, at(0)), Ok(()));
        assert_eq!(throttle.take("a", Class::Write, at(0)), Ok(()));
    }

    #[test]
    fn a_clock_that_jumps_back_gives_nothing() {
        let throttle = throttle();
        for _ in 0..3 {
            assert_eq!(throttle.take("a", Class::Read, at(10_000)), Ok(()));
        }
        assert_eq!(throttle.take("a", Class::Read, at(0)), Err(1));
    }

    #[test]
    fn callers_at_rest_are_forgotten_before_the_table_is_full() {
        let throttle = throttle();
        for caller in 0..CALLERS_MAX {
            assert_eq!(throttle.take(&caller.to_string(), Class::Read, at(0)), Ok(()));
        }
        assert_eq!(throttle.take("new", Class::Read, at(0)), Err(1));
        assert_eq!(throttle.take("new", Class::Read, at(1000)), Ok(()));
    }
}
