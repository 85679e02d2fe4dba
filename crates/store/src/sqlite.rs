//! The store on SQLite: `data.db`, `keys.db`, `blobs/`, `recordings/` and `destroyed.log` in one locked directory.

mod backup;
mod database;
mod keys;
mod read;
mod readers;
mod row;
mod write;
mod writer;

use std::path::Path;
use std::sync::Arc;

use app::ports::blobs::Blobs;
use app::ports::keys::{KeyOwner, KeyStore, WrappedKey};
use app::ports::recordings::{RecordingFile, Recordings};
use app::ports::store::{
    AttachmentRow, Batch, ClientTokenRow, InstanceRow, KeyedHash, RecordRow, RecordingRow,
    ResourceRow, Sealed, SigninKind, SigninRow, Store, StoreError, TranscriptRow,
};
use async_trait::async_trait;
use model::{
    AttachmentId, ContactId, InstanceId, ParticipantId, RecordingId, Timestamp, TranscriptItemId,
    UserId,
};
use tokio::task;

pub use backup::restore;
pub use keys::{KEYS_PER_CALL_MAX, WRAPPED_KEY_BYTES_MAX};
pub use write::{BATCH_BYTES_MAX, BATCH_WRITES_MAX, SEALED_BYTES_MAX, TOPIC_BYTES_MAX};

use crate::blobs::BlobFiles;
use crate::data_dir::{DataDir, sync_dir};
use crate::destroyed::DestroyedLog;
use crate::recordings::RecordingFiles;
use database::{DATA, KEYS, open_writer};
use keys::{KeyChange, KeyChanges, StoredOwner};
use read::{AuditRow, OutboxRow};
use readers::Readers;
use write::Batches;
use writer::Writer;

/// A store that this process alone uses. Its methods need a Tokio runtime. Dropping it finishes what was
/// enqueued, closes the files and frees the data directory.
pub struct SqliteStore {
    // Dropped in this order: the last connection to close, a writer's, empties the write-ahead log; the
    // lock goes last.
    data_readers: Readers,
    key_readers: Readers,
    data: Writer<Batch>,
    keys: Writer<KeyChange>,
    blobs: Arc<BlobFiles>,
    recordings: Arc<RecordingFiles>,
    // Keys up to this number were put by earlier runs: no data that they seal can still be on its way.
    earlier_keys: i64,
    dir: Arc<DataDir>,
}

impl SqliteStore {
    /// Opens the store in this directory, made where it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// `Failed` where another process uses the directory, a newer version wrote it, or it is damaged.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let dir = DataDir::take(data_dir)?;
        let data = open_writer(dir.path(), &DATA)?;
        let keys = open_writer(dir.path(), &KEYS)?;
        let log = DestroyedLog::open(dir.destroyed_log())?;
        let blobs = BlobFiles::open(dir.blobs())?;
        let recordings = RecordingFiles::open(dir.recordings())?;
        sync_dir(dir.path())?;
        let key_changes = KeyChanges::open(&keys, log)?;
        let earlier_keys = keys::last_number(&keys).map_err(|error| failed(&error))?;
        Ok(Self {
            data_readers: Readers::open(dir.path(), &DATA)?,
            key_readers: Readers::open(dir.path(), &KEYS)?,
            data: Writer::start("store-data", data, Batches)?,
            keys: Writer::start("store-keys", keys, key_changes)?,
            blobs: Arc::new(blobs),
            recordings: Arc::new(recordings),
            earlier_keys,
            dir: Arc::new(dir),
        })
    }

    /// Destroys keys of contacts, attachments and recordings that seal no row: a crash came between the key and the
    /// data. Only keys of earlier runs are looked at, so it may run beside everything else. Gives how many
    /// it destroyed.
    pub async fn sweep_orphan_keys(&self) -> Result<u64, StoreError> {
        let (mut after, up_to) = (0, self.earlier_keys);
        let mut swept = 0;
        loop {
            let owners = self
                .key_readers
                .read(move |connection| keys::owners(connection, after, up_to, KEYS_PER_CALL_MAX))
                .await?;
            let Some((last, _)) = owners.last() else {
                return Ok(swept);
            };
            after = *last;
            let orphans = self
                .data_readers
                .read(move |connection| {
                    let mut orphans = Vec::new();
                    for (_, owner) in owners {
                        let (instance, id) = (owner.instance, owner.owner);
                        let has_rows = match owner.kind {
                            keys::CONTACT => read::contact_has_rows(connection, instance, id)?,
                            keys::RECORDING => read::recording_has_row(connection, instance, id)?,
                            _ => read::attachment_has_row(connection, instance, id)?,
                        };
                        if !has_rows {
                            orphans.push(owner);
                        }
                    }
                    Ok(orphans)
                })
                .await?;
            swept += orphans.len() as u64;
            if !orphans.is_empty() {
                self.keys.submit(KeyChange::Sweep(orphans)).await?;
            }
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        write::check_limits(&batch)?;
        self.data.submit(batch).await
    }

    async fn instances(&self) -> Result<Vec<InstanceRow>, StoreError> {
        self.data_readers.read(read::instances).await
    }

    async fn resources(&self, instance: InstanceId) -> Result<Vec<ResourceRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::resources(connection, instance))
            .await
    }

    async fn flow_contents(
        &self,
        instance: InstanceId,
    ) -> Result<Vec<([u8; 16], Sealed)>, StoreError> {
        self.data_readers
            .read(move |connection| read::flow_contents(connection, instance))
            .await
    }

    async fn contact_states(
        &self,
        instance: InstanceId,
    ) -> Result<Vec<(ContactId, Sealed)>, StoreError> {
        self.data_readers
            .read(move |connection| read::contact_states(connection, instance))
            .await
    }

    async fn agent_states(
        &self,
        instance: InstanceId,
    ) -> Result<Vec<(UserId, Sealed)>, StoreError> {
        self.data_readers
            .read(move |connection| read::agent_states(connection, instance))
            .await
    }

    async fn record(
        &self,
        instance: InstanceId,
        contact: ContactId,
    ) -> Result<Option<RecordRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::record(connection, instance, contact))
            .await
    }

    async fn records(
        &self,
        instance: InstanceId,
        before: Option<(Timestamp, ContactId)>,
        limit: u32,
    ) -> Result<Vec<RecordRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::records(connection, instance, before, limit))
            .await
    }

    async fn contact_events(
        &self,
        instance: InstanceId,
        contact: ContactId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Timestamp, Sealed)>, StoreError> {
        self.data_readers
            .read(move |connection| {
                read::contact_events(connection, instance, contact, after, limit)
            })
            .await
    }

    async fn transcript(
        &self,
        instance: InstanceId,
        initial_contact: ContactId,
        from: u64,
        to: u64,
        limit: u32,
    ) -> Result<Vec<TranscriptRow>, StoreError> {
        self.data_readers
            .read(move |connection| {
                read::transcript(connection, instance, initial_contact, (from, to), limit)
            })
            .await
    }

    async fn transcript_item(
        &self,
        instance: InstanceId,
        item: TranscriptItemId,
    ) -> Result<Option<TranscriptRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::transcript_item(connection, instance, item))
            .await
    }

    async fn receipts(
        &self,
        instance: InstanceId,
        initial_contact: ContactId,
    ) -> Result<Vec<(ParticipantId, Sealed)>, StoreError> {
        self.data_readers
            .read(move |connection| read::receipts(connection, instance, initial_contact))
            .await
    }

    async fn attachment(
        &self,
        instance: InstanceId,
        id: AttachmentId,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::attachment(connection, instance, id))
            .await
    }

    async fn unfinished_attachments(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(InstanceId, AttachmentId)>, StoreError> {
        self.data_readers
            .read(move |connection| read::unfinished_attachments(connection, before, limit))
            .await
    }

    async fn recording(
        &self,
        instance: InstanceId,
        id: RecordingId,
    ) -> Result<Option<RecordingRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::recording(connection, instance, id))
            .await
    }

    async fn recordings(
        &self,
        instance: InstanceId,
        contact: ContactId,
        limit: u32,
    ) -> Result<Vec<RecordingRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::recordings(connection, instance, contact, limit))
            .await
    }

    async fn open_recordings(
        &self,
        instance: InstanceId,
        after: Option<RecordingId>,
        limit: u32,
    ) -> Result<Vec<RecordingRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::open_recordings(connection, instance, after, limit))
            .await
    }

    async fn client_token(
        &self,
        instance: InstanceId,
        token_hash: KeyedHash,
        now: Timestamp,
    ) -> Result<Option<ClientTokenRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::client_token(connection, instance, token_hash, now))
            .await
    }

    async fn audit(&self, before: Option<u64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::audit(connection, before, limit))
            .await
    }

    async fn outbox(&self, after: u64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::outbox(connection, after, limit))
            .await
    }

    async fn signin(
        &self,
        kind: SigninKind,
        key: KeyedHash,
    ) -> Result<Option<SigninRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::signin(connection, kind, key))
            .await
    }

    async fn signin_rows(
        &self,
        kind: SigninKind,
        user: Option<UserId>,
    ) -> Result<Vec<SigninRow>, StoreError> {
        self.data_readers
            .read(move |connection| read::signin_rows(connection, kind, user))
            .await
    }

    async fn backup(&self, folder: &Path) -> Result<(), StoreError> {
        let dir = Arc::clone(&self.dir);
        let folder = folder.to_owned();
        blocking(move || backup::back_up(&dir, &folder)).await
    }
}

#[async_trait]
impl KeyStore for SqliteStore {
    async fn put(&self, keys: Vec<WrappedKey>) -> Result<(), StoreError> {
        keys::check_limits(&keys)?;
        self.keys.submit(KeyChange::Put(keys)).await
    }

    async fn get(&self, owner: KeyOwner) -> Result<Option<WrappedKey>, StoreError> {
        let wrapped = self
            .key_readers
            .read(move |connection| keys::get(connection, StoredOwner::from(owner)))
            .await?;
        Ok(wrapped.map(|wrapped| WrappedKey { owner, wrapped }))
    }

    async fn destroy(&self, owners: Vec<KeyOwner>) -> Result<(), StoreError> {
        keys::check_count(owners.len())?;
        self.keys.submit(KeyChange::Destroy(owners)).await
    }
}

#[async_trait]
impl Blobs for SqliteStore {
    async fn put(
        &self,
        instance: InstanceId,
        id: AttachmentId,
        sealed: Vec<u8>,
    ) -> Result<(), StoreError> {
        let blobs = Arc::clone(&self.blobs);
        blocking(move || blobs.put(instance, id, &sealed)).await
    }

    async fn get(
        &self,
        instance: InstanceId,
        id: AttachmentId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let blobs = Arc::clone(&self.blobs);
        blocking(move || blobs.get(instance, id)).await
    }

    async fn delete(&self, instance: InstanceId, id: AttachmentId) -> Result<(), StoreError> {
        let blobs = Arc::clone(&self.blobs);
        blocking(move || blobs.delete(instance, id)).await
    }
}

#[async_trait]
impl Recordings for SqliteStore {
    async fn create(
        &self,
        instance: InstanceId,
        id: RecordingId,
    ) -> Result<Box<dyn RecordingFile>, StoreError> {
        let recordings = Arc::clone(&self.recordings);
        blocking(move || recordings.create(instance, id)).await
    }

    async fn read(
        &self,
        instance: InstanceId,
        id: RecordingId,
        offset: u64,
        bytes: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let recordings = Arc::clone(&self.recordings);
        blocking(move || recordings.read(instance, id, offset, bytes)).await
    }

    async fn delete(&self, instance: InstanceId, id: RecordingId) -> Result<(), StoreError> {
        let recordings = Arc::clone(&self.recordings);
        blocking(move || recordings.delete(instance, id)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Failed(format!("work on files was broken off: {error}")))?
}

/// An error of SQLite that is nobody's conflict.
fn failed(error: &rusqlite::Error) -> StoreError {
    StoreError::Failed(error.to_string())
}

/// A conflict in this respect.
fn refused(what: &str) -> StoreError {
    StoreError::Conflict(what.to_owned())
}
