//! Real exports with a scripted caller: every one that can be published is called, over real sockets, and
//! comes to an end. They are read from the folder that `RINGFENCE_FLOWS_DIR` names, never copied here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use app::ports::speech::{Speech, SpeechError};
use async_trait::async_trait;
use flow::command::Prompt as Text;
use flow::{Flow, FlowKind};
use model::ResourceKind;
use model::resource::FlowType;
use serde_json::{Value, json};

use crate::center::{Center, GREETING, block, config, number_of_export, records};
use crate::flows::wait_for_records;
use crate::phone::Phone;
use crate::resources::{end, hook, queueing, say};
use crate::sound::tone;

/// Frames from one key of the caller to the next, and until the caller loses patience.
const KEY_EVERY: usize = 75;
const PATIENCE_FRAMES: usize = 900;
/// How many of the exports can be published and called.
const CALLED: usize = 35;
/// Calls at the same time.
const CALLERS: usize = 6;

/// How what callers hear begins, in order, by the ends of the files' names. Of all others nothing is heard:
/// they speak in chats alone, or as far as a function that is not there.
const SAID: &[(&str, &[&str])] = &[
    (
        "examples_2-Simple_Survey_Example.json",
        &[
            "Welcome to the simple survey",
            "You forgot to set the disconnect",
        ],
    ),
    ("-flow-dtmf0.content.json", &["Due to circumstances"]),
    ("-flow-journey.content.json", &["{{greeting}}", "{{menu}}"]),
    ("-flow-queue.content.json", &["Due to circumstances"]),
    ("_Example_AgentWorkspace_Handler.json", &["Agent Workspace"]),
    ("_Example_Cards_Handler.json", &["Welcome to Any Airline"]),
    ("_SBS_Lex_Integration.json", &["An error has occurred!"]),
    (
        "modules_VoiceID_handlerContactFlow.json",
        &["<break time", "Error with Set Voice ID"],
    ),
    ("-flows_ErrorModule.json", &["Sorry, we are unable"]),
    ("-flows_GetCustomerNameModule.json", &["Sorry, we have"]),
    (
        "-flows_GetCustomerResponseModule.json",
        &["The instruction that", "Sorry, we have"],
    ),
    ("-flows_InitModule.json", &["An error occurred"]),
];

/// Says everything as the same tone, and keeps what was said.
#[derive(Default)]
struct Reader(Mutex<Vec<String>>);

#[async_trait]
impl Speech for Reader {
    async fn speak(
        &self,
        prompt: &Text,
        _voice: Option<&str>,
        _language: Option<&str>,
    ) -> Result<Vec<i16>, SpeechError> {
        let said = match prompt {
            Text::Text(text) | Text::Ssml(text) => text.expose().to_owned(),
            Text::Recorded(name) => return Err(SpeechError(format!("no recording {name}"))),
        };
        self.0.lock().unwrap().push(said);
        Ok(tone(GREETING, 3200))
    }
}

/// All exports below a folder.
fn collect(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
    found.sort();
}

/// What authors leave to those who import their flows.
struct Gaps {
    queue: String,
    flow: String,
    hours: String,
}

impl Gaps {
    async fn of(center: &Center) -> Self {
        let next = [say("next", 600, "end"), end("end")];
        let next = center.flow("Next", FlowType::ContactFlow, &next).await;
        let kind = ResourceKind::Hours;
        let hours = center
            .app
            .resource_by_name(center.instance, kind, "Basic Hours");
        Self {
            queue: center.queue().to_string(),
            flow: next.to_string(),
            hours: hours.unwrap().id.to_string(),
        }
    }
}

/// The content with ids of this center where its author left a gap for them, and the number of the export
/// in front of everything that is said.
fn fitted(value: &mut Value, gaps: &Gaps, number: usize) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let text = member.as_str().unwrap_or("?");
                let is_gap = text.is_empty() || !text.contains(['-', '$']) && text.contains(' ');
                let marked = |text: &str| match text.strip_prefix("<speak>") {
                    Some(rest) => format!("<speak>[{number}] {rest}"),
                    None => format!("[{number}] {text}"),
                };
                match name.as_str() {
                    "QueueId" if is_gap => *member = json!(gaps.queue),
                    "ContactFlowId" if is_gap => *member = json!(gaps.flow),
                    "HoursOfOperationId" if is_gap => *member = json!(gaps.hours),
                    "Text" | "SSML" if member.is_string() => *member = json!(marked(text)),
                    _ => fitted(member, gaps, number),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                fitted(item, gaps, number);
            }
        }
        _ => {}
    }
}

fn uses(content: &Value, kind: &str) -> bool {
    let actions = content["Actions"].as_array();
    actions.is_some_and(|actions| actions.iter().any(|action| action["Type"] == kind))
}

/// Publishes an export under a number; nothing for one that is refused or that no caller reaches by itself.
async fn publish(
    center: &Center,
    gaps: &Gaps,
    number: usize,
    mut content: Value,
) -> Option<String> {
    let is_whisper = content["Metadata"]["type"] == "outboundWhisper";
    let is_module = content.get("Settings").is_some() || uses(&content, "EndFlowModuleExecution");
    let kind = match () {
        () if is_whisper => return None,
        () if is_module => FlowKind::Module,
        () if uses(&content, "MessageParticipantIteratively") => {
            FlowKind::Flow(FlowType::CustomerQueue)
        }
        () => FlowKind::Flow(FlowType::ContactFlow),
    };
    fitted(&mut content, gaps, number);
    Flow::parse(&content.to_string(), kind).ok()?;
    let name = format!("Export {number}");
    // What a call cannot begin in has a flow around it.
    let around = match kind {
        FlowKind::Module => {
            let module = center.module(&name, &content).await;
            let invoke = json!({"FlowModuleId": module.to_string()});
            vec![block("a", "InvokeFlowModule", &invoke, "end"), end("end")]
        }
        FlowKind::Flow(FlowType::CustomerQueue) => {
            let flow = center
                .publish(&name, FlowType::CustomerQueue, &content)
                .await;
            let mut actions = vec![hook("hook", "CustomerQueue", flow, "queue")];
            actions.extend(queueing(center.queue()));
            actions
        }
        FlowKind::Flow(_) => Vec::new(),
    };
    let flow = if around.is_empty() {
        center.publish(&name, FlowType::ContactFlow, &content).await
    } else {
        let name = format!("To {name}");
        center.flow(&name, FlowType::ContactFlow, &around).await
    };
    let dialled = number_of_export(number);
    center.number(&dialled, flow).await;
    Some(dialled)
}

/// Calls, presses keys in turn, and hangs up where that leads to no end by itself.
async fn follow(center: std::net::SocketAddr, number: String) {
    let mut phone = Phone::new(center).await;
    phone.call(&number);
    let answered = "the call is answered";
    phone.until(answered, |phone| phone.answered).await;
    for key in ['1', '2', '3', '4', '1', '#'].into_iter().cycle() {
        let begun = phone.said;
        phone
            .until("it is time for a key", |phone| {
                phone.ended.is_some() || phone.said >= begun + KEY_EVERY
            })
            .await;
        if phone.ended.is_some() {
            return;
        }
        if phone.said >= PATIENCE_FRAMES {
            break;
        }
        phone.press(key);
    }
    phone.hang_up();
    let ended = "the call is over";
    phone.until(ended, |phone| phone.ended.is_some()).await;
}

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests sees what was skipped"
)]
#[tokio::test(flavor = "multi_thread")]
async fn callers_get_through_every_real_export_to_an_end() {
    let Some(folder) = std::env::var_os("RINGFENCE_FLOWS_DIR") else {
        eprintln!("skipped: RINGFENCE_FLOWS_DIR is not set");
        return;
    };
    let reader = Arc::new(Reader::default());
    let center = Center::with_speech(config(), Arc::clone(&reader) as _).await;
    let gaps = Gaps::of(&center).await;
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    let mut called = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        let content = std::fs::read_to_string(file).unwrap();
        let content = serde_json::from_str(&content).unwrap();
        if let Some(dialled) = publish(&center, &gaps, number, content).await {
            called.insert(number, dialled);
        }
    }
    assert_eq!(called.len(), CALLED, "{called:?}");
    let numbers: Vec<String> = called.values().cloned().collect();
    for some in numbers.chunks(CALLERS) {
        let calls: tokio::task::JoinSet<()> = some
            .iter()
            .map(|number| follow(center.sip, number.clone()))
            .collect();
        calls.join_all().await;
    }
    wait_for_records(&center, called.len()).await;
    let records = records(&center.app).await;
    let end_of = |dialled: &str| {
        let mut ends = records.iter().filter(|record| {
            record["channel"] == "VOICE" && record["system_endpoint"]["address"] == *dialled
        });
        let reason = ends.next_back().unwrap()["disconnect_reason"].as_str();
        reason.unwrap().to_owned()
    };
    let all = reader.0.lock().unwrap().clone();
    let mut speaking = 0;
    for (number, dialled) in &called {
        let mark = format!("[{number}] ");
        let said: Vec<&str> = all
            .iter()
            .filter_map(|text| text.trim_start_matches("<speak>").strip_prefix(&mark))
            .collect();
        let name = files[*number].to_string_lossy();
        assert_eq!(end_of(dialled), "CONTACT_FLOW_DISCONNECT", "{name}");
        let expected = SAID.iter().find(|(end, _)| name.ends_with(end));
        let starts = expected.map_or(&[][..], |(_, starts)| *starts);
        assert_eq!(said.len(), starts.len(), "{name} says {said:?}");
        for (said, start) in said.iter().zip(starts) {
            assert!(said.starts_with(start), "{name} says {said}");
        }
        speaking += usize::from(expected.is_some());
    }
    assert_eq!(speaking, SAID.len());
}
