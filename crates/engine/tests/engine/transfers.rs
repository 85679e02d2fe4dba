//! Segments: transfers by agents, programs and flows, and disconnect flows.

use engine::effect::ContactEventKind;
use engine::input::TransferTarget;
use engine::{ContactState, Input, Rejection, Reply};
use model::contact::{DisconnectReason, QueueRef};
use model::resource::{FlowType, QuickConnectDestination};
use model::{AgentContactState, ContactId, InitiationMethod, QuickConnectId};
use serde_json::json;

use crate::harness::*;

/// Agent 1 is connected to chat 1; quick connects lead to queue 2 (1) and to agent 2 (2).
fn connected() -> Center {
    let mut center = Center::new();
    center.queue(2, None);
    center.profile(2, &[(2, 1, 0)], 1);
    center.flow(9, FlowType::QueueTransfer, &transferring());
    center.flow(8, FlowType::AgentTransfer, &transferring());
    let (queue, user) = (queue(2), user(2));
    center.quick_connect(
        1,
        QuickConnectDestination::Queue {
            queue,
            flow: flow(9),
        },
    );
    center.quick_connect(
        2,
        QuickConnectDestination::User {
            user,
            flow: flow(8),
        },
    );
    center.ready(1);
    center.agent(2, 2);
    center.chat(1);
    center.accept(1, contact(1));
    center
}

fn quick_connect(center: &mut Center, n: u128) -> ContactId {
    let quick_connect = QuickConnectId::from_u128(n);
    let reply = center.done(Input::QuickConnect {
        agent: user(1),
        contact: contact(1),
        quick_connect,
    });
    let Reply::Transferred(next) = reply else {
        panic!("{reply:?}")
    };
    next
}

#[test]
fn a_quick_connect_makes_a_segment_that_waits_while_the_agent_writes_up() {
    let mut center = connected();
    let next = quick_connect(&mut center, 1);
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Ended));
    center.status(2, AVAILABLE);
    center.accept(2, next);
    center.say(contact(1), customer(1), 1).unwrap();
    center.complete(1, contact(1));
    center.end(2, next);
    center.complete(2, next);
    let (first, second) = (
        center.record(contact(1)).clone(),
        center.record(next).clone(),
    );
    assert_eq!(first.next_id, Some(next));
    assert_eq!(first.disconnect_reason, Some(DisconnectReason::Transferred));
    assert!(first.transfer_completed_at.is_some());
    assert_eq!(second.previous_id, Some(contact(1)));
    assert_eq!(second.initial_id, contact(1));
    assert_eq!(second.initiation_method, InitiationMethod::Transfer);
    assert_eq!(second.queue.unwrap().id, QueueRef::Standard(queue(2)));
    assert_eq!(
        center.transcript(),
        [
            "AGENT participant.joined",
            "SYSTEM transfer.succeeded",
            "AGENT participant.left",
            "AGENT participant.joined",
            "CUSTOMER: hello",
            "CUSTOMER participant.left",
            "AGENT participant.left",
            "SYSTEM chat.ended",
        ]
    );
    let sequences: Vec<u64> = center.items().iter().map(|item| item.sequence).collect();
    assert_eq!(sequences, (1..=8).collect::<Vec<u64>>());
    let segments: Vec<ContactId> = center.items().iter().map(|item| item.contact).collect();
    assert_eq!(segments[..3], [contact(1); 3]);
    assert_eq!(segments[3..], [next; 5]);
}

#[test]
fn the_history_says_where_a_quick_connect_led() {
    for (n, to) in [
        (1, QueueRef::Standard(queue(2))),
        (2, QueueRef::Agent(user(2))),
    ] {
        let mut center = connected();
        let next = quick_connect(&mut center, n);
        assert!(
            center
                .events(contact(1))
                .contains(&&ContactEventKind::Transferred {
                    next,
                    to: Some(to),
                    quick_connect: Some(QuickConnectId::from_u128(n)),
                })
        );
    }
}

#[test]
fn a_contact_for_an_agent_reaches_that_agent_before_all_others() {
    let mut center = connected();
    let next = quick_connect(&mut center, 2);
    assert!(center.is_waiting(next));
    center.status(2, AVAILABLE);
    assert_eq!(center.offered_to(next), Some(user(2)));
    let record = center.engine.contact(next).unwrap().record;
    assert_eq!(record.queue.as_ref().unwrap().id, QueueRef::Agent(user(2)));
}

#[test]
fn only_the_connected_agent_may_transfer_and_only_to_what_exists() {
    let mut center = connected();
    let give = |center: &mut Center, agent, n| {
        let quick_connect = QuickConnectId::from_u128(n);
        center.give(Input::QuickConnect {
            agent: user(agent),
            contact: contact(1),
            quick_connect,
        })
    };
    assert_eq!(give(&mut center, 2, 1), Err(Rejection::NotYourContact));
    assert_eq!(give(&mut center, 1, 77), Err(Rejection::UnknownDestination));
    center.quick_connect(3, QuickConnectDestination::PhoneNumber("+49".into()));
    assert_eq!(give(&mut center, 1, 3), Err(Rejection::WrongChannel));
    let transfer = |flow, target| Input::TransferContact {
        contact: contact(1),
        flow,
        target,
    };
    let unknown = TransferTarget::Queue(queue(99));
    assert_eq!(
        center.give(transfer(flow(9), unknown)),
        Err(Rejection::UnknownDestination)
    );
    let known = TransferTarget::Queue(queue(2));
    assert_eq!(
        center.give(transfer(flow(99), known)),
        Err(Rejection::UnknownFlow)
    );
    assert_eq!(
        center.slot(1, contact(1)),
        Some(AgentContactState::Connected),
        "nothing changed"
    );
}

#[test]
fn a_program_moves_a_waiting_contact_and_the_old_segment_ends_at_once() {
    let mut center = connected();
    center.chat(5);
    let target = TransferTarget::Queue(queue(2));
    let reply = center.done(Input::TransferContact {
        contact: contact(5),
        flow: flow(9),
        target,
    });
    let Reply::Transferred(next) = reply else {
        panic!("{reply:?}")
    };
    let record = center.record(contact(5));
    assert_eq!(record.next_id, Some(next));
    assert!(record.queue.as_ref().unwrap().dequeued_at.is_some());
    assert!(center.is_waiting(next));
    assert_eq!(center.engine.current_segment(contact(5)), Some(next));
}

#[test]
fn a_disconnect_flow_goes_on_with_the_customer_after_the_agent_left() {
    let mut center = connected();
    center.flow(
        3,
        FlowType::ContactFlow,
        &blocks(&[
            say("a", "How was it?", "b"),
            wait("b", 60, &[("CustomerReturned", "c")], "z"),
            say("c", "Thank you", "z"),
            end("z"),
        ]),
    );
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            hook("h", "CustomerRemaining", 3, "a"),
            target("a", 1, "b"),
            to_queue("b"),
            say("full", "full", "z"),
            end("z"),
        ]),
    );
    center.ready(3);
    center.chat_in(7, 2);
    center.accept(3, contact(7));
    center.end(3, contact(7));
    let next = center.engine.current_segment(contact(7)).unwrap();
    let view = center.engine.contact(next).unwrap();
    assert_eq!(view.record.initiation_method, InitiationMethod::Disconnect);
    center.say(contact(7), customer(7), 1).unwrap();
    assert!(center.has_record(next));
    let record = center.record(next);
    assert_eq!(
        record.disconnect_reason,
        Some(DisconnectReason::ContactFlowDisconnect)
    );
    let said = center.transcript();
    assert!(said.ends_with(&[
        "SYSTEM: How was it?".to_owned(),
        "CUSTOMER: hello".to_owned(),
        "SYSTEM: Thank you".to_owned(),
        "CUSTOMER participant.left".to_owned(),
        "SYSTEM chat.ended".to_owned(),
    ]));
    center.complete(3, contact(7));
    let first = center.record(contact(7));
    assert_eq!(
        first.disconnect_reason,
        Some(DisconnectReason::AgentDisconnect)
    );
    assert_eq!(first.next_id, Some(next));
}

#[test]
fn a_queue_flow_runs_while_waiting_and_can_move_the_contact_on() {
    let mut center = connected();
    let other = json!({"QueueId": queue(2).to_string()});
    center.flow(
        4,
        FlowType::CustomerQueue,
        &blocks(&[
            say("a", "please wait", "b"),
            wait("b", 30, &[], "c"),
            block("c", "DequeueContactAndTransferToQueue", other, "a", "a"),
        ]),
    );
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            hook("h", "CustomerQueue", 4, "a"),
            target("a", 1, "b"),
            to_queue("b"),
            say("full", "full", "z"),
            end("z"),
        ]),
    );
    center.chat_in(7, 2);
    assert!(
        center
            .transcript()
            .contains(&"SYSTEM: please wait".to_owned())
    );
    center.pass(30);
    let next = center.engine.current_segment(contact(7)).unwrap();
    assert_ne!(next, contact(7));
    let view = center.engine.contact(next).unwrap();
    assert_eq!(
        view.record.initiation_method,
        InitiationMethod::QueueTransfer
    );
    assert_eq!(
        view.record.queue.as_ref().unwrap().id,
        QueueRef::Standard(queue(2))
    );
    assert!(center.has_record(contact(7)));
    center.status(2, AVAILABLE);
    center.accept(2, next);
    let before = center.items().len();
    center.pass(300);
    assert_eq!(center.items().len(), before, "the queue flow is over");
    assert!(matches!(center.state(next), ContactState::Connected { .. }));
}

#[test]
fn an_interaction_has_a_limit_of_segments() {
    let mut center = Center::new();
    center.flow(9, FlowType::QueueTransfer, &transferring());
    center.chat(1);
    let mut id = contact(1);
    let transfer = |contact| Input::TransferContact {
        contact,
        flow: flow(9),
        target: TransferTarget::Queue(queue(1)),
    };
    for _ in 1..engine::config::SEGMENTS_MAX {
        let Reply::Transferred(next) = center.done(transfer(id)) else {
            panic!("transferred")
        };
        id = next;
    }
    assert_eq!(center.give(transfer(id)), Err(Rejection::LimitReached));
    assert!(center.is_waiting(id), "nothing changed");
}
