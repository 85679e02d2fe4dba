#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use model::FlowId;
use model::resource::FlowType;

use super::*;
use crate::Flow;
use crate::command::{Command, FlowEnd};

struct Shelf(BTreeMap<FlowRef, Arc<Flow>>);

impl Library for Shelf {
    fn flow(&self, at: FlowRef) -> Option<Arc<Flow>> {
        self.0.get(&at).cloned()
    }
}

struct Attributes(BTreeMap<&'static str, &'static str>);

impl Facts for Attributes {
    fn value(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        self.0
            .get(path.join(".").as_str())
            .map(|value| Cow::from(*value))
    }
}

#[test]
fn compare_branches_on_an_attribute_and_the_text_is_filled_in() {
    let content = r#"{"Version":"2019-10-30","StartAction":"a","Actions":[
        {"Identifier":"a","Type":"Compare","Parameters":{"ComparisonValue":"$.Attributes.tier"},
         "Transitions":{"NextAction":"z","Conditions":[{"NextAction":"b","Condition":{"Operator":"Equals","Operands":["gold"]}}],
         "Errors":[{"ErrorType":"NoMatchingCondition","NextAction":"z"}]}},
        {"Identifier":"b","Type":"MessageParticipant","Parameters":{"Text":"Hello $.Attributes.name."},
         "Transitions":{"NextAction":"z","Errors":[{"ErrorType":"NoMatchingError","NextAction":"z"}]}},
        {"Identifier":"z","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;
    let flow = Flow::parse(content, FlowKind::Flow(FlowType::ContactFlow)).unwrap();
    let at = FlowRef {
        key: FlowKey::Flow(FlowId::from_u128(1)),
        content: flow.content_hash(),
    };
    let shelf = Shelf(BTreeMap::from([(at, Arc::new(flow))]));
    let facts = Attributes(BTreeMap::from([
        ("Channel", "CHAT"),
        ("Attributes.tier", "gold"),
        ("Attributes.name", "Ada"),
    ]));
    let mut run = FlowRun::start(at);
    let step = run.step(&shelf, Answer::Start, &facts);
    let Next::Do(Command::SendMessage { text }) = step.next else {
        panic!("{step:?}");
    };
    assert_eq!(text.expose(), "Hello Ada.");
    let step = run.step(&shelf, Answer::Done, &facts);
    assert_eq!(step.next, Next::End(FlowEnd::Disconnect));
}
