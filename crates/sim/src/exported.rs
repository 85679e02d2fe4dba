//! Runs real exported flows: each that can be published, on a chat and on a task, with random answers.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use engine::input::Destination;
use engine::{ConfigChange, Engine, Input};
use flow::{Flow, FlowKey, FlowKind, FlowProblem, FlowRef};
use model::resource::{FlowModuleDefinition, FlowState, FlowStatus, FlowType};
use model::transcript::ParticipantRole;
use model::{Channel, FlowId, FlowModuleId, IdSource, ParticipantId, Timestamp};
use serde_json::{Value, json};

use crate::actors::Crowd;
use crate::center::{Center, pick};
use crate::host::{Fate, Host};

/// What became of one flow.
#[derive(Debug)]
pub struct Outcome {
    /// The file.
    pub file: PathBuf,
    /// What it was taken for.
    pub kind: FlowKind,
    /// Whether it could be published.
    pub verdict: Verdict,
}

/// Whether a flow could be published.
#[derive(Debug)]
pub enum Verdict {
    /// It was refused.
    Refused(Vec<FlowProblem>),
    /// It was published, and ended in all of so many runs.
    Ended {
        /// Runs that ended.
        runs: u32,
    },
    /// It was published; it runs on calls only.
    CallsOnly,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self
            .file
            .file_name()
            .unwrap_or(self.file.as_os_str())
            .to_string_lossy();
        match &self.verdict {
            Verdict::Refused(problems) => {
                write!(f, "refused    {name}")?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n           {problem}"))
            }
            Verdict::Ended { runs } => write!(f, "ran {runs:>3}x   {name}"),
            Verdict::CallsOnly => write!(f, "published  {name} (runs on calls only)"),
        }
    }
}

/// Runs per flow and channel.
const RUNS: u64 = 10;

/// Inputs within which a run must have ended.
const INPUTS_MAX: u32 = 3_000;

/// Takes every `.json` file below a folder, in the order of their names.
pub fn run_folder(folder: &Path) -> anyhow::Result<Vec<Outcome>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    files.iter().map(|file| run_file(file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("reading `{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}

fn run_file(file: &Path) -> anyhow::Result<Outcome> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("reading `{}`", file.display()))?;
    let content: Value =
        serde_json::from_str(&text).with_context(|| format!("parsing `{}`", file.display()))?;
    let kind = kind_of(&content);
    let outcome = |verdict| Outcome {
        file: file.to_owned(),
        kind,
        verdict,
    };
    let mut ids = IdSource::from_number(1);
    let (center, _) = Center::build(&mut ids)?;
    let content = filled(content, &center);
    if let Err(problems) = Flow::parse(&content.to_string(), kind) {
        return Ok(outcome(Verdict::Refused(problems)));
    }
    let mut runs = 0;
    for seed in 0..RUNS {
        for channel in [Channel::Chat, Channel::Task] {
            if !run_once(seed, channel, kind, &content)
                .with_context(|| format!("`{}` on {channel:?}, seed {seed}", file.display()))?
            {
                return Ok(outcome(Verdict::CallsOnly));
            }
            runs += 1;
        }
    }
    Ok(outcome(Verdict::Ended { runs }))
}

/// The kind of an exported flow: what its metadata say, or what its blocks tell.
fn kind_of(content: &Value) -> FlowKind {
    let uses = |kind: &str| {
        let actions = content
            .get("Actions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        actions
            .into_iter()
            .any(|action| action.get("Type").and_then(Value::as_str) == Some(kind))
    };
    if content.get("Settings").is_some() || uses("EndFlowModuleExecution") {
        return FlowKind::Module;
    }
    FlowKind::Flow(
        match content.pointer("/Metadata/type").and_then(Value::as_str) {
            Some("customerQueue") => FlowType::CustomerQueue,
            Some("customerHold") => FlowType::CustomerHold,
            Some("customerWhisper") => FlowType::CustomerWhisper,
            Some("agentHold") => FlowType::AgentHold,
            Some("agentWhisper") => FlowType::AgentWhisper,
            Some("outboundWhisper") => FlowType::OutboundWhisper,
            Some("agentTransfer") => FlowType::AgentTransfer,
            Some("queueTransfer") => FlowType::QueueTransfer,
            _ if uses("MessageParticipantIteratively") => FlowType::CustomerQueue,
            _ => FlowType::ContactFlow,
        },
    )
}

/// The content with ids of this center where its author left a gap for them.
fn filled(mut value: Value, center: &Center) -> Value {
    match &mut value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                let is_gap = member.as_str().is_some_and(|text| {
                    text.is_empty() || !text.contains(['-', '$']) && text.contains(' ')
                });
                let id = match name.as_str() {
                    "QueueId" => Some(center.queue_arn(0)),
                    "ContactFlowId" => center.inbound.last().map(ToString::to_string),
                    "HoursOfOperationId" => Some(center.hours.to_string()),
                    "AgentId" => center.users.first().map(ToString::to_string),
                    _ => None,
                };
                *member = match id {
                    Some(id) if is_gap => Value::String(id),
                    _ => filled(member.take(), center),
                };
            }
        }
        Value::Array(items) => {
            for item in items.iter_mut() {
                *item = filled(item.take(), center);
            }
        }
        _ => {}
    }
    value
}

/// Runs a flow once to its end; `false` where its kind runs on calls only.
fn run_once(seed: u64, channel: Channel, kind: FlowKind, content: &Value) -> anyhow::Result<bool> {
    let mut ids = IdSource::from_number(seed);
    let (center, mut changes) = Center::build(&mut ids)?;
    let Some(start) = publish(&center, &mut ids, kind, content, &mut changes)? else {
        return Ok(false);
    };
    let own = IdSource::from_number(ids.below(u64::MAX));
    let mut host = Host::new(center.scope.clone(), engine::Limits::default(), own, None);
    let mut now = Timestamp::from_secs(1_774_640_000);
    let [available, ..] = center.statuses;
    let set = |agent: &model::UserId| Input::SetAgentStatus {
        agent: *agent,
        status: available,
    };
    let mut inputs: Vec<Input> = changes.into_iter().map(Input::Config).collect();
    inputs.extend(center.users.iter().map(set));
    let actions = operands(content);
    let mut crowd = Crowd { center, ids };
    let working_queue = crowd.center.queue_arn(0);
    inputs.push(crowd.start_in(channel, Destination::Flow(start), &working_queue));
    for _ in 0..INPUTS_MAX {
        let answers = host
            .batch(now, inputs, Fate::Committed)
            .map_err(anyhow::Error::msg)?;
        if let Some(Some(Err(refusal))) = answers.last()
            && host.store.initiated.is_empty()
        {
            bail!("it could not be started: {refusal}");
        }
        if host.engine.open_contacts_count() == 0 {
            return Ok(true);
        }
        let input = act(&mut crowd, &host.engine, &actions);
        if matches!(input, Input::Tick) {
            now = now.max(host.engine.next_deadline().unwrap_or(now));
        }
        inputs = vec![input];
    }
    bail!("it did not end within {INPUTS_MAX} inputs")
}

/// Publishes a flow, with one around it where it cannot begin a contact; the flow to start in.
fn publish(
    center: &Center,
    ids: &mut IdSource,
    kind: FlowKind,
    content: &Value,
    changes: &mut Vec<ConfigChange>,
) -> anyhow::Result<Option<FlowId>> {
    let outer = FlowId::generate(ids);
    match kind {
        FlowKind::Flow(FlowType::ContactFlow) => {
            changes.push(center.flow(outer, FlowType::ContactFlow, content)?);
        }
        FlowKind::Flow(kind @ (FlowType::AgentTransfer | FlowType::QueueTransfer)) => {
            let inner = FlowId::generate(ids);
            changes.push(center.flow(inner, kind, content)?);
            let around = json!({"Version": "2019-10-30", "StartAction": "a", "Actions": [
                {"Identifier": "a", "Type": "TransferToFlow",
                 "Parameters": {"ContactFlowId": inner.to_string()},
                 "Transitions": {"NextAction": "z", "Conditions": [],
                                 "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "z"}]}},
                {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]});
            changes.push(center.flow(outer, FlowType::ContactFlow, &around)?);
        }
        FlowKind::Flow(FlowType::CustomerQueue) => {
            let inner = FlowId::generate(ids);
            changes.push(center.flow(inner, FlowType::CustomerQueue, content)?);
            changes.push(center.flow(outer, FlowType::ContactFlow, &center.queueing(0, inner))?);
        }
        FlowKind::Flow(_) => return Ok(None),
        FlowKind::Module => {
            let module = FlowModuleId::generate(ids);
            changes.push(module_resource(center, module, content)?);
            let around = json!({"Version": "2019-10-30", "StartAction": "a", "Actions": [
                {"Identifier": "a", "Type": "InvokeFlowModule",
                 "Parameters": {"FlowModuleId": module.to_string()},
                 "Transitions": {"NextAction": "z", "Conditions": [],
                                 "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "z"}]}},
                {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]});
            changes.push(center.flow(outer, FlowType::ContactFlow, &around)?);
        }
    }
    Ok(Some(outer))
}

fn module_resource(
    center: &Center,
    id: FlowModuleId,
    content: &Value,
) -> anyhow::Result<ConfigChange> {
    let content = content.to_string();
    let module = Flow::parse(&content, FlowKind::Module)
        .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let at = FlowRef {
        key: FlowKey::Module(id),
        content: module.content_hash(),
    };
    let resource = center.wrap(
        id,
        FlowModuleDefinition {
            description: None,
            state: FlowState::Active,
            status: FlowStatus::Published,
            content,
        },
    );
    Ok(ConfigChange::Put(
        Arc::new(resource),
        Some((at, Arc::new(module))),
    ))
}

/// All operands of conditions: what a customer may choose.
fn operands(content: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![content];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::Array(operands)) = members.get("Operands") {
                    found.extend(operands.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The next thing that happens to the only contacts there are.
fn act(crowd: &mut Crowd, engine: &Engine, actions: &[String]) -> Input {
    let customer = engine.open_contacts().find_map(|contact| {
        let people = contact.participants.iter();
        let customer = people
            .into_iter()
            .find(|p| p.role == ParticipantRole::Customer)?;
        engine.contact_of(customer.id).map(|id| (id, customer.id))
    });
    match (crowd.below(4), customer) {
        (0, Some((contact, participant))) => choose(crowd, contact, participant, actions),
        (1, _) => {
            let agents: Vec<_> = engine
                .agents()
                .filter(|agent| !agent.contacts.is_empty())
                .collect();
            let index = pick(&mut crowd.ids, agents.len());
            match agents
                .get(index)
                .and_then(|agent| Some((agent.user, agent.contacts.first()?)))
            {
                Some((user, contact)) => crowd.agent_handles(user, contact),
                None => Input::Tick,
            }
        }
        (2, Some((contact, participant))) => Input::ParticipantConnected {
            contact,
            participant,
        },
        _ => Input::Tick,
    }
}

fn choose(
    crowd: &mut Crowd,
    contact: model::ContactId,
    participant: ParticipantId,
    actions: &[String],
) -> Input {
    let index = pick(&mut crowd.ids, actions.len() + 1);
    Input::SubmitView {
        contact,
        participant,
        action: actions
            .get(index)
            .cloned()
            .unwrap_or_else(|| "Other".to_owned()),
        data: json!({"value": "1"}),
    }
}

#[cfg(test)]
mod tests;
