//! What a run asks for and what it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::contact::{PersonalText, QueueRef, Reference};
use model::{FlowId, FlowModuleId, HoursId, Tags};
use serde::{Deserialize, Serialize};

use crate::run::FlowRef;

/// The outcome of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What happens now.
    pub next: Next,
    /// What the blocks that ran have to tell, in order; empty while flow logging is off.
    pub log: Vec<FlowLog>,
}

/// What happens after a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Do this, then step again with the answer. Always answered at once, within the same input.
    Do(Command),
    /// Step again when an event of these arrives or the time is over.
    Wait(WaitFor),
    /// The run is over.
    End(FlowEnd),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlowEnd {
    /// `DisconnectParticipant`: the contact ends.
    Disconnect,
    /// `EndFlowExecution`, or the last block had no successor: the flow ends, the contact goes on.
    Finished,
    /// `TransferContactToQueue` was done: the contact waits in its queue.
    Queued,
    /// The contact left for another segment (dequeued and transferred, transferred to an agent).
    Transferred,
    /// A fault; the contact ends with a system error. The reason is for the log.
    Fault(String),
}

/// Whether a participant's answer to a view stands in the transcript (`HideResponseOn`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ViewResponse {
    /// It does.
    #[default]
    Shown,
    /// The transcript tells only that there was one.
    Hidden,
}

/// What a run asks its contact to do. Each is answered by one [`Answer`]; [`Answer::Failed`] takes the
/// block's error branch.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Say this to the customer (`MessageParticipant`). Answer: `Done`.
    SendMessage {
        /// The text, with its values filled in.
        text: PersonalText,
    },
    /// Play this to whom the flow runs for: the customer of a call, or the agent in an agent's whisper
    /// or hold flow (`MessageParticipant`); the run then waits for [`WaitEvent::Played`].
    /// Answer: `Done`.
    Play(Prompt),
    /// Play these in turn, again and again, until something else is to be heard
    /// (`MessageParticipantIteratively`). Answer: `Done`.
    PlayLoop(Vec<Prompt>),
    /// Take what the customer of a call keys in (`GetParticipantInput`); the run then waits for
    /// [`WaitEvent::Input`]. Answer: `Done`.
    Collect(InputRequest),
    /// Put the agent or the customer of the contact before this one on hold, or take both back
    /// (`UpdatePreviousContactParticipantState`). Answer: `Done`.
    SetPreviousParticipants(PreviousParticipants),
    /// Choose the voice that speaks texts (`UpdateContactTextToSpeechVoice`). Answer: `Done`.
    SetVoice(String),
    /// Store attributes, all or none (`UpdateContactAttributes`). Answer: `Done`.
    SetAttributes {
        /// Name and value.
        changes: Vec<(String, String)>,
        /// On which contact.
        target: TargetContact,
    },
    /// Change what the contact is called (`UpdateContactData`). Answer: `Done`.
    SetContactData(ContactData),
    /// Where a later transfer leads (`UpdateContactTargetQueue`). Answer: `Done`.
    SetTargetQueue(QueueRef),
    /// Put the contact into its target queue (`TransferContactToQueue`). Answer: `Done`, or
    /// `Failed(QueueAtCapacity)`.
    TransferToQueue,
    /// Leave the queue for another (`DequeueContactAndTransferToQueue`). Answer: `Done`.
    DequeueAndTransfer(QueueRef),
    /// Offer the contact to its target agent (`TransferContactToAgent`). Answer: `Done`.
    TransferToAgent,
    /// Look up a flow to go on in (`TransferToFlow`). Answer: `Flow`.
    FindFlow(FlowId),
    /// Look up a module to run (`InvokeFlowModule`). Answer: `Flow`.
    FindModule(FlowModuleId),
    /// Set the flow that runs at an event (`UpdateContactEventHooks`). Answer: `Done`.
    SetEventHook {
        /// At which event.
        hook: EventHook,
        /// Which flow.
        flow: FlowId,
    },
    /// Priority or age within the queue (`UpdateContactRoutingBehavior`). Answer: `Done`.
    SetRoutingBehavior(RoutingBehavior),
    /// What is recorded and analysed, as the block says it (`UpdateContactRecordingBehavior` and its
    /// newer form). Answer: `Done`.
    SetRecordingBehavior(serde_json::Value),
    /// Create a task (`CreateTask`). Answer: `Created`.
    CreateTask(NewTask),
    /// Add tags to the contact (`TagContact`). Answer: `Done`.
    Tag(Tags),
    /// Remove tags (`UnTagContact`). Answer: `Done`.
    Untag(BTreeSet<String>),
    /// Show a view to the participant (`ShowView`); the run then waits for
    /// [`WaitEvent::ViewAction`]. Answer: `Done`.
    ShowView {
        /// Id or ARN of the view, with its version.
        view: String,
        /// Its data, values filled in.
        data: serde_json::Value,
        /// What the block has a branch for, in the order of its conditions.
        actions: Vec<String>,
        /// Whether the answer stands in the transcript.
        response: ViewResponse,
    },
    /// Is it open (`CheckHoursOfOperation`)? Absent: the target queue's hours. Answer: `Flag`.
    CheckHours(Option<HoursId>),
    /// A figure of a queue or agent (`CheckMetricData`). Answer: `Number`.
    CheckMetric(MetricQuery),
    /// Figures for `$.Metrics` (`GetMetricData`). Answer: `Values`, names below `Metrics`, such as
    /// `Queue.Size`.
    GetMetrics {
        /// Of which queue; absent: the target queue.
        queue: Option<QueueRef>,
        /// Of which channel.
        channel: Option<model::Channel>,
    },
    /// A number from 1 to 100, for `DistributeByPercentage`. Answer: `Number`.
    DrawPercent,
}

/// What a run is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Begin. Only for the first step of a run.
    Start,
    /// It is done.
    Done,
    /// It failed: the block takes its branch for this error, or for `NoMatchingError`.
    Failed(FlowError),
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u64),
    /// Values by name.
    Values(BTreeMap<String, String>),
    /// The flow or module that was asked for.
    Flow(FlowRef),
    /// The contact that was created.
    Created(model::ContactId),
    /// The wait is over: its time has come.
    TimedOut,
    /// An event that the wait named.
    Event(WaitEvent),
}

macro_rules! errors {
    ($($name:ident,)*) => {
        /// Errors that blocks have branches for. The names are Amazon Connect's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "Amazon Connect's names, which say all")]
        pub enum FlowError {
            $($name,)*
        }

        impl FlowError {
            /// All errors.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The error with this name on the wire.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

errors! {
    NoMatchingError,
    NoMatchingCondition,
    QueueAtCapacity,
    InputTimeLimitExceeded,
    TimeLimitExceeded,
    ChannelMismatch,
    ParticipantNotFound,
    InFlightRedactionConfigurationFailed,
    InvalidPhoneNumber,
    InvalidCallbackNumber,
    CallbackNumberNotDialable,
    ConnectionTimeLimitExceeded,
    CallFailed,
    ContactNotLinked,
    MultipleFound,
    NoneFound,
    MultipleFoundError,
    NoneFoundError,
}

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitFor {
    /// The longest time.
    pub limit: Duration,
    /// Events that end it earlier.
    pub events: BTreeSet<WaitEventKind>,
}

/// Kinds of events that end a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WaitEventKind {
    /// The customer returned to the chat.
    CustomerReturned,
    /// The customer chose an action of the view that is shown.
    ViewAction,
    /// A prompt was played to its end.
    Played,
    /// A caller keyed something in, or nothing in time.
    Input,
}

/// An event that ends a wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WaitEvent {
    /// The customer returned to the chat.
    CustomerReturned,
    /// The customer chose an action of the view that is shown.
    ViewAction {
        /// Name of the action.
        action: String,
        /// What was entered, for `$.Views.ViewResultData`.
        data: serde_json::Value,
    },
    /// A prompt was played to its end.
    Played,
    /// What was to be played, or asked, cannot be played.
    NotPlayed,
    /// A caller keyed something in, or nothing in time.
    Input(Input),
}

/// Something to be heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    /// Text, to be spoken.
    Text(PersonalText),
    /// Speech markup (SSML), to be spoken.
    Ssml(PersonalText),
    /// A recording of the instance, by id or ARN.
    Recorded(String),
}

/// What a caller is to key in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRequest {
    /// Played meanwhile; the first key ends it.
    pub prompt: Option<Prompt>,
    /// As many keys end the input.
    pub keys_max: u8,
    /// How long the first key may take once the prompt is over.
    pub first_key: Duration,
    /// How long each further key may take.
    pub next_key: Duration,
    /// This sequence of keys ends the input and does not belong to it; empty: none does.
    pub termination: String,
    /// Whether `*` discards what was keyed in so far.
    pub cancel: bool,
    /// Whether keys count that were pressed before the block began.
    pub buffer: bool,
}

/// What a caller keyed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// These keys, without those that end the input.
    Keys(PersonalText),
    /// Nothing in time.
    Nothing,
}

/// `UpdatePreviousContactParticipantState`: who of the contact before is on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Amazon Connect's names, which say all")]
pub enum PreviousParticipants {
    AgentOnHold,
    CustomerOnHold,
    OffHold,
}

/// What a block has to tell: for the page of the contact and for flow logs. Values of parameters are
/// personal, so only names and outcomes stand here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowLog {
    /// The flow or module.
    pub flow: FlowRef,
    /// Identifier of the block.
    pub block: String,
    /// Its type, as on the wire.
    pub action: String,
    /// The branch it took (`NextAction`, an operand, an error) or what it waits for.
    pub outcome: String,
    /// What an operator should know, such as why an action is not available.
    pub note: Option<String>,
}

/// The contact that a block changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetContact {
    /// This one.
    Current,
    /// The related one.
    Related,
}

/// Fields of `UpdateContactData`; absent ones stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactData {
    /// Name of the contact.
    pub name: Option<PersonalText>,
    /// Its description.
    pub description: Option<PersonalText>,
    /// Its language, BCP 47.
    pub language_code: Option<String>,
    /// The customer's id in the organisation's systems.
    pub customer_id: Option<PersonalText>,
    /// References to add or replace.
    pub references: BTreeMap<String, Reference>,
    /// On which contact.
    pub target: Option<TargetContact>,
}

/// Events at which a flow can be hooked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Amazon Connect's names, which say all")]
pub enum EventHook {
    AgentHold,
    AgentWhisper,
    CustomerHold,
    CustomerQueue,
    /// The disconnect flow: runs for the customer who remains after the agent left.
    CustomerRemaining,
    CustomerWhisper,
    DefaultAgentUI,
    DisconnectAgentUI,
    PauseContact,
    ResumeContact,
}

/// `UpdateContactRoutingBehavior`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoutingBehavior {
    /// Priority in the queue, 1 first; 5 unless set.
    Priority(u32),
    /// Seconds added to the contact's age.
    AgeAdjustment(i64),
}

/// `CreateTask`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Its name.
    pub name: PersonalText,
    /// Its description.
    pub description: Option<PersonalText>,
    /// The flow that it runs.
    pub flow: FlowId,
    /// Its attributes.
    pub attributes: Vec<(String, String)>,
    /// Its references.
    pub references: BTreeMap<String, Reference>,
}

/// `CheckMetricData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricQuery {
    /// Which figure.
    pub metric: Metric,
    /// Of which queue or agent; absent: the target queue.
    pub of: Option<QueueRef>,
}

/// Figures that `CheckMetricData` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Amazon Connect's names, which say all")]
pub enum Metric {
    NumberOfAgentsAvailable,
    NumberOfAgentsStaffed,
    NumberOfAgentsOnline,
    OldestContactInQueueAgeSeconds,
    NumberOfContactsInQueue,
}
