//! What the sample center holds: queues, hours, flows, people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use app::action::{
    AssociateQueueQuickConnects, ClaimPhoneNumber, CreateAgentStatus, CreateContactFlow,
    CreateHoursOfOperation, CreateInstance, CreateQueue, CreateQuickConnect, CreateRoutingProfile,
    CreateUser,
};
use app::config::{Creates, NewResource};
use app::numbers::NumberClaim;
use app::{App, Call, Principal, Target};
use model::hours::{DayHours, DayTime, HoursOfOperation, Weekday};
use model::resource::{
    AgentStatus, AvailabilityTimer, BodyOf, ChannelConcurrency, CrossChannel, Enablement,
    FlowDefinition, FlowState, FlowStatus, FlowType, OutboundCallerConfig, PhoneConfig, PhoneType,
    Queue, QuickConnect, QuickConnectDestination, ResourceKind, RoutingProfile,
    RoutingProfileQueue, User,
};
use model::{
    AgentStatusType, Channel, FlowId, InstanceId, InstanceScope, QueueId, QuickConnectId,
    RequestId, ResourceId, RoutingProfileId, Secret, Tags, UserId,
};

use super::trunk::NUMBERS;
use crate::wiring::fresh_ids;

const ALIAS: &str = "demo";
const HOURS: &str = "Always open";
/// The flow that visitors of the sample page start.
pub(super) const CHAT_FLOW: &str = "Welcome";

/// The sample center, with credentials that are made anew at each start.
pub(super) struct Sample {
    pub(super) instance: InstanceScope,
    pub(super) queue: QueueId,
    pub(super) chat_flow: FlowId,
    pub(super) people: Vec<Person>,
    pub(super) access_key: (String, Secret<String>),
}

/// Somebody who can sign in.
pub(super) struct Person {
    /// Prefix of the variables: `ADMIN`, `AGENT1`, `AGENT2`.
    pub(super) variable: &'static str,
    pub(super) username: &'static str,
    pub(super) password: Secret<String>,
    /// Base32, for an authenticator.
    pub(super) totp_secret: Secret<String>,
}

struct PersonPlan {
    variable: &'static str,
    username: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    profiles: &'static [&'static str],
}

const PEOPLE: [PersonPlan; 3] = [
    PersonPlan {
        variable: "ADMIN",
        username: "admin",
        first_name: "Ada",
        last_name: "Admin",
        profiles: &["Admin"],
    },
    PersonPlan {
        variable: "AGENT1",
        username: "agent1",
        first_name: "Alex",
        last_name: "Berg",
        profiles: &["Agent"],
    },
    PersonPlan {
        variable: "AGENT2",
        username: "agent2",
        first_name: "Kim",
        last_name: "Sommer",
        profiles: &["Agent"],
    },
];

/// Makes the sample center where there is none, and fresh credentials in any case.
pub(super) async fn prepare(app: &App) -> Result<Sample> {
    let maker = Maker { app };
    let instance = maker.instance().await?;
    let id = instance.instance;
    let maker = InstanceMaker { app, instance: id };
    let queue = match maker.find(ResourceKind::Queue, "Support") {
        Some(queue) => queue.into(),
        None => maker.build().await?,
    };
    let chat_flow = maker
        .find(ResourceKind::Flow, CHAT_FLOW)
        .with_context(|| format!("the flow `{CHAT_FLOW}` is gone"))?;
    if maker.find(ResourceKind::PhoneNumber, NUMBERS[0]).is_none() {
        maker.build_telephone(queue).await?;
    }
    let mut people = Vec::new();
    for plan in &PEOPLE {
        let user: UserId = maker
            .find(ResourceKind::User, plan.username)
            .with_context(|| format!("the user `{}` is gone", plan.username))?
            .into();
        let call = call("CreateUser");
        let permit = app.authorize::<app::action::ProvisionCredential>(
            &call,
            Target::Resource(id, ResourceKind::User, user.into()),
        )?;
        let credential = app
            .provision_credential(&call, permit, plan.username)
            .await?;
        people.push(Person {
            variable: plan.variable,
            username: plan.username,
            password: credential.password,
            totp_secret: credential.totp_secret,
        });
    }
    let call = call("CreateAccessKey");
    let access_key = app.replace_access_key(&call, "demo").await?;
    Ok(Sample {
        instance,
        queue,
        chat_flow: chat_flow.into(),
        people,
        access_key,
    })
}

fn call(operation: &'static str) -> Arc<Call> {
    let request = RequestId::generate(&mut fresh_ids());
    Arc::new(Call::new(
        Principal::System("demo"),
        request,
        "connect.amazonaws.com",
        operation,
    ))
}

struct Maker<'a> {
    app: &'a App,
}

impl Maker<'_> {
    async fn instance(&self) -> Result<InstanceScope> {
        if let Some(scope) = self.app.first_instance() {
            return Ok(scope);
        }
        let call = call("CreateInstance");
        let permit = self
            .app
            .authorize::<CreateInstance>(&call, Target::Account)?;
        Ok(self.app.create_instance(&call, permit, ALIAS).await?.scope)
    }
}

struct InstanceMaker<'a> {
    app: &'a App,
    instance: InstanceId,
}

impl InstanceMaker<'_> {
    fn find(&self, kind: ResourceKind, name: &str) -> Option<ResourceId> {
        self.app
            .resource_by_name(self.instance, kind, name)
            .map(|resource| resource.id)
    }

    async fn create<A: Creates<B>, B: BodyOf>(&self, name: &str, body: B) -> Result<ResourceId> {
        let call = call(A::SPEC.operation());
        let permit = self
            .app
            .authorize::<A>(&call, Target::Instance(self.instance))?;
        let new = NewResource {
            name: name.to_owned(),
            tags: Tags::new(),
            body,
            client_token: None,
        };
        let created = self.app.create::<A, B>(&call, permit, new).await;
        Ok(created
            .with_context(|| format!("the sample `{name}` cannot be made"))?
            .id)
    }

    /// Everything but people's credentials; returns the queue that chats go to.
    async fn build(&self) -> Result<QueueId> {
        let hours = self
            .create::<CreateHoursOfOperation, _>(HOURS, always_open())
            .await?;
        let support: QueueId = self.queue("Support", hours).await?;
        let second_level: QueueId = self.queue("Second level", hours).await?;
        for (name, order) in [("Lunch", 3), ("Training", 4)] {
            let status = AgentStatus {
                description: None,
                kind: AgentStatusType::Custom,
                state: Enablement::Enabled,
                display_order: Some(order),
            };
            self.create::<CreateAgentStatus, _>(name, status).await?;
        }
        let waiting = include_str!("../../demo/waiting.json");
        let waiting = self
            .flow("Waiting", FlowType::CustomerQueue, waiting)
            .await?;
        let welcome = include_str!("../../demo/welcome.json")
            .replace("${HOURS}", &hours.to_string())
            .replace("${QUEUE}", &support.to_string())
            .replace("${WAITING}", &waiting.to_string());
        self.flow(CHAT_FLOW, FlowType::ContactFlow, &welcome)
            .await?;
        let transfer = include_str!("../../demo/transfer.json");
        let to_queue = self
            .flow("Transfer to a queue", FlowType::QueueTransfer, transfer)
            .await?;
        let to_agent = self
            .flow("Transfer to an agent", FlowType::AgentTransfer, transfer)
            .await?;
        let profile = self.routing_profile(support, second_level).await?;
        let mut quick_connects: BTreeSet<QuickConnectId> = BTreeSet::new();
        for plan in &PEOPLE {
            let user = self.user(plan, profile).await?;
            if plan.profiles.contains(&"Agent") {
                let name = format!("{} {}", plan.first_name, plan.last_name);
                let to = QuickConnectDestination::User {
                    user: user.into(),
                    flow: to_agent,
                };
                quick_connects.insert(self.quick_connect(&name, to).await?.into());
            }
        }
        let to = QuickConnectDestination::Queue {
            queue: second_level,
            flow: to_queue,
        };
        quick_connects.insert(self.quick_connect("Second level", to).await?.into());
        for queue in [support, second_level] {
            let connects = quick_connects.clone();
            let call = call("AssociateQueueQuickConnects");
            let target = Target::Resource(self.instance, ResourceKind::Queue, queue.into());
            let permit = self
                .app
                .authorize::<AssociateQueueQuickConnects>(&call, target)?;
            self.app
                .update::<AssociateQueueQuickConnects, Queue>(&call, permit, move |draft| {
                    draft.body.quick_connects.extend(connects);
                    Ok(())
                })
                .await?;
        }
        Ok(support)
    }

    /// The number, and what callers hear.
    async fn build_telephone(&self, queue: QueueId) -> Result<()> {
        let hours = self
            .find(ResourceKind::Hours, HOURS)
            .with_context(|| format!("the hours `{HOURS}` are gone"))?;
        let waiting = include_str!("../../demo/waiting-on-telephone.json");
        let waiting = self
            .flow("Waiting on the telephone", FlowType::CustomerQueue, waiting)
            .await?;
        let telephone = include_str!("../../demo/telephone.json")
            .replace("${HOURS}", &hours.to_string())
            .replace("${QUEUE}", &queue.to_string())
            .replace("${WAITING}", &waiting.to_string());
        let flow = self
            .flow("Telephone", FlowType::ContactFlow, &telephone)
            .await?;
        let claim = NumberClaim {
            number: NUMBERS[0].to_owned(),
            description: Some("The support line".to_owned()),
            tags: Tags::new(),
            flow: Some(flow),
            client_token: None,
        };
        let call = call("ClaimPhoneNumber");
        let target = Target::Instance(self.instance);
        let permit = self.app.authorize::<ClaimPhoneNumber>(&call, target)?;
        self.app.claim_number(&call, permit, claim).await?;
        Ok(())
    }

    async fn queue(&self, name: &str, hours: ResourceId) -> Result<QueueId> {
        let queue = Queue {
            description: None,
            hours: hours.into(),
            contacts_max: None,
            status: Enablement::Enabled,
            outbound: OutboundCallerConfig::default(),
            quick_connects: BTreeSet::new(),
        };
        Ok(self.create::<CreateQueue, _>(name, queue).await?.into())
    }

    async fn flow(&self, name: &str, kind: FlowType, content: &str) -> Result<FlowId> {
        let flow = FlowDefinition {
            kind,
            description: None,
            state: FlowState::Active,
            status: FlowStatus::Published,
            content: content.to_owned(),
        };
        Ok(self
            .create::<CreateContactFlow, _>(name, flow)
            .await?
            .into())
    }

    async fn quick_connect(
        &self,
        name: &str,
        destination: QuickConnectDestination,
    ) -> Result<ResourceId> {
        let body = QuickConnect {
            description: None,
            destination,
        };
        self.create::<CreateQuickConnect, _>(name, body).await
    }

    async fn routing_profile(&self, support: QueueId, second: QueueId) -> Result<RoutingProfileId> {
        let concurrency = |slots| ChannelConcurrency {
            slots,
            cross_channel: CrossChannel::RouteAnyChannel,
        };
        let entry = |queue, channel, priority| RoutingProfileQueue {
            queue,
            channel,
            priority,
            delay_s: 0,
        };
        let profile = RoutingProfile {
            description: "Serves both queues on all channels".to_owned(),
            default_outbound_queue: support,
            concurrency: BTreeMap::from([
                (Channel::Voice, concurrency(1)),
                (Channel::Chat, concurrency(3)),
                (Channel::Task, concurrency(3)),
            ]),
            queues: Channel::ALL
                .into_iter()
                .flat_map(|channel| [entry(support, channel, 1), entry(second, channel, 2)])
                .collect(),
            availability_timer: AvailabilityTimer::TimeSinceLastActivity,
        };
        Ok(self
            .create::<CreateRoutingProfile, _>("Service", profile)
            .await?
            .into())
    }

    async fn user(
        &self,
        plan: &PersonPlan,
        routing_profile: RoutingProfileId,
    ) -> Result<ResourceId> {
        let profile = |name: &&str| {
            self.find(ResourceKind::SecurityProfile, name)
                .map(Into::into)
                .ok_or_else(|| anyhow!("the security profile `{name}` is gone"))
        };
        let user = User {
            first_name: plan.first_name.into(),
            last_name: plan.last_name.into(),
            email: None,
            security_profiles: plan.profiles.iter().map(profile).collect::<Result<_>>()?,
            routing_profile,
            phone: PhoneConfig {
                kind: PhoneType::SoftPhone,
                auto_accept: false,
                after_contact_work_s: 0,
                desk_phone: None,
            },
        };
        self.create::<CreateUser, _>(plan.username, user).await
    }
}

fn always_open() -> HoursOfOperation {
    let midnight = DayTime {
        hours: 0,
        minutes: 0,
    };
    HoursOfOperation {
        description: Some("Around the clock".to_owned()),
        time_zone: "Europe/Berlin".to_owned(),
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
