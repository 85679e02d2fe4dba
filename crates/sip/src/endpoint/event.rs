//! What comes out of an endpoint, and what its calls are asked for.

use std::net::SocketAddr;

use bytes::Bytes;
use model::Personal;

use super::config::{Transport, TrunkId};
use crate::message::{BuildError, Replaces, StatusCode};
use crate::sdp::Description;

/// Names a call of this endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallHandle(pub(super) u64);

/// Names a connection; numbers are the adapter's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// Where bytes came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Over what.
    pub transport: Transport,
    /// From where.
    pub address: SocketAddr,
    /// The name in the peer's certificate, verified by whoever ended the TLS connection.
    pub certificate: Option<String>,
}

/// What the adapter has to do.
#[derive(Debug, Clone)]
pub enum Output {
    /// Send bytes.
    Transmit(Transmit),
    /// Close a connection.
    Close(ConnectionId),
    /// Tell the application.
    Event(Event),
}

/// Bytes to be sent.
#[derive(Clone)]
pub struct Transmit {
    /// Over what.
    pub transport: Transport,
    /// To where.
    pub address: SocketAddr,
    /// On which connection. Without, or if it is gone: on any to this address, opened if there is none.
    pub connection: Option<ConnectionId>,
    /// What.
    pub bytes: Bytes,
}

/// What the application gets to know.
#[derive(Debug, Clone)]
pub enum Event {
    /// Somebody calls. Answer with `ring`, `progress`, `answer` or `refuse`.
    IncomingCall(Box<IncomingCall>),
    /// A call of ours rings, or brings media before it is answered.
    Progress {
        /// Which.
        call: CallHandle,
        /// 180, 183 and so on.
        status: StatusCode,
        /// The answer to our offer, where it came with it.
        description: Option<Box<Description>>,
    },
    /// A call of ours was answered.
    Answered {
        /// Which.
        call: CallHandle,
        /// The answer to our offer; the one of `Progress` where there is none.
        description: Option<Box<Description>>,
    },
    /// Our answer to a call, or to a later offer, arrived.
    Confirmed {
        /// Which.
        call: CallHandle,
        /// The answer to an offer that we sent with it.
        description: Option<Box<Description>>,
    },
    /// The other side wants to change a call: hold, resume, another address. Answer with `accept_offer` or
    /// `refuse_offer`. Without a description it wants an offer of ours.
    Offer {
        /// Which.
        call: CallHandle,
        /// The offer.
        description: Option<Box<Description>>,
    },
    /// Our offer within a call was answered.
    OfferAnswered {
        /// Which.
        call: CallHandle,
        /// The answer.
        description: Box<Description>,
    },
    /// Our offer within a call was refused: all stays as it was.
    OfferRefused {
        /// Which.
        call: CallHandle,
        /// Why.
        status: StatusCode,
    },
    /// Tones pressed, carried by signalling.
    Info {
        /// Which.
        call: CallHandle,
        /// `dtmf-relay` or `dtmf`.
        subtype: String,
        /// What was pressed. A caller's digits may be secret.
        body: Personal<Bytes>,
    },
    /// The other side asks us to call somebody else. Answer with `accept_referral` or `refuse_referral`.
    Referral {
        /// Which.
        call: CallHandle,
        /// Whom: a URI.
        target: Personal<String>,
        /// The call that the new one shall take the place of.
        replaces: Option<Replaces>,
    },
    /// A call is over; its handle means nothing any more.
    Ended {
        /// Which.
        call: CallHandle,
        /// Why.
        reason: EndReason,
    },
    /// We are registered with the trunk's provider.
    Registered {
        /// Which.
        trunk: TrunkId,
        /// For how long.
        expires_secs: u32,
    },
    /// We are not; it is tried again later.
    RegistrationFailed {
        /// Which.
        trunk: TrunkId,
        /// What the provider said; nothing where it said nothing.
        status: Option<StatusCode>,
    },
    /// At least one target of a trunk answers.
    TrunkUp(TrunkId),
    /// No target of a trunk answers.
    TrunkDown(TrunkId),
}

/// A call that comes in.
#[derive(Debug, Clone)]
pub struct IncomingCall {
    /// Its name.
    pub call: CallHandle,
    /// The trunk that it came over.
    pub trunk: TrunkId,
    /// What carries its signalling: keys of media may be told over TLS alone.
    pub transport: Transport,
    /// The number that was called: that of the request URI.
    pub called: Personal<String>,
    /// The number that calls: that of `From`.
    pub caller: Personal<String>,
    /// The caller's name, as the caller says it.
    pub caller_name: Personal<String>,
    /// The offer; without one, `answer` has to bring an offer of ours.
    pub offer: Option<Box<Description>>,
    /// The call that this one shall take the place of.
    pub replaces: Option<CallHandle>,
    /// Headers for flows: bounded in number and length, without credentials.
    pub headers: Vec<(String, Personal<String>)>,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// We hung up, refused or gave up.
    Local,
    /// The other side hung up.
    Remote,
    /// The caller gave up before the answer.
    Cancelled,
    /// The other side refused, with this status.
    Refused(StatusCode),
    /// The other side did not answer in time.
    Timeout,
    /// Our answer was never confirmed.
    Unconfirmed,
    /// The session was not refreshed in time.
    SessionExpired,
    /// The other side broke the rules, or no longer knows the call.
    Protocol,
}

/// A call of ours.
#[derive(Debug, Clone)]
pub struct OutgoingCall {
    /// The trunks to try, in order.
    pub trunks: Vec<TrunkId>,
    /// The number to call: the user part of the request URI.
    pub number: Personal<String>,
    /// The number that calls: the user part of `From`.
    pub caller: Personal<String>,
    /// The name that calls.
    pub caller_name: Personal<String>,
    /// The offer.
    pub offer: Description,
    /// Further headers, of those that carry information about a call: `User-to-User`, `Diversion`,
    /// `P-Asserted-Identity`, `Privacy`, `Subject`, `Replaces`, `Referred-By`, and any `X-`.
    pub headers: Vec<(String, Personal<String>)>,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The call is over, or never was.
    #[error("there is no such call")]
    NoCall,
    /// The call is not in a state for it.
    #[error("the call is not in a state for this")]
    State,
    /// Another change of the call is not finished.
    #[error("another change of the call is under way")]
    Pending,
    /// None of the trunks exists, is up, and has room.
    #[error("no trunk is up and has room for the call")]
    NoTrunk,
    /// A number, name or header that cannot be sent.
    #[error("the message cannot be built: {0}")]
    Build(#[from] BuildError),
    /// A header that is not the application's to set.
    #[error("this header may not be set")]
    Header,
    /// A status that is no refusal.
    #[error("the status is no refusal")]
    Status,
}

/// Where it goes and how much of it there is.
impl std::fmt::Debug for Transmit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Transmit({} {}, {} bytes)",
            self.transport.as_str(),
            self.address,
            self.bytes.len()
        )
    }
}
