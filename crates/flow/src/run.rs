//! One execution of a flow, as a value.

use std::fmt;

use model::resource::FlowType;
use model::{FlowId, FlowModuleId};
use serde::{Deserialize, Serialize};

/// A flow or a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FlowKey {
    /// A flow.
    Flow(FlowId),
    /// A module.
    Module(FlowModuleId),
}

/// What a content is checked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FlowKind {
    /// A flow of this type.
    Flow(FlowType),
    /// A module.
    Module,
}

/// Hash of a flow's content (the first 16 bytes of its SHA-256): pins the version that a run uses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentHash(pub u128);

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({:032x})", self.0)
    }
}

/// A flow or module in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlowRef {
    /// Which one.
    pub key: FlowKey,
    /// In which version.
    pub content: ContentHash,
}

/// The flows and modules that runs pin, by version.
pub trait Library {
    /// The flow in this version; `None` ends the run with a fault.
    fn flow(&self, at: FlowRef) -> Option<std::sync::Arc<crate::Flow>>;
}

/// One execution of a flow or module, with what belongs to it alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowRun {}
