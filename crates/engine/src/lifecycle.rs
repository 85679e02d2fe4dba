//! How contacts begin and end.

use flow::FlowRef;
use flow::command::{ContactData, EventHook};
use model::contact::{ContactRecord, DisconnectReason, QueueRef};
use model::quality::CallQuality;
use model::resource::{FlowType, QuickConnect, QuickConnectDestination};
use model::{Channel, ContactId, InitiationMethod, TAGS_MAX, Tags, UserId};

use crate::call::Call;
use crate::channel;
use crate::chat::Chat;
use crate::config::REFERENCES_MAX;
use crate::contact::{Contact, ContactState, RunSlot};
use crate::effect::{ContactEventKind, Effect, Rejection, Reply};
use crate::engine::Engine;
use crate::input::{Destination, StartContact};
use crate::transfer::NextSegment;

/// Flows that a contact can begin in.
pub(crate) const INBOUND_FLOWS: &[FlowType] = &[FlowType::ContactFlow];

/// Flows that a contact can go on in after a transfer.
pub(crate) const TRANSFER_FLOWS: &[FlowType] = &[
    FlowType::ContactFlow,
    FlowType::AgentTransfer,
    FlowType::QueueTransfer,
];

impl Engine {
    pub(crate) fn start_contact(&mut self, start: StartContact) -> Result<Reply, Rejection> {
        self.check_start(&start)?;
        let (flow, target_queue) = self.destination(start.destination)?;
        let scheduled_at = start.scheduled_at.filter(|at| *at > self.now);
        let begins_at = scheduled_at.unwrap_or(self.now);
        let limits = &self.config.limits;
        let ends_at =
            channel::lifetime_end(start.channel, begins_at, start.duration_max_min, limits);
        let id = start.contact;
        let chat = start
            .customer
            .as_ref()
            .map(|(participant, name)| Chat::with_customer(*participant, name.clone()));
        if let Some((participant, _)) = start.customer {
            self.participants.insert(participant, id);
        }
        let call = (start.channel == Channel::Voice)
            .then(|| Call::with_headers(start.sip_headers.clone()));
        let said = start
            .customer
            .as_ref()
            .map(|(id, _)| *id)
            .zip(start.initial_message.clone());
        let state = scheduled_at.map_or(ContactState::InFlow, |at| ContactState::Scheduled { at });
        let mut contact = Contact::new(self.first_record(start), state);
        contact.ends_at = Some(ends_at);
        contact.target_queue = target_queue;
        contact.chat = chat;
        contact.call = call;
        self.insert_contact(contact);
        if let Some((participant, (item, content))) = said {
            // What can be refused was refused before: the chat is new and the customer is in it. The
            // contact is accepted in any case.
            let said = self.say(id, participant, item, content);
            debug_assert!(said.is_ok(), "{said:?}");
        }
        self.plan_run(id, RunSlot::Main, flow);
        Ok(Reply::Started(id))
    }

    fn check_start(&self, start: &StartContact) -> Result<(), Rejection> {
        if self.contacts.contains_key(&start.contact)
            || self.interactions.contains_key(&start.contact)
            || self.has_just_closed(start.contact)
        {
            return Err(Rejection::Duplicate);
        }
        if self.contacts.len() >= self.config.limits.open_contacts_max {
            return Err(Rejection::LimitReached);
        }
        if start.references.len() > REFERENCES_MAX || start.tags.len() > TAGS_MAX {
            return Err(Rejection::TooLarge);
        }
        match (start.channel, &start.customer) {
            (Channel::Voice, None) => {
                if start.scheduled_at.is_none() && start.initial_message.is_none() {
                    Ok(())
                } else {
                    Err(Rejection::WrongState)
                }
            }
            (Channel::Chat, Some((participant, _))) => {
                if start.scheduled_at.is_some() {
                    return Err(Rejection::WrongState);
                }
                if let Some((_, content)) = &start.initial_message {
                    crate::chat::check_sayable(content)?;
                    if self.config.limits.transcript_items_max == 0 {
                        return Err(Rejection::LimitReached);
                    }
                }
                let known = self.participants.contains_key(participant);
                if known {
                    Err(Rejection::Duplicate)
                } else {
                    Ok(())
                }
            }
            (Channel::Task, None) if start.initial_message.is_none() => Ok(()),
            (_, _) => Err(Rejection::WrongState),
        }
    }

    fn destination(
        &self,
        destination: Destination,
    ) -> Result<(FlowRef, Option<QueueRef>), Rejection> {
        match destination {
            Destination::Flow(flow) => {
                let flow = self.config.startable_flow(flow, INBOUND_FLOWS);
                Ok((flow.ok_or(Rejection::UnknownFlow)?, None))
            }
            Destination::QuickConnect(id) => {
                let (_, body) = self
                    .config
                    .get::<QuickConnect>(id)
                    .ok_or(Rejection::UnknownDestination)?;
                let (flow, queue) = match body.destination {
                    QuickConnectDestination::User { user, flow } => (flow, QueueRef::Agent(user)),
                    QuickConnectDestination::Queue { queue, flow } => {
                        (flow, QueueRef::Standard(queue))
                    }
                    QuickConnectDestination::PhoneNumber(_) => return Err(Rejection::WrongChannel),
                };
                self.check_queue_exists(queue)?;
                let flow = self.config.startable_flow(flow, TRANSFER_FLOWS);
                Ok((flow.ok_or(Rejection::UnknownFlow)?, Some(queue)))
            }
        }
    }

    fn first_record(&self, start: StartContact) -> ContactRecord {
        let initial_id = start.previous.map_or(start.contact, |previous| {
            self.contacts
                .get(&previous)
                .map_or(previous, |contact| contact.record.initial_id)
        });
        let is_answered = matches!(start.channel, Channel::Voice | Channel::Chat);
        ContactRecord {
            id: start.contact,
            initial_id,
            previous_id: start.previous,
            next_id: None,
            related_id: start.related,
            channel: start.channel,
            initiation_method: start.initiation_method,
            name: start.name,
            description: start.description,
            language_code: None,
            customer_id: start.customer_id,
            customer_endpoint: start.customer_endpoint,
            system_endpoint: start.system_endpoint,
            customer_display_name: start.customer.map(|(_, name)| name),
            attributes: start.attributes,
            segment_attributes: start.segment_attributes,
            references: start.references,
            tags: start.tags,
            initiated_at: self.now,
            scheduled_at: start.scheduled_at,
            connected_to_system_at: is_answered.then_some(self.now),
            transfer_completed_at: None,
            disconnected_at: None,
            disconnect_reason: None,
            last_updated_at: self.now,
            queue: None,
            agent: None,
            agent_connection_attempts: 0,
            quality: CallQuality::default(),
        }
    }

    /// Takes a new contact or segment in.
    pub(crate) fn insert_contact(&mut self, contact: Contact) {
        let id = contact.id();
        self.interactions.insert(contact.origin, id);
        self.contacts.insert(id, contact);
        self.touch(id);
        self.note(id, ContactEventKind::Initiated);
    }

    pub(crate) fn stop_contact(
        &mut self,
        contact: ContactId,
        reason: DisconnectReason,
    ) -> Result<Reply, Rejection> {
        let id = self.resolve(contact)?;
        if self
            .contacts
            .get(&id)
            .is_some_and(|found| found.state.is_wrap_up())
        {
            return Err(Rejection::WrongState);
        }
        self.end_contact(id, reason);
        Ok(Reply::Done)
    }

    /// The agent is done. A disconnect flow, where one is hooked, goes on with the customer of a chat or call.
    pub(crate) fn end_by_agent(
        &mut self,
        agent: UserId,
        id: ContactId,
    ) -> Result<Reply, Rejection> {
        let contact = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        let ContactState::Connected { agent: owner, .. } = contact.state else {
            return Err(Rejection::NotYourContact);
        };
        if owner != agent {
            return Err(Rejection::NotYourContact);
        }
        if let Some(next) = contact.away {
            self.release_previous(next);
            return Ok(Reply::Done);
        }
        let reason = channel::agent_end_reason(contact.channel());
        let hook = contact.hooks.get(&EventHook::CustomerRemaining).copied();
        let flow = hook
            .filter(|_| contact.chat.is_some() || contact.call.is_some())
            .and_then(|flow| self.config.startable_flow(flow, INBOUND_FLOWS));
        let next = flow.and_then(|flow| {
            let onward = NextSegment {
                method: InitiationMethod::Disconnect,
                reason,
                to: None,
                quick_connect: None,
            };
            let next = self.next_segment(id, &onward).ok()?;
            Some((next, flow))
        });
        match next {
            Some((next, flow)) => self.plan_run(next, RunSlot::Main, flow),
            None => self.end_contact(id, reason),
        }
        Ok(Reply::Done)
    }

    /// It has lived as long as it may.
    pub(crate) fn expire(&mut self, id: ContactId) {
        self.end_contact(id, DisconnectReason::Expired);
    }

    /// Ends a contact for the customer, whatever its state. With an agent, wrap-up follows; otherwise its
    /// record is written at once. A contact in wrap-up has ended already. Where an agent stays on the line
    /// of the next segment, both segments end.
    pub(crate) fn end_contact(&mut self, id: ContactId, reason: DisconnectReason) {
        let id = self.away(id).unwrap_or(id);
        let Some(contact) = self.contacts.get(&id) else {
            return;
        };
        if contact.state.is_wrap_up() {
            return;
        }
        let origin = contact.origin;
        self.interactions.remove(&origin);
        let previous = self.previous_of(id);
        self.end_chat(id);
        self.end_call(id);
        self.end_segment(id, reason);
        if let Some(previous) = previous {
            if let Some(before) = self.contacts.get_mut(&previous.contact) {
                before.away = None;
            }
            self.end_segment(previous.contact, reason);
        }
    }

    /// Ends a segment: its runs, its stay in a queue, its record's open times.
    pub(crate) fn end_segment(&mut self, id: ContactId, reason: DisconnectReason) {
        for slot in RunSlot::ALL {
            self.drop_run(id, slot);
        }
        self.leave_queue(id);
        let now = self.now;
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.record.disconnected_at = Some(now);
            contact.record.disconnect_reason = Some(reason);
        }
        self.note(id, ContactEventKind::Disconnected { reason });
        let state = self.contacts.get(&id).map(|contact| contact.state);
        match state {
            Some(ContactState::Connected { agent, .. }) => self.begin_wrap_up(agent, id),
            Some(_) => self.close(id),
            None => {}
        }
    }

    /// Writes the record of a contact that is over for all, and forgets the contact.
    pub(crate) fn close(&mut self, id: ContactId) {
        // INVARIANT: the only place where a contact leaves `contacts`, and the only one that makes a
        // record: each accepted contact has exactly one.
        if let Some(mut contact) = self.contacts.remove(&id) {
            contact.record.last_updated_at = self.now;
            self.forget(id);
            self.effect(Effect::Record(Box::new(contact.record)));
        }
    }
}

/// What changes from outside.
impl Engine {
    pub(crate) fn set_attributes(
        &mut self,
        contact: ContactId,
        changes: Vec<(String, String)>,
    ) -> Result<Reply, Rejection> {
        let id = self.resolve(contact)?;
        let found = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        let merged = found.record.attributes.merge(changes);
        merged.map_err(|_| Rejection::TooLarge)?;
        self.note_data_updated(id);
        Ok(Reply::Done)
    }

    pub(crate) fn set_contact_data(
        &mut self,
        contact: ContactId,
        data: ContactData,
    ) -> Result<Reply, Rejection> {
        let id = self.resolve(contact)?;
        let found = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        let record = &mut found.record;
        let new = data
            .references
            .keys()
            .filter(|key| !record.references.contains_key(*key));
        if record.references.len() + new.count() > REFERENCES_MAX {
            return Err(Rejection::TooLarge);
        }
        record.references.extend(data.references);
        record.name = data.name.or(record.name.take());
        record.description = data.description.or(record.description.take());
        record.language_code = data.language_code.or(record.language_code.take());
        record.customer_id = data.customer_id.or(record.customer_id.take());
        self.note_data_updated(id);
        Ok(Reply::Done)
    }

    pub(crate) fn set_tags(
        &mut self,
        contact: ContactId,
        add: Tags,
        remove: &[String],
    ) -> Result<Reply, Rejection> {
        let id = self.resolve(contact)?;
        let found = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        let mut tags = found.record.tags.clone();
        tags.retain(|key, _| !remove.contains(key));
        tags.extend(add);
        if tags.len() > TAGS_MAX {
            return Err(Rejection::TooLarge);
        }
        found.record.tags = tags;
        self.note_data_updated(id);
        Ok(Reply::Done)
    }
}
