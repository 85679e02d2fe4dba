//! What all handlers share.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use app::App;
use app::limiter::{KeyedLimiter, subscriber_network};
use app::signin::SignIn;
use aws_lc_rs::rand;
use model::{FlowId, IdSource, RequestId, ResourceKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;
use crate::gate::Arrival;
use crate::security::headers::SecurityHeaders;
use crate::security::origin::Origin;
use crate::settings::WebSettings;

/// Subscriber networks that each limiter remembers per generation.
const NETWORKS_MAX: usize = 50_000;
/// Files that may be in memory at once, going up or down.
const TRANSFERS_MAX: usize = 32;
/// When a client tries again that found no place for its file, seconds.
const TRANSFER_RETRY_S: u32 = 2;

/// What all handlers share; cheap to clone.
#[derive(Clone)]
pub(crate) struct WebState(Arc<Shared>);

struct Shared {
    app: App,
    settings: WebSettings,
    ids: Mutex<IdSource>,
    security_headers: SecurityHeaders,
    sign_ins: KeyedLimiter<IpAddr>,
    chat_starts: KeyedLimiter<IpAddr>,
    file_transfers: KeyedLimiter<IpAddr>,
    transfer_places: Arc<Semaphore>,
}

impl WebState {
    /// For this installation.
    pub(crate) fn new(app: App, settings: WebSettings) -> Self {
        Self(Arc::new(Shared {
            security_headers: SecurityHeaders::new(&settings),
            ids: Mutex::new(fresh_ids()),
            sign_ins: KeyedLimiter::new(settings.limits.sign_in, NETWORKS_MAX),
            chat_starts: KeyedLimiter::new(settings.limits.start_chat, NETWORKS_MAX),
            file_transfers: KeyedLimiter::new(settings.limits.attachments, NETWORKS_MAX),
            transfer_places: Arc::new(Semaphore::new(TRANSFERS_MAX)),
            app,
            settings,
        }))
    }

    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    pub(crate) fn settings(&self) -> &WebSettings {
        &self.0.settings
    }

    /// Whether pages of this origin may start chats and hold their sockets: by configuration, or because
    /// the instance was told so.
    pub(crate) fn approves(&self, origin: &Origin) -> bool {
        let settings = self.settings();
        settings.approves(origin)
            || self
                .app()
                .approves_origin(settings.instance, origin.as_str())
    }

    /// The flows that visitors may start, as far as they exist.
    pub(crate) fn public_flows(&self) -> impl Iterator<Item = FlowId> {
        let settings = self.settings();
        settings.public_flows.iter().filter_map(|name| {
            let found = self
                .app()
                .resource_by_name(settings.instance, ResourceKind::Flow, name);
            found.map(|flow| flow.id.into())
        })
    }

    pub(crate) fn security_headers(&self) -> &SecurityHeaders {
        &self.0.security_headers
    }

    /// The use cases of signing in.
    pub(crate) fn sign_in(&self) -> &SignIn {
        self.0.app.signin()
    }

    /// An id for a request.
    pub(crate) fn new_request_id(&self) -> RequestId {
        RequestId::generate(&mut self.0.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a try to sign in.
    pub(crate) fn limit_sign_in(&self, arrival: &Arrival) -> Result<(), ApiError> {
        limit(&self.0.sign_ins, arrival)
    }

    /// Counts the start of a chat.
    pub(crate) fn limit_chat_start(&self, arrival: &Arrival) -> Result<(), ApiError> {
        limit(&self.0.chat_starts, arrival)
    }

    /// Counts an upload or download.
    pub(crate) fn limit_file_transfer(&self, arrival: &Arrival) -> Result<(), ApiError> {
        limit(&self.0.file_transfers, arrival)
    }

    /// A place for one file in memory, free again when dropped.
    pub(crate) fn transfer_place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.0.transfer_places)
            .try_acquire_owned()
            .map_err(|_| ApiError::unavailable(TRANSFER_RETRY_S))
    }
}

fn limit(limiter: &KeyedLimiter<IpAddr>, arrival: &Arrival) -> Result<(), ApiError> {
    // Without an address (a listener that is no network) all share one bucket.
    let source = arrival.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    limiter
        .check(subscriber_network(source), Instant::now())
        .map_err(|throttled| ApiError::throttled(throttled.retry_after_s()))
}

/// A source of ids for requests and passing events; unique, but no secrets.
fn fresh_ids() -> IdSource {
    let mut seed = [0; 32];
    if rand::fill(&mut seed).is_err() {
        tracing::error!("the system has no randomness: request ids repeat after a restart");
    }
    IdSource::from_seed(seed)
}
