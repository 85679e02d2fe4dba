//! One batch becomes one transaction; what it promised happens after.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use engine::{CallPlan, Changes, Effect, Engine};
use model::audit::AuditEntry;
use model::contact::ContactRecord;
use model::resource::ResourceBody;
use model::transcript::TranscriptItem;
use model::{ContactId, InstanceId, ParticipantId, ResourceKind, Timestamp, UserId};
use seal::DataKey;
use serde::Serialize;
use serde_json::Value;

use super::index::Index;
use super::resources::Resources;
use super::turn::{ConfigurationChange, Staged};
use super::{Center, Shared, Surroundings};
use crate::chat::bus::{AgentFrame, ChatFrame};
use crate::error::AppError;
use crate::ports::store::{Batch, KeyedHash, RecordRow, Sealed, TranscriptRow, Write};
use crate::vault::{InstanceKeys, Place, Vault};

/// Answers to client tokens kept in memory; the store keeps all of them until they expire.
const TOKENS_REMEMBERED_MAX: usize = 50_000;

/// What the loop of an instance holds.
pub(crate) struct State {
    pub(crate) engine: Engine,
    pub(crate) resources: Resources,
    /// Keys of open contacts.
    pub(crate) contact_keys: HashMap<ContactId, Arc<DataKey>>,
    pub(crate) tokens: Remembered,
}

/// Answers by client token; the oldest half goes when there are too many.
#[derive(Default)]
pub(crate) struct Remembered {
    recent: HashMap<KeyedHash, (KeyedHash, Value)>,
    older: HashMap<KeyedHash, (KeyedHash, Value)>,
}

impl Remembered {
    pub(crate) fn get(&self, token: &KeyedHash) -> Option<&(KeyedHash, Value)> {
        self.recent.get(token).or_else(|| self.older.get(token))
    }

    pub(crate) fn insert(&mut self, token: KeyedHash, answer: (KeyedHash, Value)) {
        if self.recent.len() >= TOKENS_REMEMBERED_MAX / 2 {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(token, answer);
    }
}

/// Commits a batch and performs its effects.
pub(super) async fn commit(
    center: &Center,
    around: &Surroundings,
    state: &mut State,
    mut staged: Staged,
) -> Result<(), AppError> {
    let changes = state.engine.take_changes();
    let batch = batch(center, around.settings.outbox, state, &mut staged, &changes);
    if !batch.is_empty() {
        // Keys first: a row whose key is not on disk could never be read again.
        around
            .vault
            .keep(std::mem::take(&mut staged.new_keys))
            .await
            .map_err(failed)?;
        around.store.commit(batch).await.map_err(failed)?;
    }
    perform(center, around, state, staged, &changes);
    Ok(())
}

fn failed(error: crate::ports::store::StoreError) -> AppError {
    tracing::error!(error = %error, "the store refused a batch");
    AppError::Unavailable
}

fn batch(
    center: &Center,
    outbox: bool,
    state: &mut State,
    staged: &mut Staged,
    changes: &Changes,
) -> Batch {
    let instance = center.scope.instance;
    let keys = &*center.keys;
    let mut batch = std::mem::take(&mut staged.writes);
    for (contact, body) in &changes.contacts {
        let key = contact_key(state, staged, keys, *contact);
        let sealed = keys.seal_under(
            &key,
            &Place::new("contact_states", &contact.into_bytes()),
            body,
        );
        batch.push(Write::PutContactState {
            instance,
            contact: *contact,
            sealed,
        });
    }
    let effects = std::mem::take(&mut staged.effects);
    for effect in &effects {
        effect_writes(center, outbox, state, staged, effect, &mut batch);
    }
    staged.effects = effects;
    for contact in &changes.closed {
        batch.push(Write::DeleteContactState {
            instance,
            contact: *contact,
        });
    }
    for (agent, body) in &changes.agents {
        let sealed = keys.seal(&Place::new("agent_states", &agent.into_bytes()), body);
        batch.push(Write::PutAgentState {
            instance,
            agent: *agent,
            sealed,
        });
    }
    for agent in &changes.removed_agents {
        batch.push(Write::DeleteAgentState {
            instance,
            agent: *agent,
        });
    }
    for flow in &changes.released_flows {
        batch.push(Write::DeleteFlowContent {
            instance,
            content: super::load::flow_content_id(keys, flow),
        });
    }
    batch
}

fn effect_writes(
    center: &Center,
    outbox: bool,
    state: &mut State,
    staged: &mut Staged,
    effect: &Effect,
    batch: &mut Batch,
) {
    let instance = center.scope.instance;
    let keys = &*center.keys;
    let mut to_outbox = |topic: &'static str, at, body: &[u8]| {
        if outbox {
            let sealed = keys.seal(&Place::new("outbox", topic.as_bytes()), body);
            batch.push(Write::AppendOutbox {
                instance,
                topic: topic.to_owned(),
                at,
                sealed,
            });
        }
    };
    match effect {
        Effect::ContactEvent(event) => {
            let body = json(event);
            to_outbox("contact-events", event.at, &body);
            let key = contact_key(state, staged, keys, event.contact);
            let row = event.contact.into_bytes();
            let place = events_place("contact_events", &row, event.at);
            let sealed = keys.seal_under(&key, &place, &body);
            batch.push(Write::AppendContactEvent {
                instance,
                contact: event.contact,
                at: event.at,
                sealed,
            });
        }
        Effect::AgentEvent(event) => {
            let body = json(event);
            to_outbox("agent-events", event.at, &body);
            let row = event.agent.into_bytes();
            let sealed = keys.seal(&events_place("agent_events", &row, event.at), &body);
            batch.push(Write::AppendAgentEvent {
                instance,
                agent: event.agent,
                at: event.at,
                sealed,
            });
        }
        Effect::Transcript(item) => {
            let key = contact_key(state, staged, keys, item.contact);
            let row = item.id.into_bytes();
            let place = Place {
                table: "transcripts",
                row: &row,
                version: item.sequence,
            };
            batch.push(Write::InsertTranscriptItem(TranscriptRow {
                instance,
                initial_contact: item.initial_contact,
                sequence: item.sequence,
                contact: item.contact,
                item: item.id,
                at: item.at,
                sealed: keys.seal_under(&key, &place, &json(item)),
            }));
        }
        Effect::Record(record) => {
            let body = json(record);
            to_outbox("contact-records", record.last_updated_at, &body);
            let key = contact_key(state, staged, keys, record.id);
            let sealed =
                keys.seal_under(&key, &Place::new("records", &record.id.into_bytes()), &body);
            batch.push(Write::InsertRecord(record_row(
                keys, instance, record, sealed,
            )));
        }
        Effect::AgentChanged(_)
        | Effect::CloseParticipant { .. }
        | Effect::Call { .. }
        | Effect::CallOver { .. } => {}
    }
}

fn record_row(
    keys: &InstanceKeys,
    instance: InstanceId,
    record: &ContactRecord,
    sealed: Sealed,
) -> RecordRow {
    RecordRow {
        instance,
        contact: record.id,
        initial_contact: record.initial_id,
        initiated_at: record.initiated_at,
        ended_at: record.last_updated_at,
        channel: record.channel,
        customer_hash: record.customer_endpoint.as_ref().map(|endpoint| {
            keys.search_hash("customer address", endpoint.address.expose().as_bytes())
        }),
        sealed,
    }
}

/// Where an event stands: bound to whom it is about and when it happened. The store numbers events when
/// they are committed, so their number is not known yet.
pub(crate) fn events_place<'a>(table: &'static str, row: &'a [u8], at: Timestamp) -> Place<'a> {
    Place {
        table,
        row,
        version: at.as_millis().cast_unsigned(),
    }
}

/// The key of an open contact; a contact that is new gets one, kept with the batch.
fn contact_key(
    state: &mut State,
    staged: &mut Staged,
    keys: &InstanceKeys,
    contact: ContactId,
) -> Arc<DataKey> {
    let known = state.contact_keys.entry(contact).or_insert_with(|| {
        let (key, wrapped) = Vault::new_key(keys, keys.contact_owner(contact));
        staged.new_keys.push(wrapped);
        key
    });
    Arc::clone(known)
}

fn perform(
    center: &Center,
    around: &Surroundings,
    state: &mut State,
    staged: Staged,
    changes: &Changes,
) {
    for change in &staged.configuration {
        center.tell_policy(change);
    }
    let pushes = center.take_over(&state.engine, staged, changes);
    for contact in &changes.closed {
        // Its record and transcript will be read soon; the key is at hand for that.
        if let Some(key) = state.contact_keys.remove(contact) {
            around
                .vault
                .remember(center.keys.contact_owner(*contact), key);
        }
    }
    for push in pushes {
        match push {
            Push::Item(item, agent) => {
                let (contact, initial) = (item.contact, item.initial_contact);
                let frame = ChatFrame::Item(Arc::new(*item));
                if let Some(agent) = agent {
                    let bus = &center.bus;
                    bus.publish_to_agent(agent, || AgentFrame::Chat(contact, frame.clone()));
                }
                center.bus.publish(initial, &frame);
            }
            Push::Agent(agent) => center.bus.publish_to_agent(agent, || AgentFrame::Changed),
            Push::Close(initial, participant) => center.bus.close(initial, participant),
            Push::Call(call, contact, plan) => {
                if let Some(telephony) = &around.telephony {
                    telephony.direct(center.scope.instance, call, contact, *plan);
                }
            }
            Push::CallOver(call) => {
                center.seats.forget(call);
                if let Some(telephony) = &around.telephony {
                    telephony.hang_up(center.scope.instance, call);
                }
            }
        }
    }
}

/// What goes to sockets and telephony after a commit.
enum Push {
    Item(Box<TranscriptItem>, Option<UserId>),
    Agent(UserId),
    Close(ContactId, ParticipantId),
    Call(ContactId, ContactId, Box<CallPlan>),
    CallOver(ContactId),
}

impl Center {
    /// Makes what was committed visible to readers; returns what sockets are to be sent.
    fn take_over(&self, engine: &Engine, staged: Staged, changes: &Changes) -> Vec<Push> {
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        let Shared { resources, index } = &mut *shared;
        for change in staged.configuration {
            match change {
                ConfigurationChange::Put(resource, refs) => resources.put(resource, &refs),
                ConfigurationChange::Remove(kind, id) => resources.remove(kind, id),
            }
        }
        for (contact, _) in &changes.contacts {
            index.put(engine, *contact);
        }
        // Contacts that are over are still known here, so that their last items find their way.
        let pushes = staged
            .effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Transcript(item) => {
                    let agent = index.contact(item.contact).and_then(|entry| entry.agent);
                    Some(Push::Item(Box::new(item), agent))
                }
                Effect::AgentChanged(agent) => Some(Push::Agent(agent)),
                Effect::CloseParticipant {
                    contact,
                    participant,
                } => {
                    let initial = index.contact(contact).map(|entry| entry.initial_contact);
                    Some(Push::Close(initial.unwrap_or(contact), participant))
                }
                Effect::Call {
                    call,
                    contact,
                    plan,
                } => Some(Push::Call(call, contact, plan)),
                Effect::CallOver { call } => Some(Push::CallOver(call)),
                Effect::ContactEvent(_) | Effect::AgentEvent(_) | Effect::Record(_) => None,
            });
        let pushes = pushes.collect();
        for contact in &changes.closed {
            if let Some(initial) = index.remove(*contact) {
                self.files.forget(initial);
            }
        }
        pushes
    }

    /// Shows readers a state that was just read from the store.
    pub(super) fn show(&self, state: &State) {
        for resource in state.resources.all() {
            self.tell_policy(&ConfigurationChange::Put(Arc::clone(resource), Vec::new()));
        }
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        shared.resources = state.resources.clone();
        shared.index = Index::of(&state.engine);
    }

    fn tell_policy(&self, change: &ConfigurationChange) {
        let instance = self.scope.instance;
        let told = match change {
            ConfigurationChange::Put(resource, _) => match &resource.body {
                ResourceBody::SecurityProfile(profile) => {
                    self.policy
                        .put_profile(instance, resource.id.into(), &profile.permissions)
                }
                _ => Ok(()),
            },
            ConfigurationChange::Remove(ResourceKind::SecurityProfile, id) => {
                self.policy.remove_profile(instance, (*id).into())
            }
            ConfigurationChange::Remove(..) => Ok(()),
        };
        if let Err(error) = told {
            // Deny by default: a profile that the policy does not know grants nothing.
            tracing::error!(error = %error, "a security profile is not in force");
        }
    }
}

/// The write that appends an audit entry.
pub(crate) fn audit_write(keys: &InstanceKeys, entry: &AuditEntry) -> Write {
    Write::AppendAudit {
        id: entry.id,
        instance: entry.instance,
        at: entry.at,
        sealed: keys.seal_audit(&Place::new("audit", &entry.id.into_bytes()), &json(entry)),
    }
}

/// The JSON of a row. Our own types always serialize.
pub(crate) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
