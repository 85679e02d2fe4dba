//! Answers of several policy sets, as if they were one set.
//!
//! Cedar allows where a `permit` holds and no `forbid` does, over all policies. Both parts can be had
//! set by set: a set that denies and gives reasons has a `forbid` that holds, one that allows gives the
//! `permit`s as reasons.

use app::ports::policy::Decision;
use cedar_policy::{AuthorizationError, Decision as Effect, Response};

/// Counts what the sets answered.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    permits: Vec<String>,
    forbids: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    /// Adds the answer of one set.
    pub(crate) fn add(&mut self, response: &Response) {
        let reasons = response.diagnostics().reason().map(ToString::to_string);
        match response.decision() {
            Effect::Allow => self.permits.extend(reasons),
            Effect::Deny => self.forbids.extend(reasons),
        }
        for error in response.diagnostics().errors() {
            tracing::error!(%error, "policy failed to evaluate: denied");
            let AuthorizationError::PolicyEvaluationError(failure) = error;
            self.failed.push(failure.policy_id().to_string());
        }
    }

    /// The decision over all sets. A policy that failed to evaluate denies: had it been a `forbid`, it
    /// might have held.
    pub(crate) fn decision(self) -> Decision {
        let refusing: Vec<String> = self.failed.into_iter().chain(self.forbids).collect();
        if refusing.is_empty() {
            Decision {
                allowed: !self.permits.is_empty(),
                deciding: sorted(self.permits),
            }
        } else {
            Decision {
                allowed: false,
                deciding: sorted(refusing),
            }
        }
    }
}

/// No policy permits.
pub(crate) const fn denied() -> Decision {
    Decision {
        allowed: false,
        deciding: Vec::new(),
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests;
