//! One running instance: its keys, its configuration, its engine, its sockets.

pub(crate) mod commit;
mod index;
mod load;
pub(crate) mod resources;
mod turn;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use model::audit::AuditEntry;
use model::{ContactId, IdSource, InstanceScope, Timestamp};
use tokio::sync::mpsc;

use crate::action::Access;
use crate::chat::bus::{AgentFrame, Bus, ChatFrame};
use crate::error::AppError;
use crate::ports::Clock;
use crate::ports::policy::Policy;
use crate::ports::store::Store;
use crate::ports::telephony::Telephony;
use crate::principal::Call;
use crate::vault::{InstanceKeys, Vault};

pub(crate) use commit::{audit_write, json};
pub(crate) use index::ContactEntry;
use index::Index;
use resources::Resources;
use turn::Job;
pub(crate) use turn::{ConfigurationChange, Turn};

/// Jobs that may wait for an instance's loop; beyond, callers wait for room.
const JOBS_QUEUED_MAX: usize = 4_096;

/// What one instance needs from the program around it.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) telephony: Option<Arc<dyn Telephony>>,
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
    /// Files that were begun in each open chat, by its first segment.
    pub(crate) files: crate::chat::Files,
    pub(crate) receipts: crate::chat::ReceiptLocks,
    /// Audio that waits for its prompt.
    pub(crate) uploads: crate::config::prompts::Uploads,
    /// Which browser has the media of a call.
    pub(crate) seats: Arc<crate::calls::Seats>,
    jobs: mpsc::Sender<Job>,
    shared: RwLock<Shared>,
    policy: Arc<dyn Policy>,
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
        self.jobs
            .send(job)
            .await
            .map_err(|_| AppError::Unavailable)?;
        answer.await.map_err(|_| AppError::Unavailable)?
    }

    /// Appends an audit entry with the next transaction. Waits for a place in the queue, so that none
    /// is lost, but not for the transaction.
    pub(crate) async fn append_audit(&self, entry: AuditEntry) {
        if self.jobs.send(Job::Audit(Box::new(entry))).await.is_err() {
            tracing::error!("an audit entry came after the instance had stopped");
        }
    }

    /// Writes the audit entry of a call that read personal data; its answer waits for this.
    pub(crate) async fn audit_read(
        &self,
        call: &Arc<Call>,
        access: Access,
    ) -> Result<(), AppError> {
        let call = Arc::clone(call);
        self.turn(move |turn| {
            turn.audit(&call, access, serde_json::Value::Null);
            Ok(())
        })
        .await
    }

    /// Sends a frame to the sockets of a chat and of the agent who has it.
    pub(crate) fn publish(&self, contact: ContactId, initial: ContactId, frame: &ChatFrame) {
        if let Some(agent) = self.contact_entry(contact).and_then(|entry| entry.agent) {
            self.bus
                .publish_to_agent(agent, || AgentFrame::Chat(contact, frame.clone()));
        }
        self.bus.publish(initial, frame);
    }

    /// Number of the last item of an open chat, by its first segment.
    pub(crate) fn last_sequence(&self, initial: ContactId) -> Option<u64> {
        self.shared()
            .index
            .current_segment(initial)
            .map(|entry| entry.last_sequence)
    }

    /// Waits until everything that was taken before is committed.
    pub(crate) async fn drain(&self) {
        // A loop that is gone has nothing left to commit.
        let _ = self.turn(|_| Ok(())).await;
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
    let randomness = seal::KeyedHasher::new(&seal::DataKey::generate());
    IdSource::from_seed(randomness.hash("ids", &[]))
}
