//! Authority as a value: only [`authorize`] makes a [`Permit`].

use std::marker::PhantomData;

use model::{ContactId, InstanceId, ResourceId, ResourceKind, Tags, Timestamp, UserId};

use crate::action::{Action, ActionSpec};
use crate::error::AppError;
use crate::ports::policy::{AccessRequest, Policy};
use crate::principal::{Call, Principal};

/// What an action is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The account: listing and creating instances, who am I.
    Account,
    /// An instance as a whole: listings, creations.
    Instance(InstanceId),
    /// A configuration resource.
    Resource(InstanceId, ResourceKind, ResourceId),
    /// A contact.
    Contact(InstanceId, ContactId),
    /// An agent's presence.
    Agent(InstanceId, UserId),
}

impl Target {
    /// The instance it lies in.
    pub const fn instance(&self) -> Option<InstanceId> {
        match self {
            Self::Account => None,
            Self::Instance(id)
            | Self::Resource(id, ..)
            | Self::Contact(id, _)
            | Self::Agent(id, _) => Some(*id),
        }
    }
}

/// Proof that the policy permitted action `A` on one target to one principal. Cannot be made outside
/// of this module, stored or cloned.
#[derive(Debug)]
pub struct Permit<A: Action> {
    principal: Principal,
    target: Target,
    policy_version: u64,
    action: PhantomData<A>,
}

impl<A: Action> Permit<A> {
    /// Who may.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// On what.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Under which version of the policy.
    pub const fn policy_version(&self) -> u64 {
        self.policy_version
    }

    /// The action.
    pub const fn spec(&self) -> &'static ActionSpec {
        A::SPEC
    }
}

/// What the policy may look at besides principal and action.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) target: Target,
    pub(crate) tags: &'a Tags,
    pub(crate) own: bool,
    pub(crate) now: Timestamp,
}

/// Asks the policy.
pub(crate) fn authorize<A: Action>(
    policy: &dyn Policy,
    call: &Call,
    facts: &Facts<'_>,
) -> Result<Permit<A>, AppError> {
    // A user or participant of one instance has no business in another, whatever policies say.
    let home = call.principal.home();
    let foreign =
        matches!((home, facts.target.instance()), (Some(home), Some(there)) if home != there);
    let policy_version = policy.version();
    let decision = policy.decide(&AccessRequest {
        principal: &call.principal,
        action: A::SPEC,
        target: &facts.target,
        tags: facts.tags,
        own: facts.own,
        source_ip: call.source_ip,
        at: facts.now,
    });
    if foreign || !decision.allowed {
        return Err(AppError::AccessDenied {
            action: A::SPEC.name,
        });
    }
    Ok(Permit {
        principal: call.principal.clone(),
        target: facts.target,
        policy_version,
        action: PhantomData,
    })
}
