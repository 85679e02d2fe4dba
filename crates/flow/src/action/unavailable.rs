//! Action types that are known by name and do not run yet: they take their error branch, with a note
//! that says why, or are refused where they have none.

use model::Channel;

use crate::block::{At, ConditionRule, Failure, NextRule, Outcome, Spec, Transitions};
use crate::command::FlowError;
use crate::params::Params;
use crate::places::Places;

/// A block of such a type. Its parameters are not read: nothing of it happens.
#[derive(Debug)]
pub(crate) struct Unavailable(pub(super) &'static Entry);

/// An action type that does not run yet.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(super) spec: Spec,
    why: Why,
    /// The branch it takes; `None` where Amazon Connect knows no error of it.
    branch: Option<FlowError>,
}

#[derive(Debug, Clone, Copy)]
enum Why {
    /// Amazon Connect has it on voice alone, and voice does not run yet.
    VoiceOnly,
    /// The product does not have it yet; the text names it.
    NotYet(&'static str),
}

impl Unavailable {
    pub(super) fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        let Entry { spec, why, branch } = self.0;
        let taken = branch.unwrap_or(FlowError::NoMatchingError);
        let handled = transitions
            .on(taken)
            .or(transitions.on(FlowError::NoMatchingError));
        if handled.is_some() {
            return;
        }
        let why = match why {
            Why::VoiceOnly => "works on voice contacts only, which do not run yet".to_owned(),
            Why::NotYet(what) => format!("cannot run, {what} not available yet"),
        };
        let remedy = match branch {
            Some(branch) => format!(
                "add a `{}` branch, which it takes until then",
                branch.as_str()
            ),
            None => "remove the block".to_owned(),
        };
        params.problem(format!("action type `{}` {why}: {remedy}", spec.name));
    }

    pub(super) fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let Entry { why, branch, .. } = self.0;
        let error = branch.unwrap_or(FlowError::NoMatchingError);
        let note = match (why, at.channel()) {
            (Why::VoiceOnly, Some(Channel::Chat | Channel::Task)) => {
                "the action works on voice contacts only".to_owned()
            }
            (Why::VoiceOnly, _) => "the action is not available yet".to_owned(),
            (Why::NotYet(what), _) => format!("{what} not available yet"),
        };
        Err(Failure {
            error,
            note: Some(note.into()),
        })
    }
}

/// The entry with this name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.spec.name == name)
}

/// The names of all entries.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|entry| entry.spec.name)
}

const fn entry(name: &'static str, places: Places, why: Why) -> Entry {
    Entry {
        spec: Spec {
            places,
            next: NextRule::Optional,
            conditions: ConditionRule::Any,
            // Whether the branch is there, `check` asks, with the reason.
            errors: &[],
            ..Spec::plain(name)
        },
        why,
        branch: Some(FlowError::NoMatchingError),
    }
}

const CASES: Why = Why::NotYet("cases are");
const PROFILES: Why = Why::NotYet("customer profiles are");

/// Where a customer can be asked or moved: not on hold, not while whispering.
const INTERACTIVE: Places = Places::INBOUND
    .and(Places::TRANSFER)
    .and(Places::CUSTOMER_QUEUE);

static TABLE: [Entry; 24] = [
    entry(
        "ConnectParticipantWithLexBot",
        INTERACTIVE,
        Why::NotYet("bots are"),
    ),
    entry(
        "TransferParticipantToThirdParty",
        INTERACTIVE,
        Why::VoiceOnly,
    ),
    Entry {
        branch: Some(FlowError::CallbackNumberNotDialable),
        ..entry(
            "UpdateContactCallbackNumber",
            INTERACTIVE,
            Why::NotYet("callbacks are"),
        )
    },
    entry(
        "UpdateContactMediaStreamingBehavior",
        Places::NOT_HOLD,
        Why::VoiceOnly,
    ),
    entry(
        "UpdateContactMediaProcessing",
        Places::ANY,
        Why::NotYet("message processors are"),
    ),
    Entry {
        branch: None,
        ..entry(
            "CompleteOutboundCall",
            Places::OUTBOUND_WHISPER,
            Why::VoiceOnly,
        )
    },
    entry("CreateCase", Places::ANY, CASES),
    entry("GetCase", Places::ANY, CASES),
    entry("UpdateCase", Places::ANY, CASES),
    entry(
        "CreateWisdomSession",
        Places::ANY,
        Why::NotYet("knowledge search is"),
    ),
    entry(
        "ResumeContact",
        Places::ANY,
        Why::NotYet("pausing and resuming contacts is"),
    ),
    entry(
        "StartOutboundChatContact",
        Places::ANY,
        Why::NotYet("outbound chats are"),
    ),
    entry("CheckOutboundCallStatus", Places::INBOUND, Why::VoiceOnly),
    entry("CheckVoiceId", Places::ANY, Why::VoiceOnly),
    entry("StartVoiceIdStream", Places::ANY, Why::VoiceOnly),
    entry(
        "UpdateRoutingCriteria",
        Places::ANY,
        Why::NotYet("routing by criteria is"),
    ),
    entry(
        "InvokeLambdaFunction",
        Places::ANY,
        Why::NotYet("functions are"),
    ),
    entry(
        "CreateCallbackContact",
        INTERACTIVE,
        Why::NotYet("callbacks are"),
    ),
    entry("CreateCustomerProfile", Places::ANY, PROFILES),
    entry("GetCustomerProfile", Places::ANY, PROFILES),
    entry("UpdateCustomerProfile", Places::ANY, PROFILES),
    entry("GetCustomerProfileObject", Places::ANY, PROFILES),
    entry(
        "GetCalculatedAttributesForCustomerProfile",
        Places::ANY,
        PROFILES,
    ),
    entry("AssociateContactToCustomerProfile", Places::ANY, PROFILES),
];
