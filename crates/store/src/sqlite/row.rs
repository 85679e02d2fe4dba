//! Rows to and from columns. A damaged row is an error, never a panic.

use app::ports::store::{
    AttachmentRow, ClientTokenRow, InstanceRow, RecordRow, RecordingRow, ResourceRow, Sealed,
    SigninKind, SigninRow, StoreError, TranscriptRow,
};
use model::{
    AttachmentId, Channel, ContactId, InstanceId, RecordingId, ResourceId, ResourceKind, Timestamp,
    TranscriptItemId, UserId,
};
use rusqlite::types::Type;
use rusqlite::{Error, Result, Row};

pub(super) const INSTANCE: &str = "id, region, account, created_at, sealed";
pub(super) const RESOURCE: &str = "instance, kind, id, name_hash, version, sealed";
pub(super) const RECORD: &str =
    "instance, contact, initial_contact, initiated_at, ended_at, channel, customer_hash, sealed";
pub(super) const TRANSCRIPT: &str =
    "instance, initial_contact, sequence, contact, item, at, sealed";
pub(super) const ATTACHMENT: &str =
    "instance, id, contact, initial_contact, unfinished_since, sealed";
pub(super) const RECORDING: &str = "instance, id, contact, started_at, ended_at, sealed";
pub(super) const CLIENT_TOKEN: &str = "instance, token_hash, request_hash, at, expires_at, sealed";
pub(super) const SIGNIN: &str = "kind, key, instance, user, expires_at, version, sealed";

pub(super) fn instance(row: &Row<'_>) -> Result<InstanceRow> {
    Ok(InstanceRow {
        id: InstanceId::from_u128(id(row, 0)?),
        region: row.get(1)?,
        account: row.get(2)?,
        created_at: time(row, 3)?,
        sealed: sealed(row, 4)?,
    })
}

pub(super) fn resource(row: &Row<'_>) -> Result<ResourceRow> {
    Ok(ResourceRow {
        instance: InstanceId::from_u128(id(row, 0)?),
        kind: word(row, 1, ResourceKind::from_row_name)?,
        id: ResourceId::from_u128(id(row, 2)?),
        name_hash: row.get(3)?,
        version: number(row, 4)?,
        sealed: sealed(row, 5)?,
    })
}

pub(super) fn record(row: &Row<'_>) -> Result<RecordRow> {
    Ok(RecordRow {
        instance: InstanceId::from_u128(id(row, 0)?),
        contact: ContactId::from_u128(id(row, 1)?),
        initial_contact: ContactId::from_u128(id(row, 2)?),
        initiated_at: time(row, 3)?,
        ended_at: time(row, 4)?,
        channel: word(row, 5, |name| {
            Channel::ALL
                .into_iter()
                .find(|channel| channel.as_str() == name)
        })?,
        customer_hash: row.get(6)?,
        sealed: sealed(row, 7)?,
    })
}

pub(super) fn transcript(row: &Row<'_>) -> Result<TranscriptRow> {
    Ok(TranscriptRow {
        instance: InstanceId::from_u128(id(row, 0)?),
        initial_contact: ContactId::from_u128(id(row, 1)?),
        sequence: number(row, 2)?,
        contact: ContactId::from_u128(id(row, 3)?),
        item: TranscriptItemId::from_u128(id(row, 4)?),
        at: time(row, 5)?,
        sealed: sealed(row, 6)?,
    })
}

pub(super) fn attachment(row: &Row<'_>) -> Result<AttachmentRow> {
    Ok(AttachmentRow {
        instance: InstanceId::from_u128(id(row, 0)?),
        id: AttachmentId::from_u128(id(row, 1)?),
        contact: ContactId::from_u128(id(row, 2)?),
        initial_contact: ContactId::from_u128(id(row, 3)?),
        unfinished_since: row
            .get::<_, Option<i64>>(4)?
            .map(|_| time(row, 4))
            .transpose()?,
        sealed: sealed(row, 5)?,
    })
}

pub(super) fn recording(row: &Row<'_>) -> Result<RecordingRow> {
    Ok(RecordingRow {
        instance: InstanceId::from_u128(id(row, 0)?),
        id: RecordingId::from_u128(id(row, 1)?),
        contact: ContactId::from_u128(id(row, 2)?),
        started_at: time(row, 3)?,
        ended_at: row
            .get::<_, Option<i64>>(4)?
            .map(|_| time(row, 4))
            .transpose()?,
        sealed: sealed(row, 5)?,
    })
}

pub(super) fn client_token(row: &Row<'_>) -> Result<ClientTokenRow> {
    Ok(ClientTokenRow {
        instance: InstanceId::from_u128(id(row, 0)?),
        token_hash: row.get(1)?,
        request_hash: row.get(2)?,
        at: time(row, 3)?,
        expires_at: time(row, 4)?,
        sealed: sealed(row, 5)?,
    })
}

pub(super) fn signin(row: &Row<'_>) -> Result<SigninRow> {
    Ok(SigninRow {
        kind: word(row, 0, signin_kind)?,
        key: row.get(1)?,
        instance: optional_id(row, 2)?.map(InstanceId::from_u128),
        user: optional_id(row, 3)?.map(UserId::from_u128),
        expires_at: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
        version: number(row, 5)?,
        sealed: sealed(row, 6)?,
    })
}

/// The name of a kind of sign-in rows in the database; never changes.
pub(super) const fn signin_name(kind: SigninKind) -> &'static str {
    match kind {
        SigninKind::Credential => "credential",
        SigninKind::Session => "session",
        SigninKind::OneTimeLink => "one-time-link",
        SigninKind::AccessKey => "access-key",
    }
}

fn signin_kind(name: &str) -> Option<SigninKind> {
    [
        SigninKind::Credential,
        SigninKind::Session,
        SigninKind::OneTimeLink,
        SigninKind::AccessKey,
    ]
    .into_iter()
    .find(|kind| signin_name(*kind) == name)
}

/// An id's 128 bits.
pub(super) fn id(row: &Row<'_>, column: usize) -> Result<u128> {
    row.get::<_, [u8; 16]>(column).map(u128::from_be_bytes)
}

/// An id's 128 bits, where there is one.
pub(super) fn optional_id(row: &Row<'_>, column: usize) -> Result<Option<u128>> {
    let bytes = row.get::<_, Option<[u8; 16]>>(column)?;
    Ok(bytes.map(u128::from_be_bytes))
}

/// A point in time.
pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// A count from zero.
pub(super) fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| Error::IntegralValueOutOfRange(column, value))
}

/// Sealed bytes.
pub(super) fn sealed(row: &Row<'_>, column: usize) -> Result<Sealed> {
    row.get(column).map(Sealed)
}

/// A word of a closed list.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| {
        let problem = format!("unknown word `{text}`: start the version that wrote it");
        Error::FromSqlConversionFailure(column, Type::Text, problem.into())
    })
}

/// A count as SQLite keeps it.
pub(super) fn integer(value: u64) -> std::result::Result<i64, StoreError> {
    i64::try_from(value)
        .map_err(|_| StoreError::Failed(format!("`{value}` does not fit into a row")))
}

/// A bound of a range, where everything above the largest row is the same.
pub(super) fn bound(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
