//! A contact as the world sees it: channel, origin, attributes, and the record that remains.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentStatusId, ContactId, QueueId, RoutingProfileId, UserId};
use crate::personal::Personal;
use crate::quality::CallQuality;
use crate::time::Timestamp;
use crate::{Tags, personal};

/// The medium of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Channel {
    /// A telephone call.
    Voice,
    /// A chat.
    Chat,
    /// A task.
    Task,
}

impl Channel {
    /// All channels, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::Voice, Self::Chat, Self::Task];

    /// The name on the wire: `VOICE`, `CHAT`, `TASK`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Voice => "VOICE",
            Self::Chat => "CHAT",
            Self::Task => "TASK",
        }
    }
}

/// How a contact began (Amazon Connect's `ContactInitiationMethod`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InitiationMethod {
    /// The customer called.
    Inbound,
    /// An agent called out.
    Outbound,
    /// An agent transferred to an agent or queue.
    Transfer,
    /// A flow moved a waiting contact to another queue.
    QueueTransfer,
    /// A callback.
    Callback,
    /// Started through the API (chats and tasks).
    Api,
    /// The flow that runs after the agent left.
    Disconnect,
}

/// Most bytes that the attributes of one contact may hold, names and values added up
/// (`UpdateContactAttributes`).
pub const ATTRIBUTES_BYTES_MAX: usize = 32 * 1024;

/// User-defined attributes of a contact. Values are personal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(BTreeMap<String, PersonalText>);

/// The attributes would exceed [`ATTRIBUTES_BYTES_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("attributes exceed 32 KiB: remove some or shorten their values")]
pub struct AttributesTooLarge;

impl Attributes {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(PersonalText::expose)
    }

    /// Adds or replaces all of `changes`, or none of them where the result would be too large.
    pub fn merge(
        &mut self,
        changes: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), AttributesTooLarge> {
        let mut merged = self.0.clone();
        merged.extend(changes.into_iter().map(|(k, v)| (k, PersonalText::from(v))));
        let bytes: usize = merged.iter().map(|(k, v)| k.len() + v.expose().len()).sum();
        if bytes > ATTRIBUTES_BYTES_MAX {
            return Err(AttributesTooLarge);
        }
        self.0 = merged;
        Ok(())
    }

    /// All attributes in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.expose()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Text about a person that serializes inside rows which are sealed as a whole
/// (see [`personal::sealed`]) and redacts itself in `Debug`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonalText(#[serde(with = "personal::sealed")] Personal<String>);

impl PersonalText {
    /// The text itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl From<String> for PersonalText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for PersonalText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// A reference that a task or chat carries (a URL, mostly).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// `URL`, `STRING`, `NUMBER`, `DATE`, `EMAIL` or `ATTACHMENT`.
    pub kind: String,
    /// The value.
    pub value: PersonalText,
}

/// An address by which a party is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `TELEPHONE_NUMBER`, `VOIP`, `CONTACT_FLOW`, `CONNECT_PHONENUMBER_ARN` or `EMAIL_ADDRESS`.
    pub kind: String,
    /// The address.
    pub address: PersonalText,
}

/// Why a contact ended (Amazon Connect's `DisconnectReason` values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisconnectReason {
    /// The customer left.
    CustomerDisconnect,
    /// The agent ended it.
    AgentDisconnect,
    /// The last agent completed a task.
    AgentCompleted,
    /// The flow ended it.
    ContactFlowDisconnect,
    /// A supervisor or program ended it through the API.
    Api,
    /// The other side transferred it away; the next segment goes on.
    Transferred,
    /// It reached its longest duration or idle time.
    Expired,
    /// Nobody of the participants was left.
    IdleDisconnect,
    /// A fault of the program (a flow without end, a missing flow).
    SystemError,
}

impl DisconnectReason {
    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerDisconnect => "CUSTOMER_DISCONNECT",
            Self::AgentDisconnect => "AGENT_DISCONNECT",
            Self::AgentCompleted => "AGENT_COMPLETED",
            Self::ContactFlowDisconnect => "CONTACT_FLOW_DISCONNECT",
            Self::Api => "API",
            Self::Transferred => "TRANSFERRED",
            Self::Expired => "EXPIRED",
            Self::IdleDisconnect => "IDLE_DISCONNECT",
            Self::SystemError => "TELECOM_PROBLEM",
        }
    }
}

/// What remains of a contact, and what `DescribeContact` shows while it is open. Times are absent
/// until they happened. Serializes for rows that are sealed as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRecord {
    /// This segment.
    pub id: ContactId,
    /// The first segment of the chain; equals `id` for the first.
    pub initial_id: ContactId,
    /// The segment before.
    pub previous_id: Option<ContactId>,
    /// The segment after.
    pub next_id: Option<ContactId>,
    /// A contact that this one came from in another way (a task that a flow created).
    pub related_id: Option<ContactId>,
    /// The medium.
    pub channel: Channel,
    /// How it began.
    pub initiation_method: InitiationMethod,
    /// Name of a task or chat.
    pub name: Option<PersonalText>,
    /// Description of a task.
    pub description: Option<PersonalText>,
    /// Language, BCP 47.
    pub language_code: Option<String>,
    /// The customer's id in the organisation's systems.
    pub customer_id: Option<PersonalText>,
    /// The customer's address.
    pub customer_endpoint: Option<Endpoint>,
    /// The address the customer reached.
    pub system_endpoint: Option<Endpoint>,
    /// Display name of the customer in a chat.
    pub customer_display_name: Option<PersonalText>,
    /// User-defined attributes.
    pub attributes: Attributes,
    /// Attributes that the system defines for the segment, such as `connect:Subtype`.
    pub segment_attributes: BTreeMap<String, String>,
    /// References by name.
    pub references: BTreeMap<String, Reference>,
    /// Tags.
    pub tags: Tags,
    /// When it began.
    pub initiated_at: Timestamp,
    /// For a scheduled task, when it is due.
    pub scheduled_at: Option<Timestamp>,
    /// When it was connected to the system.
    pub connected_to_system_at: Option<Timestamp>,
    /// When it was transferred away.
    pub transfer_completed_at: Option<Timestamp>,
    /// When it ended for the customer.
    pub disconnected_at: Option<Timestamp>,
    /// Why it ended.
    pub disconnect_reason: Option<DisconnectReason>,
    /// When anything of this record last changed.
    pub last_updated_at: Timestamp,
    /// The queue it waited in last.
    pub queue: Option<QueueRecord>,
    /// The agent it was connected to.
    pub agent: Option<AgentRecord>,
    /// How often it was offered to an agent.
    pub agent_connection_attempts: u32,
    /// How well the parties of a call were heard.
    #[serde(default)]
    pub quality: CallQuality,
}

/// The queue part of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRecord {
    /// The queue; absent for an agent's own queue.
    pub id: QueueRef,
    /// Name of the queue when the contact entered it.
    pub name: String,
    /// When it entered.
    pub enqueued_at: Timestamp,
    /// When it left, to an agent or otherwise.
    pub dequeued_at: Option<Timestamp>,
}

/// A queue of the center or the queue that every agent has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum QueueRef {
    /// A standard queue.
    Standard(QueueId),
    /// The agent queue of this user.
    Agent(UserId),
}

/// The agent part of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRecord {
    /// The user.
    pub user: UserId,
    /// User name when connected.
    pub username: PersonalText,
    /// Routing profile when connected.
    pub routing_profile: RoutingProfileId,
    /// When the agent accepted.
    pub connected_at: Timestamp,
    /// When the interaction ended for this agent.
    pub interaction_ended_at: Option<Timestamp>,
    /// When wrap-up began.
    pub after_contact_work_started_at: Option<Timestamp>,
    /// When wrap-up ended.
    pub after_contact_work_ended_at: Option<Timestamp>,
    /// Sum of the time on hold, in milliseconds.
    pub customer_hold_ms: u64,
    /// Longest single hold, in milliseconds.
    pub longest_hold_ms: u64,
    /// How often the customer was put on hold.
    pub holds: u32,
    /// Statuses that the agent chose while connected.
    pub statuses: Vec<(AgentStatusId, Timestamp)>,
}
