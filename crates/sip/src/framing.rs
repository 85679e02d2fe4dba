//! Where messages begin and end: one in a datagram, many in a stream.

use std::fmt;

use crate::limits::{BODY_BYTES_MAX, HEAD_BYTES_MAX, MESSAGE_BYTES_MAX, STREAM_BUFFER_BYTES_MAX};
use crate::message::scan;
use crate::message::{HeaderName, Message, Problem, Refused, head_length, refuse};

#[cfg(test)]
mod tests;

/// Reads the one message of a datagram. Bytes beyond its `Content-Length` are no part of it (RFC 3261,
/// section 18.3); with too few the message is refused.
pub fn parse_datagram(bytes: &[u8]) -> Result<Message, Refused> {
    // Some senders begin with empty lines (RFC 3261, section 7.5).
    let bytes = without_leading_lines(bytes);
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(refuse(Problem::MessageTooLong, bytes));
    }
    let Some((head, rest)) = head_length(bytes).and_then(|length| bytes.split_at_checked(length))
    else {
        return Err(refuse(Problem::Truncated, bytes));
    };
    let body = match content_length(head) {
        Ok(None) => rest,
        Ok(Some(length)) => match rest.get(..length) {
            Some(body) => body,
            None => return Err(refuse(Problem::Length, head)),
        },
        Err(problem) => return Err(refuse(problem, head)),
    };
    Message::parse(head, body)
}

/// Whether a datagram is a keep-alive: nothing but line ends, or the single zero byte of some senders.
pub fn is_keep_alive(bytes: &[u8]) -> bool {
    bytes.len() <= 4 && bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

/// Takes the bytes of a connection apart.
#[derive(Default)]
pub struct StreamFramer {
    buffer: Vec<u8>,
    /// How much of the buffer was searched for the end of a head in vain.
    searched: usize,
    /// How long the message is whose head was read. Its head is not read again before all of it is there.
    needed: usize,
    broken: bool,
}

/// What a connection brought.
#[derive(Debug, Clone)]
pub enum Frame {
    /// A message.
    Message(Box<Message>),
    /// A keep-alive, to be answered with one line end (RFC 5626, section 3.5.1).
    Ping,
    /// The answer to a keep-alive of ours.
    Pong,
    /// A message that was refused although its end is known: it is answered and the stream goes on.
    Refused(Box<Refused>),
}

/// The stream cannot be followed any further: answer what is due and close the connection.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the connection has to be closed: {0}")]
pub struct StreamBroken(pub Box<Refused>);

impl StreamFramer {
    /// A framer for a new connection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes, as many as have room, and gives how many it took. Ask [`StreamFramer::next_frame`]
    /// until there is none, then feed the rest.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        let room = STREAM_BUFFER_BYTES_MAX.saturating_sub(self.buffer.len());
        let taken = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        self.buffer.extend_from_slice(taken);
        taken.len()
    }

    /// The next frame, where it is complete.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, StreamBroken> {
        if self.broken || self.buffer.len() < self.needed {
            return Ok(None);
        }
        match self.buffer.as_slice() {
            [b'\r', b'\n', b'\r', b'\n', ..] => {
                self.consume(4);
                return Ok(Some(Frame::Ping));
            }
            // A line end alone may be the first half of a ping: wait for what follows.
            [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return Ok(None),
            [b'\r', b'\n', ..] => {
                self.consume(2);
                return Ok(Some(Frame::Pong));
            }
            _ => {}
        }
        let Some(length) = self.find_head() else {
            if self.buffer.len() > HEAD_BYTES_MAX {
                return Err(self.break_off(Problem::MessageTooLong));
            }
            return Ok(None);
        };
        let head = self.buffer.get(..length).unwrap_or_default();
        let body = match content_length(head) {
            Ok(Some(body)) if body <= BODY_BYTES_MAX => body,
            Ok(Some(_)) => return Err(self.break_off(Problem::BodyTooLong)),
            Ok(None) => return Err(self.break_off(Problem::Length)),
            Err(problem) => return Err(self.break_off(problem)),
        };
        let Some((head, body)) = self
            .buffer
            .get(..length + body)
            .and_then(|message| message.split_at_checked(length))
        else {
            self.needed = length + body;
            return Ok(None);
        };
        let frame = match Message::parse(head, body) {
            Ok(message) => Frame::Message(Box::new(message)),
            Err(refused) => Frame::Refused(Box::new(refused)),
        };
        let length = length + body.len();
        self.consume(length);
        Ok(Some(frame))
    }

    /// Takes what is left when the peer has been silent for a while: a single line end is the answer to
    /// a keep-alive after all.
    pub fn take_pong(&mut self) -> bool {
        let found = self.buffer == b"\r\n";
        if found {
            self.consume(2);
        }
        found
    }

    /// How many bytes wait for the rest of their message.
    pub fn waiting(&self) -> usize {
        self.buffer.len()
    }

    fn find_head(&mut self) -> Option<usize> {
        let from = self.searched.saturating_sub(3);
        let rest = self.buffer.get(from..)?;
        let found = head_length(rest).map(|length| from + length);
        if found.is_none() {
            self.searched = self.buffer.len();
        }
        found
    }

    fn consume(&mut self, length: usize) {
        self.buffer.drain(..length.min(self.buffer.len()));
        self.searched = 0;
        self.needed = 0;
    }

    fn break_off(&mut self, problem: Problem) -> StreamBroken {
        self.broken = true;
        let refused = refuse(problem, &self.buffer);
        self.buffer = Vec::new();
        StreamBroken(Box::new(refused))
    }
}

impl fmt::Debug for StreamFramer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamFramer({} bytes waiting)", self.buffer.len())
    }
}

fn without_leading_lines(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_prefix(b"\r\n") {
        bytes = rest;
    }
    bytes
}

/// The one `Content-Length` of a head, read before anything else is: it decides where the next message
/// begins.
///
/// INVARIANT: two of them, even equal ones, a sign, a list, or a number that overflows is a refusal, never
/// a guess.
fn content_length(head: &[u8]) -> Result<Option<usize>, Problem> {
    let mut found = None;
    let mut rest = head;
    // The start line is no header.
    let mut first = true;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let (line, tail) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        rest = tail.get(1..).unwrap_or_default();
        // A line that ends otherwise may hide a length from us or from others.
        let line = line.strip_suffix(b"\r").ok_or(Problem::Bytes)?;
        if std::mem::take(&mut first) {
            continue;
        }
        let Some(value) = content_length_value(line) else {
            continue;
        };
        if found.is_some() {
            return Err(Problem::Doubled(HeaderName::ContentLength));
        }
        // A folded value is legal, so the lines that belong to it are looked at as well.
        let mut text = value.to_vec();
        while matches!(rest.first(), Some(b' ' | b'\t')) {
            let end = memchr::memmem::find(rest, b"\r\n").unwrap_or(rest.len());
            text.extend_from_slice(rest.get(..end).unwrap_or_default());
            rest = rest.get(end + 2..).unwrap_or_default();
        }
        let text = std::str::from_utf8(&text).map_err(|_| Problem::Bytes)?;
        let length = scan::number(text.trim_matches([' ', '\t']), u64::from(u32::MAX))
            .ok_or(Problem::Malformed(HeaderName::ContentLength))?;
        found = Some(usize::try_from(length).map_err(|_| Problem::Length)?);
    }
    Ok(found)
}

/// What stands behind the colon, if the line is a `Content-Length`.
fn content_length_value(line: &[u8]) -> Option<&[u8]> {
    // Cheap first: most lines begin with another letter.
    if !matches!(line.first(), Some(b'c' | b'C' | b'l' | b'L')) {
        return None;
    }
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = name.trim_ascii_end();
    let found = name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l");
    found.then(|| value.get(1..).unwrap_or_default())
}
