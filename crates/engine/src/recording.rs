//! Who of a call is recorded, who has changed that, and the notice that comes first.
//!
//! Nothing is recorded unless a flow or the API says so. The two parts of a segment, before an agent is
//! there and with one, are switched on by themselves.

use flow::command::Prompt;
use model::contact::PersonalText;
use model::{ContactId, RecordingPart, UserId};
use serde::{Deserialize, Serialize};

use crate::call::{Call, CallPlan, Hearing};
use crate::contact::{Contact, ContactState};
use crate::effect::{Effect, Rejection, Reply};
use crate::engine::Engine;

/// Who is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say all")]
pub struct Recorded {
    pub customer: bool,
    pub agent: bool,
}

/// Whether the part of the segment that goes on has a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RecordingRun {
    /// None, or it is over.
    #[default]
    Off,
    /// Silence is recorded: somebody asked for it, keys are entered, or the parties do not hear each other.
    Paused,
    /// What is said is recorded.
    On,
}

/// A change that the API or an agent wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingChange {
    /// Records customer and agent from now on or from when there is an agent, whatever flows say.
    StartAgent(Recorded),
    /// Records customer and flow while there is no agent, whatever flows say.
    StartIvr,
    /// Ends the recording of this part, or of both, for good.
    Stop(Option<RecordingPart>),
    /// Records silence.
    Suspend,
    /// Records what is said again.
    Resume,
}

/// What the API and agents have changed of what flows said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct RecordingControl {
    agent: Wanted,
    ivr: Wanted,
    suspended: bool,
}

/// A part as the API wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Wanted {
    /// As the flow says.
    #[default]
    AsFlowSays,
    Started(Recorded),
    /// For good.
    Stopped,
}

const PARTS: [RecordingPart; 2] = [RecordingPart::Agent, RecordingPart::Ivr];

/// How far the recording notice of a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Notice {
    #[default]
    NotGiven,
    /// As the prompt with this number.
    Playing(u32),
    Given,
    /// It cannot be played: nothing of this call is recorded.
    Failed,
}

impl Contact {
    /// Adds to a plan who is recorded. Before the notice was given nobody is; while it is played, the
    /// customer hears it and the agent nothing.
    pub(crate) fn plan_recording(&self, plan: &mut CallPlan, call: &Call, notice: Option<&str>) {
        if let Some(text) = notice {
            match call.notice {
                Notice::Given => {}
                Notice::Playing(number) => {
                    let prompt = Prompt::Text(PersonalText::from(text));
                    plan.customer = Hearing::Once { number, prompt };
                    if let Some((_, hears)) = &mut plan.agent {
                        *hears = Hearing::Nothing;
                    }
                    return;
                }
                Notice::NotGiven | Notice::Failed => return,
            }
        }
        let wanted = self.recorded_part(part_of(plan));
        if wanted == Recorded::default() {
            return;
        }
        let silent = match (&plan.customer, &plan.agent) {
            // No key must be heard in a recording.
            (Hearing::Keys { .. }, _) => true,
            // On hold, or while somebody whispers, nobody talks with anybody.
            (customer, Some(_)) => *customer != Hearing::Other,
            (_, None) => false,
        };
        if silent || self.recording_control.suspended {
            plan.recording = RecordingRun::Paused;
        } else {
            plan.recording = RecordingRun::On;
            plan.recorded = wanted;
        }
    }

    /// Who is to be recorded in this part.
    fn recorded_part(&self, part: RecordingPart) -> Recorded {
        let wanted = match part {
            RecordingPart::Agent => self.recording_control.agent,
            RecordingPart::Ivr => self.recording_control.ivr,
        };
        match (wanted, part) {
            (Wanted::Started(recorded), _) => recorded,
            (Wanted::Stopped, _) => Recorded::default(),
            (Wanted::AsFlowSays, RecordingPart::Agent) => self.recorded_participants(),
            (Wanted::AsFlowSays, RecordingPart::Ivr) => Recorded {
                customer: self.records_flow(),
                agent: false,
            },
        }
    }

    /// Whether anything is to be recorded now or later.
    fn is_to_be_recorded(&self) -> bool {
        PARTS
            .iter()
            .any(|part| self.recorded_part(*part) != Recorded::default())
    }

    fn recorded_participants(&self) -> Recorded {
        let listed = |who: &str| {
            let behavior = self.recording.as_ref();
            let participants = behavior.and_then(|b| {
                b.pointer("/RecordingBehavior/RecordedParticipants")
                    .or_else(|| {
                        b.pointer("/VoiceBehavior/VoiceRecordingBehavior/RecordedParticipants")
                    })
            });
            participants
                .and_then(serde_json::Value::as_array)
                .is_some_and(|people| people.iter().any(|person| person == who))
        };
        Recorded {
            customer: listed("Customer"),
            agent: listed("Agent"),
        }
    }

    fn records_flow(&self) -> bool {
        let behavior = self.recording.as_ref();
        let ivr = behavior.and_then(|b| {
            b.pointer("/RecordingBehavior/IVRRecordingBehavior")
                .or_else(|| b.pointer("/VoiceBehavior/VoiceRecordingBehavior/IVRRecordingBehavior"))
        });
        ivr.is_some_and(|ivr| ivr == "Enabled")
    }
}

impl Engine {
    /// The text of the notice that a caller hears before anything is recorded; absent: none.
    pub fn set_recording_notice(&mut self, text: Option<String>) {
        self.config.recording_notice = text;
    }

    /// Begins the notice of a call where it is due. Keys that are being entered are not interrupted.
    pub(crate) fn begin_notice(&mut self, id: ContactId) {
        if self.config.recording_notice.is_none() {
            return;
        }
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        if !contact.is_to_be_recorded() {
            return;
        }
        if let Some(call) = &mut contact.call
            && call.notice == Notice::NotGiven
            && !call.asks_for_keys()
            && !call.is_held()
        {
            call.notice = Notice::Playing(call.next_number());
        }
    }

    /// Whoever has the call sees whether it is recorded.
    pub(crate) fn tell_recording(&mut self, id: ContactId, plan: &CallPlan) {
        let Some(contact) = self.contacts.get(&id) else {
            return;
        };
        let told = contact.call.as_ref().and_then(Call::told);
        let before = told.map(|told| told.recording).unwrap_or_default();
        if before != plan.recording
            && let ContactState::Connected { agent, .. } = contact.state
        {
            self.effect(Effect::AgentChanged(agent));
        }
    }

    /// Changes what is recorded of a call.
    pub(crate) fn change_recording(
        &mut self,
        id: ContactId,
        by: Option<UserId>,
        changes: &[RecordingChange],
    ) -> Result<Reply, Rejection> {
        let contact = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        if let Some(by) = by {
            match contact.state {
                ContactState::Connected { agent, .. } if agent == by => {}
                _ => return Err(Rejection::NotYourContact),
            }
        }
        let call = contact.call.as_ref().ok_or(Rejection::WrongChannel)?;
        let runs = call.told().map(|plan| plan.recording).unwrap_or_default();
        let mut control = contact.recording_control;
        for change in changes {
            control = control.changed(*change, runs, contact)?;
        }
        contact.recording_control = control;
        self.touch(id);
        Ok(Reply::Done)
    }
}

impl RecordingControl {
    fn changed(
        mut self,
        change: RecordingChange,
        runs: RecordingRun,
        contact: &Contact,
    ) -> Result<Self, Rejection> {
        match change {
            RecordingChange::StartAgent(recorded) => self.agent = self.agent.start(recorded)?,
            RecordingChange::StartIvr => {
                self.ivr = self.ivr.start(Recorded {
                    customer: true,
                    agent: false,
                })?;
            }
            RecordingChange::Stop(part) => {
                let stopped = |one: &RecordingPart| part.is_none_or(|part| part == *one);
                let is_recorded = PARTS
                    .iter()
                    .any(|one| stopped(one) && contact.recorded_part(*one) != Recorded::default());
                if !is_recorded {
                    return Err(Rejection::WrongState);
                }
                if stopped(&RecordingPart::Agent) {
                    self.agent = Wanted::Stopped;
                }
                if stopped(&RecordingPart::Ivr) {
                    self.ivr = Wanted::Stopped;
                }
            }
            RecordingChange::Suspend if runs == RecordingRun::Off => {
                return Err(Rejection::WrongState);
            }
            RecordingChange::Suspend => self.suspended = true,
            RecordingChange::Resume if !self.suspended => return Err(Rejection::WrongState),
            RecordingChange::Resume => self.suspended = false,
        }
        Ok(self)
    }
}

impl Wanted {
    /// Once stopped, a part is never recorded again; started twice is a mistake.
    fn start(self, recorded: Recorded) -> Result<Self, Rejection> {
        match self {
            Self::AsFlowSays => Ok(Self::Started(recorded)),
            Self::Started(_) | Self::Stopped => Err(Rejection::WrongState),
        }
    }
}

/// The part of a segment that a plan is of.
fn part_of(plan: &CallPlan) -> RecordingPart {
    if plan.agent.is_some() {
        RecordingPart::Agent
    } else {
        RecordingPart::Ivr
    }
}
