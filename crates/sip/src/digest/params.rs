//! The parameters of `WWW-Authenticate` and `Authorization`.

use std::fmt;

use super::Algorithm;
use crate::limits::PARAMETERS_MAX;
use crate::message::scan::{self, Scan, TOKEN};

/// `Digest name=value, name="value"`, each name once.
#[derive(Clone)]
pub struct DigestHeader {
    parameters: Vec<(String, String)>,
}

/// What a challenge asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Whose realm.
    pub realm: String,
    /// The nonce.
    pub nonce: String,
    /// Given back as it is.
    pub opaque: Option<String>,
    /// The hash; MD5 where none is named.
    pub algorithm: Algorithm,
    /// The last answer was right and its nonce too old.
    pub stale: bool,
}

/// What an answer claims.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(super) username: String,
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) uri: String,
    pub(super) response: String,
    pub(super) algorithm: Algorithm,
    pub(super) cnonce: String,
    pub(super) count: String,
}

impl DigestHeader {
    /// Reads a header's value. Nothing where it is of another scheme or ambiguous.
    pub fn parse(value: &str) -> Option<Self> {
        let mut scan = Scan::new(value);
        if !scan.some(TOKEN)?.eq_ignore_ascii_case("Digest") {
            return None;
        }
        if !matches!(scan.peek(), Some(b' ' | b'\t')) {
            return None;
        }
        scan.skip_blanks();
        let mut parameters: Vec<(String, String)> = Vec::new();
        loop {
            let name = scan.some(TOKEN)?.to_ascii_lowercase();
            if !scan.separator(b'=')
                || parameters.len() == PARAMETERS_MAX
                || parameters.iter().any(|(other, _)| *other == name)
            {
                return None;
            }
            let value = if scan.peek() == Some(b'"') {
                scan::unquoted(scan.quoted()?)
            } else {
                scan.some(TOKEN)?.to_owned()
            };
            parameters.push((name, value));
            if scan.is_at_end() {
                return Some(Self { parameters });
            }
            if !scan.separator(b',') {
                return None;
            }
        }
    }

    /// As a challenge. Nothing where it lacks something, does not offer `qop=auth`, or wants a hash that
    /// nobody here knows.
    pub fn challenge(&self) -> Option<Challenge> {
        let auth = |qop: &str| {
            qop.split(',')
                .any(|one| one.trim().eq_ignore_ascii_case("auth"))
        };
        self.get("qop").filter(|qop| auth(qop))?;
        Some(Challenge {
            realm: self.get("realm")?.to_owned(),
            nonce: self.get("nonce")?.to_owned(),
            opaque: self.get("opaque").map(str::to_owned),
            algorithm: self.algorithm()?,
            stale: self
                .get("stale")
                .is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// As an answer. Nothing where it lacks something.
    pub fn credentials(&self) -> Option<Credentials> {
        self.get("qop")
            .filter(|qop| qop.eq_ignore_ascii_case("auth"))?;
        let text = |name| self.get(name).map(str::to_owned);
        Some(Credentials {
            username: text("username")?,
            realm: text("realm")?,
            nonce: text("nonce")?,
            uri: text("uri")?,
            response: text("response")?,
            algorithm: self.algorithm()?,
            cnonce: text("cnonce").filter(|cnonce| !cnonce.is_empty())?,
            count: text("nc").filter(|count| count.len() == 8 && scan::all(count, scan::HEX))?,
        })
    }

    fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::parse(self.get("algorithm").unwrap_or("MD5"))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The names alone.
impl fmt::Debug for DigestHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.parameters.iter().map(|(name, _)| name))
            .finish()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}
