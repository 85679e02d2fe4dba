//! The contact center that is simulated: its configuration, small but with every feature in use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::ConfigChange;
use flow::{Flow, FlowKey, FlowKind, FlowRef};
use model::contact::PersonalText;
use model::hours::{DayHours, DayTime, HoursOfOperation, Weekday};
use model::resource::{
    AgentStatus, AvailabilityTimer, BodyOf, ChannelConcurrency, CrossChannel, Enablement,
    FlowDefinition, FlowState, FlowStatus, FlowType, OutboundCallerConfig, PhoneConfig, PhoneType,
    Queue, QuickConnect, QuickConnectDestination, RoutingProfile, RoutingProfileQueue, User,
};
use model::{
    AgentStatusId, AgentStatusType, Channel, FlowId, HoursId, IdSource, InstanceId, InstanceScope,
    QueueId, QuickConnectId, Resource, ResourceId, RoutingProfileId, Tags, Timestamp, UserId,
};
use serde_json::Value;

use crate::content;

/// Ids of what the center has.
#[derive(Debug)]
pub struct Center {
    /// Region, account and instance.
    pub scope: InstanceScope,
    /// Queues.
    pub queues: Vec<QueueId>,
    /// Users, who are all agents.
    pub users: Vec<UserId>,
    /// Routing profiles.
    pub profiles: Vec<RoutingProfileId>,
    /// Hours of operation, always open.
    pub hours: HoursId,
    /// The statuses: available, a break, offline.
    pub statuses: [AgentStatusId; 3],
    /// Flows that chats and tasks begin in.
    pub inbound: Vec<FlowId>,
    /// A flow that turns in a circle: each contact that begins in it must be stopped.
    pub endless: FlowId,
    /// Flows that transfers run.
    pub transfer: FlowId,
    /// The flow that keeps the agent on the line.
    pub secure: FlowId,
    /// Quick connects, to queues and to agents.
    pub quick_connects: Vec<QuickConnectId>,
}

/// How large the center is.
const QUEUES: usize = 4;
const USERS: usize = 6;
const PROFILES: usize = 3;

impl Center {
    /// A center, with the changes that make its configuration.
    pub fn build(ids: &mut IdSource) -> anyhow::Result<(Self, Vec<ConfigChange>)> {
        let scope = InstanceScope {
            region: "eu-central-1".to_owned(),
            account: "123456789012".to_owned(),
            instance: InstanceId::generate(ids),
        };
        let statuses = [(); 3].map(|()| AgentStatusId::generate(ids));
        let mut center = Self {
            scope,
            queues: (0..QUEUES).map(|_| QueueId::generate(ids)).collect(),
            users: (0..USERS).map(|_| UserId::generate(ids)).collect(),
            profiles: (0..PROFILES)
                .map(|_| RoutingProfileId::generate(ids))
                .collect(),
            hours: HoursId::generate(ids),
            statuses,
            inbound: Vec::new(),
            endless: FlowId::generate(ids),
            transfer: FlowId::generate(ids),
            secure: FlowId::generate(ids),
            quick_connects: Vec::new(),
        };
        let mut changes = vec![center.hours_resource()];
        let kinds = [
            AgentStatusType::Routable,
            AgentStatusType::Custom,
            AgentStatusType::Offline,
        ];
        for (id, kind) in statuses.into_iter().zip(kinds) {
            changes.push(center.resource(
                id,
                AgentStatus {
                    description: None,
                    kind,
                    state: Enablement::Enabled,
                    display_order: None,
                },
            ));
        }
        for index in 0..center.queues.len() {
            changes.extend(center.queue(index, Enablement::Enabled));
        }
        for index in 0..center.profiles.len() {
            changes.extend(center.profile(index, ids));
        }
        for index in 0..center.users.len() {
            changes.extend(center.user(index, ids));
        }
        center.add_flows(ids, &mut changes)?;
        center.add_quick_connects(ids, &mut changes);
        Ok((center, changes))
    }

    /// A configuration resource.
    pub fn resource<B: BodyOf>(&self, id: impl Into<ResourceId>, body: B) -> ConfigChange {
        ConfigChange::Put(Arc::new(self.wrap(id, body)), None)
    }

    /// A resource around its body.
    pub fn wrap<B: BodyOf>(&self, id: impl Into<ResourceId>, body: B) -> Resource {
        let id = id.into();
        Resource {
            instance: self.scope.instance,
            id,
            name: format!("resource {id}"),
            tags: Tags::new(),
            version: 1,
            modified_at: Timestamp::from_secs(0),
            body: body.wrap(),
        }
    }

    fn hours_resource(&self) -> ConfigChange {
        let midnight = DayTime {
            hours: 0,
            minutes: 0,
        };
        let days = [
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
        ];
        self.resource(
            self.hours,
            HoursOfOperation {
                description: None,
                time_zone: "Europe/Berlin".to_owned(),
                weekly: days
                    .map(|day| DayHours {
                        day,
                        start: midnight,
                        end: midnight,
                    })
                    .to_vec(),
                overrides: Vec::new(),
            },
        )
    }

    /// The queue with this number; the first one holds few contacts.
    pub fn queue(&self, index: usize, status: Enablement) -> Option<ConfigChange> {
        Some(self.resource(
            *self.queues.get(index)?,
            Queue {
                description: None,
                hours: self.hours,
                contacts_max: (index == 0).then_some(3),
                status,
                outbound: OutboundCallerConfig::default(),
                quick_connects: BTreeSet::new(),
            },
        ))
    }

    /// The routing profile with this number, with queues, delays and concurrency drawn anew.
    pub fn profile(&self, index: usize, ids: &mut IdSource) -> Option<ConfigChange> {
        let id = *self.profiles.get(index)?;
        let mut queues = Vec::new();
        for queue in &self.queues {
            for channel in Channel::ALL {
                if ids.below(4) > 0 {
                    queues.push(RoutingProfileQueue {
                        queue: *queue,
                        channel,
                        priority: small(ids, 2) + 1,
                        delay_s: if ids.below(3) == 0 { 30 } else { 0 },
                    });
                }
            }
        }
        let mut concurrency = BTreeMap::new();
        for channel in Channel::ALL {
            let cross_channel = if ids.below(2) == 0 {
                CrossChannel::RouteAnyChannel
            } else {
                CrossChannel::RouteCurrentChannelOnly
            };
            // An agent takes one call at a time.
            let slots = if channel == Channel::Voice {
                1
            } else {
                small(ids, 3) + 1
            };
            concurrency.insert(
                channel,
                ChannelConcurrency {
                    slots,
                    cross_channel,
                },
            );
        }
        let default_outbound_queue = *self.queues.first()?;
        let availability_timer = if ids.below(2) == 0 {
            AvailabilityTimer::TimeSinceLastActivity
        } else {
            AvailabilityTimer::TimeSinceLastInbound
        };
        Some(self.resource(
            id,
            RoutingProfile {
                description: String::new(),
                default_outbound_queue,
                concurrency,
                queues,
                availability_timer,
            },
        ))
    }

    /// The user with this number, with a routing profile drawn anew.
    pub fn user(&self, index: usize, ids: &mut IdSource) -> Option<ConfigChange> {
        let id = *self.users.get(index)?;
        let profile = *self.profiles.get(pick(ids, self.profiles.len()))?;
        Some(self.resource(
            id,
            User {
                first_name: PersonalText::from(format!("Agent {index}")),
                last_name: PersonalText::from("Miller"),
                email: None,
                security_profiles: BTreeSet::new(),
                routing_profile: profile,
                phone: PhoneConfig {
                    kind: PhoneType::SoftPhone,
                    auto_accept: index == 0,
                    after_contact_work_s: if index == 1 { 30 } else { 0 },
                    desk_phone: None,
                },
            },
        ))
    }

    fn add_quick_connects(&mut self, ids: &mut IdSource, changes: &mut Vec<ConfigChange>) {
        let flow = self.transfer;
        let queues = self
            .queues
            .iter()
            .zip([self.transfer, self.secure])
            .map(|(queue, flow)| QuickConnectDestination::Queue {
                queue: *queue,
                flow,
            });
        let users = self
            .users
            .iter()
            .take(2)
            .map(|user| QuickConnectDestination::User { user: *user, flow });
        let destinations: Vec<QuickConnectDestination> = queues.chain(users).collect();
        for destination in destinations {
            let id = QuickConnectId::generate(ids);
            changes.push(self.resource(
                id,
                QuickConnect {
                    description: None,
                    destination,
                },
            ));
            self.quick_connects.push(id);
        }
    }

    /// A flow in a new version.
    pub fn flow(
        &self,
        id: FlowId,
        kind: FlowType,
        content: &Value,
    ) -> anyhow::Result<ConfigChange> {
        let content = content.to_string();
        let flow = Flow::parse(&content, FlowKind::Flow(kind))
            .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let at = FlowRef {
            key: FlowKey::Flow(id),
            content: flow.content_hash(),
        };
        let resource = self.wrap(
            id,
            FlowDefinition {
                kind,
                description: None,
                state: FlowState::Active,
                status: FlowStatus::Published,
                content,
            },
        );
        Ok(ConfigChange::Put(
            Arc::new(resource),
            Some((at, Arc::new(flow))),
        ))
    }

    fn add_flows(
        &mut self,
        ids: &mut IdSource,
        changes: &mut Vec<ConfigChange>,
    ) -> anyhow::Result<()> {
        let waiting = FlowId::generate(ids);
        let remaining = FlowId::generate(ids);
        let task = FlowId::generate(ids);
        let first = self.queue_arn(0);
        changes.push(self.flow(
            waiting,
            FlowType::CustomerQueue,
            &content::waiting_flow(&self.queue_arn(1)),
        )?);
        changes.push(self.flow(
            remaining,
            FlowType::ContactFlow,
            &content::remaining_flow(&first),
        )?);
        changes.push(self.flow(
            self.transfer,
            FlowType::QueueTransfer,
            &content::transfer_flow(),
        )?);
        changes.push(self.flow(
            self.secure,
            FlowType::QueueTransfer,
            &content::secure_flow(),
        )?);
        changes.push(self.flow(
            task,
            FlowType::ContactFlow,
            &content::task_flow(&self.queue_arn(2)),
        )?);
        for index in 0..self.queues.len() {
            let flow = FlowId::generate(ids);
            let content = content::queueing_flow(&self.queue_arn(index), waiting, remaining, task);
            changes.push(self.flow(flow, FlowType::ContactFlow, &content)?);
            self.inbound.push(flow);
        }
        changes.push(self.flow(
            self.endless,
            FlowType::ContactFlow,
            &content::endless_flow(),
        )?);
        let music = FlowId::generate(ids);
        changes.push(self.flow(music, FlowType::CustomerQueue, &content::music_flow())?);
        for content in [
            content::asking_flow(&first),
            content::short_flow(),
            content::menu_flow(&first, &music.to_string()),
        ] {
            let flow = FlowId::generate(ids);
            changes.push(self.flow(flow, FlowType::ContactFlow, &content)?);
            self.inbound.push(flow);
        }
        self.inbound.push(task);
        Ok(())
    }

    /// The ARN of the queue with this number, as flows name it.
    pub fn queue_arn(&self, index: usize) -> String {
        let queue = self
            .queues
            .get(index)
            .copied()
            .unwrap_or(QueueId::from_u128(0));
        self.scope
            .resource_arn(model::ResourceKind::Queue, queue)
            .to_string()
    }

    /// A flow that queues in the queue with this number, and meanwhile runs another.
    pub fn queueing(&self, index: usize, waiting: FlowId) -> Value {
        let nothing = FlowId::from_u128(0);
        content::queueing_flow(&self.queue_arn(index), waiting, nothing, nothing)
    }

    /// The flow that queues in the queue with this number, in a new version: contacts that run the old one
    /// go on in it.
    pub fn republish(&self, index: usize) -> Option<ConfigChange> {
        let id = *self.inbound.get(index)?;
        let content = content::direct_flow(&self.queue_arn(index));
        self.flow(id, FlowType::ContactFlow, &content).ok()
    }
}

/// A number below `bound`, as an index.
pub fn pick(ids: &mut IdSource, bound: usize) -> usize {
    let bound = u64::try_from(bound).unwrap_or(u64::MAX);
    usize::try_from(ids.below(bound)).unwrap_or(0)
}

fn small(ids: &mut IdSource, bound: u64) -> u8 {
    u8::try_from(ids.below(bound)).unwrap_or(0)
}
