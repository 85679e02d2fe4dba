//! Runs a flow to its end with simple answers and writes down what happened.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use flow::command::{FlowEnd, FlowError, Prompt, WaitEventKind};
use flow::run::ContentHash;
use flow::{
    Answer, Command, Facts, Flow, FlowKey, FlowKind, FlowRef, FlowRun, Library, Next, WaitEvent,
};
use model::contact::PersonalText;
use model::resource::FlowType;
use model::{ContactId, FlowId, FlowModuleId};
use serde_json::{Value, json};

/// A contact as a map of paths, joined by dots.
pub(crate) struct Contact(pub(crate) BTreeMap<String, String>);

impl Contact {
    pub(crate) fn on(channel: &str) -> Self {
        Self(BTreeMap::new()).with("Channel", channel)
    }

    pub(crate) fn with(mut self, path: &str, value: &str) -> Self {
        self.0.insert(path.to_owned(), value.to_owned());
        self
    }
}

impl Facts for Contact {
    fn value(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        self.0
            .get(&path.join("."))
            .map(|value| Cow::from(value.as_str()))
    }
}

/// Flows by id and version.
#[derive(Default)]
pub(crate) struct Shelf {
    flows: BTreeMap<FlowRef, Arc<Flow>>,
    latest: BTreeMap<FlowKey, FlowRef>,
}

impl Library for Shelf {
    fn flow(&self, at: FlowRef) -> Option<Arc<Flow>> {
        self.flows.get(&at).cloned()
    }
}

impl Shelf {
    pub(crate) fn add(&mut self, key: FlowKey, flow: Flow) -> FlowRef {
        let at = FlowRef {
            key,
            content: flow.content_hash(),
        };
        self.flows.insert(at, Arc::new(flow));
        self.latest.insert(key, at);
        at
    }

    /// Adds a flow under the id with this number.
    pub(crate) fn add_flow(&mut self, number: u128, content: &str, kind: FlowType) -> FlowRef {
        let flow = Flow::parse(content, FlowKind::Flow(kind)).unwrap();
        self.add(FlowKey::Flow(FlowId::from_u128(number)), flow)
    }

    /// Adds a module under the id with this number.
    pub(crate) fn add_module(&mut self, number: u128, content: &str) -> FlowRef {
        let flow = Flow::parse(content, FlowKind::Module).unwrap();
        self.add(FlowKey::Module(FlowModuleId::from_u128(number)), flow)
    }

    fn find(&self, key: FlowKey) -> Answer {
        match self.latest.get(&key) {
            Some(at) => Answer::Flow(*at),
            None => Answer::Failed(FlowError::NoMatchingError),
        }
    }
}

/// A version that no shelf holds.
pub(crate) fn nowhere() -> FlowRef {
    FlowRef {
        key: FlowKey::Flow(FlowId::from_u128(404)),
        content: ContentHash(404),
    }
}

/// How commands and waits are answered where the default will not do: called before it.
pub(crate) type Script<'a> = &'a mut dyn FnMut(&Next) -> Option<Answer>;

/// A run as it went: commands and log lines, and how it ended.
pub(crate) struct Played {
    pub(crate) lines: String,
    pub(crate) end: FlowEnd,
    pub(crate) run: FlowRun,
}

/// Plays a run to its end. Between any two steps the run is stored and loaded, as in the program.
pub(crate) fn play(
    shelf: &Shelf,
    start: FlowRef,
    contact: &mut Contact,
    script: Script<'_>,
) -> Played {
    let mut lines = String::new();
    let mut run = FlowRun::start(start);
    let mut answer = Answer::Start;
    for _ in 0..100_000 {
        let step = run.step(shelf, answer, contact);
        for log in step.log {
            write!(lines, "  {} {}: {}", log.block, log.action, log.outcome).unwrap();
            if let Some(note) = log.note {
                write!(lines, " ({note})").unwrap();
            }
            lines.push('\n');
        }
        let stored = serde_json::to_string(&run).unwrap();
        run = serde_json::from_str(&stored).unwrap();
        if let Next::End(end) = step.next {
            writeln!(lines, "end: {end:?}").unwrap();
            return Played { lines, end, run };
        }
        writeln!(lines, "{}", shown(&step.next)).unwrap();
        if is_endless_music(&step.next) {
            // It goes on until the contact leaves, and the run is dropped with it.
            let end = FlowEnd::Finished;
            return Played { lines, end, run };
        }
        let scripted = script(&step.next);
        answer = match step.next {
            Next::Do(command) => {
                remember(contact, &command);
                scripted.unwrap_or_else(|| usual(shelf, &command))
            }
            Next::Wait(wait) => scripted.unwrap_or_else(|| {
                if wait.events.contains(&WaitEventKind::ViewAction) {
                    Answer::Event(WaitEvent::ViewAction {
                        action: "Next".to_owned(),
                        data: json!({ "FormData": {} }),
                    })
                } else {
                    Answer::TimedOut
                }
            }),
            Next::End(_) => unreachable!("handled above"),
        };
    }
    panic!("the run does not end:\n{lines}");
}

/// A loop of prompts that nothing interrupts: it is only looked after, once a day.
fn is_endless_music(next: &Next) -> bool {
    matches!(next, Next::Wait(wait)
        if wait.events.is_empty() && wait.limit == std::time::Duration::from_hours(24))
}

fn remember(contact: &mut Contact, command: &Command) {
    if let Command::SetAttributes { changes, .. } = command {
        for (name, value) in changes {
            contact
                .0
                .insert(format!("Attributes.{name}"), value.clone());
        }
    }
}

fn usual(shelf: &Shelf, command: &Command) -> Answer {
    match command {
        Command::CheckHours(_) => Answer::Flag(true),
        Command::CheckMetric(_) | Command::DrawPercent => Answer::Number(1),
        Command::GetMetrics { .. } => Answer::Values(BTreeMap::from([(
            "Agents.Online.Count".to_owned(),
            "3".to_owned(),
        )])),
        Command::CreateTask(_) => Answer::Created(ContactId::from_u128(7)),
        Command::FindFlow(id) => shelf.find(FlowKey::Flow(*id)),
        Command::FindModule(id) => shelf.find(FlowKey::Module(*id)),
        _ => Answer::Done,
    }
}

fn shown(next: &Next) -> String {
    match next {
        Next::Do(Command::SendMessage { text }) => format!("say {:?}", text.expose()),
        Next::Do(Command::SetContactData(data)) => format!(
            "data name={:?} description={:?} customer={:?} {:?}",
            data.name.as_ref().map(PersonalText::expose),
            data.description.as_ref().map(PersonalText::expose),
            data.customer_id.as_ref().map(PersonalText::expose),
            data.language_code,
        ),
        Next::Do(Command::CreateTask(task)) => format!(
            "task {:?} {:?} for {} with {:?} and references {:?}",
            task.name.expose(),
            task.description.as_ref().map(PersonalText::expose),
            task.flow,
            task.attributes,
            task.references
                .iter()
                .map(|(name, r)| (name, &r.kind, r.value.expose()))
                .collect::<Vec<_>>(),
        ),
        Next::Do(Command::Play(prompt)) => format!("play {}", heard(prompt)),
        Next::Do(Command::PlayLoop(prompts)) => {
            let prompts: Vec<_> = prompts.iter().map(heard).collect();
            format!("loop {}", prompts.join(", "))
        }
        Next::Do(Command::Collect(request)) => format!(
            "collect {} {request:?}",
            request.prompt.as_ref().map(heard).unwrap_or_default()
        ),
        Next::Do(Command::ShowView {
            view,
            data,
            actions,
            ..
        }) => format!("view {view} {data} for {actions:?}"),
        Next::Do(Command::SetRecordingBehavior(behavior)) => format!("recording {behavior}"),
        Next::Do(other) => format!("do {other:?}"),
        Next::Wait(wait) => format!("wait {:?} or {:?}", wait.limit, wait.events),
        Next::End(end) => format!("end {end:?}"),
    }
}

fn heard(prompt: &Prompt) -> &str {
    match prompt {
        Prompt::Text(text) | Prompt::Ssml(text) => text.expose(),
        Prompt::Recorded(id) => id,
    }
}

/// The kind that the second last part of a file's name says: `greeting.contact_flow.json`.
pub(crate) fn kind_of(name: &str) -> FlowKind {
    let kind = name.trim_end_matches(".json").rsplit('.').next().unwrap();
    if kind == "module" {
        return FlowKind::Module;
    }
    let found = FlowType::ALL
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(kind));
    FlowKind::Flow(found.unwrap_or_else(|| panic!("no kind in {name}")))
}

/// A flow of blocks that are given one by one.
pub(crate) fn content(start: &str, actions: &[Value]) -> String {
    json!({ "Version": "2019-10-30", "StartAction": start, "Actions": actions }).to_string()
}

/// A block.
#[expect(
    clippy::needless_pass_by_value,
    reason = "`json!` at each call has no other owner"
)]
pub(crate) fn block(id: &str, action: &str, parameters: Value, transitions: Value) -> Value {
    json!({ "Identifier": id, "Type": action, "Parameters": parameters, "Transitions": transitions })
}

/// Transitions to `next`, with `NoMatchingError` leading to `error`.
pub(crate) fn to(next: &str, error: &str) -> Value {
    json!({
        "NextAction": next,
        "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": error }],
    })
}

/// A block that disconnects.
pub(crate) fn bye(id: &str) -> Value {
    block(id, "DisconnectParticipant", json!({}), json!({}))
}
