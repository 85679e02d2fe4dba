//! What the engine decided: replies, facts to store, things to do after the commit.

use flow::FlowLog;
use flow::command::PreviousParticipants;
use model::contact::{ContactRecord, DisconnectReason, QueueRef};
use model::transcript::TranscriptItem;
use model::{
    AgentContactState, AgentStatusId, Channel, ContactId, ParticipantId, QuickConnectId, Timestamp,
    UserId,
};
use serde::{Deserialize, Serialize};

/// What one input led to.
#[derive(Debug)]
pub struct Outcome {
    /// The answer for whoever sent the input.
    pub reply: Result<Reply, Rejection>,
    /// Facts and orders, in order. All of them are committed (where they are facts) before any is
    /// performed and before the reply is given.
    pub effects: Vec<Effect>,
}

/// The answer to an accepted input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It was taken in.
    Done,
    /// A contact was started.
    Started(ContactId),
    /// A contact goes on in this new segment.
    Transferred(ContactId),
    /// The item stands in the transcript, at this time.
    Said(Timestamp),
    /// An item of this id stood there before, since this time, and nothing was written. Whether it says
    /// the same, whoever reads transcripts can tell.
    SaidBefore(Timestamp),
}

/// Why an input was refused. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No such open contact.
    #[error("no open contact with this id: it has ended or never existed")]
    UnknownContact,
    /// No such agent.
    #[error("no such agent: check the user id")]
    UnknownAgent,
    /// No such status, or it is disabled.
    #[error("no such agent status: choose an enabled one")]
    UnknownStatus,
    /// No such flow, or it is not published and active, or of a type that cannot start here.
    #[error(
        "the flow cannot be started: it must exist, be published, active and of a fitting type"
    )]
    UnknownFlow,
    /// No such queue, user or quick connect.
    #[error("the transfer destination does not exist")]
    UnknownDestination,
    /// The agent does not hold this contact in a state that allows it.
    #[error("the agent has no such contact in a state that allows this")]
    NotYourContact,
    /// Not a participant of this contact, or no longer.
    #[error("not a participant of this contact")]
    NotParticipant,
    /// The channel does not support it.
    #[error("the channel of this contact does not support this")]
    WrongChannel,
    /// The contact is in a state that does not allow it.
    #[error("the state of the contact does not allow this")]
    WrongState,
    /// A limit of the instance is reached.
    #[error("a limit of the instance is reached: try again later")]
    LimitReached,
    /// Attributes, references or the transcript would exceed their limit.
    #[error("too large: attributes may hold 32 KiB in all")]
    TooLarge,
    /// A contact with this id exists already.
    #[error("a contact with this id exists already")]
    Duplicate,
}

/// A fact or an order.
#[derive(Debug, Clone)]
pub enum Effect {
    /// An event of a contact's history. Stored; streams to those who subscribed.
    ContactEvent(ContactEvent),
    /// An event of an agent's history.
    AgentEvent(AgentEvent),
    /// An item of a transcript: store it, then push it to the chat's connected participants.
    Transcript(TranscriptItem),
    /// The record of a segment that is over (after wrap-up, where there was an agent). Exactly one
    /// per contact.
    Record(Box<ContactRecord>),
    /// What this agent's workspace shows has changed.
    AgentChanged(UserId),
    /// The media of a call must do this from now on.
    Call {
        /// The first contact of the call, which names it throughout.
        call: ContactId,
        /// The contact as which it goes on now.
        contact: ContactId,
        /// What.
        plan: Box<crate::call::CallPlan>,
    },
    /// The customer's part of this call is over: hang up, if the customer did not.
    CallOver {
        /// The first contact of the call.
        call: ContactId,
    },
    /// This participant's connections must be closed: the chat ended or the participant left.
    CloseParticipant {
        /// Of which contact.
        contact: ContactId,
        /// Who.
        participant: ParticipantId,
    },
}

/// An event of a contact's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactEvent {
    /// The contact.
    pub contact: ContactId,
    /// The first segment of its chain.
    pub initial_contact: ContactId,
    /// Its medium.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: ContactEventKind,
}

/// What happened to a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say all")]
pub enum ContactEventKind {
    /// It began.
    Initiated,
    /// A block of a flow ran.
    Flow(FlowLog),
    /// A flow was stopped, for this reason; values of the contact are not part of it.
    FlowStopped { reason: String },
    /// A flow began.
    FlowStarted(flow::FlowRef),
    /// It was put into a queue.
    Queued { queue: QueueRef },
    /// It left a queue without reaching an agent.
    Dequeued { queue: QueueRef },
    /// It was offered to an agent.
    Offered {
        agent: UserId,
        queue: Option<QueueRef>,
    },
    /// An offer was not taken.
    Missed { agent: UserId, declined: bool },
    /// It was connected to an agent.
    ConnectedToAgent { agent: UserId },
    /// An agent put the customer on hold.
    Held { agent: UserId },
    /// An agent took the customer back.
    Resumed { agent: UserId },
    /// A flow that has the call put the agent of the segment before, or the customer, on hold, or took
    /// both back.
    PreviousHeld {
        agent: UserId,
        state: PreviousParticipants,
    },
    /// An agent's part ended; wrap-up began.
    AfterContactWorkStarted { agent: UserId },
    /// Wrap-up ended.
    AfterContactWorkEnded { agent: UserId },
    /// Attributes, name, references or tags changed.
    DataUpdated,
    /// It goes on in another segment: for a queue or an agent where one was named, by the quick connect
    /// that an agent chose.
    Transferred {
        next: ContactId,
        #[serde(default)]
        to: Option<QueueRef>,
        #[serde(default)]
        quick_connect: Option<QuickConnectId>,
    },
    /// It ended for the customer.
    Disconnected { reason: DisconnectReason },
}

/// An event of an agent's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say all")]
pub struct AgentEvent {
    pub agent: UserId,
    pub at: Timestamp,
    pub kind: AgentEventKind,
}

/// What happened to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say all")]
pub enum AgentEventKind {
    /// Is in force from now on.
    StatusChosen {
        status: AgentStatusId,
    },
    /// Will be in force when the last contact is cleared; routing obeys it from now on.
    NextStatusChosen {
        status: AgentStatusId,
    },
    ContactState {
        contact: ContactId,
        state: AgentContactState,
    },
    ContactCleared {
        contact: ContactId,
    },
}

/// What changed since the last call of `take_changes`: rows to write with the effects. Bodies are
/// serialized, format-versioned state; the caller seals them.
#[derive(Debug, Default)]
pub struct Changes {
    /// State of open contacts: write. `Vec<u8>` is what `Engine::restore` takes back.
    pub contacts: Vec<(ContactId, Vec<u8>)>,
    /// Contacts that are no longer open: delete their state row.
    pub closed: Vec<ContactId>,
    /// State of agents: write.
    pub agents: Vec<(UserId, Vec<u8>)>,
    /// Agents that no longer exist: delete their state row.
    pub removed_agents: Vec<UserId>,
    /// Versions of flows that are neither current nor run by an open contact: what is kept of them for
    /// [`crate::Engine::restore`] can be deleted.
    pub released_flows: Vec<flow::FlowRef>,
}
