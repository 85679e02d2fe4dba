//! Calls of ours, until they are answered.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::Timestamp;

use super::call::{Call, Cancel, Exchange, Fork, Outgoing, Stage};
use super::incoming::{SDP, body_description};
use super::requests::SUPPORTED;
use super::{
    CallHandle, CommandError, EndReason, Endpoint, Event, Flow, OutgoingCall, Purpose, TrunkId,
};
use crate::dialog::Dialog;
use crate::limits::{FORKS_MAX, MIN_SE_SECS, SESSION_EXPIRES_SECS, T1_TIMES_64};
use crate::message::scan::{self, quoted};
use crate::message::{
    ALLOW, BuildError, HeaderName, Method, Request, RequestBuilder, Response, StatusCode,
};
use crate::session_timer::SessionTimer;
use crate::transaction::ClientKey;

impl Endpoint {
    /// Calls somebody. `Progress` and `Answered` tell how it goes; `hang_up` withdraws it.
    pub fn invite(
        &mut self,
        now: Timestamp,
        wanted: &OutgoingCall,
    ) -> Result<CallHandle, CommandError> {
        let mut flows = self.flows_to(wanted);
        if flows.is_empty() || self.calls.len() >= self.calls_max {
            return Err(CommandError::NoTrunk);
        }
        let flow = flows.remove(0);
        let local_tag = self.random.tag();
        let request = self.build_invite(wanted, flow, &local_tag)?;
        let key = ClientKey::of(&request);
        let mut call = Call::new(
            flow,
            Stage::Outgoing(Box::new(Outgoing {
                key,
                request: request.clone(),
                forks: BTreeMap::new(),
                cancel: Cancel::No,
                others: flows,
            })),
            local_tag,
        );
        call.local = Some(wanted.offer.clone());
        let handle = self.add_call(call);
        self.start_client(now, request, flow, Purpose::Invite(handle), 0);
        Ok(handle)
    }

    /// The places to try: of each trunk that has room, those of its targets that answer.
    fn flows_to(&self, wanted: &OutgoingCall) -> Vec<Flow> {
        let trunk = |id: &TrunkId| {
            self.trunks
                .iter()
                .position(|trunk| trunk.config.id == *id)
                .and_then(|at| Some((at, self.trunks.get(at)?)))
        };
        wanted
            .trunks
            .iter()
            .filter_map(trunk)
            .filter(|(_, trunk)| trunk.calls < trunk.config.calls_max)
            .flat_map(|(at, trunk)| {
                trunk
                    .usable_targets()
                    .into_iter()
                    .map(move |target| Flow::to(at, target))
            })
            .collect()
    }

    fn build_invite(
        &mut self,
        wanted: &OutgoingCall,
        flow: Flow,
        local_tag: &str,
    ) -> Result<Request, CommandError> {
        let domain = self
            .trunks
            .get(flow.trunk)
            .map(|trunk| trunk.config.domain.clone())
            .ok_or(CommandError::NoTrunk)?;
        let number = escaped_user(wanted.number.expose());
        let caller = escaped_user(wanted.caller.expose());
        let uri = format!("sip:{number}@{domain}");
        let name = match wanted.caller_name.expose().as_str() {
            "" => String::new(),
            name => format!("{} ", quoted(name)),
        };
        let mut builder = RequestBuilder::new(&Method::Invite, &uri)
            .header(HeaderName::Via, self.via(flow.transport))
            .header(HeaderName::MaxForwards, 70)
            .header(
                HeaderName::From,
                format_args!("{name}<sip:{caller}@{domain}>;tag={local_tag}"),
            )
            .header(HeaderName::To, format_args!("<{uri}>"))
            .header(HeaderName::CallId, self.random.call_id())
            .header(HeaderName::CSeq, "1 INVITE")
            .header(
                HeaderName::Contact,
                self.contact_for(&caller, flow.transport),
            )
            .header(HeaderName::Allow, ALLOW)
            .header(HeaderName::Supported, SUPPORTED)
            .header(HeaderName::SessionExpires, SESSION_EXPIRES_SECS)
            .header(HeaderName::MinSE, MIN_SE_SECS);
        for (name, value) in &wanted.headers {
            if !may_be_set(name) {
                return Err(CommandError::Header);
            }
            builder = builder.extension(name, value.expose());
        }
        let body = wanted.offer.to_bytes();
        Ok(builder.finish_with_body(Some((SDP, body)))?)
    }

    pub(super) fn on_invite_answer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        request: &Request,
        flow: Flow,
        response: &Response,
    ) {
        let status = response.status;
        if status.is_success() {
            self.on_invite_success(now, handle, request, flow, response);
            return;
        }
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Stage::Outgoing(outgoing) = &mut call.stage else {
            return;
        };
        if status.is_provisional() {
            if outgoing.cancel == Cancel::Wanted {
                self.cancel(now, handle);
            } else if status != StatusCode::TRYING {
                self.on_progress(now, handle, request, response);
            }
            return;
        }
        let withdrawn = outgoing.cancel != Cancel::No;
        if !withdrawn && status == StatusCode::INTERVAL_TOO_SMALL {
            let least = response
                .head
                .number(HeaderName::MinSE)
                .unwrap_or(MIN_SE_SECS);
            let asked = request
                .head
                .number(HeaderName::MinSE)
                .unwrap_or(MIN_SE_SECS);
            let longer = SESSION_EXPIRES_SECS.max(least).to_string();
            let changed = [
                (HeaderName::SessionExpires, longer),
                (HeaderName::MinSE, least.to_string()),
            ];
            // Once only: whoever refuses its own minimum will refuse it again.
            if least > asked
                && self
                    .call_again(now, handle, request, flow, &changed)
                    .is_ok()
            {
                return;
            }
        }
        if !withdrawn && status == StatusCode::SERVICE_UNAVAILABLE {
            self.try_next_target(now, handle, request, EndReason::Refused(status));
            return;
        }
        // 3xx as well: where calls go is ours to say, not the trunk's.
        let reason = if withdrawn {
            EndReason::Local
        } else {
            EndReason::Refused(status)
        };
        self.end_call(handle, reason);
    }

    fn on_progress(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        request: &Request,
        response: &Response,
    ) {
        let head = &response.head;
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        call.learn(head);
        let flow = call.flow;
        let Stage::Outgoing(outgoing) = &mut call.stage else {
            return;
        };
        let mut prack = None;
        if let Some(tag) = head.to.tag()
            && let Ok(dialog) = Dialog::of_response(request, response)
        {
            let known = outgoing.forks.contains_key(tag);
            if !known && outgoing.forks.len() >= FORKS_MAX {
                return;
            }
            let fork = outgoing.forks.entry(tag.to_owned()).or_insert(Fork {
                dialog,
                last_rseq: None,
            });
            if head.lists(HeaderName::Require, "100rel")
                && let Some(rseq) = head.number(HeaderName::RSeq)
            {
                // In order, each once: what came before is a copy, what skips one was lost and comes again.
                let in_order = fork.last_rseq.is_none_or(|last| rseq == last + 1);
                if !in_order {
                    return;
                }
                fork.last_rseq = Some(rseq);
                prack = Some((tag.to_owned(), rseq));
            }
        }
        if let Some((tag, rseq)) = prack {
            self.send_prack(now, handle, &tag, rseq, request, flow);
        }
        let Ok(description) = body_description(&response.body) else {
            return;
        };
        if let Some(call) = self.calls.get_mut(&handle)
            && description.is_some()
        {
            call.remote.clone_from(&description);
        }
        self.tell(Event::Progress {
            call: handle,
            status: response.status,
            description: description.map(Box::new),
        });
    }

    fn send_prack(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        tag: &str,
        rseq: u32,
        request: &Request,
        flow: Flow,
    ) {
        let via = self.via(flow.transport);
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Stage::Outgoing(outgoing) = &mut call.stage else {
            return;
        };
        let Some(fork) = outgoing.forks.get_mut(tag) else {
            return;
        };
        let cseq = request.head.cseq.number;
        let prack = fork
            .dialog
            .request(&Method::Prack, &via)
            .header(HeaderName::RAck, format_args!("{rseq} {cseq} INVITE"))
            .finish();
        let dialog = fork.dialog.clone();
        if let Ok(prack) = prack {
            let flow = self.flow_of(flow, &dialog);
            self.start_client(now, prack, flow, Purpose::Prack(handle), 0);
        }
    }

    fn on_invite_success(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        request: &Request,
        flow: Flow,
        response: &Response,
    ) {
        let Ok(mut dialog) = Dialog::of_response(request, response) else {
            return;
        };
        let number = request.head.cseq.number;
        let call = self.calls.get(&handle);
        // The answer that we took, come again.
        if let Some(call) = &call
            && let (Some(ours), Some((cseq, ack))) = (&call.dialog, &call.ack)
            && ours.remote_tag() == dialog.remote_tag()
        {
            if *cseq == number {
                let (flow, ack) = (self.flow_of(call.flow, ours), ack.clone());
                self.transmit(flow, ack);
            }
            return;
        }
        let wanted = call.is_some_and(|call| match &call.stage {
            Stage::Outgoing(outgoing) => outgoing.cancel == Cancel::No,
            _ => false,
        });
        if let Some(Call {
            stage: Stage::Outgoing(outgoing),
            ..
        }) = self.calls.get(&handle)
            && let Some(fork) = outgoing.forks.get(dialog.remote_tag())
        {
            dialog.skip_to(fork.dialog.local_cseq());
        }
        let ack = self.send_ack(flow, &dialog, number);
        if !wanted {
            // Another fork, or a call that was withdrawn: nobody is there to talk.
            self.send_bye(now, flow, &mut dialog);
            let withdrawn = self
                .calls
                .get(&handle)
                .is_some_and(|call| !call.is_answered());
            if withdrawn {
                self.end_call(handle, EndReason::Local);
            }
            return;
        }
        let Ok(description) = body_description(&response.body) else {
            self.send_bye(now, flow, &mut dialog);
            self.end_call(handle, EndReason::Protocol);
            return;
        };
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        call.learn(&response.head);
        if description.is_some() {
            call.remote.clone_from(&description);
        }
        call.ack = ack.map(|ack| (number, ack));
        call.dialog = Some(dialog);
        call.timer = SessionTimer::from_answer(now, &response.head);
        call.stage = Stage::Answered;
        call.exchange = Exchange::None;
        // Without any answer to our offer there is nothing to hear (RFC 3261, section 13.2.1).
        if call.remote.is_none() {
            self.bye_and_end(now, handle, EndReason::Protocol);
            return;
        }
        self.schedule_call(handle);
        self.tell(Event::Answered {
            call: handle,
            description: description.map(Box::new),
        });
    }

    /// Confirms a 2xx. The ACK is no transaction: it is sent again when the 2xx is.
    pub(super) fn send_ack(
        &mut self,
        flow: Flow,
        dialog: &Dialog,
        cseq: u32,
    ) -> Option<bytes::Bytes> {
        let via = self.via(flow.transport);
        let ack = dialog
            .request_with_cseq(&Method::Ack, &via, cseq)
            .finish()
            .ok()?
            .to_bytes();
        let flow = self.flow_of(flow, dialog);
        self.transmit(flow, ack.clone());
        Some(ack)
    }

    pub(super) fn on_invite_silence(&mut self, now: Timestamp, handle: CallHandle) {
        let Some(Call {
            stage: Stage::Outgoing(outgoing),
            ..
        }) = self.calls.get(&handle)
        else {
            return;
        };
        let request = outgoing.request.clone();
        if outgoing.cancel == Cancel::No {
            self.try_next_target(now, handle, &request, EndReason::Timeout);
        } else {
            self.end_call(handle, EndReason::Local);
        }
    }

    /// Calls the next target, if there is one that nobody answered from yet.
    fn try_next_target(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        request: &Request,
        reason: EndReason,
    ) {
        let next = self.calls.get_mut(&handle).and_then(|call| {
            let Stage::Outgoing(outgoing) = &mut call.stage else {
                return None;
            };
            (!outgoing.others.is_empty()).then(|| outgoing.others.remove(0))
        });
        let again = next.is_some_and(|flow| {
            self.move_call(handle, flow);
            self.call_again(now, handle, request, flow, &[]).is_ok()
        });
        if !again {
            self.end_call(handle, reason);
        }
    }

    /// The call counts for another trunk from now on.
    fn move_call(&mut self, handle: CallHandle, flow: Flow) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let old = std::mem::replace(&mut call.flow, flow).trunk;
        if let Some(trunk) = self.trunks.get_mut(old) {
            trunk.calls = trunk.calls.saturating_sub(1);
        }
        if let Some(trunk) = self.trunks.get_mut(flow.trunk) {
            trunk.calls += 1;
        }
    }

    fn call_again(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        request: &Request,
        flow: Flow,
        changed: &[(HeaderName, String)],
    ) -> Result<(), BuildError> {
        let request = self.again(request, flow, changed)?;
        self.follow_invite(handle, &ClientKey::of(&request), &request, flow);
        self.start_client(now, request, flow, Purpose::Invite(handle), 0);
        Ok(())
    }

    /// The INVITE of a call was sent again under another name.
    pub(super) fn follow_invite(
        &mut self,
        handle: CallHandle,
        key: &ClientKey,
        request: &Request,
        flow: Flow,
    ) {
        if let Some(call) = self.calls.get_mut(&handle)
            && let Stage::Outgoing(outgoing) = &mut call.stage
        {
            call.flow = flow;
            outgoing.key = key.clone();
            outgoing.request = request.clone();
            outgoing.forks.clear();
        }
    }

    /// Withdraws a call of ours, now or as soon as that is allowed.
    pub(super) fn withdraw(&mut self, now: Timestamp, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Stage::Outgoing(outgoing) = &mut call.stage else {
            return;
        };
        if outgoing.cancel != Cancel::No {
            return;
        }
        outgoing.cancel = Cancel::Wanted;
        let key = outgoing.key.clone();
        if self.may_cancel(&key) {
            self.cancel(now, handle);
        }
    }

    fn cancel(&mut self, now: Timestamp, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let flow = call.flow;
        let Stage::Outgoing(outgoing) = &mut call.stage else {
            return;
        };
        outgoing.cancel = Cancel::Sent(now.plus(T1_TIMES_64));
        let head = &outgoing.request.head;
        let mut builder = RequestBuilder::new(&Method::Cancel, outgoing.request.uri.as_str())
            .header(HeaderName::Via, head.via.as_str())
            .header(HeaderName::MaxForwards, 70)
            .header(HeaderName::From, &head.from)
            .header(HeaderName::To, &head.to)
            .header(HeaderName::CallId, head.call_id.as_str())
            .header(
                HeaderName::CSeq,
                format_args!("{} CANCEL", head.cseq.number),
            );
        for route in head.all(HeaderName::Route) {
            builder = builder.header(HeaderName::Route, route);
        }
        if let Ok(cancel) = builder.finish() {
            self.start_client(now, cancel, flow, Purpose::Last, 0);
        }
        self.schedule_call(handle);
    }
}

/// Headers that the application may set: those that inform, none that route or prove.
fn may_be_set(name: &str) -> bool {
    match HeaderName::parse(name) {
        HeaderName::Other => {
            name.get(..2)
                .is_some_and(|start| start.eq_ignore_ascii_case("x-"))
                && scan::all(name, scan::TOKEN)
        }
        known => {
            name.len() > 1
                && matches!(
                    known,
                    HeaderName::UserToUser
                        | HeaderName::Diversion
                        | HeaderName::PAssertedIdentity
                        | HeaderName::Privacy
                        | HeaderName::Subject
                        | HeaderName::Replaces
                        | HeaderName::ReferredBy
                )
        }
    }
}

/// A user part: what may not stand in one is escaped.
fn escaped_user(text: &str) -> String {
    let mut user = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,/".contains(&byte) {
            user.push(char::from(byte));
        } else {
            let _ = write!(user, "%{byte:02X}");
        }
    }
    user
}
