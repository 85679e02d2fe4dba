//! Blocks a second: a flow of 90 blocks, attributes and comparisons, from start to end.

#![expect(clippy::unwrap_used, reason = "a bench")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flow::{Answer, Command, Facts, Flow, FlowKey, FlowKind, FlowRef, FlowRun, Library, Next};
use model::FlowId;
use model::resource::FlowType;
use serde_json::{Value, json};

const BLOCKS: usize = 90;

struct Shelf(FlowRef, Arc<Flow>);

impl Library for Shelf {
    fn flow(&self, at: FlowRef) -> Option<Arc<Flow>> {
        (at == self.0).then(|| self.1.clone())
    }
}

struct Contact(BTreeMap<String, String>);

impl Facts for Contact {
    fn value(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        match path {
            ["Channel"] => Some(Cow::from("CHAT")),
            ["Attributes", name] => self.0.get(*name).map(|value| Cow::from(value.as_str())),
            _ => None,
        }
    }
}

/// Sets an attribute, compares it, sets the next.
fn content() -> String {
    let mut actions = Vec::new();
    for n in 0..BLOCKS - 1 {
        let next = (n + 1).to_string();
        let (action, parameters, transitions) = if n % 2 == 0 {
            (
                "UpdateContactAttributes",
                json!({ "Attributes": { (format!("a{}", n % 10)): "step $.Attributes.name" } }),
                json!({ "NextAction": next, "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": next }] }),
            )
        } else {
            let equals = |operand: &str| json!({ "NextAction": next, "Condition": { "Operator": "Equals", "Operands": [operand] } });
            (
                "Compare",
                json!({ "ComparisonValue": format!("$.Attributes.a{}", (n - 1) % 10) }),
                json!({
                    "Conditions": [equals("no"), equals("neither"), equals("step Ada")],
                    "Errors": [{ "ErrorType": "NoMatchingCondition", "NextAction": next }],
                }),
            )
        };
        actions.push(block(n, action, parameters, transitions));
    }
    actions.push(block(
        BLOCKS - 1,
        "DisconnectParticipant",
        json!({}),
        json!({}),
    ));
    json!({ "Version": "2019-10-30", "StartAction": "0", "Actions": actions }).to_string()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the macro's values have no other owner"
)]
fn block(id: usize, action: &str, parameters: Value, transitions: Value) -> Value {
    json!({
        "Identifier": id.to_string(),
        "Type": action,
        "Parameters": parameters,
        "Transitions": transitions,
    })
}

/// One run from start to end, with the contact's attributes stored as the engine stores them.
fn run(shelf: &Shelf, contact: &mut Contact) -> usize {
    let mut run = FlowRun::start(shelf.0);
    let mut answer = Answer::Start;
    let mut told = 0;
    loop {
        let step = run.step(shelf, answer, contact);
        told += step.log.len();
        match step.next {
            Next::Do(Command::SetAttributes { changes, .. }) => contact.0.extend(changes),
            Next::End(_) => return told,
            _ => {}
        }
        answer = Answer::Done;
    }
}

fn steps(criterion: &mut Criterion) {
    let content = content();
    let kind = FlowKind::Flow(FlowType::ContactFlow);
    let flow = Flow::parse(&content, kind).unwrap();
    let at = FlowRef {
        key: FlowKey::Flow(FlowId::from_u128(1)),
        content: flow.content_hash(),
    };
    let shelf = Shelf(at, Arc::new(flow));
    let mut contact = Contact(BTreeMap::from([("name".to_owned(), "Ada".to_owned())]));
    assert_eq!(
        run(&shelf, &mut contact),
        BLOCKS,
        "every block runs and is logged"
    );
    let mut group = criterion.benchmark_group("flow");
    group.throughput(Throughput::Elements(BLOCKS as u64));
    group.bench_function("steps", |bencher| {
        bencher.iter(|| run(&shelf, &mut contact));
    });
    group.throughput(Throughput::Bytes(content.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| Flow::parse(&content, kind).unwrap());
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
