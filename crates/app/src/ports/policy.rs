//! The one decision procedure.

use std::collections::BTreeSet;
use std::net::IpAddr;

use model::permission::Permission;
use model::{InstanceId, SecurityProfileId, Tags, Timestamp};

use crate::action::ActionSpec;
use crate::permit::Target;
use crate::principal::Principal;

/// Decides who may do what. Deny unless a policy permits, deny where anything fails to evaluate.
pub trait Policy: Send + Sync {
    /// The decision on one request, with what decided it.
    fn decide(&self, request: &AccessRequest<'_>) -> Decision;

    /// Counts changes of policy; permits and sockets remember it.
    fn version(&self) -> u64;

    /// Replaces or adds a security profile.
    fn put_profile(
        &self,
        instance: InstanceId,
        profile: SecurityProfileId,
        permissions: &BTreeSet<Permission>,
    ) -> Result<(), PolicyError>;

    /// Removes a security profile.
    fn remove_profile(
        &self,
        instance: InstanceId,
        profile: SecurityProfileId,
    ) -> Result<(), PolicyError>;
}

/// A question.
#[derive(Debug)]
pub struct AccessRequest<'a> {
    /// Who.
    pub principal: &'a Principal,
    /// What.
    pub action: &'static ActionSpec,
    /// On what.
    pub target: &'a Target,
    /// Tags of the target.
    pub tags: &'a Tags,
    /// Whether the target is the principal's own: a contact that the agent works on, the user itself,
    /// the participant's contact.
    pub own: bool,
    /// From where.
    pub source_ip: Option<IpAddr>,
    /// When.
    pub at: Timestamp,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub allowed: bool,
    /// Names of the policies that decided; empty where none permitted.
    pub deciding: Vec<String>,
}

/// A policy could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the policy is not valid: {0}")]
pub struct PolicyError(pub String);
