//! Matching decisions: 10,000 agents, 1,000 queues; 20,000 contacts wait, and ten times fewer and more.
//!
//! `decision` is the index alone: a free agent is given the next contact, and a new one comes for it.
//! `engine` is a whole life through [`Engine::handle`]: the agent completes a task, gets and takes the next,
//! ends it; a new one arrives and waits; changed
//! rows are written out.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engine::input::{Destination, StartContact};
use engine::matching::{Availability, ChannelSet, Lane, Matcher, Place, Presence, Waiting};
use engine::{ConfigChange, ContactState, Engine, Input, Limits};
use flow::{Flow, FlowKey, FlowKind, FlowRef};
use model::contact::{Attributes, QueueRef};
use model::resource::{
    AgentStatus, AvailabilityTimer, BodyOf, ChannelConcurrency, CrossChannel, Enablement,
    FlowDefinition, FlowState, FlowStatus, FlowType, OutboundCallerConfig, PhoneConfig, PhoneType,
    Queue, RoutingProfile, RoutingProfileQueue, User,
};
use model::{
    AgentStatusId, AgentStatusType, Channel, ContactId, FlowId, HoursId, IdSource,
    InitiationMethod, InstanceId, InstanceScope, QueueId, Resource, ResourceId, RoutingProfileId,
    Tags, Timestamp, UserId,
};
use serde_json::json;

const AGENTS: u128 = 10_000;
const QUEUES: u128 = 1_000;
const PROFILES: u128 = 200;
/// Queues that a routing profile serves, so that each queue is served by two profiles.
const QUEUES_PER_PROFILE: u128 = 10;
const WAITING: [u128; 3] = [2_000, 20_000, 200_000];

fn entries(profile: u128) -> Vec<RoutingProfileQueue> {
    (0..QUEUES_PER_PROFILE)
        .map(|n| RoutingProfileQueue {
            queue: QueueId::from_u128((profile * QUEUES_PER_PROFILE + n) % QUEUES),
            channel: Channel::Task,
            priority: u8::try_from(n % 3).unwrap() + 1,
            delay_s: 0,
        })
        .collect()
}

fn at(n: u128) -> Timestamp {
    Timestamp::from_millis(i64::try_from(n).unwrap())
}

struct Indexes {
    matcher: Matcher,
    next: u128,
}

impl Indexes {
    fn new(waiting: u128) -> Self {
        let mut matcher = Matcher::default();
        for profile in 0..PROFILES {
            matcher.set_profile(
                at(0),
                RoutingProfileId::from_u128(profile),
                &entries(profile),
            );
        }
        let mut indexes = Self { matcher, next: 0 };
        for agent in 0..AGENTS {
            indexes.agent(agent, Openness::Busy);
        }
        for _ in 0..waiting {
            indexes.arrive();
        }
        indexes
    }

    fn agent(&mut self, agent: u128, openness: Openness) {
        let mut open = ChannelSet::default();
        if openness == Openness::Free {
            open.insert(Channel::Task);
        }
        let availability = Availability {
            profile: RoutingProfileId::from_u128(agent % PROFILES),
            open,
            idle_since: at(self.next),
            presence: Presence::Idle,
        };
        self.matcher
            .set_agent(UserId::from_u128(agent), Some(availability));
    }

    fn arrive(&mut self) {
        self.next += 1;
        let queue = QueueId::from_u128(self.next % QUEUES);
        self.matcher.enqueue(
            at(self.next),
            Waiting {
                lane: Lane {
                    queue: QueueRef::Standard(queue),
                    channel: Channel::Task,
                },
                place: Place {
                    priority: 5,
                    since: at(self.next),
                    contact: ContactId::from_u128(self.next),
                },
                enqueued_at: at(self.next),
            },
        );
    }

    /// An agent becomes free, is given a contact, and another contact comes.
    fn decide(&mut self) {
        let agent = self.next * 7919 % AGENTS;
        self.agent(agent, Openness::Free);
        let contact = self.matcher.best_contact(UserId::from_u128(agent)).unwrap();
        assert_eq!(
            self.matcher.best_agent(contact),
            Some(UserId::from_u128(agent))
        );
        self.matcher.dequeue(black_box(contact));
        self.agent(agent, Openness::Busy);
        self.arrive();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Openness {
    Free,
    Busy,
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");
    group.throughput(Throughput::Elements(1));
    for waiting in WAITING {
        let mut indexes = Indexes::new(waiting);
        group.bench_function(BenchmarkId::from_parameter(waiting), |bencher| {
            bencher.iter(|| indexes.decide());
        });
    }
    group.finish();
}

struct Center {
    engine: Engine,
    now: u128,
    held: BTreeMap<u128, ContactId>,
}

impl Center {
    fn new(waiting: u128) -> Self {
        let scope = InstanceScope {
            region: "eu-central-1".to_owned(),
            account: "123456789012".to_owned(),
            instance: InstanceId::from_u128(1),
        };
        let limits = Limits {
            open_contacts_max: 1_000_000,
            ..Limits::default()
        };
        let mut center = Self {
            engine: Engine::new(scope, limits, IdSource::from_number(1)),
            now: 1,
            held: BTreeMap::new(),
        };
        center.configure();
        for agent in 0..AGENTS {
            center.give(Input::SetAgentStatus {
                agent: UserId::from_u128(agent),
                status: AgentStatusId::from_u128(1),
            });
        }
        // One contact for each agent, then those who wait.
        for n in 0..AGENTS * 10 + waiting {
            let busy = usize::try_from(AGENTS).unwrap();
            if center.engine.open_contacts_count() >= busy + usize::try_from(waiting).unwrap() {
                break;
            }
            center.arrive(n % QUEUES);
        }
        let held: Vec<_> = center
            .engine
            .open_contacts()
            .filter_map(|c| match c.state {
                ContactState::Connected { agent, .. } => Some((agent.as_u128(), c.record.id)),
                _ => None,
            })
            .collect();
        center.held.extend(held);
        center.engine.take_changes();
        center
    }

    fn put<B: BodyOf>(
        &mut self,
        id: impl Into<ResourceId>,
        body: B,
        flow: Option<(FlowRef, Arc<Flow>)>,
    ) {
        let id = id.into();
        let resource = Resource {
            instance: InstanceId::from_u128(1),
            id,
            name: id.to_string(),
            tags: Tags::new(),
            version: 1,
            modified_at: at(0),
            body: body.wrap(),
        };
        self.give(Input::Config(ConfigChange::Put(Arc::new(resource), flow)));
    }

    fn configure(&mut self) {
        self.put(
            AgentStatusId::from_u128(1),
            AgentStatus {
                description: None,
                kind: AgentStatusType::Routable,
                state: Enablement::Enabled,
                display_order: None,
            },
            None,
        );
        for n in 0..QUEUES {
            self.put(
                QueueId::from_u128(n),
                Queue {
                    description: None,
                    hours: HoursId::from_u128(1),
                    contacts_max: None,
                    status: Enablement::Enabled,
                    outbound: OutboundCallerConfig::default(),
                    quick_connects: BTreeSet::new(),
                },
                None,
            );
            self.put_flow(n);
        }
        for n in 0..PROFILES {
            let concurrency = ChannelConcurrency {
                slots: 1,
                cross_channel: CrossChannel::RouteAnyChannel,
            };
            self.put(
                RoutingProfileId::from_u128(n),
                RoutingProfile {
                    description: String::new(),
                    default_outbound_queue: QueueId::from_u128(0),
                    concurrency: BTreeMap::from([(Channel::Task, concurrency)]),
                    queues: entries(n),
                    availability_timer: AvailabilityTimer::TimeSinceLastActivity,
                },
                None,
            );
        }
        for n in 0..AGENTS {
            self.put(
                UserId::from_u128(n),
                User {
                    first_name: "A".into(),
                    last_name: "B".into(),
                    email: None,
                    security_profiles: BTreeSet::new(),
                    routing_profile: RoutingProfileId::from_u128(n % PROFILES),
                    phone: PhoneConfig {
                        kind: PhoneType::SoftPhone,
                        auto_accept: true,
                        after_contact_work_s: 0,
                        desk_phone: None,
                    },
                },
                None,
            );
        }
    }

    fn put_flow(&mut self, n: u128) {
        let content = json!({"Version": "2019-10-30", "StartAction": "a", "Actions": [
            {"Identifier": "a", "Type": "UpdateContactTargetQueue",
             "Parameters": {"QueueId": QueueId::from_u128(n).to_string()},
             "Transitions": {"NextAction": "b", "Conditions": [],
                             "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "z"}]}},
            {"Identifier": "b", "Type": "TransferContactToQueue", "Parameters": {},
             "Transitions": {"NextAction": "z", "Conditions": [], "Errors": [
                 {"ErrorType": "QueueAtCapacity", "NextAction": "z"},
                 {"ErrorType": "NoMatchingError", "NextAction": "z"}]}},
            {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]})
        .to_string();
        let kind = FlowType::ContactFlow;
        let flow = Flow::parse(&content, FlowKind::Flow(kind)).unwrap();
        let id = FlowId::from_u128(n);
        let version = FlowRef {
            key: FlowKey::Flow(id),
            content: flow.content_hash(),
        };
        let body = FlowDefinition {
            kind,
            description: None,
            state: FlowState::Active,
            status: FlowStatus::Published,
            content,
        };
        self.put(id, body, Some((version, Arc::new(flow))));
    }

    fn give(&mut self, input: Input) {
        self.now += 1;
        let outcome = self.engine.handle(at(self.now), input);
        outcome.reply.unwrap();
        for effect in outcome.effects {
            if let engine::Effect::ContactEvent(event) = effect
                && let engine::effect::ContactEventKind::ConnectedToAgent { agent } = event.kind
            {
                self.held.insert(agent.as_u128(), event.contact);
            }
        }
    }

    fn arrive(&mut self, queue: u128) {
        self.now += 1;
        let contact = ContactId::from_u128(self.now << 64);
        self.give(Input::StartContact(StartContact {
            contact,
            channel: Channel::Task,
            initiation_method: InitiationMethod::Api,
            destination: Destination::Flow(FlowId::from_u128(queue)),
            attributes: Attributes::default(),
            segment_attributes: BTreeMap::new(),
            name: Some("A task".into()),
            description: None,
            references: BTreeMap::new(),
            tags: Tags::new(),
            customer_id: None,
            customer_endpoint: None,
            system_endpoint: None,
            customer: None,
            sip_headers: BTreeMap::new(),
            initial_message: None,
            duration_max_min: None,
            scheduled_at: None,
            previous: None,
            related: None,
        }));
    }

    fn live(&mut self) {
        let start = self.now * 7919 % AGENTS;
        let busy = self
            .held
            .range(start..)
            .next()
            .or_else(|| self.held.first_key_value());
        let (&agent, &contact) = busy.unwrap();
        self.held.remove(&agent);
        // What arrives is for this agent's queues, so that as many wait as before.
        let queue =
            (agent % PROFILES * QUEUES_PER_PROFILE + self.now % QUEUES_PER_PROFILE) % QUEUES;
        let agent = UserId::from_u128(agent);
        self.give(Input::EndContact { agent, contact });
        self.give(Input::CompleteContact { agent, contact });
        self.arrive(queue);
        self.engine.take_changes();
    }
}

fn lives(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(1));
    for waiting in [2_000, 20_000] {
        let mut center = Center::new(waiting);
        group.bench_function(BenchmarkId::from_parameter(waiting), |bencher| {
            bencher.iter(|| center.live());
        });
    }
    group.finish();
}

criterion_group!(benches, decisions, lives);
criterion_main!(benches);
