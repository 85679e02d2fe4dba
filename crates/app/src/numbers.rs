//! Phone numbers: those that trunks bring can be claimed for instances, each for one at most.

mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::resource::{PhoneNumber, PhoneNumberType};
use model::{FlowId, PhoneNumberId, Resource, ResourceKind, Tags};
use tokio::sync::Mutex;

use crate::App;
use crate::action::{ClaimPhoneNumber, ListPhoneNumbersV2, SearchAvailablePhoneNumbers};
use crate::calls::is_e164;
use crate::config::NewResource;
use crate::config::checks::noun;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::{Call, Principal};

/// Whether this is the ISO 3166 code of a country that has telephone numbers.
pub use plan::is_country;

const NOT_FOUND: AppError = AppError::NotFound {
    what: noun(ResourceKind::PhoneNumber),
};

/// A number that trunks bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkNumber {
    /// As E.164.
    pub number: String,
    /// ISO 3166 code of its country; absent for numbers of no country.
    pub country: Option<String>,
    /// Its type.
    pub kind: PhoneNumberType,
}

impl TrunkNumber {
    /// The number as a number: its place in listings. Zero where it is none.
    pub fn position(&self) -> u64 {
        let digits = self.number.trim_start_matches('+');
        digits.parse().unwrap_or_default()
    }
}

/// What to claim, and for what.
#[derive(Debug, Clone)]
pub struct NumberClaim {
    /// The number, as E.164.
    pub number: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// The flow that calls to it run.
    pub flow: Option<FlowId>,
    /// Makes a repetition of the same claim return the first one's number.
    pub client_token: Option<String>,
}

/// The numbers of all trunks, and who may claim one now.
pub(crate) struct Numbers {
    of_trunks: BTreeMap<String, TrunkNumber>,
    claiming: Arc<Mutex<()>>,
}

impl Numbers {
    pub(crate) fn of(numbers: &BTreeSet<String>) -> Self {
        let of_trunks = numbers
            .iter()
            .filter(|number| is_e164(number))
            .map(|number| (number.clone(), plan::describe(number)))
            .collect();
        Self {
            of_trunks,
            claiming: Arc::default(),
        }
    }
}

impl App {
    /// Claims a number for the permit's instance.
    ///
    /// # Errors
    /// `NotFound` for a number that no trunk brings, `Duplicate` for one that is claimed, in whichever
    /// instance; and what [`App::create`] refuses.
    pub async fn claim_number(
        &self,
        call: &Arc<Call>,
        permit: Permit<ClaimPhoneNumber>,
        claim: NumberClaim,
    ) -> Result<Arc<Resource>, AppError> {
        let instance = self.center_of(permit.target())?.scope.instance;
        if !is_e164(&claim.number) {
            return Err(AppError::Invalid(
                "a phone number stands in E.164: `+` and 8 to 15 digits".to_owned(),
            ));
        }
        let numbers = &self.0.numbers;
        let found = numbers.of_trunks.get(&claim.number).ok_or(NOT_FOUND)?;
        // INVARIANT: a number belongs to one instance at most. This goes with the claim until it is
        // committed, even where the caller goes away before: the next one sees what became of it.
        let claiming = Arc::clone(&numbers.claiming).lock_owned().await;
        // Its own instance looks itself: there the claim may be a repetition.
        let is_taken = self.centers().iter().any(|center| {
            center.scope.instance != instance
                && center.resources(|all| {
                    all.by_name(ResourceKind::PhoneNumber, &claim.number)
                        .is_some()
                })
        });
        if is_taken {
            return Err(AppError::Duplicate { name: claim.number });
        }
        let new = NewResource {
            name: claim.number,
            tags: claim.tags,
            body: PhoneNumber {
                description: claim.description,
                country: found.country.clone(),
                kind: found.kind,
                flow: claim.flow,
            },
            client_token: claim.client_token,
        };
        self.create_holding(call, permit, new, claiming).await
    }

    /// The numbers that can be claimed, in ascending order.
    ///
    /// # Errors
    /// `NotFound` where the instance does not exist.
    pub fn available_numbers(
        &self,
        permit: &Permit<SearchAvailablePhoneNumbers>,
    ) -> Result<Vec<TrunkNumber>, AppError> {
        self.center_of(permit.target())?;
        let centers = self.centers();
        let is_free = |number: &str| {
            centers.iter().all(|center| {
                center.resources(|all| all.by_name(ResourceKind::PhoneNumber, number).is_none())
            })
        };
        let mut free: Vec<TrunkNumber> = self
            .0
            .numbers
            .of_trunks
            .values()
            .filter(|candidate| is_free(&candidate.number))
            .cloned()
            .collect();
        free.sort_by_key(TrunkNumber::position);
        Ok(free)
    }

    /// The claimed numbers of the instance, or those of all instances with a permit for the account, in
    /// the order of their ids.
    ///
    /// # Errors
    /// `NotFound` where the instance does not exist.
    pub fn claimed_numbers(
        &self,
        permit: &Permit<ListPhoneNumbersV2>,
    ) -> Result<Vec<Arc<Resource>>, AppError> {
        let centers = match permit.target() {
            Target::Account => self.centers(),
            target => vec![self.center_of(target)?],
        };
        let mut claimed = Vec::new();
        for center in centers {
            center.resources(|all| {
                claimed.extend(all.page(ResourceKind::PhoneNumber, None).cloned());
            });
        }
        claimed.sort_by_key(|number: &Arc<Resource>| number.id);
        Ok(claimed)
    }

    /// What the id of a phone number names to this principal, where a path does not say its instance.
    ///
    /// Those who belong to an instance name its numbers alone: they cannot tell another one's number from
    /// none. To all others an id that nothing has is a question to the account, refused as any other.
    pub fn locate_number(&self, principal: &Principal, id: PhoneNumberId) -> Target {
        let id = id.into();
        let instance = principal.home().or_else(|| {
            let centers = self.centers();
            let holder = centers.iter().find(|center| {
                center.resources(|all| all.get(ResourceKind::PhoneNumber, id).is_some())
            });
            holder.map(|center| center.scope.instance)
        });
        instance.map_or(Target::Account, |instance| {
            Target::Resource(instance, ResourceKind::PhoneNumber, id)
        })
    }
}
