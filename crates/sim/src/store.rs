//! What survives a crash: the model of the program's store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::effect::{ContactEvent, ContactEventKind};
use engine::{Changes, ConfigChange, Effect, Stored};
use flow::{Flow, FlowRef};
use model::contact::ContactRecord;
use model::transcript::TranscriptItem;
use model::{ContactId, ResourceId, ResourceKind, UserId};

/// Faults that are put in on purpose: the simulator must find each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// After a crash, contacts that were being offered are gone.
    LoseOfferOnCrash,
    /// One in a while, a commit forgets its transcript items.
    LoseTranscriptItem,
    /// One in a while, a record is written twice.
    DoubleRecord,
}

impl Bug {
    /// All of them, by the name on the command line.
    pub const ALL: [(&'static str, Self); 3] = [
        ("lose-offer-on-crash", Self::LoseOfferOnCrash),
        ("lose-transcript-item", Self::LoseTranscriptItem),
        ("double-record", Self::DoubleRecord),
    ];
}

/// Rows and facts that were committed.
#[derive(Debug, Default)]
pub struct Store {
    config: BTreeMap<(ResourceKind, ResourceId), ConfigChange>,
    flows: BTreeMap<FlowRef, Arc<Flow>>,
    contacts: BTreeMap<ContactId, Vec<u8>>,
    agents: BTreeMap<UserId, Vec<u8>>,
    /// Contacts that were accepted or made by the engine.
    pub initiated: BTreeSet<ContactId>,
    /// Records, in the order of their commit.
    pub records: Vec<ContactRecord>,
    /// Transcript items, in the order of their commit.
    pub items: Vec<TranscriptItem>,
    commits: u64,
    bug: Option<Bug>,
    offered_last: Vec<ContactId>,
}

impl Store {
    /// An empty store, with a fault or without.
    pub fn new(bug: Option<Bug>) -> Self {
        Self {
            bug,
            ..Self::default()
        }
    }

    /// Commits what a batch led to, all at once.
    pub fn commit(&mut self, config: Vec<ConfigChange>, changes: Changes, effects: Vec<Effect>) {
        self.commits += 1;
        for change in config {
            self.put_config(change);
        }
        self.offered_last.clear();
        self.contacts.extend(changes.contacts);
        self.agents.extend(changes.agents);
        for id in changes.closed {
            self.contacts.remove(&id);
        }
        for id in changes.removed_agents {
            self.agents.remove(&id);
        }
        for at in changes.released_flows {
            self.flows.remove(&at);
        }
        for effect in effects {
            self.put_effect(effect);
        }
    }

    fn put_config(&mut self, change: ConfigChange) {
        match &change {
            ConfigChange::Put(resource, flow) => {
                if let Some((at, flow)) = flow {
                    self.flows.insert(*at, Arc::clone(flow));
                }
                self.config
                    .insert((resource.body.kind(), resource.id), change);
            }
            ConfigChange::Remove(kind, id) => {
                self.config.remove(&(*kind, *id));
            }
        }
    }

    fn put_effect(&mut self, effect: Effect) {
        let is_unlucky = self.commits.is_multiple_of(97);
        match effect {
            Effect::ContactEvent(ContactEvent { contact, kind, .. }) => match kind {
                ContactEventKind::Initiated => {
                    self.initiated.insert(contact);
                }
                ContactEventKind::Offered { .. } => self.offered_last.push(contact),
                _ => {}
            },
            Effect::Transcript(_) if self.bug == Some(Bug::LoseTranscriptItem) && is_unlucky => {}
            Effect::Transcript(item) => self.items.push(item),
            Effect::Record(record) => {
                if self.bug == Some(Bug::DoubleRecord) && is_unlucky {
                    self.records.push((*record).clone());
                }
                self.records.push(*record);
            }
            Effect::AgentEvent(_)
            | Effect::AgentChanged(_)
            | Effect::CloseParticipant { .. }
            | Effect::Call { .. }
            | Effect::CallOver { .. } => {}
        }
    }

    /// The program crashes: what a restart finds.
    pub fn after_crash(&mut self) -> Stored {
        if self.bug == Some(Bug::LoseOfferOnCrash) {
            for id in std::mem::take(&mut self.offered_last) {
                self.contacts.remove(&id);
            }
        }
        let clone_rows = |rows: &BTreeMap<ContactId, Vec<u8>>| {
            rows.iter().map(|(id, row)| (*id, row.clone())).collect()
        };
        Stored {
            config: self.config.values().cloned().collect(),
            pinned_flows: self
                .flows
                .iter()
                .map(|(at, flow)| (*at, Arc::clone(flow)))
                .collect(),
            contacts: clone_rows(&self.contacts),
            agents: self
                .agents
                .iter()
                .map(|(id, row)| (*id, row.clone()))
                .collect(),
        }
    }

    /// Whether a contact was ever committed: a repeated start is recognised by it.
    pub fn knows(&self, contact: ContactId) -> bool {
        self.initiated.contains(&contact)
    }

    /// Contacts whose state is stored.
    pub fn open(&self) -> impl Iterator<Item = ContactId> {
        self.contacts.keys().copied()
    }
}
