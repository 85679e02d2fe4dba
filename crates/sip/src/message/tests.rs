#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod headers;
mod properties;
mod refusals;
mod uris;

use super::{Message, Problem, Request};
use crate::framing::parse_datagram;

/// An ordinary INVITE of a trunk, without a body.
pub(super) const INVITE: &str = "INVITE sip:+4930123456@ringfence.example;user=phone SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport\r\n\
    Max-Forwards: 70\r\n\
    From: \"Alice \\\"A\\\" Example\" <sip:+49301111@trunk.example;user=phone>;tag=1928301774\r\n\
    To: <sip:+4930123456@ringfence.example;user=phone>\r\n\
    Call-ID: a84b4c76e66710@192.0.2.1\r\n\
    CSeq: 314159 INVITE\r\n\
    Contact: <sip:alice@192.0.2.1:5060>\r\n\
    Content-Length: 0\r\n\
    \r\n";

pub(super) fn request(text: &str) -> Request {
    match parse_datagram(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("no request: {other:?}"),
    }
}

pub(super) fn problem(text: &str) -> Problem {
    match parse_datagram(text.as_bytes()) {
        Err(refused) => refused.problem,
        Ok(message) => panic!("accepted: {message:?}"),
    }
}
