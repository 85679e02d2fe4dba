//! The action types: one line each. A new one is a file below `action/` and a line here
//! (docs/guides/add-a-flow-block.md).

mod attributes;
mod branching;
mod contact;
mod ending;
mod input;
mod looping;
mod message;
mod metrics;
mod modules;
mod prompt;
mod queue;
mod recording;
mod task;
mod unavailable;
mod view;
mod waiting;

use crate::block::{At, Behavior, Failure, Outcome, Spec, Transitions};
use crate::command::Answer;
use crate::params::Params;
use crate::problem::{Problems, Reported};

pub use input::KEYS_MAX;
pub use looping::LOOP_ROUNDS_MAX;
pub use message::PROMPT_DURATION_MAX;
pub use view::VIEW_RESULT_BYTES_MAX;

use unavailable::Unavailable;

macro_rules! actions {
    ($($name:ident = $behavior:ty;)*) => {
        /// What a block does, with its parameters.
        #[derive(Debug)]
        pub(crate) enum Action {
            $($name($behavior),)*
            /// Known by name, but not available on any channel yet.
            Unavailable(Unavailable),
        }

        impl Action {
            /// The names of the action types that run.
            pub(crate) const SUPPORTED: &'static [&'static str] =
                &[$(<$behavior as Behavior>::SPEC.name,)*];

            /// The names of all action types.
            pub(crate) fn names() -> impl Iterator<Item = &'static str> {
                Self::SUPPORTED.iter().copied().chain(unavailable::names())
            }

            /// The rules of the action type with this name.
            pub(crate) fn spec_of(name: &str) -> Option<&'static Spec> {
                $(if name == <$behavior as Behavior>::SPEC.name {
                    const SPEC: &Spec = &<$behavior as Behavior>::SPEC;
                    return Some(SPEC);
                })*
                unavailable::find(name).map(|found| &found.spec)
            }

            /// Reads the parameters of a block of the action type with this name.
            pub(crate) fn read(name: &str, params: &mut Params<'_>) -> Result<Self, Reported> {
                $(if name == <$behavior as Behavior>::SPEC.name {
                    return <$behavior as Behavior>::read(params).map(Self::$name);
                })*
                match unavailable::find(name) {
                    Some(found) => Ok(Self::Unavailable(Unavailable(found))),
                    None => {
                        let reason = unknown(name, params.problems());
                        Err(params.problem(reason))
                    }
                }
            }

            /// The rules of its type.
            pub(crate) fn spec(&self) -> &'static Spec {
                match self {
                    $(Self::$name(_) => {
                        const SPEC: &Spec = &<$behavior as Behavior>::SPEC;
                        SPEC
                    })*
                    Self::Unavailable(Unavailable(found)) => &found.spec,
                }
            }

            /// See [`Behavior::check`].
            pub(crate) fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
                match self {
                    $(Self::$name(behavior) => behavior.check(transitions, params),)*
                    Self::Unavailable(unavailable) => unavailable.check(transitions, params),
                }
            }

            /// See [`Behavior::enter`].
            pub(crate) fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
                match self {
                    $(Self::$name(behavior) => behavior.enter(at),)*
                    Self::Unavailable(unavailable) => unavailable.enter(at),
                }
            }

            /// See [`Behavior::answer`].
            pub(crate) fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
                match self {
                    $(Self::$name(behavior) => behavior.answer(at, answer),)*
                    Self::Unavailable(_) => crate::block::unexpected(&answer),
                }
            }
        }
    };
}

actions! {
    MessageParticipant = message::MessageParticipant;
    MessageParticipantIteratively = message::MessageParticipantIteratively;
    GetParticipantInput = input::GetParticipantInput;
    ShowView = view::ShowView;
    DisconnectParticipant = ending::DisconnectParticipant;
    UpdateContactAttributes = attributes::UpdateContactAttributes;
    UpdateContactData = contact::UpdateContactData;
    UpdateContactTargetQueue = queue::UpdateContactTargetQueue;
    TransferContactToQueue = queue::TransferContactToQueue;
    DequeueContactAndTransferToQueue = queue::DequeueContactAndTransferToQueue;
    TransferContactToAgent = queue::TransferContactToAgent;
    UpdateContactEventHooks = contact::UpdateContactEventHooks;
    UpdateContactRecordingBehavior = recording::UpdateContactRecordingBehavior;
    UpdateContactRecordingAndAnalyticsBehavior =
        recording::UpdateContactRecordingAndAnalyticsBehavior;
    UpdateContactRoutingBehavior = queue::UpdateContactRoutingBehavior;
    UpdateContactTextToSpeechVoice = contact::UpdateContactTextToSpeechVoice;
    UpdatePreviousContactParticipantState = contact::UpdatePreviousContactParticipantState;
    CreateTask = task::CreateTask;
    TagContact = contact::TagContact;
    UnTagContact = contact::UnTagContact;
    InvokeFlowModule = modules::InvokeFlowModule;
    EndFlowModuleExecution = modules::EndFlowModuleExecution;
    Compare = branching::Compare;
    CheckHoursOfOperation = branching::CheckHoursOfOperation;
    CheckMetricData = metrics::CheckMetricData;
    GetMetricData = metrics::GetMetricData;
    DistributeByPercentage = branching::DistributeByPercentage;
    Loop = looping::Loop;
    Wait = waiting::Wait;
    TransferToFlow = modules::TransferToFlow;
    EndFlowExecution = ending::EndFlowExecution;
    UpdateFlowLoggingBehavior = ending::UpdateFlowLoggingBehavior;
    UpdateFlowAttributes = attributes::UpdateFlowAttributes;
}

/// Names that hand-written flows made up, or took from the console's old format, and what they meant.
const MISTAKEN: [(&str, &str); 24] = [
    ("TransferToQueue", "TransferContactToQueue"),
    ("Transfer", "TransferContactToQueue"),
    ("SetVoice", "UpdateContactTextToSpeechVoice"),
    ("SetTextToSpeechVoice", "UpdateContactTextToSpeechVoice"),
    ("CheckAttribute", "Compare"),
    ("CheckContactAttributes", "Compare"),
    ("SetAttributes", "UpdateContactAttributes"),
    ("SetContactAttributes", "UpdateContactAttributes"),
    ("SetQueue", "UpdateContactTargetQueue"),
    ("SetWorkingQueue", "UpdateContactTargetQueue"),
    ("PlayPrompt", "MessageParticipant"),
    ("SendMessage", "MessageParticipant"),
    ("LoopPrompts", "MessageParticipantIteratively"),
    ("GetUserInput", "GetParticipantInput"),
    ("GetCustomerInput", "GetParticipantInput"),
    ("StoreUserInput", "GetParticipantInput"),
    ("InvokeExternalResource", "InvokeLambdaFunction"),
    ("SetLoggingBehavior", "UpdateFlowLoggingBehavior"),
    ("SetRecordingBehavior", "UpdateContactRecordingBehavior"),
    ("SetEventHook", "UpdateContactEventHooks"),
    ("CheckStaffing", "CheckMetricData"),
    ("CheckQueueStatus", "CheckMetricData"),
    ("Disconnect", "DisconnectParticipant"),
    ("Resume", "EndFlowExecution"),
];

fn unknown(name: &str, problems: &mut Problems) -> String {
    let shown = crate::problem::cut(name);
    if name == "Start" {
        return "unknown action type `Start`: leave the block out and name the first one in \
                `StartAction`"
            .to_owned();
    }
    let meant = MISTAKEN
        .iter()
        .find(|(mistaken, _)| mistaken.eq_ignore_ascii_case(name))
        .map(|(_, meant)| *meant)
        .or_else(|| problems.nearest(name, Action::names()));
    match meant {
        Some(meant) => format!("unknown action type `{shown}`, did you mean `{meant}`?"),
        None => format!("unknown action type `{shown}`"),
    }
}

#[cfg(test)]
mod tests;
