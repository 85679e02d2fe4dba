//! The flows of the simulated center, in the flow language.

use model::FlowId;
use serde_json::{Value, json};

pub(crate) fn queueing_flow(
    queue: &str,
    waiting: FlowId,
    remaining: FlowId,
    task: FlowId,
) -> Value {
    let hook = |kind: &str, flow: FlowId| json!({"EventHooks": {kind: flow.to_string()}});
    flow(&[
        say("hello", "Hello, $.Attributes.name", "hook"),
        block(
            "hook",
            "UpdateContactEventHooks",
            hook("CustomerQueue", waiting),
            "remain",
            ANY,
            "remain",
        ),
        block(
            "remain",
            "UpdateContactEventHooks",
            hook("CustomerRemaining", remaining),
            "draw",
            ANY,
            "draw",
        ),
        json!({
            "Identifier": "draw",
            "Type": "DistributeByPercentage",
            "Parameters": {},
            "Transitions": {
                "NextAction": "prio",
                "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "target"}],
                "Conditions": [
                    {"NextAction": "prio", "Condition": {"Operator": "NumberLessThan", "Operands": ["31"]}},
                    {"NextAction": "age", "Condition": {"Operator": "NumberLessThan", "Operands": ["51"]}},
                    {"NextAction": "task", "Condition": {"Operator": "NumberLessThan", "Operands": ["61"]}},
                ],
            },
        }),
        block(
            "prio",
            "UpdateContactRoutingBehavior",
            json!({"QueuePriority": "2"}),
            "target",
            &[],
            "target",
        ),
        block(
            "age",
            "UpdateContactRoutingBehavior",
            json!({"QueueTimeAdjustmentSeconds": "60"}),
            "target",
            &[],
            "target",
        ),
        block(
            "task",
            "CreateTask",
            json!({"Name": "Call back", "ContactFlowId": task.to_string()}),
            "target",
            ANY,
            "target",
        ),
        block(
            "target",
            "UpdateContactTargetQueue",
            json!({"QueueId": queue}),
            "queue",
            ANY,
            "bye",
        ),
        block(
            "queue",
            "TransferContactToQueue",
            json!({}),
            "bye",
            &["QueueAtCapacity", "NoMatchingError"],
            "bye",
        ),
        end("bye", "DisconnectParticipant"),
    ])
}

pub(crate) fn waiting_flow(other: &str) -> Value {
    let wait = json!({"TimeLimitSeconds": "200"});
    flow(&[
        say("a", "Please wait", "b"),
        branch(
            "b",
            "Wait",
            wait.clone(),
            &[("WaitCompleted", "c")],
            ANY,
            "c",
        ),
        say("c", "Still waiting", "d"),
        branch("d", "Wait", wait, &[("WaitCompleted", "e")], ANY, "e"),
        block(
            "e",
            "DequeueContactAndTransferToQueue",
            json!({"QueueId": other}),
            "a",
            &["QueueAtCapacity", "NoMatchingError"],
            "a",
        ),
    ])
}

pub(crate) fn remaining_flow(queue: &str) -> Value {
    flow(&[
        say("a", "How was it?", "b"),
        branch(
            "b",
            "Wait",
            json!({"TimeLimitSeconds": "60", "Events": ["CustomerReturned"]}),
            &[("WaitCompleted", "z"), ("CustomerReturned", "c")],
            ANY,
            "z",
        ),
        block(
            "c",
            "UpdateContactTargetQueue",
            json!({"QueueId": queue}),
            "d",
            ANY,
            "z",
        ),
        block(
            "d",
            "TransferContactToQueue",
            json!({}),
            "z",
            &["QueueAtCapacity", "NoMatchingError"],
            "z",
        ),
        end("z", "DisconnectParticipant"),
    ])
}

pub(crate) fn transfer_flow() -> Value {
    flow(&[
        say("a", "You are transferred", "b"),
        block(
            "b",
            "TransferContactToQueue",
            json!({}),
            "z",
            &["QueueAtCapacity", "NoMatchingError"],
            "z",
        ),
        end("z", "DisconnectParticipant"),
    ])
}

/// Asks the customer for something that the agent before must not hear, then brings both together again.
/// Where no agent is on the line, or it is no call, the contact waits for the next one.
pub(crate) fn secure_flow() -> Value {
    let participants = |id: &str, state: &str, next: &str| {
        let state = json!({"PreviousContactParticipantState": state});
        let kind = "UpdatePreviousContactParticipantState";
        block(id, kind, state, next, ANY, "t")
    };
    flow(&[
        say("a", "One moment", "h"),
        participants("h", "AgentOnHold", "k"),
        branch(
            "k",
            "GetParticipantInput",
            json!({"Text": "Press a key.", "StoreInput": "False"}),
            &[("1", "o"), ("2", "c"), ("3", "t")],
            &[
                "NoMatchingCondition",
                "NoMatchingError",
                "InputTimeLimitExceeded",
            ],
            "o",
        ),
        participants("c", "CustomerOnHold", "s"),
        say("s", "The customer has paid", "o"),
        participants("o", "OffHold", "b"),
        say("b", "Thank you", "z"),
        block(
            "t",
            "TransferContactToQueue",
            json!({}),
            "z",
            &["QueueAtCapacity", "NoMatchingError"],
            "z",
        ),
        end("z", "DisconnectParticipant"),
    ])
}

pub(crate) fn task_flow(queue: &str) -> Value {
    flow(&[
        block(
            "a",
            "UpdateContactTargetQueue",
            json!({"QueueId": queue}),
            "b",
            ANY,
            "z",
        ),
        block(
            "b",
            "TransferContactToQueue",
            json!({}),
            "z",
            &["QueueAtCapacity", "NoMatchingError"],
            "z",
        ),
        end("z", "DisconnectParticipant"),
    ])
}

pub(crate) fn asking_flow(queue: &str) -> Value {
    flow(&[
        block(
            "q",
            "UpdateContactTargetQueue",
            json!({"QueueId": queue}),
            "h",
            ANY,
            "h",
        ),
        branch(
            "h",
            "CheckHoursOfOperation",
            json!({}),
            &[("True", "v"), ("False", "v")],
            ANY,
            "v",
        ),
        branch(
            "v",
            "ShowView",
            json!({
                "ViewResource": {"Id": "arn:aws:connect:us-east-1:aws:view/form:1"},
                "InvocationTimeLimitSeconds": "120",
                "ViewData": {"Title": "Hello"},
            }),
            &[("Submit", "t")],
            &[
                "NoMatchingCondition",
                "NoMatchingError",
                "TimeLimitExceeded",
            ],
            "t",
        ),
        block(
            "t",
            "TransferContactToQueue",
            json!({}),
            "z",
            &["QueueAtCapacity", "NoMatchingError"],
            "z",
        ),
        end("z", "DisconnectParticipant"),
    ])
}

/// Asks for a key, and queues with music that is interrupted. Chats and tasks take the error branches.
pub(crate) fn menu_flow(queue: &str, music: &str) -> Value {
    flow(&[
        block(
            "e",
            "UpdateContactEventHooks",
            json!({"EventHooks": {"CustomerQueue": music}}),
            "m",
            ANY,
            "m",
        ),
        branch(
            "m",
            "GetParticipantInput",
            json!({"Text": "Press a key.", "StoreInput": "False"}),
            &[("1", "q"), ("2", "q"), ("3", "m")],
            &[
                "NoMatchingCondition",
                "NoMatchingError",
                "InputTimeLimitExceeded",
            ],
            "q",
        ),
        block(
            "q",
            "UpdateContactTargetQueue",
            json!({"QueueId": queue}),
            "t",
            ANY,
            "t",
        ),
        block(
            "t",
            "TransferContactToQueue",
            json!({}),
            "z",
            &["QueueAtCapacity", "NoMatchingError"],
            "z",
        ),
        end("z", "DisconnectParticipant"),
    ])
}

/// Music that is interrupted by a sentence.
pub(crate) fn music_flow() -> Value {
    flow(&[
        branch(
            "l",
            "MessageParticipantIteratively",
            json!({"Messages": [{"Text": "One moment."}], "InterruptFrequencySeconds": "20"}),
            &[("MessagesInterrupted", "s")],
            ANY,
            "x",
        ),
        say("s", "Still here.", "l"),
        end("x", "EndFlowExecution"),
    ])
}

/// Never waits and never ends: must be stopped.
pub(crate) fn endless_flow() -> Value {
    flow(&[
        block(
            "a",
            "UpdateContactAttributes",
            json!({"Attributes": {"x": "1"}}),
            "b",
            ANY,
            "b",
        ),
        block(
            "b",
            "UpdateContactAttributes",
            json!({"Attributes": {"x": "2"}}),
            "a",
            ANY,
            "a",
        ),
    ])
}

pub(crate) fn short_flow() -> Value {
    flow(&[
        say("a", "We are closed", "z"),
        end("z", "DisconnectParticipant"),
    ])
}

/// Queues at once, without a word.
pub(crate) fn direct_flow(queue: &str) -> Value {
    flow(&[
        block(
            "a",
            "UpdateContactTargetQueue",
            json!({"QueueId": queue}),
            "b",
            &["NoMatchingError"],
            "z",
        ),
        block(
            "b",
            "TransferContactToQueue",
            json!({}),
            "z",
            &["QueueAtCapacity", "NoMatchingError"],
            "z",
        ),
        end("z", "DisconnectParticipant"),
    ])
}

/// The envelope of a flow; it starts with its first block.
fn flow(actions: &[Value]) -> Value {
    let start = actions
        .first()
        .and_then(|action| action.get("Identifier"))
        .cloned();
    json!({"Version": "2019-10-30", "StartAction": start, "Actions": actions})
}

fn block(
    id: &str,
    kind: &str,
    parameters: impl Into<Value>,
    next: &str,
    errors: &[&str],
    on_error: &str,
) -> Value {
    let errors: Vec<Value> = errors
        .iter()
        .map(|error| json!({"ErrorType": error, "NextAction": on_error}))
        .collect();
    json!({
        "Identifier": id,
        "Type": kind,
        "Parameters": parameters.into(),
        "Transitions": {"NextAction": next, "Errors": errors, "Conditions": []},
    })
}

/// A block that branches on operands.
fn branch(
    id: &str,
    kind: &str,
    parameters: impl Into<Value>,
    branches: &[(&str, &str)],
    errors: &[&str],
    otherwise: &str,
) -> Value {
    let mut block = block(id, kind, parameters, otherwise, errors, otherwise);
    let conditions: Vec<Value> = branches
        .iter()
        .map(|(operand, next)| {
            json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [operand]}})
        })
        .collect();
    if let Some(transitions) = block.get_mut("Transitions") {
        *transitions = json!({
            "NextAction": otherwise,
            "Conditions": conditions,
            "Errors": transitions.get("Errors"),
        });
    }
    block
}

fn end(id: &str, kind: &str) -> Value {
    json!({"Identifier": id, "Type": kind, "Parameters": {}, "Transitions": {}})
}

const ANY: &[&str] = &["NoMatchingError"];

fn say(id: &str, text: &str, next: &str) -> Value {
    block(
        id,
        "MessageParticipant",
        json!({"Text": text}),
        next,
        ANY,
        next,
    )
}
