//! Queues and offers.

use engine::effect::ContactEventKind;
use engine::{ContactState, Input, Limits, Rejection};
use model::contact::QueueRef;
use model::resource::{CrossChannel, FlowType};
use model::{AgentContactState, Channel};
use serde_json::json;

use crate::harness::*;

#[test]
fn a_chat_runs_its_flow_waits_and_is_offered_to_who_becomes_free() {
    let mut center = Center::new();
    center.chat(1);
    assert!(center.is_waiting(contact(1)));
    center.ready(1);
    assert_eq!(center.offered_to(contact(1)), Some(user(1)));
    center.accept(1, contact(1));
    assert_eq!(
        center.slot(1, contact(1)),
        Some(AgentContactState::Connected)
    );
    let record = center.engine.contact(contact(1)).unwrap().record;
    assert_eq!(record.agent.as_ref().unwrap().user, user(1));
    assert_eq!(record.queue.as_ref().unwrap().dequeued_at, Some(center.now));
    assert_eq!(record.agent_connection_attempts, 1);
}

#[test]
fn longest_waiting_contact_is_offered_first() {
    let mut center = Center::new();
    for n in [2, 1, 3] {
        center.chat(n);
        center.pass(1);
    }
    center.ready(1);
    assert_eq!(center.offered_to(contact(2)), Some(user(1)));
    assert_eq!(center.engine.waiting_position(contact(3)), Some(2));
}

#[test]
fn contact_priority_set_by_its_flow_counts_before_age() {
    let mut center = Center::new();
    let priority = block(
        "p",
        "UpdateContactRoutingBehavior",
        json!({"QueuePriority": "1"}),
        "a",
        "a",
    );
    let urgent = blocks(&[
        priority,
        target("a", 1, "b"),
        to_queue("b"),
        say("full", "full", "z"),
        end("z"),
    ]);
    center.flow(2, FlowType::ContactFlow, &urgent);
    center.chat(1);
    center.pass(1);
    center.chat_in(2, 2);
    center.ready(1);
    assert_eq!(center.offered_to(contact(2)), Some(user(1)));
}

#[test]
fn age_adjustment_moves_a_contact_within_its_priority() {
    let mut center = Center::new();
    let age = json!({"QueueTimeAdjustmentSeconds": "60"});
    let older = blocks(&[
        block("p", "UpdateContactRoutingBehavior", age, "a", "a"),
        target("a", 1, "b"),
        to_queue("b"),
        say("full", "full", "z"),
        end("z"),
    ]);
    center.flow(2, FlowType::ContactFlow, &older);
    center.chat(1);
    center.pass(30);
    center.chat_in(2, 2);
    center.ready(1);
    assert_eq!(center.offered_to(contact(2)), Some(user(1)));
}

#[test]
fn longest_idle_agent_is_offered_first() {
    let mut center = Center::new();
    for n in [3, 1, 2] {
        center.ready(n);
        center.pass(1);
    }
    center.chat(1);
    assert_eq!(center.offered_to(contact(1)), Some(user(3)));
}

#[test]
fn contacts_spread_over_agents_with_several_slots() {
    let mut center = Center::new();
    center.profile(1, &[(1, 1, 0)], 3);
    center.ready(1);
    center.ready(2);
    center.pass(1);
    center.chat(1);
    center.pass(1);
    center.chat(2);
    assert_eq!(center.offered_to(contact(1)), Some(user(1)));
    assert_eq!(center.offered_to(contact(2)), Some(user(2)));
}

#[test]
fn an_offer_that_expires_goes_to_the_next_agent_and_blocks_the_first() {
    let mut center = Center::new();
    center.ready(1);
    center.pass(1);
    center.ready(2);
    center.chat(1);
    assert_eq!(center.offered_to(contact(1)), Some(user(1)));
    center.pass(20);
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Missed));
    assert_eq!(center.offered_to(contact(1)), Some(user(2)));
    center.chat(2);
    assert!(
        center.is_waiting(contact(2)),
        "who missed an offer gets no other"
    );
    center.complete(1, contact(1));
    assert_eq!(center.offered_to(contact(2)), Some(user(1)));
}

#[test]
fn a_declined_contact_keeps_its_place() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.pass(5);
    center.chat(2);
    center.done(Input::DeclineOffer {
        agent: user(1),
        contact: contact(1),
    });
    assert!(center.is_waiting(contact(1)));
    let missed = ContactEventKind::Missed {
        agent: user(1),
        declined: true,
    };
    assert!(center.events(contact(1)).contains(&&missed));
    center.ready(2);
    assert_eq!(center.offered_to(contact(1)), Some(user(2)));
}

#[test]
fn a_missed_offer_is_cleared_by_itself() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.pass(20);
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Missed));
    center.pass(Limits::default().missed_clear_ms / 1000);
    assert_eq!(
        center.offered_to(contact(1)),
        Some(user(1)),
        "nobody else is there"
    );
}

#[test]
fn an_offer_cannot_be_accepted_after_its_deadline() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.now = center.now.plus(std::time::Duration::from_secs(20));
    let late = center.give(Input::AcceptOffer {
        agent: user(1),
        contact: contact(1),
    });
    assert_eq!(late, Err(Rejection::NotYourContact));
}

#[test]
fn accepting_twice_is_accepting_once() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.accept(1, contact(1));
    let items = center.items().len();
    center.accept(1, contact(1));
    assert_eq!(center.items().len(), items);
}

#[test]
fn who_accepts_automatically_is_connected_at_once() {
    let mut center = Center::new();
    center.agent_with(1, 1, true, 0);
    center.status(1, AVAILABLE);
    center.chat(1);
    assert!(
        matches!(center.state(contact(1)), ContactState::Connected { agent, .. } if agent == user(1))
    );
}

#[test]
fn a_delayed_routing_profile_gets_contacts_when_they_have_waited() {
    let mut center = Center::new();
    center.profile(2, &[(1, 1, 30)], 1);
    center.agent(1, 2);
    center.status(1, AVAILABLE);
    center.chat(1);
    center.pass(29);
    assert!(center.is_waiting(contact(1)));
    center.pass(1);
    assert_eq!(center.offered_to(contact(1)), Some(user(1)));
}

#[test]
fn a_busy_channel_can_exclude_others() {
    for (cross, offered) in [
        (CrossChannel::RouteCurrentChannelOnly, None),
        (CrossChannel::RouteAnyChannel, Some(user(1))),
    ] {
        let mut center = Center::new();
        center.profile_with(1, &[(1, 1, 0)], 2, cross);
        center.ready(1);
        center.chat(1);
        center.accept(1, contact(1));
        center.done(Input::StartContact(task(2, 1)));
        assert_eq!(center.offered_to(contact(2)), offered);
        center.chat(3);
        assert_eq!(
            center.offered_to(contact(3)),
            Some(user(1)),
            "the same channel goes on"
        );
    }
}

#[test]
fn a_full_queue_takes_the_error_branch() {
    let mut center = Center::new();
    center.queue(1, Some(1));
    center.chat(1);
    center.chat(2);
    assert!(center.is_waiting(contact(1)));
    assert!(center.has_record(contact(2)));
    assert!(center.transcript().contains(&"SYSTEM: full".to_owned()));
}

#[test]
fn figures_of_a_queue_follow_its_contacts_and_agents() {
    let mut center = Center::new();
    let of = |center: &Center| {
        center
            .engine
            .queue_metrics(QueueRef::Standard(queue(1)), Channel::Chat)
    };
    let since = center.now;
    center.chat(1);
    center.chat(2);
    assert_eq!(
        (of(&center).size, of(&center).oldest_since),
        (2, Some(since))
    );
    center.ready(1);
    center.agent(2, 1);
    center.status(2, BREAK);
    let metrics = of(&center);
    assert_eq!(metrics.size, 1);
    assert_eq!(metrics.agents.online, 2);
    assert_eq!(metrics.agents.staffed, 1);
    assert_eq!(metrics.agents.busy, 1);
    assert_eq!(metrics.agents.available, 0);
}
