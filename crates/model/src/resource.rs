//! Configuration resources: what administrators set up. One row each, whatever the kind.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::agent::AgentStatusType;
use crate::contact::{Channel, PersonalText};
use crate::hours::HoursOfOperation;
use crate::ids::{
    AttachmentId, FlowId, HoursId, InstanceId, QueueId, QuickConnectId, ResourceId,
    RoutingProfileId, SecurityProfileId, UserId,
};
use crate::time::Timestamp;
use crate::{Tags, permission};

/// A configuration resource with what all kinds share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// The instance it belongs to.
    pub instance: InstanceId,
    /// Its id; unique within the instance and kind.
    pub id: ResourceId,
    /// Its name; unique within the instance and kind, compared without regard to ASCII case.
    pub name: String,
    /// Its tags.
    pub tags: Tags,
    /// Counts changes, from 1; a writer names the version that it read.
    pub version: u64,
    /// Last change.
    pub modified_at: Timestamp,
    /// What is particular to its kind.
    pub body: ResourceBody,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($body:ty) = $row:literal, $segment:literal;)*) => {
        /// The kinds of configuration resources.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum ResourceKind {
            $($(#[$doc])* $kind,)*
        }

        /// What is particular to a kind.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ResourceBody {
            $($(#[$doc])* $kind($body),)*
        }

        impl ResourceBody {
            /// The kind of this body.
            pub const fn kind(&self) -> ResourceKind {
                match self { $(Self::$kind(_) => ResourceKind::$kind,)* }
            }
        }

        impl ResourceKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The name of the kind in stores; never changes.
            pub const fn row_name(self) -> &'static str {
                match self { $(Self::$kind => $row,)* }
            }

            /// The kind with this name in stores.
            pub fn from_row_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.row_name() == name)
            }

            /// The segment that names the kind in ARNs; empty for the kind that none names.
            pub const fn arn_segment(self) -> &'static str {
                match self { $(Self::$kind => $segment,)* }
            }

            /// The kind that this segment of an ARN names.
            pub fn from_arn_segment(segment: &str) -> Option<Self> {
                let mut named = Self::ALL.iter().filter(|kind| !kind.arn_segment().is_empty());
                named.find(|kind| kind.arn_segment() == segment).copied()
            }
        }

        $(impl BodyOf for $body {
            const KIND: ResourceKind = ResourceKind::$kind;

            fn wrap(self) -> ResourceBody {
                ResourceBody::$kind(self)
            }

            fn of(body: &ResourceBody) -> Option<&Self> {
                match body {
                    ResourceBody::$kind(inner) => Some(inner),
                    _ => None,
                }
            }
        })*
    };
}

/// A body type and its kind: what makes one generic repository serve all kinds.
pub trait BodyOf: Sized + Clone + Send + Sync + 'static {
    /// The kind.
    const KIND: ResourceKind;
    /// Into the enum of all bodies.
    fn wrap(self) -> ResourceBody;
    /// Out of the enum; `None` for a body of another kind.
    fn of(body: &ResourceBody) -> Option<&Self>;
}

kinds! {
    /// A queue.
    Queue(Queue) = "queue", "queue";
    /// Hours of operation.
    Hours(HoursOfOperation) = "hours", "operating-hours";
    /// A routing profile.
    RoutingProfile(RoutingProfile) = "routing-profile", "routing-profile";
    /// A user.
    User(User) = "user", "agent";
    /// A security profile.
    SecurityProfile(SecurityProfile) = "security-profile", "security-profile";
    /// A flow.
    Flow(FlowDefinition) = "flow", "contact-flow";
    /// A flow module.
    FlowModule(FlowModuleDefinition) = "flow-module", "flow-module";
    /// A status that agents may choose.
    AgentStatus(AgentStatus) = "agent-status", "agent-state";
    /// A quick connect.
    QuickConnect(QuickConnect) = "quick-connect", "transfer-destination";
    /// A phone number; its name is the number.
    PhoneNumber(PhoneNumber) = "phone-number", "phone-number";
    /// A recorded prompt.
    Prompt(Prompt) = "prompt", "prompt";
    /// What is set up of the instance itself; one of each instance, under its id. It has no ARN of its own.
    InstanceSettings(InstanceSettings) = "instance-settings", "";
}

/// What is set up of an instance itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSettings {
    /// Origins of pages that may start chats and hold their sockets, such as `https://www.example.com`.
    #[serde(default)]
    pub approved_origins: BTreeSet<String>,
}

/// A queue of the center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// For whom it is.
    pub description: Option<String>,
    /// When it is open.
    pub hours: HoursId,
    /// Most contacts that may wait; absent: as many as [`crate::resource::QUEUED_CONTACTS_MAX`].
    pub contacts_max: Option<u32>,
    /// Whether it takes contacts.
    pub status: Enablement,
    /// Caller id and flow of calls that go out from it.
    pub outbound: OutboundCallerConfig,
    /// Quick connects offered to agents who work on its contacts.
    pub quick_connects: BTreeSet<QuickConnectId>,
}

/// Most contacts that may wait in one queue.
pub const QUEUED_CONTACTS_MAX: u32 = 100_000;

/// Enabled or disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Enablement {
    /// In use.
    Enabled,
    /// Kept, but not in use.
    Disabled,
}

/// Caller id of outbound calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutboundCallerConfig {
    /// Name shown.
    pub name: Option<String>,
    /// Phone number shown, by its id.
    pub number_id: Option<String>,
    /// The outbound whisper flow.
    pub flow: Option<FlowId>,
}

/// Which queues and channels an agent serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingProfile {
    /// For whom it is.
    pub description: String,
    /// The queue of outbound contacts.
    pub default_outbound_queue: QueueId,
    /// How many contacts of each channel an agent takes at once.
    pub concurrency: BTreeMap<Channel, ChannelConcurrency>,
    /// Queues served, by queue and channel.
    pub queues: Vec<RoutingProfileQueue>,
    /// Whether the longest idle time counts since activation or since the last inbound contact.
    pub availability_timer: AvailabilityTimer,
}

/// Concurrency of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelConcurrency {
    /// Contacts at once: voice 1, chat 1 to 10, task 1 to 10.
    pub slots: u8,
    /// Whether contacts of other channels may be offered while this channel is busy.
    pub cross_channel: CrossChannel,
}

/// May an agent busy on one channel be offered contacts of another?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CrossChannel {
    /// Only contacts of the current channel.
    RouteCurrentChannelOnly,
    /// Contacts of any channel.
    RouteAnyChannel,
}

/// One queue of a routing profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingProfileQueue {
    /// The queue.
    pub queue: QueueId,
    /// For contacts of this channel.
    pub channel: Channel,
    /// 1 is served first, then 2 … 99.
    pub priority: u8,
    /// Contacts must have waited this long before they are offered, seconds, 0 to 9999.
    pub delay_s: u16,
}

/// What an agent's idle time counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AvailabilityTimer {
    /// Since the agent last became available.
    TimeSinceLastActivity,
    /// Since the last inbound contact ended.
    TimeSinceLastInbound,
}

/// A sign-in account. Its password and second factors live with `signin`, never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// First name.
    pub first_name: PersonalText,
    /// Last name.
    pub last_name: PersonalText,
    /// E-mail address.
    pub email: Option<PersonalText>,
    /// Permissions: the union of these profiles.
    pub security_profiles: BTreeSet<SecurityProfileId>,
    /// Which contacts reach the user.
    pub routing_profile: RoutingProfileId,
    /// Telephone settings.
    pub phone: PhoneConfig,
}

/// Telephone settings of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneConfig {
    /// `SOFT_PHONE` or `DESK_PHONE`.
    pub kind: PhoneType,
    /// Whether offers are accepted without a click.
    pub auto_accept: bool,
    /// Longest wrap-up, seconds; 0 is without limit.
    pub after_contact_work_s: u32,
    /// Number of the desk phone.
    pub desk_phone: Option<PersonalText>,
}

/// Where a user talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhoneType {
    /// In the browser.
    SoftPhone,
    /// On a telephone.
    DeskPhone,
}

/// The permissions that users hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityProfile {
    /// For whom it is.
    pub description: Option<String>,
    /// What it grants.
    pub permissions: BTreeSet<permission::Permission>,
}

/// A flow as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDefinition {
    /// Its type.
    pub kind: FlowType,
    /// What it does.
    pub description: Option<String>,
    /// Active or archived.
    pub state: FlowState,
    /// Published, or saved without being usable.
    pub status: FlowStatus,
    /// The content, in the flow language, as it was given.
    pub content: String,
}

/// A flow module as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowModuleDefinition {
    /// What it does.
    pub description: Option<String>,
    /// Active or archived.
    pub state: FlowState,
    /// Published, or saved without being usable.
    pub status: FlowStatus,
    /// The content, in the flow language, as it was given.
    pub content: String,
}

/// The types of flows (`ContactFlowType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FlowType {
    /// Inbound flow; also the type of disconnect flows and guides.
    ContactFlow,
    /// Runs while a customer waits.
    CustomerQueue,
    /// Runs for a customer on hold.
    CustomerHold,
    /// Runs for the customer before both are joined.
    CustomerWhisper,
    /// Runs for an agent on hold.
    AgentHold,
    /// Runs for the agent before both are joined.
    AgentWhisper,
    /// Runs before an outbound call is joined.
    OutboundWhisper,
    /// Runs when a contact goes to an agent by quick connect.
    AgentTransfer,
    /// Runs when a contact goes to a queue by quick connect.
    QueueTransfer,
    /// Of an outbound campaign.
    Campaign,
}

impl FlowType {
    /// All types.
    pub const ALL: [Self; 10] = [
        Self::ContactFlow,
        Self::CustomerQueue,
        Self::CustomerHold,
        Self::CustomerWhisper,
        Self::AgentHold,
        Self::AgentWhisper,
        Self::OutboundWhisper,
        Self::AgentTransfer,
        Self::QueueTransfer,
        Self::Campaign,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContactFlow => "CONTACT_FLOW",
            Self::CustomerQueue => "CUSTOMER_QUEUE",
            Self::CustomerHold => "CUSTOMER_HOLD",
            Self::CustomerWhisper => "CUSTOMER_WHISPER",
            Self::AgentHold => "AGENT_HOLD",
            Self::AgentWhisper => "AGENT_WHISPER",
            Self::OutboundWhisper => "OUTBOUND_WHISPER",
            Self::AgentTransfer => "AGENT_TRANSFER",
            Self::QueueTransfer => "QUEUE_TRANSFER",
            Self::Campaign => "CAMPAIGN",
        }
    }
}

/// Whether a flow may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FlowState {
    /// May be used.
    Active,
    /// Kept for reference.
    Archived,
}

/// Whether a flow has been checked and published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FlowStatus {
    /// Checked; contacts run it.
    Published,
    /// A draft; contacts never run it.
    Saved,
}

/// A status that agents may choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStatus {
    /// What it is for.
    pub description: Option<String>,
    /// What it means for routing.
    pub kind: AgentStatusType,
    /// Whether it can be chosen.
    pub state: Enablement,
    /// Place in lists, from 1.
    pub display_order: Option<u32>,
}

/// A place to transfer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickConnect {
    /// What it is for.
    pub description: Option<String>,
    /// Where it leads.
    pub destination: QuickConnectDestination,
}

/// Where a quick connect leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuickConnectDestination {
    /// To an agent, through an agent transfer flow.
    User {
        /// The user.
        user: UserId,
        /// The flow that runs first.
        flow: FlowId,
    },
    /// To a queue, through a queue transfer flow.
    Queue {
        /// The queue.
        queue: QueueId,
        /// The flow that runs first.
        flow: FlowId,
    },
    /// To a telephone number.
    PhoneNumber(PersonalText),
}

/// A recording that flows play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// What it is for.
    pub description: Option<String>,
    /// Its audio: a sealed file of its own, never changed. Another recording is another file.
    pub audio: AttachmentId,
}

/// A number under which callers reach the center. The resource's name is the number in E.164.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneNumber {
    /// What it is for.
    pub description: Option<String>,
    /// ISO 3166 code of its country; absent for numbers of no country.
    pub country: Option<String>,
    /// Its type.
    pub kind: PhoneNumberType,
    /// The flow that calls to it run; without one they are refused.
    pub flow: Option<FlowId>,
}

/// The types of phone numbers (`PhoneNumberType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhoneNumberType {
    /// An ordinary number.
    Did,
    /// Free for callers.
    TollFree,
    /// Free for callers of all countries that take part (`+800`).
    Uifn,
    /// Caller and called share the cost.
    Shared,
    /// Free for callers, from another provider.
    ThirdPartyTf,
    /// An ordinary number, from another provider.
    ThirdPartyDid,
    /// Short, within one country.
    ShortCode,
}
