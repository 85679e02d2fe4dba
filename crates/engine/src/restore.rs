//! State rows: what [`Engine::take_changes`] writes and [`Engine::restore`] takes back.
//!
//! A row is the JSON of the state, with a format number. Indexes are never stored: they are made anew
//! from the rows and the configuration. The caller seals the rows: they hold personal values.

use std::sync::Arc;

use flow::{Flow, FlowRef};
use model::{AgentContactState, ContactId, IdSource, InstanceScope, Timestamp, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::agent::{Agent, Slot};
use crate::chat::Attendance;
use crate::config::{ConfigChange, Limits};
use crate::contact::{Contact, ContactState, RunSlot};
use crate::driver::pins;
use crate::engine::Engine;
use crate::timers::TimerOf;

/// The format of the rows that this program writes.
pub const ROW_FORMAT: u32 = 1;

/// What an engine is restored from.
#[derive(Debug, Default)]
pub struct Stored {
    /// The configuration, in any order.
    pub config: Vec<ConfigChange>,
    /// Versions of flows that were pinned ([`Engine::pinned_flows`]) and are not current any more.
    pub pinned_flows: Vec<(FlowRef, Arc<Flow>)>,
    /// State rows of open contacts.
    pub contacts: Vec<(ContactId, Vec<u8>)>,
    /// State rows of agents.
    pub agents: Vec<(UserId, Vec<u8>)>,
}

/// Why an engine cannot be restored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A row was written by a newer program.
    #[error(
        "the state of {row} has format {format}, which this program does not know: use the version that wrote it"
    )]
    UnknownFormat {
        /// Whose row.
        row: RowOf,
        /// Its format.
        format: u32,
    },
    /// A row cannot be read. The reason names no values.
    #[error("the state of {row} cannot be read (line {line}, column {column}): restore a backup")]
    Unreadable {
        /// Whose row.
        row: RowOf,
        /// Where the fault lies; 0 where the row as a whole is meant.
        line: usize,
        /// Where in the line.
        column: usize,
    },
}

/// Whose row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOf {
    /// An open contact's.
    Contact(ContactId),
    /// An agent's.
    Agent(UserId),
}

impl std::fmt::Display for RowOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contact(id) => write!(f, "contact {id}"),
            Self::Agent(id) => write!(f, "agent {id}"),
        }
    }
}

#[derive(Serialize)]
struct RowOut<'a, T> {
    format: u32,
    state: &'a T,
}

#[derive(Deserialize)]
struct RowFormat {
    format: u32,
}

#[derive(Deserialize)]
struct RowIn<T> {
    state: T,
}

pub(crate) fn contact_row(contact: &Contact) -> Vec<u8> {
    write_row(contact)
}

pub(crate) fn agent_row(agent: &Agent) -> Vec<u8> {
    write_row(agent)
}

fn write_row<T: Serialize>(state: &T) -> Vec<u8> {
    // Serializing to memory fails only for maps whose keys are no strings; the state has none, and the
    // round trip of every kind of state is tested.
    serde_json::to_vec(&RowOut {
        format: ROW_FORMAT,
        state,
    })
    .unwrap_or_default()
}

fn read_row<T: DeserializeOwned>(row: RowOf, bytes: &[u8]) -> Result<T, RestoreError> {
    let unreadable = |error: serde_json::Error| RestoreError::Unreadable {
        row,
        line: error.line(),
        column: error.column(),
    };
    let RowFormat { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if format != ROW_FORMAT {
        return Err(RestoreError::UnknownFormat { row, format });
    }
    let RowIn { state } = serde_json::from_slice(bytes).map_err(unreadable)?;
    Ok(state)
}

impl Engine {
    /// The engine as it was when `stored` was written. Nothing happens yet: what came due meanwhile
    /// happens with the next input, and [`Engine::next_deadline`] says that it is due.
    pub fn restore(
        scope: InstanceScope,
        limits: Limits,
        ids: IdSource,
        now: Timestamp,
        stored: Stored,
    ) -> Result<Self, RestoreError> {
        let mut engine = Self::new(scope, limits, ids);
        engine.now = now;
        for (at, flow) in stored.pinned_flows {
            engine.config.flows.insert(at, flow);
        }
        // Agents before the configuration, so that users find their agents.
        for (user, bytes) in stored.agents {
            let agent: Agent = read_row(RowOf::Agent(user), &bytes)?;
            engine.agents.insert(user, agent);
        }
        for (id, bytes) in stored.contacts {
            let contact: Contact = read_row(RowOf::Contact(id), &bytes)?;
            if contact.id() != id {
                return Err(RestoreError::Unreadable {
                    row: RowOf::Contact(id),
                    line: 0,
                    column: 0,
                });
            }
            engine.contacts.insert(id, contact);
        }
        engine.index_contacts();
        engine.restore_slots();
        for change in stored.config {
            engine.reconfigure(change);
        }
        engine.drop_unpinned_flows();
        engine.remove_orphans();
        Ok(engine)
    }

    fn index_contacts(&mut self) {
        let idle_timeout_ms = self.config.limits.chat_idle_timeout_ms;
        for (id, contact) in &self.contacts {
            // Time goes on from the latest that was stored, though the clock was set back meanwhile.
            self.now = self.now.max(contact.record.last_updated_at);
            let due = contact.next_due(idle_timeout_ms).map(|(at, _)| at);
            self.timers.set(TimerOf::Contact(*id), due);
            if !contact.state.is_wrap_up() && contact.away.is_none() {
                self.interactions.insert(contact.origin, *id);
            }
            if let Some(chat) = contact.chat.as_ref() {
                let present = chat
                    .participants
                    .iter()
                    .filter(|p| p.attendance != Attendance::Left);
                self.participants.extend(present.map(|p| (p.id, *id)));
            }
        }
        for (id, contact) in &self.contacts {
            if let ContactState::Queued(stay) = contact.state {
                self.matcher.enqueue(self.now, contact.waiting(stay));
                self.work.contacts.insert(*id);
            }
            for slot in RunSlot::ALL {
                for pin in contact
                    .run(slot)
                    .map(|run| pins(&run.run))
                    .unwrap_or_default()
                {
                    self.config.pin(pin);
                }
            }
        }
    }

    /// Contacts say who holds them; agents add only what contacts do not know: missed offers.
    fn restore_slots(&mut self) {
        for agent in self.agents.values_mut() {
            agent.slots.retain(|id, slot| {
                let holder = self
                    .contacts
                    .get(id)
                    .and_then(|contact| contact.state.agent());
                slot.state == AgentContactState::Missed || holder.is_some()
            });
        }
        for (id, contact) in &self.contacts {
            let (user, state) = match contact.state {
                ContactState::Offered { agent, .. } => (agent, AgentContactState::Connecting),
                ContactState::Connected { agent, .. } => (agent, AgentContactState::Connected),
                ContactState::WrapUp { agent, .. } => (agent, AgentContactState::Ended),
                _ => continue,
            };
            let agent = self.agents.entry(user).or_default();
            agent.slots.entry(*id).or_insert(Slot {
                channel: contact.channel(),
                state,
                since: contact.record.last_updated_at,
                clear_at: None,
            });
        }
        for (user, agent) in &self.agents {
            let clear_at = agent.next_clear().map(|(at, _)| at);
            self.timers.set(TimerOf::Agent(*user), clear_at);
        }
    }

    fn drop_unpinned_flows(&mut self) {
        let known: Vec<FlowRef> = self.config.flows.keys().copied().collect();
        for at in known {
            self.config.release_unused(at);
        }
    }

    /// Agents whose user is gone.
    fn remove_orphans(&mut self) {
        let users: Vec<UserId> = self.agents.keys().copied().collect();
        for user in users {
            if self.config.get::<model::resource::User>(user).is_none() {
                self.remove_agent_user(user);
            } else {
                self.index_agent(user);
            }
        }
    }
}
