//! Callers of `connectparticipant`: browsers and programs with a token of one chat. Their signatures
//! mean nothing (`amazon-connect-chatjs` signs with an empty key) and are not looked at.

use app::Principal;
use app::chat::TokenKind;
use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use model::{RequestId, Secret};

use super::{Api, Authenticated, PARTICIPANT_BODY_BYTES_MAX};
use crate::body;
use crate::error::Refusal;
use crate::operation::Service;

/// Longest token that is looked at (`ConnectionToken` of the service model), bytes.
const TOKEN_BYTES_MAX: usize = 1000;

const BEARER: &str = "x-amz-bearer";

/// Headers that the AWS SDK in `amazon-connect-chatjs` sends.
const ALLOWED_HEADERS: &str = "authorization,content-type,x-amz-bearer,x-amz-content-sha256,\
    x-amz-date,x-amz-user-agent,amz-sdk-invocation-id,amz-sdk-request";

/// Answers a request to the participant API, pages of approved origins included.
pub(super) async fn serve(
    api: &Api,
    request_id: RequestId,
    parts: &Parts,
    body: &mut Body,
) -> Response {
    let origin = match approved_origin(api, &parts.headers) {
        Ok(origin) => origin,
        Err(refusal) => return api.turn_away(Service::Participant, request_id, parts, &refusal),
    };
    let mut response = match (&origin, &parts.method) {
        (Some(_), &Method::OPTIONS) => preflight(),
        _ => match authenticate(api, parts, body).await {
            Ok(caller) if !is_approved_for(api, origin.as_ref(), &caller.principal) => {
                let refusal = Refusal::OriginNotApproved;
                api.turn_away(Service::Participant, request_id, parts, &refusal)
            }
            Ok(caller) => {
                api.call(Service::Participant, request_id, parts, caller)
                    .await
            }
            Err(refusal) => api.turn_away(Service::Participant, request_id, parts, &refusal),
        },
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-amzn-requestid,x-amzn-errortype"),
        );
    }
    response
}

/// The origin of the page, where one calls; a page that is not approved gets no further.
fn approved_origin(api: &Api, headers: &HeaderMap) -> Result<Option<HeaderValue>, Refusal> {
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => Ok(None),
        (Some(origin), None) if origin.to_str().is_ok_and(|origin| api.approves(origin)) => {
            Ok(Some(origin.clone()))
        }
        _ => Err(Refusal::OriginNotApproved),
    }
}

/// Whether the page may speak for this participant: another instance's approval does not count.
fn is_approved_for(api: &Api, origin: Option<&HeaderValue>, principal: &Principal) -> bool {
    let Some(origin) = origin else { return true };
    let Principal::Participant { instance, .. } = principal else {
        return false;
    };
    origin.to_str().is_ok_and(|origin| {
        api.settings.approves(origin) || api.app.approves_origin(*instance, origin)
    })
}

fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET,POST,OPTIONS"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(ALLOWED_HEADERS),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// The token first: a stranger's body is not even read.
async fn authenticate(api: &Api, parts: &Parts, body: &mut Body) -> Result<Authenticated, Refusal> {
    let denied = || {
        Refusal::App(app::AppError::AccessDenied {
            action: "execute-api:Invoke",
        })
    };
    let mut tokens = parts.headers.get_all(BEARER).iter();
    let (Some(token), None) = (tokens.next(), tokens.next()) else {
        return Err(denied());
    };
    let token = token
        .to_str()
        .ok()
        .filter(|token| (1..=TOKEN_BYTES_MAX).contains(&token.len()))
        .ok_or_else(denied)?;
    let kind = match parts.uri.path() {
        "/participant/connection" => TokenKind::Participant,
        _ => TokenKind::Connection,
    };
    let principal = api.app.participant(&Secret::new(token.to_owned()), kind)?;
    let Principal::Participant { participant, .. } = &principal else {
        return Err(denied());
    };
    Ok(Authenticated {
        caller: participant.to_string(),
        principal,
        body: body::read(body, PARTICIPANT_BODY_BYTES_MAX, body::BODY_TIMEOUT).await?,
        _place: None,
    })
}
