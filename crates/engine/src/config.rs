//! The configuration that the engine works with, kept current change by change.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::run::Library;
use flow::{Flow, FlowKey, FlowRef};
use model::resource::{
    BodyOf, Enablement, FlowDefinition, FlowModuleDefinition, FlowState, FlowStatus, FlowType,
};
use model::{AgentStatusId, AgentStatusType, FlowId, FlowModuleId, InstanceScope, Resource};
use model::{ResourceId, ResourceKind, resource};

/// A change of one configuration resource.
#[derive(Debug, Clone)]
pub enum ConfigChange {
    /// Created or updated. A published flow or module comes with its parsed content.
    Put(Arc<Resource>, Option<(FlowRef, Arc<Flow>)>),
    /// Deleted.
    Remove(ResourceKind, ResourceId),
}

/// Everything the engine knows of the configuration: resources by kind and id, parsed flows, and the
/// limits of the instance.
#[derive(Debug, Clone)]
pub struct Config {
    /// Region, account and instance, for ARNs.
    pub scope: InstanceScope,
    /// Limits and time-outs.
    pub limits: Limits,
    /// What callers hear before anything of their call is recorded; absent: nothing.
    pub recording_notice: Option<String>,
    /// All resources.
    pub resources: BTreeMap<(ResourceKind, ResourceId), Arc<Resource>>,
    /// Published flows and modules, and the versions that open contacts still run.
    pub flows: BTreeMap<FlowRef, Arc<Flow>>,
    /// The version that a new run of each flow or module uses.
    pub current: BTreeMap<FlowKey, FlowRef>,
    /// How many runs pin each version.
    pub(crate) pins: BTreeMap<FlowRef, usize>,
    /// Versions that nobody needs any longer, since they were last asked for.
    pub(crate) released: Vec<FlowRef>,
}

impl Config {
    pub(crate) fn new(scope: InstanceScope, limits: Limits) -> Self {
        Self {
            scope,
            limits,
            recording_notice: None,
            resources: BTreeMap::new(),
            flows: BTreeMap::new(),
            current: BTreeMap::new(),
            pins: BTreeMap::new(),
            released: Vec::new(),
        }
    }

    /// The resource of this kind with this id, and its body.
    pub fn get<B: BodyOf>(&self, id: impl Into<ResourceId>) -> Option<(&Resource, &B)> {
        let resource = self.resources.get(&(B::KIND, id.into()))?;
        Some((resource, B::of(&resource.body)?))
    }

    /// The version of a flow that a new run uses, where it is published, active, and of one of `kinds`.
    pub fn startable_flow(&self, id: FlowId, kinds: &[FlowType]) -> Option<FlowRef> {
        let (_, flow) = self.get::<FlowDefinition>(id)?;
        let startable = flow.state == FlowState::Active
            && flow.status == FlowStatus::Published
            && kinds.contains(&flow.kind);
        startable.then(|| self.current.get(&FlowKey::Flow(id)).copied())?
    }

    /// The version of a module that a new invocation uses, where it is published and active.
    pub fn startable_module(&self, id: FlowModuleId) -> Option<FlowRef> {
        let (_, module) = self.get::<FlowModuleDefinition>(id)?;
        let startable = module.state == FlowState::Active && module.status == FlowStatus::Published;
        startable.then(|| self.current.get(&FlowKey::Module(id)).copied())?
    }

    /// What a status means for routing; a status that no longer exists takes no contacts.
    pub fn status_kind(&self, id: AgentStatusId) -> AgentStatusType {
        self.get::<resource::AgentStatus>(id)
            .map_or(AgentStatusType::Custom, |(_, status)| status.kind)
    }

    pub(crate) fn is_choosable(&self, id: AgentStatusId) -> bool {
        self.get::<resource::AgentStatus>(id)
            .is_some_and(|(_, status)| status.state == Enablement::Enabled)
    }

    pub(crate) fn put(&mut self, resource: Arc<Resource>, flow: Option<(FlowRef, Arc<Flow>)>) {
        if let Some((at, flow)) = flow {
            self.flows.insert(at, flow);
            self.released.retain(|released| *released != at);
            let old = self.current.insert(at.key, at);
            if let Some(old) = old {
                self.release_unused(old);
            }
        }
        self.resources
            .insert((resource.body.kind(), resource.id), resource);
    }

    /// Forgets a resource; returns it.
    pub(crate) fn remove(&mut self, kind: ResourceKind, id: ResourceId) -> Option<Arc<Resource>> {
        let key = match kind {
            ResourceKind::Flow => Some(FlowKey::Flow(id.into())),
            ResourceKind::FlowModule => Some(FlowKey::Module(id.into())),
            _ => None,
        };
        if let Some(old) = key.and_then(|key| self.current.remove(&key)) {
            self.release_unused(old);
        }
        self.resources.remove(&(kind, id))
    }

    pub(crate) fn pin(&mut self, at: FlowRef) {
        *self.pins.entry(at).or_default() += 1;
    }

    pub(crate) fn unpin(&mut self, at: FlowRef) {
        if let Some(count) = self.pins.get_mut(&at) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.pins.remove(&at);
                self.release_unused(at);
            }
        }
    }

    pub(crate) fn release_unused(&mut self, at: FlowRef) {
        let is_current = self.current.get(&at.key) == Some(&at);
        if !is_current && !self.pins.contains_key(&at) && self.flows.remove(&at).is_some() {
            self.released.push(at);
        }
    }
}

impl Library for Config {
    fn flow(&self, at: FlowRef) -> Option<Arc<Flow>> {
        self.flows.get(&at).map(Arc::clone)
    }
}

/// Limits and time-outs of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most open contacts (`ServiceQuotaExceededException` beyond).
    pub open_contacts_max: usize,
    /// How long an offer of a chat stands.
    pub chat_offer_timeout_ms: u32,
    /// How long an offer of a task stands.
    pub task_offer_timeout_ms: u32,
    /// How long an offer of a call stands.
    pub voice_offer_timeout_ms: u32,
    /// Longest duration of a call.
    pub call_duration_max_ms: u64,
    /// An agent who let an offer pass is offered nothing more for so long, or until the agent clears it.
    pub missed_clear_ms: u64,
    /// A chat whose customer neither says nor reads anything for so long, while connected to an agent,
    /// ends. Waiting for an agent is no idleness. 0: never.
    pub chat_idle_timeout_ms: u64,
    /// Longest wrap-up where the user's own setting has none.
    pub after_contact_work_max_ms: u64,
    /// A task lives at most so long.
    pub task_duration_max_ms: u64,
    /// Most items in the transcript of one chat. Events of the system are written beyond it.
    pub transcript_items_max: u64,
}

impl Default for Limits {
    /// Amazon Connect's times where it has them; a wrap-up without a limit of its own ends after an hour.
    fn default() -> Self {
        const MINUTE_MS: u64 = 60 * 1000;
        const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
        Self {
            open_contacts_max: 100_000,
            chat_offer_timeout_ms: 20_000,
            task_offer_timeout_ms: 30_000,
            voice_offer_timeout_ms: 20_000,
            call_duration_max_ms: 12 * 60 * 60 * 1000,
            missed_clear_ms: 2 * MINUTE_MS,
            chat_idle_timeout_ms: 60 * MINUTE_MS,
            after_contact_work_max_ms: 60 * MINUTE_MS,
            task_duration_max_ms: 7 * DAY_MS,
            transcript_items_max: 10_000,
        }
    }
}

/// Most segments that one interaction may have; a flow or agent that would make one more is refused.
pub const SEGMENTS_MAX: u16 = 100;

/// Most tasks in a chain in which each task's flow creates the next.
pub const TASK_CHAIN_MAX: u8 = 20;

/// Most references of one contact.
pub const REFERENCES_MAX: usize = 50;

/// Most commands that a flow may give without waiting in between; a flow that gives more is stopped.
pub const COMMANDS_MAX: usize = 10_000;

/// Most bytes that a flow may say in a chat without waiting in between; a flow that says more is stopped.
pub const SAID_BYTES_MAX: usize = 1024 * 1024;

/// A tick that has led to so many effects leaves the rest of what is due to the next one, so that what is
/// committed at once stays small.
pub const TICK_EFFECTS_MAX: usize = 2_000;

/// By how many of a chat's last items a repeated `Say` is recognised. The program around the engine
/// remembers client tokens for longer; this covers what was said shortly before a crash.
pub const RECENT_ITEMS_MAX: usize = 16;

/// Most statuses that the record of one contact notes for its agent.
pub const AGENT_STATUSES_MAX: usize = 100;

/// Longest duration of a chat that names none, minutes (`ChatDurationInMinutes`).
pub const CHAT_DURATION_DEFAULT_MIN: u32 = 1500;
