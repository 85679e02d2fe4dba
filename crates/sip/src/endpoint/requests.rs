//! Requests of theirs: told apart, refused where nobody serves them, or handed on.

use model::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{CallHandle, Due, Endpoint, Flow, reply_flow};
use crate::message::{
    ALLOW, HeaderName, Method, ReplyTo, Request, Response, ResponseBuilder, StatusCode,
};
use crate::transaction::{InviteServer, NonInviteServer, ServerKey, ServerOutput};

/// Extensions that a request may require.
pub(super) const SUPPORTED: &str = "100rel, timer, replaces";

pub(super) struct ServerEntry {
    machine: ServerMachine,
    flow: Flow,
    /// The call whose first INVITE this is.
    pub(super) call: Option<CallHandle>,
    merge: MergeKey,
}

enum ServerMachine {
    Invite(InviteServer),
    Other(NonInviteServer),
}

/// What is the same in copies of a request that came over different ways (RFC 3261, section 8.2.2.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MergeKey {
    call_id: String,
    tag: String,
    cseq: u32,
    method: Method,
}

impl MergeKey {
    fn of(request: &Request) -> Self {
        let head = &request.head;
        Self {
            call_id: head.call_id.as_str().to_owned(),
            tag: head.from.tag().unwrap_or_default().to_owned(),
            cseq: head.cseq.number,
            method: request.method.clone(),
        }
    }
}

impl ServerEntry {
    fn next_deadline(&self) -> Option<Timestamp> {
        match &self.machine {
            ServerMachine::Invite(machine) => machine.next_deadline(),
            ServerMachine::Other(machine) => machine.next_deadline(),
        }
    }

    /// Whether it is of the same trunk: the same branch from another one is a stranger's guess.
    pub(super) const fn belongs_to(&self, flow: Flow) -> bool {
        self.flow.trunk == flow.trunk
    }

    pub(super) const fn is_open_invite(&self) -> bool {
        match &self.machine {
            ServerMachine::Invite(machine) => machine.is_open(),
            ServerMachine::Other(_) => false,
        }
    }
}

impl Endpoint {
    pub(super) fn on_request(&mut self, now: Timestamp, flow: Flow, request: Request) {
        let flow = reply_flow(flow, &request.head.via);
        let Ok(key) = ServerKey::of(&request) else {
            self.refuse_at_once(now, flow, &request, StatusCode::BAD_REQUEST, &[]);
            return;
        };
        if request.method == Method::Ack {
            self.on_ack(now, flow, &key, &request);
            return;
        }
        if let Some(entry) = self.servers.get(&key) {
            if entry.belongs_to(flow) {
                let outputs = match &entry.machine {
                    ServerMachine::Invite(machine) => machine.on_retransmission(),
                    ServerMachine::Other(machine) => machine.on_retransmission(),
                };
                self.server_outputs(&key, outputs);
            }
            return;
        }
        if let Err(not) = serves(&request) {
            let extra = [(not.header, not.value.as_str())];
            self.refuse_at_once(now, flow, &request, not.status, &extra);
            return;
        }
        if !self.has_room_for_transactions() {
            self.shed(now, flow, &request);
            return;
        }
        match (&request.method, request.head.to.tag().is_some()) {
            (Method::Cancel, _) => self.on_cancel(now, flow, &key, &request),
            (_, true) => self.on_request_within(now, flow, key, request),
            (Method::Invite, false) => self.on_invite(now, flow, key, request),
            (Method::Options, false) => {
                self.refuse_at_once(
                    now,
                    flow,
                    &request,
                    StatusCode::OK,
                    &[
                        ("Allow", ALLOW),
                        ("Accept", "application/sdp"),
                        ("Supported", SUPPORTED),
                    ],
                );
            }
            _ => self.refuse_at_once(now, flow, &request, StatusCode::NO_SUCH_CALL, &[]),
        }
    }

    /// Answers without keeping anything. Bounded per trunk, so that nobody can make us a mirror.
    pub(super) fn refuse_at_once(
        &mut self,
        now: Timestamp,
        flow: Flow,
        request: &Request,
        status: StatusCode,
        extra: &[(&str, &str)],
    ) {
        let allowed = self
            .trunks
            .get_mut(flow.trunk)
            .is_some_and(|trunk| trunk.others_bucket.take(now));
        if allowed {
            self.answer_at_once(flow, request, status, extra);
        }
    }

    /// Sheds load: a stateless 503, and silence where even those become too many.
    pub(super) fn shed(&mut self, now: Timestamp, flow: Flow, request: &Request) {
        let allowed = self
            .trunks
            .get_mut(flow.trunk)
            .is_some_and(|trunk| trunk.shed_bucket.take(now));
        if allowed {
            let wait = [("Retry-After", "5")];
            self.answer_at_once(flow, request, StatusCode::SERVICE_UNAVAILABLE, &wait);
        }
    }

    pub(super) fn answer_at_once(
        &mut self,
        flow: Flow,
        request: &Request,
        status: StatusCode,
        extra: &[(&str, &str)],
    ) {
        let tag = stateless_tag(request);
        let bytes = ReplyTo::of(request).response(status, &tag, extra);
        self.transmit(flow, bytes);
    }

    /// Remembers a request until its transaction is over.
    pub(super) fn open_server(
        &mut self,
        now: Timestamp,
        flow: Flow,
        key: &ServerKey,
        request: &Request,
        call: Option<CallHandle>,
    ) {
        let machine = if request.method == Method::Invite {
            ServerMachine::Invite(InviteServer::new(flow.reliability()))
        } else {
            ServerMachine::Other(NonInviteServer::new(now, flow.reliability()))
        };
        let entry = ServerEntry {
            machine,
            flow,
            call,
            merge: MergeKey::of(request),
        };
        self.schedule
            .set(Due::Server(key.clone()), entry.next_deadline());
        if request.method == Method::Invite {
            self.merges.insert(entry.merge.clone());
        }
        self.servers.insert(key.clone(), entry);
    }

    /// Sends a response in its transaction.
    pub(super) fn respond(&mut self, now: Timestamp, key: &ServerKey, response: &Response) {
        let Some(entry) = self.servers.get_mut(key) else {
            return;
        };
        let bytes = response.to_bytes();
        let outputs = match &mut entry.machine {
            ServerMachine::Invite(machine) => machine.respond(now, response.status, bytes),
            ServerMachine::Other(machine) => machine.respond(now, response.status, bytes),
        };
        self.server_outputs(key, outputs);
    }

    /// Opens a transaction and answers it with nothing but a status.
    pub(super) fn open_and_respond(
        &mut self,
        now: Timestamp,
        flow: Flow,
        key: &ServerKey,
        request: &Request,
        status: StatusCode,
    ) {
        self.open_server(now, flow, key, request, None);
        self.respond_status(now, key, request, status);
    }

    pub(super) fn respond_status(
        &mut self,
        now: Timestamp,
        key: &ServerKey,
        request: &Request,
        status: StatusCode,
    ) {
        let tag = self.random.tag();
        let mut builder = ResponseBuilder::new(status, request, &tag);
        if status == StatusCode::METHOD_NOT_ALLOWED {
            builder = builder.header(HeaderName::Allow, ALLOW);
        }
        if status == StatusCode::SERVER_INTERNAL_ERROR {
            let seconds = self.random.below(11);
            builder = builder.header(HeaderName::RetryAfter, seconds);
        }
        if let Ok(response) = builder.finish() {
            self.respond(now, key, &response);
        }
    }

    pub(super) fn on_server_deadline(&mut self, now: Timestamp, key: &ServerKey) {
        let Some(entry) = self.servers.get_mut(key) else {
            return;
        };
        let outputs = match &mut entry.machine {
            ServerMachine::Invite(machine) => machine.on_deadline(now),
            ServerMachine::Other(machine) => machine.on_deadline(now),
        };
        self.server_outputs(key, outputs);
    }

    /// Whether another transaction holds a copy of this request.
    pub(super) fn is_merged(&self, request: &Request) -> bool {
        self.merges.contains(&MergeKey::of(request))
    }

    fn server_outputs(&mut self, key: &ServerKey, outputs: Vec<ServerOutput>) {
        let Some(entry) = self.servers.get(key) else {
            return;
        };
        let flow = entry.flow;
        self.schedule
            .set(Due::Server(key.clone()), entry.next_deadline());
        for output in outputs {
            match output {
                ServerOutput::Send(bytes) => self.transmit(flow, bytes),
                ServerOutput::Unconfirmed => {}
                ServerOutput::Terminated => {
                    self.schedule.set(Due::Server(key.clone()), None);
                    if let Some(entry) = self.servers.remove(key) {
                        self.merges.remove(&entry.merge);
                    }
                }
            }
        }
    }

    fn on_ack(&mut self, now: Timestamp, flow: Flow, key: &ServerKey, request: &Request) {
        if let Some(entry) = self.servers.get_mut(key)
            && entry.belongs_to(flow)
            && let ServerMachine::Invite(machine) = &mut entry.machine
        {
            let outputs = machine.on_ack(now);
            self.server_outputs(key, outputs);
        }
        self.on_ack_within(now, flow, request);
    }
}

/// Why nobody here serves a request, with the header that says what is served.
struct NotServed {
    status: StatusCode,
    header: &'static str,
    value: String,
}

impl NotServed {
    fn new(status: StatusCode, header: &'static str, value: impl Into<String>) -> Self {
        Self {
            status,
            header,
            value: value.into(),
        }
    }
}

/// Whether anybody here serves requests like this.
fn serves(request: &Request) -> Result<(), NotServed> {
    match &request.method {
        Method::Other(_) => {
            return Err(NotServed::new(StatusCode::NOT_IMPLEMENTED, "Allow", ALLOW));
        }
        Method::Register
        | Method::Notify
        | Method::Subscribe
        | Method::Message
        | Method::Publish => {
            return Err(NotServed::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "Allow",
                ALLOW,
            ));
        }
        // It may not carry `Require` (RFC 3261, section 9.1), and is served whatever it carries.
        Method::Cancel => return Ok(()),
        _ => {}
    }
    let head = &request.head;
    let known = |tag: &str| {
        SUPPORTED
            .split(", ")
            .any(|one| one.eq_ignore_ascii_case(tag))
    };
    let unknown: Vec<&str> = head
        .list(HeaderName::Require)
        .filter(|tag| !known(tag))
        .collect();
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        return Err(NotServed::new(
            StatusCode::BAD_EXTENSION,
            "Unsupported",
            unknown,
        ));
    }
    let unsupported = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    let encoded = head
        .list(HeaderName::ContentEncoding)
        .any(|encoding| !encoding.eq_ignore_ascii_case("identity"));
    if encoded {
        return Err(NotServed::new(unsupported, "Accept-Encoding", "identity"));
    }
    let describes = matches!(
        request.method,
        Method::Invite | Method::Update | Method::Prack
    );
    if describes && !request.body.is_empty() && !head.has_body_of("application", "sdp") {
        return Err(NotServed::new(unsupported, "Accept", "application/sdp"));
    }
    Ok(())
}

/// The same tag for the same request, without remembering it (RFC 3261, section 8.2.7).
fn stateless_tag(request: &Request) -> String {
    let mut hash = Sha256::new();
    hash.update(request.head.via.as_str());
    hash.update(request.head.call_id.as_str());
    let mut tag = hex::encode(hash.finalize());
    tag.truncate(24);
    tag
}
