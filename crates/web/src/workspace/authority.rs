//! What lets a workspace socket live: its session and its permission, watched as long as it is open.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use app::action::OpenWorkspace;
use app::signin::Ended;
use app::{Principal, Target};
use model::{LoginSessionId, UserId};
use serde_json::Value;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::gate::SignedIn;
use crate::socket::Close;
use crate::state::WebState;

/// How often session, security profiles and version of the policy are looked at. Each look counts as a
/// use of the session: an open workspace whose browser answers pings is not idle.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// Who holds the socket, as of the last look.
#[derive(Debug)]
pub(crate) struct Holder {
    signed_in: SignedIn,
    principal: Mutex<Principal>,
}

impl Holder {
    /// Of a socket that was opened now.
    pub(crate) fn new(signed_in: SignedIn) -> Self {
        Self {
            principal: Mutex::new(signed_in.principal.clone()),
            signed_in,
        }
    }

    /// The principal with its present security profiles.
    pub(crate) fn principal(&self) -> Principal {
        self.principal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Where the socket came from.
    pub(crate) const fn arrival(&self) -> &crate::gate::Arrival {
        &self.signed_in.arrival
    }

    fn set(&self, principal: Principal) {
        *self
            .principal
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = principal;
    }
}

/// Session and user of a principal.
pub(crate) const fn user_of(principal: &Principal) -> Option<(LoginSessionId, UserId)> {
    match principal {
        Principal::User { session, user, .. } => Some((*session, *user)),
        _ => None,
    }
}

/// Returns when the socket may live no longer.
pub(crate) async fn watch(
    state: &WebState,
    holder: &Holder,
    mut ended: broadcast::Receiver<Ended>,
) -> Close {
    let mut policy_version = state.app().policy_version();
    let mut looks = tokio::time::interval(LOOK_INTERVAL);
    loop {
        tokio::select! {
            end = ended.recv() => match end {
                Ok(end) if concerns(&end, &holder.principal()) => return Close::SESSION_ENDED,
                Ok(_) => continue,
                // Some ends were missed: this one may be among them.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Close::RESTART,
            },
            _ = looks.tick() => {}
        }
        let version = state.app().policy_version();
        let policy = if version == policy_version {
            PolicySince::Same
        } else {
            PolicySince::Changed
        };
        policy_version = version;
        if let Err(close) = look(state, holder, policy).await {
            return close;
        }
    }
}

/// Whether the policy is as it was at the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PolicySince {
    Same,
    Changed,
}

fn concerns(end: &Ended, principal: &Principal) -> bool {
    let Principal::User {
        instance,
        user,
        session,
        ..
    } = principal
    else {
        return true;
    };
    match end {
        Ended::Session(ended) => ended == session,
        Ended::AllOf(ended_in, ended) => ended_in == instance && ended == user,
    }
}

async fn look(state: &WebState, holder: &Holder, policy: PolicySince) -> Result<(), Close> {
    let session = state.sign_in().session(&holder.signed_in.token).await;
    let principal = match session {
        Ok(Some((principal, _))) => principal,
        Ok(None) => return Err(Close::SESSION_ENDED),
        // The store is away: the session was good a moment ago, and the next look will tell.
        Err(_) => return Ok(()),
    };
    if policy == PolicySince::Same && principal == holder.principal() {
        return Ok(());
    }
    let Some((_, user)) = user_of(&principal) else {
        return Err(Close::SESSION_ENDED);
    };
    let id = state.new_request_id();
    let call =
        holder
            .signed_in
            .arrival
            .call_as(id, principal.clone(), "OpenWorkspace", Value::Null);
    let target = Target::Agent(state.settings().instance, user);
    if state
        .app()
        .authorize::<OpenWorkspace>(&call, target)
        .is_err()
    {
        return Err(Close::NOT_PERMITTED);
    }
    holder.set(principal);
    Ok(())
}
