//! `name-addr` and `addr-spec` with parameters: `From`, `To`, `Contact`, `Route` and their like.

use std::fmt;

use super::scan::{self, Scan, Span};
use super::uri::{Parts, Uri};
use crate::limits::URI_BYTES_MAX;
use crate::text::Text;

/// An address with an optional display name and parameters. Displays as it was read.
#[derive(Clone)]
pub struct Address {
    text: Text,
    display: Span,
    uri: Uri,
    parameters: Span,
}

/// Which forms a header takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// With or without angle brackets.
    Any,
    /// With angle brackets.
    Bracketed,
}

impl Address {
    /// Reads one address.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_text(Text::new(text))
    }

    /// Reads one address that shares the buffer of `text`.
    pub fn from_text(text: Text) -> Option<Self> {
        let mut scan = Scan::new(&text);
        let found = Found::parse(&mut scan)?;
        if !scan.is_at_end() {
            return None;
        }
        Some(Self {
            uri: Uri::from_parts(text.part(found.uri.range()), found.parts),
            display: found.display,
            parameters: found.parameters,
            text,
        })
    }

    /// The display name without quotes, backslashes and control characters; empty without one.
    pub fn display_name(&self) -> String {
        scan::unquoted(self.display.of(&self.text).trim_matches([' ', '\t']))
    }

    /// The URI.
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The value of a parameter of the header: empty for a bare name, with its quotes where it has some.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        scan::parameter(self.parameters.of(&self.text), name)
    }

    /// The tag of a `From` or `To`.
    pub fn tag(&self) -> Option<&str> {
        self.parameter("tag")
    }

    /// The address as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A copy with a buffer of its own.
    #[must_use]
    pub fn detached(&self) -> Self {
        let text = self.text.detached();
        // The text was read before, so it can be read again.
        Self::from_text(text).unwrap_or_else(|| self.clone())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The host alone: addresses are about people.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", self.uri)
    }
}

/// Whether the value is one address and nothing else.
pub(super) fn check_one(value: &str) -> bool {
    let mut scan = Scan::new(value);
    Found::parse(&mut scan).is_some() && scan.is_at_end()
}

/// How many addresses the list has, or nothing where one of them is malformed.
pub(super) fn check_list(value: &str, form: Form) -> Option<usize> {
    let mut scan = Scan::new(value);
    let mut count = 0;
    loop {
        let found = Found::parse(&mut scan)?;
        if form == Form::Bracketed && !found.bracketed {
            return None;
        }
        count += 1;
        if scan.is_at_end() {
            return Some(count);
        }
        if !scan.separator(b',') {
            return None;
        }
    }
}

struct Found {
    display: Span,
    uri: Span,
    parts: Parts,
    parameters: Span,
    bracketed: bool,
}

impl Found {
    /// Reads up to the end or a comma.
    fn parse(scan: &mut Scan<'_>) -> Option<Self> {
        let start = scan.at();
        let display = display_name(scan);
        if let Some(display) = display
            && scan.eat(b'<')
        {
            let before = scan.at();
            let text = scan.until(b'>', b'>');
            let uri = scan.since(before);
            if !scan.eat(b'>') {
                return None;
            }
            return Some(Self {
                display,
                uri,
                parts: parse_uri(text)?,
                parameters: scan.parameters()?,
                bracketed: true,
            });
        }
        scan.go_to(start);
        // Without brackets, what follows `;` belongs to the header, and `?` and `,` may not stand in
        // the URI (RFC 3261, section 20.10).
        let text = bare_uri(scan);
        let uri = scan.since(start);
        if text.contains('?') {
            return None;
        }
        Some(Self {
            display: Span::default(),
            uri,
            parts: parse_uri(text)?,
            parameters: scan.parameters()?,
            bracketed: false,
        })
    }
}

fn parse_uri(text: &str) -> Option<Parts> {
    if text.len() > URI_BYTES_MAX {
        return None;
    }
    Parts::parse(text).ok()
}

/// A quoted string or tokens before `<`, where there is a `<`.
fn display_name(scan: &mut Scan<'_>) -> Option<Span> {
    let start = scan.at();
    if scan.peek() == Some(b'"') {
        scan.quoted()?;
        let display = scan.since(start);
        scan.skip_blanks();
        return Some(display);
    }
    loop {
        scan.take(scan::TOKEN);
        let before = scan.at();
        scan.skip_blanks();
        if scan.at() == before {
            break;
        }
    }
    (scan.peek() == Some(b'<')).then(|| scan.since(start))
}

/// Everything up to a blank, `;` or `,`. A `;` or `,` of a user part ends it as well: such a URI needs
/// its brackets.
fn bare_uri<'a>(scan: &mut Scan<'a>) -> &'a str {
    let rest = scan.rest();
    let length = rest.find([' ', '\t', ';', ',']).unwrap_or(rest.len());
    scan.go_to(scan.at() + length);
    rest.get(..length).unwrap_or_default()
}
