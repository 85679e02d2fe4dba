//! Server transactions: RFC 3261, sections 17.2.1 and 17.2.2, with RFC 6026's accepted state.

use std::time::Duration;

use bytes::Bytes;
use model::Timestamp;

use super::{Reliability, Sent};
use crate::limits::{T1, T1_TIMES_64, T2, T4};
use crate::message::StatusCode;

/// What a server transaction wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerOutput {
    /// Send these bytes to where the request came from.
    Send(Bytes),
    /// A refusal was never confirmed.
    Unconfirmed,
    /// It is over; forget the machine.
    Terminated,
}

/// An INVITE of theirs. Its 2xx are repeated by the call that sent them until they are confirmed.
#[derive(Debug)]
pub struct InviteServer {
    reliability: Reliability,
    state: InviteState,
}

#[derive(Debug)]
enum InviteState {
    Proceeding {
        last: Option<Sent>,
    },
    /// A 2xx was sent: retransmissions of the INVITE are absorbed.
    Accepted {
        until: Timestamp,
    },
    /// A refusal was sent.
    Completed {
        last: Sent,
        resend: Option<(Timestamp, Duration)>,
        give_up_at: Timestamp,
    },
    /// The refusal was confirmed.
    Confirmed {
        until: Timestamp,
    },
    Terminated,
}

impl InviteServer {
    /// An INVITE came in.
    pub const fn new(reliability: Reliability) -> Self {
        Self {
            reliability,
            state: InviteState::Proceeding { last: None },
        }
    }

    /// Whether a final response is still to come.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, InviteState::Proceeding { .. })
    }

    /// Sends a response.
    pub fn respond(
        &mut self,
        now: Timestamp,
        status: StatusCode,
        bytes: Bytes,
    ) -> Vec<ServerOutput> {
        let InviteState::Proceeding { last } = &mut self.state else {
            return Vec::new();
        };
        if status.is_provisional() {
            *last = Some(bytes.clone());
        } else if status.is_success() {
            self.state = InviteState::Accepted {
                until: now.plus(T1_TIMES_64),
            };
        } else {
            let resend = match self.reliability {
                Reliability::Datagram => Some((now.plus(T1), T1)),
                Reliability::Stream => None,
            };
            self.state = InviteState::Completed {
                last: bytes.clone(),
                resend,
                give_up_at: now.plus(T1_TIMES_64),
            };
        }
        vec![ServerOutput::Send(bytes)]
    }

    /// The INVITE came again.
    pub fn on_retransmission(&self) -> Vec<ServerOutput> {
        match &self.state {
            InviteState::Proceeding { last: Some(last) } | InviteState::Completed { last, .. } => {
                vec![ServerOutput::Send(last.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// An ACK of this transaction came: the refusal arrived.
    pub fn on_ack(&mut self, now: Timestamp) -> Vec<ServerOutput> {
        if !matches!(self.state, InviteState::Completed { .. }) {
            return Vec::new();
        }
        match self.reliability {
            Reliability::Datagram => {
                self.state = InviteState::Confirmed {
                    until: now.plus(T4),
                };
                Vec::new()
            }
            Reliability::Stream => {
                self.state = InviteState::Terminated;
                vec![ServerOutput::Terminated]
            }
        }
    }

    /// When to call [`InviteServer::on_deadline`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            InviteState::Proceeding { .. } | InviteState::Terminated => None,
            InviteState::Accepted { until } | InviteState::Confirmed { until } => Some(*until),
            InviteState::Completed {
                resend, give_up_at, ..
            } => Some(resend.map_or(*give_up_at, |(at, _)| at.min(*give_up_at))),
        }
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp) -> Vec<ServerOutput> {
        match &mut self.state {
            InviteState::Accepted { until } | InviteState::Confirmed { until } if *until <= now => {
                self.state = InviteState::Terminated;
                vec![ServerOutput::Terminated]
            }
            InviteState::Completed { give_up_at, .. } if *give_up_at <= now => {
                self.state = InviteState::Terminated;
                vec![ServerOutput::Unconfirmed, ServerOutput::Terminated]
            }
            InviteState::Completed {
                last,
                resend: Some((at, interval)),
                ..
            } if *at <= now => {
                *interval = (*interval * 2).min(T2);
                *at = now.plus(*interval);
                vec![ServerOutput::Send(last.clone())]
            }
            _ => Vec::new(),
        }
    }
}

/// Any other request of theirs but ACK. Where nobody answers, it ends when its sender gives up.
#[derive(Debug)]
pub struct NonInviteServer {
    reliability: Reliability,
    state: NonInviteState,
}

#[derive(Debug)]
enum NonInviteState {
    Trying { until: Timestamp },
    Proceeding { last: Sent, until: Timestamp },
    Completed { last: Sent, until: Timestamp },
    Terminated,
}

impl NonInviteServer {
    /// A request came in.
    pub fn new(now: Timestamp, reliability: Reliability) -> Self {
        Self {
            reliability,
            state: NonInviteState::Trying {
                until: now.plus(T1_TIMES_64),
            },
        }
    }

    /// Sends a response.
    pub fn respond(
        &mut self,
        now: Timestamp,
        status: StatusCode,
        bytes: Bytes,
    ) -> Vec<ServerOutput> {
        let (NonInviteState::Trying { until } | NonInviteState::Proceeding { until, .. }) =
            self.state
        else {
            return Vec::new();
        };
        let last = bytes.clone();
        let mut outputs = vec![ServerOutput::Send(bytes)];
        if status.is_provisional() {
            self.state = NonInviteState::Proceeding { last, until };
        } else if self.reliability == Reliability::Datagram {
            self.state = NonInviteState::Completed {
                last,
                until: now.plus(T1_TIMES_64),
            };
        } else {
            self.state = NonInviteState::Terminated;
            outputs.push(ServerOutput::Terminated);
        }
        outputs
    }

    /// The request came again.
    pub fn on_retransmission(&self) -> Vec<ServerOutput> {
        match &self.state {
            NonInviteState::Proceeding { last, .. } | NonInviteState::Completed { last, .. } => {
                vec![ServerOutput::Send(last.clone())]
            }
            NonInviteState::Trying { .. } | NonInviteState::Terminated => Vec::new(),
        }
    }

    /// When to call [`NonInviteServer::on_deadline`].
    pub const fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            NonInviteState::Trying { until }
            | NonInviteState::Proceeding { until, .. }
            | NonInviteState::Completed { until, .. } => Some(*until),
            NonInviteState::Terminated => None,
        }
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp) -> Vec<ServerOutput> {
        if self.next_deadline().is_none_or(|until| now < until) {
            return Vec::new();
        }
        self.state = NonInviteState::Terminated;
        vec![ServerOutput::Terminated]
    }
}
