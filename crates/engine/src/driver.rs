//! Takes the runs of a contact from step to step.

use flow::command::{Command, EventHook, FlowEnd, Next};
use flow::{Answer, FlowKey, FlowLog, FlowRef, FlowRun};
use model::ContactId;
use model::contact::DisconnectReason;
use model::resource::FlowType;

use crate::channel;
use crate::config::{COMMANDS_MAX, SAID_BYTES_MAX};
use crate::contact::{Order, Run, RunSlot, Wait};
use crate::effect::ContactEventKind;
use crate::engine::Engine;
use crate::facts::ContactFacts;

impl Engine {
    /// Gives a contact a run. It begins before the input is over, except where the contact is scheduled.
    pub(crate) fn plan_run(&mut self, id: ContactId, slot: RunSlot, flow: FlowRef) {
        self.drop_run(id, slot);
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let run = FlowRun::start(flow).with_logging(contact.logging);
        for pin in pins(&run) {
            self.config.pin(pin);
        }
        let is_scheduled = matches!(contact.state, crate::ContactState::Scheduled { .. });
        *contact.run_mut(slot) = Some(Run { run, wait: None });
        self.touch(id);
        self.note(id, ContactEventKind::FlowStarted(flow));
        if !is_scheduled {
            self.work.starts.push_back((id, slot));
        }
    }

    /// Gives a waiting contact its customer-queue flow, where one is hooked.
    pub(crate) fn begin_queue_flow(&mut self, id: ContactId) {
        let hooks = self.contacts.get(&id).map(|contact| &contact.hooks);
        let flow = hooks
            .and_then(|hooks| hooks.get(&EventHook::CustomerQueue))
            .copied();
        let flow = flow.and_then(|id| self.config.startable_flow(id, &[FlowType::CustomerQueue]));
        if let Some(flow) = flow {
            self.plan_run(id, RunSlot::Queue, flow);
        }
    }

    /// Ends a run without asking it.
    pub(crate) fn drop_run(&mut self, id: ContactId, slot: RunSlot) {
        let run = self
            .contacts
            .get_mut(&id)
            .and_then(|contact| contact.run_mut(slot).take());
        if let Some(run) = run {
            for pin in pins(&run.run) {
                self.config.unpin(pin);
            }
            self.fall_silent(id, slot);
            self.touch(id);
        }
    }

    /// Begins a planned run; nothing where the contact has ended or moved on meanwhile.
    pub(crate) fn begin_run(&mut self, id: ContactId, slot: RunSlot) {
        let is_planned = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.run(slot))
            .is_some_and(|run| run.wait.is_none());
        if is_planned {
            self.resume_run(id, slot, Answer::Start);
        }
    }

    /// Takes a run on with `answer` until it waits or ends.
    pub(crate) fn resume_run(&mut self, id: ContactId, slot: RunSlot, answer: Answer) {
        let run = self
            .contacts
            .get_mut(&id)
            .and_then(|contact| contact.run_mut(slot).take());
        let Some(mut run) = run else {
            return;
        };
        let pinned = pins(&run.run);
        let end = self.step_until_wait(id, slot, &mut run, answer);
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.logging = run.run.logging();
        }
        if end.is_none() {
            for pin in pins(&run.run) {
                self.config.pin(pin);
            }
            if let Some(contact) = self.contacts.get_mut(&id) {
                *contact.run_mut(slot) = Some(run);
            }
        }
        // Only now: what the run went on with is pinned before what it came from is let go.
        for pin in pinned {
            self.config.unpin(pin);
        }
        self.touch(id);
        if let Some(end) = end {
            self.finish_run(id, slot, &end);
        }
    }

    /// Steps a run; its end, or `None` when it waits.
    fn step_until_wait(
        &mut self,
        id: ContactId,
        slot: RunSlot,
        run: &mut Run,
        mut answer: Answer,
    ) -> Option<FlowEnd> {
        let mut said_bytes = 0;
        for _ in 0..COMMANDS_MAX {
            let contact = self.contacts.get(&id)?;
            let facts = ContactFacts::new(&self.config, contact);
            let step = run.run.step(&self.config, answer, &facts);
            for log in step.log {
                self.note(id, ContactEventKind::Flow(log));
            }
            match step.next {
                Next::Do(command) => {
                    if let Command::SendMessage { text } = &command {
                        said_bytes += text.expose().len();
                        if said_bytes > SAID_BYTES_MAX {
                            let reason = format!(
                                "stopped after saying {SAID_BYTES_MAX} bytes without a wait"
                            );
                            return Some(FlowEnd::Fault(reason));
                        }
                    }
                    answer = self.perform(id, slot, command);
                }
                Next::Wait(wait_for) => {
                    run.wait = Some(Wait::begin(self.now, wait_for));
                    return None;
                }
                Next::End(end) => return Some(end),
            }
        }
        let reason = format!("stopped after {COMMANDS_MAX} commands without a wait");
        Some(FlowEnd::Fault(reason))
    }

    /// What the end of a run means for its contact.
    fn finish_run(&mut self, id: ContactId, slot: RunSlot, end: &FlowEnd) {
        self.fall_silent(id, slot);
        if let FlowEnd::Fault(reason) = end {
            self.note(
                id,
                ContactEventKind::FlowStopped {
                    reason: reason.clone(),
                },
            );
        }
        let order = self
            .contacts
            .get_mut(&id)
            .and_then(|contact| contact.order.take());
        let decides = order.is_none() || matches!(end, FlowEnd::Fault(_));
        if slot == RunSlot::Main && decides && self.return_to_previous(id, end) {
            return;
        }
        match (slot, end, order) {
            (_, FlowEnd::Disconnect, _) => {
                self.end_contact(id, DisconnectReason::ContactFlowDisconnect);
            }
            (RunSlot::Main, FlowEnd::Fault(_), _) => {
                self.end_contact(id, DisconnectReason::SystemError);
            }
            // The customer waits for an agent, not for the flow that fills the time.
            (RunSlot::Queue, FlowEnd::Fault(_), _) => {}
            (RunSlot::Main, _, Some(Order::Enqueue(queue))) => self.enqueue(id, queue, self.now),
            (RunSlot::Queue, _, Some(Order::Requeue(queue))) => self.requeue(id, queue),
            (RunSlot::Main, _, _) => {
                self.end_contact(id, DisconnectReason::ContactFlowDisconnect);
            }
            (RunSlot::Queue, _, _) => {}
            (_, _, _) => self.after_side_run(id, slot),
        }
    }

    /// Whispers are heard, not read: where the channel has no audio, the log says that they were skipped.
    pub(crate) fn note_skipped_whispers(&mut self, id: ContactId) {
        let Some(contact) = self.contacts.get(&id) else {
            return;
        };
        if channel::has_audio(contact.channel()) {
            return;
        }
        let skipped: Vec<FlowRef> = [EventHook::CustomerWhisper, EventHook::AgentWhisper]
            .into_iter()
            .filter_map(|hook| contact.hooks.get(&hook))
            .filter_map(|flow| self.config.current.get(&FlowKey::Flow(*flow)).copied())
            .collect();
        for flow in skipped {
            self.note(
                id,
                ContactEventKind::Flow(FlowLog {
                    flow,
                    block: String::new(),
                    action: "Whisper".to_owned(),
                    outcome: "Skipped".to_owned(),
                    note: Some("whisper flows run on calls only".to_owned()),
                }),
            );
        }
    }
}

/// The versions that a run needs.
pub(crate) fn pins(run: &FlowRun) -> Vec<FlowRef> {
    run.pins().collect()
}
