//! Callers of `connect` and `sts`: they sign with an access key.

use std::sync::Arc;

use app::AppError;
use axum::body::Body;
use http::request::Parts;
use serde_json::{Map, Value};
use tokio::sync::OwnedSemaphorePermit;

use super::{Api, Authenticated, CONNECT_BODY_BYTES_MAX};
use crate::body::{self, BODY_TIMEOUT, FILE_TIMEOUT};
use crate::error::Refusal;
use crate::operation::{Entry, Service};
use crate::route::parse_query;
use crate::sigv4::{RequestHead, SignedRequest};

/// When a place for a file may be free again, seconds.
const FILE_RETRY_S: u32 = 5;

/// Checks head and key first, then takes the body, then checks the signature over all of it.
pub(super) async fn authenticate(
    api: &Api,
    service: Service,
    parts: &Parts,
    body: &mut Body,
) -> Result<Authenticated, Refusal> {
    let head = RequestHead {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        authority: parts.uri.authority().map(http::uri::Authority::as_str),
    };
    let region = &api.app.settings().region;
    let signed = SignedRequest::read(head, region, service.signing_name(), api.app.now())?;
    // No temporary credentials are issued, so no security token is one of ours.
    if parts.headers.contains_key("x-amz-security-token") {
        return Err(Refusal::UnknownKey);
    }
    let key = api
        .app
        .signin()
        .access_key(signed.key_id())
        .await?
        .ok_or(Refusal::UnknownKey)?;
    let (limit, timeout, place) = match api.file_limit(parts) {
        None => (CONNECT_BODY_BYTES_MAX, BODY_TIMEOUT, None),
        Some(limit) => (limit, FILE_TIMEOUT, Some(place_for_file(api)?)),
    };
    let body = body::read(body, limit, timeout).await?;
    signed.verify(&key.secret, &body, &api.signing_keys)?;
    Ok(Authenticated {
        caller: signed.key_id().to_owned(),
        principal: key.principal.clone(),
        body,
        _place: place,
    })
}

/// A place for a file in memory.
fn place_for_file(api: &Api) -> Result<OwnedSemaphorePermit, Refusal> {
    let place = Arc::clone(&api.files).try_acquire_owned();
    place.map_err(|_| {
        Refusal::App(AppError::Throttled {
            retry_after_s: FILE_RETRY_S,
        })
    })
}

/// The form of the query protocol; it must ask for the operation of this path.
pub(super) fn parse_form(entry: &Entry, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let malformed = || Refusal::Malformed("the body is not a form".to_owned());
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let members = parse_query(text).ok_or_else(malformed)?;
    let mut actions = members.iter().filter(|(name, _)| name == "Action");
    match (actions.next(), actions.next()) {
        (Some((_, action)), None) if action == entry.spec.operation() => {}
        _ => return Err(Refusal::UnknownOperation),
    }
    Ok(members
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect())
}
