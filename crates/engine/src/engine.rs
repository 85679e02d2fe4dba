//! The engine: takes one input at a time, lets what is due happen, and brings waiting contacts and free
//! agents together.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::FlowRef;
use model::{ContactId, IdSource, InstanceScope, ParticipantId, Timestamp, UserId};

use crate::agent::Agent;
use crate::config::{Config, Limits, TICK_EFFECTS_MAX};
use crate::contact::{Contact, ContactState, Due, RunSlot};
use crate::effect::{
    AgentEvent, AgentEventKind, Changes, ContactEvent, ContactEventKind, Effect, Outcome,
    Rejection, Reply,
};
use crate::input::Input;
use crate::matching::Matcher;
use crate::restore;
use crate::timers::{TimerOf, Timers};

/// One contact center, in memory.
#[derive(Debug)]
pub struct Engine {
    pub(crate) config: Config,
    pub(crate) ids: IdSource,
    /// The latest time that was ever told; time never goes back.
    pub(crate) now: Timestamp,
    pub(crate) contacts: BTreeMap<ContactId, Contact>,
    pub(crate) agents: BTreeMap<UserId, Agent>,
    pub(crate) matcher: Matcher,
    pub(crate) timers: Timers,
    /// The segment that goes on, by the first segment of its interaction.
    pub(crate) interactions: BTreeMap<ContactId, ContactId>,
    /// The chat in which a participant is, until leaving.
    pub(crate) participants: BTreeMap<ParticipantId, ContactId>,
    pub(crate) work: Work,
    touched: BTreeSet<ContactId>,
    unsaved: Unsaved,
    effects: Vec<Effect>,
    agents_changed: BTreeSet<UserId>,
    updates_noted: BTreeSet<ContactId>,
}

/// What is still to be done within an input.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Runs to begin. A queue, not recursion: flows that start flows must not grow the stack.
    pub(crate) starts: VecDeque<(ContactId, RunSlot)>,
    /// Contacts for which an agent is sought.
    pub(crate) contacts: BTreeSet<ContactId>,
    /// Agents for whom a contact is sought.
    pub(crate) agents: BTreeSet<UserId>,
}

impl Work {
    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty() && self.contacts.is_empty() && self.agents.is_empty()
    }
}

#[derive(Debug, Default)]
struct Unsaved {
    contacts: BTreeSet<ContactId>,
    closed: BTreeSet<ContactId>,
    agents: BTreeSet<UserId>,
    removed_agents: BTreeSet<UserId>,
}

/// What the program calls.
impl Engine {
    /// An engine without configuration, contacts and agents. `ids` makes the ids of segments,
    /// participants and transcript items.
    pub fn new(scope: InstanceScope, limits: Limits, ids: IdSource) -> Self {
        Self {
            config: Config::new(scope, limits),
            ids,
            now: Timestamp::from_millis(i64::MIN),
            contacts: BTreeMap::new(),
            agents: BTreeMap::new(),
            matcher: Matcher::default(),
            timers: Timers::default(),
            interactions: BTreeMap::new(),
            participants: BTreeMap::new(),
            work: Work::default(),
            touched: BTreeSet::new(),
            unsaved: Unsaved::default(),
            effects: Vec::new(),
            agents_changed: BTreeSet::new(),
            updates_noted: BTreeSet::new(),
        }
    }

    /// Takes one input. What is due at `now` happens first, so nobody can act on a state whose deadline
    /// has passed. A `now` before the last one counts as the last one. Much that is due at once takes
    /// several ticks, until [`Engine::next_deadline`] lies ahead: give them before other inputs, each with
    /// a commit of its own.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Outcome {
        self.now = self.now.max(now);
        self.settle();
        let effects_max = match input {
            Input::Tick => TICK_EFFECTS_MAX,
            _ => usize::MAX,
        };
        self.fire_due(effects_max);
        let reply = self.dispatch(input);
        self.settle();
        self.save_touched();
        self.updates_noted.clear();
        let changed = std::mem::take(&mut self.agents_changed);
        self.effects
            .extend(changed.into_iter().map(Effect::AgentChanged));
        Outcome {
            reply,
            effects: std::mem::take(&mut self.effects),
        }
    }

    /// When [`Input::Tick`] is due; a time in the past: at once.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        if !self.work.is_empty() {
            return Some(self.now);
        }
        [self.timers.next(), self.matcher.next_ripening()]
            .into_iter()
            .flatten()
            .min()
    }

    /// What changed since the last call, each row once: to be committed together with the effects of all
    /// inputs handled since then.
    pub fn take_changes(&mut self) -> Changes {
        let unsaved = std::mem::take(&mut self.unsaved);
        let contacts = unsaved.contacts.into_iter().filter_map(|id| {
            let contact = self.contacts.get(&id)?;
            Some((id, restore::contact_row(contact)))
        });
        let agents = unsaved.agents.into_iter().filter_map(|id| {
            let agent = self.agents.get(&id)?;
            Some((id, restore::agent_row(agent)))
        });
        Changes {
            contacts: contacts.collect(),
            closed: unsaved.closed.into_iter().collect(),
            agents: agents.collect(),
            removed_agents: unsaved.removed_agents.into_iter().collect(),
            released_flows: std::mem::take(&mut self.config.released),
        }
    }

    /// The configuration as the engine knows it.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Versions of flows that open contacts run: they must be kept and be given to [`Engine::restore`].
    pub fn pinned_flows(&self) -> impl Iterator<Item = FlowRef> {
        self.config.pins.keys().copied()
    }
}

impl Engine {
    fn dispatch(&mut self, input: Input) -> Result<Reply, Rejection> {
        match input {
            Input::Tick => Ok(Reply::Done),
            Input::Config(change) => {
                self.reconfigure(change);
                Ok(Reply::Done)
            }
            Input::StartContact(start) => self.start_contact(start),
            Input::StopContact { contact, reason } => self.stop_contact(contact, reason),
            Input::TransferContact {
                contact,
                flow,
                target,
            } => self.transfer_contact(contact, flow, target),
            Input::QuickConnect {
                agent,
                contact,
                quick_connect,
            } => self.transfer_by_quick_connect(agent, contact, quick_connect),
            Input::SetAttributes { contact, changes } => self.set_attributes(contact, changes),
            Input::SetContactData { contact, data } => self.set_contact_data(contact, data),
            Input::SetTags {
                contact,
                add,
                remove,
            } => self.set_tags(contact, add, &remove),
            Input::SetAgentStatus { agent, status } => self.set_agent_status(agent, status),
            Input::AcceptOffer { agent, contact } => self.accept_offer(agent, contact),
            Input::DeclineOffer { agent, contact } => self.decline_offer(agent, contact),
            Input::EndContact { agent, contact } => self.end_by_agent(agent, contact),
            Input::Call { call, event } => self.call_event(call, event),
            Input::Hold { agent, contact, on } => self.hold(agent, contact, on),
            Input::Recording {
                contact,
                by,
                changes,
            } => self.change_recording(contact, by, &changes),
            Input::CompleteContact { agent, contact } => self.complete_contact(agent, contact),
            Input::ParticipantConnected {
                contact,
                participant,
            } => self.participant_connected(contact, participant),
            Input::ParticipantLeft {
                contact,
                participant,
            } => self.participant_left(contact, participant),
            Input::Say {
                contact,
                participant,
                item,
                content,
            } => self.say(contact, participant, item, content),
            Input::SubmitView {
                contact,
                participant,
                action,
                data,
            } => self.submit_view(contact, participant, action, data),
        }
    }

    /// Lets everything happen whose time has come, until there are so many effects.
    fn fire_due(&mut self, effects_max: usize) {
        while self.effects.len() < effects_max {
            self.save_touched();
            // All that are ripe become visible before one is offered: their order must hold.
            while let Some(contact) = self.matcher.ripen(self.now) {
                self.work.contacts.insert(contact);
            }
            self.settle();
            self.save_touched();
            match self.timers.due(self.now) {
                Some(TimerOf::Contact(id)) => self.fire_contact(id),
                Some(TimerOf::Agent(id)) => self.clear_missed(id),
                None => return,
            }
            self.settle();
        }
    }

    fn fire_contact(&mut self, id: ContactId) {
        let idle_timeout_ms = self.config.limits.chat_idle_timeout_ms;
        let due = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.next_due(idle_timeout_ms));
        let Some((at, due)) = due else {
            self.timers.set(TimerOf::Contact(id), None);
            return;
        };
        self.touch(id);
        if at > self.now {
            return;
        }
        match due {
            Due::Lifetime => self.expire(id),
            Due::Idle => self.disconnect_idle(id),
            Due::State => self.fire_state(id),
            Due::Wait(slot) => self.resume_run(id, slot, flow::Answer::TimedOut),
        }
    }

    fn fire_state(&mut self, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        match contact.state {
            ContactState::Scheduled { .. } => {
                contact.state = ContactState::InFlow;
                self.work.starts.push_back((id, RunSlot::Main));
            }
            ContactState::Offered { agent, .. } => self.miss_offer(agent, id, Missed::Expired),
            ContactState::WrapUp { agent, .. } => self.finish_wrap_up(agent, id),
            ContactState::InFlow | ContactState::Queued(_) | ContactState::Connected { .. } => {}
        }
    }

    /// Begins the runs that are to begin, then offers contacts to agents until nobody waits for whom
    /// somebody is free.
    fn settle(&mut self) {
        loop {
            if let Some((contact, slot)) = self.work.starts.pop_front() {
                self.begin_run(contact, slot);
            } else if let Some(contact) = self.work.contacts.pop_first() {
                self.find_agents(contact);
            } else if let Some(agent) = self.work.agents.pop_first() {
                self.find_contacts(agent);
            } else {
                return;
            }
        }
    }

    /// Seeks an agent for this contact. The agent found takes what is most urgent for that agent, which
    /// may be another contact that came back at the same moment.
    fn find_agents(&mut self, contact: ContactId) {
        while let Some(agent) = self.matcher.best_agent(contact) {
            let Some(next) = self.matcher.best_contact(agent) else {
                return;
            };
            if !self.offer(next, agent) || next == contact {
                return;
            }
        }
    }

    fn find_contacts(&mut self, agent: UserId) {
        while let Some(contact) = self.matcher.best_contact(agent) {
            let taker = self.matcher.best_agent(contact).unwrap_or(agent);
            let next = self.matcher.best_contact(taker).unwrap_or(contact);
            if !self.offer(next, taker) {
                return;
            }
        }
    }
}

/// What every part of the engine uses.
impl Engine {
    /// Marks a contact as changed: its row is written and its timer set anew.
    pub(crate) fn touch(&mut self, contact: ContactId) {
        self.touched.insert(contact);
    }

    /// Marks an agent as changed, tells the matcher and the workspace, and sets the timer.
    pub(crate) fn touch_agent(&mut self, user: UserId) {
        self.agents_changed.insert(user);
        let Some(agent) = self.agents.get(&user) else {
            self.unsaved.agents.remove(&user);
            self.unsaved.removed_agents.insert(user);
            self.timers.set(TimerOf::Agent(user), None);
            self.matcher.set_agent(user, None);
            return;
        };
        self.unsaved.agents.insert(user);
        self.unsaved.removed_agents.remove(&user);
        let clear_at = agent.next_clear().map(|(at, _)| at);
        self.timers.set(TimerOf::Agent(user), clear_at);
        self.index_agent(user);
    }

    /// Tells the matcher of an agent's availability.
    pub(crate) fn index_agent(&mut self, user: UserId) {
        let availability = self.agents.get(&user).and_then(|agent| {
            let (_, body) = self.config.get(user)?;
            Some(agent.availability(body, &self.config))
        });
        self.matcher.set_agent(user, availability);
        if availability.is_some_and(|a| !a.open.is_empty()) {
            self.work.agents.insert(user);
        }
    }

    pub(crate) fn forget(&mut self, contact: ContactId) {
        self.touched.remove(&contact);
        self.unsaved.contacts.remove(&contact);
        self.unsaved.closed.insert(contact);
        self.timers.set(TimerOf::Contact(contact), None);
    }

    /// Whether a contact was closed since the last [`Engine::take_changes`]. Afterwards the store knows
    /// of it; until then only the engine can tell that a start is a repeated one.
    pub(crate) fn has_just_closed(&self, contact: ContactId) -> bool {
        self.unsaved.closed.contains(&contact)
    }

    fn save_touched(&mut self) {
        let idle_timeout_ms = self.config.limits.chat_idle_timeout_ms;
        while let Some(id) = self.touched.pop_first() {
            self.tell_call(id);
            let Some(contact) = self.contacts.get_mut(&id) else {
                continue;
            };
            contact.record.last_updated_at = self.now;
            let due = contact.next_due(idle_timeout_ms).map(|(at, _)| at);
            self.timers.set(TimerOf::Contact(id), due);
            self.unsaved.contacts.insert(id);
        }
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Notes an event of a contact's history.
    pub(crate) fn note(&mut self, contact: ContactId, kind: ContactEventKind) {
        if let Some(found) = self.contacts.get(&contact) {
            self.effects.push(Effect::ContactEvent(ContactEvent {
                contact,
                initial_contact: found.record.initial_id,
                channel: found.record.channel,
                at: self.now,
                kind,
            }));
        }
    }

    /// Notes that attributes or other data of a contact changed: once per input, however often a flow
    /// changes them.
    pub(crate) fn note_data_updated(&mut self, contact: ContactId) {
        self.touch(contact);
        if self.updates_noted.insert(contact) {
            self.note(contact, ContactEventKind::DataUpdated);
        }
    }

    /// Notes an event of an agent's history.
    pub(crate) fn note_agent(&mut self, agent: UserId, kind: AgentEventKind) {
        self.effects.push(Effect::AgentEvent(AgentEvent {
            agent,
            at: self.now,
            kind,
        }));
    }

    /// The open contact that is meant by `id`: itself, or the segment that goes on where `id` is the first
    /// of an interaction and over.
    pub(crate) fn resolve(&self, id: ContactId) -> Result<ContactId, Rejection> {
        if self.contacts.contains_key(&id) {
            return Ok(id);
        }
        let current = self.interactions.get(&id).copied();
        current.ok_or(Rejection::UnknownContact)
    }
}

/// How an offer was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missed {
    Expired,
    Declined,
}
