//! Instances: the contact centers of this program.

pub(crate) mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::audit::AuditEntry;
use model::hours::{DayHours, DayTime, HoursOfOperation, Weekday};
use model::resource::{
    AgentStatus, AvailabilityTimer, ChannelConcurrency, CrossChannel, Enablement,
    OutboundCallerConfig, Queue, RoutingProfile, RoutingProfileQueue, SecurityProfile,
};
use model::{AgentStatusType, Channel, InstanceId, InstanceScope, QueueId, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::action::{
    Access, CreateAgentStatus, CreateHoursOfOperation, CreateInstance, CreateQueue,
    CreateRoutingProfile, CreateSecurityProfile, DescribeInstance, ListInstances,
};
use crate::audit::{self, Verdict};
use crate::center::{Center, audit_write, fresh_ids};
use crate::config::NewResource;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::ports::store::{InstanceRow, Write};
use crate::principal::Call;
use crate::vault::Place;

/// What a listing shows of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceSummary {
    /// Region, account and id.
    pub scope: InstanceScope,
    /// Its short name.
    pub alias: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// The sealed part of an instance's row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InstanceBody {
    pub(crate) format: u32,
    pub(crate) alias: String,
}

impl App {
    /// Creates an instance with its keys, the four default security profiles, the two statuses that
    /// every agent has, and basic hours, queue and routing profile.
    ///
    /// # Errors
    /// `Invalid` for an alias that does not fit, `Duplicate` for one that is taken.
    pub async fn create_instance(
        &self,
        call: &Arc<Call>,
        permit: Permit<CreateInstance>,
        alias: &str,
    ) -> Result<InstanceSummary, AppError> {
        let fits = (1..=45).contains(&alias.len())
            && alias
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !fits {
            return Err(AppError::Invalid(
                "an alias has 1 to 45 letters, digits and hyphens".to_owned(),
            ));
        }
        if self
            .centers()
            .iter()
            .any(|center| center.alias.eq_ignore_ascii_case(alias))
        {
            return Err(AppError::Duplicate {
                name: alias.to_owned(),
            });
        }
        let id = InstanceId::generate(&mut fresh_ids());
        let keys = self.0.around.vault.instance(id).await?;
        let body = InstanceBody {
            format: 1,
            alias: alias.to_owned(),
        };
        let row = InstanceRow {
            id,
            region: self.settings().region.clone(),
            account: self.settings().account.clone(),
            created_at: self.now(),
            sealed: keys.seal(
                &Place::new("instances", &id.into_bytes()),
                &crate::center::json(&body),
            ),
        };
        let insert = Write::InsertInstance(row.clone());
        let entry = self.creation_entry(call, permit.spec().access, id);
        let batch = vec![insert, audit_write(&keys, &entry)];
        let committed = self.0.around.store.commit(batch).await;
        committed.map_err(crate::app::unavailable)?;
        call.mark_audited();
        let center = Center::start(&self.0.around, &row).await?;
        self.add_center(Arc::clone(&center));
        self.create_defaults(id).await?;
        self.summary(&center)
    }

    fn creation_entry(&self, call: &Call, access: Access, id: InstanceId) -> AuditEntry {
        let verdict = Verdict {
            instance: Some(id),
            access,
            error: None,
            response: json!({"id": id.to_string()}),
        };
        let scope = InstanceScope {
            region: self.settings().region.clone(),
            account: self.settings().account.clone(),
            instance: id,
        };
        audit::entry(call, verdict, Some(&scope), &mut fresh_ids(), self.now())
    }

    async fn create_defaults(&self, instance: InstanceId) -> Result<(), AppError> {
        for profile in model::default_profiles::ALL {
            let body = SecurityProfile {
                description: Some(profile.description.to_owned()),
                permissions: profile.permissions(),
            };
            self.create_as_system::<CreateSecurityProfile, _>(instance, profile.name, body)
                .await?;
        }
        for (order, name, kind) in [
            (1, "Available", AgentStatusType::Routable),
            (2, "Offline", AgentStatusType::Offline),
        ] {
            let body = AgentStatus {
                description: None,
                kind,
                state: Enablement::Enabled,
                display_order: Some(order),
            };
            self.create_as_system::<CreateAgentStatus, _>(instance, name, body)
                .await?;
        }
        let hours = self
            .create_as_system::<CreateHoursOfOperation, _>(instance, "Basic Hours", basic_hours())
            .await?;
        let queue = Queue {
            description: Some("A simple, basic queue.".to_owned()),
            hours: hours.id.into(),
            contacts_max: None,
            status: Enablement::Enabled,
            outbound: OutboundCallerConfig::default(),
            quick_connects: BTreeSet::new(),
        };
        let queue = self
            .create_as_system::<CreateQueue, _>(instance, "BasicQueue", queue)
            .await?;
        let profile = basic_routing_profile(queue.id.into());
        self.create_as_system::<CreateRoutingProfile, _>(instance, ROUTING_PROFILE, profile)
            .await?;
        Ok(())
    }

    /// Creates a resource in the name of the program itself.
    async fn create_as_system<A, B>(
        &self,
        instance: InstanceId,
        name: &str,
        body: B,
    ) -> Result<Arc<model::Resource>, AppError>
    where
        A: crate::config::Creates<B>,
        B: model::resource::BodyOf,
    {
        let call = Arc::new(Call::of_system(
            "instance creation",
            A::SPEC.operation(),
            &mut fresh_ids(),
        ));
        let permit = self.authorize::<A>(&call, Target::Instance(instance))?;
        let new = NewResource {
            name: name.to_owned(),
            tags: Tags::new(),
            body,
            client_token: None,
        };
        self.create::<A, B>(&call, permit, new).await
    }

    /// All instances, in the order of their ids.
    pub fn instances(&self, _permit: &Permit<ListInstances>) -> Vec<InstanceSummary> {
        self.centers()
            .iter()
            .filter_map(|center| self.summary(center).ok())
            .collect()
    }

    /// The instance with the lowest id: the one that the pages serve.
    pub fn first_instance(&self) -> Option<InstanceScope> {
        self.centers().first().map(|center| center.scope.clone())
    }

    /// The instance that the permit names.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn instance(&self, permit: &Permit<DescribeInstance>) -> Result<InstanceSummary, AppError> {
        let instance = permit
            .target()
            .instance()
            .ok_or(AppError::NotFound { what: "instance" })?;
        self.summary(&*self.center(instance)?)
    }

    fn summary(&self, center: &Center) -> Result<InstanceSummary, AppError> {
        Ok(InstanceSummary {
            scope: center.scope.clone(),
            alias: center.alias.clone(),
            created_at: center.created_at,
            tags: self.instance_tags(center.scope.instance)?,
        })
    }
}

/// Around the clock; an administrator sets the real ones.
fn basic_hours() -> HoursOfOperation {
    let midnight = DayTime {
        hours: 0,
        minutes: 0,
    };
    HoursOfOperation {
        description: None,
        time_zone: "UTC".to_owned(),
        weekly: Weekday::ALL
            .map(|day| DayHours {
                day,
                start: midnight,
                end: midnight,
            })
            .to_vec(),
        overrides: Vec::new(),
    }
}

/// The routing profile that an instance starts with.
pub(crate) const ROUTING_PROFILE: &str = "Basic Routing Profile";

fn basic_routing_profile(queue: QueueId) -> RoutingProfile {
    let concurrency = |slots| ChannelConcurrency {
        slots,
        cross_channel: CrossChannel::RouteCurrentChannelOnly,
    };
    let serve = |channel| RoutingProfileQueue {
        queue,
        channel,
        priority: 1,
        delay_s: 0,
    };
    RoutingProfile {
        description: "A simple, basic routing profile.".to_owned(),
        default_outbound_queue: queue,
        concurrency: BTreeMap::from([
            (Channel::Voice, concurrency(1)),
            (Channel::Chat, concurrency(2)),
            (Channel::Task, concurrency(1)),
        ]),
        queues: Channel::ALL.map(serve).to_vec(),
        availability_timer: AvailabilityTimer::TimeSinceLastActivity,
    }
}
