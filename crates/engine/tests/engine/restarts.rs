//! What survives a restart.

use std::time::Duration;

use engine::restore::RowOf;
use engine::{Engine, Input, Reply, RestoreError};
use model::resource::FlowType;
use model::{AgentContactState, IdSource};

use crate::harness::*;

/// A center with a contact in each state.
fn busy() -> Center {
    let mut center = Center::new();
    center.profile(1, &[(1, 1, 0)], 3);
    center.flow(
        4,
        FlowType::CustomerQueue,
        &blocks(&[wait("w", 100, &[], "s"), say("s", "still", "w")]),
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
    center.ready(1);
    center.chat(1);
    center.accept(1, contact(1));
    center.chat(2);
    center.accept(1, contact(2));
    center.end(1, contact(2));
    center.chat(3);
    let due = center.now.plus(Duration::from_hours(1));
    center.done(Input::StartContact(engine::input::StartContact {
        scheduled_at: Some(due),
        ..task(5, 1)
    }));
    center.ready(2);
    center.status(2, BREAK);
    center.chat_in(4, 2);
    center.pass(1);
    center
}

#[test]
fn a_restart_changes_nothing() {
    let mut center = busy();
    center.store();
    let before: Vec<_> = center.engine.agents().collect();
    let states: Vec<_> = center
        .engine
        .open_contacts()
        .map(|c| (c.record.clone(), c.state))
        .collect();
    assert_eq!(states.len(), 5);
    center.restart();
    assert_eq!(center.engine.agents().collect::<Vec<_>>(), before);
    let after: Vec<_> = center
        .engine
        .open_contacts()
        .map(|c| (c.record.clone(), c.state))
        .collect();
    assert_eq!(after, states);
    center.done(Input::Tick);
    center.say(contact(1), customer(1), 1).unwrap();
    center.accept(1, contact(3));
}

#[test]
fn what_came_due_meanwhile_happens_with_the_next_tick() {
    let mut center = busy();
    center.store();
    center.now = center.now.plus(Duration::from_mins(1));
    center.restart();
    assert!(center.engine.next_deadline().unwrap() <= center.now);
    center.done(Input::Tick);
    assert_eq!(center.slot(1, contact(3)), Some(AgentContactState::Missed));
    assert!(center.is_waiting(contact(3)));
}

#[test]
fn a_wait_of_a_queue_flow_goes_on() {
    let mut center = busy();
    center.restart();
    center.pass(100);
    assert!(center.transcript().contains(&"SYSTEM: still".to_owned()));
}

#[test]
fn an_item_said_before_a_restart_is_recognised_after_it() {
    let mut center = busy();
    let Ok(Reply::Said(at)) = center.say(contact(1), customer(1), 1) else {
        panic!("nothing was said");
    };
    center.restart();
    center.pass(1);
    let again = center.say(contact(1), customer(1), 1);
    assert_eq!(again, Ok(Reply::SaidBefore(at)));
}

#[test]
fn each_row_is_written_once_and_only_when_it_changed() {
    let mut center = busy();
    center.store();
    center.say(contact(1), customer(1), 1).unwrap();
    center.say(contact(1), customer(1), 2).unwrap();
    let changes = center.engine.take_changes();
    let rows: Vec<_> = changes.contacts.iter().map(|(id, _)| *id).collect();
    assert_eq!(rows, [contact(1)]);
    assert!(changes.agents.is_empty() && changes.closed.is_empty());
    assert!(center.engine.take_changes().contacts.is_empty());
}

#[test]
fn a_row_of_an_unknown_format_names_its_contact() {
    let mut center = busy();
    center.store();
    let row = center.rows.get_mut(&contact(1)).unwrap();
    *row = br#"{"format":2,"state":{}}"#.to_vec();
    let ids = IdSource::from_number(2);
    let refused = Engine::restore(scope(), center.limits, ids, center.now, center.stored());
    let row = RowOf::Contact(contact(1));
    assert_eq!(
        refused.unwrap_err(),
        RestoreError::UnknownFormat { row, format: 2 }
    );
}

#[test]
fn a_row_that_is_broken_names_its_contact_and_no_content() {
    let mut center = busy();
    center.store();
    let row = center.rows.get_mut(&contact(1)).unwrap();
    row.truncate(row.len() / 2);
    let ids = IdSource::from_number(2);
    let refused = Engine::restore(scope(), center.limits, ids, center.now, center.stored());
    let said = refused.unwrap_err().to_string();
    assert!(said.contains(&contact(1).to_string()), "{said}");
    assert!(!said.contains("Jo"), "{said}");
}

#[test]
fn a_user_who_is_gone_after_a_restart_loses_no_contact() {
    let mut center = busy();
    center.store();
    center
        .config
        .remove(&(model::ResourceKind::User, user(1).into()));
    center.restart();
    center.done(Input::Tick);
    assert!(
        center.has_record(contact(1)),
        "its interaction goes on in another segment"
    );
    assert!(center.engine.current_segment(contact(1)).is_some());
    assert!(center.has_record(contact(2)));
    assert!(center.is_waiting(contact(3)));
}

#[test]
fn events_of_a_restart_come_with_the_next_input() {
    let mut center = busy();
    center.store();
    center
        .config
        .remove(&(model::ResourceKind::User, user(1).into()));
    center.restart();
    let effects = center.effects.len();
    center.done(Input::Tick);
    assert!(center.effects.len() > effects);
}
