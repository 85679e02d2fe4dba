//! A call while it lasts.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use model::Timestamp;

use super::{CallHandle, Due, EndReason, Endpoint, Event, Flow};
use crate::dialog::Dialog;
use crate::limits::{T1, T1_TIMES_64, T2};
use crate::message::{Head, HeaderName, Request, StatusCode};
use crate::sdp::Description;
use crate::session_timer::SessionTimer;
use crate::transaction::{ClientKey, ServerKey};

#[derive(Debug)]
pub(super) struct Call {
    pub(super) flow: Flow,
    pub(super) stage: Stage,
    pub(super) caller: Caller,
    /// That of an incoming call from its first response on, that of an outgoing one from its answer on.
    pub(super) dialog: Option<Dialog>,
    pub(super) local_tag: String,
    /// Whether the other side takes UPDATE.
    pub(super) takes_update: bool,
    pub(super) timer: Option<SessionTimer>,
    /// What each side described last.
    pub(super) local: Option<Description>,
    pub(super) remote: Option<Description>,
    pub(super) exchange: Exchange,
    /// A 2xx of ours that waits for its ACK.
    pub(super) unconfirmed: Option<Unconfirmed>,
    /// The ACK of our last INVITE, sent again when its 2xx is.
    pub(super) ack: Option<(u32, Bytes)>,
    /// Hang up once the ACK is here.
    pub(super) hang_up_pending: bool,
    /// Our offer met theirs: it is made again at this time.
    pub(super) retry: Option<(Timestamp, Description)>,
    /// A REFER that the application has not decided on.
    pub(super) referral: Option<(ServerKey, Request)>,
}

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Us,
    Them,
}

/// How far the call is.
#[derive(Debug)]
pub(super) enum Stage {
    /// They call, and nothing final was said.
    Incoming(Box<Incoming>),
    /// We call, and nothing final came.
    Outgoing(Box<Outgoing>),
    /// Answered.
    Answered,
}

#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) key: ServerKey,
    pub(super) request: Request,
    pub(super) had_offer: bool,
    pub(super) takes_reliable: bool,
    pub(super) wants_reliable: bool,
    pub(super) early_answer: EarlyAnswer,
    pub(super) give_up_at: Timestamp,
    pub(super) next_rseq: u32,
    /// A provisional response that waits for its PRACK.
    pub(super) reliable: Option<(u32, Resend)>,
    pub(super) held: HeldAnswer,
}

#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) key: ClientKey,
    pub(super) request: Request,
    pub(super) forks: BTreeMap<String, Fork>,
    pub(super) cancel: Cancel,
    /// Where else to call.
    pub(super) others: Vec<Flow>,
}

/// Whether the answer to the caller's offer went out before the call was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EarlyAnswer {
    No,
    /// It may have got lost, so the 2xx repeats it.
    Unconfirmed,
    /// It was or will be confirmed, so the 2xx must not repeat it (RFC 3262, section 5).
    Reliable,
}

/// An answer of the application that waits for a PRACK.
#[derive(Debug)]
pub(super) enum HeldAnswer {
    No,
    /// With its description, unless an earlier response brought it.
    Yes(Option<Description>),
}

/// An early dialog of a call of ours.
#[derive(Debug)]
pub(super) struct Fork {
    pub(super) dialog: Dialog,
    pub(super) last_rseq: Option<u32>,
}

/// Whether a call of ours is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancel {
    No,
    /// As soon as something provisional comes.
    Wanted,
    /// Asked for; given up at this time.
    Sent(Timestamp),
}

/// The offer that is open within an answered call.
#[derive(Debug)]
pub(super) enum Exchange {
    None,
    /// Ours. A refresh is nobody's business but ours.
    Ours {
        offer: Option<Box<Description>>,
        is_refresh: bool,
    },
    /// Theirs, not answered.
    Theirs {
        key: ServerKey,
        request: Box<Request>,
    },
}

#[derive(Debug)]
pub(super) struct Unconfirmed {
    pub(super) cseq: u32,
    pub(super) flow: Flow,
    pub(super) resend: Resend,
    /// It carried an offer of ours, so the ACK carries the answer.
    pub(super) wants_answer: bool,
}

/// Bytes that are sent until they are confirmed.
#[derive(Debug)]
pub(super) struct Resend {
    pub(super) bytes: Bytes,
    at: Timestamp,
    interval: Duration,
    give_up_at: Timestamp,
}

/// What is due for a [`Resend`].
pub(super) enum ResendStep {
    Wait,
    Send(Bytes),
    GiveUp,
}

impl Resend {
    pub(super) fn new(now: Timestamp, bytes: Bytes) -> Self {
        Self {
            bytes,
            at: now.plus(T1),
            interval: T1,
            give_up_at: now.plus(T1_TIMES_64),
        }
    }

    pub(super) fn next_deadline(&self) -> Timestamp {
        self.at.min(self.give_up_at)
    }

    /// `longest` bounds the interval; PRACK has none (RFC 3262, section 3).
    pub(super) fn step(&mut self, now: Timestamp, longest: Option<Duration>) -> ResendStep {
        if now >= self.give_up_at {
            return ResendStep::GiveUp;
        }
        if now < self.at {
            return ResendStep::Wait;
        }
        self.interval = (self.interval * 2).min(longest.unwrap_or(Duration::MAX));
        self.at = now.plus(self.interval);
        ResendStep::Send(self.bytes.clone())
    }
}

impl Call {
    pub(super) fn new(flow: Flow, stage: Stage, local_tag: String) -> Self {
        let caller = match &stage {
            Stage::Outgoing(_) => Caller::Us,
            Stage::Incoming(_) | Stage::Answered => Caller::Them,
        };
        Self {
            flow,
            stage,
            caller,
            dialog: None,
            local_tag,
            takes_update: false,
            timer: None,
            local: None,
            remote: None,
            exchange: Exchange::None,
            unconfirmed: None,
            ack: None,
            hang_up_pending: false,
            retry: None,
            referral: None,
        }
    }

    pub(super) const fn is_answered(&self) -> bool {
        matches!(self.stage, Stage::Answered)
    }

    /// Whether a request belongs to this call: to its dialog, or to an early one of a call of ours.
    pub(super) fn has_request(&self, request: &Request) -> bool {
        let early = match &self.stage {
            Stage::Outgoing(outgoing) => outgoing
                .forks
                .values()
                .any(|fork| fork.dialog.has_request(request)),
            _ => false,
        };
        let ours = |dialog: &Dialog| dialog.has_request(request);
        early || self.dialog.as_ref().is_some_and(ours)
    }

    /// The dialog that a request belongs to.
    pub(super) fn dialog_of(&mut self, request: &Request) -> Option<&mut Dialog> {
        match &mut self.stage {
            Stage::Outgoing(outgoing) => outgoing
                .forks
                .values_mut()
                .map(|fork| &mut fork.dialog)
                .find(|dialog| dialog.has_request(request)),
            _ => self.dialog.as_mut(),
        }
    }

    /// Whether the first offer and its answer are exchanged for sure, so that another may follow.
    pub(super) fn may_be_changed(&self) -> bool {
        match &self.stage {
            Stage::Incoming(incoming) => {
                incoming.early_answer == EarlyAnswer::Reliable && incoming.reliable.is_none()
            }
            Stage::Outgoing(_) => self.remote.is_some(),
            Stage::Answered => self.unconfirmed.is_none(),
        }
    }

    /// What the other side says it can.
    pub(super) fn learn(&mut self, head: &Head) {
        if head.lists(HeaderName::Allow, "UPDATE") {
            self.takes_update = true;
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        let (reliable, unanswered) = match &self.stage {
            Stage::Incoming(incoming) => (
                incoming.reliable.as_ref().map(|(_, one)| one),
                Some(incoming.give_up_at),
            ),
            _ => (None, None),
        };
        let cancel = match &self.stage {
            Stage::Outgoing(outgoing) => match outgoing.cancel {
                Cancel::Sent(give_up_at) => Some(give_up_at),
                _ => None,
            },
            _ => None,
        };
        [
            reliable.map(Resend::next_deadline),
            unanswered,
            cancel,
            self.unconfirmed
                .as_ref()
                .map(|one| one.resend.next_deadline()),
            self.timer
                .filter(|_| self.is_answered() && self.unconfirmed.is_none())
                .map(|timer| timer.next_deadline()),
            self.retry.as_ref().map(|(at, _)| *at),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

impl Endpoint {
    pub(super) fn on_call_deadline(&mut self, now: Timestamp, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        if let Stage::Outgoing(outgoing) = &call.stage
            && let Cancel::Sent(give_up_at) = outgoing.cancel
            && give_up_at <= now
        {
            self.end_call(handle, EndReason::Local);
            return;
        }
        if let Stage::Incoming(incoming) = &call.stage
            && incoming.give_up_at <= now
        {
            let status = StatusCode::TEMPORARILY_UNAVAILABLE;
            self.refuse_incoming(now, handle, status, EndReason::Timeout);
            return;
        }
        if let Stage::Incoming(incoming) = &mut call.stage
            && let Some((_, resend)) = &mut incoming.reliable
        {
            match resend.step(now, None) {
                ResendStep::Wait => {}
                ResendStep::Send(bytes) => {
                    let flow = call.flow;
                    self.transmit(flow, bytes);
                }
                ResendStep::GiveUp => {
                    self.fail_incoming(now, handle, EndReason::Unconfirmed);
                    return;
                }
            }
        }
        if self.resend_answer(now, handle) {
            return;
        }
        self.refresh_if_due(now, handle);
        let again = self
            .calls
            .get_mut(&handle)
            .and_then(|call| call.retry.take_if(|(at, _)| *at <= now));
        if let Some((_, offer)) = again {
            // The other side may have begun a change meanwhile: then ours is lost to it.
            if self.reinvite(now, handle, offer).is_err() {
                self.tell(Event::OfferRefused {
                    call: handle,
                    status: StatusCode::REQUEST_PENDING,
                });
            }
        }
        self.schedule_call(handle);
    }

    /// Sends a 2xx again. Gives whether the call ended over it.
    fn resend_answer(&mut self, now: Timestamp, handle: CallHandle) -> bool {
        let Some(unconfirmed) = self
            .calls
            .get_mut(&handle)
            .and_then(|call| call.unconfirmed.as_mut())
        else {
            return false;
        };
        match unconfirmed.resend.step(now, Some(T2)) {
            ResendStep::Wait => false,
            ResendStep::Send(bytes) => {
                let flow = unconfirmed.flow;
                self.transmit(flow, bytes);
                false
            }
            ResendStep::GiveUp => {
                self.bye_and_end(now, handle, EndReason::Unconfirmed);
                true
            }
        }
    }

    pub(super) fn schedule_call(&mut self, handle: CallHandle) {
        let deadline = self.calls.get(&handle).and_then(Call::next_deadline);
        self.schedule.set(Due::Call(handle), deadline);
    }

    /// A call and its place are free again.
    pub(super) fn end_call(&mut self, handle: CallHandle, reason: EndReason) {
        let Some(call) = self.calls.remove(&handle) else {
            return;
        };
        self.tags.remove(&call.local_tag);
        self.schedule.set(Due::Call(handle), None);
        if let Some(trunk) = self.trunks.get_mut(call.flow.trunk) {
            trunk.calls = trunk.calls.saturating_sub(1);
        }
        self.tell(Event::Ended {
            call: handle,
            reason,
        });
    }

    /// Says goodbye, then ends.
    pub(super) fn bye_and_end(&mut self, now: Timestamp, handle: CallHandle, reason: EndReason) {
        if let Some(call) = self.calls.get_mut(&handle)
            && let Some(mut dialog) = call.dialog.take()
        {
            let flow = call.flow;
            self.send_bye(now, flow, &mut dialog);
        }
        self.end_call(handle, reason);
    }

    pub(super) fn add_call(&mut self, call: Call) -> CallHandle {
        let handle = CallHandle(self.next_handle);
        self.next_handle += 1;
        self.tags.insert(call.local_tag.clone(), handle);
        if let Some(trunk) = self.trunks.get_mut(call.flow.trunk) {
            trunk.calls += 1;
        }
        self.calls.insert(handle, call);
        handle
    }
}
