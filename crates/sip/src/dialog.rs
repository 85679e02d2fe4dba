//! Dialogs: what two sides of a call remember of each other (RFC 3261, section 12).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::TOKEN_BYTES_MAX;
use crate::message::{
    Address, CSEQ_MAX, HeaderName, Method, Request, RequestBuilder, Response, Uri, items,
};

#[cfg(test)]
mod tests;

/// One side's view of a dialog. Holds copies, never a message's buffer.
#[derive(Clone)]
pub struct Dialog {
    call_id: String,
    local_tag: String,
    remote_tag: String,
    /// `From` of our requests, with its tag.
    local: String,
    /// `To` of our requests, with its tag where the other side has one.
    remote: String,
    remote_target: Uri,
    routes: Vec<String>,
    local_cseq: u32,
    remote_cseq: Option<u32>,
}

/// What a later process needs to hang up a dialog of an earlier one. About people: it is sealed before
/// it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogSnapshot {
    /// The trunk that the call runs over.
    pub trunk: String,
    /// `udp`, `tcp` or `tls`.
    pub transport: String,
    /// Where requests of the dialog go.
    pub address: std::net::SocketAddr,
    /// Its Call-ID.
    pub call_id: String,
    /// `From` of our requests.
    pub local: String,
    /// `To` of our requests.
    pub remote: String,
    /// The request URI of our requests.
    pub remote_target: String,
    /// The routes of our requests.
    pub routes: Vec<String>,
    /// The number of our last request when the snapshot was taken.
    pub local_cseq: u32,
}

/// Why no dialog comes about, or why a request does not fit into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DialogProblem {
    /// The message names no place to send requests to.
    #[error("`Contact` is missing or cannot be called")]
    NoContact,
    /// The response names no dialog.
    #[error("`To` has no tag")]
    NoTag,
    /// A name that is too long to remember.
    #[error("a tag or `Call-ID` is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    /// A request that was overtaken by a later one.
    #[error("`CSeq` is lower than that of an earlier request")]
    OutOfOrder,
}

/// How far a later process jumps ahead of the number in a snapshot: more requests than any call sends
/// between two snapshots.
const SNAPSHOT_CSEQ_GAP: u32 = 10_000;

impl Dialog {
    /// The dialog that our response to this request opens.
    pub fn of_request(request: &Request, local_tag: &str) -> Result<Self, DialogProblem> {
        let head = &request.head;
        let remote_tag = head.from.tag().ok_or(DialogProblem::NoTag)?;
        check_length(&[&head.call_id, remote_tag])?;
        Ok(Self {
            call_id: head.call_id.as_str().to_owned(),
            local_tag: local_tag.to_owned(),
            remote_tag: remote_tag.to_owned(),
            local: format!("{};tag={local_tag}", head.to),
            remote: head.from.to_string(),
            remote_target: contact(head.first(HeaderName::Contact))?,
            routes: head
                .list(HeaderName::RecordRoute)
                .map(str::to_owned)
                .collect(),
            local_cseq: 0,
            remote_cseq: Some(head.cseq.number),
        })
    }

    /// The dialog that a response to our request opens. `request` is the one that was answered.
    pub fn of_response(request: &Request, response: &Response) -> Result<Self, DialogProblem> {
        let head = &response.head;
        let remote_tag = head.to.tag().ok_or(DialogProblem::NoTag)?;
        let local_tag = request.head.from.tag().ok_or(DialogProblem::NoTag)?;
        check_length(&[&head.call_id, remote_tag])?;
        let mut routes: Vec<String> = head
            .list(HeaderName::RecordRoute)
            .map(str::to_owned)
            .collect();
        routes.reverse();
        Ok(Self {
            call_id: head.call_id.as_str().to_owned(),
            local_tag: local_tag.to_owned(),
            remote_tag: remote_tag.to_owned(),
            local: request.head.from.to_string(),
            remote: head.to.to_string(),
            remote_target: contact(head.first(HeaderName::Contact))?,
            routes,
            local_cseq: request.head.cseq.number,
            remote_cseq: None,
        })
    }

    /// Our tag, which names the dialog among ours.
    pub fn local_tag(&self) -> &str {
        &self.local_tag
    }

    /// The other side's tag.
    pub fn remote_tag(&self) -> &str {
        &self.remote_tag
    }

    /// The Call-ID.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// The number of our last request.
    pub const fn local_cseq(&self) -> u32 {
        self.local_cseq
    }

    /// Our requests go on from this number: one was sent again under a new one.
    pub(crate) fn skip_to(&mut self, cseq: u32) {
        self.local_cseq = self.local_cseq.max(cseq);
    }

    /// Whether a request of the other side belongs to this dialog.
    pub fn has_request(&self, request: &Request) -> bool {
        let head = &request.head;
        head.call_id == *self.call_id
            && head.to.tag() == Some(self.local_tag.as_str())
            && head.from.tag() == Some(self.remote_tag.as_str())
    }

    /// Takes a request of the other side in its order. ACK and CANCEL carry the number of their INVITE
    /// and are not asked.
    pub fn accept(&mut self, request: &Request) -> Result<(), DialogProblem> {
        let number = request.head.cseq.number;
        if self.remote_cseq.is_some_and(|last| number <= last) {
            return Err(DialogProblem::OutOfOrder);
        }
        self.remote_cseq = Some(number);
        Ok(())
    }

    /// Takes the new place of the other side, where the message is one that tells it (re-INVITE, UPDATE
    /// and their 2xx) and names one that can be called.
    pub fn refresh_target(&mut self, contact_header: Option<&str>) {
        if let Ok(target) = contact(contact_header) {
            self.remote_target = target;
        }
    }

    /// The first place that our requests go to: a route, or the other side itself.
    pub fn next_hop(&self) -> Uri {
        self.routes
            .first()
            .and_then(|route| Address::parse(route))
            .map_or_else(|| self.remote_target.clone(), |route| route.uri().clone())
    }

    /// The next request of ours, up to its own headers.
    pub fn request(&mut self, method: &Method, via: &str) -> RequestBuilder {
        self.local_cseq = self.local_cseq.saturating_add(1).min(CSEQ_MAX);
        self.request_with_cseq(method, via, self.local_cseq)
    }

    /// A request under a given number: the ACK of a 2xx carries that of its INVITE.
    pub fn request_with_cseq(&self, method: &Method, via: &str, cseq: u32) -> RequestBuilder {
        let (uri, routes) = self.route();
        let mut builder = RequestBuilder::new(method, &uri)
            .header(HeaderName::Via, via)
            .header(HeaderName::MaxForwards, 70)
            .header(HeaderName::From, &self.local)
            .header(HeaderName::To, &self.remote)
            .header(HeaderName::CallId, &self.call_id)
            .header(HeaderName::CSeq, format_args!("{cseq} {method}"));
        for route in routes {
            builder = builder.header(HeaderName::Route, route);
        }
        builder
    }

    /// What is to be stored. `flow` says where requests go.
    pub(crate) fn snapshot(
        &self,
        trunk: &str,
        transport: &str,
        address: std::net::SocketAddr,
    ) -> DialogSnapshot {
        DialogSnapshot {
            trunk: trunk.to_owned(),
            transport: transport.to_owned(),
            address,
            call_id: self.call_id.clone(),
            local: self.local.clone(),
            remote: self.remote.clone(),
            remote_target: self.remote_target.to_string(),
            routes: self.routes.clone(),
            local_cseq: self.local_cseq,
        }
    }

    /// The dialog of an earlier process. Its requests leave room for those that were sent after the
    /// snapshot was taken. Nothing where the snapshot is none.
    pub(crate) fn restore(snapshot: &DialogSnapshot) -> Option<Self> {
        let local = Address::parse(&snapshot.local)?;
        let remote = Address::parse(&snapshot.remote)?;
        Some(Self {
            call_id: snapshot.call_id.clone(),
            local_tag: local.tag()?.to_owned(),
            remote_tag: remote.tag()?.to_owned(),
            local: snapshot.local.clone(),
            remote: snapshot.remote.clone(),
            remote_target: Uri::parse(&snapshot.remote_target).ok()?,
            routes: snapshot.routes.clone(),
            local_cseq: snapshot.local_cseq.saturating_add(SNAPSHOT_CSEQ_GAP),
            remote_cseq: None,
        })
    }

    /// The request URI and `Route` lines. A first route without `lr` is a strict router: it wants to be
    /// the request URI itself (RFC 3261, section 12.2.1.1).
    fn route(&self) -> (String, Vec<String>) {
        let target = self.remote_target.to_string();
        let first = self.routes.first().and_then(|route| Address::parse(route));
        match first {
            Some(first) if first.uri().parameter("lr").is_none() => {
                let mut routes: Vec<String> = self.routes.iter().skip(1).cloned().collect();
                routes.push(format!("<{target}>"));
                (first.uri().to_string(), routes)
            }
            _ => (target, self.routes.clone()),
        }
    }
}

impl fmt::Debug for Dialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dialog({})", self.call_id)
    }
}

impl fmt::Debug for DialogSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DialogSnapshot({})", self.call_id)
    }
}

/// The first contact, if it can be called: `sip` or `sips`.
fn contact(value: Option<&str>) -> Result<Uri, DialogProblem> {
    use crate::message::Scheme;
    value
        .and_then(|value| items(value).next())
        .and_then(Address::parse)
        .map(|contact| contact.uri().detached())
        .filter(|uri| matches!(uri.scheme(), Scheme::Sip | Scheme::Sips))
        .ok_or(DialogProblem::NoContact)
}

fn check_length(names: &[&str]) -> Result<(), DialogProblem> {
    if names.iter().any(|name| name.len() > TOKEN_BYTES_MAX) {
        return Err(DialogProblem::TooLong);
    }
    Ok(())
}
