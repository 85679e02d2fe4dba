//! Files of recordings: sealed bytes are appended while a call goes on.

use async_trait::async_trait;
use model::{InstanceId, RecordingId};

use super::store::StoreError;

/// Stores the files of recordings. What arrives is sealed; the store never sees clear bytes.
#[async_trait]
pub trait Recordings: Send + Sync {
    /// Makes an empty file whose name is durable. Fails where it exists.
    async fn create(
        &self,
        instance: InstanceId,
        id: RecordingId,
    ) -> Result<Box<dyn RecordingFile>, StoreError>;

    /// At most `bytes` bytes from `offset` on, none at the end; `None` where there is no file.
    async fn read(
        &self,
        instance: InstanceId,
        id: RecordingId,
        offset: u64,
        bytes: usize,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// Deletes a file; absent is fine.
    async fn delete(&self, instance: InstanceId, id: RecordingId) -> Result<(), StoreError>;
}

/// A file that is being written.
pub trait RecordingFile: Send + Sync {
    /// Appends all of it, so that a later death of the program cannot take it back. Blocks: for the thread
    /// that writes.
    fn append(&mut self, sealed: &[u8]) -> Result<(), StoreError>;

    /// Makes durable what was appended. Blocks, for as long as a disk takes.
    fn sync(&self) -> Result<(), StoreError>;
}
