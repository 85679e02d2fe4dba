//! Messages: parsed strictly, kept in the order in which they were written.
//!
//! A head is one buffer; whatever is read from it shares that buffer. All headers of known grammar are
//! checked when the message is read, so that nobody can hold a [`Request`] whose `Contact` or `Route` does
//! not parse. Whatever this crate sends has gone through the same reader
//! ([`RequestBuilder::finish`]): it cannot send what it would refuse.

mod address;
mod header;
mod method;
mod parse;
mod problem;
mod reply;
pub(crate) mod scan;
mod status;
mod uri;
mod values;
mod via;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

pub use address::Address;
pub use header::HeaderName;
pub(crate) use header::items;
pub use method::{ALLOW, Method};
pub(crate) use parse::{head_length, refuse};
pub use problem::{DueAnswer, Problem, Refused};
pub use reply::ReplyTo;
use scan::Span;
pub use status::StatusCode;
pub(crate) use uri::unescaped;
pub use uri::{Scheme, Uri, UriProblem};
pub(crate) use values::retry_after;
pub use values::{CSEQ_MAX, CSeq, MediaType, RAck, Refresher, Replaces, SessionExpires};
pub use via::Via;
pub use write::{BuildError, RequestBuilder, ResponseBuilder};

use crate::text::Text;

/// A request or a response.
#[derive(Debug, Clone)]
pub enum Message {
    /// Asks for something.
    Request(Request),
    /// Answers a request.
    Response(Response),
}

/// A message that asks for something.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) head: Head,
    pub(crate) body: Bytes,
}

/// A message that answers a request.
#[derive(Clone)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) head: Head,
    pub(crate) body: Bytes,
}

/// The headers of a message, and those of them that every message has as values.
#[derive(Clone)]
pub struct Head {
    text: Arc<str>,
    lines: Vec<Line>,
    pub(crate) via: Via,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) call_id: Text,
    pub(crate) cseq: CSeq,
    pub(crate) max_forwards: Option<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    name: HeaderName,
    written: Span,
    value: Span,
}

impl Message {
    /// The headers.
    pub const fn head(&self) -> &Head {
        match self {
            Self::Request(request) => &request.head,
            Self::Response(response) => &response.head,
        }
    }

    /// The body; empty without.
    pub const fn body(&self) -> &Bytes {
        match self {
            Self::Request(request) => &request.body,
            Self::Response(response) => &response.body,
        }
    }

    /// The message as it is sent.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Self::Request(request) => request.to_bytes(),
            Self::Response(response) => response.to_bytes(),
        }
    }
}

impl Request {
    /// What it asks for.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Whom it asks.
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The headers.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The body; empty without.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The request as it is sent.
    pub fn to_bytes(&self) -> Bytes {
        self.head.to_bytes(&self.body)
    }
}

impl Response {
    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The body; empty without.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The response as it is sent.
    pub fn to_bytes(&self) -> Bytes {
        self.head.to_bytes(&self.body)
    }
}

impl Head {
    /// The hop that the message came from, or that it goes back to.
    pub const fn via(&self) -> &Via {
        &self.via
    }

    /// Who asks.
    pub const fn from(&self) -> &Address {
        &self.from
    }

    /// Who is asked.
    pub const fn to(&self) -> &Address {
        &self.to
    }

    /// The name of the call.
    pub const fn call_id(&self) -> &Text {
        &self.call_id
    }

    /// The place of the request in its dialog.
    pub const fn cseq(&self) -> &CSeq {
        &self.cseq
    }

    /// How many hops the request may still pass.
    pub const fn max_forwards(&self) -> Option<u8> {
        self.max_forwards
    }

    /// The values of a header, line by line, in order. For [`HeaderName::Other`] nothing: ask
    /// [`Head::extension`].
    pub fn all(&self, name: HeaderName) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .filter(move |line| line.name == name && name != HeaderName::Other)
            .map(|line| line.value.of(&self.text))
    }

    /// The first value of a header.
    pub fn first(&self, name: HeaderName) -> Option<&str> {
        self.all(name).next()
    }

    /// The items of a header that is a list, over all its lines, in order.
    pub fn list(&self, name: HeaderName) -> impl Iterator<Item = &str> {
        self.all(name)
            .flat_map(items)
            .filter(|item| !item.is_empty())
    }

    /// Whether the list has this token, whatever its case.
    pub fn lists(&self, name: HeaderName, token: &str) -> bool {
        self.list(name).any(|item| item.eq_ignore_ascii_case(token))
    }

    /// The addresses of a header that is a list of them; `*` is left out.
    pub fn addresses(&self, name: HeaderName) -> impl Iterator<Item = Address> {
        self.list(name).filter_map(Address::parse)
    }

    /// The first value of a header by its name, known to this crate or not.
    pub fn extension(&self, name: &str) -> Option<&str> {
        self.headers()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// All headers as they were written, in order. Credentials are among them: whoever prints leaves out
    /// what [`HeaderName::is_credential`].
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines
            .iter()
            .map(|line| (line.written.of(&self.text), line.value.of(&self.text)))
    }

    /// The names of all headers, in order.
    pub fn names(&self) -> impl Iterator<Item = HeaderName> {
        self.lines.iter().map(|line| line.name)
    }

    /// Whether the body is of this type.
    pub fn has_body_of(&self, kind: &str, subtype: &str) -> bool {
        self.first(HeaderName::ContentType)
            .and_then(MediaType::parse)
            .is_some_and(|found| found.is(kind, subtype))
    }

    /// The number that a header holds, such as `Expires`.
    pub fn number(&self, name: HeaderName) -> Option<u32> {
        self.first(name)?.parse().ok()
    }

    fn to_bytes(&self, body: &Bytes) -> Bytes {
        let mut bytes = Vec::with_capacity(self.text.len() + body.len());
        bytes.extend_from_slice(self.text.as_bytes());
        bytes.extend_from_slice(body);
        bytes.into()
    }
}

/// The method, Call-ID and names of headers. Values are about people, or are credentials.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({:?}, ", self.method)?;
        summary(&self.head, &self.body, f)
    }
}

/// The status, Call-ID and names of headers. Values are about people, or are credentials.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({:?}, ", self.status)?;
        summary(&self.head, &self.body, f)
    }
}

/// The Call-ID and the names of headers.
impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Head(")?;
        summary(self, &[], f)
    }
}

fn summary(head: &Head, body: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}, {} [", head.call_id.as_str(), head.cseq.number)?;
    for (at, name) in head.names().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}{}", name.as_str())?;
    }
    write!(f, "], {} bytes of body)", body.len())
}
