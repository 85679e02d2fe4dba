//! The one decision procedure: Cedar, fed from the table of actions and from security profiles.
//!
//! Everything is a permit whose conditions must hold; what no policy permits is denied, and so is every
//! request on which a policy fails to evaluate. Cedar itself skips a failing policy, which would let a
//! broken `forbid` vanish: see [`verdict`].

mod kind;
mod question;
mod rulebook;
mod rules;
mod verdict;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use app::Principal;
use app::ports::policy::{AccessRequest, Decision, Policy, PolicyError};
use app::signin::SecondFactor;
use cedar_policy::{Authorizer, PolicySet};
use model::permission::Permission;
use model::{InstanceId, SecurityProfileId};

use crate::kind::Kind;
use crate::question::{Names, Question};
use crate::rulebook::Rulebook;
use crate::verdict::Tally;

/// The policy of the whole program, held in memory.
pub struct CedarPolicy {
    authorizer: Authorizer,
    rulebook: Rulebook,
    names: Names,
    profiles: RwLock<HashMap<(InstanceId, SecurityProfileId), Granted>>,
    version: AtomicU64,
}

/// What one security profile grants: a policy set per grant, by the grant's place in the rulebook.
type Granted = BTreeMap<usize, PolicySet>;

impl CedarPolicy {
    /// Builds schema and policies from [`app::action::ALL`] and validates them strictly. `second_factor`
    /// says whether users who did not show one are refused everything but signing in and out.
    ///
    /// # Errors
    /// Where schema or a policy does not parse or validate; a warning counts as an error.
    pub fn new(second_factor: SecondFactor) -> Result<Self, PolicyError> {
        Ok(Self {
            authorizer: Authorizer::new(),
            rulebook: Rulebook::build(second_factor)?,
            names: Names::new()?,
            profiles: RwLock::default(),
            version: AtomicU64::new(1),
        })
    }

    /// Changes the profiles and counts the change while nobody reads, so that whoever sees the new
    /// version sees the new profiles.
    fn change(&self, change: impl FnOnce(&mut HashMap<(InstanceId, SecurityProfileId), Granted>)) {
        // A change is one insertion or removal, so a panic elsewhere cannot leave it half done.
        let mut profiles = self
            .profiles
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(&mut profiles);
        self.version.fetch_add(1, Ordering::Release);
    }
}

impl Policy for CedarPolicy {
    fn decide(&self, request: &AccessRequest<'_>) -> Decision {
        let kind = Kind::of(request.principal);
        let Some(entry) = self.rulebook.entry(request.action.name) else {
            tracing::error!(
                action = request.action.name,
                "action is not in the table: denied"
            );
            return verdict::denied();
        };
        let question = match Question::new(&self.names, entry.action(), request) {
            Ok(question) => question,
            Err(error) => {
                tracing::error!(%error, "access request could not be put to the policy: denied");
                return verdict::denied();
            }
        };
        let mut tally = Tally::default();
        for set in entry.rules(kind) {
            tally.add(&question.ask(&self.authorizer, set));
        }
        if let Principal::User {
            instance, profiles, ..
        } = request.principal
        {
            let held = self.profiles.read().unwrap_or_else(PoisonError::into_inner);
            for granted in profiles.iter().filter_map(|id| held.get(&(*instance, *id))) {
                for set in entry.grants().iter().filter_map(|grant| granted.get(grant)) {
                    tally.add(&question.ask(&self.authorizer, set));
                }
            }
        }
        tally.decision()
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn put_profile(
        &self,
        instance: InstanceId,
        profile: SecurityProfileId,
        permissions: &BTreeSet<Permission>,
    ) -> Result<(), PolicyError> {
        let granted = self
            .rulebook
            .grants_of(permissions)
            .map(|(place, grant)| {
                let set = grant.link(&self.names, instance, profile)?;
                Ok((place, set))
            })
            .collect::<Result<Granted, PolicyError>>()?;
        self.change(|profiles| {
            profiles.insert((instance, profile), granted);
        });
        Ok(())
    }

    fn remove_profile(
        &self,
        instance: InstanceId,
        profile: SecurityProfileId,
    ) -> Result<(), PolicyError> {
        self.change(|profiles| {
            profiles.remove(&(instance, profile));
        });
        Ok(())
    }
}

impl std::fmt::Debug for CedarPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CedarPolicy")
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}
