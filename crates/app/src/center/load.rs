//! Starting an instance: keys, configuration, open contacts and agents, read back from the store.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use engine::restore::Stored;
use engine::{ConfigChange, Engine};
use flow::run::ContentHash;
use flow::{Flow, FlowKey, FlowKind, FlowRef};
use model::resource::{FlowType, ResourceBody};
use model::{InstanceScope, Resource, ResourceKind};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::commit::{Remembered, State};
use super::resources::Resources;
use super::{Center, JOBS_QUEUED_MAX, Shared, Surroundings, turn};
use crate::chat::bus::Bus;
use crate::config::checks;
use crate::error::AppError;
use crate::instances::InstanceBody;
use crate::ports::store::{InstanceRow, ResourceRow, Sealed};
use crate::vault::{InstanceKeys, Place};

/// Content of a flow or module in one version, as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredFlow {
    pub(crate) format: u32,
    pub(crate) key: FlowKey,
    /// Absent for a module.
    pub(crate) kind: Option<FlowType>,
    pub(crate) content: String,
}

/// A resource, as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredResource {
    pub(crate) format: u32,
    pub(crate) resource: Resource,
}

impl Center {
    /// Reads an instance back and starts its loop.
    pub(crate) async fn start(
        around: &Surroundings,
        row: &InstanceRow,
    ) -> Result<Arc<Self>, AppError> {
        let keys = Arc::new(around.vault.instance(row.id).await?);
        let clear = keys.open(&Place::new("instances", &row.id.into_bytes()), &row.sealed)?;
        let body: InstanceBody = serde_json::from_slice(&clear).map_err(|_| AppError::Internal)?;
        let scope = InstanceScope {
            region: row.region.clone(),
            account: row.account.clone(),
            instance: row.id,
        };
        let state = state(around, &scope, &keys).await?;
        let (sender, jobs) = mpsc::channel(JOBS_QUEUED_MAX);
        let center = Arc::new(Self {
            scope,
            alias: body.alias,
            created_at: row.created_at,
            keys,
            bus: Bus::default(),
            tickets: crate::chat::Tickets::default(),
            files: crate::chat::Files::default(),
            uploads: crate::config::prompts::Uploads::default(),
            receipts: crate::chat::ReceiptLocks::default(),
            seats: Arc::default(),
            jobs: sender,
            shared: RwLock::new(Shared::default()),
            policy: Arc::clone(&around.policy),
        });
        center.show(&state);
        let running = tokio::spawn(turn::run(
            Arc::downgrade(&center),
            around.clone(),
            state,
            jobs,
        ));
        tokio::spawn(async move {
            if running.await.is_err_and(|error| error.is_panic()) {
                // A fault of the program, after which nobody could be served: started anew it goes on from
                // what was committed.
                tracing::error!("the loop of an instance has failed: the program ends");
                std::process::abort();
            }
        });
        Ok(center)
    }
}

/// Everything the loop of an instance works on, from the store.
pub(super) async fn state(
    around: &Surroundings,
    scope: &InstanceScope,
    keys: &InstanceKeys,
) -> Result<State, AppError> {
    let instance = scope.instance;
    let store = &around.store;
    let failed = crate::app::unavailable;
    let mut resources = Resources::default();
    let mut config = Vec::new();
    for row in store.resources(instance).await.map_err(failed)? {
        let resource = Arc::new(open_resource(keys, &row)?);
        resources.put(Arc::clone(&resource), &checks::refs(&resource.body));
        let flow = crate::config::flows::compile(&resource.body)?;
        let flow = flow.map(|(content, flow)| (flow_ref(&resource, content), flow));
        config.push(ConfigChange::Put(resource, flow));
    }
    let mut pinned_flows = BTreeMap::new();
    for (content, sealed) in store.flow_contents(instance).await.map_err(failed)? {
        let (at, flow) = open_flow(keys, content, &sealed)?;
        pinned_flows.insert(at, flow);
    }
    let mut contact_keys = HashMap::new();
    let mut contacts = Vec::new();
    for (contact, sealed) in store.contact_states(instance).await.map_err(failed)? {
        let owner = keys.contact_owner(contact);
        let key = around.vault.key(keys, owner).await?.ok_or_else(|| {
            tracing::error!(contact.id = %contact, "an open contact has no key: restore both databases");
            AppError::Internal
        })?;
        let row = contact.into_bytes();
        let clear = keys.open_under(&key, &Place::new("contact_states", &row), &sealed)?;
        contacts.push((contact, clear.to_vec()));
        contact_keys.insert(contact, key);
    }
    let mut agents = Vec::new();
    for (agent, sealed) in store.agent_states(instance).await.map_err(failed)? {
        let clear = keys.open(&Place::new("agent_states", &agent.into_bytes()), &sealed)?;
        agents.push((agent, clear.to_vec()));
    }
    let stored = Stored {
        config,
        pinned_flows: pinned_flows.into_iter().collect(),
        contacts,
        agents,
    };
    let now = around.clock.now();
    let limits = around.settings.limits;
    let engine = Engine::restore(scope.clone(), limits, super::fresh_ids(), now, stored).map_err(
        |error| {
            tracing::error!(error = %error, "the stored state of an instance does not restore");
            AppError::Internal
        },
    )?;
    Ok(State {
        engine,
        resources,
        contact_keys,
        tokens: Remembered::default(),
    })
}

/// The version of a flow or module resource.
pub(crate) fn flow_ref(resource: &Resource, content: ContentHash) -> FlowRef {
    let key = match resource.body.kind() {
        ResourceKind::FlowModule => FlowKey::Module(resource.id.into()),
        _ => FlowKey::Flow(resource.id.into()),
    };
    FlowRef { key, content }
}

/// The row of a flow's content, for runs that outlive the next version.
pub(crate) fn stored_flow(resource: &Resource) -> Option<StoredFlow> {
    match &resource.body {
        ResourceBody::Flow(flow) => Some(StoredFlow {
            format: 1,
            key: FlowKey::Flow(resource.id.into()),
            kind: Some(flow.kind),
            content: flow.content.clone(),
        }),
        ResourceBody::FlowModule(module) => Some(StoredFlow {
            format: 1,
            key: FlowKey::Module(resource.id.into()),
            kind: None,
            content: module.content.clone(),
        }),
        _ => None,
    }
}

fn open_resource(keys: &InstanceKeys, row: &ResourceRow) -> Result<Resource, AppError> {
    let bytes = row.id.into_bytes();
    let place = Place {
        table: row.kind.row_name(),
        row: &bytes,
        version: row.version,
    };
    let clear = keys.open(&place, &row.sealed)?;
    let stored: StoredResource = serde_json::from_slice(&clear).map_err(|error| {
        tracing::error!(resource.id = %row.id, error = %error, "a stored resource does not parse");
        AppError::Internal
    })?;
    Ok(stored.resource)
}

fn open_flow(
    keys: &InstanceKeys,
    content: [u8; 16],
    sealed: &Sealed,
) -> Result<(FlowRef, Arc<Flow>), AppError> {
    let clear = keys.open(&Place::new("flow_contents", &content), sealed)?;
    let stored: StoredFlow = serde_json::from_slice(&clear).map_err(|_| AppError::Internal)?;
    let kind = stored.kind.map_or(FlowKind::Module, FlowKind::Flow);
    let flow = Flow::parse(&stored.content, kind).map_err(|problems| {
        tracing::error!(problems = problems.len(), "a stored flow no longer parses");
        AppError::Internal
    })?;
    let at = FlowRef {
        key: stored.key,
        content: ContentHash::of(&stored.content),
    };
    Ok((at, Arc::new(flow)))
}

/// Key of a content's row: two flows may have the same content.
pub(crate) fn flow_content_id(keys: &InstanceKeys, at: &FlowRef) -> [u8; 16] {
    let hash = keys.search_hash("flow content", &super::json(at));
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(hash) {
        *to = from;
    }
    id
}
