//! Changes of an answered call: offers, answers, refreshes, glare.

use std::time::Duration;

use model::Timestamp;

use super::call::{Call, Caller, Exchange, Resend, Unconfirmed};
use super::incoming::{SDP, body_description, final_response};
use super::requests::SUPPORTED;
use super::{CallHandle, CommandError, EndReason, Endpoint, Event, Purpose};
use crate::limits::{MIN_SE_SECS, SESSION_EXPIRES_SECS};
use crate::message::{ALLOW, HeaderName, Method, Request, Response, ResponseBuilder, StatusCode};
use crate::sdp::Description;
use crate::session_timer::{SessionTimer, TimerAction};
use crate::transaction::ServerKey;

impl Endpoint {
    /// Offers a change with a re-INVITE. `OfferAnswered` or `OfferRefused` follows.
    pub fn reinvite(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        offer: Description,
    ) -> Result<(), CommandError> {
        self.offer_with(now, handle, &Method::Invite, Some(offer), false)
    }

    /// Offers a change with an UPDATE; with a re-INVITE where the other side does not take those.
    pub fn update(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        offer: Description,
    ) -> Result<(), CommandError> {
        let call = self.calls.get(&handle).ok_or(CommandError::NoCall)?;
        let method = if call.takes_update {
            Method::Update
        } else {
            Method::Invite
        };
        self.offer_with(now, handle, &method, Some(offer), false)
    }

    fn offer_with(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        method: &Method,
        offer: Option<Description>,
        is_refresh: bool,
    ) -> Result<(), CommandError> {
        let contact = self.contact_of(handle)?;
        let flow = self.calls.get(&handle).ok_or(CommandError::NoCall)?.flow;
        let via = self.via(flow.transport);
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        if !call.is_answered() {
            return Err(CommandError::State);
        }
        if !matches!(call.exchange, Exchange::None) || call.unconfirmed.is_some() {
            return Err(CommandError::Pending);
        }
        let dialog = call.dialog.as_mut().ok_or(CommandError::State)?;
        let seconds = call.timer.map_or(u64::from(SESSION_EXPIRES_SECS), |timer| {
            timer.interval.as_secs()
        });
        let refresher = match call.timer {
            Some(timer) if !timer.we_refresh => "uas",
            _ => "uac",
        };
        let builder = dialog
            .request(method, &via)
            .header(HeaderName::Contact, contact)
            .header(HeaderName::Allow, ALLOW)
            .header(HeaderName::Supported, SUPPORTED)
            .header(
                HeaderName::SessionExpires,
                format_args!("{seconds};refresher={refresher}"),
            );
        let body = offer.as_ref().map(|offer| (SDP, offer.to_bytes()));
        let request = builder.finish_with_body(body)?;
        let dialog = dialog.clone();
        call.exchange = Exchange::Ours {
            offer: offer.map(Box::new),
            is_refresh,
        };
        let flow = self.flow_of(flow, &dialog);
        let purpose = if *method == Method::Invite {
            Purpose::Reinvite(handle)
        } else {
            Purpose::Update(handle)
        };
        self.start_client(now, request, flow, purpose, 0);
        Ok(())
    }

    pub(super) fn on_offer_answer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        request: &Request,
        response: &Response,
    ) {
        let status = response.status;
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        if status.is_provisional() {
            return;
        }
        let number = request.head.cseq.number;
        let is_invite = request.method == Method::Invite;
        if is_invite && status.is_success() {
            if let Some((cseq, ack)) = &call.ack
                && *cseq == number
            {
                let (flow, ack) = (call.flow, ack.clone());
                self.transmit(flow, ack);
                return;
            }
            call_refreshed(call, response);
            let flow = call.flow;
            let dialog = call.dialog.clone();
            let ack = dialog.and_then(|dialog| self.send_ack(flow, &dialog, number));
            if let Some(call) = self.calls.get_mut(&handle) {
                call.ack = ack.map(|ack| (number, ack));
            }
        }
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Exchange::Ours {
            offer, is_refresh, ..
        } = std::mem::replace(&mut call.exchange, Exchange::None)
        else {
            return;
        };
        if status.is_success() {
            if !is_invite {
                call_refreshed(call, response);
            }
            call.timer = SessionTimer::from_answer(now, &response.head).or(call.timer);
            if let Some(timer) = &mut call.timer {
                timer.refreshed(now);
            }
            self.take_answer(now, handle, offer, is_refresh, &response.body);
        } else if matches!(
            status,
            StatusCode::NO_SUCH_CALL | StatusCode::REQUEST_TIMEOUT
        ) {
            self.bye_and_end(now, handle, EndReason::Protocol);
        } else if status == StatusCode::REQUEST_PENDING && offer.is_some() {
            let wait = self.glare_wait(handle);
            if let (Some(call), Some(offer)) = (self.calls.get_mut(&handle), offer) {
                call.retry = Some((now.plus(wait), *offer));
            }
        } else if !is_refresh {
            self.refuse_offer_of_ours(handle, status);
        }
        self.schedule_call(handle);
    }

    fn take_answer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        offer: Option<Box<Description>>,
        is_refresh: bool,
        body: &[u8],
    ) {
        let Some(offer) = offer else {
            return;
        };
        match (body_description(body), self.calls.get_mut(&handle)) {
            (Ok(Some(answer)), Some(call)) => {
                call.local = Some(*offer);
                call.remote = Some(answer.clone());
                if !is_refresh {
                    self.tell(Event::OfferAnswered {
                        call: handle,
                        description: Box::new(answer),
                    });
                }
            }
            // An offer without an answer leaves both sides with different beliefs.
            _ => self.bye_and_end(now, handle, EndReason::Protocol),
        }
    }

    /// How long to wait after glare: whoever made the Call-ID waits longer (RFC 3261, section 14.1).
    fn glare_wait(&mut self, handle: CallHandle) -> Duration {
        let ours = self
            .calls
            .get(&handle)
            .is_some_and(|call| call.caller == Caller::Us);
        let steps = |random: &mut crate::random::TokenSource, from: u64, to: u64| {
            Duration::from_millis(10 * (from + random.below(to - from + 1)))
        };
        if ours {
            steps(&mut self.random, 210, 400)
        } else {
            steps(&mut self.random, 0, 200)
        }
    }

    pub(super) fn refresh_if_due(&mut self, now: Timestamp, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        if !call.is_answered() || call.unconfirmed.is_some() {
            return;
        }
        let Some(action) = call.timer.and_then(|timer| timer.due(now)) else {
            return;
        };
        match action {
            TimerAction::HangUp => self.bye_and_end(now, handle, EndReason::SessionExpired),
            TimerAction::Refresh => {
                // Silence ends the call; after any other failure this is tried again.
                if let Some(timer) = &mut call.timer {
                    timer.refreshed(now);
                }
                let (method, offer) = if call.takes_update {
                    (Method::Update, None)
                } else {
                    (Method::Invite, call.local.clone())
                };
                let _ = self.offer_with(now, handle, &method, offer, true);
            }
        }
    }

    pub(super) fn on_offer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        key: ServerKey,
        request: Request,
    ) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let offers = !request.body.is_empty() || request.method == Method::Invite;
        let refusal = match &call.exchange {
            // An UPDATE without an offer refreshes the session and changes nothing.
            _ if !offers => None,
            Exchange::Theirs { .. } => Some(StatusCode::SERVER_INTERNAL_ERROR),
            Exchange::Ours { .. } => Some(StatusCode::REQUEST_PENDING),
            Exchange::None if !call.may_be_changed() => Some(StatusCode::REQUEST_PENDING),
            Exchange::None => None,
        };
        if let Some(status) = refusal {
            self.respond_status(now, &key, &request, status);
            return;
        }
        if SessionTimer::accept(now, &request.head).is_err() {
            let tag = call.local_tag.clone();
            let builder = ResponseBuilder::new(StatusCode::INTERVAL_TOO_SMALL, &request, &tag)
                .header(HeaderName::MinSE, MIN_SE_SECS);
            if let Ok(response) = builder.finish() {
                self.respond(now, &key, &response);
            }
            return;
        }
        let Ok(offer) = body_description(&request.body) else {
            self.respond_status(now, &key, &request, StatusCode::BAD_REQUEST);
            return;
        };
        if !offers {
            self.answer_refresh(now, handle, &key, &request);
            return;
        }
        let is_refresh = offer.is_some() && offer == call.remote && call.local.is_some();
        let local = call.local.clone().filter(|_| offer.is_some());
        let waits = !is_refresh && request.method == Method::Invite;
        let trying = ResponseBuilder::new(StatusCode::TRYING, &request, "").finish();
        let invite = key.clone();
        call.exchange = Exchange::Theirs {
            key,
            request: Box::new(request),
        };
        if let (true, Ok(trying)) = (waits, trying) {
            self.respond(now, &invite, &trying);
        }
        if is_refresh {
            let _ = self.answer_offer(now, handle, local);
        } else {
            self.tell(Event::Offer {
                call: handle,
                description: offer.map(Box::new),
            });
        }
    }

    fn answer_refresh(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        key: &ServerKey,
        request: &Request,
    ) {
        let (Ok(contact), Some(call)) = (self.contact_of(handle), self.calls.get_mut(&handle))
        else {
            return;
        };
        let timer = SessionTimer::accept(now, &request.head).ok();
        call.timer = timer.map(|(timer, _)| timer);
        if let Some(dialog) = &mut call.dialog {
            dialog.refresh_target(request.head.first(HeaderName::Contact));
        }
        let said = timer.map(|(_, said)| said);
        let tag = call.local_tag.clone();
        if let Ok(response) = final_response(request, &tag, &contact, said, None) {
            self.respond(now, key, &response);
        }
        self.schedule_call(handle);
    }

    /// Answers an `Offer` with a description: the answer, or our offer where theirs had none.
    pub fn accept_offer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        description: Description,
    ) -> Result<(), CommandError> {
        self.answer_offer(now, handle, Some(description))
    }

    fn answer_offer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        description: Option<Description>,
    ) -> Result<(), CommandError> {
        let contact = self.contact_of(handle)?;
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        let Exchange::Theirs { key, request } =
            std::mem::replace(&mut call.exchange, Exchange::None)
        else {
            return Err(CommandError::State);
        };
        let timer = SessionTimer::accept(now, &request.head).ok();
        let tag = call.local_tag.clone();
        let said = timer.map(|(_, said)| said);
        let response = final_response(&request, &tag, &contact, said, description.as_ref())?;
        if let Some(dialog) = &mut call.dialog {
            dialog.refresh_target(request.head.first(HeaderName::Contact));
        }
        call.timer = timer.map(|(timer, _)| timer);
        let had_offer = !request.body.is_empty();
        if had_offer && let Ok(offer) = body_description(&request.body) {
            call.remote = offer;
        }
        if description.is_some() {
            call.local = description;
        }
        if request.method == Method::Invite {
            call.unconfirmed = Some(Unconfirmed {
                cseq: request.head.cseq.number,
                flow: call.flow,
                resend: Resend::new(now, response.to_bytes()),
                wants_answer: !had_offer,
            });
        }
        self.respond(now, &key, &response);
        self.schedule_call(handle);
        Ok(())
    }

    /// Refuses an `Offer`: all stays as it was.
    pub fn refuse_offer(&mut self, now: Timestamp, handle: CallHandle) -> Result<(), CommandError> {
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        let Exchange::Theirs { key, request } =
            std::mem::replace(&mut call.exchange, Exchange::None)
        else {
            return Err(CommandError::State);
        };
        self.respond_status(now, &key, &request, StatusCode::NOT_ACCEPTABLE_HERE);
        Ok(())
    }

    /// A re-INVITE of theirs was cancelled before we answered it.
    pub(super) fn withdraw_offer(&mut self, now: Timestamp, key: &ServerKey) {
        let found = self.calls.iter_mut().find_map(|(_, call)| {
            let ours = matches!(&call.exchange, Exchange::Theirs { key: open, .. } if open == key);
            ours.then(|| std::mem::replace(&mut call.exchange, Exchange::None))
        });
        if let Some(Exchange::Theirs { key, request }) = found {
            self.respond_status(now, &key, &request, StatusCode::REQUEST_TERMINATED);
        }
    }
}

/// Takes what a 2xx says about the other side's place and abilities.
fn call_refreshed(call: &mut Call, response: &Response) {
    call.learn(&response.head);
    if let Some(dialog) = &mut call.dialog {
        dialog.refresh_target(response.head.first(HeaderName::Contact));
    }
}
