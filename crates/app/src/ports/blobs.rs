//! Sealed files: attachments now, recordings later.

use async_trait::async_trait;
use model::{AttachmentId, InstanceId};

use super::store::StoreError;

/// Stores sealed files. Contents arrive sealed; the store never sees clear bytes.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Writes a file and syncs it, so that a row may name it afterwards.
    async fn put(
        &self,
        instance: InstanceId,
        id: AttachmentId,
        sealed: Vec<u8>,
    ) -> Result<(), StoreError>;

    /// Reads a file.
    async fn get(
        &self,
        instance: InstanceId,
        id: AttachmentId,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// Deletes a file; absent is fine.
    async fn delete(&self, instance: InstanceId, id: AttachmentId) -> Result<(), StoreError>;
}

/// Checks what customers and agents upload.
#[async_trait]
pub trait Scanner: Send + Sync {
    /// Whether the file may be handed on.
    async fn scan(&self, content: &[u8], content_type: &str) -> Result<Verdict, ScanError>;
}

/// What a scanner says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing found.
    Clean,
    /// To be refused.
    Infected,
}

/// The scanner could not say; the file stays refused.
#[derive(Debug, thiserror::Error)]
#[error("the attachment scanner does not answer: {0}")]
pub struct ScanError(pub String);
