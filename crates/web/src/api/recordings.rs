//! Recordings of a contact: which there are, what a player needs, leave to save one.

use app::action::{DownloadRecording, ListenRecording, ReadContactPage};
use app::recordings::RecordingOverview;
use app::{App, AppError, Call, Target};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use media::recording::MarkKind;
use model::{ContactId, Recording, RecordingId, RecordingPart, RecordingState, Timestamp};
use serde::Serialize;
use serde_json::json;

use crate::api::attachments::DownloadJson;
use crate::api::request::path_id;
use crate::error::{self, ApiError};
use crate::gate::SignedIn;
use crate::recordings::recording_url;
use crate::state::WebState;

/// Body of `GET …/recordings`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordingsJson {
    recordings: Vec<RecordingJson>,
    download_permitted: bool,
}

/// A recording.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordingJson {
    recording_id: RecordingId,
    part: RecordingPart,
    state: RecordingState,
    started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    length_ms: u64,
    gaps: u32,
}

/// Body of `GET …/recordings/{recording}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OverviewJson {
    recording: RecordingJson,
    url: String,
    expires_at: Timestamp,
    customer: Vec<u8>,
    agent: Vec<u8>,
    marks: Vec<MarkJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MarkJson {
    at_ms: u32,
    kind: &'static str,
}

/// `GET /api/contacts/{contact}/recordings`.
pub(crate) async fn list(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path(contact): Path<String>,
) -> Result<Json<RecordingsJson>, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let parameters = json!({"contactId": contact.to_string()});
    let call = signed_in.call_about("ListRecordings", parameters);
    let target = Target::Contact(state.settings().instance, contact);
    let app = state.app();
    let result = async {
        let permit = app.authorize::<ListenRecording>(&call, target)?;
        app.list_recordings(&call, permit).await
    }
    .await;
    app.finish(&call, &result).await;
    let recordings = result.map_err(|error| refused(app, &call, target, error))?;
    let may_save = app.authorize::<DownloadRecording>(&call, target).is_ok();
    Ok(Json(RecordingsJson {
        recordings: recordings.iter().map(recording_json).collect(),
        download_permitted: may_save,
    }))
}

/// `GET /api/contacts/{contact}/recordings/{recording}`.
pub(crate) async fn listen(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path((contact, recording)): Path<(String, String)>,
) -> Result<Json<OverviewJson>, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let recording: RecordingId = path_id(&recording)?;
    let parameters =
        json!({"contactId": contact.to_string(), "recordingId": recording.to_string()});
    let call = signed_in.call_about("ListenRecording", parameters);
    let target = Target::Contact(state.settings().instance, contact);
    let app = state.app();
    let result = async {
        let permit = app.authorize::<ListenRecording>(&call, target)?;
        app.listen_to_recording(&call, permit, recording).await
    }
    .await;
    app.finish(&call, &result).await;
    let overview = result.map_err(|error| refused(app, &call, target, error))?;
    let url = recording_url(state.settings(), &overview.grant.grant);
    Ok(Json(overview_json(overview, url)))
}

/// `GET /api/contacts/{contact}/recordings/{recording}/file`.
pub(crate) async fn download(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    Path((contact, recording)): Path<(String, String)>,
) -> Result<Json<DownloadJson>, ApiError> {
    let contact: ContactId = path_id(&contact)?;
    let recording: RecordingId = path_id(&recording)?;
    let parameters =
        json!({"contactId": contact.to_string(), "recordingId": recording.to_string()});
    let call = signed_in.call_about("DownloadRecording", parameters);
    let target = Target::Contact(state.settings().instance, contact);
    let app = state.app();
    let result = async {
        let permit = app.authorize::<DownloadRecording>(&call, target)?;
        app.download_recording(&call, permit, recording).await
    }
    .await;
    app.finish(&call, &result).await;
    let granted = result.map_err(|error| refused(app, &call, target, error))?;
    Ok(Json(DownloadJson::new(
        recording_url(state.settings(), &granted.grant),
        granted.expires_at,
    )))
}

fn recording_json(recording: &Recording) -> RecordingJson {
    RecordingJson {
        recording_id: recording.id,
        part: recording.part,
        state: recording.state,
        started_at: recording.started_at,
        ended_at: recording.ended_at,
        length_ms: recording.length_ms,
        gaps: recording.gaps,
    }
}

fn overview_json(overview: RecordingOverview, url: String) -> OverviewJson {
    let marks = overview.marks.iter().map(|mark| MarkJson {
        at_ms: mark.at_ms,
        kind: match mark.kind {
            MarkKind::Paused => "PAUSED",
            MarkKind::Resumed => "RESUMED",
            MarkKind::Gap => "GAP",
        },
    });
    OverviewJson {
        recording: recording_json(&overview.recording),
        url,
        expires_at: overview.grant.expires_at,
        marks: marks.collect(),
        customer: overview.survey.customer,
        agent: overview.survey.agent,
    }
}

/// Whoever may see the contact may know that the permission is missing; all others, nothing.
fn refused(app: &App, call: &Call, target: Target, error: AppError) -> ApiError {
    match error {
        AppError::AccessDenied { .. } => {
            if app.authorize::<ReadContactPage>(call, target).is_ok() {
                error::NOT_PERMITTED
            } else {
                error::NOT_FOUND
            }
        }
        other => other.into(),
    }
}
