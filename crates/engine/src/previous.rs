//! An agent who stays on the line of a call that an own quick connect moved on: the flow there speaks with
//! the agent, with the customer alone (secure input), or lets both talk, and at its end the agent has the
//! customer back.
//!
//! The segment before keeps its agent and is [`away`](Contact::away) meanwhile: its call is with the segment
//! that runs the flow.

use flow::Answer;
use flow::command::{EventHook, FlowEnd, FlowError, PreviousParticipants};
use model::contact::DisconnectReason;
use model::{ContactId, UserId};
use serde::{Deserialize, Serialize};

use crate::call::{Call, Hearing};
use crate::contact::{Contact, ContactState, RunSlot};
use crate::effect::{ContactEventKind, Rejection};
use crate::engine::Engine;
use crate::transfer::NextSegment;

/// The agent of the segment before, who is still on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviousAgent {
    /// The segment before: connected with the agent, without a call.
    pub(crate) contact: ContactId,
    /// Who.
    pub(crate) agent: UserId,
    /// Whom the flow speaks with.
    pub(crate) state: PreviousParticipants,
}

/// The flows that accompany who is on hold.
const HOLD_RUNS: [RunSlot; 2] = [RunSlot::AgentHold, RunSlot::CustomerHold];

impl Call {
    /// What customer and agent hear while a flow has the call and the agent before is still there.
    pub(crate) fn heard_with(&self, state: PreviousParticipants) -> (Hearing, Hearing) {
        let (customer, agent) = (self.customer_hearing(), self.agent_hearing());
        match state {
            PreviousParticipants::AgentOnHold => (customer.clone(), agent.clone()),
            PreviousParticipants::CustomerOnHold => (customer.or_music(), agent.clone()),
            PreviousParticipants::OffHold => match customer {
                Hearing::Nothing => (Hearing::Other, Hearing::Other),
                // Whatever the flow does besides: no key of the customer reaches the agent.
                Hearing::Keys { .. } => (customer.clone(), Hearing::Nothing),
                prompt => (prompt.clone(), prompt.clone()),
            },
        }
    }
}

impl Engine {
    /// The call goes on in a new segment, and the agent stays on the line: at first with the flow, while
    /// the customer is on hold.
    pub(crate) fn next_segment_attended(
        &mut self,
        id: ContactId,
        agent: UserId,
        onward: &NextSegment,
    ) -> Result<ContactId, Rejection> {
        self.check_segments(id)?;
        for slot in RunSlot::ALL {
            self.drop_run(id, slot);
        }
        let next = self.open_segment(id, onward)?;
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.away = Some(next);
        }
        let call = self.contacts.get_mut(&next).and_then(|c| c.call.as_mut());
        if let Some(call) = call {
            call.previous = Some(PreviousAgent {
                contact: id,
                agent,
                state: PreviousParticipants::CustomerOnHold,
            });
        }
        self.begin_hooked(next, EventHook::CustomerHold, RunSlot::CustomerHold);
        self.touch(id);
        self.touch_agent(agent);
        Ok(next)
    }

    /// `UpdatePreviousContactParticipantState`; fails where nobody of the contact before is on the line.
    pub(crate) fn set_previous(
        &mut self,
        id: ContactId,
        slot: RunSlot,
        state: PreviousParticipants,
    ) -> Answer {
        let previous = self.previous_of(id);
        let Some(previous) = previous.filter(|_| slot == RunSlot::Main) else {
            return Answer::Failed(FlowError::NoMatchingError);
        };
        if previous.state == state {
            return Answer::Done;
        }
        for slot in HOLD_RUNS {
            self.drop_run(id, slot);
        }
        if let Some(call) = self.contacts.get_mut(&id).and_then(|c| c.call.as_mut()) {
            call.silence_main();
            call.previous = Some(PreviousAgent { state, ..previous });
        }
        match state {
            PreviousParticipants::AgentOnHold => {
                self.begin_hooked(id, EventHook::AgentHold, RunSlot::AgentHold);
            }
            PreviousParticipants::CustomerOnHold => {
                self.begin_hooked(id, EventHook::CustomerHold, RunSlot::CustomerHold);
            }
            PreviousParticipants::OffHold => {}
        }
        let agent = previous.agent;
        self.note(id, ContactEventKind::PreviousHeld { agent, state });
        self.touch(id);
        self.touch_agent(agent);
        Answer::Done
    }

    /// The agent before leaves the line, where there is one: its wrap-up begins, and the customer goes on
    /// alone.
    pub(crate) fn release_previous(&mut self, id: ContactId) {
        let Some(previous) = self.previous_of(id) else {
            return;
        };
        for slot in HOLD_RUNS {
            self.drop_run(id, slot);
        }
        if let Some(call) = self.contacts.get_mut(&id).and_then(|c| c.call.as_mut()) {
            call.previous = None;
            call.main_to_customer();
        }
        self.touch(id);
        let now = self.now;
        if let Some(before) = self.contacts.get_mut(&previous.contact) {
            before.away = None;
            before.record.transfer_completed_at = Some(now);
        }
        self.end_segment(previous.contact, DisconnectReason::Transferred);
    }

    /// The flow is over: the agent before has the customer back, with the attributes that the flow has set.
    /// Whether there was such an agent.
    pub(crate) fn return_to_previous(&mut self, id: ContactId, end: &FlowEnd) -> bool {
        let Some(previous) = self.previous_of(id) else {
            return false;
        };
        self.leave_call(id);
        let Some(contact) = self.contacts.get_mut(&id) else {
            return false;
        };
        let call = contact.call.take();
        let (origin, attributes) = (contact.origin, contact.record.attributes.clone());
        if let Some(before) = self.contacts.get_mut(&previous.contact) {
            before.away = None;
            before.call = call.map(|mut call| {
                call.previous = None;
                call
            });
            let changes = attributes
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
            let changes: Vec<_> = changes.collect();
            if before.record.attributes.merge(changes).is_err() {
                // What was set from outside meanwhile has no room beside it.
                before.record.attributes = attributes;
            }
        }
        self.interactions.insert(origin, previous.contact);
        let reason = match end {
            FlowEnd::Fault(_) => DisconnectReason::SystemError,
            _ => DisconnectReason::ContactFlowDisconnect,
        };
        self.end_segment(id, reason);
        self.note_data_updated(previous.contact);
        self.touch_agent(previous.agent);
        true
    }

    /// The agent of the segment before who is still on the line of this one.
    pub(crate) fn previous_of(&self, id: ContactId) -> Option<PreviousAgent> {
        self.contacts.get(&id)?.call.as_ref()?.previous
    }

    /// The segment that has the call of this one while its agent stays on the line.
    pub(crate) fn away(&self, id: ContactId) -> Option<ContactId> {
        self.contacts.get(&id)?.away
    }

    /// Whom the flow speaks with that has the call of this contact meanwhile.
    pub(crate) fn away_state(&self, id: ContactId) -> Option<PreviousParticipants> {
        Some(self.previous_of(self.away(id)?)?.state)
    }

    /// What about an agent who stays on the line does not fit.
    pub(crate) fn audit_previous(&self, contact: &Contact) -> Option<&'static str> {
        let id = contact.id();
        // INVARIANT: a contact is away exactly while another names it as the one before, and has no call.
        if let Some(next) = contact.away {
            let names_it = self.previous_of(next).is_some_and(|one| one.contact == id);
            if contact.call.is_some() || !names_it {
                return Some("its call is away where nobody knows of it");
            }
        }
        if let Some(previous) = self.previous_of(id) {
            let before = self.contacts.get(&previous.contact);
            let stays = before.is_some_and(|before| {
                before.away == Some(id)
                    && matches!(before.state, ContactState::Connected { agent, .. } if agent == previous.agent)
            });
            if !stays || contact.state != ContactState::InFlow {
                return Some("an agent stays on its line who is not there");
            }
        }
        None
    }
}
