//! Files of an agent's chats: grants to upload and download at the attachments origin.

use std::collections::BTreeMap;

use app::action::{Converse, ReadContactTranscript, ReadOwnTranscript};
use app::chat::NewAttachment;
use app::{AppError, Target};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use model::{AttachmentId, ContactId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::request::{JsonBody, path_id};
use crate::attachments::{download_url, upload_url};
use crate::error::ApiError;
use crate::gate::SignedIn;
use crate::state::WebState;

/// Body of `POST …/attachments`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewFile {
    name: String,
    size: u64,
    content_type: String,
}

/// Body of `POST …/complete`: an empty object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Where to upload, how, and until when.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadJson {
    attachment_id: AttachmentId,
    url: String,
    headers: BTreeMap<&'static str, String>,
    expires_at: Timestamp,
}

/// Where to download, and until when.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DownloadJson {
    url: String,
    expires_at: Timestamp,
}

impl DownloadJson {
    pub(crate) const fn new(url: String, expires_at: Timestamp) -> Self {
        Self { url, expires_at }
    }
}

/// `POST /api/contacts/{contact}/attachments`.
pub(crate) async fn start(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path(contact): Path<String>,
    JsonBody(file): JsonBody<NewFile>,
) -> Result<Json<UploadJson>, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let call = signed_in.call_about(
        "StartAttachmentUpload",
        json!({"contactId": contact.to_string()}),
    );
    let target = Target::Contact(state.settings().instance, contact);
    let content_type = file.content_type.clone();
    let result = async {
        let permit = state.app().authorize::<Converse>(&call, target)?;
        let new = NewAttachment {
            name: file.name.into(),
            content_type: file.content_type,
            size_bytes: file.size,
        };
        state.app().agent_start_attachment(permit, new).await
    }
    .await;
    state.app().finish(&call, &result).await;
    let granted = result.map_err(refused)?;
    Ok(Json(UploadJson {
        attachment_id: granted.attachment,
        url: upload_url(state.settings(), &granted.grant),
        headers: BTreeMap::from([("Content-Type", content_type)]),
        expires_at: granted.expires_at,
    }))
}

/// `POST /api/contacts/{contact}/attachments/{attachment}/complete`.
pub(crate) async fn complete(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path((contact, attachment)): Path<(String, String)>,
    JsonBody(Nothing {}): JsonBody<Nothing>,
) -> Result<StatusCode, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let attachment: AttachmentId = path_id(&attachment)?;
    let call = signed_in.call_about(
        "CompleteAttachmentUpload",
        json!({"contactId": contact.to_string()}),
    );
    let target = Target::Contact(state.settings().instance, contact);
    let result = async {
        let permit = state.app().authorize::<Converse>(&call, target)?;
        state
            .app()
            .agent_complete_attachment(&call, permit, attachment)
            .await
    }
    .await;
    state.app().finish(&call, &result).await;
    result.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/contacts/{contact}/attachments/{attachment}`.
pub(crate) async fn grant(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path((contact, attachment)): Path<(String, String)>,
) -> Result<Json<DownloadJson>, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let attachment: AttachmentId = path_id(&attachment)?;
    let call = signed_in.call_about("GetAttachment", json!({"contactId": contact.to_string()}));
    let target = Target::Contact(state.settings().instance, contact);
    let app = state.app();
    let result = async {
        // Whoever reads all transcripts gets their files, of contacts that are over as well; an agent
        // gets those of its own open chats.
        if let Ok(permit) = app.authorize::<ReadContactTranscript>(&call, target) {
            return app
                .contact_attachment_grant(&call, permit, attachment)
                .await;
        }
        let permit = app.authorize::<ReadOwnTranscript>(&call, target)?;
        app.agent_attachment_grant(&call, permit, attachment).await
    }
    .await;
    state.app().finish(&call, &result).await;
    let granted = result.map_err(|error| ApiError::from(error).hiding_existence())?;
    Ok(Json(DownloadJson {
        url: download_url(state.settings(), &granted.grant),
        expires_at: granted.expires_at,
    }))
}

/// Size, type and name that are not taken have a code of their own. A contact that is not the
/// agent's own may not be known to exist.
fn refused(error: AppError) -> ApiError {
    match error {
        AppError::Invalid(message) | AppError::WrongState(message) => {
            ApiError::attachment_refused(message)
        }
        other => ApiError::from(other).hiding_existence(),
    }
}
