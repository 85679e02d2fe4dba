//! Participants, transcripts, and how chats end.

use engine::{Input, Limits, Rejection, Reply};
use model::contact::{DisconnectReason, PersonalText};
use model::transcript::{ItemContent, event_type};

use crate::harness::*;

fn connected() -> Center {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    center.accept(1, contact(1));
    center
}

#[test]
fn a_transcript_tells_who_came_said_and_left_without_gaps() {
    let mut center = Center::new();
    center.ready(1);
    let start = engine::input::StartContact {
        initial_message: Some((item(1), text("hi"))),
        ..chat(1, 1)
    };
    center.done(Input::StartContact(start));
    center.done(Input::ParticipantConnected {
        contact: contact(1),
        participant: customer(1),
    });
    center.done(Input::ParticipantConnected {
        contact: contact(1),
        participant: customer(1),
    });
    center.accept(1, contact(1));
    let agent = center.participant(1, contact(1));
    center.say(contact(1), agent, 2).unwrap();
    center.say(contact(1), customer(1), 3).unwrap();
    center.done(Input::ParticipantLeft {
        contact: contact(1),
        participant: customer(1),
    });
    assert_eq!(
        center.transcript(),
        [
            "CUSTOMER: hi",
            "CUSTOMER participant.joined",
            "AGENT participant.joined",
            "AGENT: hello",
            "CUSTOMER: hello",
            "CUSTOMER participant.left",
            "AGENT participant.left",
            "SYSTEM chat.ended",
        ]
    );
    let sequences: Vec<u64> = center.items().iter().map(|item| item.sequence).collect();
    assert_eq!(sequences, (1..=8).collect::<Vec<u64>>());
    center.complete(1, contact(1));
    let reason = center.record(contact(1)).disconnect_reason;
    assert_eq!(reason, Some(DisconnectReason::CustomerDisconnect));
}

#[test]
fn saying_the_same_item_again_answers_with_its_first_time() {
    let mut center = connected();
    let first = center.say(contact(1), customer(1), 1).unwrap();
    let items = center.items().len();
    center.pass(5);
    let Reply::Said(at) = first else {
        panic!("{first:?}");
    };
    assert!(at < center.now);
    let again = center.say(contact(1), customer(1), 1);
    assert_eq!(again, Ok(Reply::SaidBefore(at)));
    assert_eq!(center.items().len(), items);
}

#[test]
fn only_participants_of_the_chat_may_speak() {
    let mut center = connected();
    center.chat(2);
    let stranger = center.say(contact(1), customer(2), 1);
    assert_eq!(stranger, Err(Rejection::NotParticipant));
    let unknown = center.say(contact(1), customer(77), 1);
    assert_eq!(unknown, Err(Rejection::NotParticipant));
    assert_eq!(
        center.say(contact(77), customer(77), 1),
        Err(Rejection::UnknownContact)
    );
}

#[test]
fn nobody_speaks_after_the_end() {
    let mut center = connected();
    let agent = center.participant(1, contact(1));
    center.end(1, contact(1));
    assert_eq!(
        center.say(contact(1), agent, 1),
        Err(Rejection::NotParticipant)
    );
    assert_eq!(
        center.say(contact(1), customer(1), 2),
        Err(Rejection::NotParticipant)
    );
}

#[test]
fn participants_cannot_write_the_systems_events() {
    let mut center = connected();
    for (event, taken) in [
        (event_type::READ, true),
        (event_type::ENDED, false),
        (event_type::JOINED, false),
    ] {
        let content = ItemContent::Event {
            content_type: event.to_owned(),
            text: None,
        };
        let said = center.give(Input::Say {
            contact: contact(1),
            participant: customer(1),
            item: item(u128::from(taken) + 1),
            content,
        });
        assert_eq!(said.is_ok(), taken, "{event}");
    }
}

#[test]
fn a_transcript_has_a_limit() {
    let limits = Limits {
        transcript_items_max: 3,
        ..Limits::default()
    };
    let mut center = Center::with_limits(limits);
    center.chat(1);
    for n in 1..=3 {
        center.say(contact(1), customer(1), n).unwrap();
    }
    assert_eq!(
        center.say(contact(1), customer(1), 4),
        Err(Rejection::LimitReached)
    );
}

#[test]
fn a_silent_customer_is_disconnected_only_while_connected() {
    let idle_s = Limits::default().chat_idle_timeout_ms / 1000;
    let mut center = Center::new();
    center.chat(1);
    center.pass(2 * idle_s);
    assert!(center.is_waiting(contact(1)), "waiting is no idleness");
    center.ready(1);
    center.accept(1, contact(1));
    center.pass(idle_s - 1);
    center.say(contact(1), customer(1), 1).unwrap();
    center.pass(idle_s - 1);
    assert!(
        !center
            .transcript()
            .contains(&"SYSTEM chat.ended".to_owned())
    );
    center.pass(1);
    let end = center.transcript().split_off(center.items().len() - 4);
    assert_eq!(
        end,
        [
            "CUSTOMER participant.autodisconnection",
            "CUSTOMER participant.left",
            "AGENT participant.left",
            "SYSTEM chat.ended",
        ]
    );
    center.complete(1, contact(1));
    assert_eq!(
        center.record(contact(1)).disconnect_reason,
        Some(DisconnectReason::Expired)
    );
}

#[test]
fn a_chat_ends_when_it_has_lasted_its_longest() {
    for (minutes, lasts_s) in [(Some(60), 3600), (None, 1500 * 60)] {
        let mut center = Center::new();
        let start = engine::input::StartContact {
            duration_max_min: minutes,
            ..chat(1, 1)
        };
        center.done(Input::StartContact(start));
        center.pass(lasts_s - 1);
        assert!(!center.has_record(contact(1)));
        center.pass(1);
        let record = center.record(contact(1));
        assert_eq!(record.disconnect_reason, Some(DisconnectReason::Expired));
        assert_eq!(record.queue.as_ref().unwrap().dequeued_at, Some(center.now));
    }
}

#[test]
fn stopping_ends_a_contact_in_any_state_and_frees_the_agent() {
    let mut center = Center::new();
    center.ready(1);
    center.chat(1);
    let stop = |n| Input::StopContact {
        contact: contact(n),
        reason: DisconnectReason::Api,
    };
    center.done(stop(1));
    assert_eq!(
        center.record(contact(1)).disconnect_reason,
        Some(DisconnectReason::Api)
    );
    assert_eq!(center.slot(1, contact(1)), None);
    assert_eq!(center.give(stop(1)), Err(Rejection::UnknownContact));
    center.chat(2);
    center.accept(1, contact(2));
    center.done(stop(2));
    assert_eq!(
        center.give(stop(2)),
        Err(Rejection::WrongState),
        "it is in wrap-up"
    );
}

#[test]
fn what_cannot_be_a_contact_is_refused() {
    let mut center = Center::with_limits(Limits {
        open_contacts_max: 1,
        ..Limits::default()
    });
    let mut refuse = |start, expected| {
        assert_eq!(center.give(Input::StartContact(start)), Err(expected));
    };
    let base = || chat(1, 1);
    refuse(
        engine::input::StartContact {
            customer: None,
            ..base()
        },
        Rejection::WrongState,
    );
    refuse(chat(1, 99), Rejection::UnknownFlow);
    let voice = model::Channel::Voice;
    refuse(
        engine::input::StartContact {
            channel: voice,
            ..base()
        },
        Rejection::WrongState,
    );
    let tags = (0..=model::TAGS_MAX)
        .map(|n| (n.to_string(), String::new()))
        .collect();
    refuse(
        engine::input::StartContact { tags, ..base() },
        Rejection::TooLarge,
    );
    center.chat(1);
    assert_eq!(
        center.give(Input::StartContact(chat(1, 1))),
        Err(Rejection::Duplicate)
    );
    assert_eq!(
        center.give(Input::StartContact(chat(2, 1))),
        Err(Rejection::LimitReached)
    );
}

#[test]
fn attributes_change_all_or_none() {
    let mut center = Center::new();
    center.chat(1);
    let set = |changes: Vec<(&str, String)>| Input::SetAttributes {
        contact: contact(1),
        changes: changes
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect(),
    };
    center.done(set(vec![("a", "1".to_owned())]));
    let refused = center.give(set(vec![("a", "2".to_owned()), ("b", "x".repeat(40_000))]));
    assert_eq!(refused, Err(Rejection::TooLarge));
    let record = center.engine.contact(contact(1)).unwrap().record;
    assert_eq!(record.attributes.iter().collect::<Vec<_>>(), [("a", "1")]);
}

#[test]
fn data_of_a_contact_changes_and_keeps_what_is_not_named() {
    let mut center = Center::new();
    center.chat(1);
    let data = |name: Option<&str>, customer: Option<&str>| flow::command::ContactData {
        name: name.map(PersonalText::from),
        customer_id: customer.map(PersonalText::from),
        ..flow::command::ContactData::default()
    };
    center.done(Input::SetContactData {
        contact: contact(1),
        data: data(Some("A"), None),
    });
    center.done(Input::SetContactData {
        contact: contact(1),
        data: data(None, Some("42")),
    });
    let record = center.engine.contact(contact(1)).unwrap().record;
    assert_eq!(record.name.as_ref().unwrap().expose(), "A");
    assert_eq!(record.customer_id.as_ref().unwrap().expose(), "42");
}

#[test]
fn time_never_goes_back() {
    let mut center = connected();
    center.pass(100);
    center.done(Input::Tick);
    let latest = center.now;
    center.now = latest.minus(std::time::Duration::from_secs(50));
    assert_eq!(
        center.say(contact(1), customer(1), 1),
        Ok(Reply::Said(latest))
    );
}
