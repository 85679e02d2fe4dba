//! Customers, agents and administrators: what they do next, drawn from a seed.

use std::collections::BTreeMap;

use engine::input::{Destination, StartContact, TransferTarget};
use engine::{AgentContact, CallEvent, ConfigChange, ContactView, Engine, Hearing, Input};
use flow::command::ContactData;
use model::contact::{Attributes, DisconnectReason, Endpoint, PersonalText, Reference};
use model::resource::Enablement;
use model::transcript::{ItemContent, ParticipantRole, event_type};
use model::{
    AgentContactState, Channel, ContactId, IdSource, InitiationMethod, ParticipantId, ResourceKind,
    Tags, Timestamp, TranscriptItemId, UserId,
};

use crate::center::{Center, pick};

/// Everybody who acts on the center.
#[derive(Debug)]
pub struct Crowd {
    /// The center they act on.
    pub center: Center,
    /// Where their choices come from.
    pub ids: IdSource,
}

impl Crowd {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.ids.below(bound)
    }

    /// What somebody does next.
    pub fn act(&mut self, engine: &Engine, now: Timestamp) -> Input {
        match self.below(100) {
            0..10 => self.start_chat(),
            10..14 => self.start_task(now),
            14..18 => Input::StartContact(self.start(Channel::Voice)),
            18..25 => self.choose_status(),
            25..60 => self.agent_acts(engine),
            60..70 => self.call_goes_on(engine),
            70..82 => self.customer_acts(engine),
            82..84 => self.stop(engine),
            84..87 => self.transfer(engine),
            87..91 => self.change_data(engine),
            91..95 => self.administer(),
            _ => Input::Tick,
        }
    }

    fn start_chat(&mut self) -> Input {
        let customer = ParticipantId::generate(&mut self.ids);
        let initial_message =
            (self.below(2) == 0).then(|| (TranscriptItemId::generate(&mut self.ids), text("Hi")));
        let duration = u32::try_from(60 + self.below(60)).ok();
        Input::StartContact(StartContact {
            customer: Some((customer, PersonalText::from("Jo"))),
            sip_headers: BTreeMap::new(),
            initial_message,
            duration_max_min: duration,
            ..self.start(Channel::Chat)
        })
    }

    fn start_task(&mut self, now: Timestamp) -> Input {
        let scheduled_at = (self.below(3) == 0)
            .then(|| now.plus(std::time::Duration::from_secs(self.below(3600))));
        let quick_connect = pick(&mut self.ids, self.center.quick_connects.len() * 3);
        let by_quick_connect = self.center.quick_connects.get(quick_connect).copied();
        let start = self.start(Channel::Task);
        Input::StartContact(StartContact {
            scheduled_at,
            name: Some(PersonalText::from("A task")),
            destination: by_quick_connect.map_or(start.destination, Destination::QuickConnect),
            ..start
        })
    }

    /// A contact that starts in a given flow, with a queue to work with.
    pub fn start_in(&mut self, channel: Channel, destination: Destination, queue: &str) -> Input {
        let mut start = self.start(channel);
        start.destination = destination;
        // Two short attributes are far below the limit.
        let _within_limit = start
            .attributes
            .merge([("WorkingQueue".to_owned(), queue.to_owned())]);
        if channel == Channel::Chat {
            let customer = ParticipantId::generate(&mut self.ids);
            start.customer = Some((customer, PersonalText::from("Jo")));
        }
        Input::StartContact(start)
    }

    fn start(&mut self, channel: Channel) -> StartContact {
        let flow = pick(&mut self.ids, self.center.inbound.len());
        let flow = self
            .center
            .inbound
            .get(flow)
            .copied()
            .unwrap_or(self.center.transfer);
        let mut attributes = Attributes::default();
        // One short attribute is far below the limit.
        let _within_limit = attributes.merge([("name".to_owned(), "Jo".to_owned())]);
        StartContact {
            contact: ContactId::generate(&mut self.ids),
            channel,
            initiation_method: InitiationMethod::Api,
            destination: Destination::Flow(flow),
            attributes,
            segment_attributes: BTreeMap::from([(
                "connect:Subtype".to_owned(),
                "connect:Chat".to_owned(),
            )]),
            name: None,
            description: None,
            references: BTreeMap::from([(
                "site".to_owned(),
                Reference {
                    kind: "URL".to_owned(),
                    value: PersonalText::from("https://example.com"),
                },
            )]),
            tags: Tags::new(),
            customer_id: Some("customer 7".into()),
            customer_endpoint: Some(Endpoint {
                kind: "VOIP".to_owned(),
                address: PersonalText::from("jo@example.com"),
            }),
            system_endpoint: None,
            customer: None,
            sip_headers: BTreeMap::new(),
            initial_message: None,
            duration_max_min: None,
            scheduled_at: None,
            previous: None,
            related: None,
        }
    }

    fn choose_status(&mut self) -> Input {
        let [available, on_break, offline] = self.center.statuses;
        let status = match self.below(12) {
            0 => on_break,
            1 => offline,
            _ => available,
        };
        let agent = self.a_user();
        Input::SetAgentStatus { agent, status }
    }

    fn a_user(&mut self) -> UserId {
        let index = pick(&mut self.ids, self.center.users.len());
        self.center
            .users
            .get(index)
            .copied()
            .unwrap_or(UserId::from_u128(0))
    }

    fn agent_acts(&mut self, engine: &Engine) -> Input {
        let agent = self.a_user();
        let contacts = engine
            .agent(agent)
            .map(|agent| agent.contacts)
            .unwrap_or_default();
        let index = pick(&mut self.ids, contacts.len());
        match contacts.get(index) {
            Some(contact) => self.agent_handles(agent, contact),
            None => Input::Tick,
        }
    }

    /// What an agent does with a contact at hand.
    pub fn agent_handles(&mut self, agent: UserId, at_hand: &AgentContact) -> Input {
        let contact = at_hand.contact;
        match (at_hand.state, self.below(10)) {
            (AgentContactState::Connecting, 0..7) => Input::AcceptOffer { agent, contact },
            (AgentContactState::Connecting, 7..9) => Input::DeclineOffer { agent, contact },
            (AgentContactState::Connected, 0..4) => match at_hand.participant {
                Some(participant) => self.say(contact, participant, "How can I help?"),
                None if self.below(2) == 0 => Input::Hold {
                    agent,
                    contact,
                    on: self.below(2) == 0,
                },
                None => Input::EndContact { agent, contact },
            },
            (AgentContactState::Connected, 4..6) => Input::EndContact { agent, contact },
            (AgentContactState::Connected, 6..8) => {
                let index = pick(&mut self.ids, self.center.quick_connects.len());
                match self.center.quick_connects.get(index) {
                    Some(&quick_connect) => Input::QuickConnect {
                        agent,
                        contact,
                        quick_connect,
                    },
                    None => Input::Tick,
                }
            }
            (AgentContactState::Connected, 8) => match at_hand.participant {
                Some(participant) => Input::ParticipantLeft {
                    contact,
                    participant,
                },
                None => Input::Tick,
            },
            (AgentContactState::Missed | AgentContactState::Ended, 0..6) => {
                Input::CompleteContact { agent, contact }
            }
            _ => Input::Tick,
        }
    }

    /// What happens on the line of a call: what was to be heard is over, keys are pressed, somebody hangs
    /// up. Some of it was overtaken meanwhile.
    fn call_goes_on(&mut self, engine: &Engine) -> Input {
        let calls: Vec<_> = engine
            .open_calls()
            .filter_map(|call| {
                let contact = engine.call_segment(call)?;
                Some((call, engine.contact(contact)?.call?.clone()))
            })
            .collect();
        let index = pick(&mut self.ids, calls.len());
        let Some((call, plan)) = calls.into_iter().nth(index) else {
            return Input::Tick;
        };
        let agents = plan.agent.into_iter().map(|(_, hearing)| hearing);
        let number = [plan.customer]
            .into_iter()
            .chain(agents)
            .find_map(|hearing| match hearing {
                Hearing::Once { number, .. } | Hearing::Keys { number, .. } => Some(number),
                _ => None,
            });
        let number = match self.below(20) {
            0 => 0,
            _ => number.unwrap_or_default(),
        };
        let event = match self.below(20) {
            0 => CallEvent::HungUp,
            1 => CallEvent::Lost,
            2 => CallEvent::PlayFailed { number },
            3..6 => CallEvent::Input {
                number,
                input: flow::command::Input::Nothing,
            },
            6..13 => CallEvent::Input {
                number,
                input: flow::command::Input::Keys(self.below(10).to_string().into()),
            },
            _ => CallEvent::Played { number },
        };
        Input::Call { call, event }
    }

    fn customer_acts(&mut self, engine: &Engine) -> Input {
        let chats = engine.open_contacts().filter_map(|contact| {
            let customer = contact
                .participants
                .iter()
                .find(|p| p.role == ParticipantRole::Customer);
            customer.map(|customer| (contact.record.id, contact.record.initial_id, customer.id))
        });
        let chats: Vec<_> = chats.collect();
        let index = pick(&mut self.ids, chats.len());
        let Some(&(current, initial, participant)) = chats.get(index) else {
            return Input::Tick;
        };
        let contact = if self.below(2) == 0 { current } else { initial };
        match self.below(10) {
            0..5 => self.say(contact, participant, "Please help"),
            5..7 => Input::ParticipantConnected {
                contact,
                participant,
            },
            7 => Input::SubmitView {
                contact,
                participant,
                action: "Submit".to_owned(),
                data: serde_json::json!({"name": "Jo"}),
            },
            8 => Input::Say {
                contact,
                participant,
                item: TranscriptItemId::generate(&mut self.ids),
                content: ItemContent::Event {
                    content_type: event_type::READ.to_owned(),
                    text: None,
                },
            },
            _ => Input::ParticipantLeft {
                contact,
                participant,
            },
        }
    }

    fn say(&mut self, contact: ContactId, participant: ParticipantId, said: &str) -> Input {
        Input::Say {
            contact,
            participant,
            item: TranscriptItemId::generate(&mut self.ids),
            content: text(said),
        }
    }

    fn a_contact<'a>(&mut self, engine: &'a Engine) -> Option<ContactView<'a>> {
        let index = pick(&mut self.ids, engine.open_contacts_count());
        engine.open_contacts().nth(index)
    }

    fn stop(&mut self, engine: &Engine) -> Input {
        match self.a_contact(engine) {
            Some(contact) => Input::StopContact {
                contact: contact.record.id,
                reason: DisconnectReason::Api,
            },
            None => Input::Tick,
        }
    }

    fn transfer(&mut self, engine: &Engine) -> Input {
        let Some(contact) = self.a_contact(engine).map(|contact| contact.record.id) else {
            return Input::Tick;
        };
        let index = pick(&mut self.ids, self.center.queues.len());
        let target = match (self.below(3), self.center.queues.get(index)) {
            (0, Some(queue)) => TransferTarget::Queue(*queue),
            (1, _) => TransferTarget::Agent(self.a_user()),
            _ => TransferTarget::Flow,
        };
        Input::TransferContact {
            contact,
            flow: self.center.transfer,
            target,
        }
    }

    fn change_data(&mut self, engine: &Engine) -> Input {
        let Some(contact) = self.a_contact(engine).map(|contact| contact.record.id) else {
            return Input::Tick;
        };
        match self.below(3) {
            0 => Input::SetAttributes {
                contact,
                changes: vec![("step".to_owned(), "1".to_owned())],
            },
            1 => Input::SetTags {
                contact,
                add: Tags::from([("team".to_owned(), "a".to_owned())]),
                remove: Vec::new(),
            },
            _ => Input::SetContactData {
                contact,
                data: ContactData {
                    name: Some(PersonalText::from("renamed")),
                    ..ContactData::default()
                },
            },
        }
    }

    fn administer(&mut self) -> Input {
        let user = pick(&mut self.ids, self.center.users.len());
        let queue = pick(&mut self.ids, self.center.queues.len());
        let profile = pick(&mut self.ids, self.center.profiles.len());
        let change = match self.below(8) {
            0 => self
                .center
                .users
                .get(user)
                .map(|id| ConfigChange::Remove(ResourceKind::User, (*id).into())),
            1..3 => self.center.user(user, &mut self.ids),
            3 => self.center.queue(queue, Enablement::Disabled),
            4 => self.center.queue(queue, Enablement::Enabled),
            5 => self.center.republish(queue),
            6 if self.below(4) == 0 => self
                .center
                .profiles
                .get(profile)
                .map(|id| ConfigChange::Remove(ResourceKind::RoutingProfile, (*id).into())),
            _ => self.center.profile(profile, &mut self.ids),
        };
        change.map_or(Input::Tick, Input::Config)
    }
}

fn text(text: &str) -> ItemContent {
    ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: PersonalText::from(text),
    }
}
