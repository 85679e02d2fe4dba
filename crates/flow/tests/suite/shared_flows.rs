//! Real exports, read from the folder that `RINGFENCE_FLOWS_DIR` names. They are never copied here:
//! without the folder, `own_flows` stands for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow::command::FlowEnd;
use flow::{Flow, FlowKey, FlowKind, FlowProblem};
use model::FlowId;
use model::resource::FlowType;

use crate::driver::{Contact, Shelf, play};

const INBOUND: FlowKind = FlowKind::Flow(FlowType::ContactFlow);
const WAITING: FlowKind = FlowKind::Flow(FlowType::CustomerQueue);
const WHISPER: FlowKind = FlowKind::Flow(FlowType::OutboundWhisper);

/// Blocks (the beginnings of their identifiers) and what is wrong with them; empty: published.
type Problems = &'static [(&'static str, &'static str)];

const EMPTY_QUEUE: &str = "parameter `QueueId` is empty";
const EMPTY_FLOW: &str = "parameter `ContactFlowId` is empty";

/// What must become of each file, by the end of its path.
const EXPECTED: &[(&str, FlowKind, Problems)] = &[
    (
        "surveys/examples_1-Survey_Example_Disconnect.json",
        INBOUND,
        &[],
    ),
    (
        "surveys/examples_2-Simple_Survey_Example.json",
        INBOUND,
        &[],
    ),
    // Templates that their own program fills in before it publishes them.
    (
        "_contact-flow-dtmf0.content.json",
        INBOUND,
        &[("d21dd8dd", EMPTY_QUEUE)],
    ),
    (
        "_contact-flow-hop.content.json",
        INBOUND,
        &[
            ("99f03788", "parameter `HoursOfOperationId` is empty"),
            ("cd05ff33", EMPTY_FLOW),
        ],
    ),
    (
        "_contact-flow-journey.content.json",
        INBOUND,
        &[
            ("493f535b", EMPTY_FLOW),
            ("2a90e4b5", EMPTY_FLOW),
            ("37892e16", EMPTY_FLOW),
            ("f2d92c51", EMPTY_FLOW),
            ("5a5d61d6", EMPTY_FLOW),
            ("cbadb7a6", EMPTY_FLOW),
            ("6035b99b", EMPTY_FLOW),
            ("e2e5e874", EMPTY_FLOW),
            ("a2bc89de", EMPTY_FLOW),
            ("c9c8303b", EMPTY_FLOW),
            ("8477d377", EMPTY_QUEUE),
        ],
    ),
    ("_contact-flow-queue.content.json", WAITING, &[]),
    (
        "_contact-flow-setup.content.json",
        INBOUND,
        &[("881a14e1", EMPTY_FLOW), ("12459c9b", EMPTY_FLOW)],
    ),
    (
        "examples_AgentWorkspace_SBSGuides_Example_AgentWorkspace_Guide.json",
        INBOUND,
        &[],
    ),
    (
        "examples_AgentWorkspace_SBSGuides_Example_AgentWorkspace_Handler.json",
        INBOUND,
        &[],
    ),
    (
        "examples_BackendIntegration_SBSGuides_Example_Backend_Guide.json",
        INBOUND,
        &[],
    ),
    (
        "examples_BackendIntegration_SBSGuides_Example_Backend_Handler.json",
        INBOUND,
        &[],
    ),
    (
        "examples_Cards_SBSGuides_Example_Cards_Guide.json",
        INBOUND,
        &[],
    ),
    (
        "examples_Cards_SBSGuides_Example_Cards_Handler.json",
        INBOUND,
        &[],
    ),
    (
        "Example_Contact_Attributes_And_Styling_Guide.json",
        INBOUND,
        &[],
    ),
    (
        "Example_Contact_Attributes_And_Styling_Handler.json",
        INBOUND,
        &[],
    ),
    // Their authors left words where ids belong.
    (
        "SBSGuides_Example_CreateAndReviewTasks_Create.json",
        INBOUND,
        &[
            ("acde1c0e", "parameter `AgentId` is `ENTER AGENT NAME`"),
            (
                "324f6360",
                "parameter `ContactFlowId` is `SELECT CONTACT FLOW`",
            ),
        ],
    ),
    (
        "SBSGuides_Examples_CreateAndReviewTask_Review.json",
        INBOUND,
        &[],
    ),
    (
        "examples_CreateAndReviewTask_handlerFlow.json",
        INBOUND,
        &[],
    ),
    ("examples_DispositionCodes_contactFlow.json", INBOUND, &[]),
    ("examples_Financial_contactFlow.json", INBOUND, &[]),
    ("examples_Retail_contactFlow.json", INBOUND, &[]),
    (
        "examples_StartStopPauseResumeRecording_contactFlow.json",
        INBOUND,
        &[],
    ),
    ("examples_Travel_contactFlow.json", INBOUND, &[]),
    ("modules_Cases_SBSGuides_Modules_Cases.json", INBOUND, &[]),
    ("modules_HandlerFlow_contactFlow.json", INBOUND, &[]),
    (
        "modules_LambdaIntegration_viewContactFlow.json",
        INBOUND,
        &[],
    ),
    (
        "modules_LexIntegration_SBS_Lex_Integration.json",
        INBOUND,
        &[],
    ),
    (
        "modules_LexIntegration_SBS_Lex_Integration_Handler.json",
        INBOUND,
        &[],
    ),
    (
        "modules_Tasks_SBSGuides_Module_Task_Create.json",
        INBOUND,
        &[
            (
                "324f6360",
                "parameter `ContactFlowId` is `CONTACT FLOW ID FOR SBSGUIDES_MODULES_TASK_CREATE`",
            ),
            (
                "acde1c0e",
                "parameter `AgentId` is `SELECT AGENT TO RECEIVE THE TASK`",
            ),
        ],
    ),
    (
        "modules_Tasks_SBSGuides_Module_Task_Receive.json",
        INBOUND,
        &[],
    ),
    ("modules_VoiceID_handlerContactFlow.json", INBOUND, &[]),
    ("modules_VoiceID_viewContactFlow.json", INBOUND, &[]),
    (
        "amazon-connect-flows_ErrorModule.json",
        FlowKind::Module,
        &[],
    ),
    (
        "amazon-connect-flows_GetCustomerNameModule.json",
        FlowKind::Module,
        &[],
    ),
    (
        "amazon-connect-flows_GetCustomerResponseModule.json",
        FlowKind::Module,
        &[],
    ),
    (
        "amazon-connect-flows_InitModule.json",
        FlowKind::Module,
        &[],
    ),
    ("amazon-connect-flows_OutboundCallFlow.json", INBOUND, &[]),
    (
        "amazon-connect-flows_OutboundCallWhisperer.json",
        WHISPER,
        &[],
    ),
];

const ID: &str = "0f0f0f0f-0000-4000-8000-000000000001";

/// Content by path below the folder, with an ARN in place of each `${...}`.
fn shared_flows() -> BTreeMap<String, String> {
    let Some(dir) = std::env::var_os("RINGFENCE_FLOWS_DIR") else {
        return BTreeMap::new();
    };
    let mut flows = BTreeMap::new();
    collect(&PathBuf::from(dir), &mut flows);
    flows
}

fn collect(dir: &Path, flows: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, flows);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let content = std::fs::read_to_string(&path).unwrap();
            flows.insert(path.to_str().unwrap().to_owned(), filled(&content));
        }
    }
}

fn filled(content: &str) -> String {
    let mut out = String::new();
    let mut rest = content;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap();
        let lower = name.to_lowercase();
        let kind = ["module", "queue", "hours", "flow"]
            .into_iter()
            .find(|kind| lower.contains(kind));
        let segment = match kind {
            Some("module") => "flow-module",
            Some("queue") => "queue",
            Some("hours") => "operating-hours",
            _ => "contact-flow",
        };
        out.push_str(before);
        out.push_str("arn:aws:connect:eu-central-1:123456789012:instance/");
        out.extend([ID, "/", segment, "/", ID]);
        rest = after;
    }
    out + rest
}

/// The expected outcome of the file at this path.
fn expected(path: &str) -> (FlowKind, Problems) {
    let mut found = EXPECTED.iter().filter(|(end, ..)| path.ends_with(end));
    let (_, kind, problems) = found
        .next()
        .unwrap_or_else(|| panic!("{path} is not in the table"));
    assert!(found.next().is_none(), "{path} stands twice in the table");
    (*kind, problems)
}

fn matches(problem: &FlowProblem, (block, reason): &(&str, &str)) -> bool {
    problem
        .block
        .as_deref()
        .is_some_and(|id| id.starts_with(block))
        && problem.reason.starts_with(reason)
}

#[test]
fn each_export_is_published_or_refused_for_the_right_reasons() {
    let flows = shared_flows();
    for (path, content) in &flows {
        let (kind, wanted) = expected(path);
        let found = Flow::parse(content, kind).err().unwrap_or_default();
        assert_eq!(found.len(), wanted.len(), "{path}: {found:#?}");
        for wanted in wanted {
            assert!(
                found.iter().any(|p| matches(p, wanted)),
                "{path}: {wanted:?} not in {found:#?}"
            );
        }
    }
    assert!(
        flows.is_empty() || flows.len() == EXPECTED.len(),
        "files are missing: {}",
        flows.len()
    );
}

#[test]
fn a_refused_export_is_published_once_its_ids_are_filled_in() {
    for (path, content) in shared_flows() {
        let (kind, problems) = expected(&path);
        let mut content: serde_json::Value = serde_json::from_str(&content).unwrap();
        for action in content["Actions"].as_array_mut().unwrap() {
            for (block, reason) in problems {
                if action["Identifier"].as_str().unwrap().starts_with(block) {
                    let name = reason.split('`').nth(1).unwrap();
                    action["Parameters"][name] = ID.into();
                }
            }
        }
        if let Err(problems) = Flow::parse(&content.to_string(), kind) {
            panic!("{path}: {problems:#?}");
        }
    }
}

#[test]
fn published_exports_run_to_their_end_on_every_channel() {
    for (path, content) in shared_flows() {
        let (kind, problems) = expected(&path);
        if !problems.is_empty() || kind == FlowKind::Module {
            continue;
        }
        for channel in ["CHAT", "TASK", "VOICE"] {
            let mut shelf = Shelf::default();
            let flow = Flow::parse(&content, kind).unwrap();
            let start = shelf.add(FlowKey::Flow(FlowId::from_u128(1)), flow);
            let mut contact = Contact::on(channel).with("Attributes.WorkingQueue", ID);
            // Views are left by "Next" twice, then closed: guides lead in circles by design.
            let mut views = 0;
            let played = play(&shelf, start, &mut contact, &mut |next| {
                views += usize::from(matches!(next, flow::Next::Wait(_)));
                (views > 2 && matches!(next, flow::Next::Wait(_))).then_some(flow::Answer::TimedOut)
            });
            assert!(
                !matches!(played.end, FlowEnd::Fault(_)),
                "{path} on {channel}:\n{}",
                played.lines
            );
        }
    }
}
