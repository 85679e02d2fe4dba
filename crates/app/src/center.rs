//! One running instance: its keys, its configuration, its engine, its sockets.

mod commit;
mod index;
mod load;
pub(crate) mod resources;
mod turn;

use std::sync::{Arc, RwLock, RwLockReadGuard, PoisonError};

use model::{IdSource, InstanceScope, Timestamp};
use tokio::sync::mpsc;

use crate::chat::bus::Bus;
use crate::error::AppError;
use crate::ports::policy::Policy;
use crate::ports::store::Store;
use crate::ports::Clock;
use crate::vault::{InstanceKeys, Vault};

pub(crate) use index::ContactEntry;
use index::Index;
use resources::Resources;
pub(crate) use turn::Turn;
use turn::Job;

/// Jobs that may wait for an instance's loop; beyond, callers wait for room.
const JOBS_QUEUED_MAX: usize = 4_096;

/// What one instance needs from the program around it.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Arc<crate::app::Settings>,
}

/// A running instance.
pub(crate) struct Center {
    pub(crate) scope: InstanceScope,
    pub(crate) alias: String,
    pub(crate) created_at: Timestamp,
    pub(crate) keys: Arc<InstanceKeys>,
    pub(crate) bus: Bus,
    pub(crate) tickets: crate::chat::Tickets,
    jobs: mpsc::Sender<Job>,
    shared: RwLock<Shared>,
}

/// What readers outside of the loop see: only what is committed.
#[derive(Default)]
struct Shared {
    resources: Resources,
    index: Index,
}

impl Center {
    /// Runs `f` in the instance's loop and returns its result after the commit of what it wrote. Where
    /// `f` fails it must have written nothing.
    pub(crate) async fn turn<R: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Turn<'_>) -> Result<R, AppError> + Send + 'static,
    ) -> Result<R, AppError> {
        let (job, answer) = turn::job(f);
        self.jobs.send(job).await.map_err(|_| AppError::Unavailable)?;
        answer.await.map_err(|_| AppError::Unavailable)?
    }

    /// Gives the loop something to do without waiting for it; `false` where it is not taken.
    pub(crate) fn post(
        &self,
        f: impl FnOnce(&mut Turn<'_>) -> Result<(), AppError> + Send + 'static,
    ) -> bool {
        let (job, _) = turn::job(f);
        self.jobs.try_send(job).is_ok()
    }

    /// The committed configuration.
    pub(crate) fn resources<R>(&self, read: impl FnOnce(&Resources) -> R) -> R {
        read(&self.shared().resources)
    }

    /// Who takes part in an open contact.
    pub(crate) fn contact_entry(&self, contact: model::ContactId) -> Option<ContactEntry> {
        self.shared().index.contact(contact).cloned()
    }

    /// The open contact in which this participant takes part now.
    pub(crate) fn contact_of(&self, participant: model::ParticipantId) -> Option<model::ContactId> {
        self.shared().index.contact_of(participant)
    }

    fn shared(&self) -> RwLockReadGuard<'_, Shared> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A source of ids from the operating system's randomness.
pub(crate) fn fresh_ids() -> IdSource {
    IdSource::from_seed(*seal::DataKey::generate().expose())
}
