//! The gate that every request passes: host, origin, session, CSRF token, time-out, headers, log.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use app::{Call, Principal};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
    VARY,
};
use model::{RequestId, Secret};
use serde_json::Value;

use crate::endpoint::{Access, Callers, Endpoint};
use crate::error::{self, ApiError};
use crate::security::cookie;
use crate::security::headers::Kind;
use crate::security::origin::Origin;
use crate::state::WebState;

/// Carries the CSRF token.
pub(crate) const CSRF_HEADER: HeaderName = HeaderName::from_static("x-ringfence-csrf");
/// Names the request in answers, logs and the audit trail.
pub(crate) const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest part of a user agent that is kept, characters.
const USER_AGENT_CHARS_MAX: usize = 256;
/// As CloudTrail names the service.
const EVENT_SOURCE: &str = "ringfence.web";

/// Where a request came from.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// Its id.
    pub(crate) request: RequestId,
    /// The address of the other side of the connection. Forwarding headers are not looked at: anybody
    /// can write them.
    pub(crate) address: Option<IpAddr>,
    user_agent: Option<String>,
    /// The session token that the request carries, good or not.
    pub(crate) token: Option<Secret<String>>,
}

impl Arrival {
    fn of(request: &Request, id: RequestId) -> Self {
        let user_agent = request.headers().get(USER_AGENT);
        Self {
            request: id,
            address: request
                .extensions()
                .get::<ConnectInfo<SocketAddr>>()
                .map(|info| info.0.ip().to_canonical()),
            user_agent: user_agent
                .and_then(|value| value.to_str().ok())
                .map(|text| text.chars().take(USER_AGENT_CHARS_MAX).collect()),
            token: cookie::session_token(request.headers()),
        }
    }

    /// A call of this operation by `principal`.
    pub(crate) fn call(&self, principal: Principal, operation: &'static str) -> Arc<Call> {
        self.call_about(principal, operation, Value::Null)
    }

    /// A call with parameters for the audit trail.
    pub(crate) fn call_about(
        &self,
        principal: Principal,
        operation: &'static str,
        parameters: Value,
    ) -> Arc<Call> {
        self.call_as(self.request, principal, operation, parameters)
    }

    /// The same under a request id of its own: one of many calls of a connection.
    pub(crate) fn call_as(
        &self,
        request: RequestId,
        principal: Principal,
        operation: &'static str,
        parameters: Value,
    ) -> Arc<Call> {
        let mut call = Call::new(principal, request, EVENT_SOURCE, operation);
        call.source_ip = self.address;
        call.user_agent.clone_from(&self.user_agent);
        call.parameters = parameters;
        Arc::new(call)
    }
}

/// A person with a live session.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// Who.
    pub(crate) principal: Principal,
    /// The cookie's token.
    pub(crate) token: Secret<String>,
    /// What state-changing requests must carry.
    pub(crate) csrf: Secret<String>,
    /// Where the request came from.
    pub(crate) arrival: Arrival,
}

impl SignedIn {
    /// A call of this operation.
    pub(crate) fn call(&self, operation: &'static str) -> Arc<Call> {
        self.call_about(operation, Value::Null)
    }

    /// A call with parameters for the audit trail.
    pub(crate) fn call_about(&self, operation: &'static str, parameters: Value) -> Arc<Call> {
        self.arrival
            .call_about(self.principal.clone(), operation, parameters)
    }
}

/// Around everything, unknown paths included: the host must be ours, and every answer has its headers.
pub(crate) async fn outer(
    State((state, site)): State<(WebState, Site)>,
    request: Request,
    next: Next,
) -> Response {
    let origin = match site {
        Site::Main => &state.settings().origin,
        Site::Attachments => &state.settings().attachments_origin,
    };
    let mut response = if origin.is_host_of(&request) {
        next.run(request).await
    } else {
        error::MISDIRECTED.into_response()
    };
    let kind = match (site, response.extensions().get::<Kind>()) {
        (Site::Attachments, _) => Kind::Attachment,
        (Site::Main, Some(kind)) => *kind,
        (Site::Main, None) => Kind::Other,
    };
    let headers = response.headers_mut();
    state.security_headers().apply(kind, headers);
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Which of the two origins is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// Pages, API, sockets.
    Main,
    /// Files.
    Attachments,
}

/// Around one endpoint: its origin rule, its access, its time-out, its line in the log.
pub(crate) async fn endpoint(
    State((state, endpoint)): State<(WebState, Arc<Endpoint>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let arrival = Arrival::of(&request, state.new_request_id());
    let id = arrival.request;
    let named = Origin::named_by(request.headers());
    let admitted = match check_origin(&state, &endpoint, named.as_ref()) {
        Ok(()) => admit(&state, &endpoint, &mut request, arrival).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = match admitted {
        Err(refusal) => refusal.into_response(),
        Ok(()) => match tokio::time::timeout(endpoint.timeout, next.run(request)).await {
            Ok(response) => response,
            Err(_) => ApiError::unavailable(1).into_response(),
        },
    };
    // A handler may know better, as one path can answer a page or nothing.
    if response.extensions().get::<Kind>().is_none() {
        response.extensions_mut().insert(endpoint.kind);
    }
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(REQUEST_ID_HEADER, id);
    }
    allow_cross_origin(
        &state,
        &endpoint,
        named.ok().flatten(),
        response.headers_mut(),
    );
    // The template and not the path: paths hold ids, grants and tickets.
    tracing::info!(
        http.method = %endpoint.method,
        http.route = endpoint.path,
        http.status = response.status().as_u16(),
        request.id = %id,
        duration_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

fn check_origin(
    state: &WebState,
    endpoint: &Endpoint,
    named: Result<&Option<Origin>, &crate::InvalidOrigin>,
) -> Result<(), ApiError> {
    let settings = state.settings();
    let fine = match (endpoint.callers, named) {
        (Callers::Any, _) => true,
        (_, Err(_)) => false,
        (Callers::OwnPages, Ok(named)) => named.as_ref() == Some(&settings.origin),
        (Callers::ApprovedPages, Ok(named)) => {
            named.as_ref().is_some_and(|origin| state.approves(origin))
        }
        (Callers::ApprovedPagesAndPrograms, Ok(named)) => {
            named.as_ref().is_none_or(|origin| state.approves(origin))
        }
    };
    if fine {
        Ok(())
    } else {
        Err(error::ORIGIN_REFUSED)
    }
}

/// Lets the request in with what its handler needs to know of the caller.
async fn admit(
    state: &WebState,
    endpoint: &Endpoint,
    request: &mut Request,
    arrival: Arrival,
) -> Result<(), ApiError> {
    match endpoint.access {
        Access::Public(_) | Access::Bearer(_) => {}
        Access::Session(_) | Access::OwnSession(_) => {
            let signed_in = session(state, arrival.clone()).await?;
            if !endpoint.method.is_safe() {
                check_csrf(request.headers(), &signed_in.csrf)?;
            }
            request.extensions_mut().insert(signed_in);
        }
    }
    request.extensions_mut().insert(arrival);
    Ok(())
}

/// The live session that the request carries.
pub(crate) async fn session(state: &WebState, arrival: Arrival) -> Result<SignedIn, ApiError> {
    let token = arrival.token.clone().ok_or(error::NOT_SIGNED_IN)?;
    let (principal, csrf) = state
        .sign_in()
        .session(&token)
        .await?
        .ok_or(error::NOT_SIGNED_IN)?;
    Ok(SignedIn {
        principal,
        token,
        csrf,
        arrival,
    })
}

fn check_csrf(headers: &HeaderMap, expected: &Secret<String>) -> Result<(), ApiError> {
    let mut given = headers.get_all(CSRF_HEADER).iter();
    match (given.next(), given.next()) {
        (Some(token), None) if expected.matches(token.as_bytes()) => Ok(()),
        _ => Err(error::CSRF_REFUSED),
    }
}

/// Lets the approved page that asked read the answer, without cookies.
fn allow_cross_origin(
    state: &WebState,
    endpoint: &Endpoint,
    named: Option<Origin>,
    headers: &mut HeaderMap,
) {
    if !matches!(
        endpoint.callers,
        Callers::ApprovedPages | Callers::ApprovedPagesAndPrograms
    ) {
        return;
    }
    headers.append(VARY, HeaderValue::from_static("origin"));
    let approved = named.filter(|origin| state.approves(origin));
    if let Some(origin) = approved.and_then(|o| HeaderValue::try_from(o.as_str()).ok()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}
