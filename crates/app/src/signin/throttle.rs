//! How often somebody may try to sign in.
//!
//! Failures are counted for each pair of user and source, each user, and each source. What a source does
//! wrong delays that source; failures against a user from everywhere only shorten the patience with pairs
//! that never succeeded. So nobody can lock another person out: a pair that signed in before is not
//! touched by what others do, and a new pair always has one try at once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use model::Timestamp;

use crate::ports::store::KeyedHash;

/// Tries of one pair without delay.
const FREE_TRIES: u32 = 5;
/// Tries of one pair without delay where the user is under attack and the pair never succeeded.
const FREE_TRIES_UNDER_ATTACK: u32 = 1;
/// Failures against one user, from wherever, that count as an attack.
const ATTACK_FAILURES: u32 = 20;
/// Failures of one source, against whomever, before it is slowed: an office has one address.
const SOURCE_FREE_FAILURES: u32 = 50;
/// Failures of a slowed source that double its delay.
const SOURCE_FAILURES_PER_DOUBLING: u32 = 10;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const FIRST_DELAY_UNDER_ATTACK: Duration = Duration::from_secs(30);
const DELAY_MAX: Duration = Duration::from_mins(1);
/// Longest delay that a source puts on its pairs that never succeeded.
const SOURCE_DELAY_MAX: Duration = Duration::from_secs(10);
/// Failures are forgotten so long after the last of them.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(1);
/// Most counters of each sort; the oldest gives way.
const COUNTERS_MAX: usize = 10_000;

/// Where a try comes from: an IPv4 address, or the /64 that one IPv6 customer has to himself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source(Option<IpAddr>);

impl Source {
    pub(crate) fn of(address: Option<IpAddr>) -> Self {
        Self(address.map(|address| match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => {
                let network = u128::from(v6) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(network))
            }
        }))
    }
}

/// Who tries: the hash of the name that was typed, whether or not there is such a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    pub(crate) user: KeyedHash,
    pub(crate) source: Source,
}

/// All counters.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    pairs: Counters<Pair>,
    users: Counters<KeyedHash>,
    sources: Counters<Source>,
    /// Pairs that signed in before.
    known: Counters<Pair>,
}

impl Throttle {
    /// Lets a try pass and counts it as failed until [`Throttle::succeeded`] or [`Throttle::refund`], so
    /// that tries at the same time count too. `Err` says how long to wait; waiting is not prolonged by
    /// asking.
    pub(crate) fn begin(&mut self, now: Timestamp, pair: Pair) -> Result<(), Duration> {
        let known = self.known.count(now, &pair) > 0;
        let attacked = !known && self.users.count(now, &pair.user) >= ATTACK_FAILURES;
        let (free, first) = if attacked {
            (FREE_TRIES_UNDER_ATTACK, FIRST_DELAY_UNDER_ATTACK)
        } else {
            (FREE_TRIES, FIRST_DELAY)
        };
        let failures = self.pairs.count(now, &pair);
        let wait = self
            .pairs
            .wait(now, &pair, pair_delay(failures, free, first));
        let source_wait = if known {
            Duration::ZERO
        } else {
            let failures = self.sources.count(now, &pair.source);
            self.sources.wait(now, &pair.source, source_delay(failures))
        };
        let wait = wait.max(source_wait);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.pairs.add(now, pair);
        self.users.add(now, pair.user);
        self.sources.add(now, pair.source);
        Ok(())
    }

    /// The try succeeded: the pair is known from now on, and starts afresh.
    pub(crate) fn succeeded(&mut self, now: Timestamp, pair: Pair) {
        self.pairs.forget(&pair);
        self.users.take_back(&pair.user);
        self.sources.take_back(&pair.source);
        self.known.add(now, pair);
    }

    /// The try was not decided: it does not count.
    pub(crate) fn refund(&mut self, pair: Pair) {
        self.pairs.take_back(&pair);
        self.users.take_back(&pair.user);
        self.sources.take_back(&pair.source);
    }
}

/// Delay after so many failures: none while tries are free, then doubling.
fn pair_delay(failures: u32, free: u32, first: Duration) -> Duration {
    match failures.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => first
            .saturating_mul(2_u32.saturating_pow(over))
            .min(DELAY_MAX),
    }
}

fn source_delay(failures: u32) -> Duration {
    match failures.checked_sub(SOURCE_FREE_FAILURES) {
        None => Duration::ZERO,
        Some(over) => FIRST_DELAY
            .saturating_mul(2_u32.saturating_pow(over / SOURCE_FAILURES_PER_DOUBLING))
            .min(SOURCE_DELAY_MAX),
    }
}

/// Counts by key, bounded, forgetting what is old.
#[derive(Debug)]
struct Counters<K> {
    by_key: BTreeMap<K, Counter>,
    by_age: BTreeSet<(Timestamp, K)>,
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    count: u32,
    last: Timestamp,
}

impl<K> Default for Counters<K> {
    fn default() -> Self {
        Self {
            by_key: BTreeMap::new(),
            by_age: BTreeSet::new(),
        }
    }
}

impl<K: Copy + Ord> Counters<K> {
    fn count(&self, now: Timestamp, key: &K) -> u32 {
        self.fresh(now, key).map_or(0, |counter| counter.count)
    }

    /// What remains of `delay` since the last count.
    fn wait(&self, now: Timestamp, key: &K, delay: Duration) -> Duration {
        self.fresh(now, key).map_or(Duration::ZERO, |counter| {
            delay.saturating_sub(now.since(counter.last))
        })
    }

    fn fresh(&self, now: Timestamp, key: &K) -> Option<Counter> {
        self.by_key
            .get(key)
            .copied()
            .filter(|counter| now.since(counter.last) < FORGOTTEN_AFTER)
    }

    fn add(&mut self, now: Timestamp, key: K) {
        let count = self.count(now, &key).saturating_add(1);
        self.forget(&key);
        if self.by_key.len() >= COUNTERS_MAX
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.by_key.remove(&oldest);
        }
        self.by_key.insert(key, Counter { count, last: now });
        self.by_age.insert((now, key));
    }

    fn take_back(&mut self, key: &K) {
        let emptied = match self.by_key.get_mut(key) {
            Some(counter) => {
                counter.count = counter.count.saturating_sub(1);
                counter.count == 0
            }
            None => false,
        };
        if emptied {
            self.forget(key);
        }
    }

    fn forget(&mut self, key: &K) {
        if let Some(counter) = self.by_key.remove(key) {
            self.by_age.remove(&(counter.last, *key));
        }
    }
}

#[cfg(test)]
mod tests;
