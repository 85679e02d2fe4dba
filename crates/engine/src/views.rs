//! What the program may read between inputs.

use flow::command::PreviousParticipants;
use model::contact::{ContactRecord, PersonalText, QueueRef};
use model::{
    AgentContactState, AgentStatusId, Channel, ContactId, ParticipantId, Timestamp, UserId,
};

use crate::agent::{Agent, Slot};
use crate::call::{Call, CallPlan};
use crate::chat::Participant;
use crate::contact::{Contact, ContactState};
use crate::engine::Engine;
use crate::matching::Presence;

/// An open contact.
#[derive(Debug, Clone, Copy)]
pub struct ContactView<'a> {
    /// The record as it stands.
    pub record: &'a ContactRecord,
    /// What it is at.
    pub state: ContactState,
    /// The participants of its chat, also those who have left; empty for a task, and for a segment whose
    /// chat goes on in the next.
    pub participants: &'a [Participant],
    /// Number of the last item of its chat; 0 where there is none.
    pub transcript_items: u64,
    /// Number of the last item of its chat when that went on in the next segment: what is said there is
    /// none of this one's.
    pub chat_moved_at: Option<u64>,
    /// What the media of its call was told last.
    pub call: Option<&'a CallPlan>,
    /// When it ends at the latest.
    pub ends_at: Option<Timestamp>,
    /// Priority in its queue, 1 first.
    pub priority: u32,
    /// While it waits: the time by which it is ordered within its priority (an age adjustment moves it).
    pub waiting_since: Option<Timestamp>,
    /// Whether a flow runs for it, or will when it is due.
    pub is_flow_running: bool,
}

/// An agent as the workspace shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSnapshot {
    /// Who.
    pub user: UserId,
    /// The status in force; none: never signed in, which counts as offline.
    pub status: Option<AgentStatusId>,
    /// Since when.
    pub status_since: Timestamp,
    /// The status that comes into force when the last contact is cleared.
    pub next_status: Option<AgentStatusId>,
    /// What the machine computed of it.
    pub presence: Presence,
    /// The contacts at hand, by id.
    pub contacts: Vec<AgentContact>,
}

/// A contact at an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentContact {
    /// Which.
    pub contact: ContactId,
    /// The first segment of its chain; absent for a missed contact that has ended meanwhile.
    pub initial_contact: Option<ContactId>,
    /// Its medium.
    pub channel: Channel,
    /// Its state at this agent.
    pub state: AgentContactState,
    /// Since when.
    pub since: Timestamp,
    /// When the state ends by itself: the offer expires, wrap-up is over, a missed offer is cleared.
    pub deadline: Option<Timestamp>,
    /// When the agent took it.
    pub connected_at: Option<Timestamp>,
    /// The queue it came from, with its name.
    pub queue: Option<(QueueRef, String)>,
    /// When it entered that queue.
    pub enqueued_at: Option<Timestamp>,
    /// Name of the customer of a chat.
    pub customer_name: Option<PersonalText>,
    /// The number or address of the customer of a call, where it is told.
    pub customer_address: Option<PersonalText>,
    /// Of a call that goes on: whether the customer is on hold.
    pub held: Option<bool>,
    /// While a flow has the call and the agent stays on the line: whom it speaks with.
    pub staying: Option<PreviousParticipants>,
    /// As whom the agent takes part in the chat, while it lasts.
    pub participant: Option<ParticipantId>,
}

impl Engine {
    /// An open contact: until its record is written.
    pub fn contact(&self, id: ContactId) -> Option<ContactView<'_>> {
        self.contacts.get(&id).map(view)
    }

    /// All open contacts, by id.
    pub fn open_contacts(&self) -> impl Iterator<Item = ContactView<'_>> {
        self.contacts.values().map(view)
    }

    /// How many contacts are open.
    pub fn open_contacts_count(&self) -> usize {
        self.contacts.len()
    }

    /// The segment in which the interaction goes on that began with `first`, as long as it does.
    pub fn current_segment(&self, first: ContactId) -> Option<ContactId> {
        self.interactions.get(&first).copied()
    }

    /// The contact in whose chat this participant is, until leaving.
    pub fn contact_of(&self, participant: ParticipantId) -> Option<ContactId> {
        self.participants.get(&participant).copied()
    }

    /// How many wait before a waiting contact, plus one. Costs as much as that number.
    pub fn waiting_position(&self, id: ContactId) -> Option<usize> {
        self.matcher.position(id)
    }

    /// An agent.
    pub fn agent(&self, user: UserId) -> Option<AgentSnapshot> {
        let agent = self.agents.get(&user)?;
        Some(self.snapshot(user, agent))
    }

    /// All agents, by user.
    pub fn agents(&self) -> impl Iterator<Item = AgentSnapshot> {
        self.agents
            .iter()
            .map(|(user, agent)| self.snapshot(*user, agent))
    }

    fn snapshot(&self, user: UserId, agent: &Agent) -> AgentSnapshot {
        AgentSnapshot {
            user,
            status: agent.status,
            status_since: agent.status_since,
            next_status: agent.next_status,
            presence: agent.presence(&self.config),
            contacts: agent
                .slots
                .iter()
                .map(|(id, slot)| self.agent_contact(user, *id, slot))
                .collect(),
        }
    }

    fn agent_contact(&self, user: UserId, id: ContactId, slot: &Slot) -> AgentContact {
        let contact = self.contacts.get(&id);
        let record = contact.map(|contact| &contact.record);
        let queue = record.and_then(|record| record.queue.as_ref());
        let deadline = match contact.map(|contact| contact.state) {
            Some(
                ContactState::Offered {
                    agent, deadline, ..
                }
                | ContactState::WrapUp { agent, deadline },
            ) if agent == user => Some(deadline),
            _ => slot.clear_at,
        };
        AgentContact {
            contact: id,
            initial_contact: record.map(|record| record.initial_id),
            channel: slot.channel,
            state: slot.state,
            since: slot.since,
            deadline,
            connected_at: record
                .and_then(|record| record.agent.as_ref())
                .filter(|part| part.user == user)
                .map(|part| part.connected_at),
            queue: queue.map(|queue| (queue.id, queue.name.clone())),
            enqueued_at: queue.map(|queue| queue.enqueued_at),
            customer_name: record.and_then(|record| record.customer_display_name.clone()),
            customer_address: record
                .filter(|record| record.channel == Channel::Voice)
                .and_then(|record| record.customer_endpoint.as_ref())
                .map(|endpoint| endpoint.address.clone()),
            held: contact
                .and_then(|contact| contact.call.as_ref())
                .map(Call::is_held),
            staying: self.away_state(id),
            participant: contact
                .and_then(|contact| contact.chat.as_ref()?.of_agent(user))
                .map(|participant| participant.id),
        }
    }
}

/// Calls.
impl Engine {
    /// The contact as which this call goes on now.
    pub fn call_segment(&self, call: ContactId) -> Option<ContactId> {
        self.interactions.get(&call).copied()
    }

    /// What is kept to hang this call up after a restart.
    pub fn dialog_of(&self, call: ContactId) -> Option<&[u8]> {
        let contact = self.contacts.get(self.interactions.get(&call)?)?;
        contact.call.as_ref()?.dialog.as_deref()
    }

    /// The call of a contact that this agent has, by the call's first contact.
    pub fn call_of(&self, agent: UserId, contact: ContactId) -> Option<ContactId> {
        let contact = self.contacts.get(&contact)?;
        if contact.call.is_none() && contact.away.is_none() {
            return None;
        }
        match contact.state {
            ContactState::Connected { agent: holder, .. } if holder == agent => {
                Some(contact.origin)
            }
            _ => None,
        }
    }

    /// The calls that are open, by the first contact of each: after a restart their media is gone.
    pub fn open_calls(&self) -> impl Iterator<Item = ContactId> {
        self.contacts
            .values()
            .filter(|contact| contact.call.is_some())
            .map(|contact| contact.origin)
    }
}

fn view(contact: &Contact) -> ContactView<'_> {
    let chat = contact.chat.as_ref();
    ContactView {
        record: &contact.record,
        state: contact.state,
        participants: chat.map_or(&[], |chat| &chat.participants),
        transcript_items: chat.map_or(0, |chat| chat.sequence),
        chat_moved_at: contact.chat_moved_at,
        call: contact.call.as_ref().and_then(Call::told),
        ends_at: contact.ends_at,
        priority: contact.priority,
        waiting_since: match contact.state {
            ContactState::Queued(stay) => Some(contact.waiting(stay).place.since),
            _ => None,
        },
        is_flow_running: contact.main_run.is_some() || contact.queue_run.is_some(),
    }
}
