//! Tasks.

use engine::input::{Destination, StartContact};
use engine::{ContactState, Input, Limits, Rejection};
use model::contact::{DisconnectReason, QueueRef};
use model::resource::{FlowType, QuickConnectDestination};
use model::{Channel, QuickConnectId};
use serde_json::json;

use crate::harness::*;

#[test]
fn a_scheduled_task_runs_its_flow_when_it_is_due() {
    let mut center = Center::new();
    let due = center.now.plus(std::time::Duration::from_mins(10));
    let start = StartContact {
        scheduled_at: Some(due),
        ..task(1, 1)
    };
    center.done(Input::StartContact(start));
    assert_eq!(
        center.state(contact(1)),
        ContactState::Scheduled { at: due }
    );
    center.pass(599);
    assert_eq!(
        center.state(contact(1)),
        ContactState::Scheduled { at: due }
    );
    center.pass(1);
    assert!(center.is_waiting(contact(1)));
}

#[test]
fn a_task_is_completed_by_its_agent() {
    let mut center = Center::new();
    center.ready(1);
    center.done(Input::StartContact(task(1, 1)));
    center.accept(1, contact(1));
    center.end(1, contact(1));
    center.complete(1, contact(1));
    let record = center.record(contact(1));
    assert_eq!(
        record.disconnect_reason,
        Some(DisconnectReason::AgentCompleted)
    );
    assert!(center.items().is_empty(), "a task has no transcript");
}

#[test]
fn a_task_has_no_customer_and_shows_no_customer_name() {
    let mut center = Center::new();
    center.ready(1);
    let named = StartContact {
        name: Some("Call back".into()),
        ..task(1, 1)
    };
    center.done(Input::StartContact(named));
    center.accept(1, contact(1));
    let agent = center.engine.agent(user(1)).unwrap();
    let [held] = agent.contacts.as_slice() else {
        panic!("{:?}", agent.contacts);
    };
    assert_eq!(held.contact, contact(1));
    assert_eq!(held.customer_name, None);
    let record = center.engine.contact(contact(1)).unwrap().record;
    assert_eq!(record.name.as_ref().unwrap().expose(), "Call back");
}

#[test]
fn a_task_expires() {
    let mut center = Center::new();
    center.done(Input::StartContact(task(1, 1)));
    let limit_s = Limits::default().task_duration_max_ms / 1000;
    center.pass(limit_s - 1);
    assert!(!center.has_record(contact(1)));
    center.pass(1);
    assert_eq!(
        center.record(contact(1)).disconnect_reason,
        Some(DisconnectReason::Expired)
    );
}

#[test]
fn a_task_may_start_by_quick_connect() {
    let mut center = Center::new();
    center.flow(9, FlowType::AgentTransfer, &transferring());
    center.ready(1);
    center.quick_connect(
        1,
        QuickConnectDestination::User {
            user: user(1),
            flow: flow(9),
        },
    );
    let destination = Destination::QuickConnect(QuickConnectId::from_u128(1));
    center.done(Input::StartContact(StartContact {
        destination,
        ..task(1, 1)
    }));
    assert_eq!(center.offered_to(contact(1)), Some(user(1)));
    let record = center.engine.contact(contact(1)).unwrap().record;
    assert_eq!(record.queue.as_ref().unwrap().id, QueueRef::Agent(user(1)));
}

fn creating(n: u128) -> serde_json::Value {
    let parameters = json!({"Name": "Call back", "ContactFlowId": flow(n).to_string(),
                            "Attributes": {"from": "$.ContactId"}});
    blocks(&[
        block("a", "CreateTask", parameters, "z", "bad"),
        say("bad", "bad", "z"),
        end("z"),
    ])
}

#[test]
fn a_flow_creates_a_task_that_is_related_and_starts_with_the_next_tick() {
    let mut center = Center::new();
    center.flow(2, FlowType::ContactFlow, &creating(1));
    center.chat_in(1, 2);
    let created = center.engine.open_contacts().next().unwrap().record.clone();
    assert_eq!(created.channel, Channel::Task);
    assert_eq!(created.related_id, Some(contact(1)));
    assert_eq!(created.initial_id, created.id);
    assert_eq!(
        created.attributes.get("from"),
        Some(contact(1).to_string().as_str())
    );
    assert!(matches!(
        center.state(created.id),
        ContactState::Scheduled { .. }
    ));
    center.pass(1);
    assert!(center.is_waiting(created.id));
}

#[test]
fn tasks_that_create_tasks_come_to_an_end() {
    let mut center = Center::new();
    center.flow(2, FlowType::ContactFlow, &creating(2));
    center.done(Input::StartContact(task(1, 2)));
    center.pass(60);
    assert_eq!(center.engine.open_contacts_count(), 0);
    let records = center
        .effects
        .iter()
        .filter(|e| matches!(e, engine::Effect::Record(_)))
        .count();
    assert_eq!(records, usize::from(engine::config::TASK_CHAIN_MAX) + 1);
}

#[test]
fn a_task_has_no_chat() {
    let mut center = Center::new();
    center.done(Input::StartContact(task(1, 1)));
    assert_eq!(
        center.say(contact(1), customer(1), 1),
        Err(Rejection::NotParticipant)
    );
    let chatty = StartContact {
        customer: chat(1, 1).customer,
        ..task(2, 1)
    };
    assert_eq!(
        center.give(Input::StartContact(chatty)),
        Err(Rejection::WrongState)
    );
}
