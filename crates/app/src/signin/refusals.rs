//! Refusals of senders who did not say who they are: counted per source, reason and window instead of
//! written one by one, so that nobody can fill the audit trail from outside.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use model::{InstanceId, Timestamp, UserId};

/// Refusals alike within this time become one entry of the audit trail.
pub const REFUSAL_WINDOW: Duration = Duration::from_secs(10);
/// Most sorts of refusals counted at once; what comes beyond is counted by reason alone.
const SORTS_MAX: usize = 1_000;

/// Which refusals are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sort {
    pub(crate) reason: Reason,
    pub(crate) source: Option<IpAddr>,
    pub(crate) instance: Option<InstanceId>,
    /// The user that the refusal was about, where the name was that of one.
    pub(crate) user: Option<UserId>,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Unknown or disabled user, wrong password, wrong or used code.
    WrongCredentials,
    /// The password was right, and no code came with it.
    CodeMissing,
    /// Too many tries.
    Throttled,
    /// An unknown, used or expired link or enrolment.
    BadLink,
    /// A call of an API that did not show who makes it.
    Unauthenticated {
        /// Service, as CloudTrail names it.
        service: &'static str,
        /// The code of the answer.
        code: &'static str,
    },
}

impl Reason {
    /// As the audit trail says it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::WrongCredentials => "Failed authentication",
            Self::CodeMissing => "Second factor missing",
            Self::Throttled => "Too many attempts",
            Self::BadLink => "Link unknown, used or expired",
            Self::Unauthenticated { .. } => "Caller not authenticated",
        }
    }

    /// Code of the refusal, as the audit trail says it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Throttled => "TooManyRequestsException",
            Self::Unauthenticated { code, .. } => code,
            Self::WrongCredentials | Self::CodeMissing | Self::BadLink => "AccessDenied",
        }
    }
}

/// How many, from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) count: u64,
}

/// The windows that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    open: BTreeMap<Sort, Window>,
}

impl Refusals {
    /// Counts one.
    pub(crate) fn count(&mut self, now: Timestamp, sort: Sort) {
        self.add(
            sort,
            Window {
                first: now,
                last: now,
                count: 1,
            },
        );
    }

    /// Takes out the windows that began at `until` or before.
    pub(crate) fn take(&mut self, until: Timestamp) -> Vec<(Sort, Window)> {
        self.open
            .extract_if(.., |_, window| window.first <= until)
            .collect()
    }

    /// Puts windows back that could not be written.
    pub(crate) fn put_back(&mut self, windows: Vec<(Sort, Window)>) {
        for (sort, window) in windows {
            self.add(sort, window);
        }
    }

    fn add(&mut self, sort: Sort, more: Window) {
        let sort = if self.open.len() < SORTS_MAX || self.open.contains_key(&sort) {
            sort
        } else {
            Sort {
                reason: sort.reason,
                source: None,
                instance: None,
                user: None,
            }
        };
        self.open
            .entry(sort)
            .and_modify(|window| {
                window.first = window.first.min(more.first);
                window.last = window.last.max(more.last);
                window.count = window.count.saturating_add(more.count);
            })
            .or_insert(more);
    }
}

#[cfg(test)]
mod tests;
