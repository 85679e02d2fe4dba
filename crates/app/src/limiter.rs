//! Rates: at most so many requests a second of one source, with a burst. Time comes in as a value.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// How much is let through: `burst` at once, and one more every `interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    burst: u32,
    interval: Duration,
}

impl Rate {
    /// `burst` at once (at least one), and `per_second` in the long run.
    pub fn per_second(per_second: u32, burst: u32) -> Self {
        Self::every(Duration::from_secs(1) / per_second.max(1), burst)
    }

    /// `burst` at once (at least one), and one more every `interval`.
    pub fn every(interval: Duration, burst: u32) -> Self {
        Self {
            burst: burst.max(1),
            interval,
        }
    }

    /// After so long without a request the whole burst is there again.
    pub fn recovery(&self) -> Duration {
        self.interval.saturating_mul(self.burst)
    }
}

/// Too many requests of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests: try again in {} ms", .retry_after.as_millis())]
pub struct Throttled {
    /// When the next one will be let through.
    pub retry_after: Duration,
}

impl Throttled {
    /// The time to wait in whole seconds, rounded up: what `Retry-After` says.
    pub fn retry_after_s(&self) -> u32 {
        let up = self.retry_after.as_millis().div_ceil(1000);
        u32::try_from(up).unwrap_or(u32::MAX).max(1)
    }
}

/// One source's bucket (generic cell rate algorithm): a single point in time says how full it is.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    /// When the bucket will be full again; in the past: it is.
    full_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub const fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Takes one from the bucket, or says when there will be one.
    pub fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Throttled> {
        let full_at = self.full_at.max(now);
        let missing = full_at.saturating_duration_since(now) + rate.interval;
        if let Some(retry_after) = missing.checked_sub(rate.recovery())
            && !retry_after.is_zero()
        {
            return Err(Throttled { retry_after });
        }
        self.full_at = full_at + rate.interval;
        Ok(())
    }
}

/// A limit per key (an address, an access key, a token) in bounded memory.
///
/// Keys are kept in two generations, each of which lasts one recovery time: a bucket that was not
/// touched for so long is full and can be forgotten. When a generation holds as many keys as allowed,
/// all further newcomers share one bucket until the next one begins: a flood of sources slows down
/// newcomers, never those that are known, and never takes more memory.
#[derive(Debug)]
pub struct KeyedLimiter<K> {
    rate: Rate,
    keys_max: usize,
    state: Mutex<Generations<K>>,
}

#[derive(Debug)]
struct Generations<K> {
    current: HashMap<K, Bucket>,
    previous: HashMap<K, Bucket>,
    began_at: Option<Instant>,
    newcomers: Option<Bucket>,
}

impl<K: Hash + Eq> KeyedLimiter<K> {
    /// A limiter that remembers at most `2 * keys_max` keys.
    pub fn new(rate: Rate, keys_max: usize) -> Self {
        Self {
            rate,
            keys_max,
            state: Mutex::new(Generations {
                current: HashMap::new(),
                previous: HashMap::new(),
                began_at: None,
                newcomers: None,
            }),
        }
    }

    /// Lets one request of this key through, or says when it may come again.
    pub fn check(&self, key: K, now: Instant) -> Result<(), Throttled> {
        // A panic elsewhere cannot leave the buckets half-changed.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.advance(self.rate, now);
        if let Some(bucket) = state.current.get_mut(&key) {
            return bucket.take(self.rate, now);
        }
        let known = state.previous.remove(&key);
        if known.is_none() && state.current.len() >= self.keys_max {
            let bucket = state.newcomers.get_or_insert(Bucket::full(now));
            return bucket.take(self.rate, now);
        }
        let mut bucket = known.unwrap_or(Bucket::full(now));
        let outcome = bucket.take(self.rate, now);
        state.current.insert(key, bucket);
        outcome
    }

    /// How many keys are remembered.
    pub fn keys(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.current.len() + state.previous.len()
    }
}

impl<K> Generations<K> {
    fn advance(&mut self, rate: Rate, now: Instant) {
        let age = now.saturating_duration_since(*self.began_at.get_or_insert(now));
        if age < rate.recovery() {
            return;
        }
        self.previous = std::mem::take(&mut self.current);
        if age >= rate.recovery().saturating_mul(2) {
            self.previous.clear();
        }
        self.began_at = Some(now);
    }
}

/// The network that stands for one subscriber: an IPv4 address itself, of an IPv6 address the first
/// 64 bits (the rest is the subscriber's to choose).
pub fn subscriber_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}
