//! Calls: what each party is to hear, who is recorded, holding, whispers.
//!
//! The engine knows no media. It says as a value what the media of a call must do ([`CallPlan`]), anew
//! whenever that changes, and is told what happened ([`CallEvent`]).

use std::collections::BTreeMap;
use std::time::Duration;

use flow::Answer;
use flow::command::{
    EventHook, FlowError, Input, InputRequest, PreviousParticipants, Prompt, WaitEvent,
};
use model::contact::DisconnectReason;
use model::quality::LegQuality;
use model::resource::FlowType;
use model::{ContactId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::contact::{Contact, ContactState, RunSlot};
use crate::effect::{ContactEventKind, Effect, Rejection, Reply};
use crate::engine::Engine;
use crate::previous::PreviousAgent;

/// What the media of a call must do now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallPlan {
    /// What the customer hears.
    pub customer: Hearing,
    /// Who is on the line, and what that agent hears.
    pub agent: Option<(UserId, Hearing)>,
    /// Who is recorded now.
    pub recorded: Recorded,
    /// The voice that speaks texts; absent: that of the instance.
    pub voice: Option<String>,
}

/// What a party hears.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Hearing {
    /// Silence.
    #[default]
    Nothing,
    /// This, once; then silence. Its end is told as [`CallEvent::Played`] with this number.
    Once {
        /// Tells this prompt from others of the call.
        number: u32,
        /// What.
        prompt: Prompt,
    },
    /// These in turn, again and again.
    Loop(Vec<Prompt>),
    /// Music on hold.
    Music,
    /// What is asked, while keys are taken. The outcome is told as [`CallEvent::Input`] with this number.
    /// No key is heard by anybody else or recorded.
    Keys {
        /// Tells this input from others of the call.
        number: u32,
        /// What is asked, and for which keys.
        request: InputRequest,
    },
    /// The other party.
    Other,
}

impl Hearing {
    /// This, or music instead of silence.
    pub(crate) fn or_music(&self) -> Self {
        match self {
            Self::Nothing => Self::Music,
            other => other.clone(),
        }
    }
}

/// Who is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields say all")]
pub struct Recorded {
    pub customer: bool,
    pub agent: bool,
}

/// What happened to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEvent {
    /// The call was answered. What is needed to hang it up after a restart is kept with it.
    Answered {
        /// Opaque here.
        dialog: Vec<u8>,
    },
    /// The prompt with this number was played to its end.
    Played {
        /// [`Hearing::Once`].
        number: u32,
    },
    /// The prompt, or what was asked, with this number cannot be played.
    PlayFailed {
        /// [`Hearing::Once`] or [`Hearing::Keys`].
        number: u32,
    },
    /// Who was asked keyed something in, or nothing in time.
    Input {
        /// [`Hearing::Keys`].
        number: u32,
        /// What.
        input: Input,
    },
    /// How well a party is heard so far, or was until it left. Later figures replace earlier ones.
    Quality {
        /// The contact as which the call goes on, or went on for that party last.
        contact: ContactId,
        /// Of this agent; absent: of the customer.
        agent: Option<UserId>,
        /// The figures.
        quality: LegQuality,
    },
    /// The customer hung up.
    HungUp,
    /// The customer's side broke off: no audio for too long, or the trunk is gone.
    Lost,
}

/// The call of a voice contact: moves from segment to segment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Call {
    /// Headers of the INVITE that flows may read (`$.Media.Sip.Headers`), by name.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) voice: Option<String>,
    /// What a flow wants the customer to hear.
    customer: Asked,
    /// What a flow wants the agent to hear.
    agent: Asked,
    /// Since when the agent has put the customer on hold.
    held_since: Option<Timestamp>,
    /// The last number given to a prompt.
    number: u32,
    /// What the media was told last.
    told: Option<CallPlan>,
    /// What [`CallEvent::Answered`] brought.
    #[serde(default)]
    pub(crate) dialog: Option<Vec<u8>>,
    /// The agent of the segment before who is still on the line.
    #[serde(default)]
    pub(crate) previous: Option<PreviousAgent>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Asked {
    hearing: Hearing,
    /// Which of the contact's runs asked for it.
    by: Option<RunSlot>,
}

impl Call {
    pub(crate) fn with_headers(headers: BTreeMap<String, String>) -> Self {
        Self {
            headers,
            ..Self::default()
        }
    }

    fn side_of(&mut self, slot: RunSlot) -> &mut Asked {
        let speaks_with_agent = self
            .previous
            .is_some_and(|previous| previous.state == PreviousParticipants::CustomerOnHold);
        match slot {
            RunSlot::Main if speaks_with_agent => &mut self.agent,
            RunSlot::AgentWhisper | RunSlot::AgentHold => &mut self.agent,
            RunSlot::Main | RunSlot::Queue | RunSlot::CustomerWhisper | RunSlot::CustomerHold => {
                &mut self.customer
            }
        }
    }

    fn next_number(&mut self) -> u32 {
        self.number = self.number.wrapping_add(1);
        self.number
    }

    /// The run that waits for the prompt or input with this number; it is over.
    fn take_asked(&mut self, of: u32) -> Option<RunSlot> {
        [&mut self.customer, &mut self.agent]
            .into_iter()
            .find(|asked| {
                matches!(
                    asked.hearing,
                    Hearing::Once { number, .. } | Hearing::Keys { number, .. } if number == of
                )
            })
            .and_then(|asked| std::mem::take(asked).by)
    }

    /// What a run asked for is over with it.
    fn forget(&mut self, slot: RunSlot) {
        let asked = self.side_of(slot);
        if asked.by == Some(slot) {
            *asked = Asked::default();
        }
    }

    /// Whoever the flow spoke with hears nothing of it any longer.
    pub(crate) fn silence_main(&mut self) {
        self.forget(RunSlot::Main);
    }

    /// The flow speaks with the customer from now on: there is nobody else any more.
    pub(crate) fn main_to_customer(&mut self) {
        if self.agent.by == Some(RunSlot::Main) {
            self.customer = std::mem::take(&mut self.agent);
        }
    }

    /// What a flow wants the customer to hear.
    pub(crate) fn customer_hearing(&self) -> &Hearing {
        &self.customer.hearing
    }

    /// What a flow wants the agent to hear.
    pub(crate) fn agent_hearing(&self) -> &Hearing {
        &self.agent.hearing
    }

    /// What the media was told last.
    pub(crate) fn told(&self) -> Option<&CallPlan> {
        self.told.as_ref()
    }

    /// Whether the customer is on hold.
    pub(crate) fn is_held(&self) -> bool {
        self.held_since.is_some()
    }
}

impl Contact {
    /// What the media of its call must do now.
    fn call_plan(&self, call: &Call) -> CallPlan {
        let (customer, agent) = match self.state {
            ContactState::Queued(_) | ContactState::Offered { .. } => {
                (call.customer.hearing.or_music(), None)
            }
            ContactState::Connected { agent, .. } => {
                let whispers = |slot| self.run(slot).is_some();
                let (customer, hears) = if whispers(RunSlot::AgentWhisper) {
                    (Hearing::Nothing, call.agent.hearing.clone())
                } else if whispers(RunSlot::CustomerWhisper) {
                    (call.customer.hearing.clone(), Hearing::Nothing)
                } else if call.is_held() {
                    (call.customer.hearing.or_music(), call.agent.hearing.clone())
                } else {
                    (Hearing::Other, Hearing::Other)
                };
                (customer, Some((agent, hears)))
            }
            ContactState::Scheduled { .. } | ContactState::InFlow | ContactState::WrapUp { .. } => {
                match call.previous {
                    Some(previous) => {
                        let (customer, hears) = call.heard_with(previous.state);
                        (customer, Some((previous.agent, hears)))
                    }
                    None => (call.customer.hearing.clone(), None),
                }
            }
        };
        let recorded = match (&customer, &agent) {
            // No key must be heard in a recording.
            (Hearing::Keys { .. }, _) => Recorded::default(),
            (Hearing::Other, Some(_)) => self.recorded_participants(),
            (_, None) => Recorded {
                customer: self.records_flow(),
                agent: false,
            },
            // On hold, or while somebody whispers, nobody talks with anybody.
            (_, Some(_)) => Recorded::default(),
        };
        CallPlan {
            customer,
            agent,
            recorded,
            voice: call.voice.clone(),
        }
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

/// What flows want.
impl Engine {
    /// A run wants this to be heard; without a call, it fails.
    pub(crate) fn hear(
        &mut self,
        id: ContactId,
        slot: RunSlot,
        hearing: impl FnOnce(u32) -> Hearing,
    ) -> Answer {
        let call = self
            .contacts
            .get_mut(&id)
            .and_then(|contact| contact.call.as_mut());
        let Some(call) = call else {
            return Answer::Failed(FlowError::NoMatchingError);
        };
        let hearing = hearing(call.next_number());
        *call.side_of(slot) = Asked {
            hearing,
            by: Some(slot),
        };
        self.touch(id);
        Answer::Done
    }

    pub(crate) fn set_voice(&mut self, id: ContactId, voice: String) -> Answer {
        let call = self
            .contacts
            .get_mut(&id)
            .and_then(|contact| contact.call.as_mut());
        match call {
            Some(call) => {
                call.voice = Some(voice).filter(|voice| !voice.is_empty());
                self.touch(id);
                Answer::Done
            }
            None => Answer::Failed(FlowError::NoMatchingError),
        }
    }

    /// A run is over: nobody hears any longer what it asked for.
    pub(crate) fn fall_silent(&mut self, id: ContactId, slot: RunSlot) {
        let call = self
            .contacts
            .get_mut(&id)
            .and_then(|contact| contact.call.as_mut());
        if let Some(call) = call {
            call.forget(slot);
            self.touch(id);
        }
    }

    /// Agent and customer have come together: whispers first.
    pub(crate) fn begin_whispers(&mut self, id: ContactId) {
        let begun = self.begin_hooked(id, EventHook::AgentWhisper, RunSlot::AgentWhisper);
        if !begun {
            self.begin_hooked(id, EventHook::CustomerWhisper, RunSlot::CustomerWhisper);
        }
    }

    /// Gives a call the flow that is hooked to this event; whether there is one.
    pub(crate) fn begin_hooked(&mut self, id: ContactId, hook: EventHook, slot: RunSlot) -> bool {
        let hooked = self.contacts.get(&id).and_then(|contact| {
            contact.call.as_ref()?;
            contact.hooks.get(&hook).copied()
        });
        let flow = hooked.and_then(|flow| self.config.startable_flow(flow, kinds_of(slot)));
        if let Some(flow) = flow {
            self.plan_run(id, slot, flow);
        }
        flow.is_some()
    }

    /// A whisper or hold flow is over.
    pub(crate) fn after_side_run(&mut self, id: ContactId, slot: RunSlot) {
        if slot == RunSlot::AgentWhisper {
            self.begin_hooked(id, EventHook::CustomerWhisper, RunSlot::CustomerWhisper);
        }
        self.touch(id);
    }

    /// Tells the media of a call what it must do, where that has changed.
    pub(crate) fn tell_call(&mut self, id: ContactId) {
        let Some(contact) = self.contacts.get(&id) else {
            return;
        };
        let Some(call) = &contact.call else {
            return;
        };
        let plan = contact.call_plan(call);
        if call.told.as_ref() == Some(&plan) {
            return;
        }
        let origin = contact.origin;
        if let Some(call) = self
            .contacts
            .get_mut(&id)
            .and_then(|contact| contact.call.as_mut())
        {
            call.told = Some(plan.clone());
        }
        self.effect(Effect::Call {
            call: origin,
            contact: id,
            plan: Box::new(plan),
        });
    }

    /// A call goes on in the next segment: nothing of this one is heard there.
    pub(crate) fn leave_call(&mut self, id: ContactId) {
        self.note_hold_over(id);
        for slot in RunSlot::ALL {
            self.fall_silent(id, slot);
        }
    }

    /// The customer's part of a call is over.
    pub(crate) fn end_call(&mut self, id: ContactId) {
        self.note_hold_over(id);
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        if contact.call.take().is_some() {
            let call = contact.origin;
            self.effect(Effect::CallOver { call });
        }
    }
}

/// The types of flow that a side run may be of.
pub(crate) fn kinds_of(slot: RunSlot) -> &'static [FlowType] {
    match slot {
        RunSlot::Main => crate::lifecycle::TRANSFER_FLOWS,
        RunSlot::Queue => &[FlowType::CustomerQueue],
        RunSlot::AgentWhisper => &[FlowType::AgentWhisper],
        RunSlot::CustomerWhisper => &[FlowType::CustomerWhisper],
        RunSlot::AgentHold => &[FlowType::AgentHold],
        RunSlot::CustomerHold => &[FlowType::CustomerHold],
    }
}

/// What happens on the line.
impl Engine {
    pub(crate) fn call_event(
        &mut self,
        call: ContactId,
        event: CallEvent,
    ) -> Result<Reply, Rejection> {
        let (number, event) = match event {
            CallEvent::Answered { dialog } => {
                let (id, call) = self.open_call(call)?;
                call.dialog = Some(dialog);
                self.touch(id);
                return Ok(Reply::Done);
            }
            CallEvent::Quality {
                contact,
                agent,
                quality,
            } => return self.note_quality(call, contact, agent, quality),
            CallEvent::HungUp => {
                let (id, _) = self.open_call(call)?;
                self.end_contact(id, DisconnectReason::CustomerDisconnect);
                return Ok(Reply::Done);
            }
            CallEvent::Lost => {
                let (id, _) = self.open_call(call)?;
                self.end_contact(id, DisconnectReason::SystemError);
                return Ok(Reply::Done);
            }
            CallEvent::Played { number } => (number, WaitEvent::Played),
            CallEvent::Input { number, input } => (number, WaitEvent::Input(input)),
            CallEvent::PlayFailed { number } => (number, WaitEvent::NotPlayed),
        };
        let (id, call) = self.open_call(call)?;
        // What was overtaken by something else means nothing any more.
        let Some(slot) = call.take_asked(number) else {
            return Ok(Reply::Done);
        };
        self.touch(id);
        let waits = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.run(slot)?.wait.as_ref())
            .is_some();
        if waits {
            self.resume_run(id, slot, Answer::Event(event));
        }
        Ok(Reply::Done)
    }

    /// The segment as which a call goes on, and the call.
    fn open_call(&mut self, call: ContactId) -> Result<(ContactId, &mut Call), Rejection> {
        let id = *self
            .interactions
            .get(&call)
            .ok_or(Rejection::UnknownContact)?;
        let contact = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        let call = contact.call.as_mut().ok_or(Rejection::WrongChannel)?;
        Ok((id, call))
    }

    /// An agent puts the customer on hold, or takes the customer back.
    pub(crate) fn hold(
        &mut self,
        agent: UserId,
        id: ContactId,
        on: bool,
    ) -> Result<Reply, Rejection> {
        let now = self.now;
        let contact = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        match contact.state {
            ContactState::Connected { agent: holder, .. } if holder == agent => {}
            _ => return Err(Rejection::NotYourContact),
        }
        if contact.away.is_some() {
            // Who is on hold, the flow decides now.
            return Err(Rejection::WrongState);
        }
        let call = contact.call.as_mut().ok_or(Rejection::WrongChannel)?;
        if call.is_held() == on {
            return Ok(Reply::Done);
        }
        if on {
            call.held_since = Some(now);
            self.touch(id);
            self.note(id, ContactEventKind::Held { agent });
            for (hook, slot) in [
                (EventHook::CustomerHold, RunSlot::CustomerHold),
                (EventHook::AgentHold, RunSlot::AgentHold),
            ] {
                self.begin_hooked(id, hook, slot);
            }
        } else {
            self.drop_run(id, RunSlot::CustomerHold);
            self.drop_run(id, RunSlot::AgentHold);
            self.note_hold_over(id);
            self.note(id, ContactEventKind::Resumed { agent });
        }
        // The workspace shows it.
        self.touch_agent(agent);
        Ok(Reply::Done)
    }

    /// Adds a hold that ends now to the record.
    fn note_hold_over(&mut self, id: ContactId) {
        let now = self.now;
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let held_since = contact
            .call
            .as_mut()
            .and_then(|call| call.held_since.take());
        let (Some(since), Some(agent)) = (held_since, contact.record.agent.as_mut()) else {
            return;
        };
        let held_ms = millis(now.since(since));
        agent.holds = agent.holds.saturating_add(1);
        agent.customer_hold_ms = agent.customer_hold_ms.saturating_add(held_ms);
        agent.longest_hold_ms = agent.longest_hold_ms.max(held_ms);
        self.touch(id);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
