//! Keys: the provider that holds the root key, and the store of wrapped data keys.

use async_trait::async_trait;
use model::{AttachmentId, ContactId, InstanceId, RecordingId};
use seal::DataKey;

/// Holds the root key, which never leaves it, and wraps instance keys with it.
#[async_trait]
pub trait KeyProvider: Send + Sync {
    /// Names provider and key, for status and audit; no secret.
    fn describe(&self) -> String;

    /// Wraps an instance key. `context` is bound to it: unwrapping needs the same.
    async fn wrap(&self, key: &DataKey, context: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// Unwraps an instance key.
    async fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<DataKey, KeyError>;

    /// Whether the root key can be used now.
    async fn probe(&self) -> Result<(), KeyError>;
}

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The provider refuses: the key is disabled, revoked or not permitted.
    #[error("the key provider refuses: enable the key or grant its use")]
    Denied,
    /// The provider does not answer; it may later.
    #[error("the key provider does not answer: {0}")]
    Unreachable(String),
    /// The wrapped key is not one of this root key, or was changed.
    #[error("the wrapped key does not belong to this root key, or was altered")]
    Invalid,
}

/// What a wrapped data key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyOwner {
    /// An instance, for one purpose; wrapped by the root key.
    Instance(InstanceId, KeyPurpose),
    /// A contact; wrapped by its instance's [`KeyPurpose::Wrap`] key.
    Contact(InstanceId, ContactId),
    /// An attachment; wrapped likewise.
    Attachment(InstanceId, AttachmentId),
    /// A recording; wrapped likewise.
    Recording(InstanceId, RecordingId),
}

/// What an instance key is for: one key, one use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPurpose {
    /// Wraps data keys of contacts, attachments and recordings.
    Wrap,
    /// Seals configuration, agents' state and sign-in data.
    Configuration,
    /// Seals the audit trail.
    Audit,
    /// Keys the hashes of searchable fields.
    Search,
    /// Authenticates participant and connection tokens and grants.
    Tokens,
}

/// A wrapped data key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// What it belongs to.
    pub owner: KeyOwner,
    /// The wrapped bytes.
    pub wrapped: Vec<u8>,
}

/// The store of wrapped data keys (a database of its own): destroying a row destroys the data.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Stores keys durably; they are there before the data that they seal. A key that exists already
    /// is refused: it is never overwritten.
    async fn put(&self, keys: Vec<WrappedKey>) -> Result<(), super::store::StoreError>;

    /// The key of this owner.
    async fn get(&self, owner: KeyOwner) -> Result<Option<WrappedKey>, super::store::StoreError>;

    /// Destroys keys of contacts, attachments and recordings: overwritten on disk, and remembered in a list that
    /// a restore applies.
    async fn destroy(&self, owners: Vec<KeyOwner>) -> Result<(), super::store::StoreError>;
}
