//! Blocks of calls, with a caller who listens and keys in.

use flow::command::{Input, WaitEvent};
use flow::{Answer, Flow, FlowKind, Next, WaitFor};
use model::resource::FlowType;
use serde_json::{Value, json};

use crate::driver::{Contact, Played, Shelf, block, bye, content, play, to};

/// Runs blocks on a call whose caller hears all prompts to their end and keys these in, in turn.
#[track_caller]
fn called(blocks: &[Value], kind: FlowType, keys: &[&str]) -> Played {
    let mut shelf = Shelf::default();
    let start = shelf.add_flow(1, &content("first", blocks), kind);
    let mut keys = keys.iter();
    play(&shelf, start, &mut Contact::on("VOICE"), &mut |next| {
        let Next::Wait(WaitFor { events, .. }) = next else {
            return None;
        };
        let heard = |event| Answer::Event(event);
        if events.contains(&flow::command::WaitEventKind::Played) {
            Some(heard(WaitEvent::Played))
        } else if events.contains(&flow::command::WaitEventKind::Input) {
            Some(heard(WaitEvent::Input(match keys.next() {
                Some(keys) => Input::Keys((*keys).into()),
                None => Input::Nothing,
            })))
        } else {
            None
        }
    })
}

/// A menu that leads to `one` and `two`.
fn menu(parameters: Value) -> Value {
    let branch = |key: &str, next: &str| json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [key]}});
    block(
        "first",
        "GetParticipantInput",
        parameters,
        json!({
            "NextAction": "other",
            "Conditions": [branch("1", "one"), branch("2", "two")],
            "Errors": [
                {"ErrorType": "NoMatchingCondition", "NextAction": "other"},
                {"ErrorType": "NoMatchingError", "NextAction": "failed"},
                {"ErrorType": "InputTimeLimitExceeded", "NextAction": "silent"},
            ],
        }),
    )
}

fn say(id: &str) -> Value {
    block(
        id,
        "MessageParticipant",
        json!({"Text": format!("This is {id}.")}),
        json!({"NextAction": "bye"}),
    )
}

#[test]
fn a_key_chooses_the_branch() {
    let blocks = [
        menu(json!({"Text": "Press 1 or 2.", "StoreInput": "False", "InputTimeLimitSeconds": "7"})),
        say("one"),
        say("two"),
        say("other"),
        say("silent"),
        say("failed"),
        bye("bye"),
    ];
    for (keys, said) in [
        (&["1"][..], "This is one."),
        (&["2"], "This is two."),
        (&["#"], "This is other."),
        (&[], "This is silent."),
    ] {
        let run = called(&blocks, FlowType::ContactFlow, keys);
        assert!(run.lines.contains(said), "{keys:?}: {}", run.lines);
        assert!(run.lines.contains("first_key: 7s"), "{}", run.lines);
        assert!(run.lines.contains("keys_max: 1"), "{}", run.lines);
    }
}

fn ask(validation: Value, dtmf: Value) -> Value {
    let mut parameters = json!({"SSML": "<speak>Your number?</speak>", "StoreInput": "True"});
    parameters["InputValidation"] = validation;
    parameters["DTMFConfiguration"] = dtmf;
    block(
        "first",
        "GetParticipantInput",
        parameters,
        json!({
            "NextAction": "keep",
            "Errors": [
                {"ErrorType": "NoMatchingError", "NextAction": "failed"},
                {"ErrorType": "InvalidPhoneNumber", "NextAction": "wrong"},
            ],
        }),
    )
}

fn keep() -> Value {
    block(
        "keep",
        "UpdateContactAttributes",
        json!({"Attributes": {"input": "$.StoredCustomerInput"}, "TargetContact": "Current"}),
        to("bye", "failed"),
    )
}

#[test]
fn keys_are_stored_and_silence_is_a_timeout() {
    let blocks = [
        ask(
            json!({"CustomValidation": {"MaximumLength": "16"}}),
            json!({"InputTerminationSequence": "**", "InterdigitTimeLimitSeconds": "9", "DisableCancelKey": "True"}),
        ),
        keep(),
        say("wrong"),
        say("failed"),
        bye("bye"),
    ];
    let run = called(&blocks, FlowType::ContactFlow, &["4111"]);
    assert!(run.lines.contains(r#"("input", "4111")"#), "{}", run.lines);
    for set in [
        "keys_max: 16",
        "next_key: 9s",
        r#"termination: "**""#,
        "cancel: false",
    ] {
        assert!(run.lines.contains(set), "{set}: {}", run.lines);
    }
    let run = called(&blocks, FlowType::ContactFlow, &[]);
    assert!(
        run.lines.contains(r#"("input", "Timeout")"#),
        "{}",
        run.lines
    );
}

#[test]
fn a_phone_number_is_stored_as_e164_or_takes_its_branch() {
    let blocks = [
        ask(
            json!({"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "DE"}}),
            Value::Null,
        ),
        keep(),
        say("wrong"),
        say("failed"),
        bye("bye"),
    ];
    let run = called(&blocks, FlowType::ContactFlow, &["030901820"]);
    assert!(
        run.lines.contains(r#"("input", "+4930901820")"#),
        "{}",
        run.lines
    );
    let run = called(&blocks, FlowType::ContactFlow, &["12"]);
    assert!(run.lines.contains("This is wrong."), "{}", run.lines);
}

#[test]
fn input_that_must_be_encrypted_is_never_taken_in_clear() {
    let mut first = ask(Value::Null, Value::Null);
    first["Parameters"]["InputEncryption"] = json!({"EncryptionKeyId": "k", "Key": "-----BEGIN"});
    let blocks = [first, keep(), say("wrong"), say("failed"), bye("bye")];
    let run = called(&blocks, FlowType::ContactFlow, &["4111"]);
    assert!(run.lines.contains("This is failed."), "{}", run.lines);
    assert!(!run.lines.contains("collect"), "{}", run.lines);
}

#[test]
fn a_prompt_that_never_ends_takes_the_error_branch() {
    let mut first = say("first");
    first["Transitions"] = to("bye", "failed");
    let mut shelf = Shelf::default();
    let flow = content("first", &[first, say("failed"), bye("bye")]);
    let start = shelf.add_flow(1, &flow, FlowType::ContactFlow);
    let mut waits = 0;
    let run = play(&shelf, start, &mut Contact::on("VOICE"), &mut |next| {
        matches!(next, Next::Wait(_)).then(|| {
            waits += 1;
            match waits {
                1 => Answer::TimedOut,
                _ => Answer::Event(WaitEvent::Played),
            }
        })
    });
    assert!(
        run.lines.contains("the prompt was not played"),
        "{}",
        run.lines
    );
    assert!(run.lines.contains("This is failed."), "{}", run.lines);
}

#[test]
fn a_loop_of_prompts_is_interrupted_at_its_interval() {
    let music = block(
        "first",
        "MessageParticipantIteratively",
        json!({"Messages": [{"Text": "One moment."}, {"SSML": "<speak>Soon.</speak>"}], "InterruptFrequencySeconds": "30"}),
        json!({
            "NextAction": "bye",
            "Conditions": [{"NextAction": "next", "Condition": {"Operator": "Equals", "Operands": ["MessagesInterrupted"]}}],
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "bye"}],
        }),
    );
    let next = block(
        "next",
        "MessageParticipant",
        json!({"Text": "Still there?"}),
        json!({"NextAction": "end"}),
    );
    let end = block("end", "EndFlowExecution", json!({}), json!({}));
    let run = called(
        &[music, next, end, bye("bye")],
        FlowType::CustomerQueue,
        &[],
    );
    assert!(
        run.lines.contains("loop One moment., <speak>Soon.</speak>"),
        "{}",
        run.lines
    );
    assert!(run.lines.contains("wait 30s"), "{}", run.lines);
    assert!(run.lines.contains("Still there?"), "{}", run.lines);
}

/// The problems of a flow of these blocks.
fn problems(blocks: &[Value]) -> Vec<String> {
    let parsed = Flow::parse(
        &content("first", blocks),
        FlowKind::Flow(FlowType::ContactFlow),
    );
    let problems = parsed.unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn what_can_never_happen_is_refused_at_publication() {
    let others = [
        say("one"),
        say("two"),
        say("other"),
        say("silent"),
        say("failed"),
        say("wrong"),
        bye("bye"),
    ];
    let check = |first: Value, said: &str| {
        let mut blocks = vec![first, keep()];
        blocks.extend(others.iter().cloned());
        let found = problems(&blocks);
        assert!(
            found.iter().any(|problem| problem.contains(said)),
            "{said}: {found:?}"
        );
    };
    let mut two_keys = menu(json!({"Text": "Press.", "StoreInput": "False"}));
    two_keys["Transitions"]["Conditions"][0]["Condition"]["Operands"] = json!(["12"]);
    check(two_keys, "is never met: compare with one key");
    check(
        ask(
            json!({"CustomValidation": {"MaximumLength": "500"}}),
            Value::Null,
        ),
        "whole number from 1 to 128",
    );
    check(
        ask(Value::Null, json!({"InputTerminationSequence": "123456"})),
        "has 1 to 5 keys",
    );
    check(
        ask(
            json!({"PhoneNumberValidation": {"NumberFormat": "Local"}}),
            Value::Null,
        ),
        "needs `CountryCode`",
    );
    check(
        menu(json!({"Text": "a", "SSML": "b", "StoreInput": "False"})),
        "several are given",
    );
}
