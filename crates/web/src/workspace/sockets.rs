//! The open workspace sockets by session, so that the end of a session ends them at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::LoginSessionId;
use tokio::sync::watch;

#[cfg(test)]
mod tests;

/// The open workspace sockets of all sessions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sockets(Arc<Mutex<BTreeMap<LoginSessionId, watch::Sender<bool>>>>);

/// One open socket. Dropping it forgets it.
#[derive(Debug)]
pub(crate) struct Registration {
    sockets: Sockets,
    session: LoginSessionId,
    ended: Option<watch::Receiver<bool>>,
}

impl Sockets {
    /// Remembers a socket of this session.
    pub(crate) fn register(&self, session: LoginSessionId) -> Registration {
        let mut sockets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = sockets
            .entry(session)
            .or_insert_with(|| watch::Sender::new(false))
            .subscribe();
        Registration {
            sockets: self.clone(),
            session,
            ended: Some(ended),
        }
    }

    /// Ends all sockets of a session.
    pub(crate) fn end_session(&self, session: LoginSessionId) {
        let mut sockets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ended) = sockets.remove(&session) {
            ended.send_replace(true);
        }
    }
}

impl Registration {
    /// Returns when the session has ended.
    pub(crate) async fn ended(&mut self) {
        if let Some(ended) = &mut self.ended {
            // A sender that is gone has been removed by the end of the session as well.
            let _ = ended.wait_for(|ended| *ended).await;
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut sockets = self.sockets.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.ended = None;
        if let Some(ended) = sockets.get(&self.session)
            && ended.receiver_count() == 0
        {
            sockets.remove(&self.session);
        }
    }
}
