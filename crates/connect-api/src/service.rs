//! The way of a request: route, authenticate, throttle, read, authorize, run, audit, answer.

mod bearer;
mod signed;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use app::{App, AppError, Call, Principal};
use aws_lc_rs::rand;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use bytes::Bytes;
use http::Request;
use http::header::USER_AGENT;
use http::request::Parts;
use model::{IdSource, RequestId};
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Refusal;
use crate::members::Members;
use crate::operation::{Context, Entry, RequestBody, Service};
use crate::operations;
use crate::page::PageTokens;
use crate::route::{Labels, Routes, parse_query};
use crate::settings::ApiSettings;
use crate::sigv4::SigningKeys;
use crate::throttle::Throttle;
use crate::{answer, audit, body};

/// Largest body of `connect` and `sts`, bytes: a flow's content, escaped.
pub const CONNECT_BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Largest body of `connectparticipant`, bytes: a message of 16,384 characters, each escaped.
pub const PARTICIPANT_BODY_BYTES_MAX: usize = 256 * 1024;

/// Files that are taken at the same time: each is held in memory.
const FILES_MAX: usize = 4;

/// Most characters of a user agent that are kept.
const USER_AGENT_CHARS_MAX: usize = 256;

/// The API as a router without routes of its own: the binary mounts it as the fallback for everything
/// that no page owns. The listener puts [`ConnectInfo`] with the client's address into each request.
///
/// # Panics
/// Where the operating system has no randomness; nothing can be safe then.
#[expect(clippy::expect_used, reason = "see Panics")]
pub fn router(app: App, settings: ApiSettings) -> Router {
    let mut seed = [0; 32];
    rand::fill(&mut seed).expect("the operating system gives randomness");
    let api = Arc::new(Api {
        routes: Routes::new(operations::TABLE.iter().map(|entry| (entry.route, entry))),
        throttle: Throttle::new(&settings.rates),
        pages: PageTokens::new(&settings.page_key),
        signing_keys: SigningKeys::default(),
        files: Arc::new(Semaphore::new(FILES_MAX)),
        ids: Mutex::new(IdSource::from_seed(seed)),
        app,
        settings,
    });
    Router::new().fallback(serve).with_state(api)
}

/// What all requests share.
pub(crate) struct Api {
    app: App,
    settings: ApiSettings,
    routes: Routes<&'static Entry>,
    throttle: Throttle,
    pages: PageTokens,
    signing_keys: SigningKeys,
    files: Arc<Semaphore>,
    ids: Mutex<IdSource>,
}

impl Api {
    /// Whether pages of this origin may use the participant API of some instance.
    fn approves(&self, origin: &str) -> bool {
        self.settings.approves(origin) || self.app.is_origin_approved(origin)
    }
}

/// A caller who has shown who it is, and what it sent.
struct Authenticated {
    principal: Principal,
    /// Whose bucket the call is taken from.
    caller: String,
    body: Bytes,
    /// Held until the call is answered, where the body is a file.
    _place: Option<OwnedSemaphorePermit>,
}

async fn serve(State(api): State<Arc<Api>>, request: Request<Body>) -> Response {
    let request_id = api.fresh_request_id();
    let (parts, mut body) = request.into_parts();
    let service = service_of(parts.uri.path());
    let response = if service == Service::Participant {
        bearer::serve(&api, request_id, &parts, &mut body).await
    } else {
        match signed::authenticate(&api, service, &parts, &mut body).await {
            Ok(caller) => api.call(service, request_id, &parts, caller).await,
            Err(refusal) => api.turn_away(service, request_id, &parts, &refusal),
        }
    };
    body::drain(&mut body).await;
    response
}

fn service_of(path: &str) -> Service {
    if path == "/" {
        Service::Sts
    } else if path.starts_with("/participant/") {
        Service::Participant
    } else {
        Service::Connect
    }
}

impl Api {
    /// Answers a caller who has shown who it is.
    async fn call(
        &self,
        service: Service,
        request_id: RequestId,
        parts: &Parts,
        caller: Authenticated,
    ) -> Response {
        let found = self
            .routes
            .find(parts.method.as_str(), parts.uri.path())
            .filter(|(entry, _)| entry.service() == service);
        let Some((entry, labels)) = found else {
            let refusal = Refusal::UnknownOperation;
            let code = refusal.code(service, service.codes());
            return answer::refusal(service, code, &refusal, request_id);
        };
        let operation = entry.spec.operation();
        match self.run(entry, &labels, request_id, parts, caller).await {
            Ok(value) => answer::success(service, operation, request_id, value),
            Err(refusal) => {
                let code = refusal.code(service, entry.code);
                tracing::debug!(
                    request.id = %request_id,
                    operation,
                    code = code.name(),
                    "call refused"
                );
                answer::refusal(service, code, &refusal, request_id)
            }
        }
    }

    async fn run(
        &self,
        entry: &Entry,
        labels: &Labels,
        request_id: RequestId,
        parts: &Parts,
        caller: Authenticated,
    ) -> Result<Value, Refusal> {
        // What the limiter stops leaves no audit entry: a flood must not fill the trail.
        self.throttle
            .check(caller.caller, entry.class())
            .map_err(|throttled| AppError::Throttled {
                retry_after_s: throttled.retry_after_s(),
            })?;
        let read = read_members(entry, parts, &caller.body);
        let (query, body) = match &read {
            Ok(read) => read.clone(),
            Err(_) => (Vec::new(), Map::new()),
        };
        let file = match entry.body {
            RequestBody::Members => Bytes::new(),
            RequestBody::File { .. } => caller.body,
        };
        let locate = |number| self.app.locate_number(&caller.principal, number);
        let members = Members {
            labels,
            query: &query,
            body: &body,
            file: &file,
            region: &self.app.settings().region,
            principal: &caller.principal,
            locate: &locate,
        };
        let mut call = Call::new(
            caller.principal.clone(),
            request_id,
            entry.service().source(),
            entry.spec.operation(),
        );
        call.source_ip = source_ip(parts);
        call.user_agent = user_agent(parts);
        call.parameters = audit::parameters(members.all(), entry.clear);
        let call = Arc::new(call);
        let context = Context {
            app: &self.app,
            call: &call,
            settings: &self.settings,
            pages: &self.pages,
            ids: &self.ids,
        };
        let result = match read {
            Ok(_) => (entry.serve)(&context, members).await,
            Err(refusal) => Err(refusal),
        };
        // Whatever came of it is in the audit trail, refusals included.
        let outcome = result
            .as_ref()
            .map(|_| ())
            .map_err(|refusal| refusal.clone().into_app());
        self.app.finish(&call, &outcome).await;
        result
    }

    /// Answers a caller who has not shown who it is; the audit trail counts such callers.
    pub(super) fn turn_away(
        &self,
        service: Service,
        request_id: RequestId,
        parts: &Parts,
        refusal: &Refusal,
    ) -> Response {
        let code = refusal.code(service, service.codes());
        let source = source_ip(parts);
        self.app
            .signin()
            .refuse_stranger(service.source(), code.name(), source);
        tracing::debug!(
            request.id = %request_id,
            code = code.name(),
            source.ip = ?source,
            "unauthenticated request refused"
        );
        answer::refusal(service, code, refusal, request_id)
    }

    /// The limit of the file that a request brings; none where its body is members, or nothing is known of it.
    fn file_limit(&self, parts: &Parts) -> Option<usize> {
        let (entry, _) = self.routes.find(parts.method.as_str(), parts.uri.path())?;
        match entry.body {
            RequestBody::Members => None,
            RequestBody::File { bytes_max } => Some(bytes_max),
        }
    }

    fn fresh_request_id(&self) -> RequestId {
        let mut ids = self
            .ids
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        RequestId::generate(&mut ids)
    }
}

type Query = Vec<(String, String)>;

/// Query and body by name. A form of the query protocol counts as a body of texts.
fn read_members(
    entry: &Entry,
    parts: &Parts,
    bytes: &[u8],
) -> Result<(Query, Map<String, Value>), Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    let query = parse_query(query)
        .ok_or_else(|| Refusal::Malformed("the query has a broken escape".to_owned()))?;
    let body = match (entry.service(), entry.route.method) {
        _ if entry.body != RequestBody::Members => Map::new(),
        (Service::Sts, _) => signed::parse_form(entry, bytes)?,
        // Their models put every member into path and query.
        (_, "GET" | "DELETE") => Map::new(),
        _ => body::parse_json(bytes)?,
    };
    Ok((query, body))
}

fn source_ip(parts: &Parts) -> Option<IpAddr> {
    let ConnectInfo(address) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip())
}

fn user_agent(parts: &Parts) -> Option<String> {
    let text = parts.headers.get(USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(USER_AGENT_CHARS_MAX).collect())
}
