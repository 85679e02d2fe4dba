//! What holds for any content and any run.

use flow::command::FlowEnd;
use flow::{
    Answer, Facts, Flow, FlowKey, FlowKind, FlowRun, Next, STEPS_WITHOUT_WAIT_MAX, WaitEvent,
};
use model::resource::FlowType;
use model::{ContactId, FlowId};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::driver::{Contact, Shelf, block, content};
use crate::own_flows::own_flows;

/// JSON of any shape, with the language's words among its texts.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "Version",
        "2019-10-30",
        "StartAction",
        "Actions",
        "Identifier",
        "Type",
        "Parameters",
        "Transitions",
        "NextAction",
        "Errors",
        "ErrorType",
        "Conditions",
        "Condition",
        "Operator",
        "Operands",
        "And",
        "Equals",
        "NoMatchingError",
        "a",
        "Text",
        "$.Attributes.x",
        "Compare",
        "MessageParticipant",
        "ComparisonValue",
        "Loop",
        "LoopCount",
        "5",
        "EventHooks",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::hash_map(word.clone().prop_map(str::to_owned), inner, 0..8).prop_map(
                |members| members
                    .into_iter()
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            ),
        ]
    })
}

/// A flow of ours in which one value was replaced.
fn mutated() -> impl Strategy<Value = String> {
    let flows: Vec<Value> = own_flows()
        .iter()
        .map(|(_, content)| serde_json::from_str(content).unwrap())
        .collect();
    (
        prop::sample::select(flows),
        any::<prop::sample::Index>(),
        any_json(),
    )
        .prop_map(|(mut flow, place, value)| {
            let mut count = 0;
            visit(&mut flow, &mut |_| count += 1);
            let mut left = place.index(count);
            visit(&mut flow, &mut |node| {
                if left == 0 {
                    *node = value.clone();
                }
                left = left.wrapping_sub(1);
            });
            flow.to_string()
        })
}

fn visit(value: &mut Value, see: &mut dyn FnMut(&mut Value)) {
    see(value);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, see)),
        Value::Object(members) => members.values_mut().for_each(|item| visit(item, see)),
        _ => {}
    }
}

/// A valid flow of up to twenty blocks that lead anywhere.
fn valid_flow() -> impl Strategy<Value = String> {
    let count = 2..20_usize;
    count
        .prop_flat_map(|count| {
            prop::collection::vec((0..9_u8, 0..count, 0..count, 0..count), count)
        })
        .prop_map(|blocks| {
            let actions: Vec<_> = blocks
                .iter()
                .enumerate()
                .map(|(id, (kind, a, b, c))| {
                    valid_block(
                        &id.to_string(),
                        *kind,
                        &a.to_string(),
                        &b.to_string(),
                        &c.to_string(),
                    )
                })
                .collect();
            content("0", &actions)
        })
}

fn valid_block(id: &str, kind: u8, a: &str, b: &str, c: &str) -> Value {
    let error = |name: &str| json!({ "ErrorType": name, "NextAction": b });
    let when = |result: &str, to: &str| json!({ "NextAction": to, "Condition": { "Operator": "Equals", "Operands": [result] } });
    let plain = json!({ "NextAction": a, "Errors": [error("NoMatchingError")] });
    match kind {
        0 => block(
            id,
            "MessageParticipant",
            json!({ "Text": "Hello $.FlowAttributes.x." }),
            plain,
        ),
        1 => block(
            id,
            "UpdateContactAttributes",
            json!({ "Attributes": { "x": "$.Attributes.x" } }),
            plain,
        ),
        2 => block(
            id,
            "UpdateFlowAttributes",
            json!({ "FlowAttributes": { "x": { "Value": "$.FlowAttributes.x!" } } }),
            plain,
        ),
        3 => block(
            id,
            "Compare",
            json!({ "ComparisonValue": "$.FlowAttributes.x" }),
            json!({ "Conditions": [when("!", a), when("!!", c)], "Errors": [error("NoMatchingCondition")] }),
        ),
        4 => block(
            id,
            "Loop",
            json!({ "LoopCount": "3" }),
            json!({ "Conditions": [when("ContinueLooping", a), when("DoneLooping", c)] }),
        ),
        5 => block(
            id,
            "Wait",
            json!({ "TimeLimitSeconds": "5", "Events": ["CustomerReturned"] }),
            json!({ "Conditions": [when("WaitCompleted", a), when("CustomerReturned", c)], "Errors": [error("NoMatchingError")] }),
        ),
        6 => block(
            id,
            "CheckHoursOfOperation",
            json!({}),
            json!({ "Conditions": [when("True", a), when("False", c)], "Errors": [error("NoMatchingError")] }),
        ),
        7 => block(id, "InvokeLambdaFunction", json!({}), plain),
        _ => block(id, "DisconnectParticipant", json!({}), json!({})),
    }
}

/// Something that may be answered, whether it fits or not.
fn any_answer(pick: u8) -> Answer {
    match pick % 9 {
        0 => Answer::Done,
        1 => Answer::Failed(flow::command::FlowError::NoMatchingError),
        2 => Answer::Flag(pick > 100),
        3 => Answer::Number(u64::from(pick)),
        4 => Answer::Values([("Queue.Size".to_owned(), "1".to_owned())].into()),
        5 => Answer::Created(ContactId::from_u128(1)),
        6 => Answer::TimedOut,
        7 => Answer::Event(WaitEvent::CustomerReturned),
        _ => Answer::Event(WaitEvent::ViewAction {
            action: "Next".to_owned(),
            data: Value::Null,
        }),
    }
}

const KINDS: [FlowKind; 3] = [
    FlowKind::Flow(FlowType::ContactFlow),
    FlowKind::Flow(FlowType::CustomerQueue),
    FlowKind::Module,
];

proptest! {
    #[test]
    fn any_json_is_published_or_refused_with_a_problem(value in any_json()) {
        for kind in KINDS {
            if let Err(problems) = Flow::parse(&value.to_string(), kind) {
                prop_assert!(!problems.is_empty());
            }
        }
    }

    #[test]
    fn any_text_is_published_or_refused_with_a_problem(text in "\\PC*") {
        prop_assert!(Flow::parse(&text, KINDS[0]).is_err_and(|problems| !problems.is_empty()));
    }

    #[test]
    fn any_change_to_a_flow_is_published_or_refused_with_a_problem(content in mutated()) {
        for kind in KINDS {
            if let Err(problems) = Flow::parse(&content, kind) {
                prop_assert!(!problems.is_empty());
            }
        }
    }

    #[test]
    fn a_run_of_a_valid_flow_ends_or_waits_within_the_bound(content in valid_flow()) {
        let mut shelf = Shelf::default();
        let flow = Flow::parse(&content, KINDS[0]).unwrap();
        let start = shelf.add(FlowKey::Flow(FlowId::from_u128(1)), flow);
        let contact = Contact::on("CHAT");
        let mut run = FlowRun::start(start);
        let mut answer = Answer::Start;
        for steps in 0_u32.. {
            prop_assert!(steps <= STEPS_WITHOUT_WAIT_MAX + 1, "steps without a wait");
            let step = run.step(&shelf, answer, &contact as &dyn Facts);
            answer = match step.next {
                Next::End(end) => {
                    let circle = matches!(&end, FlowEnd::Fault(reason) if reason.contains("circle"));
                    prop_assert!(circle || !matches!(end, FlowEnd::Fault(_)), "{:?}", end);
                    break;
                }
                Next::Wait(_) => break,
                Next::Do(flow::Command::CheckHours(_)) => Answer::Flag(true),
                Next::Do(_) => Answer::Done,
            };
        }
    }

    #[test]
    fn any_answers_to_any_flow_end_the_run_at_worst(
        content in valid_flow(),
        answers in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut shelf = Shelf::default();
        let flow = Flow::parse(&content, KINDS[0]).unwrap();
        let start = shelf.add(FlowKey::Flow(FlowId::from_u128(1)), flow);
        let contact = Contact::on("CHAT");
        let mut run = FlowRun::start(start);
        let mut step = run.step(&shelf, Answer::Start, &contact);
        for pick in answers {
            let stored = serde_json::to_string(&run).unwrap();
            prop_assert_eq!(&serde_json::from_str::<FlowRun>(&stored).unwrap(), &run);
            let over = matches!(step.next, Next::End(_));
            step = run.step(&shelf, any_answer(pick), &contact);
            prop_assert!(!over || matches!(step.next, Next::End(FlowEnd::Fault(_))));
        }
    }
}
