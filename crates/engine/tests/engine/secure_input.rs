//! An agent stays on the line while a flow asks the customer for what nobody else may hear.

use engine::call::{CallEvent, Hearing, Recorded};
use engine::effect::ContactEventKind;
use engine::{Input, Rejection, Reply};
use flow::command::{Input as Keyed, PreviousParticipants};
use model::contact::DisconnectReason;
use model::quality::LegQuality;
use model::resource::{FlowType, QuickConnectDestination};
use model::{AgentContactState, ContactId, InitiationMethod, QuickConnectId};
use serde_json::{Value, json};

use crate::calls::{connected, customer_hears, happens, heard, number_of, plan, speak, text_of};
use crate::harness::*;

const BOTH: Recorded = Recorded {
    customer: true,
    agent: true,
};

fn participants(id: &str, state: &str, next: &str) -> Value {
    let state = json!({"PreviousContactParticipantState": state});
    block(
        id,
        "UpdatePreviousContactParticipantState",
        state,
        next,
        "failed",
    )
}

fn ask(id: &str, next: &str) -> Value {
    json!({
        "Identifier": id, "Type": "GetParticipantInput",
        "Parameters": {"Text": "Your card number, please.", "StoreInput": "True",
            "InputTimeLimitSeconds": "5",
            "DTMFConfiguration": {"InputTerminationSequence": "#"},
            "InputValidation": {"CustomValidation": {"MaximumLength": "16"}}},
        "Transitions": {"NextAction": next, "Conditions": [],
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "failed"}]},
    })
}

/// Agent 1 has call 1; quick connect 1 leads to a flow that asks the customer for a card.
fn center() -> Center {
    center_with(&[
        participants("hold", "AgentOnHold", "ask"),
        ask("ask", "note"),
        block(
            "note",
            "UpdateContactAttributes",
            json!({"Attributes": {"paid": "yes"}, "TargetContact": "Current"}),
            "both",
            "both",
        ),
        participants("both", "OffHold", "thanks"),
        speak("thanks", "Thank you.", "z"),
        end("z"),
        speak("failed", "Sorry.", "z"),
    ])
}

fn center_with(secure: &[Value]) -> Center {
    let mut center = crate::calls::center();
    center.flow(20, FlowType::QueueTransfer, &blocks(secure));
    center.quick_connect(
        1,
        QuickConnectDestination::Queue {
            queue: queue(1),
            flow: flow(20),
        },
    );
    connected(&mut center, 1);
    center
}

fn transfer(center: &mut Center) -> Result<Reply, Rejection> {
    center.give(Input::QuickConnect {
        agent: user(1),
        contact: contact(1),
        quick_connect: QuickConnectId::from_u128(1),
    })
}

fn transferred(center: &mut Center) -> ContactId {
    let Reply::Transferred(next) = transfer(center).unwrap() else {
        panic!("it is transferred")
    };
    next
}

fn staying(center: &Center) -> Option<PreviousParticipants> {
    center.engine.agent(user(1)).unwrap().contacts[0].staying
}

fn agent_hears(center: &Center) -> &Hearing {
    let (agent, hearing) = plan(center, 1).unwrap().agent.as_ref().unwrap();
    assert_eq!(*agent, user(1));
    hearing
}

fn keys(center: &mut Center, keys: &str) {
    let number = number_of(customer_hears(center, 1));
    let input = Keyed::Keys(keys.into());
    happens(center, 1, CallEvent::Input { number, input });
}

#[test]
fn while_the_customer_keys_in_a_card_the_agent_hears_nothing_and_nobody_is_recorded() {
    let mut center = center();
    assert_eq!(plan(&center, 1).unwrap().recorded, BOTH);
    let next = transferred(&mut center);
    assert!(matches!(customer_hears(&center, 1), Hearing::Keys { .. }));
    assert_eq!(*agent_hears(&center), Hearing::Nothing);
    assert_eq!(plan(&center, 1).unwrap().recorded, Recorded::default());
    assert_eq!(staying(&center), Some(PreviousParticipants::AgentOnHold));
    assert_eq!(
        center.slot(1, contact(1)),
        Some(AgentContactState::Connected)
    );

    keys(&mut center, "4111111111111111");
    assert_eq!(text_of(customer_hears(&center, 1)), "Thank you.");
    assert_eq!(text_of(agent_hears(&center)), "Thank you.");
    heard(&mut center, 1);
    let told = plan(&center, 1).unwrap();
    assert_eq!(told.customer, Hearing::Other);
    assert_eq!(*agent_hears(&center), Hearing::Other);
    assert_eq!(told.recorded, BOTH);
    assert_eq!(staying(&center), None);

    let secure = center.record(next).clone();
    assert_eq!(secure.previous_id, Some(contact(1)));
    assert_eq!(secure.initiation_method, InitiationMethod::Transfer);
    assert_eq!(
        secure.disconnect_reason,
        Some(DisconnectReason::ContactFlowDisconnect)
    );
    assert!(
        !format!("{:?}", center.effects).contains("4111"),
        "no key is told"
    );
    let own = center.engine.contact(contact(1)).unwrap().record;
    assert_eq!(own.attributes.get("paid"), Some("yes"));
    assert_eq!(own.next_id, Some(next));
    assert_eq!(own.transfer_completed_at, None);
    let held = |state| ContactEventKind::PreviousHeld {
        agent: user(1),
        state,
    };
    let events = center.events(next);
    assert!(events.contains(&&held(PreviousParticipants::AgentOnHold)));
    assert!(events.contains(&&held(PreviousParticipants::OffHold)));
}

#[test]
fn the_agent_can_hold_and_end_and_transfer_again_when_the_customer_is_back() {
    let mut center = center();
    transferred(&mut center);
    keys(&mut center, "1");
    heard(&mut center, 1);
    center.done(Input::Hold {
        agent: user(1),
        contact: contact(1),
        on: true,
    });
    assert_eq!(*customer_hears(&center, 1), Hearing::Music);
    let second = transferred(&mut center);
    assert!(matches!(customer_hears(&center, 1), Hearing::Keys { .. }));
    keys(&mut center, "2");
    heard(&mut center, 1);
    assert!(center.has_record(second));
    center.end(1, contact(1));
    assert_eq!(plan(&center, 1), None);
    center.complete(1, contact(1));
    assert_eq!(center.record(contact(1)).agent.as_ref().unwrap().holds, 1);
}

#[test]
fn until_a_flow_says_otherwise_it_speaks_with_the_agent_and_the_customer_is_on_hold() {
    let mut center = center_with(&[
        speak("a", "Where to?", "h"),
        participants("h", "AgentOnHold", "b"),
        speak("b", "You are not lost.", "i"),
        participants("i", "CustomerOnHold", "c"),
        speak("c", "Ready?", "z"),
        end("z"),
        speak("failed", "Sorry.", "z"),
    ]);
    transferred(&mut center);
    assert_eq!(text_of(agent_hears(&center)), "Where to?");
    assert_eq!(*customer_hears(&center, 1), Hearing::Music);
    let number = number_of(agent_hears(&center));
    happens(&mut center, 1, CallEvent::Played { number });
    assert_eq!(text_of(customer_hears(&center, 1)), "You are not lost.");
    assert_eq!(*agent_hears(&center), Hearing::Nothing);
    heard(&mut center, 1);
    assert_eq!(text_of(agent_hears(&center)), "Ready?");
    assert_eq!(plan(&center, 1).unwrap().recorded, Recorded::default());
    let number = number_of(agent_hears(&center));
    happens(&mut center, 1, CallEvent::PlayFailed { number });
    assert_eq!(*customer_hears(&center, 1), Hearing::Other);
}

#[test]
fn keys_that_are_asked_for_in_a_conference_do_not_reach_the_agent() {
    let mut center = center_with(&[
        participants("both", "OffHold", "ask"),
        ask("ask", "z"),
        end("z"),
        speak("failed", "Sorry.", "z"),
    ]);
    transferred(&mut center);
    assert!(matches!(customer_hears(&center, 1), Hearing::Keys { .. }));
    assert_eq!(*agent_hears(&center), Hearing::Nothing);
    assert_eq!(plan(&center, 1).unwrap().recorded, Recorded::default());
}

#[test]
fn hold_flows_accompany_who_is_on_hold() {
    let mut center = crate::calls::center();
    for (n, kind, text) in [
        (21, FlowType::AgentHold, "The customer is busy."),
        (22, FlowType::CustomerHold, "Please hold."),
    ] {
        let flow = blocks(&[block(
            "a",
            "MessageParticipantIteratively",
            json!({"Messages": [{"Text": text}]}),
            "a",
            "a",
        )]);
        center.flow(n, kind, &flow);
    }
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            hook("h", "AgentHold", 21, "i"),
            hook("i", "CustomerHold", 22, "q"),
            target("q", 1, "t"),
            to_queue("t"),
            speak("full", "full", "z"),
            end("z"),
        ]),
    );
    let secure = blocks(&[
        speak("a", "Wait.", "hold"),
        participants("hold", "AgentOnHold", "ask"),
        ask("ask", "z"),
        end("z"),
        speak("failed", "Sorry.", "z"),
    ]);
    center.flow(20, FlowType::QueueTransfer, &secure);
    let (queue, flow) = (queue(1), flow(20));
    center.quick_connect(1, QuickConnectDestination::Queue { queue, flow });
    center.ready(1);
    center.done(Input::StartContact(crate::calls::call(1, 2)));
    center.accept(1, contact(1));
    transferred(&mut center);
    assert_eq!(text_of(customer_hears(&center, 1)), "Please hold.");
    let number = number_of(agent_hears(&center));
    happens(&mut center, 1, CallEvent::Played { number });
    assert_eq!(text_of(agent_hears(&center)), "The customer is busy.");
    keys(&mut center, "1");
    assert_eq!(*agent_hears(&center), Hearing::Other);
}

#[test]
fn without_an_agent_on_the_line_the_block_fails() {
    let mut center = center();
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            participants("hold", "AgentOnHold", "z"),
            speak("failed", "Sorry.", "z"),
            end("z"),
        ]),
    );
    center.done(Input::StartContact(crate::calls::call(2, 2)));
    assert_eq!(text_of(customer_hears(&center, 2)), "Sorry.");
}

#[test]
fn an_agent_who_leaves_goes_to_wrap_up_and_the_flow_goes_on_with_the_customer() {
    let mut center = center_with(&[
        speak("a", "Where to?", "ask"),
        ask("ask", "z"),
        end("z"),
        speak("failed", "Sorry.", "z"),
    ]);
    let next = transferred(&mut center);
    center.end(1, contact(1));
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Ended));
    let told = plan(&center, 1).unwrap();
    assert_eq!(told.agent, None);
    assert_eq!(text_of(&told.customer), "Where to?");
    heard(&mut center, 1);
    keys(&mut center, "1");
    assert_eq!(plan(&center, 1), None, "nobody is there to talk with");
    center.complete(1, contact(1));
    let first = center.record(contact(1));
    assert_eq!(first.disconnect_reason, Some(DisconnectReason::Transferred));
    assert!(first.transfer_completed_at.is_some());
    assert!(center.has_record(next));
}

#[test]
fn a_flow_that_queues_the_customer_lets_the_agent_go() {
    let mut center = center_with(&[to_queue("t"), speak("full", "full", "z"), end("z")]);
    let next = transferred(&mut center);
    assert!(center.is_waiting(next));
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Ended));
    assert_eq!(plan(&center, 1).unwrap().agent, None);
    assert_eq!(*customer_hears(&center, 1), Hearing::Music);
    center.complete(1, contact(1));
    assert!(center.record(contact(1)).transfer_completed_at.is_some());
}

#[test]
fn figures_of_an_agent_who_stayed_are_in_the_record_that_names_the_agent() {
    let mut center = center();
    let next = transferred(&mut center);
    let quality = LegQuality {
        mos_hundredths: 400,
        ..LegQuality::default()
    };
    for agent in [None, Some(user(1))] {
        let told = CallEvent::Quality {
            contact: next,
            agent,
            quality,
        };
        happens(&mut center, 1, told);
    }
    let quality_of = |id| center.engine.contact(id).unwrap().record.quality;
    assert_eq!(quality_of(contact(1)).agent, Some(quality));
    assert_eq!(quality_of(contact(1)).customer, None);
    assert_eq!(quality_of(next).customer, Some(quality));
    assert_eq!(quality_of(next).agent, None);
}

#[test]
fn a_customer_who_hangs_up_ends_both_segments() {
    let mut center = center();
    let next = transferred(&mut center);
    happens(&mut center, 1, CallEvent::HungUp);
    assert_eq!(plan(&center, 1), None);
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Ended));
    center.complete(1, contact(1));
    for id in [contact(1), next] {
        let reason = center.record(id).disconnect_reason;
        assert_eq!(reason, Some(DisconnectReason::CustomerDisconnect));
    }
}

#[test]
fn what_the_flow_decides_the_agent_cannot_decide_meanwhile() {
    let mut center = center();
    transferred(&mut center);
    let hold = Input::Hold {
        agent: user(1),
        contact: contact(1),
        on: true,
    };
    assert_eq!(center.give(hold), Err(Rejection::WrongState));
    assert_eq!(transfer(&mut center), Err(Rejection::WrongState));
    assert_eq!(center.engine.call_of(user(1), contact(1)), Some(contact(1)));
}

#[test]
fn a_program_that_stops_the_contact_ends_both_segments() {
    let mut center = center();
    let next = transferred(&mut center);
    center.done(Input::StopContact {
        contact: contact(1),
        reason: DisconnectReason::Api,
    });
    assert_eq!(plan(&center, 1), None);
    assert!(center.has_record(next));
    assert_eq!(center.slot(1, contact(1)), Some(AgentContactState::Ended));
}

#[test]
fn an_agent_who_is_removed_leaves_the_customer_with_the_flow() {
    let mut center = center();
    transferred(&mut center);
    center.change(engine::ConfigChange::Remove(
        model::ResourceKind::User,
        user(1).into(),
    ));
    assert_eq!(plan(&center, 1).unwrap().agent, None);
    assert!(matches!(customer_hears(&center, 1), Hearing::Keys { .. }));
    assert!(center.has_record(contact(1)));
}

#[test]
fn a_restart_keeps_who_is_on_the_line_and_closes_both_segments() {
    let mut center = center();
    let next = transferred(&mut center);
    center.restart();
    center.done(Input::Tick);
    assert_eq!(staying(&center), Some(PreviousParticipants::AgentOnHold));
    assert_eq!(center.engine.open_calls().collect::<Vec<_>>(), [contact(1)]);
    happens(&mut center, 1, CallEvent::Lost);
    center.complete(1, contact(1));
    for id in [contact(1), next] {
        let reason = center.record(id).disconnect_reason;
        assert_eq!(reason, Some(DisconnectReason::SystemError));
    }
}
