//! One timer per contact and agent, ordered by time. The times come from the state they belong to.

use std::collections::{BTreeMap, BTreeSet};

use model::{ContactId, Timestamp, UserId};

/// Whose timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimerOf {
    Contact(ContactId),
    Agent(UserId),
}

/// All timers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Timers {
    by_time: BTreeSet<(Timestamp, TimerOf)>,
    times: BTreeMap<TimerOf, Timestamp>,
}

impl Timers {
    /// Sets or removes the timer of `whose`.
    pub(crate) fn set(&mut self, whose: TimerOf, at: Option<Timestamp>) {
        let old = match at {
            Some(at) => self.times.insert(whose, at),
            None => self.times.remove(&whose),
        };
        if old == at {
            return;
        }
        if let Some(old) = old {
            self.by_time.remove(&(old, whose));
        }
        if let Some(at) = at {
            self.by_time.insert((at, whose));
        }
    }

    /// The earliest time.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Whose timer is due, the earliest first. It stays until it is set anew.
    pub(crate) fn due(&self, now: Timestamp) -> Option<TimerOf> {
        let (at, whose) = *self.by_time.first()?;
        (at <= now).then_some(whose)
    }
}
