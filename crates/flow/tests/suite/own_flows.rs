//! Flows of our own: one at least for every action type. What becomes of each at publication, and
//! each step of its run, stands in a snapshot.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use flow::command::{FlowEnd, FlowError};
use flow::{Answer, Command, Flow, FlowKey, FlowKind, Next, WaitEvent};
use model::resource::FlowType;
use model::{FlowId, FlowModuleId};
use serde_json::json;

use crate::driver::{Contact, Played, Shelf, kind_of, play};

/// Name and content of each.
pub(crate) fn own_flows() -> Vec<(String, String)> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/flows");
    let mut flows: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    flows.sort();
    flows
}

fn named(wanted: &str) -> (String, String) {
    own_flows()
        .into_iter()
        .find(|(name, _)| name.starts_with(wanted))
        .unwrap()
}

fn chat() -> Contact {
    Contact::on("CHAT")
        .with("ContactId", "c-1")
        .with("LanguageCode", "de-DE")
        .with("SystemEndpoint.Address", "chat.example.com")
        .with("Attributes.tier", "gold")
        .with("Attributes.first name", "Ada")
        .with("Attributes.name", "Ada")
        .with("Attributes.line", "A")
        .with("Attributes.number", "7")
        .with("Attributes.bonus", "60")
        .with("Attributes.pin", "1234")
        .with("Attributes.ticket", "T-1")
        .with(
            "Attributes.fallback",
            "00000002-0000-4000-8000-000000000002",
        )
        .with("Attributes.module", "000000c8-0000-4000-8000-0000000000c8")
}

/// Plays a flow of ours on this contact; `answer` decides where the usual answer will not do.
fn run(
    wanted: &str,
    mut contact: Contact,
    mut answer: impl FnMut(&Next) -> Option<Answer>,
) -> Played {
    let mut shelf = Shelf::default();
    let id = |number: u128| (number << 96) | (4 << 76) | (8 << 60) | number;
    let module = Flow::parse(&named("verify").1, FlowKind::Module).unwrap();
    shelf.add(FlowKey::Module(FlowModuleId::from_u128(id(200))), module);
    let other = Flow::parse(&named("greeting").1, FlowKind::Flow(FlowType::ContactFlow)).unwrap();
    shelf.add(FlowKey::Flow(FlowId::from_u128(id(100))), other);
    let (name, content) = named(wanted);
    let flow = Flow::parse(&content, kind_of(&name)).unwrap();
    let start = shelf.add(FlowKey::Flow(FlowId::from_u128(1)), flow);
    play(&shelf, start, &mut contact, &mut answer)
}

#[test]
fn each_flow_is_published_or_refused_with_all_of_its_problems() {
    let mut outcomes = String::new();
    for (name, content) in own_flows() {
        match Flow::parse(&content, kind_of(&name)) {
            Ok(flow) => writeln!(outcomes, "{name}: published, {} blocks", flow.block_count()),
            Err(problems) => {
                writeln!(outcomes, "{name}: refused").unwrap();
                problems
                    .iter()
                    .try_for_each(|problem| writeln!(outcomes, "  {problem}"))
            }
        }
        .unwrap();
    }
    insta::assert_snapshot!(outcomes);
}

#[test]
fn each_run_goes_its_way_with_the_usual_answers() {
    let mut runs = String::new();
    for (name, content) in own_flows() {
        let kind = kind_of(&name);
        if kind == FlowKind::Module || Flow::parse(&content, kind).is_err() {
            continue;
        }
        let played = run(&name, chat(), |_| None);
        writeln!(runs, "=== {name}\n{}", played.lines).unwrap();
    }
    insta::assert_snapshot!(runs);
}

#[test]
fn every_action_type_of_the_reference_stands_in_a_flow_of_ours() {
    let mut seen = BTreeSet::new();
    for (_, content) in own_flows() {
        let value: serde_json::Value = serde_json::from_str(&content).unwrap();
        for action in value["Actions"].as_array().into_iter().flatten() {
            seen.insert(action["Type"].as_str().unwrap().to_owned());
        }
    }
    for name in flow::action_types() {
        // Only outbound whispers may hold it, and nothing can become of it yet.
        assert!(
            seen.contains(name) || name == "CompleteOutboundCall",
            "{name} stands nowhere"
        );
    }
}

#[test]
fn errors_take_the_branch_of_their_own_and_else_the_one_for_all() {
    let full = run("office-hours", chat(), |next| {
        (*next == Next::Do(Command::TransferToQueue))
            .then_some(Answer::Failed(FlowError::QueueAtCapacity))
    });
    assert!(
        full.lines
            .contains("Into queue TransferContactToQueue: QueueAtCapacity"),
        "{}",
        full.lines
    );
    let gone = run("office-hours", chat(), |next| {
        (*next == Next::Do(Command::TransferToQueue))
            .then_some(Answer::Failed(FlowError::ParticipantNotFound))
    });
    assert!(
        gone.lines
            .contains("Into queue TransferContactToQueue: NoMatchingError"),
        "{}",
        gone.lines
    );
    assert_eq!(gone.end, FlowEnd::Disconnect);
}

#[test]
fn a_view_yields_its_action_its_entries_and_its_time_limit() {
    let entered = |action: &str| {
        let action = action.to_owned();
        move |next: &Next| {
            matches!(next, Next::Wait(_)).then(|| {
                Answer::Event(WaitEvent::ViewAction {
                    action: action.clone(),
                    data: json!({ "FormData": { "stars": [5], "topics": ["tea", "cake"] } }),
                })
            })
        }
    };
    let liked = run("survey", chat(), entered("Next"));
    insta::assert_snapshot!(liked.lines);
    let other = run("survey", chat(), entered("Other"));
    assert!(
        other.lines.contains("Ask ShowView: NoMatchingCondition"),
        "{}",
        other.lines
    );
    let late = run("survey", chat(), |next| {
        matches!(next, Next::Wait(_)).then_some(Answer::TimedOut)
    });
    assert!(
        late.lines.contains("Ask ShowView: TimeLimitExceeded"),
        "{}",
        late.lines
    );
}

#[test]
fn a_returning_customer_ends_the_wait() {
    let played = run("waiting-room", chat(), |next| {
        matches!(next, Next::Wait(_)).then_some(Answer::Event(WaitEvent::CustomerReturned))
    });
    assert!(
        played.lines.contains("Pause Wait: Equals CustomerReturned"),
        "{}",
        played.lines
    );
    assert_eq!(played.end, FlowEnd::Finished);
}

#[test]
fn a_task_hears_nothing_and_is_not_recorded() {
    let mut task = chat();
    task.0.insert("Channel".to_owned(), "TASK".to_owned());
    let played = run("office-hours", task, |next| {
        matches!(next, Next::Do(Command::CheckHours(_))).then_some(Answer::Flag(false))
    });
    assert!(!played.lines.contains("say"), "{}", played.lines);
    assert!(
        played
            .lines
            .contains("a task has no participant to hear it"),
        "{}",
        played.lines
    );
}

#[test]
fn a_module_that_is_not_there_takes_the_error_branch() {
    let contact = chat().with("Attributes.module", "no id at all");
    let played = run("uses-modules", contact, |_| None);
    assert!(
        played
            .lines
            .contains("By name InvokeFlowModule: NoMatchingError"),
        "{}",
        played.lines
    );
    assert!(
        !played.lines.contains("no id at all"),
        "values are not logged: {}",
        played.lines
    );
}
