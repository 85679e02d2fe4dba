//! How runs behave beyond single actions: bounds, stacks, errors, logging, storing.

use flow::command::{FlowEnd, FlowError};
use flow::{
    Answer, Command, FLOW_ATTRIBUTES_BYTES_MAX, FlowLogging, FlowRun, MODULES_NESTED_MAX, Next,
    STEPS_WITHOUT_WAIT_MAX, VIEW_RESULT_BYTES_MAX, WaitEvent,
};
use model::resource::FlowType;
use serde_json::{Value, json};

use crate::driver::{Contact, Played, Shelf, block, bye, content, nowhere, play, to};

fn compare(id: &str, path: &str, equal: &str, met: &str, other: &str) -> Value {
    block(
        id,
        "Compare",
        json!({ "ComparisonValue": path }),
        json!({
            "Conditions": [{"NextAction": met, "Condition": {"Operator": "Equals", "Operands": [equal]}}],
            "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": other}],
        }),
    )
}

pub(crate) fn say(id: &str, text: &str, next: &str) -> Value {
    block(
        id,
        "MessageParticipant",
        json!({ "Text": text }),
        to(next, next),
    )
}

fn invoke(id: &str, module: u128, next: &str, error: &str) -> Value {
    let id_text = model::FlowModuleId::from_u128(module).to_string();
    block(
        id,
        "InvokeFlowModule",
        json!({ "FlowModuleId": id_text }),
        to(next, error),
    )
}

pub(crate) fn chat() -> Contact {
    Contact::on("CHAT")
}

/// Plays an inbound flow of these blocks, starting with the first.
pub(crate) fn played(actions: &[Value], contact: &mut Contact) -> Played {
    let mut shelf = Shelf::default();
    let start = actions[0]["Identifier"].as_str().unwrap();
    let start = shelf.add_flow(1, &content(start, actions), FlowType::ContactFlow);
    play(&shelf, start, contact, &mut |_| None)
}

fn fault(end: &FlowEnd) -> &str {
    match end {
        FlowEnd::Fault(reason) => reason,
        other => panic!("no fault: {other:?}"),
    }
}

#[test]
fn a_circle_without_a_wait_ends_with_a_fault() {
    let silent = played(&[compare("a", "$.Channel", "CHAT", "a", "a")], &mut chat());
    assert!(
        fault(&silent.end).contains("turns in a circle"),
        "{}",
        silent.lines
    );
    assert_eq!(
        silent.lines.matches("a Compare").count(),
        STEPS_WITHOUT_WAIT_MAX as usize
    );
    let talking = played(&[say("a", "x", "b"), say("b", "y", "a")], &mut chat());
    assert!(fault(&talking.end).contains("turns in a circle"));
    assert_eq!(
        talking.lines.matches("say").count(),
        STEPS_WITHOUT_WAIT_MAX as usize
    );
}

#[test]
fn a_circle_through_a_wait_goes_on() {
    let wait = block(
        "w",
        "Wait",
        json!({ "TimeLimitSeconds": "1" }),
        json!({
            "Conditions": [{"NextAction": "l", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}],
        }),
    );
    let spin = |id: &str, next: &str, done: &str| {
        block(
            id,
            "Loop",
            json!({ "LoopCount": "100" }),
            json!({ "Conditions": [
                {"NextAction": next, "Condition": {"Operator": "Equals", "Operands": ["ContinueLooping"]}},
                {"NextAction": done, "Condition": {"Operator": "Equals", "Operands": ["DoneLooping"]}},
            ]}),
        )
    };
    // 100 times 100 blocks: more than run without a wait.
    let actions = [spin("l", "m", "end"), spin("m", "m", "w"), wait, bye("end")];
    let run = played(&actions, &mut chat());
    assert_eq!(run.end, FlowEnd::Disconnect);
    assert_eq!(run.lines.matches("w Wait: waits").count(), 100);
}

#[test]
fn modules_return_to_their_caller_and_keep_their_values_to_themselves() {
    let set = block(
        "set",
        "UpdateFlowAttributes",
        json!({ "FlowAttributes": { "x": { "Value": "inner" } } }),
        to("back", "back"),
    );
    let module = content(
        "set",
        &[
            set,
            block("back", "EndFlowModuleExecution", json!({}), json!({})),
        ],
    );
    let mut shelf = Shelf::default();
    shelf.add_module(9, &module);
    let outer = block(
        "outer",
        "UpdateFlowAttributes",
        json!({ "FlowAttributes": { "x": { "Value": "outer" } } }),
        to("call", "end"),
    );
    let actions = [
        outer,
        invoke("call", 9, "say", "end"),
        say("say", "$.FlowAttributes.x", "end"),
        bye("end"),
    ];
    let start = shelf.add_flow(1, &content("outer", &actions), FlowType::ContactFlow);
    let run = play(&shelf, start, &mut chat(), &mut |_| None);
    assert!(run.lines.contains(r#"say "outer""#), "{}", run.lines);
}

#[test]
fn a_run_pins_every_version_on_its_stack() {
    let module = content(
        "say",
        &[
            say("say", "x", "back"),
            block("back", "EndFlowModuleExecution", json!({}), json!({})),
        ],
    );
    let mut shelf = Shelf::default();
    let inner = shelf.add_module(9, &module);
    let start = shelf.add_flow(
        1,
        &content("call", &[invoke("call", 9, "end", "end"), bye("end")]),
        FlowType::ContactFlow,
    );
    let mut run = FlowRun::start(start);
    assert_eq!(run.pins().collect::<Vec<_>>(), [start]);
    run.step(&shelf, Answer::Start, &chat());
    run.step(&shelf, Answer::Flow(inner), &chat());
    assert_eq!(run.position(), inner);
    assert_eq!(run.pins().collect::<Vec<_>>(), [start, inner]);
    run.step(&shelf, Answer::Done, &chat());
    assert!(run.is_over());
    assert_eq!(run.position(), start);
}

#[test]
fn modules_nest_up_to_the_bound() {
    let mut shelf = Shelf::default();
    let actions = [
        invoke("again", 9, "back", "deep"),
        say("deep", "deep enough", "back"),
        block("back", "EndFlowModuleExecution", json!({}), json!({})),
    ];
    shelf.add_module(9, &content("again", &actions));
    let flow = content("call", &[invoke("call", 9, "end", "end"), bye("end")]);
    let start = shelf.add_flow(1, &flow, FlowType::ContactFlow);
    let run = play(&shelf, start, &mut chat(), &mut |_| None);
    assert_eq!(
        run.lines.matches("do FindModule").count(),
        MODULES_NESTED_MAX + 1
    );
    assert!(
        run.lines.contains("modules nest deeper than 5 levels"),
        "{}",
        run.lines
    );
    assert_eq!(run.lines.matches("deep enough").count(), 1);
    assert_eq!(run.end, FlowEnd::Disconnect);
}

#[test]
fn a_module_does_what_its_flow_may_do_and_no_more() {
    let queue = block(
        "queue",
        "TransferContactToQueue",
        json!({}),
        json!({"Errors": [
            {"ErrorType": "QueueAtCapacity", "NextAction": "no"},
            {"ErrorType": "NoMatchingError", "NextAction": "no"},
        ]}),
    );
    let module = content(
        "queue",
        &[
            queue,
            say("no", "not here", "back"),
            block("back", "EndFlowModuleExecution", json!({}), json!({})),
        ],
    );
    let mut shelf = Shelf::default();
    shelf.add_module(9, &module);
    let flow = content("call", &[invoke("call", 9, "end", "end"), bye("end")]);
    let inbound = shelf.add_flow(1, &flow, FlowType::ContactFlow);
    let waiting = shelf.add_flow(2, &flow, FlowType::CustomerQueue);
    let run = play(&shelf, inbound, &mut chat(), &mut |_| None);
    assert_eq!(run.end, FlowEnd::Queued);
    let run = play(&shelf, waiting, &mut chat(), &mut |_| None);
    assert!(
        run.lines.contains("cannot run in a flow of this type"),
        "{}",
        run.lines
    );
    assert!(!run.lines.contains("TransferToQueue\n"), "{}", run.lines);
}

#[test]
fn a_transfer_goes_on_in_the_other_flow_and_forgets_the_stack() {
    let mut shelf = Shelf::default();
    let other = shelf.add_flow(
        2,
        &content("say", &[say("say", "there", "end"), bye("end")]),
        FlowType::ContactFlow,
    );
    let target = model::FlowId::from_u128(2).to_string();
    let leave = block(
        "leave",
        "TransferToFlow",
        json!({ "ContactFlowId": target }),
        to("back", "back"),
    );
    shelf.add_module(
        9,
        &content(
            "leave",
            &[
                leave,
                block("back", "EndFlowModuleExecution", json!({}), json!({})),
            ],
        ),
    );
    let flow = content("call", &[invoke("call", 9, "end", "end"), bye("end")]);
    let start = shelf.add_flow(1, &flow, FlowType::ContactFlow);
    let run = play(&shelf, start, &mut chat(), &mut |_| None);
    assert!(run.lines.contains(r#"say "there""#), "{}", run.lines);
    assert_eq!(run.run.pins().collect::<Vec<_>>(), [other]);
}

#[test]
fn a_contact_does_not_go_on_in_a_flow_that_accompanies() {
    let mut shelf = Shelf::default();
    shelf.add_flow(2, &content("end", &[bye("end")]), FlowType::CustomerHold);
    let target = model::FlowId::from_u128(2).to_string();
    let leave = block(
        "leave",
        "TransferToFlow",
        json!({ "ContactFlowId": target }),
        to("no", "no"),
    );
    let flow = content("leave", &[leave, say("no", "refused", "end"), bye("end")]);
    let start = shelf.add_flow(1, &flow, FlowType::ContactFlow);
    let run = play(&shelf, start, &mut chat(), &mut |_| None);
    assert!(run.lines.contains("refused"), "{}", run.lines);
}

#[test]
fn an_error_without_a_branch_is_a_fault_and_names_the_block() {
    let lonely = block(
        "lonely",
        "MessageParticipant",
        json!({ "Text": "$.Attributes.no" }),
        json!({"NextAction": "end"}),
    );
    let run = played(&[lonely.clone(), bye("end")], &mut chat());
    assert!(
        fault(&run.end).contains("block `lonely` failed with NoMatchingError"),
        "{}",
        run.lines
    );
    let mut shelf = Shelf::default();
    let flow = content("lonely", &[lonely, bye("end")]);
    let waiting = shelf.add_flow(1, &flow, FlowType::CustomerQueue);
    let run = play(&shelf, waiting, &mut chat(), &mut |_| None);
    assert_eq!(run.end, FlowEnd::Finished, "the customer goes on waiting");
}

#[test]
fn a_missing_version_is_a_fault() {
    let mut run = FlowRun::start(nowhere());
    let step = run.step(&Shelf::default(), Answer::Start, &chat());
    assert!(
        matches!(step.next, Next::End(FlowEnd::Fault(_))),
        "{step:?}"
    );
}

#[test]
fn an_answer_that_does_not_fit_is_a_fault() {
    let mut shelf = Shelf::default();
    let flow = content("say", &[say("say", "x", "end"), bye("end")]);
    let start = shelf.add_flow(1, &flow, FlowType::ContactFlow);
    let fitting: &[Answer] = &[Answer::Start, Answer::Done];
    for wrong in [
        Answer::TimedOut,
        Answer::Event(WaitEvent::CustomerReturned),
        Answer::Flag(true),
        Answer::Start,
    ] {
        let mut run = FlowRun::start(start);
        run.step(&shelf, Answer::Start, &chat());
        let step = run.step(&shelf, wrong.clone(), &chat());
        assert!(
            matches!(step.next, Next::End(FlowEnd::Fault(_))),
            "{wrong:?}: {step:?}"
        );
        let after = run.step(&shelf, Answer::Done, &chat());
        assert!(
            matches!(after.next, Next::End(FlowEnd::Fault(_))),
            "an ended run stays ended"
        );
    }
    let mut run = FlowRun::start(start);
    for answer in fitting {
        run.step(&shelf, answer.clone(), &chat());
    }
    assert!(run.is_over());
}

#[test]
fn logging_can_be_switched_off_and_is_inherited() {
    let set = |id: &str, to: &str, next: &str| {
        block(
            id,
            "UpdateFlowLoggingBehavior",
            json!({ "FlowLoggingBehavior": to }),
            json!({ "NextAction": next }),
        )
    };
    let actions = [
        set("off", "Disabled", "a"),
        say("a", "x", "on"),
        set("on", "Enabled", "b"),
        say("b", "y", "end"),
        bye("end"),
    ];
    let run = played(&actions, &mut chat());
    assert!(
        !run.lines.contains("off Update") && !run.lines.contains("a Message"),
        "{}",
        run.lines
    );
    assert!(
        run.lines.contains("b MessageParticipant: NextAction"),
        "{}",
        run.lines
    );
    assert_eq!(run.run.logging(), FlowLogging::Enabled);

    let mut shelf = Shelf::default();
    let start = shelf.add_flow(1, &content("end", &[bye("end")]), FlowType::ContactFlow);
    let mut run = FlowRun::start(start).with_logging(FlowLogging::Disabled);
    assert_eq!(run.step(&shelf, Answer::Start, &chat()).log, []);
}

#[test]
fn logs_hold_names_and_never_values() {
    let mut contact = chat().with("Attributes.secret", "hunter2");
    let actions = [
        compare(
            "a",
            "$.Attributes.secret",
            "$.Attributes.secret",
            "b",
            "end",
        ),
        say("b", "$.Attributes.secret", "end"),
        bye("end"),
    ];
    let mut shelf = Shelf::default();
    let start = shelf.add_flow(1, &content("a", &actions), FlowType::ContactFlow);
    let mut run = FlowRun::start(start);
    let step = run.step(&shelf, Answer::Start, &contact);
    assert!(matches!(step.next, Next::Do(Command::SendMessage { .. })));
    contact = contact.with("Attributes.secret", "changed");
    let last = run.step(
        &shelf,
        Answer::Failed(FlowError::ParticipantNotFound),
        &contact,
    );
    let shown = format!("{:?} {:?} {run:?} {:?}", step, step.log, last.log);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn flow_attributes_beyond_their_bound_take_the_error_branch() {
    let set = block(
        "set",
        "UpdateFlowAttributes",
        json!({ "FlowAttributes": { "x": { "Value": "$.Attributes.big" } } }),
        to("end", "no"),
    );
    let mut contact = chat().with("Attributes.big", &"x".repeat(FLOW_ATTRIBUTES_BYTES_MAX));
    let run = played(
        &[set, say("no", "too much", "end"), bye("end")],
        &mut contact,
    );
    assert!(run.lines.contains("too much"), "{}", run.lines);
}

#[test]
fn entries_in_a_view_are_bounded() {
    let view = block(
        "view",
        "ShowView",
        json!({ "ViewResource": { "Id": "form" }, "InvocationTimeLimitSeconds": "60" }),
        json!({
            "Conditions": [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["Next"]}}],
            "Errors": [
                {"ErrorType": "NoMatchingCondition", "NextAction": "end"},
                {"ErrorType": "NoMatchingError", "NextAction": "no"},
                {"ErrorType": "TimeLimitExceeded", "NextAction": "end"},
            ],
        }),
    );
    let mut shelf = Shelf::default();
    let flow = content("view", &[view, say("no", "too much", "end"), bye("end")]);
    let start = shelf.add_flow(1, &flow, FlowType::ContactFlow);
    let run = play(&shelf, start, &mut chat(), &mut |next| {
        matches!(next, Next::Wait(_)).then(|| {
            Answer::Event(WaitEvent::ViewAction {
                action: "Next".to_owned(),
                data: "x".repeat(VIEW_RESULT_BYTES_MAX).into(),
            })
        })
    });
    assert!(run.lines.contains("too much"), "{}", run.lines);
}
