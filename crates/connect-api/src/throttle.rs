//! How many calls of a class one caller may make.

use std::time::Instant;

use app::limiter::{KeyedLimiter, Rate, Throttled};

/// Callers that are remembered per class and generation. Only authenticated ones are.
const CALLERS_MAX: usize = 100_000;

/// The rates of the classes of operations.
#[derive(Debug, Clone, Copy)]
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
            read: Rate::per_second(10_000, 20_000),
            write: Rate::per_second(5_000, 10_000),
            // Amazon Connect lets ten messages a second and bursts of fifteen through.
            participant: Rate::per_second(20, 60),
            connection: Rate::per_second(2, 20),
        }
    }
}

/// The class of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Read,
    Write,
    Participant,
    Connection,
}

/// One limiter per class.
pub(crate) struct Throttle {
    read: KeyedLimiter<String>,
    write: KeyedLimiter<String>,
    participant: KeyedLimiter<String>,
    connection: KeyedLimiter<String>,
}

impl Throttle {
    /// Empty history under these rates.
    pub(crate) fn new(rates: &Rates) -> Self {
        let limiter = |rate| KeyedLimiter::new(rate, CALLERS_MAX);
        Self {
            read: limiter(rates.read),
            write: limiter(rates.write),
            participant: limiter(rates.participant),
            connection: limiter(rates.connection),
        }
    }

    /// Lets a call of `caller` through, or says when it may come again.
    pub(crate) fn check(&self, caller: String, class: Class) -> Result<(), Throttled> {
        let limiter = match class {
            Class::Read => &self.read,
            Class::Write => &self.write,
            Class::Participant => &self.participant,
            Class::Connection => &self.connection,
        };
        limiter.check(caller, Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_and_classes_are_limited_each_for_themselves() {
        let rate = Rate::every(std::time::Duration::from_hours(1), 1);
        let throttle = Throttle::new(&Rates {
            read: rate,
            write: rate,
            participant: rate,
            connection: rate,
        });
        let check = |caller: &str, class| throttle.check(caller.to_owned(), class).is_ok();
        assert!(check("a", Class::Read));
        assert!(!check("a", Class::Read));
        assert!(check("b", Class::Read));
        for class in [Class::Write, Class::Participant, Class::Connection] {
            assert!(check("a", class));
            assert!(!check("a", class));
        }
    }
}
