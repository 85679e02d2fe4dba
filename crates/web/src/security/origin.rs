//! Origins: who a page is, and whether a request was meant for us.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::header::{HOST, HeaderMap, ORIGIN};
use http::{Request, Uri};

#[cfg(test)]
mod tests;

/// Longest origin that is looked at, bytes (a host name has at most 253).
const ORIGIN_BYTES_MAX: usize = 300;

/// A web origin of scheme `https`, in its one spelling: lower case, without the default port. There is
/// no other scheme, because every listener speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// The text is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: expected `https://HOST` or `https://HOST:PORT`, without a path")]
pub struct InvalidOrigin;

const SCHEME: &str = "https://";

impl Origin {
    /// As an `Origin` header carries it: `https://center.example:8443`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and, where it is not 443, port: `center.example:8443`.
    pub fn authority(&self) -> &str {
        self.0.strip_prefix(SCHEME).unwrap_or(&self.0)
    }

    /// The same place for WebSockets: `wss://center.example:8443`.
    pub fn websocket(&self) -> String {
        format!("wss://{}", self.authority())
    }

    /// The origin that a request names; `None` where it names none, and an error where it names
    /// several or something else (`null`, plain HTTP).
    pub(crate) fn named_by(headers: &HeaderMap) -> Result<Option<Self>, InvalidOrigin> {
        let mut named = headers.get_all(ORIGIN).iter();
        let (first, second) = (named.next(), named.next());
        match (first, second) {
            (None, _) => Ok(None),
            (Some(only), None) => only.to_str().map_err(|_| InvalidOrigin)?.parse().map(Some),
            (Some(_), Some(_)) => Err(InvalidOrigin),
        }
    }

    /// Whether the request was sent to this host. A name of another site that resolves to our address
    /// (DNS rebinding) does not pass.
    pub(crate) fn is_host_of<B>(&self, request: &Request<B>) -> bool {
        let mut hosts = request.headers().get_all(HOST).iter();
        let (header, another) = (hosts.next(), hosts.next());
        if another.is_some() {
            return false;
        }
        let header = match header.map(|value| value.to_str()) {
            None => None,
            Some(Ok(text)) => Some(text),
            Some(Err(_)) => return false,
        };
        let authority = request.uri().authority().map(http::uri::Authority::as_str);
        match (authority, header) {
            (None, None) => false,
            (Some(one), None) | (None, Some(one)) => self.is_authority(one),
            // HTTP/2 may carry both; they must say the same.
            (Some(one), Some(other)) => self.is_authority(one) && self.is_authority(other),
        }
    }

    fn is_authority(&self, authority: &str) -> bool {
        let authority = authority.strip_suffix(":443").unwrap_or(authority);
        authority.eq_ignore_ascii_case(self.authority())
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        if text.len() > ORIGIN_BYTES_MAX {
            return Err(InvalidOrigin);
        }
        let scheme = text.get(..SCHEME.len()).ok_or(InvalidOrigin)?;
        let authority = text.get(SCHEME.len()..).ok_or(InvalidOrigin)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) || authority.is_empty() {
            return Err(InvalidOrigin);
        }
        // Only what can be a host and a port: no user, path, query or fragment.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if !authority.chars().all(plain) {
            return Err(InvalidOrigin);
        }
        let uri: Uri = text.parse().map_err(|_| InvalidOrigin)?;
        let host = uri
            .host()
            .filter(|host| is_host(host))
            .ok_or(InvalidOrigin)?;
        let port = match authority.get(host.len()..) {
            Some("") => None,
            Some(rest) => Some(port_of(rest)?),
            None => return Err(InvalidOrigin),
        };
        let host = host.to_ascii_lowercase();
        Ok(Self(match port {
            None | Some(443) => format!("{SCHEME}{host}"),
            Some(port) => format!("{SCHEME}{host}:{port}"),
        }))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn port_of(rest: &str) -> Result<u16, InvalidOrigin> {
    let digits = rest.strip_prefix(':').ok_or(InvalidOrigin)?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidOrigin);
    }
    match digits.parse() {
        Ok(0) | Err(_) => Err(InvalidOrigin),
        Ok(port) => Ok(port),
    }
}

fn is_host(host: &str) -> bool {
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(inner) => inner
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_ipv6()),
        None => {
            !host.is_empty()
                && !host.starts_with(['.', '-'])
                && !host.ends_with(['.', '-'])
                && !host.contains("..")
                && !host.contains(['[', ']', ':'])
        }
    }
}
