//! Requests within a call, told apart; its end; the ACK.

use model::Timestamp;

use super::call::{Exchange, Stage};
use super::incoming::{SDP, body_description};
use super::requests::SUPPORTED;
use super::{CallHandle, CommandError, EndReason, Endpoint, Event, Flow};
use crate::message::{ALLOW, HeaderName, Method, Request, ResponseBuilder, StatusCode};
use crate::transaction::ServerKey;

impl Endpoint {
    /// Ends a call, whatever its state: refuses it, withdraws it, or says goodbye. `Ended` follows. A BYE
    /// waits until the answer is confirmed (RFC 3261, section 15).
    pub fn hang_up(&mut self, now: Timestamp, handle: CallHandle) -> Result<(), CommandError> {
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        match &call.stage {
            Stage::Incoming(_) => {
                let status = StatusCode::TEMPORARILY_UNAVAILABLE;
                self.refuse_incoming(now, handle, status, EndReason::Local);
            }
            Stage::Outgoing(_) => self.withdraw(now, handle),
            Stage::Answered if call.unconfirmed.is_some() => call.hang_up_pending = true,
            Stage::Answered => self.bye_and_end(now, handle, EndReason::Local),
        }
        Ok(())
    }

    /// A request of ours within a call was sent again under a later number.
    pub(super) fn follow_within(&mut self, handle: CallHandle, number: u32) {
        if let Some(call) = self.calls.get_mut(&handle)
            && let Some(dialog) = &mut call.dialog
        {
            dialog.skip_to(number);
        }
    }

    pub(super) fn on_request_within(
        &mut self,
        now: Timestamp,
        flow: Flow,
        key: ServerKey,
        request: Request,
    ) {
        let Some(handle) = self.call_of(flow, &request) else {
            self.refuse_at_once(now, flow, &request, StatusCode::NO_SUCH_CALL, &[]);
            return;
        };
        let in_order = self.calls.get_mut(&handle).is_some_and(|call| {
            call.learn(&request.head);
            call.dialog_of(&request)
                .is_some_and(|dialog| dialog.accept(&request).is_ok())
        });
        self.open_server(now, flow, &key, &request, None);
        if !in_order {
            self.respond_status(now, &key, &request, StatusCode::SERVER_INTERNAL_ERROR);
            return;
        }
        match &request.method {
            Method::Bye => self.on_bye(now, handle, &key, &request),
            Method::Invite | Method::Update => self.on_offer(now, handle, key, request),
            Method::Prack => {
                let status = self.on_prack(now, handle, &request);
                self.respond_status(now, &key, &request, status);
            }
            Method::Info => self.on_info(now, handle, &key, &request),
            Method::Refer => self.on_refer(now, handle, key, request),
            _ => {
                let ok = ResponseBuilder::new(StatusCode::OK, &request, "")
                    .header(HeaderName::Allow, ALLOW)
                    .header(HeaderName::Accept, SDP)
                    .header(HeaderName::Supported, SUPPORTED)
                    .finish();
                if let Ok(ok) = ok {
                    self.respond(now, &key, &ok);
                }
            }
        }
    }

    /// The call that a request belongs to: by our tag, the other one's, the Call-ID, and the trunk.
    fn call_of(&self, flow: Flow, request: &Request) -> Option<CallHandle> {
        let handle = *self.tags.get(request.head.to.tag()?)?;
        let call = self.calls.get(&handle)?;
        let fits = call.flow.trunk == flow.trunk && call.has_request(request);
        fits.then_some(handle)
    }

    fn on_bye(&mut self, now: Timestamp, handle: CallHandle, key: &ServerKey, request: &Request) {
        self.respond_status(now, key, request, StatusCode::OK);
        let open = self.calls.get(&handle).and_then(|call| match &call.stage {
            Stage::Incoming(_) => Some(None),
            _ => match &call.exchange {
                Exchange::Theirs { key, request } => Some(Some((key.clone(), request.clone()))),
                _ => None,
            },
        });
        match open {
            // A BYE before the answer ends the INVITE as well.
            Some(None) => {
                let status = StatusCode::REQUEST_TERMINATED;
                self.refuse_incoming(now, handle, status, EndReason::Remote);
                return;
            }
            Some(Some((key, offer))) => {
                self.respond_status(now, &key, &offer, StatusCode::REQUEST_TERMINATED);
            }
            None => {}
        }
        self.end_call(handle, EndReason::Remote);
    }

    /// An ACK of a 2xx.
    pub(super) fn on_ack_within(&mut self, now: Timestamp, flow: Flow, request: &Request) {
        let Some(handle) = self.call_of(flow, request) else {
            return;
        };
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let number = request.head.cseq.number;
        let Some(unconfirmed) = call.unconfirmed.take_if(|one| one.cseq == number) else {
            return;
        };
        let answer = if unconfirmed.wants_answer {
            match body_description(&request.body) {
                Ok(Some(answer)) => {
                    call.remote = Some(answer.clone());
                    Some(Box::new(answer))
                }
                _ => {
                    self.bye_and_end(now, handle, EndReason::Protocol);
                    return;
                }
            }
        } else {
            None
        };
        if call.hang_up_pending {
            self.bye_and_end(now, handle, EndReason::Local);
            return;
        }
        self.tell(Event::Confirmed {
            call: handle,
            description: answer,
        });
        self.schedule_call(handle);
    }
}
