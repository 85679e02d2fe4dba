//! Transactions: one request, its retransmissions, and its answers (RFC 3261, section 17; RFC 6026).
//!
//! Machines are values. The time comes in with each input; [`next_deadline`](InviteClient::next_deadline)
//! says when to call `on_deadline`.

mod client;
mod server;

#[cfg(test)]
mod tests;

use bytes::Bytes;

pub use client::{ClientOutput, InviteClient, NonInviteClient, ack_for_refusal};
pub use server::{InviteServer, NonInviteServer, ServerOutput};

use crate::message::{Method, Request, Response};
use crate::random::MAGIC_COOKIE;

/// Whether the transport repeats lost messages by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reliability {
    /// UDP: messages get lost, so requests are repeated.
    Datagram,
    /// TCP and TLS.
    Stream,
}

/// What names a server transaction.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerKey {
    branch: String,
    sent_by: String,
    method: Method,
}

/// What names a client transaction.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientKey {
    branch: String,
    method: Method,
}

/// A branch that promises to be unique and is not: the cookie and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the branch is empty behind its cookie")]
pub struct EmptyBranch;

impl ServerKey {
    /// The transaction that a request belongs to; an ACK to that of its INVITE. Requests without the
    /// cookie are told apart as RFC 2543 did (RFC 3261, section 17.2.3).
    pub fn of(request: &Request) -> Result<Self, EmptyBranch> {
        let method = match &request.method {
            Method::Ack => Method::Invite,
            method => method.clone(),
        };
        Self::with_method(request, method)
    }

    /// The transaction that a CANCEL wants to end.
    pub fn cancelled_by(cancel: &Request) -> Result<Self, EmptyBranch> {
        Self::with_method(cancel, Method::Invite)
    }

    fn with_method(request: &Request, method: Method) -> Result<Self, EmptyBranch> {
        let via = &request.head.via;
        let branch = via.branch().unwrap_or_default();
        let branch = match branch.strip_prefix(MAGIC_COOKIE) {
            Some("") => return Err(EmptyBranch),
            Some(_) => branch.to_owned(),
            None => {
                let head = &request.head;
                format!(
                    "{}\n{}\n{}\n{}\n{}",
                    request.uri,
                    head.from.tag().unwrap_or_default(),
                    head.call_id.as_str(),
                    head.cseq.number,
                    via.as_str(),
                )
            }
        };
        let port = via.port().map_or(String::new(), |port| format!(":{port}"));
        Ok(Self {
            branch,
            sent_by: format!("{}{port}", via.host().to_ascii_lowercase()),
            method,
        })
    }
}

impl ClientKey {
    /// The transaction that a request of ours begins.
    pub fn of(request: &Request) -> Self {
        Self {
            branch: request.head.via.branch().unwrap_or_default().to_owned(),
            method: request.method.clone(),
        }
    }

    /// The transaction that a response belongs to.
    pub fn answered_by(response: &Response) -> Self {
        Self {
            branch: response.head.via.branch().unwrap_or_default().to_owned(),
            method: response.head.cseq.method.clone(),
        }
    }
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerKey({:?})", self.method)
    }
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientKey({:?})", self.method)
    }
}

/// The bytes of a message that may have to be sent again.
type Sent = Bytes;
