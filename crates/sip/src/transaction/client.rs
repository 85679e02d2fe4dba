//! Client transactions: RFC 3261, sections 17.1.1 and 17.1.2, with RFC 6026's accepted state.

use std::time::Duration;

use bytes::Bytes;
use model::Timestamp;

use super::{Reliability, Sent};
use crate::limits::{PROVISIONAL_WAIT_MAX, T1, T1_TIMES_64, T2, T4, TIMER_D};
use crate::message::{BuildError, HeaderName, Method, Request, RequestBuilder, Response};

/// What a client transaction wants.
#[derive(Debug, Clone)]
pub enum ClientOutput {
    /// Send these bytes to where the request went.
    Send(Bytes),
    /// A response that the user of the transaction has not seen.
    Response(Box<Response>),
    /// Nobody answered in time: as good as 408.
    TimedOut,
    /// Nobody answered for good after a provisional response: the INVITE should be cancelled.
    ProvisionalTimedOut,
    /// It is over; forget the machine.
    Terminated,
}

/// An INVITE of ours.
#[derive(Debug)]
pub struct InviteClient {
    request: Request,
    sent: Sent,
    reliability: Reliability,
    state: InviteState,
}

#[derive(Debug)]
enum InviteState {
    Calling {
        resend: Option<Repeat>,
        give_up_at: Timestamp,
    },
    Proceeding {
        give_up_at: Timestamp,
    },
    /// Nothing final came for too long: the last wait, for what a CANCEL brings.
    Abandoned {
        until: Timestamp,
    },
    /// A 2xx came; others may follow from other forks.
    Accepted {
        until: Timestamp,
    },
    /// A refusal came and was confirmed; its retransmissions are confirmed again.
    Completed {
        ack: Option<Sent>,
        until: Timestamp,
    },
    Terminated,
}

/// When to send again, and how long to wait after that.
#[derive(Debug, Clone, Copy)]
struct Repeat {
    at: Timestamp,
    interval: Duration,
}

impl InviteClient {
    /// Sends an INVITE.
    pub fn start(
        now: Timestamp,
        request: Request,
        reliability: Reliability,
    ) -> (Self, Vec<ClientOutput>) {
        let sent = request.to_bytes();
        let output = vec![ClientOutput::Send(sent.clone())];
        let machine = Self {
            request,
            sent,
            reliability,
            state: InviteState::Calling {
                resend: first_repeat(now, reliability),
                give_up_at: now.plus(T1_TIMES_64),
            },
        };
        (machine, output)
    }

    /// The request.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Whether a final response is still to come.
    pub const fn is_waiting(&self) -> bool {
        matches!(
            self.state,
            InviteState::Calling { .. }
                | InviteState::Proceeding { .. }
                | InviteState::Abandoned { .. }
        )
    }

    /// Whether a CANCEL may be sent: something provisional came and nothing final.
    pub const fn is_proceeding(&self) -> bool {
        matches!(
            self.state,
            InviteState::Proceeding { .. } | InviteState::Abandoned { .. }
        )
    }

    /// Takes a response that belongs to this transaction.
    pub fn on_response(&mut self, now: Timestamp, response: Response) -> Vec<ClientOutput> {
        let status = response.status;
        match &self.state {
            InviteState::Abandoned { .. } if status.is_provisional() => Vec::new(),
            InviteState::Calling { .. }
            | InviteState::Proceeding { .. }
            | InviteState::Abandoned { .. } => {
                if status.is_provisional() {
                    self.state = InviteState::Proceeding {
                        give_up_at: now.plus(PROVISIONAL_WAIT_MAX),
                    };
                    return vec![ClientOutput::Response(Box::new(response))];
                }
                if status.is_success() {
                    self.state = InviteState::Accepted {
                        until: now.plus(T1_TIMES_64),
                    };
                    return vec![ClientOutput::Response(Box::new(response))];
                }
                self.complete(now, response)
            }
            InviteState::Accepted { .. } if status.is_success() => {
                vec![ClientOutput::Response(Box::new(response))]
            }
            InviteState::Completed { ack: Some(ack), .. }
                if !status.is_provisional() && !status.is_success() =>
            {
                vec![ClientOutput::Send(ack.clone())]
            }
            _ => Vec::new(),
        }
    }

    fn complete(&mut self, now: Timestamp, response: Response) -> Vec<ClientOutput> {
        let mut outputs = Vec::new();
        let ack = ack_for_refusal(&self.request, &response)
            .ok()
            .map(|ack| ack.to_bytes());
        if let Some(ack) = &ack {
            outputs.push(ClientOutput::Send(ack.clone()));
        }
        outputs.push(ClientOutput::Response(Box::new(response)));
        match self.reliability {
            Reliability::Datagram => {
                self.state = InviteState::Completed {
                    ack,
                    until: now.plus(TIMER_D),
                };
            }
            Reliability::Stream => {
                self.state = InviteState::Terminated;
                outputs.push(ClientOutput::Terminated);
            }
        }
        outputs
    }

    /// When to call [`InviteClient::on_deadline`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            InviteState::Calling { resend, give_up_at } => {
                Some(resend.map_or(*give_up_at, |resend| resend.at.min(*give_up_at)))
            }
            InviteState::Proceeding { give_up_at } => Some(*give_up_at),
            InviteState::Abandoned { until }
            | InviteState::Accepted { until }
            | InviteState::Completed { until, .. } => Some(*until),
            InviteState::Terminated => None,
        }
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp) -> Vec<ClientOutput> {
        match &mut self.state {
            InviteState::Calling {
                give_up_at: until, ..
            }
            | InviteState::Abandoned { until }
                if *until <= now =>
            {
                self.state = InviteState::Terminated;
                vec![ClientOutput::TimedOut, ClientOutput::Terminated]
            }
            InviteState::Calling {
                resend: Some(resend),
                ..
            } if resend.at <= now => {
                // Timer A doubles without bound; B ends it.
                *resend = Repeat::after(now, resend.interval * 2);
                vec![ClientOutput::Send(self.sent.clone())]
            }
            InviteState::Proceeding { give_up_at } if *give_up_at <= now => {
                self.state = InviteState::Abandoned {
                    until: now.plus(T1_TIMES_64),
                };
                vec![ClientOutput::ProvisionalTimedOut]
            }
            InviteState::Accepted { until } | InviteState::Completed { until, .. }
                if *until <= now =>
            {
                self.state = InviteState::Terminated;
                vec![ClientOutput::Terminated]
            }
            _ => Vec::new(),
        }
    }
}

/// Any other request of ours but ACK.
#[derive(Debug)]
pub struct NonInviteClient {
    request: Request,
    sent: Sent,
    reliability: Reliability,
    state: NonInviteState,
}

#[derive(Debug)]
enum NonInviteState {
    Trying {
        resend: Option<Repeat>,
        give_up_at: Timestamp,
    },
    Completed {
        until: Timestamp,
    },
    Terminated,
}

impl NonInviteClient {
    /// Whether a final response is still to come.
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, NonInviteState::Trying { .. })
    }

    /// Sends a request.
    pub fn start(
        now: Timestamp,
        request: Request,
        reliability: Reliability,
    ) -> (Self, Vec<ClientOutput>) {
        let sent = request.to_bytes();
        let output = vec![ClientOutput::Send(sent.clone())];
        let machine = Self {
            request,
            sent,
            reliability,
            state: NonInviteState::Trying {
                resend: first_repeat(now, reliability),
                give_up_at: now.plus(T1_TIMES_64),
            },
        };
        (machine, output)
    }

    /// The request.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Takes a response that belongs to this transaction.
    pub fn on_response(&mut self, now: Timestamp, response: Response) -> Vec<ClientOutput> {
        let NonInviteState::Trying { resend, .. } = &mut self.state else {
            return Vec::new();
        };
        if response.status.is_provisional() {
            // Somebody works on it: ask again at the longest interval only.
            if let Some(resend) = resend {
                *resend = Repeat::after(now, T2);
            }
            return vec![ClientOutput::Response(Box::new(response))];
        }
        let mut outputs = vec![ClientOutput::Response(Box::new(response))];
        match self.reliability {
            Reliability::Datagram => {
                self.state = NonInviteState::Completed {
                    until: now.plus(T4),
                };
            }
            Reliability::Stream => {
                self.state = NonInviteState::Terminated;
                outputs.push(ClientOutput::Terminated);
            }
        }
        outputs
    }

    /// When to call [`NonInviteClient::on_deadline`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            NonInviteState::Trying { resend, give_up_at } => {
                Some(resend.map_or(*give_up_at, |resend| resend.at.min(*give_up_at)))
            }
            NonInviteState::Completed { until } => Some(*until),
            NonInviteState::Terminated => None,
        }
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp) -> Vec<ClientOutput> {
        match &mut self.state {
            NonInviteState::Trying { give_up_at, .. } if *give_up_at <= now => {
                self.state = NonInviteState::Terminated;
                vec![ClientOutput::TimedOut, ClientOutput::Terminated]
            }
            NonInviteState::Trying {
                resend: Some(resend),
                ..
            } if resend.at <= now => {
                *resend = Repeat::after(now, (resend.interval * 2).min(T2));
                vec![ClientOutput::Send(self.sent.clone())]
            }
            NonInviteState::Completed { until } if *until <= now => {
                self.state = NonInviteState::Terminated;
                vec![ClientOutput::Terminated]
            }
            _ => Vec::new(),
        }
    }
}

/// The ACK that belongs to the transaction: it confirms a refusal (RFC 3261, section 17.1.1.3).
pub fn ack_for_refusal(invite: &Request, response: &Response) -> Result<Request, BuildError> {
    let head = &invite.head;
    let mut ack = RequestBuilder::new(&Method::Ack, invite.uri.as_str())
        .header(HeaderName::Via, head.via.as_str())
        .header(HeaderName::MaxForwards, 70)
        .header(HeaderName::From, &head.from)
        .header(HeaderName::To, &response.head.to)
        .header(HeaderName::CallId, head.call_id.as_str())
        .header(HeaderName::CSeq, format_args!("{} ACK", head.cseq.number));
    for route in head.all(HeaderName::Route) {
        ack = ack.header(HeaderName::Route, route);
    }
    ack.finish()
}

impl Repeat {
    fn after(now: Timestamp, interval: Duration) -> Self {
        Self {
            at: now.plus(interval),
            interval,
        }
    }
}

fn first_repeat(now: Timestamp, reliability: Reliability) -> Option<Repeat> {
    match reliability {
        Reliability::Datagram => Some(Repeat::after(now, T1)),
        Reliability::Stream => None,
    }
}
