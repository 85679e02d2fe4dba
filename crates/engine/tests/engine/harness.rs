//! A small center, and short words for what is done to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use engine::effect::{ContactEventKind, Effect};
use engine::input::{Destination, StartContact};
use engine::{ConfigChange, ContactState, Engine, Input, Limits, Rejection, Reply, Stored};
use flow::{Flow, FlowKey, FlowKind, FlowRef};
use model::contact::{Attributes, ContactRecord, PersonalText};
use model::hours::{DayHours, DayTime, HoursOfOperation, Weekday};
use model::resource::{
    AgentStatus, AvailabilityTimer, BodyOf, ChannelConcurrency, CrossChannel, Enablement,
    FlowDefinition, FlowState, FlowStatus, FlowType, OutboundCallerConfig, PhoneConfig, PhoneType,
    Queue, QuickConnect, QuickConnectDestination, RoutingProfile, RoutingProfileQueue, User,
};
use model::transcript::{ItemContent, TranscriptItem};
use model::{
    AgentContactState, AgentStatusId, AgentStatusType, Channel, ContactId, FlowId, HoursId,
    IdSource, InitiationMethod, InstanceId, InstanceScope, ParticipantId, QueueId, QuickConnectId,
    Resource, ResourceId, ResourceKind, RoutingProfileId, Tags, Timestamp, TranscriptItemId,
    UserId,
};
use serde_json::Value;

pub(crate) use crate::blocks::*;

pub(crate) const AVAILABLE: AgentStatusId = AgentStatusId::from_u128(1);
pub(crate) const BREAK: AgentStatusId = AgentStatusId::from_u128(2);
pub(crate) const OFFLINE: AgentStatusId = AgentStatusId::from_u128(3);
pub(crate) const HOURS: HoursId = HoursId::from_u128(1);

pub(crate) fn queue(n: u128) -> QueueId {
    QueueId::from_u128(n)
}

pub(crate) fn user(n: u128) -> UserId {
    UserId::from_u128(n)
}

pub(crate) fn flow(n: u128) -> FlowId {
    FlowId::from_u128(n)
}

pub(crate) fn contact(n: u128) -> ContactId {
    ContactId::from_u128(n)
}

/// The customer of the contact with this number.
pub(crate) fn customer(n: u128) -> ParticipantId {
    ParticipantId::from_u128(n)
}

pub(crate) fn item(n: u128) -> TranscriptItemId {
    TranscriptItemId::from_u128(n)
}

pub(crate) fn text(text: &str) -> ItemContent {
    ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: PersonalText::from(text),
    }
}

/// One queue (1), one routing profile (1), flow 1 queues in queue 1. Everything that ever happened is
/// kept.
pub(crate) struct Center {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    pub(crate) config: BTreeMap<(ResourceKind, ResourceId), ConfigChange>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) limits: Limits,
    pub(crate) rows: BTreeMap<ContactId, Vec<u8>>,
    pub(crate) agent_rows: BTreeMap<UserId, Vec<u8>>,
}

pub(crate) fn scope() -> InstanceScope {
    InstanceScope {
        region: "eu-central-1".to_owned(),
        account: "123456789012".to_owned(),
        instance: InstanceId::from_u128(1),
    }
}

impl Center {
    pub(crate) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(crate) fn with_limits(limits: Limits) -> Self {
        let mut center = Self {
            engine: Engine::new(scope(), limits, IdSource::from_number(1)),
            now: Timestamp::from_secs(1_774_260_000),
            config: BTreeMap::new(),
            effects: Vec::new(),
            limits,
            rows: BTreeMap::new(),
            agent_rows: BTreeMap::new(),
        };
        let statuses = [
            (AVAILABLE, AgentStatusType::Routable),
            (BREAK, AgentStatusType::Custom),
            (OFFLINE, AgentStatusType::Offline),
        ];
        for (id, kind) in statuses {
            center.put(
                id,
                AgentStatus {
                    description: None,
                    kind,
                    state: Enablement::Enabled,
                    display_order: None,
                },
            );
        }
        center.put(
            HOURS,
            HoursOfOperation {
                description: None,
                time_zone: "UTC".to_owned(),
                weekly: vec![DayHours {
                    day: Weekday::Monday,
                    start: DayTime {
                        hours: 0,
                        minutes: 0,
                    },
                    end: DayTime {
                        hours: 0,
                        minutes: 0,
                    },
                }],
                overrides: Vec::new(),
            },
        );
        center.queue(1, None);
        center.profile(1, &[(1, 1, 0)], 1);
        center.flow(1, FlowType::ContactFlow, &queueing(1));
        center
    }

    pub(crate) fn put<B: BodyOf>(&mut self, id: impl Into<ResourceId>, body: B) {
        let id = id.into();
        let resource = Resource {
            instance: InstanceId::from_u128(1),
            id,
            name: format!("name {}", id.as_u128()),
            tags: Tags::new(),
            version: 1,
            modified_at: Timestamp::from_secs(0),
            body: body.wrap(),
        };
        self.change(ConfigChange::Put(Arc::new(resource), None));
    }

    pub(crate) fn change(&mut self, change: ConfigChange) {
        match &change {
            ConfigChange::Put(resource, _) => {
                let key = (resource.body.kind(), resource.id);
                self.config.insert(key, change.clone());
            }
            ConfigChange::Remove(kind, id) => {
                self.config.remove(&(*kind, *id));
            }
        }
        self.done(Input::Config(change));
    }

    pub(crate) fn queue(&mut self, n: u128, contacts_max: Option<u32>) {
        self.put(
            queue(n),
            Queue {
                description: None,
                hours: HOURS,
                contacts_max,
                status: Enablement::Enabled,
                outbound: OutboundCallerConfig::default(),
                quick_connects: BTreeSet::new(),
            },
        );
    }

    /// A routing profile that serves queues on all channels, with one call at a time: `(queue, priority, delay)`.
    pub(crate) fn profile(&mut self, n: u128, queues: &[(u128, u8, u16)], slots: u8) {
        self.profile_with(n, queues, slots, CrossChannel::RouteAnyChannel);
    }

    pub(crate) fn profile_with(
        &mut self,
        n: u128,
        queues: &[(u128, u8, u16)],
        slots: u8,
        cross_channel: CrossChannel,
    ) {
        let channels = Channel::ALL;
        let entries = queues.iter().flat_map(|&(n, priority, delay_s)| {
            channels.map(|channel| RoutingProfileQueue {
                queue: queue(n),
                channel,
                priority,
                delay_s,
            })
        });
        self.put(
            RoutingProfileId::from_u128(n),
            RoutingProfile {
                description: String::new(),
                default_outbound_queue: queue(1),
                concurrency: channels
                    .map(|channel| {
                        (
                            channel,
                            ChannelConcurrency {
                                slots: if channel == Channel::Voice { 1 } else { slots },
                                cross_channel,
                            },
                        )
                    })
                    .into(),
                queues: entries.collect(),
                availability_timer: AvailabilityTimer::TimeSinceLastActivity,
            },
        );
    }

    /// An agent of a routing profile, offline at first.
    pub(crate) fn agent(&mut self, n: u128, profile: u128) {
        self.agent_with(n, profile, false, 0);
    }

    pub(crate) fn agent_with(&mut self, n: u128, profile: u128, auto_accept: bool, wrap_up_s: u32) {
        self.put(
            user(n),
            User {
                first_name: PersonalText::from(format!("First {n}")),
                last_name: PersonalText::from("Last"),
                email: None,
                security_profiles: BTreeSet::new(),
                routing_profile: RoutingProfileId::from_u128(profile),
                phone: PhoneConfig {
                    kind: PhoneType::SoftPhone,
                    auto_accept,
                    after_contact_work_s: wrap_up_s,
                    desk_phone: None,
                },
            },
        );
    }

    /// An agent of routing profile 1 who is available.
    pub(crate) fn ready(&mut self, n: u128) {
        self.agent(n, 1);
        self.status(n, AVAILABLE);
    }

    pub(crate) fn status(&mut self, n: u128, status: AgentStatusId) {
        self.done(Input::SetAgentStatus {
            agent: user(n),
            status,
        });
    }

    pub(crate) fn flow(&mut self, n: u128, kind: FlowType, content: &Value) {
        let content = content.to_string();
        let parsed = Flow::parse(&content, FlowKind::Flow(kind)).unwrap();
        let at = FlowRef {
            key: FlowKey::Flow(flow(n)),
            content: parsed.content_hash(),
        };
        let body = FlowDefinition {
            kind,
            description: None,
            state: FlowState::Active,
            status: FlowStatus::Published,
            content,
        };
        let resource = Resource {
            instance: InstanceId::from_u128(1),
            id: flow(n).into(),
            name: format!("flow {n}"),
            tags: Tags::new(),
            version: 1,
            modified_at: Timestamp::from_secs(0),
            body: body.wrap(),
        };
        self.change(ConfigChange::Put(
            Arc::new(resource),
            Some((at, Arc::new(parsed))),
        ));
    }

    pub(crate) fn quick_connect(&mut self, n: u128, destination: QuickConnectDestination) {
        self.put(
            QuickConnectId::from_u128(n),
            QuickConnect {
                description: None,
                destination,
            },
        );
    }

    /// Takes an input in, keeps what happened, and audits.
    pub(crate) fn give(&mut self, input: Input) -> Result<Reply, Rejection> {
        let outcome = self.engine.handle(self.now, input);
        self.effects.extend(outcome.effects);
        assert_eq!(self.engine.audit(self.now), []);
        outcome.reply
    }

    pub(crate) fn done(&mut self, input: Input) -> Reply {
        self.give(input).unwrap()
    }

    /// Lets time pass, with a tick whenever one is due.
    pub(crate) fn pass(&mut self, seconds: u64) {
        let until = self.now.plus(Duration::from_secs(seconds));
        while let Some(due) = self.engine.next_deadline()
            && due <= until
        {
            self.now = self.now.max(due);
            self.done(Input::Tick);
        }
        self.now = until;
    }

    pub(crate) fn chat(&mut self, n: u128) {
        self.chat_in(n, 1);
    }

    /// Contact `n`, a chat of customer `n`, begins in a flow.
    pub(crate) fn chat_in(&mut self, n: u128, flow_number: u128) {
        let start = chat(n, flow_number);
        self.done(Input::StartContact(start));
    }

    pub(crate) fn accept(&mut self, agent: u128, contact: ContactId) {
        let agent = user(agent);
        self.done(Input::AcceptOffer { agent, contact });
    }

    pub(crate) fn end(&mut self, agent: u128, contact: ContactId) {
        let agent = user(agent);
        self.done(Input::EndContact { agent, contact });
    }

    pub(crate) fn complete(&mut self, agent: u128, contact: ContactId) {
        let agent = user(agent);
        self.done(Input::CompleteContact { agent, contact });
    }

    pub(crate) fn say(
        &mut self,
        contact_id: ContactId,
        who: ParticipantId,
        n: u128,
    ) -> Result<Reply, Rejection> {
        self.give(Input::Say {
            contact: contact_id,
            participant: who,
            item: item(n),
            content: text("hello"),
        })
    }

    pub(crate) fn state(&self, id: ContactId) -> ContactState {
        self.engine.contact(id).unwrap().state
    }

    /// To whom the contact is offered now.
    pub(crate) fn offered_to(&self, id: ContactId) -> Option<UserId> {
        match self.engine.contact(id)?.state {
            ContactState::Offered { agent, .. } => Some(agent),
            _ => None,
        }
    }

    pub(crate) fn is_waiting(&self, id: ContactId) -> bool {
        matches!(self.state(id), ContactState::Queued(_))
    }

    pub(crate) fn slot(&self, agent: u128, id: ContactId) -> Option<AgentContactState> {
        let agent = self.engine.agent(user(agent))?;
        agent
            .contacts
            .iter()
            .find(|c| c.contact == id)
            .map(|c| c.state)
    }

    /// As whom an agent takes part in a chat.
    pub(crate) fn participant(&self, agent: u128, id: ContactId) -> ParticipantId {
        let agent = self.engine.agent(user(agent)).unwrap();
        agent
            .contacts
            .iter()
            .find(|c| c.contact == id)
            .unwrap()
            .participant
            .unwrap()
    }

    pub(crate) fn record(&self, id: ContactId) -> &ContactRecord {
        let mut found = self.effects.iter().filter_map(|effect| match effect {
            Effect::Record(record) if record.id == id => Some(&**record),
            _ => None,
        });
        let record = found.next().unwrap();
        assert!(found.next().is_none(), "one record");
        record
    }

    pub(crate) fn has_record(&self, id: ContactId) -> bool {
        self.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Record(r) if r.id == id))
    }

    pub(crate) fn items(&self) -> Vec<&TranscriptItem> {
        let items = self.effects.iter().filter_map(|effect| match effect {
            Effect::Transcript(item) => Some(item),
            _ => None,
        });
        items.collect()
    }

    /// The transcript, short: texts, and the last word of events.
    pub(crate) fn transcript(&self) -> Vec<String> {
        let short = |item: &&TranscriptItem| match &item.content {
            ItemContent::Message { text, .. } => {
                format!("{}: {}", item.role.as_str(), text.expose())
            }
            ItemContent::Event { content_type, .. } => {
                let event =
                    content_type.trim_start_matches("application/vnd.amazonaws.connect.event.");
                format!("{} {event}", item.role.as_str())
            }
            ItemContent::Attachment(_) => "attachment".to_owned(),
        };
        self.items().iter().map(short).collect()
    }

    pub(crate) fn events(&self, id: ContactId) -> Vec<&ContactEventKind> {
        let events = self.effects.iter().filter_map(|effect| match effect {
            Effect::ContactEvent(event) if event.contact == id => Some(&event.kind),
            _ => None,
        });
        events.collect()
    }

    /// Keeps what changed, as a store does.
    pub(crate) fn store(&mut self) {
        let changes = self.engine.take_changes();
        self.rows.extend(changes.contacts);
        self.agent_rows.extend(changes.agents);
        for id in changes.closed {
            self.rows.remove(&id);
        }
        for id in changes.removed_agents {
            self.agent_rows.remove(&id);
        }
    }

    pub(crate) fn stored(&self) -> Stored {
        let flows = self.engine.config().flows.iter();
        Stored {
            config: self.config.values().cloned().collect(),
            pinned_flows: flows.map(|(at, flow)| (*at, Arc::clone(flow))).collect(),
            contacts: self.rows.clone().into_iter().collect(),
            agents: self.agent_rows.clone().into_iter().collect(),
        }
    }

    /// Stores, then starts anew from what is stored.
    pub(crate) fn restart(&mut self) {
        self.store();
        let ids = IdSource::from_number(2);
        self.engine = Engine::restore(scope(), self.limits, ids, self.now, self.stored()).unwrap();
    }
}

pub(crate) fn chat(n: u128, flow_number: u128) -> StartContact {
    StartContact {
        contact: contact(n),
        channel: Channel::Chat,
        initiation_method: InitiationMethod::Api,
        destination: Destination::Flow(flow(flow_number)),
        attributes: Attributes::default(),
        segment_attributes: BTreeMap::new(),
        name: None,
        description: None,
        references: BTreeMap::new(),
        tags: Tags::new(),
        customer_id: None,
        customer_endpoint: None,
        system_endpoint: None,
        customer: Some((customer(n), PersonalText::from("Jo"))),
        sip_headers: BTreeMap::new(),
        initial_message: None,
        duration_max_min: None,
        scheduled_at: None,
        previous: None,
        related: None,
    }
}

pub(crate) fn task(n: u128, flow_number: u128) -> StartContact {
    StartContact {
        channel: Channel::Task,
        customer: None,
        name: Some(PersonalText::from("Call back")),
        ..chat(n, flow_number)
    }
}
