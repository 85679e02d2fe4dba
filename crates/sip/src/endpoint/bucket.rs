//! A limit on how often something happens.

use model::Timestamp;

/// Tokens that grow with time; a second's worth may be used at once.
#[derive(Debug)]
pub(super) struct TokenBucket {
    per_second: u32,
    /// Thousandths of tokens.
    millitokens: u64,
    refilled_at: Timestamp,
}

impl TokenBucket {
    pub(super) fn new(now: Timestamp, per_second: u32) -> Self {
        Self {
            per_second,
            millitokens: u64::from(per_second) * 1000,
            refilled_at: now,
        }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        let passed = u64::try_from(now.since(self.refilled_at).as_millis()).unwrap_or(u64::MAX);
        let grown = passed.saturating_mul(self.per_second.into());
        let full = u64::from(self.per_second) * 1000;
        self.millitokens = self.millitokens.saturating_add(grown).min(full);
        self.refilled_at = self.refilled_at.max(now);
        match self.millitokens.checked_sub(1000) {
            Some(rest) => {
                self.millitokens = rest;
                true
            }
            None => false,
        }
    }
}
