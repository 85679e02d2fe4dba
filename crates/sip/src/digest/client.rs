//! Answering challenges: only of the configured realm, with the best hash on offer.

use super::{Account, Algorithm, Challenge, DigestHeader, Md5Use, Proof};
use crate::message::scan::quoted;

/// Why a challenge gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Nothing among them can be understood, or none offers `qop=auth`.
    #[error("no challenge can be answered")]
    NoChallenge,
    /// All are of realms that we are not configured for.
    #[error("the challenge is of another realm")]
    OtherRealm,
    /// They offer MD5 alone, which is not allowed towards this peer.
    #[error("the challenge offers MD5 alone")]
    Md5Alone,
}

/// The value of `Authorization` that answers the best of these challenges, and that challenge. `cnonce` is
/// fresh for each answer.
pub fn answer_challenges<'a>(
    challenges: impl Iterator<Item = &'a str>,
    account: &Account,
    method: &str,
    uri: &str,
    cnonce: &str,
) -> Result<(String, Challenge), AnswerError> {
    let all: Vec<Challenge> = challenges
        .filter_map(|value| DigestHeader::parse(value)?.challenge())
        .collect();
    if all.is_empty() {
        return Err(AnswerError::NoChallenge);
    }
    let ours: Vec<Challenge> = all
        .into_iter()
        .filter(|challenge| challenge.realm == account.realm)
        .collect();
    // RFC 8760, section 2.4: the topmost that we support; MD5 never before a better one.
    let strong = |challenge: &&Challenge| challenge.algorithm != Algorithm::Md5;
    let best = match ours.iter().find(strong) {
        Some(best) => best,
        None => {
            let first = ours.first().ok_or(AnswerError::OtherRealm)?;
            if account.md5 == Md5Use::Refused {
                return Err(AnswerError::Md5Alone);
            }
            first
        }
    };
    let proof = Proof {
        algorithm: best.algorithm,
        method,
        uri,
        nonce: &best.nonce,
        count: "00000001",
        cnonce,
    };
    let mut value = format!(
        "Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\", algorithm={}, \
         cnonce=\"{cnonce}\", qop=auth, nc=00000001",
        quoted(&account.username),
        quoted(&account.realm),
        quoted(&best.nonce),
        quoted(uri),
        proof.response(account),
        best.algorithm.as_str(),
    );
    if let Some(opaque) = &best.opaque {
        value.push_str(", opaque=");
        value.push_str(&quoted(opaque));
    }
    Ok((value, best.clone()))
}
