//! Calls that come in, until they are answered.

use model::{Personal, Timestamp};

use super::call::{Call, EarlyAnswer, HeldAnswer, Incoming, Resend, Stage, Unconfirmed};
use super::requests::SUPPORTED;
use super::{CallHandle, CommandError, EndReason, Endpoint, Event, Flow, IncomingCall};
use crate::dialog::Dialog;
use crate::digest::Verdict;
use crate::limits::{MIN_SE_SECS, SELECTED_HEADER_BYTES_MAX, SELECTED_HEADERS_MAX, UNANSWERED_MAX};
use crate::message::{
    ALLOW, HeaderName, Method, RAck, Replaces, Request, Response, ResponseBuilder, StatusCode,
};
use crate::sdp::Description;
use crate::session_timer::{SessionTimer, TimerAnswer};
use crate::transaction::ServerKey;

/// The type of session descriptions.
pub(super) const SDP: &str = "application/sdp";

/// When a caller who was refused because of load may try again.
const RETRY_AFTER_SECS: u32 = 5;

impl Endpoint {
    pub(super) fn on_invite(
        &mut self,
        now: Timestamp,
        flow: Flow,
        key: ServerKey,
        request: Request,
    ) {
        if self.is_merged(&request) {
            self.refuse_at_once(now, flow, &request, StatusCode::LOOP_DETECTED, &[]);
            return;
        }
        if !self.has_room_for_call(now, flow.trunk) {
            self.shed(now, flow, &request);
            return;
        }
        if !self.proves_itself(now, flow, &request) {
            return;
        }
        let Ok((offer, replaces)) = self.open_invite(now, flow, &key, &request) else {
            return;
        };
        let local_tag = self.random.tag();
        let Ok(dialog) = Dialog::of_request(&request, &local_tag) else {
            self.open_and_respond(now, flow, &key, &request, StatusCode::BAD_REQUEST);
            return;
        };
        let head = &request.head;
        let reliable = |name| head.lists(name, "100rel");
        let mut call = Call::new(
            flow,
            Stage::Incoming(Box::new(Incoming {
                key: key.clone(),
                had_offer: offer.is_some(),
                takes_reliable: reliable(HeaderName::Supported) || reliable(HeaderName::Require),
                wants_reliable: reliable(HeaderName::Require),
                next_rseq: u32::try_from(1 + self.random.below(1 << 30)).unwrap_or(1),
                reliable: None,
                held: HeldAnswer::No,
                early_answer: EarlyAnswer::No,
                give_up_at: now.plus(UNANSWERED_MAX),
                request: request.clone(),
            })),
            local_tag,
        );
        call.dialog = Some(dialog);
        call.remote.clone_from(&offer);
        call.learn(head);
        let handle = self.add_call(call);
        self.open_server(now, flow, &key, &request, Some(handle));
        self.respond_status(now, &key, &request, StatusCode::TRYING);
        self.schedule_call(handle);
        let Some(trunk) = self.trunks.get(flow.trunk) else {
            return;
        };
        let number = |number: Option<String>| Personal::new(number.unwrap_or_default());
        let incoming = IncomingCall {
            call: handle,
            trunk: trunk.config.id.clone(),
            transport: flow.transport,
            called: number(request.uri.number()),
            caller: number(head.from.uri().number()),
            caller_name: Personal::new(head.from.display_name()),
            offer: offer.map(Box::new),
            replaces,
            headers: selected_headers(&request),
        };
        self.tell(Event::IncomingCall(Box::new(incoming)));
    }

    /// Takes a place in the trunk's rate and among its calls, if there is one.
    fn has_room_for_call(&mut self, now: Timestamp, trunk: usize) -> bool {
        let all = self.calls.len() < self.calls_max;
        self.trunks.get_mut(trunk).is_some_and(|trunk| {
            trunk.calls_bucket.take(now) && all && trunk.calls < trunk.config.calls_max
        })
    }

    /// Whether the request carries the proof that its trunk owes, if it owes one.
    fn proves_itself(&mut self, now: Timestamp, flow: Flow, request: &Request) -> bool {
        let Some(trunk) = self.trunks.get_mut(flow.trunk) else {
            return false;
        };
        let Some(account) = &trunk.config.challenge else {
            return true;
        };
        let verdict = trunk.challenger.judge(
            now,
            account,
            request.method.as_str(),
            request.uri.as_str(),
            request.head.all(HeaderName::Authorization),
        );
        if verdict == Verdict::Accepted {
            return true;
        }
        let challenges =
            trunk
                .challenger
                .challenges(now, account, &mut self.random, verdict == Verdict::Stale);
        let extra: Vec<(&str, &str)> = challenges
            .iter()
            .map(|value| ("WWW-Authenticate", value.as_str()))
            .collect();
        self.answer_at_once(flow, request, StatusCode::UNAUTHORIZED, &extra);
        false
    }

    /// Looks into an INVITE as far as a call needs it; refuses it where it cannot be one.
    fn open_invite(
        &mut self,
        now: Timestamp,
        flow: Flow,
        key: &ServerKey,
        request: &Request,
    ) -> Result<(Option<Description>, Option<CallHandle>), ()> {
        if SessionTimer::accept(now, &request.head).is_err() {
            let least = MIN_SE_SECS.to_string();
            let extra = [("Min-SE", least.as_str())];
            self.refuse_at_once(now, flow, request, StatusCode::INTERVAL_TOO_SMALL, &extra);
            return Err(());
        }
        let Ok(offer) = body_description(&request.body) else {
            self.open_and_respond(now, flow, key, request, StatusCode::BAD_REQUEST);
            return Err(());
        };
        let replaces = match request.head.first(HeaderName::Replaces) {
            None => None,
            Some(value) => {
                let found = Replaces::parse(value).and_then(|named| self.replaced(flow, &named));
                if found.is_none() {
                    self.open_and_respond(now, flow, key, request, StatusCode::NO_SUCH_CALL);
                    return Err(());
                }
                found
            }
        };
        Ok((offer, replaces))
    }

    /// The call that a `Replaces` names. It has to be one of the same trunk.
    fn replaced(&self, flow: Flow, named: &Replaces) -> Option<CallHandle> {
        let handle = *self.tags.get(&named.to_tag)?;
        let call = self.calls.get(&handle)?;
        let dialog = call.dialog.as_ref()?;
        let same = dialog.call_id() == named.call_id && dialog.remote_tag() == named.from_tag;
        let early = !named.early_only || !call.is_answered();
        (same && early && call.flow.trunk == flow.trunk).then_some(handle)
    }

    pub(super) fn on_cancel(
        &mut self,
        now: Timestamp,
        flow: Flow,
        key: &ServerKey,
        request: &Request,
    ) {
        let cancelled = ServerKey::cancelled_by(request).ok();
        let entry = cancelled
            .as_ref()
            .and_then(|key| self.servers.get(key))
            .filter(|entry| entry.belongs_to(flow));
        let Some(entry) = entry else {
            self.refuse_at_once(now, flow, request, StatusCode::NO_SUCH_CALL, &[]);
            return;
        };
        let (call, is_open) = (entry.call, entry.is_open_invite());
        self.open_and_respond(now, flow, key, request, StatusCode::OK);
        if let (Some(call), true) = (call, is_open) {
            self.refuse_incoming(
                now,
                call,
                StatusCode::REQUEST_TERMINATED,
                EndReason::Cancelled,
            );
        } else if let (Some(key), true) = (cancelled, is_open) {
            self.withdraw_offer(now, &key);
        }
    }

    /// Says that the call rings.
    pub fn ring(&mut self, now: Timestamp, call: CallHandle) -> Result<(), CommandError> {
        self.provisional(now, call, StatusCode::RINGING, None)
    }

    /// Sends media before the call is answered: `answer` is the answer to its offer. It arrives for sure
    /// where the other side takes reliable provisional responses.
    pub fn progress(
        &mut self,
        now: Timestamp,
        call: CallHandle,
        answer: Description,
    ) -> Result<(), CommandError> {
        self.provisional(now, call, StatusCode::SESSION_PROGRESS, Some(answer))
    }

    fn provisional(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        status: StatusCode,
        answer: Option<Description>,
    ) -> Result<(), CommandError> {
        let contact = self.contact_of(handle)?;
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        let Stage::Incoming(incoming) = &mut call.stage else {
            return Err(CommandError::State);
        };
        if answer.is_some() && !incoming.had_offer {
            return Err(CommandError::State);
        }
        let reliable = incoming.wants_reliable || (incoming.takes_reliable && answer.is_some());
        if reliable && incoming.reliable.is_some() {
            return Err(CommandError::Pending);
        }
        let mut builder = ResponseBuilder::new(status, &incoming.request, &call.local_tag)
            .header(HeaderName::Contact, contact)
            .header(HeaderName::Allow, ALLOW)
            .header(HeaderName::Supported, SUPPORTED);
        for route in incoming.request.head.all(HeaderName::RecordRoute) {
            builder = builder.header(HeaderName::RecordRoute, route);
        }
        let rseq = incoming.next_rseq;
        if reliable {
            builder = builder
                .header(HeaderName::Require, "100rel")
                .header(HeaderName::RSeq, rseq);
        }
        let body = answer.as_ref().map(|answer| (SDP, answer.to_bytes()));
        let response = builder.finish_with_body(body)?;
        if reliable {
            incoming.next_rseq += 1;
            incoming.reliable = Some((rseq, Resend::new(now, response.to_bytes())));
        }
        let key = incoming.key.clone();
        if answer.is_some() {
            incoming.early_answer = if reliable {
                EarlyAnswer::Reliable
            } else {
                EarlyAnswer::Unconfirmed
            };
            call.local = answer;
        }
        self.respond(now, &key, &response);
        self.schedule_call(handle);
        Ok(())
    }

    /// Answers the call. `description` is the answer to its offer, or an offer of ours where it had none; it
    /// may be left out where `progress` brought the answer.
    pub fn answer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        description: Option<Description>,
    ) -> Result<(), CommandError> {
        let contact = self.contact_of(handle)?;
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        let Stage::Incoming(incoming) = &mut call.stage else {
            return Err(CommandError::State);
        };
        // What the PRACK confirms may not be overtaken (RFC 3262, section 3).
        if incoming.reliable.is_some() {
            incoming.held = HeldAnswer::Yes(description);
            return Ok(());
        }
        let Some(description) = description.or_else(|| call.local.clone()) else {
            return Err(CommandError::State);
        };
        let answered_before = incoming.early_answer == EarlyAnswer::Reliable;
        if answered_before && call.local.as_ref() != Some(&description) {
            return Err(CommandError::State);
        }
        let timer = SessionTimer::accept(now, &incoming.request.head).ok();
        let response = final_response(
            &incoming.request,
            &call.local_tag,
            &contact,
            timer.map(|(_, answer)| answer),
            Some(&description).filter(|_| !answered_before),
        )?;
        let key = incoming.key.clone();
        call.unconfirmed = Some(Unconfirmed {
            cseq: incoming.request.head.cseq.number,
            flow: call.flow,
            resend: Resend::new(now, response.to_bytes()),
            wants_answer: !incoming.had_offer,
        });
        call.timer = timer.map(|(timer, _)| timer);
        call.local = Some(description);
        call.stage = Stage::Answered;
        self.respond(now, &key, &response);
        self.schedule_call(handle);
        Ok(())
    }

    /// Refuses the call with a status from 400 on. Whoever serves no such number says
    /// [`StatusCode::NOT_FOUND`], always: callers learn nothing from differences.
    pub fn refuse(
        &mut self,
        now: Timestamp,
        call: CallHandle,
        status: StatusCode,
    ) -> Result<(), CommandError> {
        if status.as_u16() < 400 {
            return Err(CommandError::Status);
        }
        let found = self.calls.get(&call).ok_or(CommandError::NoCall)?;
        if !matches!(found.stage, Stage::Incoming(_)) {
            return Err(CommandError::State);
        }
        self.refuse_incoming(now, call, status, EndReason::Local);
        Ok(())
    }

    pub(super) fn refuse_incoming(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        status: StatusCode,
        reason: EndReason,
    ) {
        if let Some(call) = self.calls.get(&handle)
            && let Stage::Incoming(incoming) = &call.stage
        {
            let key = incoming.key.clone();
            let mut builder = ResponseBuilder::new(status, &incoming.request, &call.local_tag);
            if status == StatusCode::SERVICE_UNAVAILABLE {
                builder = builder.header(HeaderName::RetryAfter, RETRY_AFTER_SECS);
            }
            if let Ok(response) = builder.finish() {
                self.respond(now, &key, &response);
            }
        }
        self.end_call(handle, reason);
    }

    /// A reliable provisional response was never confirmed (RFC 3262, section 3).
    pub(super) fn fail_incoming(&mut self, now: Timestamp, call: CallHandle, reason: EndReason) {
        self.refuse_incoming(now, call, StatusCode::SERVER_TIMEOUT, reason);
    }

    /// A PRACK within an incoming call: gives the status that it is answered with.
    pub(super) fn on_prack(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        request: &Request,
    ) -> StatusCode {
        let Some(call) = self.calls.get_mut(&handle) else {
            return StatusCode::NO_SUCH_CALL;
        };
        let Stage::Incoming(incoming) = &mut call.stage else {
            return StatusCode::NO_SUCH_CALL;
        };
        let rack = request.head.first(HeaderName::RAck).and_then(RAck::parse);
        let invite = incoming.request.head.cseq.number;
        let matches = rack.is_some_and(|rack| {
            incoming
                .reliable
                .as_ref()
                .is_some_and(|(rseq, _)| *rseq == rack.rseq)
                && rack.cseq.number == invite
                && rack.cseq.method == Method::Invite
        });
        if !matches {
            return StatusCode::NO_SUCH_CALL;
        }
        incoming.reliable = None;
        // A second offer inside of a PRACK is more than anybody needs.
        if !request.body.is_empty() {
            return StatusCode::NOT_ACCEPTABLE_HERE;
        }
        let held = std::mem::replace(&mut incoming.held, HeldAnswer::No);
        if let HeldAnswer::Yes(held) = held {
            let _ = self.answer(now, handle, held);
        }
        self.schedule_call(handle);
        StatusCode::OK
    }

    pub(super) fn contact_of(&self, handle: CallHandle) -> Result<String, CommandError> {
        let call = self.calls.get(&handle).ok_or(CommandError::NoCall)?;
        Ok(self.contact(call.flow.transport))
    }
}

/// A 2xx to an INVITE or UPDATE.
pub(super) fn final_response(
    request: &Request,
    tag: &str,
    contact: &str,
    timer: Option<TimerAnswer>,
    description: Option<&Description>,
) -> Result<Response, CommandError> {
    let mut builder = ResponseBuilder::new(StatusCode::OK, request, tag)
        .header(HeaderName::Contact, contact)
        .header(HeaderName::Allow, ALLOW)
        .header(HeaderName::Supported, SUPPORTED);
    for route in request.head.all(HeaderName::RecordRoute) {
        builder = builder.header(HeaderName::RecordRoute, route);
    }
    if let Some(timer) = timer {
        builder = builder.header(HeaderName::SessionExpires, timer.expires);
        if timer.is_required {
            builder = builder.header(HeaderName::Require, "timer");
        }
    }
    let body = description.map(|description| (SDP, description.to_bytes()));
    Ok(builder.finish_with_body(body)?)
}

/// The description in a body, where there is a body.
pub(super) fn body_description(body: &[u8]) -> Result<Option<Description>, ()> {
    if body.is_empty() {
        return Ok(None);
    }
    Description::parse(body).map(Some).map_err(|_| ())
}

/// Headers for flows, in order, each cut to its bound.
fn selected_headers(request: &Request) -> Vec<(String, Personal<String>)> {
    let hidden = |name: HeaderName| {
        name.is_credential()
            || matches!(
                name,
                HeaderName::Via
                    | HeaderName::Route
                    | HeaderName::RecordRoute
                    | HeaderName::ContentLength
                    | HeaderName::ContentType
                    | HeaderName::MaxForwards
            )
    };
    request
        .head
        .headers()
        .filter(|(name, _)| !hidden(HeaderName::parse(name)))
        .take(SELECTED_HEADERS_MAX)
        .map(|(name, value)| {
            let end = value.floor_char_boundary(SELECTED_HEADER_BYTES_MAX);
            let known = HeaderName::parse(name);
            let name = if known == HeaderName::Other {
                name
            } else {
                known.as_str()
            };
            let value = value.get(..end).unwrap_or_default();
            (name.to_owned(), Personal::from(value))
        })
        .collect()
}
