//! Reads of `data.db`: one function per question.

use app::ports::store::{
    AttachmentRow, ClientTokenRow, InstanceRow, KeyedHash, RecordRow, RecordingRow, ResourceRow,
    Sealed, SigninKind, SigninRow, TranscriptRow,
};
use model::{
    AttachmentId, AuditEntryId, ContactId, InstanceId, ParticipantId, RecordingId, Timestamp,
    TranscriptItemId, UserId,
};
use rusqlite::{Connection, OptionalExtension, Params, Result, Row, params};

use super::row;

/// A number, its entry, instance, time and content.
pub(super) type AuditRow = (u64, AuditEntryId, Option<InstanceId>, Timestamp, Sealed);
/// A number, instance, topic, time and content.
pub(super) type OutboxRow = (u64, InstanceId, String, Timestamp, Sealed);

pub(super) fn instances(connection: &Connection) -> Result<Vec<InstanceRow>> {
    let columns = row::INSTANCE;
    let sql = format!("SELECT {columns} FROM instances ORDER BY id");
    all(connection, &sql, [], row::instance)
}

pub(super) fn resources(connection: &Connection, instance: InstanceId) -> Result<Vec<ResourceRow>> {
    let columns = row::RESOURCE;
    let sql = format!("SELECT {columns} FROM resources WHERE instance = ? ORDER BY kind, id");
    all(connection, &sql, [instance.into_bytes()], row::resource)
}

pub(super) fn flow_contents(
    connection: &Connection,
    instance: InstanceId,
) -> Result<Vec<([u8; 16], Sealed)>> {
    all(
        connection,
        "SELECT content, sealed FROM flow_contents WHERE instance = ? ORDER BY content",
        [instance.into_bytes()],
        |row| Ok((row.get(0)?, row::sealed(row, 1)?)),
    )
}

pub(super) fn contact_states(
    connection: &Connection,
    instance: InstanceId,
) -> Result<Vec<(ContactId, Sealed)>> {
    all(
        connection,
        "SELECT contact, sealed FROM contact_states WHERE instance = ? ORDER BY contact",
        [instance.into_bytes()],
        |row| Ok((ContactId::from_u128(row::id(row, 0)?), row::sealed(row, 1)?)),
    )
}

pub(super) fn agent_states(
    connection: &Connection,
    instance: InstanceId,
) -> Result<Vec<(UserId, Sealed)>> {
    all(
        connection,
        "SELECT agent, sealed FROM agent_states WHERE instance = ? ORDER BY agent",
        [instance.into_bytes()],
        |row| Ok((UserId::from_u128(row::id(row, 0)?), row::sealed(row, 1)?)),
    )
}

pub(super) fn record(
    connection: &Connection,
    instance: InstanceId,
    contact: ContactId,
) -> Result<Option<RecordRow>> {
    let columns = row::RECORD;
    let sql = format!("SELECT {columns} FROM records WHERE instance = ? AND contact = ?");
    let key = params![instance.into_bytes(), contact.into_bytes()];
    one(connection, &sql, key, row::record)
}

pub(super) fn records(
    connection: &Connection,
    instance: InstanceId,
    before: Option<(Timestamp, ContactId)>,
    limit: u32,
) -> Result<Vec<RecordRow>> {
    let columns = row::RECORD;
    let order = "ORDER BY initiated_at DESC, contact LIMIT";
    let Some((at, contact)) = before else {
        let sql = format!("SELECT {columns} FROM records WHERE instance = ? {order} ?");
        let range = params![instance.into_bytes(), limit];
        return all(connection, &sql, range, row::record);
    };
    let sql = format!(
        "SELECT {columns} FROM records
         WHERE instance = ?1 AND initiated_at <= ?2 AND (initiated_at < ?2 OR contact > ?3) {order} ?4"
    );
    let range = params![
        instance.into_bytes(),
        at.as_millis(),
        contact.into_bytes(),
        limit
    ];
    all(connection, &sql, range, row::record)
}

pub(super) fn contact_events(
    connection: &Connection,
    instance: InstanceId,
    contact: ContactId,
    after: u64,
    limit: u32,
) -> Result<Vec<(u64, Timestamp, Sealed)>> {
    all(
        connection,
        "SELECT number, at, sealed FROM contact_events
         WHERE instance = ? AND contact = ? AND number > ? ORDER BY number LIMIT ?",
        params![
            instance.into_bytes(),
            contact.into_bytes(),
            row::bound(after),
            limit
        ],
        |row| {
            Ok((
                row::number(row, 0)?,
                row::time(row, 1)?,
                row::sealed(row, 2)?,
            ))
        },
    )
}

pub(super) fn transcript(
    connection: &Connection,
    instance: InstanceId,
    initial_contact: ContactId,
    (from, to): (u64, u64),
    limit: u32,
) -> Result<Vec<TranscriptRow>> {
    let columns = row::TRANSCRIPT;
    let sql = format!(
        "SELECT {columns} FROM transcript
         WHERE instance = ? AND initial_contact = ? AND sequence BETWEEN ? AND ?
         ORDER BY sequence LIMIT ?"
    );
    let range = params![
        instance.into_bytes(),
        initial_contact.into_bytes(),
        row::bound(from),
        row::bound(to),
        limit
    ];
    all(connection, &sql, range, row::transcript)
}

pub(super) fn transcript_item(
    connection: &Connection,
    instance: InstanceId,
    item: TranscriptItemId,
) -> Result<Option<TranscriptRow>> {
    let columns = row::TRANSCRIPT;
    let sql = format!("SELECT {columns} FROM transcript WHERE instance = ? AND item = ?");
    let key = params![instance.into_bytes(), item.into_bytes()];
    one(connection, &sql, key, row::transcript)
}

pub(super) fn receipts(
    connection: &Connection,
    instance: InstanceId,
    initial_contact: ContactId,
) -> Result<Vec<(ParticipantId, Sealed)>> {
    all(
        connection,
        "SELECT participant, sealed FROM receipts
         WHERE instance = ? AND initial_contact = ? ORDER BY participant",
        params![instance.into_bytes(), initial_contact.into_bytes()],
        |row| {
            Ok((
                ParticipantId::from_u128(row::id(row, 0)?),
                row::sealed(row, 1)?,
            ))
        },
    )
}

pub(super) fn attachment(
    connection: &Connection,
    instance: InstanceId,
    id: AttachmentId,
) -> Result<Option<AttachmentRow>> {
    let columns = row::ATTACHMENT;
    let sql = format!("SELECT {columns} FROM attachments WHERE instance = ? AND id = ?");
    let key = params![instance.into_bytes(), id.into_bytes()];
    one(connection, &sql, key, row::attachment)
}

pub(super) fn unfinished_attachments(
    connection: &Connection,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<(InstanceId, AttachmentId)>> {
    all(
        connection,
        "SELECT instance, id FROM attachments
         WHERE unfinished_since < ? ORDER BY unfinished_since LIMIT ?",
        params![before.as_millis(), limit],
        |row| {
            Ok((
                InstanceId::from_u128(row::id(row, 0)?),
                AttachmentId::from_u128(row::id(row, 1)?),
            ))
        },
    )
}

pub(super) fn recording(
    connection: &Connection,
    instance: InstanceId,
    id: RecordingId,
) -> Result<Option<RecordingRow>> {
    let columns = row::RECORDING;
    let sql = format!("SELECT {columns} FROM recordings WHERE instance = ? AND id = ?");
    let key = params![instance.into_bytes(), id.into_bytes()];
    one(connection, &sql, key, row::recording)
}

pub(super) fn recordings(
    connection: &Connection,
    instance: InstanceId,
    contact: ContactId,
    limit: u32,
) -> Result<Vec<RecordingRow>> {
    let columns = row::RECORDING;
    let sql = format!(
        "SELECT {columns} FROM recordings WHERE instance = ? AND contact = ?
         ORDER BY started_at, id LIMIT ?"
    );
    let values = params![instance.into_bytes(), contact.into_bytes(), limit];
    all(connection, &sql, values, row::recording)
}

pub(super) fn open_recordings(
    connection: &Connection,
    instance: InstanceId,
    after: Option<RecordingId>,
    limit: u32,
) -> Result<Vec<RecordingRow>> {
    let columns = row::RECORDING;
    let sql = format!(
        "SELECT {columns} FROM recordings
         WHERE instance = ? AND ended_at IS NULL AND id > ? ORDER BY id LIMIT ?"
    );
    let after = after.map_or(Vec::new(), |id| id.into_bytes().to_vec());
    let values = params![instance.into_bytes(), after, limit];
    all(connection, &sql, values, row::recording)
}

pub(super) fn client_token(
    connection: &Connection,
    instance: InstanceId,
    token_hash: KeyedHash,
    now: Timestamp,
) -> Result<Option<ClientTokenRow>> {
    let columns = row::CLIENT_TOKEN;
    let sql = format!(
        "SELECT {columns} FROM client_tokens
         WHERE instance = ? AND token_hash = ? AND expires_at > ?"
    );
    let key = params![instance.into_bytes(), token_hash, now.as_millis()];
    one(connection, &sql, key, row::client_token)
}

pub(super) fn audit(
    connection: &Connection,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AuditRow>> {
    // Numbers end below the largest integer, so this bound leaves none out.
    let before = row::bound(before.unwrap_or(u64::MAX));
    all(
        connection,
        "SELECT number, id, instance, at, sealed FROM audit
         WHERE number < ? ORDER BY number DESC LIMIT ?",
        params![before, limit],
        |row| {
            Ok((
                row::number(row, 0)?,
                AuditEntryId::from_u128(row::id(row, 1)?),
                row::optional_id(row, 2)?.map(InstanceId::from_u128),
                row::time(row, 3)?,
                row::sealed(row, 4)?,
            ))
        },
    )
}

pub(super) fn outbox(connection: &Connection, after: u64, limit: u32) -> Result<Vec<OutboxRow>> {
    all(
        connection,
        "SELECT number, instance, topic, at, sealed FROM outbox
         WHERE number > ? ORDER BY number LIMIT ?",
        params![row::bound(after), limit],
        |row| {
            Ok((
                row::number(row, 0)?,
                InstanceId::from_u128(row::id(row, 1)?),
                row.get(2)?,
                row::time(row, 3)?,
                row::sealed(row, 4)?,
            ))
        },
    )
}

pub(super) fn signin(
    connection: &Connection,
    kind: SigninKind,
    key: KeyedHash,
) -> Result<Option<SigninRow>> {
    let columns = row::SIGNIN;
    let sql = format!("SELECT {columns} FROM signin WHERE kind = ? AND key = ?");
    one(
        connection,
        &sql,
        params![row::signin_name(kind), key],
        row::signin,
    )
}

pub(super) fn signin_rows(
    connection: &Connection,
    kind: SigninKind,
    user: Option<UserId>,
) -> Result<Vec<SigninRow>> {
    let columns = row::SIGNIN;
    let kind = row::signin_name(kind);
    if let Some(user) = user {
        let sql = format!("SELECT {columns} FROM signin WHERE kind = ? AND user = ? ORDER BY key");
        let values = params![kind, user.into_bytes()];
        all(connection, &sql, values, row::signin)
    } else {
        let sql = format!("SELECT {columns} FROM signin WHERE kind = ? ORDER BY key");
        all(connection, &sql, [kind], row::signin)
    }
}

/// Whether any row is sealed under this contact's key.
pub(super) fn contact_has_rows(
    connection: &Connection,
    instance: [u8; 16],
    contact: [u8; 16],
) -> Result<bool> {
    exists(
        connection,
        "SELECT EXISTS (SELECT 1 FROM contact_states WHERE instance = ?1 AND contact = ?2)
             OR EXISTS (SELECT 1 FROM records WHERE instance = ?1 AND contact = ?2)
             OR EXISTS (SELECT 1 FROM contact_events WHERE instance = ?1 AND contact = ?2)
             OR EXISTS (SELECT 1 FROM transcript WHERE instance = ?1 AND initial_contact = ?2)
             OR EXISTS (SELECT 1 FROM receipts WHERE instance = ?1 AND initial_contact = ?2)",
        instance,
        contact,
    )
}

/// Whether this recording has a row.
pub(super) fn recording_has_row(
    connection: &Connection,
    instance: [u8; 16],
    id: [u8; 16],
) -> Result<bool> {
    exists(
        connection,
        "SELECT EXISTS (SELECT 1 FROM recordings WHERE instance = ?1 AND id = ?2)",
        instance,
        id,
    )
}

/// Whether this attachment has a row.
pub(super) fn attachment_has_row(
    connection: &Connection,
    instance: [u8; 16],
    id: [u8; 16],
) -> Result<bool> {
    exists(
        connection,
        "SELECT EXISTS (SELECT 1 FROM attachments WHERE instance = ?1 AND id = ?2)",
        instance,
        id,
    )
}

fn exists(connection: &Connection, sql: &str, instance: [u8; 16], id: [u8; 16]) -> Result<bool> {
    connection
        .prepare_cached(sql)?
        .query_row(params![instance, id], |row| row.get(0))
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, read)?;
    rows.collect()
}

fn one<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    connection
        .prepare_cached(sql)?
        .query_row(values, read)
        .optional()
}
