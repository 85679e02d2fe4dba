//! URIs: `sip`, `sips` (RFC 3261, section 19.1), `tel` (RFC 3966), and the shape of any other.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::scan::{self, Names, Scan, Span};
use crate::limits::URI_BYTES_MAX;
use crate::text::Text;

/// A well-formed URI. Displays as it was read.
#[derive(Clone)]
pub struct Uri {
    text: Text,
    parts: Parts,
}

/// Which kind of URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`
    Tel,
    /// Any other: well formed as RFC 3986 asks, and nothing that can be called.
    Other,
}

/// Why a text is no URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UriProblem {
    /// Longer than [`URI_BYTES_MAX`].
    #[error("the URI is longer than {URI_BYTES_MAX} bytes")]
    TooLong,
    /// Not of the grammar.
    #[error("the URI is malformed")]
    Malformed,
}

impl Uri {
    /// Reads a URI and keeps a copy.
    pub fn parse(text: &str) -> Result<Self, UriProblem> {
        Self::from_text(Text::new(text))
    }

    /// Reads a URI that shares the buffer of `text`.
    pub fn from_text(text: Text) -> Result<Self, UriProblem> {
        if text.len() > URI_BYTES_MAX {
            return Err(UriProblem::TooLong);
        }
        let parts = Parts::parse(&text)?;
        Ok(Self { text, parts })
    }

    pub(super) const fn from_parts(text: Text, parts: Parts) -> Self {
        Self { text, parts }
    }

    /// The kind.
    pub const fn scheme(&self) -> Scheme {
        self.parts.scheme
    }

    /// The whole URI as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before `@`, or the number of a `tel` URI; escapes and the password as they were read.
    pub fn user(&self) -> Option<&str> {
        self.parts.user.map(|user| user.of(&self.text))
    }

    /// The host: a name, an IPv4 address, or an IPv6 address in brackets. Empty for `tel` and unknown
    /// kinds.
    pub fn host(&self) -> &str {
        self.parts.host.of(&self.text)
    }

    /// The host as an address, where it is one.
    pub fn host_address(&self) -> Option<IpAddr> {
        host_address(self.host())
    }

    /// The port, where one is named.
    pub const fn port(&self) -> Option<u16> {
        self.parts.port
    }

    /// The value of a parameter: empty for a bare name. Names have no case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        pairs(self.parts.parameters.of(&self.text), ';')
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.unwrap_or_default())
    }

    /// What stands behind `?`; empty without.
    pub fn headers(&self) -> &str {
        self.parts.headers.of(&self.text)
    }

    /// The telephone number or extension that is meant: the user without its parameters, escapes
    /// resolved, separators of digits removed. Nothing where the URI names no user.
    pub fn number(&self) -> Option<String> {
        let user = self.user()?;
        let user = user.split(';').next().unwrap_or(user);
        let user = unescaped(user)?;
        let separators = ['-', '.', '(', ')'];
        let digits = |letter: char| letter.is_ascii_digit() || separators.contains(&letter);
        let rest = user.strip_prefix('+').unwrap_or(&user);
        if !rest.is_empty() && rest.chars().all(digits) {
            return Some(user.replace(separators, ""));
        }
        Some(user)
    }

    /// A copy with a buffer of its own.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self {
            text: self.text.detached(),
            parts: self.parts,
        }
    }

    /// Whether both mean the same (RFC 3261, section 19.1.4; RFC 3966, section 4; addresses by value as
    /// RFC 5954 asks).
    pub fn is_equivalent(&self, other: &Self) -> bool {
        if self.scheme() != other.scheme() {
            return false;
        }
        match self.scheme() {
            Scheme::Other => self.as_str() == other.as_str(),
            Scheme::Tel => {
                let same = |uri: &Self| uri.number().map(|number| number.to_ascii_lowercase());
                same(self) == same(other)
                    && self.parameters_match(other, &[])
                    && other.parameters_match(self, &[])
                    && pairs(self.parts.parameters.of(&self.text), ';').count()
                        == pairs(other.parts.parameters.of(&other.text), ';').count()
            }
            Scheme::Sip | Scheme::Sips => {
                // Present on one side only, these always make a difference.
                let telling = ["user", "ttl", "method", "maddr"];
                same_user(self.user(), other.user())
                    && self.same_host(other)
                    && self.port() == other.port()
                    && self.parameters_match(other, &telling)
                    && other.parameters_match(self, &telling)
                    && same_headers(self.headers(), other.headers())
            }
        }
    }

    fn same_host(&self, other: &Self) -> bool {
        match (self.host_address(), other.host_address()) {
            (Some(one), Some(another)) => one == another,
            (None, None) => self.host().eq_ignore_ascii_case(other.host()),
            _ => false,
        }
    }

    fn parameters_match(&self, other: &Self, telling: &[&str]) -> bool {
        pairs(self.parts.parameters.of(&self.text), ';').all(|(name, value)| {
            let Some(found) = other.parameter(name) else {
                return !telling.iter().any(|one| one.eq_ignore_ascii_case(name));
            };
            let value = value.unwrap_or_default();
            normal(value).eq_ignore_ascii_case(&normal(found))
        })
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The kind and host alone: users of URIs are people.
impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uri({:?}, {})", self.scheme(), self.host())
    }
}

/// Where the parts of a URI lie in its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    scheme: Scheme,
    user: Option<Span>,
    host: Span,
    port: Option<u16>,
    parameters: Span,
    headers: Span,
}

impl Parts {
    pub(super) fn parse(text: &str) -> Result<Self, UriProblem> {
        Self::find(text).ok_or(UriProblem::Malformed)
    }

    fn find(text: &str) -> Option<Self> {
        let mut scan = Scan::new(text);
        let scheme = scan.some(scan::SCHEME)?;
        if !scan.eat(b':') {
            return None;
        }
        if scheme.eq_ignore_ascii_case("sip") {
            Self::sip(scan, Scheme::Sip)
        } else if scheme.eq_ignore_ascii_case("sips") {
            Self::sip(scan, Scheme::Sips)
        } else if scheme.eq_ignore_ascii_case("tel") {
            Self::tel(scan)
        } else {
            let known = scheme.as_bytes().first()?.is_ascii_alphabetic();
            let rest = scan.rest();
            let valid = known && !rest.is_empty() && scan::all_or_escaped(rest, scan::URIC);
            valid.then_some(Self {
                scheme: Scheme::Other,
                user: None,
                host: Span::default(),
                port: None,
                parameters: Span::default(),
                headers: Span::default(),
            })
        }
    }

    fn sip(mut scan: Scan<'_>, scheme: Scheme) -> Option<Self> {
        let start = scan.at();
        let mut user = None;
        if let Some(length) = memchr::memchr(b'@', scan.rest().as_bytes()) {
            let info = scan.rest().get(..length)?;
            let (name, password) = info.split_once(':').unwrap_or((info, ""));
            if name.is_empty()
                || !scan::all_or_escaped(name, scan::USER)
                || !scan::all_or_escaped(password, scan::PASSWORD)
            {
                return None;
            }
            user = Some(Span::new(start, start + length));
            scan.go_to(start + length + 1);
        }
        let host = host(&mut scan)?;
        let port = if scan.eat(b':') {
            Some(port(scan.some(scan::DIGIT)?)?)
        } else {
            None
        };
        let parameters = uri_parameters(&mut scan)?;
        let mut headers = Span::default();
        if scan.eat(b'?') {
            let rest = scan.rest();
            for (name, value) in pairs_of(rest, '&') {
                if name.is_empty()
                    || value.is_none()
                    || !scan::all_or_escaped(name, scan::URI_HEADER)
                    || !scan::all_or_escaped(value.unwrap_or_default(), scan::URI_HEADER)
                {
                    return None;
                }
            }
            headers = Span::new(scan.at(), scan.at() + rest.len());
            scan.go_to(scan.at() + rest.len());
        }
        scan.is_at_end().then_some(Self {
            scheme,
            user,
            host,
            port,
            parameters,
            headers,
        })
    }

    fn tel(mut scan: Scan<'_>) -> Option<Self> {
        let start = scan.at();
        let global = scan.eat(b'+');
        let number = if global {
            scan.some(scan::PHONE)?
        } else {
            let length = memchr::memchr(b';', scan.rest().as_bytes())?;
            let number = scan.rest().get(..length)?;
            scan.go_to(start + length);
            number
        };
        let digit = |byte: u8| scan::is(byte, scan::HEX) || byte == b'*' || byte == b'#';
        let valid = number.bytes().any(digit)
            && number
                .bytes()
                .all(|byte| digit(byte) || scan::is(byte, scan::PHONE));
        let user = scan.since(start);
        let parameters = uri_parameters(&mut scan)?;
        // A local number means nothing without its context (RFC 3966, section 5.1.5).
        let context = |name: &str| name.eq_ignore_ascii_case("phone-context");
        let whole = valid
            && scan.is_at_end()
            && (global
                || pairs(parameters.of(scan_text(&scan)), ';').any(|(name, _)| context(name)));
        whole.then_some(Self {
            scheme: Scheme::Tel,
            user: Some(user),
            host: Span::default(),
            port: None,
            parameters,
            headers: Span::default(),
        })
    }
}

fn scan_text<'a>(scan: &Scan<'a>) -> &'a str {
    let mut whole = *scan;
    whole.go_to(0);
    whole.rest()
}

/// `*( ";" name [ "=" value ] )` without blanks, each name once.
fn uri_parameters(scan: &mut Scan<'_>) -> Option<Span> {
    let start = scan.at();
    let mut names = Names::default();
    let part = |scan: &mut Scan<'_>| {
        let start = scan.at();
        loop {
            scan.take(scan::PARAMETER);
            if !scan.eat(b'%') {
                break;
            }
        }
        scan.since(start)
    };
    let text = scan_text(scan);
    while scan.eat(b';') {
        let span = part(scan);
        let name = span.of(text);
        if name.is_empty() || !scan::all_or_escaped(name, scan::PARAMETER) {
            return None;
        }
        names.add(text, span)?;
        if scan.eat(b'=') {
            let value = part(scan).of(text);
            if value.is_empty() || !scan::all_or_escaped(value, scan::PARAMETER) {
                return None;
            }
        }
    }
    Some(scan.since(start))
}

/// A host name, an IPv4 address or an IPv6 address in brackets.
pub(super) fn host(scan: &mut Scan<'_>) -> Option<Span> {
    let start = scan.at();
    if scan.eat(b'[') {
        let address = scan.some(scan::IPV6)?;
        address.parse::<Ipv6Addr>().ok()?;
        return scan.eat(b']').then(|| scan.since(start));
    }
    let name = scan.some(scan::HOST)?;
    is_host(name).then(|| scan.since(start))
}

/// Whether the text is a host name or an IPv4 address (RFC 3261, section 25.1).
fn is_host(name: &str) -> bool {
    if name
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return name.parse::<Ipv4Addr>().is_ok();
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut last = "";
    for label in name.split('.') {
        if label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-') {
            return false;
        }
        last = label;
    }
    name.len() <= 253 && !last.starts_with(|letter: char| letter.is_ascii_digit())
}

/// A host's text as an address.
pub(crate) fn host_address(host: &str) -> Option<IpAddr> {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inner {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// A port from 1 to 65535.
pub(super) fn port(digits: &str) -> Option<u16> {
    scan::number(digits, u64::from(u16::MAX))
        .and_then(|port| u16::try_from(port).ok())
        .filter(|port| *port != 0)
}

/// `;name=value;name` as pairs.
fn pairs(text: &str, separator: char) -> impl Iterator<Item = (&str, Option<&str>)> {
    let text = text.strip_prefix(separator).unwrap_or(text);
    pairs_of(text, separator).filter(|(name, _)| !name.is_empty())
}

fn pairs_of(text: &str, separator: char) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.split(separator)
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (pair, None),
        })
}

fn same_user(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => normal(one) == normal(other),
        _ => false,
    }
}

/// The same headers with the same values, in any order.
fn same_headers(one: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut all: Vec<(String, String)> = pairs(text, '&')
            .map(|(name, value)| {
                let name = normal(name).to_ascii_lowercase();
                (name, normal(value.unwrap_or_default()))
            })
            .collect();
        all.sort();
        all
    };
    sorted(one) == sorted(other)
}

/// The text with escapes resolved where they stand for characters that are not reserved, and in upper
/// case where they stay.
fn normal(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let (digits, tail) = after.split_at_checked(2).unwrap_or((after, ""));
        match u8::from_str_radix(digits, 16) {
            Ok(byte)
                if byte.is_ascii_graphic() && byte != b'%' && !scan::is(byte, scan::RESERVED) =>
            {
                plain.push(char::from(byte));
            }
            _ => {
                plain.push('%');
                plain.push_str(&digits.to_ascii_uppercase());
            }
        }
        rest = tail;
    }
    plain.push_str(rest);
    plain
}

/// The text with all escapes resolved, without control characters; nothing where it is no UTF-8.
pub(crate) fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let (digits, tail) = after.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = tail;
    }
    bytes.extend_from_slice(rest.as_bytes());
    let text = String::from_utf8(bytes).ok()?;
    Some(text.chars().filter(|letter| !letter.is_control()).collect())
}
