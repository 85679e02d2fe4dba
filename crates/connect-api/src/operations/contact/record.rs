//! `Contact` as `DescribeContact` shows it.

use model::contact::{
    AgentRecord, ContactRecord, DisconnectReason, Endpoint, PersonalText, QueueRecord, QueueRef,
};
use model::quality::{CallQuality, LegQuality, QualityIssue};
use model::{InstanceScope, Timestamp};

use crate::operations::prelude::*;

/// Writes the structure.
pub(super) fn write(scope: &InstanceScope, contact: &ContactRecord) -> Value {
    let attributes: serde_json::Map<String, Value> = contact
        .attributes
        .iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    let segment_attributes: serde_json::Map<String, Value> = contact
        .segment_attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!({"ValueString": value})))
        .collect();
    json!({
        "Arn": scope.contact_arn(contact.id).to_string(),
        "Id": contact.id,
        "InitialContactId": contact.initial_id,
        "PreviousContactId": contact.previous_id,
        "RelatedContactId": contact.related_id,
        "InitiationMethod": contact.initiation_method,
        "Name": contact.name.as_ref().map(PersonalText::expose),
        "Description": contact.description.as_ref().map(PersonalText::expose),
        "Channel": contact.channel,
        "QueueInfo": contact.queue.as_ref().map(write_queue),
        "AgentInfo": contact.agent.as_ref().map(write_agent),
        "InitiationTimestamp": contact.initiated_at.as_secs_f64(),
        "DisconnectTimestamp": seconds(contact.disconnected_at),
        "LastUpdateTimestamp": contact.last_updated_at.as_secs_f64(),
        "ScheduledTimestamp": seconds(contact.scheduled_at),
        "ConnectedToSystemTimestamp": seconds(contact.connected_to_system_at),
        "CustomerId": contact.customer_id.as_ref().map(PersonalText::expose),
        "CustomerEndpoint": contact.customer_endpoint.as_ref().map(write_endpoint),
        "SystemEndpoint": contact.system_endpoint.as_ref().map(write_endpoint),
        "Tags": contact.tags,
        "SegmentAttributes": segment_attributes,
        "Attributes": attributes,
        "QualityMetrics": write_quality(&contact.quality),
        "DisconnectReason": contact.disconnect_reason.map(DisconnectReason::as_str),
    })
}

/// `QualityMetrics`; absent where nobody was measured.
fn write_quality(quality: &CallQuality) -> Option<Value> {
    let side = |leg: Option<LegQuality>| {
        leg.map(|leg| {
            let issues: Vec<&str> = leg.issues().map(QualityIssue::as_str).collect();
            json!({"Audio": {"QualityScore": leg.mos(), "PotentialQualityIssues": issues}})
        })
    };
    let (agent, customer) = (side(quality.agent), side(quality.customer));
    let is_measured = agent.is_some() || customer.is_some();
    is_measured.then(|| json!({"Agent": agent, "Customer": customer}))
}

fn write_queue(queue: &QueueRecord) -> Value {
    // An agent's own queue has no id of its own here: it is named by its user.
    let id = match queue.id {
        QueueRef::Standard(id) => id.to_string(),
        QueueRef::Agent(user) => user.to_string(),
    };
    json!({"Id": id, "EnqueueTimestamp": queue.enqueued_at.as_secs_f64()})
}

fn write_agent(agent: &AgentRecord) -> Value {
    let (began, ended) = (
        agent.after_contact_work_started_at,
        agent.after_contact_work_ended_at,
    );
    let wrap_up_s = match (began, ended) {
        (Some(began), Some(ended)) => Some(ended.since(began).as_secs()),
        _ => None,
    };
    json!({
        "Id": agent.user,
        "ConnectedToAgentTimestamp": agent.connected_at.as_secs_f64(),
        "AfterContactWorkDuration": wrap_up_s,
        "AfterContactWorkStartTimestamp": seconds(began),
        "AfterContactWorkEndTimestamp": seconds(ended),
        "AgentInitiatedHoldDuration": agent.customer_hold_ms / 1000,
    })
}

fn write_endpoint(endpoint: &Endpoint) -> Value {
    json!({"Type": endpoint.kind, "Address": endpoint.address.expose()})
}

fn seconds(at: Option<Timestamp>) -> Option<f64> {
    at.map(Timestamp::as_secs_f64)
}
