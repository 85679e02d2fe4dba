//! From values to messages: what is sent has gone through the reader of what is received.

use std::fmt::{Display, Write as _};

use bytes::Bytes;

use super::{HeaderName, Message, Method, Problem, Request, Response, StatusCode};

/// A message that cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A value holds a line end or another control character.
    #[error("a header value holds a control character")]
    ControlCharacter,
    /// The result would be refused by our own reader.
    #[error("the message is not well formed: {0}")]
    Refused(Problem),
}

/// A request in the making. Headers stand in the order of the calls.
#[derive(Clone)]
pub struct RequestBuilder(Writer);

/// A response in the making.
#[derive(Clone)]
pub struct ResponseBuilder(Writer);

#[derive(Clone)]
struct Writer {
    head: String,
    poisoned: bool,
}

impl RequestBuilder {
    /// Begins with the request line.
    pub fn new(method: &Method, uri: &str) -> Self {
        let mut writer = Writer::new();
        writer.start(|line| {
            let _ = write!(line, "{method} {uri} SIP/2.0");
        });
        Self(writer)
    }

    /// Adds a header line.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Display) -> Self {
        self.0.line(name.as_str(), value);
        self
    }

    /// Adds a header line of any name.
    #[must_use]
    pub fn extension(mut self, name: &str, value: impl Display) -> Self {
        self.0.line(name, value);
        self
    }

    /// Ends without a body.
    pub fn finish(self) -> Result<Request, BuildError> {
        self.finish_with_body(None)
    }

    /// Ends with a body of this type, or without.
    pub fn finish_with_body(self, body: Option<(&str, Bytes)>) -> Result<Request, BuildError> {
        match self.0.finish(body)? {
            Message::Request(request) => Ok(request),
            Message::Response(_) => Err(BuildError::Refused(Problem::StartLine)),
        }
    }
}

impl ResponseBuilder {
    /// Begins with the status line and what every response takes from its request. `tag` is added to a
    /// `To` that has none, unless the status is 100.
    pub fn new(status: StatusCode, request: &Request, tag: &str) -> Self {
        let mut writer = Writer::new();
        writer.start(|line| {
            let _ = write!(line, "SIP/2.0 {status}");
        });
        let head = &request.head;
        for via in head.all(HeaderName::Via) {
            writer.line("Via", via);
        }
        writer.line("From", &head.from);
        if head.to.tag().is_some() || status == StatusCode::TRYING {
            writer.line("To", &head.to);
        } else {
            writer.line("To", format_args!("{};tag={tag}", head.to));
        }
        writer.line("Call-ID", head.call_id.as_str());
        writer.line("CSeq", &head.cseq);
        if let Some(time) = head.first(HeaderName::Timestamp)
            && status == StatusCode::TRYING
        {
            writer.line("Timestamp", time);
        }
        Self(writer)
    }

    /// Adds a header line.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Display) -> Self {
        self.0.line(name.as_str(), value);
        self
    }

    /// Adds a header line of any name.
    #[must_use]
    pub fn extension(mut self, name: &str, value: impl Display) -> Self {
        self.0.line(name, value);
        self
    }

    /// Ends without a body.
    pub fn finish(self) -> Result<Response, BuildError> {
        self.finish_with_body(None)
    }

    /// Ends with a body of this type, or without.
    pub fn finish_with_body(self, body: Option<(&str, Bytes)>) -> Result<Response, BuildError> {
        match self.0.finish(body)? {
            Message::Response(response) => Ok(response),
            Message::Request(_) => Err(BuildError::Refused(Problem::StartLine)),
        }
    }
}

impl Writer {
    fn new() -> Self {
        Self {
            head: String::with_capacity(1024),
            poisoned: false,
        }
    }

    fn start(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.head);
        self.end_line(0);
    }

    fn line(&mut self, name: &str, value: impl Display) {
        let start = self.head.len();
        let _ = write!(self.head, "{name}: {value}");
        self.end_line(start);
    }

    /// INVARIANT: one call makes one line. A value from outside cannot add another one.
    fn end_line(&mut self, start: usize) {
        let line = self.head.get(start..).unwrap_or_default();
        // A quoted pair may hold any other control character; the reader knows where.
        self.poisoned |= line.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
        self.head.push_str("\r\n");
    }

    fn finish(mut self, body: Option<(&str, Bytes)>) -> Result<Message, BuildError> {
        let (kind, body) = match body {
            Some((kind, body)) => (Some(kind), body),
            None => (None, Bytes::new()),
        };
        if let Some(kind) = kind {
            self.line("Content-Type", kind);
        }
        self.line("Content-Length", body.len());
        if self.poisoned {
            return Err(BuildError::ControlCharacter);
        }
        self.head.push_str("\r\n");
        Message::read(self.head.as_bytes(), &body).map_err(BuildError::Refused)
    }
}
