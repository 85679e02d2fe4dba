//! What it takes to answer a request, even one that was refused.

use std::fmt;
use std::fmt::Write as _;

use bytes::Bytes;

use super::header::HeaderName;
use super::scan::{self, TOKEN};
use super::via::Via;
use super::{Request, StatusCode};
use crate::limits::{HEAD_BYTES_MAX, HEADER_BYTES_MAX, VIAS_MAX};
use crate::text::Text;

/// The headers of a request that go into its responses, as they were written.
#[derive(Clone)]
pub struct ReplyTo {
    via: Via,
    vias: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    call_id: Option<String>,
    cseq: Option<String>,
}

impl ReplyTo {
    /// Those of a whole request.
    pub fn of(request: &Request) -> Self {
        let head = &request.head;
        let text = |name| head.first(name).map(str::to_owned);
        Self {
            via: head.via.clone(),
            vias: head.all(HeaderName::Via).map(str::to_owned).collect(),
            from: text(HeaderName::From),
            to: text(HeaderName::To),
            call_id: text(HeaderName::CallId),
            cseq: text(HeaderName::CSeq),
        }
    }

    /// Those that can be read of a broken request. Nothing of a response or an ACK, and nothing without
    /// a `Via` that says where answers go.
    pub(super) fn salvage(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..bytes.len().min(HEAD_BYTES_MAX))?;
        let mut lines = Lines(bytes);
        let start = String::from_utf8_lossy(lines.next_line()?).into_owned();
        let method = start.trim_start().split([' ', '\t']).next()?;
        let is_response = start
            .trim_start()
            .get(..4)
            .is_some_and(|text| text.eq_ignore_ascii_case("SIP/"));
        if is_response || method == "ACK" || !scan::all(method, TOKEN) {
            return None;
        }
        let mut vias = Vec::new();
        let mut found = [None, None, None, None];
        while let Some(line) = lines.next_line() {
            let Some((name, value)) = printable_header(line) else {
                continue;
            };
            let place = match name {
                HeaderName::Via if vias.len() < VIAS_MAX => {
                    vias.push(value);
                    continue;
                }
                HeaderName::From => 0,
                HeaderName::To => 1,
                HeaderName::CallId => 2,
                HeaderName::CSeq => 3,
                _ => continue,
            };
            if let Some(place) = found.get_mut(place) {
                place.get_or_insert(value);
            }
        }
        let [from, to, call_id, cseq] = found;
        let via = Via::first(&Text::new(vias.first()?))?;
        Some(Self {
            via,
            vias,
            from,
            to,
            call_id,
            cseq,
        })
    }

    /// Where the answer goes.
    pub const fn via(&self) -> &Via {
        &self.via
    }

    /// A response with this status, these further header lines, and no body. `tag` is added to a `To`
    /// that has none.
    pub fn response(&self, status: StatusCode, tag: &str, extra: &[(&str, &str)]) -> Bytes {
        let mut text = String::with_capacity(512);
        let _ = write!(text, "SIP/2.0 {status}\r\n");
        for via in &self.vias {
            let _ = write!(text, "Via: {via}\r\n");
        }
        if let Some(from) = &self.from {
            let _ = write!(text, "From: {from}\r\n");
        }
        if let Some(to) = &self.to {
            let _ = write!(text, "To: {to}");
            // A `To` that does not parse is sent back as it came.
            let untagged = super::Address::parse(to).is_some_and(|to| to.tag().is_none());
            if untagged && status != StatusCode::TRYING {
                let _ = write!(text, ";tag={tag}");
            }
            text.push_str("\r\n");
        }
        for (name, value) in [("Call-ID", &self.call_id), ("CSeq", &self.cseq)] {
            if let Some(value) = value {
                let _ = write!(text, "{name}: {value}\r\n");
            }
        }
        for (name, value) in extra {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("Content-Length: 0\r\n\r\n");
        text.into()
    }
}

impl fmt::Debug for ReplyTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyTo({:?})", self.via)
    }
}

/// Logical lines of a head that may be broken: folds are joined, the empty line ends it.
struct Lines<'a>(&'a [u8]);

impl<'a> Lines<'a> {
    fn next_line(&mut self) -> Option<&'a [u8]> {
        let mut end = 0;
        loop {
            let rest = self.0.get(end..)?;
            let length = memchr::memmem::find(rest, b"\r\n").unwrap_or(rest.len());
            if length == 0 && end == 0 {
                return None;
            }
            end += length;
            if !matches!(self.0.get(end + 2), Some(b' ' | b'\t')) {
                break;
            }
            end += 2;
        }
        let (line, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(2..).unwrap_or_default();
        Some(line)
    }
}

/// The name and value of a line that can be sent back safely.
fn printable_header(line: &[u8]) -> Option<(HeaderName, String)> {
    if line.len() > HEADER_BYTES_MAX {
        return None;
    }
    let line = std::str::from_utf8(line).ok()?;
    let (name, value) = line.split_once(':')?;
    let name = HeaderName::parse(name.trim_end_matches([' ', '\t']));
    let mut joined = String::with_capacity(value.len());
    for part in value.split("\r\n") {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(part.trim_matches([' ', '\t']));
    }
    let clean = !joined
        .chars()
        .any(|letter| letter.is_control() && letter != '\t');
    (clean && !joined.is_empty()).then_some((name, joined))
}
