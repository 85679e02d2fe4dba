//! Recordings at the attachments origin: WAV by grant, opened piece by piece, from any place.

use std::ops::Range;

use app::AppError;
use app::recordings::Playback;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::StatusCode;
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap,
    HeaderValue, RANGE,
};
use model::Secret;

use crate::attachments::{check_grant, disposition};
use crate::error::{self, ApiError};
use crate::gate::Arrival;
use crate::settings::WebSettings;
use crate::state::WebState;

#[cfg(test)]
mod tests;

/// Longest `Range` that is looked at, bytes.
const RANGE_BYTES_MAX: usize = 64;

/// Where a granted recording is heard.
pub(crate) fn recording_url(settings: &WebSettings, grant: &Secret<String>) -> String {
    format!(
        "{}/recording/{}",
        settings.attachments_origin,
        grant.expose()
    )
}

/// `GET /recording/{grant}`: all of it, or the part that a player asks for.
pub(crate) async fn play(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    Path(grant): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    state.limit_file_transfer(&arrival)?;
    check_grant(&grant)?;
    // A player that rests keeps its connection: it must not take the places of files.
    let place = state.playback_place()?;
    let mut playback = state.app().play_recording(&grant).await.map_err(refused)?;
    let length = playback.file_bytes();
    let (status, range) = match part(&headers, length) {
        Part::All => (StatusCode::OK, 0..length),
        Part::Only(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Nothing => {
            let header = [(CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, header).into_response());
        }
    };
    let recording = playback.recording();
    let began = recording.started_at.as_millis() / 1000;
    let name = format!("recording-{}-{began}.wav", recording.contact);
    playback.only(range.clone());
    // The body ends with an error where the recording turns out to be altered: half a file is never taken
    // for a whole one, because its length was said before.
    let pieces = stream::try_unfold((playback, place), async |(mut playback, place)| {
        let piece = Playback::next(&mut playback).await?;
        Ok::<_, AppError>(piece.map(|piece| (piece, (playback, place))))
    });
    let mut response = (status, Body::from_stream(pieces)).into_response();
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    answer.insert(CONTENT_DISPOSITION, disposition(&name));
    answer.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        if let Ok(value) = HeaderValue::try_from(text) {
            answer.insert(CONTENT_RANGE, value);
        }
    }
    Ok(response)
}

/// Which part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    All,
    Only(Range<u64>),
    /// None of what there is.
    Nothing,
}

/// The part that `Range` names (RFC 9110, section 14). What it does not understand, and several parts at
/// once, are the whole file, as the RFC allows.
fn part(headers: &HeaderMap, length: u64) -> Part {
    let asked = headers
        .get(RANGE)
        .filter(|value| value.len() <= RANGE_BYTES_MAX)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().strip_prefix("bytes="))
        .and_then(|text| text.split_once('-'));
    let Some((first, last)) = asked else {
        return Part::All;
    };
    let range = match (first.trim(), last.trim()) {
        ("", last) => match last.parse::<u64>() {
            Ok(count) => length.saturating_sub(count)..length,
            Err(_) => return Part::All,
        },
        (first, "") => match first.parse() {
            Ok(first) => first..length,
            Err(_) => return Part::All,
        },
        (first, last) => match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
            _ => return Part::All,
        },
    };
    if range.start < range.end {
        Part::Only(range)
    } else {
        Part::Nothing
    }
}

/// A grant that is wrong or expired names nothing.
fn refused(error: AppError) -> ApiError {
    match error {
        AppError::AccessDenied { .. } | AppError::NotFound { .. } => error::NOT_FOUND,
        other => other.into(),
    }
}
