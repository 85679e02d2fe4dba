//! Statuses, wrap-up, and users who change or go.

use engine::effect::{AgentEventKind, Effect};
use engine::{ConfigChange, ContactState, Input, Rejection};
use model::QuickConnectId;
use model::contact::DisconnectReason;
use model::resource::FlowType;
use model::resource::QuickConnectDestination;
use model::{AgentContactState, AgentStatusId, InitiationMethod, ResourceKind};

use crate::harness::*;

#[test]
fn a_status_chosen_with_contacts_at_hand_is_the_next_one_and_routing_obeys_it() {
    let mut center = Center::new();
    center.profile(1, &[(1, 1, 0)], 2);
    center.ready(1);
    center.chat(1);
    center.accept(1, contact(1));
    center.status(1, BREAK);
    let agent = center.engine.agent(user(1)).unwrap();
    assert_eq!(
        (agent.status, agent.next_status),
        (Some(AVAILABLE), Some(BREAK))
    );
    center.chat(2);
    assert!(center.is_waiting(contact(2)));
    center.end(1, contact(1));
    center.complete(1, contact(1));
    let agent = center.engine.agent(user(1)).unwrap();
    assert_eq!((agent.status, agent.next_status), (Some(BREAK), None));
    let part = center.record(contact(1)).agent.as_ref().unwrap();
    let noted: Vec<_> = part.statuses.iter().map(|(status, _)| *status).collect();
    assert_eq!(noted, [AVAILABLE, BREAK]);
    let chosen = AgentEventKind::StatusChosen { status: BREAK };
    assert!(
        center
            .effects
            .iter()
            .any(|e| matches!(e, Effect::AgentEvent(e) if e.kind == chosen))
    );
}

#[test]
fn going_offline_takes_offers_back_at_once() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.status(1, OFFLINE);
    assert!(center.is_waiting(contact(1)));
    assert_eq!(center.slot(1, contact(1)), None);
    assert_eq!(center.engine.agent(user(1)).unwrap().status, Some(OFFLINE));
}

#[test]
fn an_unknown_status_and_an_unknown_agent_are_refused() {
    let mut center = Center::new();
    center.agent(1, 1);
    let unknown = AgentStatusId::from_u128(99);
    let set = |agent, status| Input::SetAgentStatus {
        agent: user(agent),
        status,
    };
    assert_eq!(center.give(set(1, unknown)), Err(Rejection::UnknownStatus));
    assert_eq!(center.give(set(9, AVAILABLE)), Err(Rejection::UnknownAgent));
}

#[test]
fn the_record_is_written_after_wrap_up() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.accept(1, contact(1));
    center.pass(60);
    center.end(1, contact(1));
    assert!(!center.has_record(contact(1)));
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Ended));
    center.pass(10);
    center.complete(1, contact(1));
    let record = center.record(contact(1));
    let agent = record.agent.as_ref().unwrap();
    assert_eq!(
        record.disconnect_reason,
        Some(DisconnectReason::AgentDisconnect)
    );
    assert_eq!(
        agent.after_contact_work_started_at,
        agent.interaction_ended_at
    );
    assert_eq!(agent.after_contact_work_ended_at, Some(center.now));
    assert_eq!(center.slot(1, contact(1)), None);
}

#[test]
fn wrap_up_ends_by_itself_after_the_users_time_or_the_instances() {
    for (own_s, limit_s) in [(30, 30), (0, 3600)] {
        let mut center = Center::new();
        center.agent_with(1, 1, true, own_s);
        center.status(1, AVAILABLE);
        center.chat(1);
        center.end(1, contact(1));
        center.pass(limit_s - 1);
        assert!(!center.has_record(contact(1)));
        center.pass(1);
        assert!(center.has_record(contact(1)));
    }
}

#[test]
fn only_who_has_the_contact_may_end_or_complete_it() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.accept(1, contact(1));
    center.ready(2);
    let (agent, contact) = (user(2), contact(1));
    assert_eq!(
        center.give(Input::EndContact { agent, contact }),
        Err(Rejection::NotYourContact)
    );
    assert_eq!(
        center.give(Input::CompleteContact { agent, contact }),
        Err(Rejection::NotYourContact)
    );
    let agent = user(1);
    assert_eq!(
        center.give(Input::CompleteContact { agent, contact }),
        Err(Rejection::WrongState)
    );
}

#[test]
fn a_deleted_users_customers_wait_again_with_the_age_they_had() {
    let mut center = Center::new();
    center.profile(1, &[(1, 1, 0)], 3);
    center.ready(1);
    let began = center.now;
    center.chat(1);
    center.accept(1, contact(1));
    center.chat(2);
    center.chat(3);
    center.accept(1, contact(3));
    center.end(1, contact(3));
    center.pass(5);
    center.change(ConfigChange::Remove(ResourceKind::User, user(1).into()));
    assert!(center.is_waiting(contact(2)), "the offer is taken back");
    assert!(center.has_record(contact(3)), "wrap-up is over");
    let record = center.record(contact(1));
    assert_eq!(
        record.disconnect_reason,
        Some(DisconnectReason::Transferred)
    );
    let next = record.next_id.unwrap();
    let ContactState::Queued(stay) = center.state(next) else {
        panic!("it waits")
    };
    assert_eq!(stay.enqueued_at, began);
    let view = center.engine.contact(next).unwrap();
    assert_eq!(
        view.record.initiation_method,
        InitiationMethod::QueueTransfer
    );
    assert!(center.say(contact(1), customer(1), 1).is_ok());
}

#[test]
fn who_waits_for_a_deleted_user_ends() {
    let mut center = Center::new();
    center.agent(1, 1);
    center.ready(2);
    center.flow(9, FlowType::AgentTransfer, &transferring());
    center.quick_connect(
        1,
        QuickConnectDestination::User {
            user: user(1),
            flow: flow(9),
        },
    );
    center.chat(1);
    center.accept(2, contact(1));
    let quick_connect = QuickConnectId::from_u128(1);
    center.done(Input::QuickConnect {
        agent: user(2),
        contact: contact(1),
        quick_connect,
    });
    let next = center.engine.current_segment(contact(1)).unwrap();
    assert!(center.is_waiting(next));
    center.change(ConfigChange::Remove(ResourceKind::User, user(1).into()));
    assert_eq!(
        center.record(next).disconnect_reason,
        Some(DisconnectReason::SystemError)
    );
}

#[test]
fn a_changed_routing_profile_counts_at_once() {
    let mut center = Center::new();
    center.queue(2, None);
    center.profile(1, &[(2, 1, 0)], 1);
    center.ready(1);
    center.chat(1);
    assert!(center.is_waiting(contact(1)));
    center.profile(1, &[(1, 1, 0)], 1);
    assert_eq!(center.offered_to(contact(1)), Some(user(1)));
}

#[test]
fn a_deleted_queue_still_serves_who_waits_in_it() {
    let mut center = Center::new();
    center.chat(1);
    center.change(ConfigChange::Remove(ResourceKind::Queue, queue(1).into()));
    center.ready(1);
    assert_eq!(center.offered_to(contact(1)), Some(user(1)));
    center.chat(2);
    assert!(center.has_record(contact(2)), "nobody enters it any more");
}
