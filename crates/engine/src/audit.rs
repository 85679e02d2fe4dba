//! The invariants of the engine, checked on demand: in tests, by the simulator, in the running program.

use std::collections::{BTreeMap, BTreeSet};

use model::resource::User;
use model::{AgentContactState, ContactId, Timestamp, UserId};

use crate::agent::Slot;
use crate::chat::Attendance;
use crate::contact::{Contact, ContactState, RunSlot};
use crate::driver::pins;
use crate::engine::Engine;
use crate::matching::Matcher;
use crate::timers::{TimerOf, Timers};

/// An invariant that does not hold: a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A contact says that an agent holds it, and the agent's slots say otherwise.
    #[error("contact {contact} is at agent {agent}, whose slot does not agree")]
    SlotDisagrees {
        /// The contact.
        contact: ContactId,
        /// The agent.
        agent: UserId,
    },
    /// An agent's slot holds a contact that does not know of it.
    #[error("agent {agent} holds contact {contact}, which is not there")]
    SlotWithoutContact {
        /// The agent.
        agent: UserId,
        /// The contact.
        contact: ContactId,
    },
    /// Somebody waits though somebody is free for it.
    #[error("contact {contact} waits while agent {agent} is free for it")]
    WaitsThoughFree {
        /// Who waits.
        contact: ContactId,
        /// Who is free.
        agent: UserId,
    },
    /// A state has outlived its deadline.
    #[error("contact {contact} has outlived its deadline")]
    ContactOverdue {
        /// Which.
        contact: ContactId,
    },
    /// A missed offer was not cleared in time.
    #[error("agent {agent} has a missed contact that should be cleared")]
    AgentOverdue {
        /// Whose.
        agent: UserId,
    },
    /// A contact's state and its runs, record or chat do not fit each other.
    #[error("contact {contact}: {reason}")]
    Inconsistent {
        /// Which.
        contact: ContactId,
        /// What does not fit.
        reason: &'static str,
    },
    /// An index disagrees with the state it is made from.
    #[error("the index of {index} does not agree with the state")]
    IndexDisagrees {
        /// Which index.
        index: &'static str,
    },
    /// Work was left undone at the end of an input.
    #[error("work was left undone at the end of an input")]
    WorkLeft,
}

impl Engine {
    /// All invariants that do not hold at `now`; to be called between inputs, when nothing is due. Costs
    /// as much as the whole state is large.
    pub fn audit(&self, now: Timestamp) -> Vec<Violation> {
        let mut violations = Vec::new();
        if !self.work.is_empty() {
            violations.push(Violation::WorkLeft);
        }
        for contact in self.contacts.values() {
            violations.extend(self.audit_contact(contact, now));
        }
        for (user, agent) in &self.agents {
            for (id, slot) in &agent.slots {
                if !self.slot_is_known(*user, *id, slot) {
                    violations.push(Violation::SlotWithoutContact {
                        agent: *user,
                        contact: *id,
                    });
                }
            }
            if agent.next_clear().is_some_and(|(at, _)| at < now) {
                violations.push(Violation::AgentOverdue { agent: *user });
            }
        }
        if let Some((contact, agent)) = self.matcher.missed_match() {
            violations.push(Violation::WaitsThoughFree { contact, agent });
        }
        let stale = [
            (
                "waiting contacts and free agents",
                self.matcher == self.indexed_matcher(),
            ),
            ("timers", self.timers == self.indexed_timers()),
            (
                "participants",
                self.participants == self.indexed_participants(),
            ),
            (
                "interactions",
                self.interactions == self.indexed_interactions(),
            ),
            ("pinned flows", self.config.pins == self.indexed_pins()),
        ];
        let stale = stale.into_iter().filter(|(_, agrees)| !agrees);
        violations.extend(stale.map(|(index, _)| Violation::IndexDisagrees { index }));
        violations
    }

    fn audit_contact(&self, contact: &Contact, now: Timestamp) -> Vec<Violation> {
        let id = contact.id();
        let mut violations = Vec::new();
        let idle_timeout_ms = self.config.limits.chat_idle_timeout_ms;
        if contact
            .next_due(idle_timeout_ms)
            .is_some_and(|(at, _)| at < now)
        {
            violations.push(Violation::ContactOverdue { contact: id });
        }
        if let Some(agent) = contact.state.agent() {
            let slot = self
                .agents
                .get(&agent)
                .and_then(|found| found.slots.get(&id));
            let fits = match contact.state {
                ContactState::Offered { .. } => Some(AgentContactState::Connecting),
                ContactState::Connected { .. } => Some(AgentContactState::Connected),
                ContactState::WrapUp { .. } => Some(AgentContactState::Ended),
                _ => None,
            };
            if slot.map(|slot| slot.state) != fits {
                violations.push(Violation::SlotDisagrees { contact: id, agent });
            }
        }
        let previous = self.audit_previous(contact);
        violations.extend(
            misfits(contact)
                .chain(previous)
                .map(|reason| Violation::Inconsistent {
                    contact: id,
                    reason,
                }),
        );
        violations
    }

    fn slot_is_known(&self, user: UserId, id: ContactId, slot: &Slot) -> bool {
        if slot.state == AgentContactState::Missed {
            return slot.clear_at.is_some();
        }
        let holder = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.state.agent());
        holder == Some(user)
    }

    fn indexed_matcher(&self) -> Matcher {
        let mut matcher = Matcher::default();
        for (kind, id) in self.config.resources.keys() {
            let profile = (*kind == model::ResourceKind::RoutingProfile)
                .then(|| self.config.get::<model::resource::RoutingProfile>(*id))
                .flatten();
            if let Some((_, body)) = profile {
                matcher.set_profile(self.now, (*id).into(), &body.queues);
            }
        }
        for (user, agent) in &self.agents {
            let body = self.config.get::<User>(*user).map(|(_, body)| body);
            matcher.set_agent(
                *user,
                body.map(|body| agent.availability(body, &self.config)),
            );
        }
        for contact in self.contacts.values() {
            if let ContactState::Queued(stay) = contact.state {
                matcher.enqueue(self.now, contact.waiting(stay));
            }
        }
        matcher
    }

    fn indexed_timers(&self) -> Timers {
        let mut timers = Timers::default();
        let idle_timeout_ms = self.config.limits.chat_idle_timeout_ms;
        for (id, contact) in &self.contacts {
            let due = contact.next_due(idle_timeout_ms).map(|(at, _)| at);
            timers.set(TimerOf::Contact(*id), due);
        }
        for (user, agent) in &self.agents {
            timers.set(TimerOf::Agent(*user), agent.next_clear().map(|(at, _)| at));
        }
        timers
    }

    fn indexed_participants(&self) -> BTreeMap<model::ParticipantId, ContactId> {
        self.contacts
            .iter()
            .flat_map(|(id, contact)| {
                let people = contact.chat.iter().flat_map(|chat| &chat.participants);
                let present = people.filter(|p| p.attendance != Attendance::Left);
                present.map(|p| (p.id, *id))
            })
            .collect()
    }

    fn indexed_interactions(&self) -> BTreeMap<ContactId, ContactId> {
        let going_on = self
            .contacts
            .values()
            .filter(|contact| !contact.state.is_wrap_up() && contact.away.is_none());
        going_on
            .map(|contact| (contact.origin, contact.id()))
            .collect()
    }

    fn indexed_pins(&self) -> BTreeMap<flow::FlowRef, usize> {
        let mut counts = BTreeMap::new();
        for contact in self.contacts.values() {
            for run in RunSlot::ALL.into_iter().filter_map(|s| contact.run(s)) {
                for pin in pins(&run.run) {
                    *counts.entry(pin).or_default() += 1;
                }
            }
        }
        counts
    }
}

/// What within a contact does not fit.
fn misfits(contact: &Contact) -> impl Iterator<Item = &'static str> {
    let record = &contact.record;
    let state = &contact.state;
    let ids: BTreeSet<_> = contact
        .chat
        .iter()
        .flat_map(|c| &c.participants)
        .map(|p| p.id)
        .collect();
    let people = contact
        .chat
        .as_ref()
        .map_or(0, |chat| chat.participants.len());
    let in_queue = matches!(
        state,
        ContactState::Queued(_) | ContactState::Offered { .. }
    );
    let has_main = contact.main_run.is_some();
    let decides = matches!(state, ContactState::InFlow | ContactState::Scheduled { .. });
    [
        (
            decides != has_main,
            "its state and the presence of a main run do not agree",
        ),
        (
            contact.queue_run.is_some() && !in_queue,
            "a queue flow runs outside of a queue",
        ),
        (
            in_queue
                && record
                    .queue
                    .as_ref()
                    .is_none_or(|queue| queue.dequeued_at.is_some()),
            "it waits, but its record says otherwise",
        ),
        (
            state.is_wrap_up() != record.disconnected_at.is_some(),
            "wrap-up and the time of disconnection do not agree",
        ),
        (
            matches!(state, ContactState::Connected { .. }) && record.agent.is_none(),
            "it is connected, but its record has no agent",
        ),
        (
            ids.len() != people,
            "a participant stands twice in its chat",
        ),
        (
            contact.call.is_some() && state.is_wrap_up(),
            "its call goes on after its end",
        ),
        (
            contact.call.is_none() && contact.has_side_run(),
            "a flow accompanies a call that is not there",
        ),
        (
            contact.order.is_some(),
            "an order of a flow was not carried out",
        ),
    ]
    .into_iter()
    .filter(|(is_wrong, _)| *is_wrong)
    .map(|(_, reason)| reason)
}
