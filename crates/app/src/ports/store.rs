//! The store: what is written in one transaction, and what is read back.

use std::path::Path;

use async_trait::async_trait;
use model::{
    AttachmentId, AuditEntryId, ContactId, InstanceId, ParticipantId, ResourceId, ResourceKind,
    Timestamp, TranscriptItemId, UserId,
};

/// Bytes that are sealed already; the store never sees clear ones.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// A keyed hash of something searchable, under the instance's search key.
pub type KeyedHash = [u8; 32];

/// Why the store refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row of this key exists already, or has another version than expected: the batch that holds
    /// the write was not applied.
    #[error("another change came first: {0}")]
    Conflict(String),
    /// The row is referred to by others.
    #[error("still in use")]
    InUse,
    /// Disk full, I/O error, closed: nothing of the batch was applied, or it is unknown whether it was.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// Writes that are applied together or not at all.
pub type Batch = Vec<Write>;

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are the columns; docs/data.md describes them"
)]
pub enum Write {
    /// A new instance. Fails where it exists.
    InsertInstance(InstanceRow),
    /// A configuration resource: inserted where `row.version` is 1, else updated from `row.version - 1`.
    /// `refs` replaces what it refers to; referring to what does not exist after the whole batch is
    /// `Conflict("reference")`, a taken name `Conflict("name")`, another version `Conflict("version")`.
    PutResource {
        row: ResourceRow,
        refs: Vec<(ResourceKind, ResourceId)>,
    },
    /// Deletes a resource; `InUse` while others refer to it after the whole batch, `Conflict` where it
    /// is absent.
    DeleteResource {
        instance: InstanceId,
        kind: ResourceKind,
        id: ResourceId,
    },
    /// Content of a flow or module in one version.
    PutFlowContent {
        instance: InstanceId,
        content: [u8; 16],
        sealed: Sealed,
    },
    /// Nobody runs this content any longer. Absent is fine.
    DeleteFlowContent {
        instance: InstanceId,
        content: [u8; 16],
    },
    /// State of an open contact.
    PutContactState {
        instance: InstanceId,
        contact: ContactId,
        sealed: Sealed,
    },
    /// The contact is over.
    DeleteContactState {
        instance: InstanceId,
        contact: ContactId,
    },
    /// State of an agent.
    PutAgentState {
        instance: InstanceId,
        agent: UserId,
        sealed: Sealed,
    },
    /// The agent is gone.
    DeleteAgentState { instance: InstanceId, agent: UserId },
    /// History of a contact; the store numbers the events.
    AppendContactEvent {
        instance: InstanceId,
        contact: ContactId,
        at: Timestamp,
        sealed: Sealed,
    },
    /// History of an agent.
    AppendAgentEvent {
        instance: InstanceId,
        agent: UserId,
        at: Timestamp,
        sealed: Sealed,
    },
    /// The record of a contact. Fails where one exists: a contact has exactly one.
    InsertRecord(RecordRow),
    /// Another content for the record of a contact that is over. `Conflict("record")` where it is absent
    /// or does not hold `from` any longer.
    ReplaceRecord {
        instance: InstanceId,
        contact: ContactId,
        from: Sealed,
        sealed: Sealed,
    },
    /// An item of a transcript. Fails where the sequence or the item exists.
    InsertTranscriptItem(TranscriptRow),
    /// What a participant has received and read, replaced as a whole.
    PutReceipts {
        instance: InstanceId,
        initial_contact: ContactId,
        participant: ParticipantId,
        sealed: Sealed,
    },
    /// An attachment's row.
    PutAttachment(AttachmentRow),
    /// An upload is in use now, so that it is no longer unfinished. Absent is fine.
    KeepAttachment {
        instance: InstanceId,
        id: AttachmentId,
    },
    /// Deletes an attachment's row. Absent is fine.
    DeleteAttachment {
        instance: InstanceId,
        id: AttachmentId,
    },
    /// The answer to a request that may be repeated. Fails where one exists that has not expired at
    /// `at` of the new one.
    InsertClientToken(ClientTokenRow),
    /// An entry of the audit trail.
    AppendAudit {
        id: AuditEntryId,
        instance: Option<InstanceId>,
        at: Timestamp,
        sealed: Sealed,
    },
    /// Something to be sent outside.
    AppendOutbox {
        instance: InstanceId,
        topic: String,
        at: Timestamp,
        sealed: Sealed,
    },
    /// It was sent.
    DeleteOutbox { up_to: u64 },
    /// A row of sign-in (password and factors of a user, a session, an invitation, an access key).
    PutSignin(SigninRow),
    /// Deletes a row of sign-in; `Conflict` where it is absent, so that of two who redeem a one-time
    /// link one fails.
    DeleteSignin { kind: SigninKind, key: KeyedHash },
    /// Deletes client tokens and sign-in rows that expired before this time.
    Sweep { before: Timestamp },
}

/// An instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct InstanceRow {
    pub id: InstanceId,
    pub region: String,
    pub account: String,
    pub created_at: Timestamp,
    /// Alias, creation settings.
    pub sealed: Sealed,
}

/// A configuration resource.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct ResourceRow {
    pub instance: InstanceId,
    pub kind: ResourceKind,
    pub id: ResourceId,
    /// Keyed hash of the name in lower case: unique within instance and kind.
    pub name_hash: KeyedHash,
    pub version: u64,
    pub sealed: Sealed,
}

/// The record of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct RecordRow {
    pub instance: InstanceId,
    pub contact: ContactId,
    pub initial_contact: ContactId,
    pub initiated_at: Timestamp,
    pub ended_at: Timestamp,
    pub channel: model::Channel,
    /// Keyed hash of the customer's address, where there is one.
    pub customer_hash: Option<KeyedHash>,
    pub sealed: Sealed,
}

/// An item of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct TranscriptRow {
    pub instance: InstanceId,
    pub initial_contact: ContactId,
    pub sequence: u64,
    pub contact: ContactId,
    pub item: TranscriptItemId,
    pub at: Timestamp,
    pub sealed: Sealed,
}

/// An attachment, or the audio of a recorded prompt: that one's `contact` and `initial_contact` are zero.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct AttachmentRow {
    pub instance: InstanceId,
    pub id: AttachmentId,
    pub contact: ContactId,
    pub initial_contact: ContactId,
    /// When it was begun, while it does not stand in the chat.
    pub unfinished_since: Option<Timestamp>,
    /// Name, type, size, status, uploader.
    pub sealed: Sealed,
}

/// A remembered answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct ClientTokenRow {
    pub instance: InstanceId,
    /// Keyed hash of operation, principal and token.
    pub token_hash: KeyedHash,
    /// Keyed hash of the request.
    pub request_hash: KeyedHash,
    /// When it was remembered: replaces a row that expired by then.
    pub at: Timestamp,
    pub expires_at: Timestamp,
    pub sealed: Sealed,
}

/// Kinds of sign-in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SigninKind {
    /// Password hash, second factors, failures of one user; key: hash of instance and user id.
    Credential,
    /// A browser session; key: hash of the cookie.
    Session,
    /// A one-time link (set-up, invitation, enrolment); key: hash of its token.
    OneTimeLink,
    /// An access key; key: hash of its id.
    AccessKey,
}

/// A row of sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct SigninRow {
    pub kind: SigninKind,
    pub key: KeyedHash,
    pub instance: Option<InstanceId>,
    pub user: Option<UserId>,
    pub expires_at: Option<Timestamp>,
    /// Counts changes from 1; an update must come from `version - 1`, else `Conflict`.
    pub version: u64,
    pub sealed: Sealed,
}

/// What the store must do. One conformance suite tests every implementation.
#[async_trait]
pub trait Store: Send + Sync {
    /// Applies the batch in one durable transaction; returns after it is on disk. Batches of several
    /// callers share a transaction (group commit), each with a savepoint of its own, in the order of
    /// their arrival.
    async fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// All instances.
    async fn instances(&self) -> Result<Vec<InstanceRow>, StoreError>;
    /// All resources of an instance.
    async fn resources(&self, instance: InstanceId) -> Result<Vec<ResourceRow>, StoreError>;
    /// Contents of flows, by version.
    async fn flow_contents(
        &self,
        instance: InstanceId,
    ) -> Result<Vec<([u8; 16], Sealed)>, StoreError>;
    /// States of open contacts.
    async fn contact_states(
        &self,
        instance: InstanceId,
    ) -> Result<Vec<(ContactId, Sealed)>, StoreError>;
    /// States of agents.
    async fn agent_states(&self, instance: InstanceId)
    -> Result<Vec<(UserId, Sealed)>, StoreError>;
    /// The record of a contact.
    async fn record(
        &self,
        instance: InstanceId,
        contact: ContactId,
    ) -> Result<Option<RecordRow>, StoreError>;
    /// Records, latest `initiated_at` first, then by id; `before` is the last of the page before.
    async fn records(
        &self,
        instance: InstanceId,
        before: Option<(Timestamp, ContactId)>,
        limit: u32,
    ) -> Result<Vec<RecordRow>, StoreError>;
    /// Events of a contact in their order, after this number.
    async fn contact_events(
        &self,
        instance: InstanceId,
        contact: ContactId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Timestamp, Sealed)>, StoreError>;
    /// Items of a chat with `from <= sequence <= to`, in order, at most `limit` from the start.
    async fn transcript(
        &self,
        instance: InstanceId,
        initial_contact: ContactId,
        from: u64,
        to: u64,
        limit: u32,
    ) -> Result<Vec<TranscriptRow>, StoreError>;
    /// The item of this id.
    async fn transcript_item(
        &self,
        instance: InstanceId,
        item: TranscriptItemId,
    ) -> Result<Option<TranscriptRow>, StoreError>;
    /// Receipts of a chat by participant.
    async fn receipts(
        &self,
        instance: InstanceId,
        initial_contact: ContactId,
    ) -> Result<Vec<(ParticipantId, Sealed)>, StoreError>;
    /// An attachment's row.
    async fn attachment(
        &self,
        instance: InstanceId,
        id: AttachmentId,
    ) -> Result<Option<AttachmentRow>, StoreError>;

    /// Attachments of all instances that were begun before then and do not stand in a chat, oldest first,
    /// at most `limit`.
    async fn unfinished_attachments(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(InstanceId, AttachmentId)>, StoreError>;
    /// A remembered answer that has not expired at `now`.
    async fn client_token(
        &self,
        instance: InstanceId,
        token_hash: KeyedHash,
        now: Timestamp,
    ) -> Result<Option<ClientTokenRow>, StoreError>;
    /// Audit entries, latest first, before this number.
    async fn audit(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<(u64, AuditEntryId, Option<InstanceId>, Timestamp, Sealed)>, StoreError>;
    /// Outbox rows after this number, in order.
    async fn outbox(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, InstanceId, String, Timestamp, Sealed)>, StoreError>;
    /// A row of sign-in.
    async fn signin(
        &self,
        kind: SigninKind,
        key: KeyedHash,
    ) -> Result<Option<SigninRow>, StoreError>;
    /// All rows of one kind (of a user, where given).
    async fn signin_rows(
        &self,
        kind: SigninKind,
        user: Option<UserId>,
    ) -> Result<Vec<SigninRow>, StoreError>;
    /// Writes a consistent copy into this folder, while running.
    async fn backup(&self, folder: &Path) -> Result<(), StoreError>;
}
