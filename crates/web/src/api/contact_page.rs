//! The page of one contact: its record, what happened, and what was said.

use app::action::{GetContactAttributes, ReadContactPage, ReadContactTranscript};
use app::contact::ContactPage;
use app::{AppError, Target};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use engine::ContactEvent;
use engine::effect::ContactEventKind;
use flow::command::PreviousParticipants;
use flow::{FlowKey, FlowLog};
use model::contact::{ContactRecord, Endpoint, PersonalText, QueueRef};
use model::quality::LegQuality;
use model::{Channel, ContactId, ResourceId, ResourceKind, Tags, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::contacts::SummaryJson;
use crate::api::request::{StrictQuery, path_id};
use crate::error::{self, ApiError};
use crate::gate::SignedIn;
use crate::state::WebState;
use crate::workspace::snapshot::{AttributesJson, ReferenceJson};
use crate::workspace::wire::ItemJson;

#[cfg(test)]
mod tests;

/// Items of one page of a transcript.
const TRANSCRIPT_PAGE_MAX: u32 = 100;

/// The query of a transcript.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AfterQuery {
    #[serde(default)]
    after_sequence: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageJson<'a> {
    record: RecordJson<'a>,
    timeline: Vec<EntryJson<'a>>,
    timeline_truncated: bool,
    transcript_permitted: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordJson<'a> {
    #[serde(flatten)]
    summary: SummaryJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_contact_id: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_contact_id: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_contact_id: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connected_to_system_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enqueued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dequeued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connected_to_agent_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_completed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_contact_work_started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_contact_work_ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_hold_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longest_hold_ms: Option<u64>,
    agent_connection_attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_quality: Option<QualityJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_quality: Option<QualityJson>,
    references: Vec<ReferenceJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesJson<'a>>,
    tags: &'a Tags,
}

/// One line of the timeline.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
enum EntryJson<'a> {
    Event(EventJson),
    /// A block of a flow ran.
    FlowStep {
        at: Timestamp,
        flow_name: String,
        block_id: &'a str,
        block_type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        outcome: Option<&'a str>,
    },
}

/// Something happened to the contact, in the words of Amazon Connect's contact events.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct EventJson {
    at: Timestamp,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quick_connect_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// `GET /api/contacts/{contact}`.
pub(crate) async fn show(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path(contact): Path<String>,
) -> Result<Response, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let parameters = json!({"contactId": contact.to_string()});
    let call = signed_in.call_about("ReadContactPage", parameters);
    let instance = state.settings().instance;
    let target = Target::Contact(instance, contact);
    let app = state.app();
    let result = async {
        let permit = app.authorize::<ReadContactPage>(&call, target)?;
        app.contact_page(&call, permit).await
    }
    .await;
    app.finish(&call, &result).await;
    let page = result.map_err(|error| ApiError::from(error).hiding_existence())?;
    let may_attributes = app.authorize::<GetContactAttributes>(&call, target).is_ok();
    let may_transcript = app
        .authorize::<ReadContactTranscript>(&call, target)
        .is_ok();
    let name_of = |kind, id| {
        app.resource(instance, kind, id)
            .map(|resource| resource.name.clone())
    };
    Ok(Json(page_json(&page, may_attributes, may_transcript, &name_of)).into_response())
}

/// `GET /api/contacts/{contact}/transcript`.
pub(crate) async fn transcript(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path(contact): Path<String>,
    StrictQuery(query): StrictQuery<AfterQuery>,
) -> Result<Response, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let parameters = json!({"contactId": contact.to_string()});
    let call = signed_in.call_about("ReadContactTranscript", parameters);
    let target = Target::Contact(state.settings().instance, contact);
    let app = state.app();
    // One more than shown, to know whether there are more.
    let limit = TRANSCRIPT_PAGE_MAX + 1;
    let result = async {
        let permit = app.authorize::<ReadContactTranscript>(&call, target)?;
        app.contact_transcript(&call, permit, query.after_sequence, limit)
            .await
    }
    .await;
    app.finish(&call, &result).await;
    let mut items = match result {
        Ok(items) => items,
        // Whoever may see the contact may know that it was said; all others, nothing.
        Err(AppError::AccessDenied { .. }) => {
            let visible = app.authorize::<ReadContactPage>(&call, target).is_ok();
            return Err(if visible {
                error::NOT_PERMITTED
            } else {
                error::NOT_FOUND
            });
        }
        Err(error) => return Err(error.into()),
    };
    let has_more = items.len() > TRANSCRIPT_PAGE_MAX as usize;
    items.truncate(TRANSCRIPT_PAGE_MAX as usize);
    let shown: Vec<_> = items.iter().map(|item| ItemJson::of(item, None)).collect();
    Ok(Json(json!({"items": shown, "hasMore": has_more})).into_response())
}

fn page_json<'a>(
    page: &'a ContactPage,
    may_attributes: bool,
    may_transcript: bool,
    name_of: &dyn Fn(ResourceKind, ResourceId) -> Option<String>,
) -> PageJson<'a> {
    PageJson {
        record: record_json(&page.record, may_attributes),
        timeline: page
            .events
            .iter()
            .filter_map(|event| entry(event, name_of))
            .collect(),
        timeline_truncated: page.events_truncated,
        transcript_permitted: may_transcript && page.record.channel == Channel::Chat,
    }
}

fn record_json<'r>(record: &'r ContactRecord, may_attributes: bool) -> RecordJson<'r> {
    let queue = record.queue.as_ref();
    let agent = record.agent.as_ref();
    let held = agent.filter(|agent| agent.holds > 0);
    let address = |endpoint: Option<&'r Endpoint>| {
        endpoint
            .filter(|_| record.channel == Channel::Voice)
            .map(|endpoint| endpoint.address.expose())
    };
    RecordJson {
        customer_address: address(record.customer_endpoint.as_ref()),
        system_address: address(record.system_endpoint.as_ref()),
        holds: held.map(|agent| agent.holds),
        customer_hold_ms: held.map(|agent| agent.customer_hold_ms),
        longest_hold_ms: held.map(|agent| agent.longest_hold_ms),
        summary: SummaryJson::of(record),
        previous_contact_id: record.previous_id,
        next_contact_id: record.next_id,
        related_contact_id: record.related_id,
        name: record.name.as_ref().map(PersonalText::expose),
        description: record.description.as_ref().map(PersonalText::expose),
        connected_to_system_at: record.connected_to_system_at,
        enqueued_at: queue.map(|queue| queue.enqueued_at),
        dequeued_at: queue.and_then(|queue| queue.dequeued_at),
        connected_to_agent_at: agent.map(|agent| agent.connected_at),
        transfer_completed_at: record.transfer_completed_at,
        after_contact_work_started_at: agent.and_then(|agent| agent.after_contact_work_started_at),
        after_contact_work_ended_at: agent.and_then(|agent| agent.after_contact_work_ended_at),
        scheduled_at: record.scheduled_at,
        agent_connection_attempts: record.agent_connection_attempts,
        customer_quality: record.quality.customer.map(QualityJson::of),
        agent_quality: record.quality.agent.map(QualityJson::of),
        references: record
            .references
            .iter()
            .map(|(name, reference)| ReferenceJson {
                name,
                kind: &reference.kind,
                value: reference.value.expose(),
            })
            .collect(),
        attributes: may_attributes.then_some(AttributesJson(&record.attributes)),
        tags: &record.tags,
    }
}

/// How well a party of a call was heard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QualityJson {
    /// Estimated mean opinion, 1 to 4.5.
    mos: f64,
    packets_received: u64,
    packets_lost: u64,
    jitter_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    round_trip_us: Option<u64>,
}

impl QualityJson {
    fn of(quality: LegQuality) -> Self {
        Self {
            mos: quality.mos(),
            packets_received: quality.packets_received,
            packets_lost: quality.packets_lost,
            jitter_us: quality.jitter_us,
            round_trip_us: quality.round_trip_us,
        }
    }
}

/// An event as a line; what the pages have no word for is left out.
fn entry<'a>(
    event: &'a ContactEvent,
    name_of: &dyn Fn(ResourceKind, ResourceId) -> Option<String>,
) -> Option<EntryJson<'a>> {
    let at = event.at;
    let plain = |event| EventJson {
        at,
        event,
        queue_name: None,
        agent_username: None,
        quick_connect_name: None,
        detail: None,
    };
    let user_name = |user: &UserId| name_of(ResourceKind::User, (*user).into());
    let of_agent = |event, agent: &UserId| EventJson {
        agent_username: user_name(agent),
        ..plain(event)
    };
    let detailed = |event, detail| EventJson {
        detail: Some(detail),
        ..plain(event)
    };
    let of_queue = |event, queue: Option<&QueueRef>| EventJson {
        queue_name: match queue {
            Some(QueueRef::Standard(queue)) => name_of(ResourceKind::Queue, (*queue).into()),
            Some(QueueRef::Agent(_)) | None => None,
        },
        agent_username: match queue {
            Some(QueueRef::Agent(agent)) => user_name(agent),
            Some(QueueRef::Standard(_)) | None => None,
        },
        ..plain(event)
    };
    Some(EntryJson::Event(match &event.kind {
        ContactEventKind::Initiated => plain("INITIATED"),
        ContactEventKind::Flow(step) => return Some(flow_step(at, step, name_of)),
        ContactEventKind::Queued { queue } => of_queue("QUEUED", Some(queue)),
        ContactEventKind::Offered { agent, queue } => EventJson {
            agent_username: user_name(agent),
            ..of_queue("OFFERED", queue.as_ref())
        },
        ContactEventKind::Missed { agent, declined } if *declined => {
            of_agent("OFFER_DECLINED", agent)
        }
        ContactEventKind::Missed { agent, .. } => of_agent("OFFER_MISSED", agent),
        ContactEventKind::ConnectedToAgent { agent } => of_agent("CONNECTED_TO_AGENT", agent),
        ContactEventKind::AfterContactWorkEnded { agent } => of_agent("WRAP_UP_ENDED", agent),
        ContactEventKind::Held { agent } => of_agent("HELD", agent),
        ContactEventKind::Resumed { agent } => of_agent("RESUMED", agent),
        ContactEventKind::PreviousHeld { agent, state } => {
            let event = match state {
                PreviousParticipants::AgentOnHold => "AGENT_ON_HOLD",
                PreviousParticipants::CustomerOnHold => "CUSTOMER_ON_HOLD",
                PreviousParticipants::OffHold => "OFF_HOLD",
            };
            of_agent(event, agent)
        }
        ContactEventKind::FlowStopped { reason } => detailed("FLOW_STOPPED", reason.clone()),
        ContactEventKind::DataUpdated => plain("CONTACT_DATA_UPDATED"),
        ContactEventKind::Transferred {
            to, quick_connect, ..
        } => EventJson {
            quick_connect_name: quick_connect
                .and_then(|id| name_of(ResourceKind::QuickConnect, id.into())),
            ..of_queue("TRANSFERRED", to.as_ref())
        },
        ContactEventKind::Disconnected { reason } => {
            detailed("DISCONNECTED", reason.as_str().to_owned())
        }
        ContactEventKind::FlowStarted(_)
        | ContactEventKind::Dequeued { .. }
        | ContactEventKind::AfterContactWorkStarted { .. } => return None,
    }))
}

fn flow_step<'a>(
    at: Timestamp,
    step: &'a FlowLog,
    name_of: &dyn Fn(ResourceKind, ResourceId) -> Option<String>,
) -> EntryJson<'a> {
    EntryJson::FlowStep {
        at,
        flow_name: match step.flow.key {
            FlowKey::Flow(id) => name_of(ResourceKind::Flow, id.into()),
            FlowKey::Module(id) => name_of(ResourceKind::FlowModule, id.into()),
        }
        .unwrap_or_default(),
        block_id: &step.block,
        block_type: &step.action,
        // The way on is not worth a word where there was no other.
        outcome: Some(step.outcome.as_str())
            .filter(|outcome| !outcome.is_empty() && *outcome != "NextAction"),
    }
}
