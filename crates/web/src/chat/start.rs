//! `POST /chat/start`: a visitor of an approved page starts a chat. Body and answer are those of
//! amazon-connect-chat-interface and its sample backend (`startChatContactAPI`).

use std::collections::BTreeMap;
use std::str::FromStr;

use app::action::StartChatContact;
use app::contact::StartChat;
use app::{AppError, Principal, Target};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
};
use model::arn::ArnTarget;
use model::contact::PersonalText;
use model::{Arn, FlowId, InstanceId, ResourceKind};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::request::JsonBody;
use crate::error::{self, ApiError};
use crate::gate::Arrival;
use crate::state::WebState;

#[cfg(test)]
mod tests;

/// Shortest client token of a visitor, characters. Its repetition is answered with the chat's token, so
/// that it must not be guessed: a UUID is fine.
const CLIENT_TOKEN_CHARS_MIN: usize = 32;
/// Name of a customer who gave none.
const DISPLAY_NAME_DEFAULT: &str = "Customer";

/// The body. Members that the interface sends and that mean nothing here are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StartBody {
    instance_id: String,
    contact_flow_id: String,
    participant_details: Option<ParticipantDetails>,
    #[serde(default)]
    attributes: Option<BTreeMap<String, String>>,
    initial_message: Option<InitialMessage>,
    #[serde(default)]
    supported_messaging_content_types: Option<Vec<String>>,
    chat_duration_in_minutes: Option<u32>,
    client_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ParticipantDetails {
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitialMessage {
    content_type: String,
    content: String,
}

/// `OPTIONS /chat/start`.
pub(crate) async fn preflight() -> Response {
    let allowed = [
        (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// `POST /chat/start`.
pub(crate) async fn start(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    JsonBody(body): JsonBody<StartBody>,
) -> Result<Json<Value>, ApiError> {
    state.limit_chat_start(&arrival)?;
    let public: Vec<FlowId> = state.public_flows().collect();
    let new = chat_of(body, state.settings().instance, &public)?;
    let flow = new.flow;
    let parameters = json!({"contactFlowId": flow.to_string()});
    let call = arrival.call_about(Principal::Visitor, "StartChatContact", parameters);
    let target = Target::Resource(state.settings().instance, ResourceKind::Flow, flow.into());
    let result = async {
        let permit = state.app().authorize::<StartChatContact>(&call, target)?;
        state.app().start_contact(&call, permit, new).await
    }
    .await;
    state.app().finish(&call, &result).await;
    let started = result.map_err(|error| match error {
        AppError::AccessDenied { .. } => error::CHAT_REFUSED,
        other => other.into(),
    })?;
    Ok(Json(json!({"data": {"startChatResult": {
        "ContactId": started.contact,
        "ParticipantId": started.participant,
        "ParticipantToken": started.token.expose(),
    }}})))
}

/// What visitors may ask for: this instance, and flows that are marked for it. Another instance and
/// another flow are refused alike, whether or not they exist.
fn chat_of(
    body: StartBody,
    instance: InstanceId,
    public: &[FlowId],
) -> Result<StartChat, ApiError> {
    let flow = flow_id(&body.contact_flow_id)
        .filter(|flow| public.contains(flow))
        .filter(|_| instance_id(&body.instance_id) == Some(instance))
        .ok_or(error::CHAT_REFUSED)?;
    let short = |token: &String| token.chars().count() < CLIENT_TOKEN_CHARS_MIN;
    if body.client_token.as_ref().is_some_and(short) {
        return Err(ApiError::invalid(format!(
            "`ClientToken` has at least {CLIENT_TOKEN_CHARS_MIN} random characters, such as a UUID"
        )));
    }
    let display_name = body
        .participant_details
        .and_then(|details| details.display_name)
        .filter(|name| !name.trim().is_empty());
    Ok(StartChat {
        flow,
        display_name: display_name.map_or(PersonalText::from(DISPLAY_NAME_DEFAULT), Into::into),
        attributes: body.attributes.unwrap_or_default().into_iter().collect(),
        initial_message: body
            .initial_message
            .map(|message| (message.content_type, message.content.into())),
        supported_content_types: body.supported_messaging_content_types.unwrap_or_default(),
        duration_min: body.chat_duration_in_minutes,
        segment_attributes: BTreeMap::new(),
        customer_id: None,
        related: None,
        client_token: body.client_token,
    })
}

/// An id, or the id that an ARN of the instance names.
fn instance_id(text: &str) -> Option<InstanceId> {
    id_or_arn(text, |arn| match arn.target {
        ArnTarget::Instance => Some(arn.scope.instance),
        ArnTarget::Resource(..) | ArnTarget::Contact(_) => None,
    })
}

/// An id, or the id that an ARN of a flow names.
fn flow_id(text: &str) -> Option<FlowId> {
    id_or_arn(text, |arn| match arn.target {
        ArnTarget::Resource(ResourceKind::Flow, id) => Some(id.into()),
        _ => None,
    })
}

fn id_or_arn<T: FromStr>(text: &str, of_arn: impl FnOnce(Arn) -> Option<T>) -> Option<T> {
    text.parse()
        .ok()
        .or_else(|| text.parse().ok().and_then(of_arn))
}
