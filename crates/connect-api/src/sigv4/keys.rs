//! Signing keys, derived once a day per access key and service.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::hmac;
use model::Secret;

/// Most derived keys kept. Only keys that verified a request are kept, so strangers cannot fill it.
pub const SIGNING_KEYS_MAX: usize = 1024;

/// Derived keys by access key id, day, region and service.
#[derive(Default)]
pub struct SigningKeys(Mutex<HashMap<Scope, Derived>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) key_id: String,
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
}

struct Derived {
    /// What it was derived from: a key that was replaced must not live on here.
    secret: Secret<String>,
    key: hmac::Key,
}

impl SigningKeys {
    /// The key kept for this scope, where it was derived from this secret.
    pub(super) fn get(&self, scope: &Scope, secret: &Secret<String>) -> Option<hmac::Key> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(scope)
            .filter(|derived| derived.secret.matches(secret.expose().as_bytes()))
            .map(|derived| derived.key.clone())
    }

    /// Keeps a key that verified a request.
    pub(super) fn keep(&self, scope: Scope, secret: Secret<String>, key: hmac::Key) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= SIGNING_KEYS_MAX && !kept.contains_key(&scope) {
            // Yesterday's keys go first; deriving again costs four hashes, so the rest may follow.
            kept.retain(|other, _| other.date == scope.date);
            if kept.len() >= SIGNING_KEYS_MAX {
                kept.clear();
            }
        }
        kept.insert(scope, Derived { secret, key });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Derives the signing key of a scope from the access key's secret.
pub(super) fn derive(secret: &Secret<String>, scope: &Scope) -> hmac::Key {
    let first = zeroize::Zeroizing::new(format!("AWS4{}", secret.expose()));
    let mut key = hmac::Key::new(hmac::HMAC_SHA256, first.as_bytes());
    for part in [
        scope.date.as_str(),
        scope.region.as_str(),
        scope.service.as_str(),
        "aws4_request",
    ] {
        key = hmac::Key::new(
            hmac::HMAC_SHA256,
            hmac::sign(&key, part.as_bytes()).as_ref(),
        );
    }
    key
}
