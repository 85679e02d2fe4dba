//! What happens outside, as the engine is told.

use std::collections::BTreeMap;

use flow::command::ContactData;
use model::contact::{Attributes, DisconnectReason, Endpoint, PersonalText, Reference};
use model::transcript::ItemContent;
use model::{
    AgentStatusId, Channel, ContactId, FlowId, InitiationMethod, ParticipantId, QuickConnectId,
    Tags, Timestamp, TranscriptItemId, UserId,
};

use crate::call::CallEvent;
use crate::config::ConfigChange;

/// Something that happened outside.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "inputs are moved once, into `handle`"
)]
pub enum Input {
    /// Time has passed: `next_deadline` is due.
    Tick,
    /// A configuration resource changed.
    Config(ConfigChange),
    /// A contact arrives. Reply: [`crate::Reply::Started`].
    StartContact(StartContact),
    /// End a contact from outside (`StopContact`, an operator, draining).
    StopContact {
        /// Which.
        contact: ContactId,
        /// Why.
        reason: DisconnectReason,
    },
    /// Move a contact to a queue or agent (`TransferContact`). Reply: `Transferred`.
    TransferContact {
        /// Which.
        contact: ContactId,
        /// The flow that the new segment runs.
        flow: FlowId,
        /// Where to.
        target: TransferTarget,
    },
    /// An agent moves a contact by quick connect. Reply: `Transferred`.
    QuickConnect {
        /// Whose contact.
        agent: UserId,
        /// Which.
        contact: ContactId,
        /// Where to.
        quick_connect: QuickConnectId,
    },
    /// Attributes change from outside (`UpdateContactAttributes`); all or none.
    SetAttributes {
        /// Which contact.
        contact: ContactId,
        /// Name and value.
        changes: Vec<(String, String)>,
    },
    /// Name, description or references change from outside (`UpdateContact`).
    SetContactData {
        /// Which contact.
        contact: ContactId,
        /// The changes.
        data: ContactData,
    },
    /// Tags change from outside (`TagResource` on a contact).
    SetTags {
        /// Which contact.
        contact: ContactId,
        /// To add or replace.
        add: Tags,
        /// To remove.
        remove: Vec<String>,
    },
    /// An agent chose a status (`PutUserStatus`, the workspace, sign-out).
    SetAgentStatus {
        /// Whose.
        agent: UserId,
        /// Which.
        status: AgentStatusId,
    },
    /// An agent takes an offer.
    AcceptOffer {
        /// Who.
        agent: UserId,
        /// Which.
        contact: ContactId,
    },
    /// An agent lets an offer go.
    DeclineOffer {
        /// Who.
        agent: UserId,
        /// Which.
        contact: ContactId,
    },
    /// An agent ends the interaction; wrap-up begins. A disconnect flow, where one is hooked, runs for
    /// the customer who remains.
    EndContact {
        /// Who.
        agent: UserId,
        /// Which.
        contact: ContactId,
    },
    /// Something happened on the line of a call.
    Call {
        /// Its first contact.
        call: ContactId,
        /// What.
        event: CallEvent,
    },
    /// An agent puts the customer of a call on hold, or takes the customer back.
    Hold {
        /// Who.
        agent: UserId,
        /// Which.
        contact: ContactId,
        /// On hold, or back.
        on: bool,
    },
    /// What is recorded of a call changes from outside.
    Recording {
        /// Which contact.
        contact: ContactId,
        /// The agent who wants it, whose call it must be; absent: the API.
        by: Option<UserId>,
        /// What: all of it or nothing.
        changes: Vec<crate::recording::RecordingChange>,
    },
    /// An agent has finished wrap-up (or clears a missed offer).
    CompleteContact {
        /// Who.
        agent: UserId,
        /// Which.
        contact: ContactId,
    },
    /// A participant's device connected (`CreateParticipantConnection`, first time per participant
    /// writes `participant.joined`; also answers a flow's wait for the customer's return).
    ParticipantConnected {
        /// Of which contact.
        contact: ContactId,
        /// Who.
        participant: ParticipantId,
    },
    /// A participant leaves for good (`DisconnectParticipant`): a customer ends the chat, an agent the
    /// interaction.
    ParticipantLeft {
        /// Of which contact.
        contact: ContactId,
        /// Who.
        participant: ParticipantId,
    },
    /// A participant says something. Reply: `Said`.
    Say {
        /// In which contact.
        contact: ContactId,
        /// Who.
        participant: ParticipantId,
        /// Id of the new item; the caller makes it, so that a repeated request finds it again.
        item: TranscriptItemId,
        /// What: message, event that is kept, or attachments that are ready.
        content: ItemContent,
    },
    /// The customer chose an action of the view that a flow shows. An interactive response that is
    /// said does the same.
    SubmitView {
        /// In which contact.
        contact: ContactId,
        /// Who.
        participant: ParticipantId,
        /// Name of the action.
        action: String,
        /// What was entered.
        data: serde_json::Value,
    },
}

/// A contact that arrives.
#[derive(Debug, Clone)]
pub struct StartContact {
    /// Its id; the caller makes it.
    pub contact: ContactId,
    /// Its medium.
    pub channel: Channel,
    /// How it began.
    pub initiation_method: InitiationMethod,
    /// The flow that it runs. A task may name a quick connect instead.
    pub destination: Destination,
    /// User-defined attributes.
    pub attributes: Attributes,
    /// Attributes of the system, such as `connect:Subtype`.
    pub segment_attributes: BTreeMap<String, String>,
    /// Name of a task.
    pub name: Option<PersonalText>,
    /// Description of a task.
    pub description: Option<PersonalText>,
    /// References.
    pub references: BTreeMap<String, Reference>,
    /// Tags.
    pub tags: Tags,
    /// The customer's address.
    pub customer_endpoint: Option<Endpoint>,
    /// The address the customer reached.
    pub system_endpoint: Option<Endpoint>,
    /// The customer's id in the organisation's systems.
    pub customer_id: Option<PersonalText>,
    /// The customer of a chat: participant and display name.
    pub customer: Option<(ParticipantId, PersonalText)>,
    /// Headers of the INVITE of a call that flows may read, by name.
    pub sip_headers: BTreeMap<String, String>,
    /// First message of the customer of a chat, said before the flow starts.
    pub initial_message: Option<(TranscriptItemId, ItemContent)>,
    /// Longest duration of a chat, minutes (`ChatDurationInMinutes`, 60 to 10080; 1500 where absent).
    pub duration_max_min: Option<u32>,
    /// When a task is due; it runs its flow then.
    pub scheduled_at: Option<Timestamp>,
    /// The contact before it, for a chain (`PreviousContactId`).
    pub previous: Option<ContactId>,
    /// A related contact (`RelatedContactId`).
    pub related: Option<ContactId>,
}

/// Where a new contact begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// In this flow.
    Flow(FlowId),
    /// In the flow of this quick connect, with its queue or agent as target.
    QuickConnect(QuickConnectId),
}

/// Where a contact is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferTarget {
    /// A queue.
    Queue(model::QueueId),
    /// An agent.
    Agent(UserId),
    /// What the flow decides.
    Flow,
}
