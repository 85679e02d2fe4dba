//! The configuration that the engine works with, kept current change by change.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::{Flow, FlowRef};
use model::resource::Resource;
use model::{InstanceScope, ResourceId, ResourceKind};

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
    /// All resources.
    pub resources: BTreeMap<(ResourceKind, ResourceId), Arc<Resource>>,
    /// Published flows and modules, and the versions that open contacts still run.
    pub flows: BTreeMap<FlowRef, Arc<Flow>>,
    /// The version that a new run of each flow or module uses.
    pub current: BTreeMap<flow::FlowKey, FlowRef>,
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
    /// A chat whose customer neither says nor reads anything for so long ends.
    pub chat_idle_timeout_ms: u64,
    /// Longest wrap-up where the user's own setting has none.
    pub after_contact_work_max_ms: u64,
    /// A task lives at most so long.
    pub task_duration_max_ms: u64,
    /// Most items in the transcript of one chat.
    pub transcript_items_max: u64,
}
