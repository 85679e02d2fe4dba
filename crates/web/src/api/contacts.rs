//! The list of recent contacts.

use app::Target;
use app::action::ListContacts;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use model::contact::{ContactRecord, DisconnectReason, PersonalText};
use model::{Channel, ContactId, InitiationMethod, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api::request::{StrictQuery, path_id};
use crate::error::ApiError;
use crate::gate::SignedIn;
use crate::state::WebState;

/// Contacts of one page.
const PAGE_MAX: u32 = 100;
/// Contacts of one page where nothing is said.
const PAGE_DEFAULT: u32 = 50;

/// The query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    limit: Option<u32>,
    cursor: Option<String>,
    channel: Option<Channel>,
}

/// What a list shows of a contact, to those permitted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SummaryJson<'a> {
    contact_id: ContactId,
    initial_contact_id: ContactId,
    channel: Channel,
    initiation_method: InitiationMethod,
    initiated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    disconnected_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disconnect_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
}

impl<'a> SummaryJson<'a> {
    /// Of a record.
    pub(crate) fn of(record: &'a ContactRecord) -> Self {
        Self {
            contact_id: record.id,
            initial_contact_id: record.initial_id,
            channel: record.channel,
            initiation_method: record.initiation_method,
            initiated_at: record.initiated_at,
            disconnected_at: record.disconnected_at,
            disconnect_reason: record.disconnect_reason.map(DisconnectReason::as_str),
            queue_name: record.queue.as_ref().map(|queue| queue.name.as_str()),
            agent_username: record.agent.as_ref().map(|agent| agent.username.expose()),
            customer_name: record
                .customer_display_name
                .as_ref()
                .map(PersonalText::expose),
        }
    }
}

/// `GET /api/contacts`.
pub(crate) async fn list(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    StrictQuery(query): StrictQuery<PageQuery>,
) -> Result<Response, ApiError> {
    let limit = query.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(ApiError::invalid(format!("`limit` is 1 to {PAGE_MAX}")));
    }
    let after = query.cursor.as_deref().map(path_id).transpose()?;
    let call = signed_in.call("ListContacts");
    let target = Target::Instance(state.settings().instance);
    let result = async {
        let permit = state.app().authorize::<ListContacts>(&call, target)?;
        state.app().list_contacts(&call, permit, after, limit).await
    }
    .await;
    state.app().finish(&call, &result).await;
    let page = result?;
    Ok(Json(page_json(&page.records, page.next, query.channel)).into_response())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageJson<'a> {
    contacts: Vec<SummaryJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<ContactId>,
}

/// A page may show fewer than asked for where a channel is chosen; `nextCursor` says whether it goes on.
fn page_json(
    records: &[ContactRecord],
    next_cursor: Option<ContactId>,
    channel: Option<Channel>,
) -> PageJson<'_> {
    PageJson {
        contacts: records
            .iter()
            .filter(|record| channel.is_none_or(|channel| record.channel == channel))
            .map(SummaryJson::of)
            .collect(),
        next_cursor,
    }
}
