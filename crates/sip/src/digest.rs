//! Digest authentication (RFC 3261, section 22; RFC 7616; RFC 8760), both sides.
//!
//! `qop=auth` always: what has none can be replayed. SHA-256 and SHA-512/256; MD5 only towards a peer that
//! offers nothing else, and only where it is configured.

mod client;
mod params;
mod server;

#[cfg(test)]
mod tests;

use md5::Md5;
use model::Secret;
use sha2::{Digest as _, Sha256, Sha512_256};

pub use client::{AnswerError, answer_challenges};
pub use params::{Challenge, Credentials, DigestHeader};
pub use server::{Challenger, Verdict};

/// A hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `SHA-512-256`
    Sha512_256,
    /// `SHA-256`
    Sha256,
    /// `MD5`: broken as a hash, and what old providers know.
    Md5,
}

/// Who we are to a peer, or who a peer has to be to us.
#[derive(Debug, Clone)]
pub struct Account {
    /// The realm that challenges have to name.
    pub realm: String,
    /// The name.
    pub username: String,
    /// The password.
    pub password: Secret<String>,
    /// Whether MD5 will do where the peer knows nothing better.
    pub md5: Md5Use,
}

/// What happens where a peer knows MD5 alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Md5Use {
    /// It gets no answer.
    Refused,
    /// It gets one.
    Allowed,
}

impl Algorithm {
    /// The name in a header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha512_256 => "SHA-512-256",
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Sha512_256, Self::Sha256, Self::Md5]
            .into_iter()
            .find(|one| one.as_str().eq_ignore_ascii_case(name))
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Sha512_256 => hex::encode(Sha512_256::digest(text)),
            Self::Sha256 => hex::encode(Sha256::digest(text)),
            Self::Md5 => hex::encode(Md5::digest(text)),
        }
    }
}

/// What the response of a header is computed from, beside the account.
#[derive(Clone, Copy)]
struct Proof<'a> {
    algorithm: Algorithm,
    method: &'a str,
    uri: &'a str,
    nonce: &'a str,
    /// Eight hexadecimal digits.
    count: &'a str,
    cnonce: &'a str,
}

impl Proof<'_> {
    /// `H(H(user:realm:password):nonce:nc:cnonce:auth:H(method:uri))`.
    fn response(&self, account: &Account) -> String {
        let hash = |text: &str| self.algorithm.hash(text);
        let secret = Secret::new(format!(
            "{}:{}:{}",
            account.username,
            account.realm,
            account.password.expose()
        ));
        let first = Secret::new(hash(secret.expose()));
        let second = hash(&format!("{}:{}", self.method, self.uri));
        let whole = Secret::new(format!(
            "{}:{}:{}:{}:auth:{second}",
            first.expose(),
            self.nonce,
            self.count,
            self.cnonce
        ));
        hash(whole.expose())
    }
}
