//! What is heard on a call, and what becomes of what happens on the line.

use std::collections::BTreeMap;

use engine::call::{CallEvent, Hearing};
use engine::effect::{ContactEventKind, Effect};
use engine::input::StartContact;
use engine::{CallPlan, ContactState, Input, Recorded, RecordingChange, RecordingRun, Rejection};
use flow::command::{Input as Keyed, Prompt};
use model::contact::{DisconnectReason, Endpoint};
use model::resource::FlowType;
use model::{Channel, ContactId, InitiationMethod, RecordingPart};
use serde_json::{Value, json};

use crate::harness::*;

pub(crate) fn call(n: u128, flow_number: u128) -> StartContact {
    StartContact {
        channel: Channel::Voice,
        initiation_method: InitiationMethod::Inbound,
        customer: None,
        customer_endpoint: Some(Endpoint {
            kind: "TELEPHONE_NUMBER".to_owned(),
            address: "+4930901820".into(),
        }),
        sip_headers: BTreeMap::from([("X-Account".to_owned(), "gold".to_owned())]),
        ..chat(n, flow_number)
    }
}

/// What the media of the call was told last; absent: nothing, or that it is over.
pub(crate) fn plan(center: &Center, n: u128) -> Option<&CallPlan> {
    let told = center.effects.iter().rev().find_map(|effect| match effect {
        Effect::Call { call, plan, .. } if *call == contact(n) => Some(Some(&**plan)),
        Effect::CallOver { call } if *call == contact(n) => Some(None),
        _ => None,
    });
    told.flatten()
}

pub(crate) fn customer_hears(center: &Center, n: u128) -> &Hearing {
    &plan(center, n).unwrap().customer
}

pub(crate) fn text_of(hearing: &Hearing) -> &str {
    let prompt = match hearing {
        Hearing::Once { prompt, .. } => prompt,
        Hearing::Loop(prompts) => &prompts[0],
        Hearing::Keys { request, .. } => request.prompt.as_ref().unwrap(),
        other => panic!("{other:?} is no prompt"),
    };
    match prompt {
        Prompt::Text(text) | Prompt::Ssml(text) => text.expose(),
        Prompt::Recorded(id) => id,
    }
}

pub(crate) fn number_of(hearing: &Hearing) -> u32 {
    match hearing {
        Hearing::Once { number, .. } | Hearing::Keys { number, .. } => *number,
        other => panic!("{other:?} has no number"),
    }
}

pub(crate) fn happens(center: &mut Center, n: u128, event: CallEvent) {
    center.done(Input::Call {
        call: contact(n),
        event,
    });
}

/// The customer has heard what is played.
pub(crate) fn heard(center: &mut Center, n: u128) {
    let number = number_of(customer_hears(center, n));
    happens(center, n, CallEvent::Played { number });
}

pub(crate) fn keyed(center: &mut Center, n: u128, keys: &str) {
    let number = number_of(customer_hears(center, n));
    let input = Keyed::Keys(keys.into());
    happens(center, n, CallEvent::Input { number, input });
}

pub(crate) fn speak(id: &str, text: &str, next: &str) -> Value {
    say(id, text, next)
}

pub(crate) fn menu(id: &str, one: &str, other: &str) -> Value {
    json!({
        "Identifier": id, "Type": "GetParticipantInput",
        "Parameters": {"Text": "Press one.", "StoreInput": "False", "InputTimeLimitSeconds": "5"},
        "Transitions": {
            "NextAction": other,
            "Conditions": [{"NextAction": one, "Condition": {"Operator": "Equals", "Operands": ["1"]}}],
            "Errors": [
                {"ErrorType": "NoMatchingCondition", "NextAction": other},
                {"ErrorType": "NoMatchingError", "NextAction": other},
                {"ErrorType": "InputTimeLimitExceeded", "NextAction": other},
            ],
        },
    })
}

pub(crate) fn record_both(id: &str, ivr: &str, next: &str) -> Value {
    let behavior = json!({"RecordingBehavior": {
        "RecordedParticipants": ["Agent", "Customer"], "IVRRecordingBehavior": ivr,
    }});
    block(id, "UpdateContactRecordingBehavior", behavior, next, next)
}

/// A center with one agent; flow 2 greets, asks, and queues whoever presses one.
pub(crate) fn center() -> Center {
    let mut center = Center::new();
    center.agent(1, 1);
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            record_both("r", "Disabled", "a"),
            speak("a", "Welcome $.Media.Sip.Headers.X-Account.", "m"),
            menu("m", "q", "bye"),
            target("q", 1, "t"),
            to_queue("t"),
            speak("full", "full", "z"),
            speak("bye", "Good-bye.", "z"),
            end("z"),
        ]),
    );
    center
}

/// The call with this number, up to the queue.
fn queued(center: &mut Center, n: u128) -> ContactId {
    center.done(Input::StartContact(call(n, 2)));
    heard(center, n);
    keyed(center, n, "1");
    contact(n)
}

pub(crate) fn connected(center: &mut Center, n: u128) -> ContactId {
    center.ready(1);
    let id = queued(center, n);
    center.accept(1, id);
    id
}

#[test]
fn a_caller_hears_the_flow_and_keys_choose_the_branch() {
    let mut center = center();
    center.done(Input::StartContact(call(1, 2)));
    assert_eq!(text_of(customer_hears(&center, 1)), "Welcome gold.");
    heard(&mut center, 1);
    assert!(matches!(customer_hears(&center, 1), Hearing::Keys { .. }));
    keyed(&mut center, 1, "1");
    assert!(center.is_waiting(contact(1)));
    assert_eq!(*customer_hears(&center, 1), Hearing::Music);

    center.done(Input::StartContact(call(2, 2)));
    heard(&mut center, 2);
    keyed(&mut center, 2, "9");
    assert_eq!(text_of(customer_hears(&center, 2)), "Good-bye.");
    heard(&mut center, 2);
    assert_eq!(plan(&center, 2), None, "hung up");
    let record = center.record(contact(2));
    assert_eq!(
        record.disconnect_reason,
        Some(DisconnectReason::ContactFlowDisconnect)
    );
}

#[test]
fn an_end_that_was_overtaken_means_nothing() {
    let mut center = center();
    center.done(Input::StartContact(call(1, 2)));
    let first = number_of(customer_hears(&center, 1));
    heard(&mut center, 1);
    happens(&mut center, 1, CallEvent::Played { number: first });
    let asked = customer_hears(&center, 1).clone();
    assert!(matches!(asked, Hearing::Keys { .. }));
    let number = number_of(&asked);
    happens(&mut center, 1, CallEvent::Played { number: number + 7 });
    assert_eq!(*customer_hears(&center, 1), asked);
}

#[test]
fn what_cannot_be_played_takes_the_error_branch() {
    let mut center = center();
    center.done(Input::StartContact(call(1, 2)));
    heard(&mut center, 1);
    let number = number_of(customer_hears(&center, 1));
    happens(&mut center, 1, CallEvent::PlayFailed { number });
    assert_eq!(text_of(customer_hears(&center, 1)), "Good-bye.");
}

#[test]
fn agent_and_customer_hear_each_other_and_are_recorded() {
    let mut center = center();
    connected(&mut center, 1);
    let told = plan(&center, 1).unwrap();
    assert_eq!(told.customer, Hearing::Other);
    assert_eq!(told.agent, Some((user(1), Hearing::Other)));
    let both = Recorded {
        customer: true,
        agent: true,
    };
    assert_eq!(told.recorded, both);
}

#[test]
fn the_flow_is_recorded_only_where_it_says_so_and_keys_never() {
    let mut center = center();
    center.flow(
        3,
        FlowType::ContactFlow,
        &blocks(&[
            record_both("r", "Enabled", "a"),
            speak("a", "Welcome.", "m"),
            menu("m", "z", "z"),
            end("z"),
        ]),
    );
    let recorded = |center: &Center| plan(center, 1).unwrap().recorded;
    center.done(Input::StartContact(call(1, 3)));
    assert_eq!(
        recorded(&center),
        Recorded {
            customer: true,
            agent: false
        }
    );
    heard(&mut center, 1);
    assert_eq!(recorded(&center), Recorded::default(), "keys");

    center.done(Input::StartContact(call(2, 2)));
    assert_eq!(plan(&center, 2).unwrap().recorded, Recorded::default());
}

fn change(center: &mut Center, n: u128, changes: &[RecordingChange]) -> Result<(), Rejection> {
    let change = Input::Recording {
        contact: contact(n),
        by: None,
        changes: changes.to_vec(),
    };
    center.give(change).map(|_| ())
}

#[test]
fn a_recording_is_suspended_and_resumed_and_stopped_for_good() {
    let mut center = center();
    let id = connected(&mut center, 1);
    let run = |center: &Center| plan(center, 1).unwrap().recording;
    assert_eq!(run(&center), RecordingRun::On);
    change(&mut center, 1, &[RecordingChange::Suspend]).unwrap();
    assert_eq!(run(&center), RecordingRun::Paused);
    assert_eq!(plan(&center, 1).unwrap().recorded, Recorded::default());
    let resume = |by| Input::Recording {
        contact: id,
        by: Some(user(by)),
        changes: vec![RecordingChange::Resume],
    };
    assert_eq!(
        center.give(resume(2)).unwrap_err(),
        Rejection::NotYourContact
    );
    center.done(resume(1));
    assert_eq!(run(&center), RecordingRun::On);
    assert_eq!(center.give(resume(1)).unwrap_err(), Rejection::WrongState);
    change(&mut center, 1, &[RecordingChange::Stop(None)]).unwrap();
    assert_eq!(run(&center), RecordingRun::Off);
    for too_late in [
        RecordingChange::Stop(None),
        RecordingChange::Suspend,
        RecordingChange::StartIvr,
        RecordingChange::StartAgent(Recorded::default()),
    ] {
        let refused = change(&mut center, 1, &[too_late]);
        assert_eq!(refused, Err(Rejection::WrongState), "{too_late:?}");
    }
}

#[test]
fn the_api_starts_what_no_flow_asked_for_and_all_of_it_or_nothing() {
    let mut center = center();
    center.flow(
        4,
        FlowType::ContactFlow,
        &blocks(&[speak("a", "Welcome.", "z"), end("z")]),
    );
    center.done(Input::StartContact(call(1, 4)));
    assert_eq!(plan(&center, 1).unwrap().recording, RecordingRun::Off);
    let alone = Recorded {
        customer: false,
        agent: true,
    };
    let twice = [
        RecordingChange::StartIvr,
        RecordingChange::StartAgent(alone),
        RecordingChange::StartIvr,
    ];
    assert_eq!(change(&mut center, 1, &twice), Err(Rejection::WrongState));
    assert_eq!(plan(&center, 1).unwrap().recording, RecordingRun::Off);
    change(&mut center, 1, &twice[..2]).unwrap();
    assert_eq!(plan(&center, 1).unwrap().recording, RecordingRun::On);
    let stop = RecordingChange::Stop(Some(RecordingPart::Ivr));
    change(&mut center, 1, &[stop]).unwrap();
    assert_eq!(plan(&center, 1).unwrap().recording, RecordingRun::Off);
}

#[test]
fn nothing_is_recorded_before_the_notice_was_heard_to_its_end() {
    for (played, expected) in [(true, RecordingRun::On), (false, RecordingRun::Off)] {
        let mut center = center();
        center
            .engine
            .set_recording_notice(Some("You are recorded.".to_owned()));
        center.flow(
            3,
            FlowType::ContactFlow,
            &blocks(&[
                record_both("r", "Enabled", "a"),
                speak("a", "Welcome.", "z"),
                end("z"),
            ]),
        );
        center.done(Input::StartContact(call(1, 3)));
        assert_eq!(text_of(customer_hears(&center, 1)), "You are recorded.");
        assert_eq!(plan(&center, 1).unwrap().recording, RecordingRun::Off);
        let number = number_of(customer_hears(&center, 1));
        let event = if played {
            CallEvent::Played { number }
        } else {
            CallEvent::PlayFailed { number }
        };
        happens(&mut center, 1, event);
        assert_eq!(text_of(customer_hears(&center, 1)), "Welcome.");
        assert_eq!(
            plan(&center, 1).unwrap().recording,
            expected,
            "played: {played}"
        );
    }
}

#[test]
fn who_is_not_recorded_hears_no_notice() {
    let mut center = center();
    center
        .engine
        .set_recording_notice(Some("You are recorded.".to_owned()));
    center.flow(
        3,
        FlowType::ContactFlow,
        &blocks(&[speak("a", "Welcome.", "z"), end("z")]),
    );
    center.done(Input::StartContact(call(1, 3)));
    assert_eq!(text_of(customer_hears(&center, 1)), "Welcome.");
}

#[test]
fn whispers_are_heard_one_after_the_other_before_the_call_is_put_through() {
    let mut center = center();
    for (n, kind, text) in [
        (5, FlowType::AgentWhisper, "A gold customer."),
        (6, FlowType::CustomerWhisper, "You are recorded."),
    ] {
        let flow = blocks(&[
            speak("a", text, "b"),
            json!({
                "Identifier": "b", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {},
            }),
        ]);
        center.flow(n, kind, &flow);
    }
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            hook("h", "AgentWhisper", 5, "i"),
            hook("i", "CustomerWhisper", 6, "q"),
            target("q", 1, "t"),
            to_queue("t"),
            speak("full", "full", "z"),
            end("z"),
        ]),
    );
    center.ready(1);
    center.done(Input::StartContact(call(1, 2)));
    center.accept(1, contact(1));
    let told = plan(&center, 1).unwrap();
    let (_, agent) = told.agent.as_ref().unwrap();
    assert_eq!(text_of(agent), "A gold customer.");
    assert_eq!(told.customer, Hearing::Nothing);
    let number = number_of(agent);
    happens(&mut center, 1, CallEvent::Played { number });
    let told = plan(&center, 1).unwrap();
    assert_eq!(text_of(&told.customer), "You are recorded.");
    assert_eq!(told.agent, Some((user(1), Hearing::Nothing)));
    heard(&mut center, 1);
    assert_eq!(*customer_hears(&center, 1), Hearing::Other);
}

#[test]
fn a_held_customer_hears_music_nobody_is_recorded_and_the_record_says_how_long() {
    let mut center = center();
    let id = connected(&mut center, 1);
    let hold = |center: &mut Center, on| {
        center.done(Input::Hold {
            agent: user(1),
            contact: id,
            on,
        })
    };
    center.pass(10);
    hold(&mut center, true);
    hold(&mut center, true);
    let told = plan(&center, 1).unwrap();
    assert_eq!(told.customer, Hearing::Music);
    assert_eq!(told.agent, Some((user(1), Hearing::Nothing)));
    assert_eq!(told.recorded, Recorded::default());
    center.pass(20);
    hold(&mut center, false);
    assert_eq!(*customer_hears(&center, 1), Hearing::Other);
    hold(&mut center, true);
    center.pass(5);
    happens(&mut center, 1, CallEvent::HungUp);
    center.complete(1, id);
    let agent = center.record(id).agent.as_ref().unwrap();
    assert_eq!(agent.holds, 2);
    assert_eq!(agent.customer_hold_ms, 25_000);
    assert_eq!(agent.longest_hold_ms, 20_000);
    let events = center.events(id);
    let held = ContactEventKind::Held { agent: user(1) };
    assert_eq!(events.iter().filter(|kind| ***kind == held).count(), 2);
}

#[test]
fn the_workspace_shows_at_once_that_a_customer_is_held() {
    let mut center = center();
    let id = connected(&mut center, 1);
    for on in [true, false] {
        let before = center.effects.len();
        center.done(Input::Hold {
            agent: user(1),
            contact: id,
            on,
        });
        let mut new = center.effects.iter().skip(before);
        assert!(new.any(|effect| matches!(effect, Effect::AgentChanged(who) if *who == user(1))));
    }
}

#[test]
fn only_who_has_the_call_holds_it() {
    let mut center = center();
    center.agent(2, 1);
    let id = connected(&mut center, 1);
    let hold = |agent| Input::Hold {
        agent: user(agent),
        contact: id,
        on: true,
    };
    assert_eq!(center.give(hold(2)), Err(Rejection::NotYourContact));
    center.end(1, id);
    assert_eq!(center.give(hold(1)), Err(Rejection::NotYourContact));
}

#[test]
fn a_caller_who_hangs_up_in_the_queue_leaves_a_record() {
    let mut center = center();
    let id = queued(&mut center, 1);
    happens(&mut center, 1, CallEvent::HungUp);
    let reason = center.record(id).disconnect_reason;
    assert_eq!(reason, Some(DisconnectReason::CustomerDisconnect));
    assert_eq!(plan(&center, 1), None);
    let late = Input::Call {
        call: id,
        event: CallEvent::HungUp,
    };
    assert_eq!(center.give(late), Err(Rejection::UnknownContact));
}

#[test]
fn an_agent_who_ends_the_call_hangs_up() {
    let mut center = center();
    let id = connected(&mut center, 1);
    center.end(1, id);
    assert_eq!(plan(&center, 1), None);
    assert!(matches!(center.state(id), ContactState::WrapUp { .. }));
}

#[test]
fn after_the_agent_a_disconnect_flow_speaks_with_the_caller() {
    let mut center = center();
    center.flow(
        7,
        FlowType::ContactFlow,
        &blocks(&[speak("a", "How was it?", "z"), end("z")]),
    );
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            hook("h", "CustomerRemaining", 7, "q"),
            target("q", 1, "t"),
            to_queue("t"),
            speak("full", "full", "z"),
            end("z"),
        ]),
    );
    center.ready(1);
    center.done(Input::StartContact(call(1, 2)));
    center.accept(1, contact(1));
    center.end(1, contact(1));
    let told = plan(&center, 1).unwrap();
    assert_eq!(text_of(&told.customer), "How was it?");
    assert_eq!(told.agent, None);
    heard(&mut center, 1);
    assert_eq!(plan(&center, 1), None);
}

#[test]
fn an_open_call_is_known_after_a_restart_so_that_it_can_be_closed() {
    let mut center = center();
    let id = queued(&mut center, 1);
    center.restart();
    assert_eq!(center.engine.open_calls().collect::<Vec<_>>(), [id]);
    happens(&mut center, 1, CallEvent::Lost);
    let reason = center.record(id).disconnect_reason;
    assert_eq!(reason, Some(DisconnectReason::SystemError));
    assert_eq!(center.engine.open_calls().count(), 0);
}

#[test]
fn a_loop_goes_on_while_the_flow_looks_after_the_queue() {
    let mut center = center();
    center.flow(
        8,
        FlowType::CustomerQueue,
        &blocks(&[
            json!({
                "Identifier": "l", "Type": "MessageParticipantIteratively",
                "Parameters": {"Messages": [{"Text": "One moment."}], "InterruptFrequencySeconds": "10"},
                "Transitions": {
                    "NextAction": "l",
                    "Conditions": [{"NextAction": "u", "Condition": {"Operator": "Equals", "Operands": ["MessagesInterrupted"]}}],
                    "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "e"}],
                },
            }),
            block("u", "UpdateContactAttributes", json!({"Attributes": {"seen": "yes"}}), "l", "l"),
            json!({"Identifier": "e", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}),
        ]),
    );
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            hook("h", "CustomerQueue", 8, "q"),
            target("q", 1, "t"),
            to_queue("t"),
            speak("full", "full", "z"),
            end("z"),
        ]),
    );
    center.done(Input::StartContact(call(1, 2)));
    assert_eq!(text_of(customer_hears(&center, 1)), "One moment.");
    let told = |center: &Center| {
        let plans = center.effects.iter();
        plans
            .filter(|effect| matches!(effect, Effect::Call { .. }))
            .count()
    };
    let before = told(&center);
    center.pass(35);
    assert_eq!(told(&center), before, "the loop is not begun anew");
}
