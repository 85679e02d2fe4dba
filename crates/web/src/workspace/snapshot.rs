//! The snapshot as the page sees it: everything of an agent, whole.

use app::MediaPlace;
use app::agent::{ContactDetail, Status, WorkspaceSnapshot};
use flow::command::PreviousParticipants;
use model::contact::PersonalText;
use model::{
    AgentContactState, AgentStatusId, AgentStatusType, Channel, ContactId, ParticipantId,
    Timestamp, UserId,
};
use serde::{Serialize, Serializer};

/// A snapshot. Serializing it shows the agent's contacts to the agent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SnapshotJson<'a> {
    server_time: Timestamp,
    agent: AgentJson<'a>,
    contacts: Vec<ContactJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AgentJson<'a> {
    user_id: UserId,
    username: &'a str,
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<StatusJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_status: Option<StatusJson<'a>>,
    statuses: Vec<StatusJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusJson<'a> {
    id: AgentStatusId,
    name: &'a str,
    kind: AgentStatusType,
    #[serde(skip_serializing_if = "Option::is_none")]
    since_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContactJson<'a> {
    contact_id: ContactId,
    initial_contact_id: ContactId,
    channel: Channel,
    state: AgentContactState,
    state_at: Timestamp,
    initiated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrap_up_ends_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    references: Vec<ReferenceJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<ParticipantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sequence: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_sequence: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<CallJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallJson<'a> {
    held: bool,
    /// While a flow has the call: whom it speaks with.
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_speaks_with: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_address: Option<&'a str>,
    /// Which browser of the agent has the media.
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'static str>,
}

/// A reference of a contact, as pages see it.
#[derive(Serialize)]
pub(crate) struct ReferenceJson<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) value: &'a str,
}

/// Attributes of a contact, as pages see them.
pub(crate) struct AttributesJson<'a>(pub(crate) &'a model::Attributes);

impl Serialize for AttributesJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

impl<'a> SnapshotJson<'a> {
    /// Of what the agent has at hand.
    pub(crate) fn of(snapshot: &'a WorkspaceSnapshot) -> Self {
        let since = snapshot.status_since;
        Self {
            server_time: snapshot.at,
            agent: AgentJson {
                user_id: snapshot.user,
                username: &snapshot.username,
                display_name: snapshot.display_name.expose(),
                status: snapshot
                    .status
                    .as_ref()
                    .map(|status| status_json(status, Some(since))),
                next_status: snapshot
                    .next_status
                    .as_ref()
                    .map(|status| status_json(status, None)),
                statuses: snapshot
                    .statuses
                    .iter()
                    .map(|status| status_json(status, None))
                    .collect(),
            },
            contacts: snapshot
                .contacts
                .iter()
                .map(|detail| contact_json(detail))
                .collect(),
        }
    }
}

fn status_json(status: &Status, since_at: Option<Timestamp>) -> StatusJson<'_> {
    StatusJson {
        id: status.id,
        name: &status.name,
        kind: status.kind,
        since_at,
    }
}

fn contact_json(detail: &ContactDetail) -> ContactJson<'_> {
    let contact = &detail.contact;
    let during = |state| contact.deadline.filter(|_| contact.state == state);
    ContactJson {
        contact_id: contact.contact,
        initial_contact_id: contact.initial_contact.unwrap_or(contact.contact),
        channel: contact.channel,
        state: contact.state,
        state_at: contact.since,
        initiated_at: detail.initiated_at.unwrap_or(contact.since),
        offer_expires_at: during(AgentContactState::Connecting),
        wrap_up_ends_at: during(AgentContactState::Ended),
        queue_name: contact.queue.as_ref().map(|(_, name)| name.as_str()),
        customer_name: contact.customer_name.as_ref().map(PersonalText::expose),
        name: detail.name.as_ref().map(PersonalText::expose),
        description: detail.description.as_ref().map(PersonalText::expose),
        references: detail
            .references
            .iter()
            .map(|(name, reference)| ReferenceJson {
                name,
                kind: &reference.kind,
                value: reference.value.expose(),
            })
            .collect(),
        attributes: detail.attributes.as_ref().map(AttributesJson),
        participant_id: contact.participant,
        last_sequence: detail.last_sequence,
        read_sequence: detail.read_sequence,
        call: (contact.channel == Channel::Voice).then(|| CallJson {
            held: contact.held.unwrap_or(false),
            flow_speaks_with: contact.staying.map(|staying| match staying {
                PreviousParticipants::AgentOnHold => "CUSTOMER",
                PreviousParticipants::CustomerOnHold => "AGENT",
                PreviousParticipants::OffHold => "BOTH",
            }),
            customer_address: contact.customer_address.as_ref().map(PersonalText::expose),
            media: detail.media.map(|place| match place {
                MediaPlace::Here => "HERE",
                MediaPlace::Elsewhere => "ELSEWHERE",
            }),
        }),
    }
}
