//! Where an agent can transfer a contact to.

use app::Target;
use app::action::ListOwnQuickConnects;
use axum::extract::State;
use axum::{Extension, Json};
use model::resource::{BodyOf, QuickConnect, QuickConnectDestination};
use model::{ContactId, QuickConnectId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::request::{StrictQuery, path_id};
use crate::error::ApiError;
use crate::gate::SignedIn;
use crate::state::WebState;

/// Most quick connects of one answer.
const QUICK_CONNECTS_MAX: usize = 700;

/// The query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OfContact {
    contact_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuickConnectsJson {
    quick_connects: Vec<QuickConnectJson>,
}

#[derive(Serialize)]
struct QuickConnectJson {
    id: QuickConnectId,
    name: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// `GET /api/quick-connects?contactId=…`: those of the contact's queue, by name.
pub(crate) async fn list(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    StrictQuery(query): StrictQuery<OfContact>,
) -> Result<Json<QuickConnectsJson>, ApiError> {
    let contact: ContactId = path_id(&query.contact_id)?;
    let parameters = json!({"contactId": contact.to_string()});
    let call = signed_in.call_about("ListOwnQuickConnects", parameters);
    let target = Target::Contact(state.settings().instance, contact);
    let result = state
        .app()
        .authorize::<ListOwnQuickConnects>(&call, target)
        .and_then(|permit| state.app().own_quick_connects(&permit));
    state.app().finish(&call, &result).await;
    let found = result.map_err(|error| ApiError::from(error).hiding_existence())?;
    let mut quick_connects: Vec<_> = found
        .iter()
        .filter_map(|resource| {
            let body = QuickConnect::of(&resource.body)?;
            Some(QuickConnectJson {
                id: resource.id.into(),
                name: resource.name.clone(),
                kind: match body.destination {
                    QuickConnectDestination::User { .. } => "USER",
                    QuickConnectDestination::Queue { .. } => "QUEUE",
                    QuickConnectDestination::PhoneNumber(_) => "PHONE_NUMBER",
                },
                description: body.description.clone(),
            })
        })
        // Chats and tasks, the channels there are, go to agents and queues alone.
        .filter(|quick_connect| quick_connect.kind != "PHONE_NUMBER")
        .collect();
    quick_connects.sort_by(|a, b| a.name.cmp(&b.name));
    quick_connects.truncate(QUICK_CONNECTS_MAX);
    Ok(Json(QuickConnectsJson { quick_connects }))
}
