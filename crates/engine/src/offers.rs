//! Queues and offers: a contact waits, is offered, is taken, missed or withdrawn.

use std::time::Duration;

use model::contact::{AgentRecord, QueueRecord, QueueRef};
use model::resource::{Enablement, QUEUED_CONTACTS_MAX, Queue, User};
use model::{AgentContactState, Channel, ContactId, InitiationMethod, Timestamp, UserId};

use crate::agent::Slot;
use crate::channel;
use crate::contact::{ContactState, QueueStay, RunSlot};
use crate::effect::{AgentEventKind, ContactEventKind, Rejection, Reply};
use crate::engine::{Engine, Missed};
use crate::matching::Lane;

/// Display name in chats of an agent without a first name.
const UNNAMED_AGENT: &str = "Agent";

/// Why a contact cannot enter a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueueRefusal {
    /// It is gone or disabled, or its agent is gone.
    Unavailable,
    /// As many wait as may.
    AtCapacity,
}

/// Queues.
impl Engine {
    /// Whether a contact may enter this queue now.
    pub(crate) fn check_queue(&self, queue: QueueRef) -> Result<(), QueueRefusal> {
        let contacts_max = match queue {
            QueueRef::Standard(id) => {
                let (_, body) = self
                    .config
                    .get::<Queue>(id)
                    .ok_or(QueueRefusal::Unavailable)?;
                if body.status == Enablement::Disabled {
                    return Err(QueueRefusal::Unavailable);
                }
                body.contacts_max.unwrap_or(QUEUED_CONTACTS_MAX)
            }
            QueueRef::Agent(user) => {
                if !self.agents.contains_key(&user) {
                    return Err(QueueRefusal::Unavailable);
                }
                QUEUED_CONTACTS_MAX
            }
        };
        let size = self.queue_size(queue, None);
        if size < usize::try_from(contacts_max).unwrap_or(usize::MAX) {
            Ok(())
        } else {
            Err(QueueRefusal::AtCapacity)
        }
    }

    pub(crate) fn check_queue_exists(&self, queue: QueueRef) -> Result<(), Rejection> {
        let exists = match queue {
            QueueRef::Standard(id) => self.config.get::<Queue>(id).is_some(),
            QueueRef::Agent(user) => self.agents.contains_key(&user),
        };
        if exists {
            Ok(())
        } else {
            Err(Rejection::UnknownDestination)
        }
    }

    /// How many contacts wait in a queue, of one channel or of all.
    pub(crate) fn queue_size(&self, queue: QueueRef, channel: Option<Channel>) -> usize {
        Channel::ALL
            .into_iter()
            .filter(|each| channel.is_none_or(|wanted| wanted == *each))
            .map(|channel| self.matcher.size(Lane { queue, channel }))
            .sum()
    }

    /// The name of a queue: of an agent's own queue, the agent's user name.
    pub(crate) fn queue_name(&self, queue: QueueRef) -> Option<&str> {
        let resource = match queue {
            QueueRef::Standard(id) => self.config.get::<Queue>(id)?.0,
            QueueRef::Agent(user) => self.config.get::<User>(user)?.0,
        };
        Some(&resource.name)
    }

    /// Puts a contact into a queue, as having entered it at `enqueued_at`.
    pub(crate) fn enqueue(&mut self, id: ContactId, queue: QueueRef, enqueued_at: Timestamp) {
        // Who handed the customer over need not wait for the agent who takes over.
        self.release_previous(id);
        let name = self.queue_name(queue).unwrap_or_default().to_owned();
        let stay = QueueStay { queue, enqueued_at };
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        contact.record.queue = Some(QueueRecord {
            id: queue,
            name,
            enqueued_at,
            dequeued_at: None,
        });
        self.note(id, ContactEventKind::Queued { queue });
        self.wait_in(id, stay);
        self.begin_queue_flow(id);
    }

    /// Puts a contact at its place in a queue.
    pub(crate) fn wait_in(&mut self, id: ContactId, stay: QueueStay) {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        contact.state = ContactState::Queued(stay);
        if let Some(queue) = &mut contact.record.queue {
            queue.dequeued_at = None;
        }
        self.matcher.enqueue(self.now, contact.waiting(stay));
        self.work.contacts.insert(id);
        self.touch(id);
    }

    /// Takes a contact out of its queue or withdraws its offer; it is back in its flow.
    pub(crate) fn leave_queue(&mut self, id: ContactId) {
        let now = self.now;
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let (stay, offered_to) = match contact.state {
            ContactState::Queued(stay) => (stay, None),
            ContactState::Offered { stay, agent, .. } => (stay, Some(agent)),
            _ => return,
        };
        contact.state = ContactState::InFlow;
        if let Some(queue) = &mut contact.record.queue {
            queue.dequeued_at = Some(now);
        }
        self.matcher.dequeue(id);
        self.touch(id);
        self.note(id, ContactEventKind::Dequeued { queue: stay.queue });
        if let Some(agent) = offered_to {
            self.clear_slot(agent, id);
        }
    }
}

/// Offers.
impl Engine {
    /// Offers a waiting contact to a free agent; whether it could be.
    pub(crate) fn offer(&mut self, id: ContactId, user: UserId) -> bool {
        let Some(auto_accept) = self
            .config
            .get::<User>(user)
            .map(|(_, u)| u.phone.auto_accept)
        else {
            return false;
        };
        let (Some(contact), Some(agent)) = (self.contacts.get_mut(&id), self.agents.get_mut(&user))
        else {
            return false;
        };
        let ContactState::Queued(stay) = contact.state else {
            return false;
        };
        let channel = contact.channel();
        let deadline = self
            .now
            .plus(channel::offer_timeout(channel, &self.config.limits));
        contact.state = ContactState::Offered {
            stay,
            agent: user,
            deadline,
        };
        contact.record.agent_connection_attempts += 1;
        let is_inbound = contact.record.initiation_method != InitiationMethod::Outbound;
        agent.slots.insert(
            id,
            Slot {
                channel,
                state: AgentContactState::Connecting,
                since: self.now,
                clear_at: None,
            },
        );
        // The offer counts as activity, so that contacts spread over agents with several slots.
        agent.last_activity_at = self.now;
        if is_inbound {
            agent.last_inbound_at = self.now;
        }
        self.matcher.dequeue(id);
        self.touch(id);
        self.touch_agent(user);
        self.note(
            id,
            ContactEventKind::Offered {
                agent: user,
                queue: Some(stay.queue),
            },
        );
        self.note_slot(user, id, AgentContactState::Connecting);
        if auto_accept {
            self.connect(user, id);
        }
        true
    }

    pub(crate) fn accept_offer(&mut self, user: UserId, id: ContactId) -> Result<Reply, Rejection> {
        let contact = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        match contact.state {
            // `handle` lets due offers expire first, so an offer that stands is in time.
            ContactState::Offered { agent, .. } if agent == user => {
                self.connect(user, id);
                Ok(Reply::Done)
            }
            // A repeated request.
            ContactState::Connected { agent, .. } if agent == user => Ok(Reply::Done),
            _ => Err(Rejection::NotYourContact),
        }
    }

    pub(crate) fn decline_offer(
        &mut self,
        user: UserId,
        id: ContactId,
    ) -> Result<Reply, Rejection> {
        let contact = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        match contact.state {
            ContactState::Offered { agent, .. } if agent == user => {
                self.miss_offer(user, id, Missed::Declined);
                Ok(Reply::Done)
            }
            _ => Err(Rejection::NotYourContact),
        }
    }

    /// The offer was not taken: the contact goes back to its place, and the agent is offered nothing
    /// until the missed contact is cleared.
    pub(crate) fn miss_offer(&mut self, user: UserId, id: ContactId, how: Missed) {
        let Some(ContactState::Offered { stay, .. }) =
            self.contacts.get(&id).map(|contact| contact.state)
        else {
            return;
        };
        let clear_after = Duration::from_millis(self.config.limits.missed_clear_ms.max(1));
        if let Some(agent) = self.agents.get_mut(&user)
            && let Some(slot) = agent.slots.get_mut(&id)
        {
            slot.state = AgentContactState::Missed;
            slot.since = self.now;
            slot.clear_at = Some(self.now.plus(clear_after));
        }
        self.touch_agent(user);
        self.note(
            id,
            ContactEventKind::Missed {
                agent: user,
                declined: how == Missed::Declined,
            },
        );
        self.note_slot(user, id, AgentContactState::Missed);
        self.wait_in(id, stay);
    }

    /// Takes an offer back without a mark against the agent; the contact goes back to its place.
    pub(crate) fn withdraw_offer(&mut self, user: UserId, id: ContactId) {
        let state = self.contacts.get(&id).map(|contact| contact.state);
        if let Some(ContactState::Offered { stay, .. }) = state {
            self.clear_slot(user, id);
            self.wait_in(id, stay);
        }
    }

    /// Agent and contact come together.
    fn connect(&mut self, user: UserId, id: ContactId) {
        let now = self.now;
        let Some((resource, body)) = self.config.get::<User>(user) else {
            return;
        };
        let (username, profile) = (resource.name.as_str().into(), body.routing_profile);
        // Customers see first names; of an agent who has none, not how it signs in.
        let display_name = match body.first_name.expose() {
            "" => UNNAMED_AGENT.into(),
            _ => body.first_name.clone(),
        };
        let (Some(contact), Some(agent)) = (self.contacts.get_mut(&id), self.agents.get_mut(&user))
        else {
            return;
        };
        contact.state = ContactState::Connected {
            agent: user,
            customer_active_at: now,
        };
        if let Some(queue) = &mut contact.record.queue {
            queue.dequeued_at = Some(now);
        }
        contact.record.agent = Some(AgentRecord {
            user,
            username,
            routing_profile: profile,
            connected_at: now,
            interaction_ended_at: None,
            after_contact_work_started_at: None,
            after_contact_work_ended_at: None,
            customer_hold_ms: 0,
            longest_hold_ms: 0,
            holds: 0,
            statuses: agent
                .status
                .map(|status| (status, agent.status_since))
                .into_iter()
                .collect(),
        });
        if let Some(slot) = agent.slots.get_mut(&id) {
            slot.state = AgentContactState::Connected;
            slot.since = now;
        }
        self.touch(id);
        self.touch_agent(user);
        self.drop_run(id, RunSlot::Queue);
        self.note_skipped_whispers(id);
        self.begin_whispers(id);
        self.note(id, ContactEventKind::ConnectedToAgent { agent: user });
        self.note_slot(user, id, AgentContactState::Connected);
        self.add_agent(id, user, display_name);
    }

    /// Frees an agent's slot.
    pub(crate) fn clear_slot(&mut self, user: UserId, id: ContactId) {
        let now = self.now;
        let Some(agent) = self.agents.get_mut(&user) else {
            return;
        };
        if agent.slots.remove(&id).is_none() {
            return;
        }
        agent.last_activity_at = now;
        self.note_agent(user, AgentEventKind::ContactCleared { contact: id });
        self.apply_next_status(user);
        self.touch_agent(user);
    }

    pub(crate) fn note_slot(&mut self, agent: UserId, contact: ContactId, to: AgentContactState) {
        self.note_agent(agent, AgentEventKind::ContactState { contact, state: to });
    }
}
