//! The words of a contact center: ids, contacts, agents, configuration resources, permissions.
//!
//! Pure: no sockets, files, threads or clock. Everything that needs the time, an id or randomness
//! gets it as a value ([`Timestamp`], [`IdSource`]).

pub mod agent;
pub mod arn;
pub mod audit;
pub mod contact;
pub mod default_profiles;
pub mod hours;
pub mod ids;
pub mod permission;
pub mod personal;
pub mod quality;
pub mod resource;
pub mod time;
pub mod transcript;
pub mod transcript_json;

pub use agent::{AgentContactState, AgentStatusType};
pub use arn::{Arn, InstanceScope};
pub use contact::{Attributes, Channel, InitiationMethod};
pub use ids::*;
pub use personal::{Personal, Secret};
pub use resource::{Resource, ResourceBody, ResourceKind};
pub use time::Timestamp;

/// Tags of a resource or contact: key to value, at most [`TAGS_MAX`].
pub type Tags = std::collections::BTreeMap<String, String>;

/// Most tags one resource may carry (Amazon Connect's `TagMap`).
pub const TAGS_MAX: usize = 50;
