//! Requests of ours and their answers.

use model::Timestamp;

use super::{CallHandle, Due, EndReason, Endpoint, Event, Flow, Purpose};
use crate::digest::answer_challenges;
use crate::message::{
    BuildError, HeaderName, Method, Request, RequestBuilder, Response, StatusCode,
};
use crate::transaction::{ClientKey, ClientOutput, InviteClient, NonInviteClient};

/// How often a request is sent again with credentials: once, and once more for a stale nonce.
const AUTHENTICATIONS_MAX: u8 = 2;

#[derive(Debug)]
pub(super) struct ClientEntry {
    machine: ClientMachine,
    pub(super) flow: Flow,
    purpose: Purpose,
    authentications: u8,
}

#[derive(Debug)]
enum ClientMachine {
    Invite(Box<InviteClient>),
    Other(Box<NonInviteClient>),
}

impl ClientEntry {
    fn request(&self) -> &Request {
        match &self.machine {
            ClientMachine::Invite(machine) => machine.request(),
            ClientMachine::Other(machine) => machine.request(),
        }
    }

    pub(super) fn is_proceeding(&self) -> bool {
        match &self.machine {
            ClientMachine::Invite(machine) => machine.is_proceeding(),
            ClientMachine::Other(_) => false,
        }
    }

    /// Whether a final response is still to come.
    pub(super) const fn is_waiting(&self) -> bool {
        match &self.machine {
            ClientMachine::Invite(machine) => machine.is_waiting(),
            ClientMachine::Other(machine) => machine.is_waiting(),
        }
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        match &self.machine {
            ClientMachine::Invite(machine) => machine.next_deadline(),
            ClientMachine::Other(machine) => machine.next_deadline(),
        }
    }
}

impl Endpoint {
    pub(super) fn start_client(
        &mut self,
        now: Timestamp,
        request: Request,
        flow: Flow,
        purpose: Purpose,
        authentications: u8,
    ) -> ClientKey {
        let key = ClientKey::of(&request);
        let (machine, outputs) = if request.method == Method::Invite {
            let (machine, outputs) = InviteClient::start(now, request, flow.reliability());
            (ClientMachine::Invite(Box::new(machine)), outputs)
        } else {
            let (machine, outputs) = NonInviteClient::start(now, request, flow.reliability());
            (ClientMachine::Other(Box::new(machine)), outputs)
        };
        let entry = ClientEntry {
            machine,
            flow,
            purpose,
            authentications,
        };
        self.go_on(now, &key, entry, outputs);
        key
    }

    pub(super) fn on_response(&mut self, now: Timestamp, flow: Flow, response: Response) {
        let key = ClientKey::answered_by(&response);
        // Nobody but the trunk that was asked can answer: branches are secret, and so is the source.
        let ours = |entry: &ClientEntry| entry.flow.trunk == flow.trunk;
        if !self.clients.get(&key).is_some_and(ours) {
            return;
        }
        let Some(mut entry) = self.clients.remove(&key) else {
            return;
        };
        let outputs = match &mut entry.machine {
            ClientMachine::Invite(machine) => machine.on_response(now, response),
            ClientMachine::Other(machine) => machine.on_response(now, response),
        };
        self.go_on(now, &key, entry, outputs);
    }

    pub(super) fn on_client_deadline(&mut self, now: Timestamp, key: &ClientKey) {
        let Some(mut entry) = self.clients.remove(key) else {
            return;
        };
        let outputs = match &mut entry.machine {
            ClientMachine::Invite(machine) => machine.on_deadline(now),
            ClientMachine::Other(machine) => machine.on_deadline(now),
        };
        self.go_on(now, key, entry, outputs);
    }

    /// A request could not be sent.
    pub(super) fn fail_client(&mut self, now: Timestamp, key: &ClientKey) {
        if let Some(entry) = self.clients.remove(key) {
            let outputs = vec![ClientOutput::TimedOut, ClientOutput::Terminated];
            self.go_on(now, key, entry, outputs);
        }
    }

    /// Puts a machine back, then does what it wants: what follows may look for it.
    fn go_on(
        &mut self,
        now: Timestamp,
        key: &ClientKey,
        entry: ClientEntry,
        outputs: Vec<ClientOutput>,
    ) {
        let flow = entry.flow;
        let purpose = entry.purpose;
        let authentications = entry.authentications;
        let over = outputs
            .iter()
            .any(|output| matches!(output, ClientOutput::Terminated));
        let needs_request = outputs
            .iter()
            .any(|output| matches!(output, ClientOutput::Response(_) | ClientOutput::TimedOut));
        let request = needs_request.then(|| entry.request().clone());
        if over {
            self.schedule.set(Due::Client(key.clone()), None);
        } else {
            self.schedule
                .set(Due::Client(key.clone()), entry.next_deadline());
            self.clients.insert(key.clone(), entry);
        }
        for output in outputs {
            match (output, &request) {
                (ClientOutput::Send(bytes), _) => self.transmit(flow, bytes),
                (ClientOutput::Response(response), Some(request)) => {
                    let asked = Asked {
                        request,
                        flow,
                        purpose,
                        authentications,
                    };
                    self.on_answer(now, asked, &response);
                }
                (ClientOutput::TimedOut, Some(request)) => {
                    self.on_silence(now, request, purpose);
                }
                (ClientOutput::ProvisionalTimedOut, _) => {
                    if let Purpose::Invite(call) = purpose {
                        let _ = self.hang_up(now, call);
                    }
                }
                _ => {}
            }
        }
    }

    fn on_answer(&mut self, now: Timestamp, asked: Asked<'_>, response: &Response) {
        let challenged = matches!(
            response.status,
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED
        );
        if challenged && self.authenticate(now, asked, response).is_some() {
            return;
        }
        let request = asked.request;
        match asked.purpose {
            Purpose::Invite(call) => {
                self.on_invite_answer(now, call, request, asked.flow, response);
            }
            Purpose::Reinvite(call) | Purpose::Update(call) => {
                self.on_offer_answer(now, call, request, response);
            }
            Purpose::Prack(call) | Purpose::Info(call) => {
                // The other side does not know the call any more.
                if response.status == StatusCode::NO_SUCH_CALL {
                    self.end_call(call, EndReason::Protocol);
                }
            }
            Purpose::Last => {}
            Purpose::Ping(at, place) => {
                if !response.status.is_provisional() {
                    self.on_pong(at, place, Some(response.status));
                }
            }
            Purpose::Register(at) => {
                if !response.status.is_provisional() {
                    let cseq = request.head.cseq.number;
                    self.on_registered(now, at, cseq, Some(response));
                }
            }
        }
    }

    fn on_silence(&mut self, now: Timestamp, request: &Request, purpose: Purpose) {
        match purpose {
            Purpose::Invite(call) => self.on_invite_silence(now, call),
            // Within a call, silence means that the other side is gone (RFC 3261, section 12.2.1.2).
            Purpose::Reinvite(call) | Purpose::Update(call) | Purpose::Info(call) => {
                self.bye_and_end(now, call, EndReason::Timeout);
            }
            Purpose::Prack(call) => {
                let _ = self.hang_up(now, call);
            }
            Purpose::Last => {}
            Purpose::Ping(at, place) => self.on_pong(at, place, None),
            Purpose::Register(at) => self.on_registered(now, at, request.head.cseq.number, None),
        }
    }

    /// Sends the request again with credentials. Nothing where there is no account for it, the realm is
    /// another, or it was tried before.
    fn authenticate(
        &mut self,
        now: Timestamp,
        asked: Asked<'_>,
        response: &Response,
    ) -> Option<()> {
        if asked.authentications >= AUTHENTICATIONS_MAX {
            return None;
        }
        let (challenge, answer) = if response.status == StatusCode::UNAUTHORIZED {
            (HeaderName::WwwAuthenticate, HeaderName::Authorization)
        } else {
            (
                HeaderName::ProxyAuthenticate,
                HeaderName::ProxyAuthorization,
            )
        };
        let cnonce = self.random.nonce();
        let account = self.trunks.get(asked.flow.trunk)?.config.account.as_ref()?;
        let (value, used) = answer_challenges(
            response.head.all(challenge),
            account,
            asked.request.method.as_str(),
            asked.request.uri.as_str(),
            &cnonce,
        )
        .ok()?;
        // The same answer to a fresh nonce would be refused again.
        if asked.authentications > 0 && !used.stale {
            return None;
        }
        let request = self
            .again(asked.request, asked.flow, &[(answer, value)])
            .ok()?;
        self.send_again(now, asked, request);
        Some(())
    }

    /// Starts a changed copy of a request, and has its call follow.
    pub(super) fn send_again(&mut self, now: Timestamp, asked: Asked<'_>, request: Request) {
        let number = request.head.cseq.number;
        let key = ClientKey::of(&request);
        match asked.purpose {
            Purpose::Invite(call) => self.follow_invite(call, &key, &request, asked.flow),
            Purpose::Reinvite(call)
            | Purpose::Update(call)
            | Purpose::Info(call)
            | Purpose::Prack(call) => self.follow_within(call, number),
            Purpose::Last | Purpose::Ping(..) | Purpose::Register(_) => {}
        }
        let tries = asked.authentications + 1;
        self.start_client(now, request, asked.flow, asked.purpose, tries);
    }

    /// A copy of a request with the next number, a fresh branch, and these headers in place of those of
    /// their names.
    pub(super) fn again(
        &mut self,
        request: &Request,
        flow: Flow,
        changed: &[(HeaderName, String)],
    ) -> Result<Request, BuildError> {
        let mut builder = RequestBuilder::new(&request.method, request.uri.as_str())
            .header(HeaderName::Via, self.via(flow.transport));
        for (name, value) in request.head.headers() {
            let known = HeaderName::parse(name);
            let replaced = changed.iter().any(|(other, _)| *other == known);
            let rebuilt = matches!(
                known,
                HeaderName::Via
                    | HeaderName::CSeq
                    | HeaderName::ContentLength
                    | HeaderName::ContentType
            );
            if !replaced && !rebuilt {
                builder = builder.extension(name, value);
            }
        }
        let cseq = request.head.cseq.number.saturating_add(1);
        builder = builder.header(HeaderName::CSeq, format_args!("{cseq} {}", request.method));
        for (name, value) in changed {
            builder = builder.header(*name, value);
        }
        let kind = request.head.first(HeaderName::ContentType);
        builder.finish_with_body(kind.map(|kind| (kind, request.body.clone())))
    }

    /// Whether the INVITE of a call may be cancelled by now.
    pub(super) fn may_cancel(&self, key: &ClientKey) -> bool {
        self.clients
            .get(key)
            .is_some_and(ClientEntry::is_proceeding)
    }

    pub(super) fn refuse_offer_of_ours(&mut self, call: CallHandle, status: StatusCode) {
        self.tell(Event::OfferRefused { call, status });
    }
}

/// A request of ours and what it was for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) request: &'a Request,
    pub(super) flow: Flow,
    pub(super) purpose: Purpose,
    pub(super) authentications: u8,
}
