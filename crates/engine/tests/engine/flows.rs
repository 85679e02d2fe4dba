//! How flows drive contacts.

use engine::Input;
use engine::effect::ContactEventKind;
use model::contact::DisconnectReason;
use model::resource::FlowType;
use model::transcript::ItemContent;
use serde_json::json;

use crate::harness::*;

#[test]
fn flows_read_what_the_center_knows_of_the_contact() {
    let mut center = Center::new();
    let text = "$.Channel|$.ContactId|$.AwsRegion|$.InitiationMethod|$.Attributes.tier|$.Queue.Name\
                |$.Queue.ARN|$.Media.InitialMessage|$.InstanceARN";
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            block(
                "a",
                "UpdateContactAttributes",
                json!({"Attributes": {"tier": "gold"}}),
                "b",
                "z",
            ),
            target("b", 1, "c"),
            say("c", text, "z"),
            say("full", "full", "z"),
            end("z"),
        ]),
    );
    let start = engine::input::StartContact {
        initial_message: Some((item(1), crate::harness::text("hi"))),
        ..chat(1, 2)
    };
    center.done(Input::StartContact(start));
    let queue_arn = scope().resource_arn(model::ResourceKind::Queue, queue(1));
    let expected = format!(
        "SYSTEM: CHAT|{}|eu-central-1|API|gold|name 1|{queue_arn}|hi|{}",
        contact(1),
        scope().arn()
    );
    assert_eq!(center.transcript()[1], expected);
}

#[test]
fn a_flow_that_never_waits_is_stopped() {
    let mut center = Center::new();
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            block(
                "a",
                "UpdateContactAttributes",
                json!({"Attributes": {"x": "1"}}),
                "b",
                "b",
            ),
            block(
                "b",
                "UpdateContactAttributes",
                json!({"Attributes": {"x": "2"}}),
                "a",
                "a",
            ),
        ]),
    );
    center.chat_in(1, 2);
    assert_eq!(
        center.record(contact(1)).disconnect_reason,
        Some(DisconnectReason::SystemError)
    );
    let stopped = center.events(contact(1)).into_iter().any(|kind| {
        matches!(kind, ContactEventKind::FlowStopped { reason } if reason.contains("without a wait"))
    });
    assert!(stopped, "its history says why");
    let updates = center.events(contact(1));
    let updates = updates
        .iter()
        .filter(|kind| ***kind == ContactEventKind::DataUpdated);
    assert_eq!(updates.count(), 1, "once per input");
}

#[test]
fn hours_of_the_target_queue_decide() {
    for (offset_s, said) in [(0, "open"), (24 * 3600, "closed")] {
        let mut center = Center::new();
        center.flow(
            2,
            FlowType::ContactFlow,
            &blocks(&[
                target("a", 1, "b"),
                branch(
                    "b",
                    "CheckHoursOfOperation",
                    json!({}),
                    &[("True", "c"), ("False", "d")],
                    &["NoMatchingError"],
                    "z",
                ),
                say("c", "open", "z"),
                say("d", "closed", "z"),
                say("full", "full", "z"),
                end("z"),
            ]),
        );
        // It begins on a Monday, on which alone it is open.
        center.now = center.now.plus(std::time::Duration::from_secs(offset_s));
        center.chat_in(1, 2);
        assert_eq!(center.transcript()[0], format!("SYSTEM: {said}"));
    }
}

#[test]
fn a_view_is_shown_and_its_answer_decides() {
    let view = branch(
        "v",
        "ShowView",
        json!({"ViewResource": {"Id": "arn:aws:connect:us-east-1:aws:view/form:1"},
               "InvocationTimeLimitSeconds": "60", "ViewData": {"Title": "Hello"}}),
        &[("Submit", "yes"), ("Later", "later")],
        &[
            "NoMatchingCondition",
            "NoMatchingError",
            "TimeLimitExceeded",
        ],
        "no",
    );
    let content = blocks(&[
        view,
        say("yes", "yes $.Views.ViewResultData.FormData.name", "z"),
        say("later", "later", "z"),
        say("no", "no", "z"),
        end("z"),
    ]);
    let submit = |action: &str| Input::SubmitView {
        contact: contact(1),
        participant: customer(1),
        action: action.to_owned(),
        data: json!({"FormData": {"name": "Jo"}}),
    };
    let said = |answer: &str| Input::Say {
        contact: contact(1),
        participant: customer(1),
        item: item(1),
        content: ItemContent::Message {
            content_type: "application/vnd.amazonaws.connect.message.interactive.response"
                .to_owned(),
            text: answer.into(),
        },
    };
    for (answer, expected) in [
        (submit("Submit"), "SYSTEM: yes Jo"),
        (submit("Other"), "SYSTEM: no"),
        (
            said(r#"{"action":"Submit","data":{"FormData":{"name":"Jo"}}}"#),
            "SYSTEM: yes Jo",
        ),
        (said(r#"{"action":"Later","data":{}}"#), "SYSTEM: later"),
    ] {
        let mut center = Center::new();
        center.flow(2, FlowType::ContactFlow, &content);
        center.chat_in(1, 2);
        assert_eq!(
            shown_view(&center),
            json!({
                "templateType": "ViewResource",
                "version": "1.0",
                "data": {
                    "view": "arn:aws:connect:us-east-1:aws:view/form:1",
                    "content": {"Title": "Hello"},
                    "actions": ["Submit", "Later"],
                },
            })
        );
        center.done(answer);
        assert!(
            center.transcript().contains(&expected.to_owned()),
            "{:?}",
            center.transcript()
        );
    }
    let mut center = Center::new();
    center.flow(2, FlowType::ContactFlow, &content);
    center.chat_in(1, 2);
    center.pass(60);
    assert!(center.transcript().contains(&"SYSTEM: no".to_owned()));
}

#[test]
fn a_hidden_answer_to_a_view_decides_and_stands_nowhere() {
    let view = |id: &str, hidden: &[&str], next: &str| {
        branch(
            id,
            "ShowView",
            json!({"ViewResource": {"Id": "form:1"}, "InvocationTimeLimitSeconds": "60",
                   "SensitiveDataConfiguration": {"HideResponseOn": hidden}}),
            &[("Submit", next)],
            &[
                "NoMatchingCondition",
                "NoMatchingError",
                "TimeLimitExceeded",
            ],
            "no",
        )
    };
    let mut center = Center::new();
    let content = blocks(&[
        view("v", &["TRANSCRIPT"], "w"),
        view("w", &[], "yes"),
        say("yes", "yes", "z"),
        say("no", "no", "z"),
        end("z"),
    ]);
    center.flow(2, FlowType::ContactFlow, &content);
    center.chat_in(1, 2);
    let answer = |number: u128, word: &str| Input::Say {
        contact: contact(1),
        participant: customer(1),
        item: item(number),
        content: ItemContent::Message {
            content_type: "application/vnd.amazonaws.connect.message.interactive.response"
                .to_owned(),
            text: json!({"action": "Submit", "data": {"FormData": {"word": word}}})
                .to_string()
                .into(),
        },
    };
    center.done(answer(1, "hidden-word"));
    center.done(answer(2, "shown-word"));
    let transcript = center.transcript().join("\n");
    assert!(transcript.contains("SYSTEM: yes"), "{transcript}");
    assert!(!transcript.contains("hidden-word"), "{transcript}");
    assert!(transcript.contains("shown-word"), "{transcript}");
}

/// The view that was said first, as the customer's page reads it.
fn shown_view(center: &Center) -> serde_json::Value {
    let said = &center.transcript()[0];
    serde_json::from_str(said.strip_prefix("SYSTEM: ").unwrap()).unwrap()
}

#[test]
fn a_returning_customer_ends_a_wait_but_the_first_connection_does_not() {
    let mut center = Center::new();
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            wait("a", 600, &[("CustomerReturned", "b")], "z"),
            say("b", "welcome back", "z"),
            end("z"),
        ]),
    );
    center.chat_in(1, 2);
    let connect = || Input::ParticipantConnected {
        contact: contact(1),
        participant: customer(1),
    };
    center.done(connect());
    assert!(!center.has_record(contact(1)));
    center.done(connect());
    assert!(
        center
            .transcript()
            .contains(&"SYSTEM: welcome back".to_owned())
    );
}

#[test]
fn a_run_keeps_its_version_of_the_flow_and_lets_it_go_at_its_end() {
    let mut center = Center::new();
    let version = |text: &str| blocks(&[wait("a", 60, &[], "b"), say("b", text, "z"), end("z")]);
    center.flow(2, FlowType::ContactFlow, &version("old"));
    center.chat_in(1, 2);
    let old = center.engine.pinned_flows().next().unwrap();
    center.flow(2, FlowType::ContactFlow, &version("new"));
    center.chat_in(2, 2);
    assert!(center.engine.take_changes().released_flows.is_empty());
    center.pass(60);
    let said: Vec<String> = center
        .transcript()
        .into_iter()
        .filter(|line| line.starts_with("SYSTEM: "))
        .collect();
    assert_eq!(said, ["SYSTEM: old", "SYSTEM: new"]);
    assert_eq!(center.engine.take_changes().released_flows, [old]);
}

#[test]
fn a_whisper_on_a_chat_is_skipped_and_the_log_says_so() {
    let mut center = Center::new();
    center.flow(3, FlowType::AgentWhisper, &blocks(&[say("a", "psst", "z"),
        json!({"Identifier": "z", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}})]));
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[
            hook("h", "AgentWhisper", 3, "a"),
            target("a", 1, "b"),
            to_queue("b"),
            say("full", "full", "z"),
            end("z"),
        ]),
    );
    center.ready(1);
    center.chat_in(1, 2);
    center.accept(1, contact(1));
    let noted = center.events(contact(1)).into_iter().any(
        |kind| matches!(kind, ContactEventKind::Flow(log) if log.action == "Whisper" && log.note.is_some()),
    );
    assert!(noted);
    assert!(!center.transcript().contains(&"SYSTEM: psst".to_owned()));
}

#[test]
fn a_flow_that_says_too_much_without_a_wait_is_stopped() {
    let mut center = Center::new();
    let text = "x".repeat(16_000);
    center.flow(
        2,
        FlowType::ContactFlow,
        &blocks(&[say("a", &text, "b"), say("b", &text, "a")]),
    );
    center.chat_in(1, 2);
    let said: usize = center
        .items()
        .iter()
        .map(|item| match &item.content {
            ItemContent::Message { text, .. } => text.expose().len(),
            _ => 0,
        })
        .sum();
    assert!(said <= engine::config::SAID_BYTES_MAX, "{said}");
    let reason = center.record(contact(1)).disconnect_reason;
    assert_eq!(reason, Some(DisconnectReason::SystemError));
}

#[test]
fn much_that_is_due_at_once_takes_several_ticks() {
    let mut center = Center::new();
    let set = |number: usize| {
        let (id, next) = (format!("s{number}"), format!("s{}", number + 1));
        block(
            &id,
            "UpdateContactAttributes",
            json!({"Attributes": {"x": "1"}}),
            &next,
            &next,
        )
    };
    let mut flow = vec![wait("w", 10, &[], "s0")];
    flow.extend((0..90).map(set));
    flow.push(end("s90"));
    center.flow(2, FlowType::ContactFlow, &blocks(&flow));
    for n in 1..=100 {
        center.chat_in(n, 2);
    }
    let now = center.now.plus(std::time::Duration::from_secs(10));
    let mut ticks = 0;
    while center.engine.next_deadline().is_some_and(|at| at <= now) {
        let effects = center.engine.handle(now, Input::Tick).effects.len();
        assert!(
            effects <= engine::config::TICK_EFFECTS_MAX + 500,
            "a tick ends with the contact that it is at: {effects}"
        );
        ticks += 1;
        assert!(ticks < 100, "ticks lead on");
    }
    assert!(ticks > 3, "{ticks}");
    assert_eq!(center.engine.open_contacts().count(), 0);
}
