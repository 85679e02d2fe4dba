//! Does what runs ask for, and answers them.

use std::time::Duration;

use flow::Answer;
use flow::command::{
    Command, ContactData, EventHook, FlowError, MetricQuery, NewTask, RoutingBehavior,
    TargetContact, ViewResponse,
};
use model::contact::{Attributes, ContactRecord, QueueRef};
use model::hours::HoursOfOperation;
use model::quality::CallQuality;
use model::resource::{FlowType, Queue};
use model::{Channel, ContactId, FlowId, HoursId, InitiationMethod, Tags};

use crate::call::{Hearing, kinds_of};
use crate::channel;
use crate::chat::INTERACTIVE;
use crate::config::{REFERENCES_MAX, SEGMENTS_MAX, TASK_CHAIN_MAX};
use crate::contact::{Contact, ContactState, Order, QueueStay, RunSlot};
use crate::engine::Engine;
use crate::hours;
use crate::lifecycle::INBOUND_FLOWS;
use crate::offers::QueueRefusal;

const FAILED: Answer = Answer::Failed(FlowError::NoMatchingError);

/// A new task runs its flow with the next tick, not within the flow that made it: tasks whose flows make
/// tasks must let time pass.
const TASK_START_DELAY: Duration = Duration::from_millis(1);

impl Engine {
    /// Does what a run of this contact asks for.
    pub(crate) fn perform(&mut self, id: ContactId, slot: RunSlot, command: Command) -> Answer {
        match command {
            Command::SendMessage { text } => {
                self.say_as_system(id, "text/plain", text);
                Answer::Done
            }
            Command::Play(prompt) => self.hear(id, slot, |number| Hearing::Once { number, prompt }),
            Command::PlayLoop(prompts) => self.hear(id, slot, |_| Hearing::Loop(prompts)),
            Command::Collect(request) => {
                self.hear(id, slot, |number| Hearing::Keys { number, request })
            }
            Command::SetPreviousParticipants(state) => self.set_previous(id, slot, state),
            Command::SetVoice(voice) => self.set_voice(id, voice),
            Command::SetAttributes { changes, target } => done(
                self.meant(id, target)
                    .and_then(|target| self.set_attributes(target, changes).ok()),
            ),
            Command::SetContactData(data) => self.change_data(id, data),
            Command::SetTargetQueue(queue) => self.set_target_queue(id, queue),
            Command::TransferToQueue => self.order_queue(id, slot),
            Command::DequeueAndTransfer(queue) => self.order_requeue(id, slot, queue),
            Command::TransferToAgent => self.order_agent(id, slot),
            Command::FindFlow(flow) => self.find_flow(slot, flow),
            Command::FindModule(module) => self
                .config
                .startable_module(module)
                .map_or(FAILED, Answer::Flow),
            Command::SetEventHook { hook, flow } => self.set_hook(id, hook, flow),
            Command::SetRoutingBehavior(behavior) => self.set_routing(id, behavior),
            Command::SetRecordingBehavior(behavior) => {
                if let Some(contact) = self.contacts.get_mut(&id) {
                    contact.recording = Some(behavior);
                }
                Answer::Done
            }
            Command::CreateTask(task) => self.create_task(id, task).map_or(FAILED, Answer::Created),
            Command::Tag(tags) => done(self.set_tags(id, tags, &[]).ok()),
            Command::Untag(keys) => {
                let keys: Vec<String> = keys.into_iter().collect();
                done(self.set_tags(id, Tags::new(), &keys).ok())
            }
            Command::ShowView {
                view,
                data,
                actions,
                response,
            } => self.show_view(id, &view, &data, &actions, response),
            Command::CheckHours(hours) => self.check_hours(id, hours),
            Command::CheckMetric(query) => self.check_metric(id, query),
            Command::GetMetrics { queue, channel } => {
                let queue = queue.or_else(|| self.working_queue(id));
                queue.map_or(FAILED, |queue| {
                    Answer::Values(self.metric_values(id, queue, channel))
                })
            }
            Command::DrawPercent => Answer::Number(self.ids.below(100) + 1),
        }
    }

    fn meant(&self, id: ContactId, target: TargetContact) -> Option<ContactId> {
        match target {
            TargetContact::Current => Some(id),
            TargetContact::Related => {
                let related = self.contacts.get(&id)?.record.related_id?;
                self.resolve(related).ok()
            }
        }
    }

    fn change_data(&mut self, id: ContactId, data: ContactData) -> Answer {
        let target = data.target.unwrap_or(TargetContact::Current);
        let target = self.meant(id, target);
        done(target.and_then(|target| self.set_contact_data(target, data).ok()))
    }

    /// The queue that blocks mean which name none: the target queue, or the one the contact is in.
    fn working_queue(&self, id: ContactId) -> Option<QueueRef> {
        let contact = self.contacts.get(&id)?;
        let entered = contact.record.queue.as_ref().map(|queue| queue.id);
        contact.target_queue.or(entered)
    }

    fn set_target_queue(&mut self, id: ContactId, queue: QueueRef) -> Answer {
        if self.check_queue_exists(queue).is_err() {
            return FAILED;
        }
        match self.contacts.get_mut(&id) {
            Some(contact) => {
                contact.target_queue = Some(queue);
                Answer::Done
            }
            None => FAILED,
        }
    }

    fn order(&mut self, id: ContactId, order: Order, queue: QueueRef) -> Answer {
        match self.check_queue(queue) {
            Ok(()) => {
                if let Some(contact) = self.contacts.get_mut(&id) {
                    contact.order = Some(order);
                }
                Answer::Done
            }
            Err(QueueRefusal::AtCapacity) => Answer::Failed(FlowError::QueueAtCapacity),
            Err(QueueRefusal::Unavailable) => FAILED,
        }
    }

    fn order_queue(&mut self, id: ContactId, slot: RunSlot) -> Answer {
        let target = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.target_queue);
        match target {
            Some(queue) if slot == RunSlot::Main => self.order(id, Order::Enqueue(queue), queue),
            _ => FAILED,
        }
    }

    fn order_agent(&mut self, id: ContactId, slot: RunSlot) -> Answer {
        let target = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.target_queue);
        match target {
            Some(queue @ QueueRef::Agent(_)) if slot == RunSlot::Main => {
                self.order(id, Order::Enqueue(queue), queue)
            }
            _ => FAILED,
        }
    }

    fn order_requeue(&mut self, id: ContactId, slot: RunSlot, queue: QueueRef) -> Answer {
        let has_room = self
            .contacts
            .get(&id)
            .is_some_and(|contact| contact.segment < SEGMENTS_MAX);
        if slot == RunSlot::Queue && has_room {
            self.order(id, Order::Requeue(queue), queue)
        } else {
            FAILED
        }
    }

    fn find_flow(&self, slot: RunSlot, flow: FlowId) -> Answer {
        self.config
            .startable_flow(flow, kinds_of(slot))
            .map_or(FAILED, Answer::Flow)
    }

    fn set_hook(&mut self, id: ContactId, hook: EventHook, flow: FlowId) -> Answer {
        // Its type is looked at when it is to run; it may be changed until then.
        if self.config.startable_flow(flow, &FlowType::ALL).is_none() {
            return FAILED;
        }
        match self.contacts.get_mut(&id) {
            Some(contact) => {
                contact.hooks.insert(hook, flow);
                Answer::Done
            }
            None => FAILED,
        }
    }

    fn set_routing(&mut self, id: ContactId, behavior: RoutingBehavior) -> Answer {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return FAILED;
        };
        match behavior {
            RoutingBehavior::Priority(priority) => contact.priority = priority.max(1),
            RoutingBehavior::AgeAdjustment(seconds) => contact.age_adjustment_s = seconds,
        }
        if let ContactState::Queued(stay) = contact.state {
            self.move_in_queue(id, stay);
        }
        Answer::Done
    }

    /// A waiting contact's priority or age changed.
    fn move_in_queue(&mut self, id: ContactId, stay: QueueStay) {
        if let Some(contact) = self.contacts.get(&id) {
            self.matcher.enqueue(self.now, contact.waiting(stay));
            self.work.contacts.insert(id);
        }
    }

    fn create_task(&mut self, id: ContactId, task: NewTask) -> Option<ContactId> {
        let flow = self.config.startable_flow(task.flow, INBOUND_FLOWS)?;
        let maker = self.contacts.get(&id)?;
        let has_room = self.contacts.len() < self.config.limits.open_contacts_max
            && maker.task_depth < TASK_CHAIN_MAX
            && task.references.len() <= REFERENCES_MAX;
        let mut attributes = Attributes::default();
        attributes.merge(task.attributes).ok()?;
        if !has_room {
            return None;
        }
        let task_depth = maker.task_depth + 1;
        let (customer_id, language_code) = (
            maker.record.customer_id.clone(),
            maker.record.language_code.clone(),
        );
        let now = self.now;
        let new = ContactId::generate(&mut self.ids);
        let record = ContactRecord {
            id: new,
            initial_id: new,
            previous_id: None,
            next_id: None,
            related_id: Some(id),
            channel: Channel::Task,
            initiation_method: InitiationMethod::Api,
            name: Some(task.name),
            description: task.description,
            language_code,
            customer_id,
            customer_endpoint: None,
            system_endpoint: None,
            customer_display_name: None,
            attributes,
            segment_attributes: std::collections::BTreeMap::new(),
            references: task.references,
            tags: Tags::new(),
            initiated_at: now,
            scheduled_at: None,
            connected_to_system_at: None,
            transfer_completed_at: None,
            disconnected_at: None,
            disconnect_reason: None,
            last_updated_at: now,
            queue: None,
            agent: None,
            agent_connection_attempts: 0,
            quality: CallQuality::default(),
        };
        let at = now.plus(TASK_START_DELAY);
        let mut contact = Contact::new(record, ContactState::Scheduled { at });
        contact.task_depth = task_depth;
        let limits = &self.config.limits;
        contact.ends_at = Some(channel::lifetime_end(Channel::Task, now, None, limits));
        self.insert_contact(contact);
        self.plan_run(new, RunSlot::Main, flow);
        Some(new)
    }

    fn show_view(
        &mut self,
        id: ContactId,
        view: &str,
        data: &serde_json::Value,
        actions: &[String],
        response: ViewResponse,
    ) -> Answer {
        let has_chat = self
            .contacts
            .get(&id)
            .is_some_and(|contact| contact.chat.is_some());
        if !has_chat {
            return Answer::Failed(FlowError::ChannelMismatch);
        }
        let message = serde_json::json!({
            "templateType": "ViewResource",
            "version": "1.0",
            "data": { "view": view, "content": data, "actions": actions },
        });
        self.say_as_system(id, INTERACTIVE, message.to_string().into());
        if let Some(chat) = self.contacts.get_mut(&id).and_then(|it| it.chat.as_mut()) {
            chat.view_response = response;
        }
        Answer::Done
    }

    fn check_hours(&self, id: ContactId, hours: Option<HoursId>) -> Answer {
        let of_queue = || match self.working_queue(id)? {
            QueueRef::Standard(queue) => Some(self.config.get::<Queue>(queue)?.1.hours),
            QueueRef::Agent(_) => None,
        };
        hours
            .or_else(of_queue)
            .and_then(|hours| self.config.get::<HoursOfOperation>(hours))
            .and_then(|(_, hours)| hours::is_open(hours, self.now).ok())
            .map_or(FAILED, Answer::Flag)
    }

    fn check_metric(&self, id: ContactId, query: MetricQuery) -> Answer {
        let channel = self.contacts.get(&id).map(Contact::channel);
        query
            .of
            .or_else(|| self.working_queue(id))
            .zip(channel)
            .map_or(FAILED, |(queue, channel)| {
                Answer::Number(self.metric(query.metric, queue, channel))
            })
    }
}

fn done<T>(result: Option<T>) -> Answer {
    result.map_or(FAILED, |_| Answer::Done)
}
