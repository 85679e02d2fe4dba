//! Challenging peers: nonces of our own making, each answer once.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use model::{Secret, Timestamp};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Account, Algorithm, Credentials, DigestHeader, Md5Use, Proof};
use crate::message::scan::quoted;
use crate::random::TokenSource;

/// How long a nonce is good for.
pub(super) const NONCE_LIFETIME: Duration = Duration::from_mins(5);
/// Nonces that were answered rightly and may be answered again with a higher count.
pub(super) const NONCES_MAX: usize = 4096;

/// Makes nonces and judges answers. A nonce proves itself by a keyed hash, so that asking costs no
/// memory; only right answers are remembered.
pub struct Challenger {
    key: Secret<[u8; 32]>,
    /// The highest count of each nonce that was answered rightly.
    pub(super) counts: BTreeMap<(Timestamp, String), u32>,
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It proves the account.
    Accepted,
    /// It proves the account with a nonce that is too old or was used: ask again with `stale=true`.
    Stale,
    /// It proves nothing, or is of another realm or name.
    Refused,
}

impl Challenger {
    /// A challenger with a key of its own.
    pub fn new(random: &mut TokenSource) -> Self {
        Self {
            key: Secret::new(random.key()),
            counts: BTreeMap::new(),
        }
    }

    /// The values of `WWW-Authenticate`, best hash first, one line each.
    pub fn challenges(
        &self,
        now: Timestamp,
        account: &Account,
        random: &mut TokenSource,
        stale: bool,
    ) -> Vec<String> {
        let nonce = self.nonce(now, &random.nonce());
        let stale = if stale { ", stale=true" } else { "" };
        let mut algorithms = vec![Algorithm::Sha256];
        if account.md5 == Md5Use::Allowed {
            algorithms.push(Algorithm::Md5);
        }
        algorithms
            .into_iter()
            .map(|algorithm| {
                format!(
                    "Digest realm={}, nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}",
                    quoted(&account.realm),
                    algorithm.as_str()
                )
            })
            .collect()
    }

    /// Judges the values of `Authorization` of one request. Nothing of our realm is a refusal.
    pub fn judge<'a>(
        &mut self,
        now: Timestamp,
        account: &Account,
        method: &str,
        uri: &str,
        values: impl Iterator<Item = &'a str>,
    ) -> Verdict {
        let mut found = values
            .filter_map(|value| DigestHeader::parse(value)?.credentials())
            .filter(|credentials| credentials.realm == account.realm);
        // Two answers for one realm are one too many.
        match (found.next(), found.next()) {
            (Some(credentials), None) => self.judge_one(now, account, method, uri, &credentials),
            _ => Verdict::Refused,
        }
    }

    fn judge_one(
        &mut self,
        now: Timestamp,
        account: &Account,
        method: &str,
        uri: &str,
        credentials: &Credentials,
    ) -> Verdict {
        let weak = credentials.algorithm == Algorithm::Md5 && account.md5 == Md5Use::Refused;
        if weak || credentials.uri != uri {
            return Verdict::Refused;
        }
        let proof = Proof {
            algorithm: credentials.algorithm,
            method,
            uri,
            nonce: &credentials.nonce,
            count: &credentials.count,
            cnonce: &credentials.cnonce,
        };
        let response = proof.response(account);
        let same_name = credentials
            .username
            .as_bytes()
            .ct_eq(account.username.as_bytes());
        let given = credentials.response.to_ascii_lowercase();
        let right = response.as_bytes().ct_eq(given.as_bytes());
        if !bool::from(same_name & right) {
            return Verdict::Refused;
        }
        let Some(made_at) = self.made_at(&credentials.nonce) else {
            return Verdict::Refused;
        };
        if now < made_at || now.since(made_at) > NONCE_LIFETIME {
            return Verdict::Stale;
        }
        let Ok(count) = u32::from_str_radix(&credentials.count, 16) else {
            return Verdict::Refused;
        };
        self.count(now, made_at, &credentials.nonce, count)
    }

    /// INVARIANT: no pair of nonce and count is accepted twice.
    fn count(&mut self, now: Timestamp, made_at: Timestamp, nonce: &str, count: u32) -> Verdict {
        let oldest = (now.minus(NONCE_LIFETIME), String::new());
        self.counts = self.counts.split_off(&oldest);
        let entry = (made_at, nonce.to_owned());
        let full = self.counts.len() >= NONCES_MAX;
        match self.counts.get_mut(&entry) {
            Some(last) if count <= *last => Verdict::Stale,
            Some(last) => {
                *last = count;
                Verdict::Accepted
            }
            None if full => Verdict::Stale,
            None => {
                self.counts.insert(entry, count);
                Verdict::Accepted
            }
        }
    }

    /// `millis-random-hash`.
    fn nonce(&self, now: Timestamp, random: &str) -> String {
        let open = format!("{:x}-{random}", now.as_millis());
        let hash = self.hash(&open);
        format!("{open}-{hash}")
    }

    /// When a nonce was made; nothing where it is none of ours.
    fn made_at(&self, nonce: &str) -> Option<Timestamp> {
        let (open, hash) = nonce.rsplit_once('-')?;
        if !bool::from(self.hash(open).as_bytes().ct_eq(hash.as_bytes())) {
            return None;
        }
        let (millis, _) = open.split_once('-')?;
        i64::from_str_radix(millis, 16)
            .ok()
            .map(Timestamp::from_millis)
    }

    /// Nested, so that nobody can lengthen what was hashed.
    fn hash(&self, text: &str) -> String {
        let keyed = |part: &[u8]| {
            let mut hash = Sha256::new();
            hash.update(self.key.expose());
            hash.update(part);
            hash.finalize()
        };
        hex::encode(keyed(&keyed(text.as_bytes())))
    }
}

impl fmt::Debug for Challenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenger({} nonces)", self.counts.len())
    }
}
