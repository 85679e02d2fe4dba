//! Is this request signed by the holder of that key, for this service, now?

use std::borrow::Cow;
use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};
use model::{Secret, Timestamp};

use super::canonical::{canonical_request, canonical_value};
use super::header::{Authorization, HeaderProblem};
use super::keys::{Scope, SigningKeys, derive};

/// How far the client's clock may be off, either way. AWS documents five minutes for Signature
/// Version 4 in general; some of its services accept fifteen.
pub const CLOCK_WINDOW: Duration = Duration::from_mins(5);

/// Headers that may stand once only: what decides must not be ambiguous.
const ONCE: &[&str] = &[
    "authorization",
    "content-type",
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
];

/// What of a request is signed besides its body.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'r> {
    /// The method.
    pub method: &'r str,
    /// The path as it came, undecoded.
    pub path: &'r str,
    /// The query as it came, undecoded, without `?`.
    pub query: &'r str,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The authority of the request target (HTTP/2's `:authority`), where there is one.
    pub authority: Option<&'r str>,
}

/// Why a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    /// No signature at all.
    #[error("missing authentication token: sign the request with Signature Version 4")]
    Missing,
    /// The signature is in the query.
    #[error("presigned requests are not accepted: put the signature into the Authorization header")]
    Presigned,
    /// The header cannot be read.
    #[error(transparent)]
    Header(#[from] HeaderProblem),
    /// A header that decides stands more than once, or host and authority differ.
    #[error("the header `{0}` stands more than once or contradicts another")]
    Ambiguous(String),
    /// A header that must be signed is not, or a signed one is absent.
    #[error("`{0}` must be present once and be one of the SignedHeaders")]
    Unsigned(String),
    /// `x-amz-date` is not of the form `YYYYMMDDTHHMMSSZ`.
    #[error("`x-amz-date` must be of the form `YYYYMMDDTHHMMSSZ`")]
    Date,
    /// The credential scope is for another day than `x-amz-date`.
    #[error("date in credential scope does not match `x-amz-date`")]
    ScopeDate,
    /// The credential scope is for another region or service.
    #[error("credential should be scoped to region `{region}` and service `{service}`")]
    Scope {
        /// Region of the instance.
        region: String,
        /// Service that was called.
        service: &'static str,
    },
    /// Signed too long ago.
    #[error("signature expired: the clocks differ by more than five minutes")]
    Expired,
    /// Signed too far ahead.
    #[error("signature not yet current: the clocks differ by more than five minutes")]
    NotYetCurrent,
    /// The payload is not signed, or signed in chunks.
    #[error(
        "`x-amz-content-sha256` must be the hash of the whole body: unsigned and streamed payloads are not accepted"
    )]
    UnsignedPayload,
    /// The hash in `x-amz-content-sha256` is not the body's.
    #[error("`x-amz-content-sha256` does not match the body")]
    PayloadHash,
    /// The signature is wrong.
    #[error(
        "the request signature we calculated does not match the signature you provided: check your secret access key and signing method"
    )]
    Mismatch,
}

/// A request whose signature is well formed, current and for this service; the signature itself is
/// still to be verified.
#[derive(Debug)]
pub struct SignedRequest<'r> {
    head: RequestHead<'r>,
    authorization: Authorization<'r>,
    date: &'r str,
    payload_hash: Option<&'r str>,
}

impl<'r> SignedRequest<'r> {
    /// Checks all that needs neither the key nor the body.
    pub fn read(
        head: RequestHead<'r>,
        region: &str,
        service: &'static str,
        now: Timestamp,
    ) -> Result<Self, SignatureProblem> {
        for name in ONCE {
            if head.headers.get_all(*name).iter().nth(1).is_some() {
                return Err(SignatureProblem::Ambiguous((*name).to_owned()));
            }
        }
        let presigned = is_presigned(head.query);
        let Some(value) = head.headers.get(AUTHORIZATION) else {
            return Err(if presigned {
                SignatureProblem::Presigned
            } else {
                SignatureProblem::Missing
            });
        };
        if presigned {
            return Err(SignatureProblem::Ambiguous("authorization".to_owned()));
        }
        let value = value.to_str().map_err(|_| HeaderProblem::Scheme)?;
        let authorization = Authorization::parse(value)?;
        check_coverage(&head, &authorization)?;
        let date = single(head.headers, "x-amz-date")?;
        check_time(&authorization, date, now)?;
        if authorization.region != region || authorization.service != service {
            return Err(SignatureProblem::Scope {
                region: region.to_owned(),
                service,
            });
        }
        let payload_hash = if head.headers.contains_key("x-amz-content-sha256") {
            Some(single(head.headers, "x-amz-content-sha256")?)
        } else {
            None
        };
        if payload_hash.is_some_and(|hash| hash.len() != 64) {
            return Err(SignatureProblem::UnsignedPayload);
        }
        Ok(Self {
            head,
            authorization,
            date,
            payload_hash,
        })
    }

    /// The access key that is said to have signed.
    pub fn key_id(&self) -> &str {
        self.authorization.key_id
    }

    /// Whether the holder of `secret` signed this head and this body.
    pub fn verify(
        &self,
        secret: &Secret<String>,
        body: &[u8],
        keys: &SigningKeys,
    ) -> Result<(), SignatureProblem> {
        let body_hash = hex::encode(digest::digest(&digest::SHA256, body));
        if self.payload_hash.is_some_and(|hash| hash != body_hash) {
            return Err(SignatureProblem::PayloadHash);
        }
        let string_to_sign = self.string_to_sign(&body_hash)?;
        let scope = Scope {
            key_id: self.authorization.key_id.to_owned(),
            date: self.authorization.date.to_owned(),
            region: self.authorization.region.to_owned(),
            service: self.authorization.service.to_owned(),
        };
        let kept = keys.get(&scope, secret);
        let fresh = kept.is_none();
        let key = kept.unwrap_or_else(|| derive(secret, &scope));
        // Constant time: how much of a guess was right must not show.
        hmac::verify(
            &key,
            string_to_sign.as_bytes(),
            &self.authorization.signature,
        )
        .map_err(|_| SignatureProblem::Mismatch)?;
        if fresh {
            keys.keep(scope, secret.clone(), key);
        }
        Ok(())
    }

    fn string_to_sign(&self, body_hash: &str) -> Result<String, SignatureProblem> {
        let mut headers: Vec<(&str, Cow<'_, str>)> =
            Vec::with_capacity(self.authorization.signed_headers.len());
        for name in &self.authorization.signed_headers {
            let value = match (*name, self.head.authority) {
                ("host", Some(authority)) if !self.head.headers.contains_key(HOST) => {
                    Some(Cow::Borrowed(authority))
                }
                _ => canonical_value(self.head.headers, name),
            };
            let value = value.ok_or_else(|| SignatureProblem::Unsigned((*name).to_owned()))?;
            headers.push((name, value));
        }
        let canonical = canonical_request(
            self.head.method,
            self.head.path,
            self.head.query,
            &headers,
            body_hash,
        );
        let Authorization {
            date,
            region,
            service,
            ..
        } = &self.authorization;
        Ok(format!(
            "AWS4-HMAC-SHA256\n{}\n{date}/{region}/{service}/aws4_request\n{}",
            self.date,
            hex::encode(digest::digest(&digest::SHA256, canonical.as_bytes())),
        ))
    }
}

/// What identifies the request and all of AWS's own headers must be signed.
fn check_coverage(
    head: &RequestHead<'_>,
    authorization: &Authorization<'_>,
) -> Result<(), SignatureProblem> {
    let own = head
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-"));
    for name in ["host", "x-amz-date"].into_iter().chain(own) {
        if !authorization.covers(name) {
            return Err(SignatureProblem::Unsigned(name.to_owned()));
        }
    }
    let host = head.headers.get(HOST).map(http::HeaderValue::as_bytes);
    match (host, head.authority) {
        (Some(host), Some(authority)) if host != authority.as_bytes() => {
            Err(SignatureProblem::Ambiguous("host".to_owned()))
        }
        (None, None) => Err(SignatureProblem::Unsigned("host".to_owned())),
        _ => Ok(()),
    }
}

fn check_time(
    authorization: &Authorization<'_>,
    date: &str,
    now: Timestamp,
) -> Result<(), SignatureProblem> {
    let signed_at = parse_date(date).ok_or(SignatureProblem::Date)?;
    if !date.starts_with(authorization.date) {
        return Err(SignatureProblem::ScopeDate);
    }
    if now.since(signed_at) > CLOCK_WINDOW {
        return Err(SignatureProblem::Expired);
    }
    if signed_at.since(now) > CLOCK_WINDOW {
        return Err(SignatureProblem::NotYetCurrent);
    }
    Ok(())
}

/// `YYYYMMDDTHHMMSSZ`, nothing else.
fn parse_date(text: &str) -> Option<Timestamp> {
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    let number = |from: usize, till: usize| -> Option<i16> {
        let digits = text.get(from..till)?;
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let small = |from, till| i8::try_from(number(from, till)?).ok();
    if text.get(8..9)? != "T" || text.get(15..)? != "Z" {
        return None;
    }
    let time = jiff::civil::DateTime::new(
        number(0, 4)?,
        small(4, 6)?,
        small(6, 8)?,
        small(9, 11)?,
        small(11, 13)?,
        small(13, 15)?,
        0,
    )
    .ok()?;
    let instant = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

fn is_presigned(query: &str) -> bool {
    query.split('&').any(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        name.eq_ignore_ascii_case("X-Amz-Signature") || name.eq_ignore_ascii_case("X-Amz-Algorithm")
    })
}

fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, SignatureProblem> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| SignatureProblem::Unsigned(name.to_owned()))
}
