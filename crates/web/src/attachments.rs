//! The attachments origin: files go up and come down by grants for one object, without cookies.

use std::time::Duration;

use app::AppError;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
    CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue,
};
use http::{HeaderMap, StatusCode};
use model::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::api::request::body_within;
use crate::error::{self, ApiError};
use crate::gate::Arrival;
use crate::settings::WebSettings;
use crate::state::WebState;

#[cfg(test)]
mod tests;

/// How long one transfer may take.
pub(crate) const TRANSFER_TIMEOUT: Duration = Duration::from_mins(2);
/// Longest grant that is looked at, characters.
const GRANT_CHARS_MAX: usize = 512;

/// What need not be encoded in `filename*` (RFC 8187, `attr-char`, letters and digits aside).
const ATTR_CHARS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Where the bytes of a granted upload are sent.
pub(crate) fn upload_url(settings: &WebSettings, grant: &Secret<String>) -> String {
    format!("{}/upload/{}", settings.attachments_origin, grant.expose())
}

/// Where a granted download lies.
pub(crate) fn download_url(settings: &WebSettings, grant: &Secret<String>) -> String {
    format!(
        "{}/download/{}",
        settings.attachments_origin,
        grant.expose()
    )
}

/// `OPTIONS /upload/{grant}` and `OPTIONS /download/{grant}`.
pub(crate) async fn preflight() -> Response {
    let allowed = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, PUT"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// `PUT /upload/{grant}`.
pub(crate) async fn upload(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    Path(grant): Path<String>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    state.limit_file_transfer(&arrival)?;
    check_grant(&grant)?;
    // Files are held in memory while they are sealed: not too many at once.
    let _place = state.transfer_place()?;
    let announced = state.app().announced_upload(&grant).await;
    let announced = announced.map_err(refused)?;
    check_content_type(request.headers(), &announced.content_type)?;
    let size = usize::try_from(announced.size_bytes).map_err(|_| error::REQUEST_TOO_LARGE)?;
    let bytes = body_within(request, size).await?;
    state.app().upload(&grant, bytes).await.map_err(refused)?;
    Ok(StatusCode::OK)
}

/// `GET /download/{grant}`.
pub(crate) async fn download(
    State(state): State<WebState>,
    Extension(arrival): Extension<Arrival>,
    Path(grant): Path<String>,
) -> Result<Response, ApiError> {
    state.limit_file_transfer(&arrival)?;
    check_grant(&grant)?;
    let place = state.transfer_place()?;
    let file = state.app().download(&grant).await.map_err(refused)?;
    let disposition = disposition(file.name.expose());
    let content_type = HeaderValue::try_from(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // The clear bytes are wiped when they are sent; the place is free again then.
    let bytes = bytes::Bytes::from_owner(Held {
        bytes: file.bytes,
        _place: place,
    });
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

struct Held {
    bytes: zeroize::Zeroizing<Vec<u8>>,
    _place: tokio::sync::OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The type that the grant names must come along; parameters such as a charset may follow it.
fn check_content_type(headers: &HeaderMap, announced: &str) -> Result<(), ApiError> {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|sent| sent.to_str().ok());
    let sent = sent.map(|sent| sent.split(';').next().unwrap_or_default().trim());
    if sent.is_some_and(|sent| sent.eq_ignore_ascii_case(announced)) {
        Ok(())
    } else {
        Err(error::OTHER_FILE_TYPE)
    }
}

pub(crate) fn check_grant(grant: &str) -> Result<(), ApiError> {
    if grant.len() > GRANT_CHARS_MAX {
        return Err(error::NOT_FOUND);
    }
    Ok(())
}

/// A grant that is wrong, expired or used names nothing.
fn refused(error: AppError) -> ApiError {
    match error {
        AppError::AccessDenied { .. } | AppError::NotFound { .. } => error::NOT_FOUND,
        AppError::Invalid(message) => ApiError::attachment_refused(message),
        other => other.into(),
    }
}

/// Always saved, never shown, under its own name (RFC 6266).
pub(crate) fn disposition(name: &str) -> HeaderValue {
    let encoded = utf8_percent_encode(name, ATTR_CHARS);
    HeaderValue::try_from(format!("attachment; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}
