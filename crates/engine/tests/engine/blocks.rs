//! Short words for the blocks of flows.

use serde_json::{Value, json};

use crate::harness::{flow, queue};

/// A flow of these blocks, which begins with the first.
pub(crate) fn blocks(blocks: &[Value]) -> Value {
    json!({"Version": "2019-10-30", "StartAction": blocks[0]["Identifier"], "Actions": blocks})
}

/// A block; all its errors lead to `on_error`.
pub(crate) fn block(
    id: &str,
    kind: &str,
    parameters: impl Into<Value>,
    next: &str,
    on_error: &str,
) -> Value {
    let errors: &[&str] = match kind {
        "UpdateContactRoutingBehavior" => &[],
        "TransferContactToQueue" | "DequeueContactAndTransferToQueue" => {
            &["QueueAtCapacity", "NoMatchingError"]
        }
        _ => &["NoMatchingError"],
    };
    let errors: Vec<Value> = errors
        .iter()
        .map(|e| json!({"ErrorType": e, "NextAction": on_error}))
        .collect();
    json!({"Identifier": id, "Type": kind, "Parameters": parameters.into(),
           "Transitions": {"NextAction": next, "Errors": errors, "Conditions": []}})
}

/// A block that branches on operands; everything else leads to `otherwise`.
pub(crate) fn branch(
    id: &str,
    kind: &str,
    parameters: impl Into<Value>,
    branches: &[(&str, &str)],
    errors: &[&str],
    otherwise: &str,
) -> Value {
    let conditions: Vec<Value> = branches
        .iter()
        .map(|(operand, next)| {
            json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [operand]}})
        })
        .collect();
    let errors: Vec<Value> = errors
        .iter()
        .map(|e| json!({"ErrorType": e, "NextAction": otherwise}))
        .collect();
    json!({"Identifier": id, "Type": kind, "Parameters": parameters.into(),
           "Transitions": {"NextAction": otherwise, "Errors": errors, "Conditions": conditions}})
}

pub(crate) fn say(id: &str, text: &str, next: &str) -> Value {
    block(id, "MessageParticipant", json!({"Text": text}), next, next)
}

pub(crate) fn end(id: &str) -> Value {
    json!({"Identifier": id, "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}})
}

pub(crate) fn target(id: &str, n: u128, next: &str) -> Value {
    block(
        id,
        "UpdateContactTargetQueue",
        json!({"QueueId": queue(n).to_string()}),
        next,
        "full",
    )
}

pub(crate) fn to_queue(id: &str) -> Value {
    block(id, "TransferContactToQueue", json!({}), "full", "full")
}

/// Queues in queue `n`; says "full" and ends where it cannot.
pub(crate) fn queueing(n: u128) -> Value {
    blocks(&[
        target("a", n, "b"),
        to_queue("b"),
        say("full", "full", "z"),
        end("z"),
    ])
}

/// Queues in the target queue that a transfer set.
pub(crate) fn transferring() -> Value {
    blocks(&[to_queue("b"), say("full", "full", "z"), end("z")])
}

pub(crate) fn hook(id: &str, event: &str, n: u128, next: &str) -> Value {
    let hooks = json!({"EventHooks": {event: flow(n).to_string()}});
    block(id, "UpdateContactEventHooks", hooks, next, next)
}

pub(crate) fn wait(id: &str, seconds: u32, events: &[(&str, &str)], done: &str) -> Value {
    let names: Vec<&str> = events.iter().map(|(name, _)| *name).collect();
    let mut branches = vec![("WaitCompleted", done)];
    branches.extend(events);
    let mut parameters = json!({"TimeLimitSeconds": seconds.to_string()});
    if !names.is_empty() {
        parameters["Events"] = json!(names);
    }
    branch(
        id,
        "Wait",
        parameters,
        &branches,
        &["NoMatchingError"],
        done,
    )
}
