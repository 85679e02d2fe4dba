//! What single actions make of values that are only known when they run.

use flow::{CONTACT_DESCRIPTION_CHARS_MAX, CONTACT_NAME_CHARS_MAX, MESSAGE_CHARS_MAX};
use serde_json::{Value, json};

use crate::driver::{Contact, block, bye, to};
use crate::running::{chat, played, say};

/// The outcomes of the first block, told as in the log, with `value` in the attribute `v`.
fn outcome(action: &str, parameters: Value, value: &str) -> String {
    let first = block("first", action, parameters, to("end", "end"));
    let run = played(
        &[first, bye("end")],
        &mut chat().with("Attributes.v", value),
    );
    let line = run
        .lines
        .lines()
        .find(|line| line.contains("first"))
        .unwrap_or_default();
    line.trim()
        .trim_start_matches(&format!("first {action}: "))
        .to_owned()
}

#[test]
fn texts_of_a_block_keep_within_their_limits() {
    let message = |chars: usize| {
        outcome(
            "MessageParticipant",
            json!({ "Text": "$.Attributes.v" }),
            &"ä".repeat(chars),
        )
    };
    assert_eq!(message(MESSAGE_CHARS_MAX), "NextAction");
    assert_eq!(
        message(MESSAGE_CHARS_MAX + 1),
        "NoMatchingError (the text is longer than 16384 characters)"
    );
    let name = |chars: usize| {
        outcome(
            "UpdateContactData",
            json!({ "Name": "$.Attributes.v" }),
            &"n".repeat(chars),
        )
    };
    assert_eq!(name(CONTACT_NAME_CHARS_MAX), "NextAction");
    assert_eq!(
        name(CONTACT_NAME_CHARS_MAX + 1),
        "NoMatchingError (the name is longer than 512 characters)"
    );
    let flow = model::FlowId::from_u128(2).to_string();
    let task = |chars: usize| {
        let task = json!({ "Name": "x", "Description": "$.Attributes.v", "ContactFlowId": flow });
        outcome("CreateTask", task, &"d".repeat(chars))
    };
    assert_eq!(task(CONTACT_DESCRIPTION_CHARS_MAX), "NextAction");
    assert_eq!(
        task(CONTACT_DESCRIPTION_CHARS_MAX + 1),
        "NoMatchingError (the description is longer than 4096 characters)"
    );
    let tag = |chars: usize| {
        outcome(
            "TagContact",
            json!({ "Tags": { "t": "$.Attributes.v" } }),
            &"t".repeat(chars),
        )
    };
    assert_eq!(tag(256), "NextAction");
    assert_eq!(
        tag(257),
        "NoMatchingError (the value of a tag is longer than 256 characters)"
    );
}

#[test]
fn a_language_code_has_the_shape_of_one() {
    let language = |code: &str| {
        outcome(
            "UpdateContactData",
            json!({ "LanguageCode": "$.Attributes.v" }),
            code,
        )
    };
    for good in ["de", "en-US", "zh-Hant-TW"] {
        assert_eq!(language(good), "NextAction", "{good}");
    }
    for bad in ["", "en_US", "en-", "deutsch bitte", &"a-".repeat(40)] {
        assert!(language(bad).starts_with("NoMatchingError"), "{bad}");
    }
}

#[test]
fn a_value_that_is_no_number_leaves_the_routing_as_it_was() {
    let first = block(
        "first",
        "UpdateContactRoutingBehavior",
        json!({ "QueuePriority": "$.Attributes.v" }),
        json!({ "NextAction": "end" }),
    );
    let priority = |value: &str| {
        let mut contact = chat().with("Attributes.v", value);
        played(&[first.clone(), bye("end")], &mut contact).lines
    };
    assert!(priority("3").contains("SetRoutingBehavior(Priority(3))"));
    for value in ["0", "10000", "high", ""] {
        let lines = priority(value);
        assert!(!lines.contains("SetRoutingBehavior"), "{lines}");
        assert!(lines.contains("routing stays as it was"), "{lines}");
    }
}

#[test]
fn a_wait_whose_time_is_out_of_range_takes_the_error_branch() {
    let wait = |value: &str| {
        let first = block(
            "first",
            "Wait",
            json!({ "TimeoutSeconds": "$.Attributes.v" }),
            json!({
                "Conditions": [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}],
            }),
        );
        let mut contact = chat().with("Attributes.v", value);
        played(&[first, bye("end")], &mut contact).lines
    };
    assert!(wait("604800").contains("wait 604800s"));
    for value in ["0", "-1", "604801", "soon"] {
        assert!(
            wait(value).contains("first Wait: NoMatchingError"),
            "{value}"
        );
    }
}

#[test]
fn waiting_is_for_chats_and_tasks() {
    let wait = block(
        "first",
        "Wait",
        json!({ "TimeLimitSeconds": "5" }),
        json!({
            "Conditions": [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}],
        }),
    );
    for (channel, waits) in [("CHAT", true), ("TASK", true), ("VOICE", false)] {
        let run = played(&[wait.clone(), bye("end")], &mut Contact::on(channel));
        assert_eq!(
            run.lines.contains("first Wait: waits"),
            waits,
            "{channel}: {}",
            run.lines
        );
    }
}

#[test]
fn a_loop_count_that_is_no_number_takes_the_error_branch() {
    let rounds = |count: &str| {
        let mut contact = chat().with("Attributes.count", count);
        let turn = block(
            "l",
            "Loop",
            json!({ "LoopCount": "$.Attributes.count" }),
            json!({
                "Conditions": [
                    {"NextAction": "say", "Condition": {"Operator": "Equals", "Operands": ["ContinueLooping"]}},
                    {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["DoneLooping"]}},
                ],
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "no"}],
            }),
        );
        let run = played(
            &[
                turn,
                say("say", "round", "l"),
                say("no", "no number", "end"),
                bye("end"),
            ],
            &mut contact,
        );
        (
            run.lines.matches(r#"say "round""#).count(),
            run.lines.contains("no number"),
        )
    };
    assert_eq!(rounds("0"), (0, false));
    assert_eq!(rounds("3"), (3, false));
    assert_eq!(rounds("101"), (0, true));
    assert_eq!(rounds("many"), (0, true));
}

#[test]
fn compound_conditions_decide_as_they_say() {
    let tier = |condition: Value, value: &str| {
        let check = block(
            "a",
            "Compare",
            json!({ "ComparisonValue": "$.Attributes.n" }),
            json!({
                "Conditions": [{ "NextAction": "yes", "Condition": condition }],
                "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "end"}],
            }),
        );
        let mut contact = chat().with("Attributes.n", value);
        played(&[check, say("yes", "met", "end"), bye("end")], &mut contact)
            .lines
            .contains("met")
    };
    let between = json!({"Operator": "And", "Operands": [
        {"Operator": "NumberGreaterThan", "Operands": ["1"]},
        {"Operator": "Not", "Operands": [{"Operator": "NumberGreaterThan", "Operands": ["3"]}]},
    ]});
    assert_eq!(
        ["1", "2", "3", "4"].map(|n| tier(between.clone(), n)),
        [false, true, true, false]
    );
    let either = json!({"Operator": "Or", "Operands": [
        {"Operator": "Equals", "Operands": ["1"]}, {"Operator": "Equals", "Operands": ["4"]},
    ]});
    assert_eq!(
        ["1", "2", "4"].map(|n| tier(either.clone(), n)),
        [true, false, true]
    );
}
