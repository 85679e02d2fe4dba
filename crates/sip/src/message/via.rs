//! `Via`: the way that a response goes back.

use std::fmt;

use super::scan::{self, Scan, Span};
use super::uri;
use crate::text::Text;

/// One hop.
#[derive(Clone)]
pub struct Via {
    text: Text,
    transport: Span,
    host: Span,
    port: Option<u16>,
    parameters: Span,
}

impl Via {
    /// Reads the first hop of a header's value.
    pub(super) fn first(value: &Text) -> Option<Self> {
        let mut scan = Scan::new(value);
        let found = Found::parse(&mut scan)?;
        Some(Self {
            text: value.part(0..scan.at()),
            transport: found.transport,
            host: found.host,
            port: found.port,
            parameters: found.parameters,
        })
    }

    /// The transport that the hop says it used: `UDP`, `TCP`, `TLS`, or whatever it says.
    pub fn transport(&self) -> &str {
        self.transport.of(&self.text)
    }

    /// The host that the hop says it is.
    pub fn host(&self) -> &str {
        self.host.of(&self.text)
    }

    /// The port that the hop says it listens on.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The branch, which names the transaction.
    pub fn branch(&self) -> Option<&str> {
        self.parameter("branch")
    }

    /// Whether responses go to the port that the request came from (RFC 3581).
    pub fn wants_source_port(&self) -> bool {
        self.parameter("rport").is_some()
    }

    /// The value of a parameter: empty for a bare name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        scan::parameter(self.parameters.of(&self.text), name)
    }

    /// The hop as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Via({} {})", self.transport(), self.host())
    }
}

/// How many hops the list has, or nothing where one of them is malformed.
pub(super) fn check_list(value: &str) -> Option<usize> {
    let mut scan = Scan::new(value);
    let mut count = 0;
    loop {
        Found::parse(&mut scan)?;
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
    transport: Span,
    host: Span,
    port: Option<u16>,
    parameters: Span,
}

impl Found {
    fn parse(scan: &mut Scan<'_>) -> Option<Self> {
        let name = scan.some(scan::TOKEN)?;
        if !name.eq_ignore_ascii_case("SIP") || !scan.separator(b'/') {
            return None;
        }
        if scan.some(scan::TOKEN)? != "2.0" || !scan.separator(b'/') {
            return None;
        }
        let start = scan.at();
        scan.some(scan::TOKEN)?;
        let transport = scan.since(start);
        if !matches!(scan.peek(), Some(b' ' | b'\t')) {
            return None;
        }
        scan.skip_blanks();
        let host = uri::host(scan)?;
        let port = if scan.separator(b':') {
            Some(uri::port(scan.some(scan::DIGIT)?)?)
        } else {
            None
        };
        Some(Self {
            transport,
            host,
            port,
            parameters: scan.parameters()?,
        })
    }
}
