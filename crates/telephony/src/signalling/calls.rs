//! Calls: from the first INVITE to the last BYE.

use std::collections::BTreeMap;
use std::net::UdpSocket;

use app::ports::telephony::TelephonyError;
use app::{AppError, IncomingCall as NewCall};
use engine::CallEvent;
use media::leg::LegConfig;
use media::tones::Digit;
use model::Personal;
use sip::dialog::DialogSnapshot;
use sip::endpoint::{CallHandle, EndReason, Event, IncomingCall, PlainUdp, TrunkId};
use sip::message::StatusCode;
use sip::sdp::{self, ClearMedia, Description, LocalMedia};

use super::Signalling;
use super::description::{leg_config, local_media};
use super::plan::Plan;
use super::reporter::{Reporter, Started, report, tell};
use crate::handle::{AgentOffer, CallName, Order};
use crate::lines::{LineCommand, LineEvent, LineId, LineNews};

/// A call of a trunk.
pub(super) struct Call {
    pub(super) line: LineId,
    local: LocalMedia,
    /// The description that we sent last, or will send with the answer.
    description: Description,
    media: Media,
    reporter: Reporter,
    name: Option<CallName>,
    pub(super) plan: Plan,
    /// What the application is told if it is us who hang up. Nothing where the application wanted it.
    farewell: Option<CallEvent>,
}

impl Call {
    /// How the application calls it, once it has said so.
    pub(super) const fn name(&self) -> Option<CallName> {
        self.name
    }
}

/// A call that is over, whose line has its last news still to tell.
pub(super) struct Closing {
    reporter: Reporter,
    last: Option<CallEvent>,
}

enum Media {
    /// The line is not open; with the agreement, where there is one already.
    Ready(UdpSocket, Option<Box<LegConfig>>),
    Open,
}

impl Signalling {
    pub(super) fn on_event(&mut self, event: Event) {
        match event {
            Event::IncomingCall(incoming) => self.on_incoming(*incoming),
            Event::Confirmed {
                call,
                description: Some(answer),
            } => self.on_answer(call, &answer),
            Event::Offer { call, description } => self.on_offer(call, description.as_deref()),
            Event::Info {
                call,
                subtype,
                body,
            } => self.on_info(call, &subtype, body.expose()),
            Event::Referral { call, .. } => {
                let _ = self.endpoint.refuse_referral(self.clocks.now(), call);
            }
            Event::Ended { call, reason } => self.on_ended(call, reason),
            Event::TrunkUp(trunk) => tracing::info!(trunk = %trunk, "a trunk answers"),
            Event::TrunkDown(trunk) => tracing::warn!(trunk = %trunk, "a trunk does not answer"),
            Event::Registered { trunk, .. } => tracing::debug!(trunk = %trunk, "registered"),
            Event::RegistrationFailed { trunk, status } => {
                let status = status.map(StatusCode::as_u16);
                tracing::warn!(trunk = %trunk, status, "a registration failed");
            }
            // Only calls of our own bring these.
            Event::Progress { .. }
            | Event::Answered { .. }
            | Event::Confirmed { .. }
            | Event::OfferAnswered { .. }
            | Event::OfferRefused { .. } => {}
        }
    }

    fn on_incoming(&mut self, incoming: IncomingCall) {
        let handle = incoming.call;
        if let Err(status) = self.begin(incoming) {
            let _ = self.endpoint.refuse(self.clocks.now(), handle, status);
        }
    }

    /// Lets the application start the contact of a call that media can be agreed on for.
    fn begin(&mut self, incoming: IncomingCall) -> Result<(), StatusCode> {
        if self.stopping.is_some() {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        if incoming.replaces.is_some() {
            return Err(StatusCode::DECLINE);
        }
        let (socket, address) = self.ports.bind().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let clear = self.clear_media(&incoming.trunk);
        let local = local_media(address, incoming.transport, clear);
        let (description, config) = match &incoming.offer {
            None => (sdp::offer(&local), None),
            Some(offer) => {
                let agreed = sdp::answer(offer, &local, None)
                    .map_err(|_| StatusCode::NOT_ACCEPTABLE_HERE)?;
                let config = leg_config(&agreed.stream, self.clocks, self.config.limits)
                    .ok_or(StatusCode::NOT_ACCEPTABLE_HERE)?;
                (agreed.description, Some(Box::new(config)))
            }
        };
        let (reporter, told) = Reporter::new();
        let line = self.lines.name();
        let call = Call {
            line,
            local,
            description,
            media: Media::Ready(socket, config),
            reporter,
            name: None,
            plan: Plan::default(),
            farewell: None,
        };
        let handle = incoming.call;
        self.calls.insert(handle, call);
        self.by_line.insert(line, handle);
        self.starting += 1;
        let (app, started) = (self.app.clone(), self.started.clone());
        let snapshot = self.endpoint.snapshot(handle);
        let dialog = snapshot.and_then(|one| serde_json::to_vec(&one).ok());
        let incoming = new_call(incoming);
        self.reporters
            .spawn(report(app, handle, incoming, dialog, told, started));
        Ok(())
    }

    /// Whether a trunk may leave its audio in clear although it signals over TLS: one that may do so over UDP
    /// gains nothing from being refused.
    fn clear_media(&self, trunk: &TrunkId) -> ClearMedia {
        let mut trunks = self.config.endpoint.trunks.iter();
        match trunks.find(|one| one.id == *trunk).map(|one| one.plain_udp) {
            Some(PlainUdp::Legacy) => ClearMedia::Served,
            _ => ClearMedia::Refused,
        }
    }

    /// The application has answered a call: now it is committed, so now the caller may know.
    pub(super) fn on_started(&mut self, started: Started) {
        self.starting = self.starting.saturating_sub(1);
        match started.result {
            Ok(name) => {
                self.answer(started.call, name);
                if let Some(order) = self.early.remove(&name) {
                    self.carry_out_one(name, order);
                }
            }
            Err(error) => {
                let status = match error {
                    AppError::Unavailable
                    | AppError::Internal
                    | AppError::LimitExceeded(_)
                    | AppError::Throttled { .. } => StatusCode::SERVICE_UNAVAILABLE,
                    _ => StatusCode::NOT_FOUND,
                };
                let now = self.now();
                let _ = self.endpoint.refuse(now, started.call, status);
            }
        }
        if self.starting == 0 {
            self.early.clear();
        }
    }

    fn answer(&mut self, handle: CallHandle, name: CallName) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&handle) else {
            // The caller gave up meanwhile; the task that started the contact knows.
            return;
        };
        call.name = Some(name);
        self.by_name.insert(name, handle);
        let description = call.description.clone();
        if self
            .endpoint
            .answer(now, handle, Some(description))
            .is_err()
        {
            self.lose(handle);
            return;
        }
        self.open_line(handle, None);
    }

    /// Opens the line of a call as soon as there is an agreement, or lets it follow a new one.
    fn open_line(&mut self, handle: CallHandle, agreed: Option<Box<LegConfig>>) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        match std::mem::replace(&mut call.media, Media::Open) {
            Media::Open => {
                if let Some(config) = agreed {
                    self.lines.tell(call.line, LineCommand::Change(config));
                }
            }
            Media::Ready(socket, config) => match agreed.or(config) {
                Some(config) => {
                    let open = LineCommand::Open(socket, config);
                    self.lines.tell(call.line, open);
                    // What was ordered before had no line.
                    self.tell_plan(handle);
                }
                None => call.media = Media::Ready(socket, None),
            },
        }
    }

    /// Whether the line of a call is open.
    pub(super) fn is_line_open(&self, handle: CallHandle) -> bool {
        self.calls
            .get(&handle)
            .is_some_and(|call| matches!(call.media, Media::Open))
    }

    /// The other side answered an offer of ours.
    fn on_answer(&mut self, handle: CallHandle, answer: &Description) {
        let Some(call) = self.calls.get(&handle) else {
            return;
        };
        let agreed = sdp::accept_answer(&call.description, answer, &call.local)
            .ok()
            .and_then(|stream| leg_config(&stream, self.clocks, self.config.limits));
        match agreed {
            Some(config) => self.open_line(handle, Some(Box::new(config))),
            None => self.lose(handle),
        }
    }

    /// The other side wants to change a call: hold, another address.
    fn on_offer(&mut self, handle: CallHandle, offer: Option<&Description>) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let (description, config) = match offer {
            None => (sdp::reoffer(&call.description, &call.local), None),
            Some(offer) => {
                let agreed = sdp::answer(offer, &call.local, Some(&call.description)).ok();
                let config = agreed
                    .as_ref()
                    .and_then(|one| leg_config(&one.stream, self.clocks, self.config.limits));
                let (Some(agreed), Some(config)) = (agreed, config) else {
                    let _ = self.endpoint.refuse_offer(now, handle);
                    return;
                };
                (agreed.description, Some(Box::new(config)))
            }
        };
        call.description = description.clone();
        if self
            .endpoint
            .accept_offer(now, handle, description)
            .is_err()
        {
            self.lose(handle);
        } else if config.is_some() {
            self.open_line(handle, config);
        }
    }

    fn on_info(&mut self, handle: CallHandle, subtype: &str, body: &[u8]) {
        if let (Some(call), Some(digit)) = (self.calls.get(&handle), digit_of(subtype, body)) {
            self.lines.tell(call.line, LineCommand::Press(digit));
        }
    }

    fn on_ended(&mut self, handle: CallHandle, reason: EndReason) {
        let Some(call) = self.calls.remove(&handle) else {
            return;
        };
        self.by_line.remove(&call.line);
        if let Some(name) = call.name {
            self.by_name.remove(&name);
        }
        self.lines.tell(call.line, LineCommand::Close);
        let last = match reason {
            EndReason::Remote | EndReason::Cancelled => Some(CallEvent::HungUp),
            EndReason::Local => call.farewell,
            EndReason::Refused(_)
            | EndReason::Timeout
            | EndReason::Unconfirmed
            | EndReason::SessionExpired
            | EndReason::Protocol => Some(CallEvent::Lost),
        };
        match call.media {
            Media::Open => {
                let reporter = call.reporter;
                self.closing.insert(call.line, Closing { reporter, last });
            }
            Media::Ready(..) => call.reporter.finish(last),
        }
    }

    /// Hangs a call up that cannot go on, and tells the application.
    pub(super) fn lose(&mut self, handle: CallHandle) {
        if let Some(call) = self.calls.get_mut(&handle) {
            call.farewell = Some(CallEvent::Lost);
            let _ = self.endpoint.hang_up(self.clocks.now(), handle);
        }
    }

    /// Tells the application of an event. A call that it does not keep up with ends.
    pub(super) fn report(&mut self, handle: CallHandle, event: CallEvent) {
        // Figures come again.
        let may_wait = matches!(event, CallEvent::Quality { .. });
        if let Some(call) = self.calls.get(&handle)
            && !call.reporter.tell(event)
            && !may_wait
        {
            tracing::error!("the application does not keep up with a call: it is hung up");
            self.lose(handle);
        }
    }

    pub(super) fn on_line_event(&mut self, heard: LineEvent) {
        let open = self.by_line.get(&heard.line).copied();
        match (open, heard.news) {
            (Some(handle), LineNews::Call(CallEvent::Lost)) => self.lose(handle),
            (Some(handle), LineNews::Call(event)) => self.report(handle, event),
            (None, LineNews::Call(event @ CallEvent::Quality { .. })) => {
                if let Some(closing) = self.closing.get(&heard.line) {
                    closing.reporter.tell(event);
                }
            }
            (None, LineNews::Closed) => {
                if let Some(closing) = self.closing.remove(&heard.line) {
                    closing.reporter.finish(closing.last);
                }
            }
            (Some(_), LineNews::Closed) | (None, LineNews::Call(_)) => {}
        }
    }

    /// Carries out what the application ordered.
    pub(super) fn carry_out(&mut self, orders: BTreeMap<CallName, Order>) {
        for (name, order) in orders {
            self.carry_out_one(name, order);
        }
    }

    fn carry_out_one(&mut self, name: CallName, order: Order) {
        match (self.by_name.get(&name).copied(), order) {
            (Some(handle), Order::Direct(contact, plan)) => self.direct(handle, contact, *plan),
            (Some(handle), Order::HangUp) => {
                let _ = self.endpoint.hang_up(self.clocks.now(), handle);
            }
            (None, order) => {
                if self.starting > 0 {
                    self.early.insert(name, order);
                }
            }
        }
    }

    pub(super) fn connect_agent(&mut self, offer: AgentOffer) {
        let call = self.by_name.get(&offer.call);
        match call.and_then(|handle| self.calls.get(handle)) {
            Some(call) => {
                let connect = LineCommand::ConnectAgent(Box::new(offer));
                self.lines.tell(call.line, connect);
            }
            None => {
                let _ = offer.reply.send(Err(TelephonyError::NoCall));
            }
        }
    }

    /// Hangs up the calls that a former run of the program left behind.
    pub(super) async fn hang_up_lost_calls(&mut self) {
        let lost = match self.app.lost_calls().await {
            Ok(lost) => lost,
            Err(error) => {
                tracing::error!(error = %error, "calls of the last run cannot be read");
                return;
            }
        };
        for lost in lost {
            let dialog = lost.dialog.as_deref().unwrap_or_default();
            let now = self.now();
            let hung_up = serde_json::from_slice::<DialogSnapshot>(dialog)
                .is_ok_and(|snapshot| self.endpoint.hang_up_snapshot(now, &snapshot));
            if !hung_up {
                tracing::warn!("a call of the last run cannot be hung up: its trunk is gone");
            }
            let (app, name) = (self.app.clone(), (lost.instance, lost.call));
            self.reporters
                .spawn(async move { tell(&app, name, CallEvent::Lost).await });
        }
    }

    /// Ends calls whose other sides did not answer in time for a stop.
    pub(super) fn abandon_calls(&mut self) {
        for (_, call) in std::mem::take(&mut self.calls) {
            call.reporter.finish(Some(CallEvent::Lost));
        }
        for (_, closing) in std::mem::take(&mut self.closing) {
            closing.reporter.finish(closing.last);
        }
    }
}

fn new_call(incoming: IncomingCall) -> NewCall {
    let told = |value: Personal<String>| Some(value.into_exposed()).filter(|one| !one.is_empty());
    let mut headers = BTreeMap::new();
    for (name, value) in incoming.headers {
        headers.entry(name).or_insert_with(|| value.into_exposed());
    }
    NewCall {
        called: incoming.called.into_exposed(),
        caller: told(incoming.caller),
        caller_name: told(incoming.caller_name),
        headers,
    }
}

/// The key in an INFO: `application/dtmf-relay` has lines such as `Signal=5`, `application/dtmf` the key
/// alone.
fn digit_of(subtype: &str, body: &[u8]) -> Option<Digit> {
    let body = std::str::from_utf8(body).ok()?;
    let sign = match subtype {
        "dtmf" => body.trim(),
        _ => body.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            let is_signal = name.trim().eq_ignore_ascii_case("signal");
            is_signal.then(|| value.trim())
        })?,
    };
    let mut signs = sign.chars();
    match (signs.next(), signs.next()) {
        (Some(sign), None) => Digit::from_char(sign.to_ascii_uppercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_names_its_key() {
        let relay = b"Signal=5\r\nDuration=160\r\n";
        assert_eq!(digit_of("dtmf-relay", relay), Digit::from_char('5'));
        assert_eq!(digit_of("dtmf-relay", b"signal = #"), Digit::from_char('#'));
        assert_eq!(digit_of("dtmf", b"*\r\n"), Digit::from_char('*'));
    }

    #[test]
    fn info_that_names_no_key_is_none() {
        for body in [
            &b"Signal=55"[..],
            b"Duration=160",
            b"",
            b"\xFF",
            b"Signal=x",
        ] {
            assert_eq!(digit_of("dtmf-relay", body), None);
            assert_eq!(digit_of("dtmf", body), None);
        }
    }
}
