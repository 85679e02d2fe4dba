//! What agents do besides offers: choose a status, write up, come and go.

use std::time::Duration;

use model::contact::{DisconnectReason, QueueRef};
use model::resource::User;
use model::{AgentContactState, AgentStatusId, AgentStatusType, ContactId, InitiationMethod};
use model::{Timestamp, UserId};

use crate::agent::Agent;
use crate::config::AGENT_STATUSES_MAX;
use crate::contact::ContactState;
use crate::effect::{AgentEventKind, ContactEventKind, Rejection, Reply};
use crate::engine::Engine;
use crate::transfer::NextSegment;

impl Engine {
    /// A new status is in force at once; while contacts are at hand it is the next status, which comes into
    /// force when the last one is cleared. Routing obeys it at once in both cases.
    pub(crate) fn set_agent_status(
        &mut self,
        user: UserId,
        status: AgentStatusId,
    ) -> Result<Reply, Rejection> {
        if !self.config.is_choosable(status) {
            return Err(Rejection::UnknownStatus);
        }
        let now = self.now;
        let agent = self.agents.get_mut(&user).ok_or(Rejection::UnknownAgent)?;
        let was_routable = agent.effective_kind(&self.config) == AgentStatusType::Routable;
        let kind = self.config.status_kind(status);
        if agent.slots.is_empty() {
            agent.status = Some(status);
            agent.status_since = now;
            agent.next_status = None;
            self.note_agent(user, AgentEventKind::StatusChosen { status });
        } else {
            agent.next_status = (agent.status != Some(status)).then_some(status);
            self.note_agent(user, AgentEventKind::NextStatusChosen { status });
        }
        if kind == AgentStatusType::Routable
            && !was_routable
            && let Some(agent) = self.agents.get_mut(&user)
        {
            agent.last_activity_at = now;
            agent.last_inbound_at = now;
        }
        self.note_status_in_records(user, status);
        self.touch_agent(user);
        if kind == AgentStatusType::Offline {
            self.withdraw_offers(user);
        }
        Ok(Reply::Done)
    }

    /// Records tell the statuses that their agent chose while connected.
    fn note_status_in_records(&mut self, user: UserId, status: AgentStatusId) {
        for id in self.contacts_of(user, AgentContactState::Connected) {
            let contact = self.contacts.get_mut(&id);
            if let Some(part) = contact.and_then(|contact| contact.record.agent.as_mut())
                && part.statuses.len() < AGENT_STATUSES_MAX
            {
                part.statuses.push((status, self.now));
                self.touch(id);
            }
        }
    }

    /// Nobody is there to take them: customers should not wait for the offers to expire.
    fn withdraw_offers(&mut self, user: UserId) {
        for id in self.contacts_of(user, AgentContactState::Connecting) {
            self.withdraw_offer(user, id);
        }
    }

    fn contacts_of(&self, user: UserId, state: AgentContactState) -> Vec<ContactId> {
        let slots = self
            .agents
            .get(&user)
            .into_iter()
            .flat_map(|agent| &agent.slots);
        slots
            .filter(|(_, slot)| slot.state == state)
            .map(|(id, _)| *id)
            .collect()
    }

    /// When the last contact is cleared, the next status comes into force.
    pub(crate) fn apply_next_status(&mut self, user: UserId) {
        let now = self.now;
        let Some(agent) = self.agents.get_mut(&user) else {
            return;
        };
        if agent.slots.is_empty()
            && let Some(status) = agent.next_status.take()
        {
            agent.status = Some(status);
            agent.status_since = now;
            self.note_agent(user, AgentEventKind::StatusChosen { status });
        }
    }

    /// The agent's part of the interaction is over; wrap-up begins.
    pub(crate) fn begin_wrap_up(&mut self, user: UserId, id: ContactId) {
        let now = self.now;
        let own_ms = self.config.get::<User>(user).map_or(0, |(_, body)| {
            u64::from(body.phone.after_contact_work_s) * 1000
        });
        let limit_ms = match own_ms {
            0 => self.config.limits.after_contact_work_max_ms.max(1),
            own_ms => own_ms,
        };
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        contact.state = ContactState::WrapUp {
            agent: user,
            deadline: now.plus(Duration::from_millis(limit_ms)),
        };
        if let Some(part) = &mut contact.record.agent {
            part.interaction_ended_at = Some(now);
            part.after_contact_work_started_at = Some(now);
        }
        let is_inbound = contact.record.initiation_method != InitiationMethod::Outbound;
        if let Some(agent) = self.agents.get_mut(&user) {
            if let Some(slot) = agent.slots.get_mut(&id) {
                slot.state = AgentContactState::Ended;
                slot.since = now;
            }
            if is_inbound {
                agent.last_inbound_at = now;
            }
        }
        self.touch(id);
        self.touch_agent(user);
        self.note(
            id,
            ContactEventKind::AfterContactWorkStarted { agent: user },
        );
        self.note_slot(user, id, AgentContactState::Ended);
    }

    /// Wrap-up is over: the record is complete, the slot is free.
    pub(crate) fn finish_wrap_up(&mut self, user: UserId, id: ContactId) {
        let now = self.now;
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        if let Some(part) = &mut contact.record.agent {
            part.after_contact_work_ended_at = Some(now);
        }
        self.note(id, ContactEventKind::AfterContactWorkEnded { agent: user });
        self.close(id);
        self.clear_slot(user, id);
    }

    pub(crate) fn complete_contact(
        &mut self,
        user: UserId,
        id: ContactId,
    ) -> Result<Reply, Rejection> {
        let agent = self.agents.get(&user).ok_or(Rejection::UnknownAgent)?;
        let slot = agent.slots.get(&id).ok_or(Rejection::NotYourContact)?;
        match slot.state {
            AgentContactState::Ended => self.finish_wrap_up(user, id),
            AgentContactState::Missed => self.clear_slot(user, id),
            _ => return Err(Rejection::WrongState),
        }
        Ok(Reply::Done)
    }

    /// Clears a missed offer whose time has come.
    pub(crate) fn clear_missed(&mut self, user: UserId) {
        let next = self.agents.get(&user).and_then(Agent::next_clear);
        match next {
            Some((at, id)) if at <= self.now => self.clear_slot(user, id),
            _ => self.touch_agent(user),
        }
    }

    /// A user exists from now on, or has changed.
    pub(crate) fn put_agent(&mut self, user: UserId) {
        if self.agents.contains_key(&user) {
            self.index_agent(user);
            return;
        }
        let agent = Agent {
            status_since: self.now,
            last_activity_at: self.now,
            last_inbound_at: self.now,
            ..Agent::default()
        };
        self.agents.insert(user, agent);
        self.touch_agent(user);
    }

    /// A user is gone. Customers go back to where they waited, with the age they had; wrap-ups are over;
    /// who waits for this very agent cannot be served any more and ends.
    pub(crate) fn remove_agent_user(&mut self, user: UserId) {
        if !self.agents.contains_key(&user) {
            return;
        }
        // Unroutable before anything is put back.
        self.matcher.set_agent(user, None);
        let Some(agent) = self.agents.get_mut(&user) else {
            return;
        };
        let slots = std::mem::take(&mut agent.slots);
        self.agents.remove(&user);
        self.touch_agent(user);
        for (id, slot) in slots {
            match slot.state {
                AgentContactState::Missed => {}
                AgentContactState::Connecting => self.withdraw_offer(user, id),
                AgentContactState::Ended => self.finish_wrap_up(user, id),
                _ => self.return_to_queue(user, id),
            }
        }
        for id in self.waiting_for(user) {
            self.end_contact(id, DisconnectReason::SystemError);
        }
    }

    /// A connected contact loses its agent: a new segment waits where this one did.
    fn return_to_queue(&mut self, user: UserId, id: ContactId) {
        match self.away(id) {
            Some(next) => self.release_previous(next),
            None => self.queue_again(user, id),
        }
        let in_wrap_up = self
            .contacts
            .get(&id)
            .is_some_and(|contact| matches!(contact.state, ContactState::WrapUp { .. }));
        if in_wrap_up {
            self.finish_wrap_up(user, id);
        }
    }

    fn queue_again(&mut self, user: UserId, id: ContactId) {
        let stay = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.record.queue.as_ref())
            .map(|queue| (queue.id, queue.enqueued_at))
            .filter(|(queue, _)| *queue != QueueRef::Agent(user));
        let next = stay.and_then(|(queue, enqueued_at): (QueueRef, Timestamp)| {
            let onward = NextSegment {
                method: InitiationMethod::QueueTransfer,
                reason: DisconnectReason::Transferred,
                to: Some(queue),
                quick_connect: None,
            };
            let next = self.next_segment(id, &onward).ok()?;
            Some((next, queue, enqueued_at))
        });
        match next {
            Some((next, queue, enqueued_at)) => self.enqueue(next, queue, enqueued_at),
            None => self.end_contact(id, DisconnectReason::SystemError),
        }
    }

    fn waiting_for(&self, user: UserId) -> Vec<ContactId> {
        let own = QueueRef::Agent(user);
        let waits =
            |state: &ContactState| matches!(state, ContactState::Queued(stay) if stay.queue == own);
        self.contacts
            .iter()
            .filter(|(_, contact)| waits(&contact.state))
            .map(|(id, _)| *id)
            .collect()
    }
}
