//! From bytes to messages.

use std::sync::Arc;

use bytes::Bytes;
use memchr::{memchr, memmem};

use super::header::{self, Count};
use super::reply::ReplyTo;
use super::scan::{self, DIGIT, Span, TOKEN};
use super::uri::{Uri, UriProblem};
use super::values::CSeqParts;
use super::{
    Address, CSeq, DueAnswer, Head, HeaderName, Line, Message, Method, Problem, Refused, Request,
    Response, Scheme, StatusCode, Via,
};
use crate::limits::{
    BODY_BYTES_MAX, HEAD_BYTES_MAX, HEADER_BYTES_MAX, HEADERS_MAX, LIST_ITEMS_MAX, VIAS_MAX,
};
use crate::text::Text;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Where the head ends, its empty line included.
pub(crate) fn head_length(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, END_OF_HEAD).map(|at| at + END_OF_HEAD.len())
}

impl Message {
    /// Reads a head, which ends with its empty line, and the body that belongs to it. The caller has
    /// found out where the body ends; here its `Content-Length` has to say the same, where it stands.
    pub fn parse(head: &[u8], body: &[u8]) -> Result<Self, Refused> {
        Self::read(head, body).map_err(|problem| refuse(problem, head))
    }

    /// As [`Message::parse`], without working out the answer.
    pub(super) fn read(head: &[u8], body: &[u8]) -> Result<Self, Problem> {
        if head.len() > HEAD_BYTES_MAX {
            return Err(Problem::MessageTooLong);
        }
        if body.len() > BODY_BYTES_MAX {
            return Err(Problem::BodyTooLong);
        }
        let text = std::str::from_utf8(head).map_err(|_| Problem::Bytes)?;
        let text: Arc<str> = match unfolded(text)? {
            Some(unfolded) => unfolded.into(),
            None => text.into(),
        };
        Reader::new(text)?.message(body)
    }
}

/// The refusal of a message that begins with these bytes.
pub(crate) fn refuse(problem: Problem, head: &[u8]) -> Refused {
    let answer = match ReplyTo::salvage(head) {
        Some(reply) => DueAnswer::Status(problem.status(), Box::new(reply)),
        None => DueAnswer::Drop,
    };
    Refused { problem, answer }
}

/// The text with folded lines joined, where it has some. Checks line ends and control characters.
fn unfolded(text: &str) -> Result<Option<String>, Problem> {
    let bytes = text.as_bytes();
    let mut folded = false;
    let mut feeds = 0_usize;
    for at in memchr::memchr_iter(b'\n', bytes) {
        if at == 0 || bytes.get(at - 1) != Some(&b'\r') {
            return Err(Problem::Bytes);
        }
        feeds += 1;
        folded |= matches!(bytes.get(at + 1), Some(b' ' | b'\t'));
    }
    if memchr::memchr_iter(b'\r', bytes).count() != feeds {
        return Err(Problem::Bytes);
    }
    let is_control =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')) || byte == 0x7f;
    // All of them, without a branch: the compiler looks at many bytes at once.
    let controls = bytes
        .iter()
        .fold(0_u8, |found, byte| found | u8::from(is_control(*byte)));
    if controls != 0 {
        // They stand behind the `\` of a quoted pair or nowhere.
        let mut before = 0;
        for byte in bytes {
            if is_control(*byte) && before != b'\\' {
                return Err(Problem::Bytes);
            }
            before = *byte;
        }
    }
    if !folded {
        return Ok(None);
    }
    let mut joined = String::with_capacity(text.len());
    let mut lines = text.split("\r\n");
    joined.push_str(lines.next().unwrap_or_default());
    for line in lines {
        if line.starts_with([' ', '\t']) {
            joined.push(' ');
            joined.push_str(line.trim_start_matches([' ', '\t']));
        } else {
            joined.push_str("\r\n");
            joined.push_str(line);
        }
    }
    Ok(Some(joined))
}

/// A head on its way to a message.
struct Reader {
    text: Arc<str>,
    whole: Text,
    start: Span,
    lines: Vec<Line>,
}

impl Reader {
    /// Splits the lines; looks at no value.
    fn new(text: Arc<str>) -> Result<Self, Problem> {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut start = None;
        let mut lines = Vec::with_capacity(24);
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = memchr(b'\r', rest).ok_or(Problem::Truncated)?;
            if length == 0 {
                break;
            }
            if start.is_none() {
                start = Some(Span::new(at, at + length));
            } else {
                if length > HEADER_BYTES_MAX {
                    return Err(Problem::HeaderTooLong);
                }
                if lines.len() == HEADERS_MAX {
                    return Err(Problem::TooManyHeaders);
                }
                lines.push(split_line(&text, at, length).ok_or(Problem::HeaderLine)?);
            }
            at += length + 2;
        }
        if at + 2 != bytes.len() {
            return Err(Problem::Truncated);
        }
        Ok(Self {
            start: start.ok_or(Problem::Truncated)?,
            whole: Text::whole(Arc::clone(&text)),
            text,
            lines,
        })
    }

    fn message(self, body: &[u8]) -> Result<Message, Problem> {
        let start = self.start.of(&self.text);
        if start
            .get(..4)
            .is_some_and(|text| text.eq_ignore_ascii_case("SIP/"))
        {
            let status = status_line(start)?;
            let head = self.head(None, body.len())?;
            return Ok(Message::Response(Response {
                status,
                head,
                body: Bytes::copy_from_slice(body),
            }));
        }
        let (method, uri) = request_line(start, &self.whole)?;
        let head = self.head(Some(&method), body.len())?;
        Ok(Message::Request(Request {
            method,
            uri,
            head,
            body: Bytes::copy_from_slice(body),
        }))
    }

    /// Checks all values, and keeps those that every message has. `method` is that of a request.
    fn head(self, method: Option<&Method>, body: usize) -> Result<Head, Problem> {
        let mut seen = 0_u64;
        let mut items = Items::default();
        let mut found = Found::default();
        for line in &self.lines {
            if line.name.count() == Count::Once && seen & line.name.bit() != 0 {
                return Err(Problem::Doubled(line.name));
            }
            seen |= line.name.bit();
            let malformed = Problem::Malformed(line.name);
            let value = line.value.of(&self.text);
            let shared = || self.whole.part(line.value.range());
            let count = match line.name {
                HeaderName::From => {
                    found.from = Some(Address::from_text(shared()).ok_or(malformed)?);
                    1
                }
                HeaderName::To => {
                    found.to = Some(Address::from_text(shared()).ok_or(malformed)?);
                    1
                }
                name => name.check(value).ok_or(malformed)?,
            };
            items.add(line.name, count)?;
            match line.name {
                HeaderName::Via if found.via.is_none() => found.via = Via::first(&shared()),
                HeaderName::CallId => found.call_id = Some(shared()),
                HeaderName::CSeq => found.cseq = Some(read_cseq(value, method)?),
                HeaderName::MaxForwards => found.max_forwards = value.parse().ok(),
                HeaderName::ContentLength if value.parse() != Ok(body) => {
                    return Err(Problem::Length);
                }
                HeaderName::Contact => {
                    let fits = |method| header::check_contacts(method, value, items.contacts);
                    method.is_none_or(fits).then_some(()).ok_or(malformed)?;
                }
                _ => {}
            }
        }
        found.head(self.text, self.lines)
    }
}

/// How many items the lists of a message have, each over all its lines.
#[derive(Default)]
struct Items {
    vias: usize,
    contacts: usize,
    routes: usize,
    others: usize,
}

impl Items {
    fn add(&mut self, name: HeaderName, count: usize) -> Result<(), Problem> {
        let (sum, most) = match name {
            HeaderName::Via => (&mut self.vias, VIAS_MAX),
            HeaderName::Contact => (&mut self.contacts, LIST_ITEMS_MAX),
            HeaderName::Route | HeaderName::RecordRoute => (&mut self.routes, LIST_ITEMS_MAX),
            _ => (&mut self.others, HEADERS_MAX + LIST_ITEMS_MAX),
        };
        *sum += count;
        if *sum > most {
            return Err(Problem::TooManyItems(name));
        }
        Ok(())
    }
}

/// The values that every message has.
#[derive(Default)]
struct Found {
    via: Option<Via>,
    from: Option<Address>,
    to: Option<Address>,
    call_id: Option<Text>,
    cseq: Option<CSeq>,
    max_forwards: Option<u8>,
}

impl Found {
    fn head(self, text: Arc<str>, lines: Vec<Line>) -> Result<Head, Problem> {
        Head {
            cseq: self.cseq.ok_or(Problem::Missing(HeaderName::CSeq))?,
            via: self.via.ok_or(Problem::Missing(HeaderName::Via))?,
            from: self.from.ok_or(Problem::Missing(HeaderName::From))?,
            to: self.to.ok_or(Problem::Missing(HeaderName::To))?,
            call_id: self.call_id.ok_or(Problem::Missing(HeaderName::CallId))?,
            max_forwards: self.max_forwards,
            lines,
            text,
        }
        .with_tags()
    }
}

impl Head {
    /// A dialog is named by its tags: `From` has one, and what stands twice or is empty is no name.
    fn with_tags(self) -> Result<Self, Problem> {
        match self.from.tag() {
            Some(tag) if !tag.is_empty() => {}
            _ => return Err(Problem::Malformed(HeaderName::From)),
        }
        if self.to.tag() == Some("") {
            return Err(Problem::Malformed(HeaderName::To));
        }
        Ok(self)
    }
}

/// The number and method; the method of a request is that of its first line.
fn read_cseq(value: &str, method: Option<&Method>) -> Result<CSeq, Problem> {
    let malformed = Problem::Malformed(HeaderName::CSeq);
    let parts = CSeqParts::parse(value).ok_or(malformed)?;
    let method = match method {
        Some(method) if method.as_str() == parts.method => method.clone(),
        Some(_) => return Err(Problem::MethodMismatch),
        None => Method::parse(parts.method).ok_or(malformed)?,
    };
    Ok(CSeq {
        number: parts.number,
        method,
    })
}

/// `name *blank ":" *blank value *blank`.
fn split_line(text: &str, at: usize, length: usize) -> Option<Line> {
    let line = text.get(at..at + length)?;
    let colon = memchr(b':', line.as_bytes())?;
    let name = line.get(..colon)?.trim_end_matches([' ', '\t']);
    let known = HeaderName::parse(name);
    if known == HeaderName::Other && !scan::all(name, TOKEN) {
        return None;
    }
    let value = line.get(colon + 1..)?;
    let trimmed = value.trim_start_matches([' ', '\t']);
    let start = at + length - trimmed.len();
    let trimmed = trimmed.trim_end_matches([' ', '\t']);
    Some(Line {
        name: known,
        written: Span::new(at, at + name.len()),
        value: Span::new(start, start + trimmed.len()),
    })
}

/// `METHOD SP URI SP SIP/2.0`, single spaces.
fn request_line(line: &str, whole: &Text) -> Result<(Method, Uri), Problem> {
    let (method, rest) = line.split_once(' ').ok_or(Problem::StartLine)?;
    let (uri, version) = rest.split_once(' ').ok_or(Problem::StartLine)?;
    let method_known = Method::parse(method).ok_or(Problem::StartLine)?;
    version_is_ours(version)?;
    let start = method.len() + 1;
    let text = whole.part(start..start + uri.len());
    let uri = Uri::from_text(text).map_err(|problem| match problem {
        UriProblem::TooLong => Problem::RequestUriTooLong,
        UriProblem::Malformed => Problem::RequestUri,
    })?;
    if uri.scheme() == Scheme::Other {
        return Err(Problem::RequestUriScheme);
    }
    // Headers have no place in a request URI (RFC 3261, section 19.1.1).
    if !uri.headers().is_empty() {
        return Err(Problem::RequestUri);
    }
    Ok((method_known, uri))
}

/// `SIP/2.0 SP code SP reason`.
fn status_line(line: &str) -> Result<StatusCode, Problem> {
    let (version, rest) = line.split_once(' ').ok_or(Problem::StartLine)?;
    version_is_ours(version)?;
    let (code, _reason) = rest.split_once(' ').ok_or(Problem::StartLine)?;
    if code.len() != 3 {
        return Err(Problem::Status);
    }
    scan::number(code, 699)
        .and_then(|code| u16::try_from(code).ok())
        .and_then(StatusCode::new)
        .ok_or(Problem::Status)
}

/// `SIP/2.0`, whatever its case. What looks like another version is one; anything else is no version.
fn version_is_ours(text: &str) -> Result<(), Problem> {
    let Some(version) = text
        .get(..4)
        .filter(|name| name.eq_ignore_ascii_case("SIP/"))
        .and_then(|_| text.get(4..))
    else {
        return Err(Problem::StartLine);
    };
    if version == "2.0" {
        return Ok(());
    }
    let (major, minor) = version.split_once('.').ok_or(Problem::StartLine)?;
    if scan::all(major, DIGIT) && scan::all(minor, DIGIT) {
        return Err(Problem::Version);
    }
    Err(Problem::StartLine)
}
