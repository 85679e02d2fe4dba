//! Browser sessions: how long they last, where they are remembered, how they end.

use std::collections::BTreeMap;
use std::time::Duration;

use model::resource::Enablement;
use model::{InstanceId, LoginSessionId, Secret, Timestamp, UserId};

use super::rows::{SessionBody, Stored};
use super::tokens::{self, Token};
use super::{SignIn, audit, lock};
use crate::action;
use crate::error::AppError;
use crate::permit::Target;
use crate::ports::store::{Batch, KeyedHash, SigninKind, Write};
use crate::principal::{Call, Principal};

/// Most sessions of one user; the one that began first gives way.
pub const SESSIONS_PER_USER_MAX: usize = 10;
/// Sessions remembered in memory; the one unused longest gives way and is read again when it is used.
const SESSIONS_CACHED_MAX: usize = 10_000;
/// The last use is stored at most so often; after a restart a session may seem unused for so much longer.
const LAST_USE_STORED_EVERY: Duration = Duration::from_mins(1);

const SESSION_DOMAIN: &str = "signin session";
const CSRF_DOMAIN: &str = "signin csrf";

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request or a ping of its sockets.
    pub idle: Duration,
    /// From sign-in, whatever happens.
    pub absolute: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_hours(1),
            absolute: Duration::from_hours(12),
        }
    }
}

impl SessionLimits {
    /// Whether a session lasts still.
    pub(crate) fn last(&self, created: Timestamp, used: Timestamp, now: Timestamp) -> bool {
        now.since(created) < self.absolute && now.since(used) < self.idle
    }
}

/// Which sessions ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// This one.
    Session(LoginSessionId),
    /// All of this user.
    AllOf(InstanceId, UserId),
}

/// A session about to be: what its batch must write, and what its browser gets.
pub(super) struct NewSession {
    pub(super) stored: Stored<SessionBody>,
    pub(super) cookie: Token,
    pub(super) csrf: Secret<String>,
}

impl SignIn {
    /// Who sends this cookie, and the token that its forms must carry; `None` where the session is
    /// unknown or over. Counts as a use. The disk is read at most once per session and start, and written
    /// at most once a minute.
    pub async fn session(
        &self,
        cookie: &Secret<String>,
    ) -> Result<Option<(Principal, Secret<String>)>, AppError> {
        let Some(token) = Token::parse(cookie) else {
            return Ok(None);
        };
        let key = self.hash(SESSION_DOMAIN, token.bytes());
        let Some(session) = self.use_session(key).await? else {
            return Ok(None);
        };
        let user = self
            .ports
            .directory
            .user(session.instance, session.user)
            .filter(|user| user.status == Enablement::Enabled);
        Ok(user.map(|user| {
            let principal = Principal::User {
                instance: session.instance,
                user: user.id,
                username: user.username,
                profiles: user.profiles,
                session: session.id,
                second_factor: session.second_factor,
            };
            (principal, self.csrf(&token))
        }))
    }

    /// Ends the session of this cookie, if it is that of the caller; ending an ended one succeeds.
    pub async fn sign_out(&self, call: &Call, cookie: &Secret<String>) -> Result<(), AppError> {
        let Some(token) = Token::parse(cookie) else {
            return Ok(());
        };
        let key = self.hash(SESSION_DOMAIN, token.bytes());
        let Some(stored) = self.rows.load::<SessionBody>(key).await? else {
            return Ok(());
        };
        let body = &stored.body;
        let own = matches!(&call.principal,
            Principal::User { session, .. } if *session == body.id);
        self.authorize::<action::SignOut>(call, Target::Agent(body.instance, body.user), own)?;
        let entry = self.entry(call, &audit::Event::SignedOut, body.instance);
        self.commit_call(call, vec![delete(key), self.audit(entry).await?])
            .await?;
        lock(&self.sessions).end(&[key]);
        self.announce(Ended::Session(body.id));
        Ok(())
    }

    /// Ends all sessions of a user: after the user was disabled or deleted, or lost a factor. For use cases
    /// that hold a permit for the user.
    pub async fn end_sessions_of(
        &self,
        instance: InstanceId,
        user: UserId,
    ) -> Result<(), AppError> {
        let keys = self.rows.keys(SigninKind::Session, user).await?;
        if !keys.is_empty() {
            self.commit(keys.iter().copied().map(delete).collect())
                .await?;
        }
        // By user, not by what was stored: the batch that deleted a user deleted the rows already.
        lock(&self.sessions).end_all_of(instance, user);
        self.announce(Ended::AllOf(instance, user));
        Ok(())
    }

    /// Makes a session; the caller commits it and then calls [`SignIn::begin_session`].
    pub(super) fn new_session(
        &self,
        instance: InstanceId,
        user: UserId,
        second_factor: bool,
        now: Timestamp,
    ) -> NewSession {
        let cookie = super::fresh_token(self.ports.verifier.as_ref());
        let csrf = self.csrf(&cookie);
        NewSession {
            stored: Stored {
                key: self.hash(SESSION_DOMAIN, cookie.bytes()),
                instance: Some(instance),
                user: Some(user),
                expires_at: Some(now.plus(self.config.sessions.absolute)),
                version: 0,
                body: SessionBody {
                    id: LoginSessionId::generate(&mut lock(&self.ids)),
                    instance,
                    user,
                    second_factor,
                    created_at: now,
                    last_used_at: now,
                },
            },
            cookie,
            csrf,
        }
    }

    /// Sessions that a new one of this user replaces: the caller's own, because a cookie never survives
    /// a sign-in, and the oldest beyond the limit.
    pub(super) async fn replaced_sessions(
        &self,
        call: &Call,
        user: UserId,
    ) -> Result<Vec<(KeyedHash, LoginSessionId)>, AppError> {
        let mut rows = self.rows.list::<SessionBody>(Some(user)).await?;
        rows.sort_by_key(|row| row.body.created_at);
        let current = match &call.principal {
            Principal::User { session, .. } => Some(*session),
            _ => None,
        };
        let (own, others): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| Some(row.body.id) == current);
        let beyond = (others.len() + 1).saturating_sub(SESSIONS_PER_USER_MAX);
        Ok(own
            .into_iter()
            .chain(others.into_iter().take(beyond))
            .map(|row| (row.key, row.body.id))
            .collect())
    }

    /// Remembers a session that was committed, and forgets those that it replaced.
    pub(super) fn begin_session(
        &self,
        mut new: Stored<SessionBody>,
        replaced: &[(KeyedHash, LoginSessionId)],
    ) {
        new.version = 1;
        let keys: Vec<KeyedHash> = replaced.iter().map(|(key, _)| *key).collect();
        let mut sessions = lock(&self.sessions);
        sessions.end(&keys);
        let read_at = sessions.reading();
        sessions.remember(read_at, new);
        drop(sessions);
        for (_, id) in replaced {
            self.announce(Ended::Session(*id));
        }
    }

    async fn use_session(&self, key: KeyedHash) -> Result<Option<SessionBody>, AppError> {
        let now = self.now();
        let limits = self.config.sessions;
        let (found, read_at) = {
            let mut sessions = lock(&self.sessions);
            (sessions.use_cached(&key, now, &limits), sessions.reading())
        };
        let used = if let Some(used) = found {
            used
        } else {
            let Some(stored) = self.rows.load::<SessionBody>(key).await? else {
                return Ok(None);
            };
            let mut sessions = lock(&self.sessions);
            sessions.remember(read_at, stored);
            // Where it ended while it was read, it is not remembered.
            let Some(used) = sessions.use_cached(&key, now, &limits) else {
                return Ok(None);
            };
            used
        };
        match used {
            Used::Over => Ok(None),
            Used::Lasting(body) => Ok(Some(body)),
            Used::ToStore(stored) => {
                let body = stored.body.clone();
                self.store_use(stored).await;
                Ok(Some(body))
            }
        }
    }

    /// Stores the last use. Failing does not concern the request: the session lasts by what memory
    /// knows, and the next minute tries again.
    async fn store_use(&self, stored: Stored<SessionBody>) {
        let written = match self.rows.put(&stored).await {
            Ok(write) => self.commit(vec![write]).await,
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => lock(&self.sessions).stored(&stored),
            // The row is not the one remembered, or gone: read it again.
            Err(AppError::Conflict) => lock(&self.sessions).end(&[stored.key]),
            Err(error) => tracing::warn!(%error, "the last use of a session could not be stored"),
        }
    }

    fn csrf(&self, cookie: &Token) -> Secret<String> {
        Secret::new(tokens::url_text(&self.hash(CSRF_DOMAIN, cookie.bytes())))
    }

    fn announce(&self, ended: Ended) {
        // Nobody listens: nothing to close.
        let _ = self.ended.send(ended);
    }
}

fn delete(key: KeyedHash) -> Write {
    Write::DeleteSignin {
        kind: SigninKind::Session,
        key,
    }
}

/// The writes that end these sessions.
pub(super) fn deletions(replaced: &[(KeyedHash, LoginSessionId)]) -> Batch {
    replaced.iter().map(|(key, _)| delete(*key)).collect()
}

/// What using a session came to.
pub(super) enum Used {
    /// It is over.
    Over,
    /// It lasts.
    Lasting(SessionBody),
    /// It lasts, and its last use is to be stored.
    ToStore(Stored<SessionBody>),
}

/// Sessions in memory, by key.
#[derive(Default)]
pub(crate) struct SessionCache {
    sessions: BTreeMap<KeyedHash, Cached>,
    /// Counts ends, so that a row that was read before an end is not remembered after it.
    ends: u64,
}

struct Cached {
    body: SessionBody,
    version: u64,
    expires_at: Option<Timestamp>,
    stored_at: Timestamp,
}

/// A moment before a row is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadAt(u64);

impl SessionCache {
    pub(super) const fn reading(&self) -> ReadAt {
        ReadAt(self.ends)
    }

    /// Remembers a stored row, unless a session ended since `read_at`: it could have been this one.
    pub(super) fn remember(&mut self, read_at: ReadAt, stored: Stored<SessionBody>) {
        if read_at != self.reading() {
            return;
        }
        if self.sessions.len() >= SESSIONS_CACHED_MAX {
            let idle = self
                .sessions
                .iter()
                .min_by_key(|(_, cached)| cached.body.last_used_at)
                .map(|(key, _)| *key);
            if let Some(key) = idle {
                self.sessions.remove(&key);
            }
        }
        // A use in between wins over the row, which knows less of the last use.
        self.sessions.entry(stored.key).or_insert(Cached {
            stored_at: stored.body.last_used_at,
            version: stored.version,
            expires_at: stored.expires_at,
            body: stored.body,
        });
    }

    /// Uses a session; `None` where it is not remembered.
    pub(super) fn use_cached(
        &mut self,
        key: &KeyedHash,
        now: Timestamp,
        limits: &SessionLimits,
    ) -> Option<Used> {
        let cached = self.sessions.get_mut(key)?;
        let body = &mut cached.body;
        if !limits.last(body.created_at, body.last_used_at, now) {
            // Kept until it gives way, so that its cookie is refused without a look at the disk.
            return Some(Used::Over);
        }
        // A clock that jumps back must not make the last use earlier.
        body.last_used_at = body.last_used_at.max(now);
        if now.since(cached.stored_at) < LAST_USE_STORED_EVERY {
            return Some(Used::Lasting(body.clone()));
        }
        // From here on others do not store it too.
        cached.stored_at = now;
        Some(Used::ToStore(Stored {
            key: *key,
            instance: Some(body.instance),
            user: Some(body.user),
            expires_at: cached.expires_at,
            version: cached.version,
            body: body.clone(),
        }))
    }

    /// The next version of the row is stored.
    pub(super) fn stored(&mut self, stored: &Stored<SessionBody>) {
        if let Some(cached) = self.sessions.get_mut(&stored.key) {
            cached.version = stored.version.saturating_add(1);
        }
    }

    /// Forgets all sessions of a user.
    pub(super) fn end_all_of(&mut self, instance: InstanceId, user: UserId) {
        self.ends = self.ends.wrapping_add(1);
        self.sessions
            .retain(|_, cached| (cached.body.instance, cached.body.user) != (instance, user));
    }

    /// Forgets sessions that ended.
    pub(super) fn end(&mut self, keys: &[KeyedHash]) {
        self.ends = self.ends.wrapping_add(1);
        for key in keys {
            self.sessions.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
