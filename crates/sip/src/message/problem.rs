//! Why a message is refused, and which answer is due.

use super::header::HeaderName;
use super::status::StatusCode;
use crate::limits;
use crate::message::reply::ReplyTo;

/// What is wrong with a message. Names places, never values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Empty, or without the empty line behind its headers.
    #[error("the message has no end of its headers")]
    Truncated,
    /// Longer than the limits allow.
    #[error("the message is longer than {} bytes", limits::MESSAGE_BYTES_MAX)]
    MessageTooLong,
    /// A body longer than the limit.
    #[error("the body is longer than {} bytes", limits::BODY_BYTES_MAX)]
    BodyTooLong,
    /// Neither a request line nor a status line.
    #[error("the start line is malformed")]
    StartLine,
    /// Not SIP/2.0.
    #[error("the version of SIP is not 2.0")]
    Version,
    /// A status code out of range.
    #[error("the status code is not from 100 to 699")]
    Status,
    /// A request URI that is not of the grammar.
    #[error("the request URI is malformed")]
    RequestUri,
    /// A request URI that is too long.
    #[error("the request URI is longer than {} bytes", limits::URI_BYTES_MAX)]
    RequestUriTooLong,
    /// A request URI of an unknown kind.
    #[error("the request URI is neither sip, sips nor tel")]
    RequestUriScheme,
    /// Not UTF-8, or with control characters.
    #[error("the head holds bytes that no header may hold")]
    Bytes,
    /// A line without a name and a colon.
    #[error("a header line has no name")]
    HeaderLine,
    /// A header line that is too long.
    #[error("a header line is longer than {} bytes", limits::HEADER_BYTES_MAX)]
    HeaderTooLong,
    /// Too many lines.
    #[error("there are more than {} header lines", limits::HEADERS_MAX)]
    TooManyHeaders,
    /// A list with too many items.
    #[error("`{}` has too many items", .0.as_str())]
    TooManyItems(HeaderName),
    /// A value that is not of the header's grammar.
    #[error("`{}` is malformed", .0.as_str())]
    Malformed(HeaderName),
    /// A header that may stand once stands twice.
    #[error("`{}` may stand only once", .0.as_str())]
    Doubled(HeaderName),
    /// A header that must be there is not.
    #[error("`{}` is missing", .0.as_str())]
    Missing(HeaderName),
    /// The `CSeq` names another method than the request line.
    #[error("`CSeq` names another method")]
    MethodMismatch,
    /// The lengths of body and `Content-Length` differ, or a stream has none.
    #[error("`Content-Length` does not fit the body")]
    Length,
}

impl Problem {
    /// The status that a request with this problem is answered with.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::MessageTooLong | Self::TooManyHeaders => StatusCode::MESSAGE_TOO_LARGE,
            Self::BodyTooLong => StatusCode::ENTITY_TOO_LARGE,
            Self::RequestUriTooLong => StatusCode::URI_TOO_LONG,
            Self::RequestUriScheme => StatusCode::UNSUPPORTED_URI_SCHEME,
            Self::Version => StatusCode::VERSION_NOT_SUPPORTED,
            Self::TooManyItems(HeaderName::Via) => StatusCode::TOO_MANY_HOPS,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// A message that was refused.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}")]
pub struct Refused {
    /// What is wrong.
    pub problem: Problem,
    /// What the sender is told.
    pub answer: DueAnswer,
}

/// What the sender of a refused message is told.
#[derive(Debug, Clone)]
pub enum DueAnswer {
    /// Nothing: it was a response, an ACK, or not enough of it can be read to answer.
    Drop,
    /// This status, built from the headers that could be read.
    Status(StatusCode, Box<ReplyTo>),
}
