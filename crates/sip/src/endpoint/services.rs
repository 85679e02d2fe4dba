//! Tones and referrals within a call.

use bytes::Bytes;
use model::{Personal, Timestamp};

use super::{CallHandle, CommandError, Endpoint, Event, Purpose};
use crate::message::{
    Address, HeaderName, MediaType, Method, Replaces, Request, StatusCode, unescaped,
};
use crate::transaction::ServerKey;

impl Endpoint {
    /// Sends a body in an INFO, such as tones.
    pub fn info(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        content_type: &str,
        body: Bytes,
    ) -> Result<(), CommandError> {
        let flow = self.calls.get(&handle).ok_or(CommandError::NoCall)?.flow;
        let via = self.via(flow.transport);
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        if !call.is_answered() {
            return Err(CommandError::State);
        }
        let dialog = call.dialog.as_mut().ok_or(CommandError::State)?;
        let request = dialog
            .request(&Method::Info, &via)
            .finish_with_body(Some((content_type, body)))?;
        let dialog = dialog.clone();
        let flow = self.flow_of(flow, &dialog);
        self.start_client(now, request, flow, Purpose::Info(handle), 0);
        Ok(())
    }

    pub(super) fn on_info(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        key: &ServerKey,
        request: &Request,
    ) {
        let kind = request
            .head
            .first(HeaderName::ContentType)
            .and_then(MediaType::parse);
        let tones = kind
            .filter(|kind| kind.is("application", "dtmf-relay") || kind.is("application", "dtmf"));
        if let Some(kind) = tones {
            self.tell(Event::Info {
                call: handle,
                subtype: kind.subtype.to_ascii_lowercase(),
                body: Personal::new(request.body.clone()),
            });
        }
        let status = if tones.is_some() || request.body.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        };
        self.respond_status(now, key, request, status);
    }

    pub(super) fn on_refer(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        key: ServerKey,
        request: Request,
    ) {
        let target = request
            .head
            .first(HeaderName::ReferTo)
            .and_then(Address::parse);
        let (Some(target), Some(call)) = (target, self.calls.get_mut(&handle)) else {
            self.respond_status(now, &key, &request, StatusCode::BAD_REQUEST);
            return;
        };
        if call.referral.is_some() || !call.is_answered() {
            self.respond_status(now, &key, &request, StatusCode::REQUEST_PENDING);
            return;
        }
        call.referral = Some((key, request));
        let uri = target.uri().as_str();
        let uri = uri.split('?').next().unwrap_or(uri);
        self.tell(Event::Referral {
            call: handle,
            target: Personal::from(uri),
            replaces: replaces_in(target.uri().headers()),
        });
    }

    /// Agrees to a referral. The other side is told that it is being tried; what comes of it, with
    /// [`Endpoint::notify_referral`].
    pub fn accept_referral(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
    ) -> Result<(), CommandError> {
        let (key, request) = self.take_referral(handle)?;
        self.respond_status(now, &key, &request, StatusCode::ACCEPTED);
        self.notify(now, handle, StatusCode::TRYING, "active;expires=60")
    }

    /// Refuses a referral.
    pub fn refuse_referral(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
    ) -> Result<(), CommandError> {
        let (key, request) = self.take_referral(handle)?;
        self.respond_status(now, &key, &request, StatusCode::DECLINE);
        Ok(())
    }

    /// Tells how a referral ended.
    pub fn notify_referral(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        status: StatusCode,
    ) -> Result<(), CommandError> {
        self.notify(now, handle, status, "terminated;reason=noresource")
    }

    fn take_referral(&mut self, handle: CallHandle) -> Result<(ServerKey, Request), CommandError> {
        self.calls
            .get_mut(&handle)
            .ok_or(CommandError::NoCall)?
            .referral
            .take()
            .ok_or(CommandError::State)
    }

    fn notify(
        &mut self,
        now: Timestamp,
        handle: CallHandle,
        status: StatusCode,
        state: &str,
    ) -> Result<(), CommandError> {
        let contact = self.contact_of(handle)?;
        let flow = self.calls.get(&handle).ok_or(CommandError::NoCall)?.flow;
        let via = self.via(flow.transport);
        let call = self.calls.get_mut(&handle).ok_or(CommandError::NoCall)?;
        let dialog = call.dialog.as_mut().ok_or(CommandError::State)?;
        let body = Bytes::from(format!("SIP/2.0 {status}\r\n"));
        let request = dialog
            .request(&Method::Notify, &via)
            .header(HeaderName::Contact, contact)
            .header(HeaderName::Event, "refer")
            .header(HeaderName::SubscriptionState, state)
            .finish_with_body(Some(("message/sipfrag;version=2.0", body)))?;
        let dialog = dialog.clone();
        let flow = self.flow_of(flow, &dialog);
        self.start_client(now, request, flow, Purpose::Last, 0);
        Ok(())
    }
}

/// The `Replaces` in the headers of a `Refer-To` (RFC 3891), its escapes resolved.
fn replaces_in(headers: &str) -> Option<Replaces> {
    let value = headers.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case("Replaces").then_some(value)
    })?;
    Replaces::parse(&unescaped(value)?)
}
