//! Signing in: passwords and second factors, sessions, one-time links, access keys.
//!
//! [`SignIn`] holds the use cases; the rest of `app` gives it what it needs of users and keys through
//! [`Directory`] and [`Sealing`]. Nothing here tells an unknown user from a known one: both cost the same
//! and get the same answer.

mod access_keys;
mod audit;
mod authenticate;
mod links;
mod refusals;
mod rows;
mod sessions;
mod throttle;
mod tokens;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use model::audit::AuditEntry;
use model::contact::PersonalText;
use model::resource::Enablement;
use model::{IdSource, InstanceId, SecurityProfileId, Timestamp, UserId};
use tokio::sync::broadcast;
use zeroize::Zeroizing;

pub use access_keys::{ACCESS_KEYS_MAX, AccessKey, AccessKeySummary, NewAccessKey};
pub use authenticate::{SignInOutcome, SignedInUser};
pub use links::{ENROLMENT_VALID, INVITATION_VALID, SET_UP_LINK_VALID, SetUp};
pub use refusals::REFUSAL_WINDOW;
pub use sessions::{Ended, SESSIONS_PER_USER_MAX, SessionLimits};

use crate::action::Action;
use crate::error::AppError;
use crate::permit::{Facts, Permit, Target, authorize};
use crate::ports::Clock;
use crate::ports::policy::Policy;
use crate::ports::signin::Verifier;
use crate::ports::store::{Batch, KeyedHash, Sealed, SigninKind, Store, StoreError, Write};
use crate::principal::Call;
use access_keys::AccessKeys;
use refusals::Refusals;
use rows::Rows;
use sessions::SessionCache;
use throttle::Throttle;

/// How many ends of sessions a slow listener may fall behind before it must ask [`SignIn::session`].
const ENDED_BACKLOG_MAX: usize = 1_024;

/// Whether users must show a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondFactor {
    /// Everybody must; who has none sets one up right after the first password.
    #[default]
    Required,
    /// Only those who have one must. Security posture reports it.
    Optional,
}

/// What the operator decides about signing in.
#[derive(Debug, Clone, Default)]
pub struct SignInConfig {
    /// Whether users must show a second factor.
    pub second_factor: SecondFactor,
    /// How long sessions last.
    pub sessions: SessionLimits,
    /// Name that authenticator apps show beside the code, such as the host of the center.
    pub issuer: String,
}

/// What signing in needs from outside.
#[derive(Clone)]
#[expect(missing_docs, reason = "the types say it")]
pub struct SignInPorts {
    pub store: Arc<dyn Store>,
    pub verifier: Arc<dyn Verifier>,
    pub clock: Arc<dyn Clock>,
    pub policy: Arc<dyn Policy>,
    pub sealing: Arc<dyn Sealing>,
    pub directory: Arc<dyn Directory>,
}

/// Keys for what signing in stores.
#[async_trait]
pub trait Sealing: Send + Sync {
    /// Seals the body of a row, bound to its place: it opens nowhere else and in no other version.
    async fn seal(&self, place: &SigninPlace, clear: &[u8]) -> Result<Sealed, AppError>;

    /// Opens what [`Sealing::seal`] sealed at the same place.
    async fn open(
        &self,
        place: &SigninPlace,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, AppError>;

    /// A hash that only holders of the key can compute, separate for each `domain`. Its key belongs to
    /// the account, not to an instance: a cookie must be found before its instance is known.
    fn keyed_hash(&self, domain: &str, bytes: &[u8]) -> KeyedHash;

    /// The sealed write of an audit entry.
    async fn audit_write(&self, entry: AuditEntry) -> Result<Write, AppError>;
}

/// Where the row of a sealed body stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigninPlace {
    /// Kind of the row.
    pub kind: SigninKind,
    /// Its key.
    pub key: KeyedHash,
    /// Its instance; none for access keys.
    pub instance: Option<InstanceId>,
    /// Its version.
    pub version: u64,
}

/// The users of an instance, as the configuration holds them.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The user of this name, compared without regard to ASCII case.
    fn user_by_name(&self, instance: InstanceId, username: &str) -> Option<DirectoryUser>;

    /// The user of this id.
    fn user(&self, instance: InstanceId, user: UserId) -> Option<DirectoryUser>;

    /// Creates a user with the Admin security profile and commits it together with `also`, in one
    /// transaction. `Conflict` where a write of `also` came second.
    async fn create_administrator(
        &self,
        call: &Call,
        instance: InstanceId,
        new: NewAdministrator,
        also: Batch,
    ) -> Result<(), AppError>;
}

/// What signing in knows of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryUser {
    /// The user.
    pub id: UserId,
    /// User name as it was given.
    pub username: String,
    /// Security profiles held.
    pub profiles: BTreeSet<SecurityProfileId>,
    /// A disabled user cannot sign in and has no sessions.
    pub status: Enablement,
}

/// The first administrator of an instance.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub struct NewAdministrator {
    pub id: UserId,
    pub username: String,
    pub first_name: PersonalText,
    pub last_name: PersonalText,
}

/// The use cases of signing in.
pub struct SignIn {
    ports: SignInPorts,
    config: SignInConfig,
    rows: Rows,
    throttle: Mutex<Throttle>,
    refusals: Mutex<Refusals>,
    sessions: Mutex<SessionCache>,
    access_keys: AccessKeys,
    ids: Mutex<IdSource>,
    ended: broadcast::Sender<Ended>,
}

impl SignIn {
    /// The use cases on these ports.
    pub fn new(ports: SignInPorts, config: SignInConfig) -> Self {
        let seed = *ports.verifier.random().expose();
        Self {
            rows: Rows::new(Arc::clone(&ports.store), Arc::clone(&ports.sealing)),
            ports,
            config,
            throttle: Mutex::default(),
            refusals: Mutex::default(),
            sessions: Mutex::default(),
            access_keys: AccessKeys::default(),
            ids: Mutex::new(IdSource::from_seed(seed)),
            ended: broadcast::channel(ENDED_BACKLOG_MAX).0,
        }
    }

    /// Ends of sessions, for sockets that must close with them. Who falls behind asks
    /// [`SignIn::session`] anew.
    pub fn ended(&self) -> broadcast::Receiver<Ended> {
        self.ended.subscribe()
    }

    fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    fn authorize<A: Action>(
        &self,
        call: &Call,
        target: Target,
        own: bool,
    ) -> Result<Permit<A>, AppError> {
        authorize(
            self.ports.policy.as_ref(),
            call,
            &Facts {
                target,
                tags: &model::Tags::new(),
                own,
                now: self.now(),
            },
        )
    }

    async fn commit(&self, batch: Batch) -> Result<(), AppError> {
        self.ports.store.commit(batch).await.map_err(store_error)
    }

    fn hash(&self, domain: &str, bytes: &[u8]) -> KeyedHash {
        self.ports.sealing.keyed_hash(domain, bytes)
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Locks what no panic can leave half changed: every critical section here is a few map operations.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn store_error(error: StoreError) -> AppError {
    match error {
        StoreError::Conflict(_) => AppError::Conflict,
        StoreError::InUse => AppError::Internal,
        StoreError::Failed(reason) => {
            tracing::error!(reason, "the store failed");
            AppError::Unavailable
        }
    }
}

/// Whole seconds until something, at least one, for answers that say when to try again.
fn retry_after(wait: Duration) -> AppError {
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    AppError::Throttled {
        retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX),
    }
}

/// A secret token as it travels: 256 random bits.
fn fresh_token(verifier: &dyn Verifier) -> tokens::Token {
    tokens::Token::new(verifier.random())
}
