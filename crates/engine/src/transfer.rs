//! A contact goes on in a new segment.

use model::contact::{ContactRecord, DisconnectReason, QueueRef};
use model::quality::CallQuality;
use model::resource::{QuickConnect, QuickConnectDestination};
use model::{ContactId, FlowId, InitiationMethod, QuickConnectId, UserId};

use crate::config::SEGMENTS_MAX;
use crate::contact::{Contact, ContactState, PRIORITY_DEFAULT, RunSlot};
use crate::effect::{ContactEventKind, Rejection, Reply};
use crate::engine::Engine;
use crate::input::TransferTarget;
use crate::lifecycle::TRANSFER_FLOWS;

/// How and where to a contact goes on.
pub(crate) struct NextSegment {
    pub(crate) method: InitiationMethod,
    /// Why the segment before ends.
    pub(crate) reason: DisconnectReason,
    /// Who it is for; absent where a flow decides.
    pub(crate) to: Option<QueueRef>,
    /// What an agent chose.
    pub(crate) quick_connect: Option<QuickConnectId>,
}

impl Engine {
    pub(crate) fn transfer_contact(
        &mut self,
        contact: ContactId,
        flow: FlowId,
        target: TransferTarget,
    ) -> Result<Reply, Rejection> {
        let id = self.resolve(contact)?;
        let queue = match target {
            TransferTarget::Queue(queue) => Some(QueueRef::Standard(queue)),
            TransferTarget::Agent(user) => Some(QueueRef::Agent(user)),
            TransferTarget::Flow => None,
        };
        self.transfer(id, flow, queue, Chosen::Outside)
    }

    pub(crate) fn transfer_by_quick_connect(
        &mut self,
        user: UserId,
        id: ContactId,
        quick_connect: QuickConnectId,
    ) -> Result<Reply, Rejection> {
        let contact = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        match contact.state {
            ContactState::Connected { agent, .. } if agent == user => {}
            _ => return Err(Rejection::NotYourContact),
        }
        let chosen = Chosen::Agent(user, quick_connect);
        let (_, body) = self
            .config
            .get::<QuickConnect>(quick_connect)
            .ok_or(Rejection::UnknownDestination)?;
        match body.destination {
            QuickConnectDestination::User { user, flow } => {
                self.transfer(id, flow, Some(QueueRef::Agent(user)), chosen)
            }
            QuickConnectDestination::Queue { queue, flow } => {
                self.transfer(id, flow, Some(QueueRef::Standard(queue)), chosen)
            }
            QuickConnectDestination::PhoneNumber(_) => Err(Rejection::WrongChannel),
        }
    }

    /// The contact goes on in `flow`, in a new segment. An agent who has it goes to wrap-up; one who moves
    /// an own call stays on the line while the flow decides.
    fn transfer(
        &mut self,
        id: ContactId,
        flow: FlowId,
        queue: Option<QueueRef>,
        chosen: Chosen,
    ) -> Result<Reply, Rejection> {
        if let Some(queue) = queue {
            self.check_queue_exists(queue)?;
        }
        let flow = self
            .config
            .startable_flow(flow, TRANSFER_FLOWS)
            .ok_or(Rejection::UnknownFlow)?;
        let contact = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        if matches!(
            contact.state,
            ContactState::WrapUp { .. } | ContactState::Scheduled { .. }
        ) || contact.away.is_some()
        {
            return Err(Rejection::WrongState);
        }
        let stays = match chosen {
            Chosen::Agent(agent, _) if contact.call.is_some() => Some(agent),
            _ => None,
        };
        let onward = NextSegment {
            method: InitiationMethod::Transfer,
            reason: DisconnectReason::Transferred,
            to: queue,
            quick_connect: match chosen {
                Chosen::Agent(_, quick_connect) => Some(quick_connect),
                Chosen::Outside => None,
            },
        };
        let next = match stays {
            Some(agent) => self.next_segment_attended(id, agent, &onward)?,
            None => self.next_segment(id, &onward)?,
        };
        if let Some(contact) = self.contacts.get_mut(&next) {
            contact.target_queue = queue;
        }
        self.plan_run(next, RunSlot::Main, flow);
        Ok(Reply::Transferred(next))
    }

    /// A waiting contact leaves its queue for another, in a new segment. It keeps its priority, not its
    /// age.
    pub(crate) fn requeue(&mut self, id: ContactId, queue: QueueRef) {
        let onward = NextSegment {
            method: InitiationMethod::QueueTransfer,
            reason: DisconnectReason::Transferred,
            to: Some(queue),
            quick_connect: None,
        };
        let old = self.contacts.get(&id);
        let priority = old.map_or(PRIORITY_DEFAULT, |contact| contact.priority);
        match self.next_segment(id, &onward) {
            Ok(next) => {
                if let Some(contact) = self.contacts.get_mut(&next) {
                    contact.priority = priority;
                    contact.target_queue = Some(queue);
                }
                self.enqueue(next, queue, self.now);
            }
            // The order was checked when it was given, in the same input.
            Err(_) => self.end_contact(id, DisconnectReason::SystemError),
        }
    }

    /// Makes the segment in which an interaction goes on, and ends the one before: at once, or after its
    /// agent's wrap-up. The chat with its participants and transcript moves along.
    pub(crate) fn next_segment(
        &mut self,
        id: ContactId,
        onward: &NextSegment,
    ) -> Result<ContactId, Rejection> {
        self.check_segments(id)?;
        self.release_previous(id);
        let old = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        let agent = match old.state {
            ContactState::Connected { agent, .. } => Some(agent),
            _ => None,
        };
        let is_transfer = onward.reason == DisconnectReason::Transferred;
        if is_transfer {
            self.write_transfer(id);
        }
        if let Some(agent) = agent {
            self.remove_agent(id, agent);
        }
        let next = self.open_segment(id, onward)?;
        if is_transfer {
            let now = self.now;
            if let Some(old) = self.contacts.get_mut(&id) {
                old.record.transfer_completed_at = Some(now);
            }
        }
        self.end_segment(id, onward.reason);
        Ok(next)
    }

    /// Whether the interaction may go on in yet another segment.
    pub(crate) fn check_segments(&self, id: ContactId) -> Result<(), Rejection> {
        let contact = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        if contact.segment >= SEGMENTS_MAX {
            return Err(Rejection::LimitReached);
        }
        Ok(())
    }

    /// Makes the next segment, to which chat and call move.
    pub(crate) fn open_segment(
        &mut self,
        id: ContactId,
        onward: &NextSegment,
    ) -> Result<ContactId, Rejection> {
        self.leave_call(id);
        let now = self.now;
        let next = ContactId::generate(&mut self.ids);
        let old = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        old.record.next_id = Some(next);
        old.chat_moved_at = old.chat.as_ref().map(|chat| chat.sequence);
        let record = ContactRecord {
            id: next,
            previous_id: Some(id),
            next_id: None,
            initiation_method: onward.method,
            initiated_at: now,
            transfer_completed_at: None,
            disconnected_at: None,
            disconnect_reason: None,
            queue: None,
            agent: None,
            agent_connection_attempts: 0,
            quality: CallQuality::default(),
            ..old.record.clone()
        };
        let new = Contact {
            origin: old.origin,
            segment: old.segment + 1,
            task_depth: old.task_depth,
            ends_at: old.ends_at,
            hooks: old.hooks.clone(),
            logging: old.logging,
            recording: old.recording.clone(),
            chat: old.chat.take(),
            call: old.call.take(),
            ..Contact::new(record, ContactState::InFlow)
        };
        let people = new.chat.iter().flat_map(|chat| &chat.participants);
        for participant in people {
            if let Some(place) = self.participants.get_mut(&participant.id) {
                *place = next;
            }
        }
        let event = ContactEventKind::Transferred {
            next,
            to: onward.to,
            quick_connect: onward.quick_connect,
        };
        self.note(id, event);
        self.insert_contact(new);
        Ok(next)
    }
}

/// Who chose where a contact goes on.
#[derive(Debug, Clone, Copy)]
enum Chosen {
    /// The agent who has it, by quick connect.
    Agent(UserId, QuickConnectId),
    /// A program.
    Outside,
}
