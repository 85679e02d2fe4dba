//! Applies batches to `data.db`.

mod resources;

use app::ports::store::{
    AttachmentRow, Batch, ClientTokenRow, InstanceRow, RecordRow, Sealed, SigninRow, StoreError,
    TranscriptRow, Write,
};
use model::{InstanceId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::row::{bound, integer, signin_name};
use super::writer::Apply;
use super::{failed, refused};
use resources::{check_references, delete_resource, put_resource};

/// Most writes of one batch.
pub const BATCH_WRITES_MAX: usize = 50_000;
/// Most sealed bytes of one row.
pub const SEALED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most sealed bytes of one batch.
pub const BATCH_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Longest topic of the outbox.
pub const TOPIC_BYTES_MAX: usize = 256;

/// Refuses what is too large to be queued.
pub(super) fn check_limits(batch: &Batch) -> Result<(), StoreError> {
    if batch.len() > BATCH_WRITES_MAX {
        return Err(too_large(
            "writes in a batch",
            batch.len(),
            BATCH_WRITES_MAX,
        ));
    }
    let mut total = 0;
    for write in batch {
        let length = sealed_of(write).map_or(0, |sealed| sealed.0.len());
        if length > SEALED_BYTES_MAX {
            return Err(too_large("sealed bytes in a row", length, SEALED_BYTES_MAX));
        }
        if let Write::AppendOutbox { topic, .. } = write
            && topic.len() > TOPIC_BYTES_MAX
        {
            return Err(too_large("bytes in a topic", topic.len(), TOPIC_BYTES_MAX));
        }
        total += length;
    }
    if total > BATCH_BYTES_MAX {
        return Err(too_large("sealed bytes in a batch", total, BATCH_BYTES_MAX));
    }
    Ok(())
}

/// Applies batches of writes.
pub(super) struct Batches;

impl Apply for Batches {
    type Job = Batch;

    fn apply(&mut self, connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
        for write in batch {
            apply_write(connection, write)?;
        }
        // Last, so that resources which refer to each other may come, and go, in one batch.
        check_references(connection, batch)
    }
}

#[expect(clippy::too_many_lines, reason = "one arm per kind of write")]
fn apply_write(connection: &Connection, write: &Write) -> Result<(), StoreError> {
    match write {
        Write::InsertInstance(row) => insert_instance(connection, row),
        Write::PutResource { row, refs } => put_resource(connection, row, refs),
        Write::DeleteResource { instance, kind, id } => {
            delete_resource(connection, *instance, *kind, *id)
        }
        Write::PutFlowContent {
            instance,
            content,
            sealed,
        } => run(
            connection,
            "INSERT INTO flow_contents (instance, content, sealed) VALUES (?, ?, ?)
             ON CONFLICT (instance, content) DO UPDATE SET sealed = excluded.sealed",
            params![instance.into_bytes(), content, sealed.0],
        ),
        Write::DeleteFlowContent { instance, content } => run(
            connection,
            "DELETE FROM flow_contents WHERE instance = ? AND content = ?",
            params![instance.into_bytes(), content],
        ),
        Write::PutContactState {
            instance,
            contact,
            sealed,
        } => run(
            connection,
            "INSERT INTO contact_states (instance, contact, sealed) VALUES (?, ?, ?)
             ON CONFLICT (instance, contact) DO UPDATE SET sealed = excluded.sealed",
            params![instance.into_bytes(), contact.into_bytes(), sealed.0],
        ),
        Write::DeleteContactState { instance, contact } => run(
            connection,
            "DELETE FROM contact_states WHERE instance = ? AND contact = ?",
            params![instance.into_bytes(), contact.into_bytes()],
        ),
        Write::PutAgentState {
            instance,
            agent,
            sealed,
        } => run(
            connection,
            "INSERT INTO agent_states (instance, agent, sealed) VALUES (?, ?, ?)
             ON CONFLICT (instance, agent) DO UPDATE SET sealed = excluded.sealed",
            params![instance.into_bytes(), agent.into_bytes(), sealed.0],
        ),
        Write::DeleteAgentState { instance, agent } => run(
            connection,
            "DELETE FROM agent_states WHERE instance = ? AND agent = ?",
            params![instance.into_bytes(), agent.into_bytes()],
        ),
        Write::AppendContactEvent {
            instance,
            contact,
            at,
            sealed,
        } => run(
            connection,
            "INSERT INTO contact_events (instance, contact, at, sealed) VALUES (?, ?, ?, ?)",
            params![
                instance.into_bytes(),
                contact.into_bytes(),
                at.as_millis(),
                sealed.0
            ],
        ),
        Write::AppendAgentEvent {
            instance,
            agent,
            at,
            sealed,
        } => run(
            connection,
            "INSERT INTO agent_events (instance, agent, at, sealed) VALUES (?, ?, ?, ?)",
            params![
                instance.into_bytes(),
                agent.into_bytes(),
                at.as_millis(),
                sealed.0
            ],
        ),
        Write::InsertRecord(row) => insert_record(connection, row),
        Write::ReplaceRecord {
            instance,
            contact,
            from,
            sealed,
        } => changed(
            "record",
            execute(
                connection,
                "UPDATE records SET sealed = ? WHERE instance = ? AND contact = ? AND sealed = ?",
                params![
                    sealed.0,
                    instance.into_bytes(),
                    contact.into_bytes(),
                    from.0
                ],
            )?,
        ),
        Write::InsertTranscriptItem(row) => insert_transcript_item(connection, row),
        Write::PutReceipts {
            instance,
            initial_contact,
            participant,
            sealed,
        } => run(
            connection,
            "INSERT INTO receipts (instance, initial_contact, participant, sealed)
             VALUES (?, ?, ?, ?)
             ON CONFLICT (instance, initial_contact, participant)
             DO UPDATE SET sealed = excluded.sealed",
            params![
                instance.into_bytes(),
                initial_contact.into_bytes(),
                participant.into_bytes(),
                sealed.0
            ],
        ),
        Write::PutAttachment(row) => put_attachment(connection, row),
        Write::KeepAttachment { instance, id } => run(
            connection,
            "UPDATE attachments SET unfinished_since = NULL WHERE instance = ? AND id = ?",
            params![instance.into_bytes(), id.into_bytes()],
        ),
        Write::DeleteAttachment { instance, id } => run(
            connection,
            "DELETE FROM attachments WHERE instance = ? AND id = ?",
            params![instance.into_bytes(), id.into_bytes()],
        ),
        Write::InsertClientToken(row) => insert_client_token(connection, row),
        Write::AppendAudit {
            id,
            instance,
            at,
            sealed,
        } => run(
            connection,
            "INSERT INTO audit (id, instance, at, sealed) VALUES (?, ?, ?, ?)",
            params![
                id.into_bytes(),
                instance.map(InstanceId::into_bytes),
                at.as_millis(),
                sealed.0
            ],
        ),
        Write::AppendOutbox {
            instance,
            topic,
            at,
            sealed,
        } => run(
            connection,
            "INSERT INTO outbox (instance, topic, at, sealed) VALUES (?, ?, ?, ?)",
            params![instance.into_bytes(), topic, at.as_millis(), sealed.0],
        ),
        Write::DeleteOutbox { up_to } => run(
            connection,
            "DELETE FROM outbox WHERE number <= ?",
            [bound(*up_to)],
        ),
        Write::PutSignin(row) => put_signin(connection, row),
        Write::DeleteSignin { kind, key } => changed(
            "sign-in",
            execute(
                connection,
                "DELETE FROM signin WHERE kind = ? AND key = ?",
                params![signin_name(*kind), key],
            )?,
        ),
        Write::Sweep { before } => {
            run(
                connection,
                "DELETE FROM client_tokens WHERE expires_at < ?",
                [before.as_millis()],
            )?;
            run(
                connection,
                "DELETE FROM signin WHERE expires_at < ?",
                [before.as_millis()],
            )
        }
    }
}

fn insert_instance(connection: &Connection, row: &InstanceRow) -> Result<(), StoreError> {
    insert(
        connection,
        "instance",
        "INSERT INTO instances (id, region, account, created_at, sealed) VALUES (?, ?, ?, ?, ?)",
        params![
            row.id.into_bytes(),
            row.region,
            row.account,
            row.created_at.as_millis(),
            row.sealed.0
        ],
    )
}

fn insert_record(connection: &Connection, row: &RecordRow) -> Result<(), StoreError> {
    insert(
        connection,
        "record",
        "INSERT INTO records (instance, contact, initial_contact, initiated_at, ended_at, channel,
             customer_hash, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            row.instance.into_bytes(),
            row.contact.into_bytes(),
            row.initial_contact.into_bytes(),
            row.initiated_at.as_millis(),
            row.ended_at.as_millis(),
            row.channel.as_str(),
            row.customer_hash,
            row.sealed.0
        ],
    )
}

fn insert_transcript_item(connection: &Connection, row: &TranscriptRow) -> Result<(), StoreError> {
    insert(
        connection,
        "transcript item",
        "INSERT INTO transcript (instance, initial_contact, sequence, contact, item, at, sealed)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            row.instance.into_bytes(),
            row.initial_contact.into_bytes(),
            integer(row.sequence)?,
            row.contact.into_bytes(),
            row.item.into_bytes(),
            row.at.as_millis(),
            row.sealed.0
        ],
    )
}

fn put_attachment(connection: &Connection, row: &AttachmentRow) -> Result<(), StoreError> {
    run(
        connection,
        "INSERT INTO attachments (instance, id, contact, initial_contact, unfinished_since, sealed)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (instance, id) DO UPDATE SET contact = excluded.contact,
             initial_contact = excluded.initial_contact,
             unfinished_since = excluded.unfinished_since, sealed = excluded.sealed",
        params![
            row.instance.into_bytes(),
            row.id.into_bytes(),
            row.contact.into_bytes(),
            row.initial_contact.into_bytes(),
            row.unfinished_since.map(Timestamp::as_millis),
            row.sealed.0
        ],
    )
}

fn insert_client_token(connection: &Connection, row: &ClientTokenRow) -> Result<(), StoreError> {
    let inserted = execute(
        connection,
        "INSERT INTO client_tokens (instance, token_hash, request_hash, at, expires_at, sealed)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (instance, token_hash) DO UPDATE SET request_hash = excluded.request_hash,
             at = excluded.at, expires_at = excluded.expires_at, sealed = excluded.sealed
         WHERE expires_at <= excluded.at",
        params![
            row.instance.into_bytes(),
            row.token_hash,
            row.request_hash,
            row.at.as_millis(),
            row.expires_at.as_millis(),
            row.sealed.0
        ],
    )?;
    changed("client token", inserted)
}

fn put_signin(connection: &Connection, row: &SigninRow) -> Result<(), StoreError> {
    let before = row
        .version
        .checked_sub(1)
        .ok_or_else(|| refused("sign-in"))?;
    let values = params![
        signin_name(row.kind),
        row.key,
        row.instance.map(InstanceId::into_bytes),
        row.user.map(model::UserId::into_bytes),
        row.expires_at.map(model::Timestamp::as_millis),
        integer(row.version)?,
        row.sealed.0
    ];
    if before == 0 {
        return insert(
            connection,
            "sign-in",
            "INSERT INTO signin (kind, key, instance, user, expires_at, version, sealed)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        );
    }
    let updated = execute(
        connection,
        "UPDATE signin SET instance = ?3, user = ?4, expires_at = ?5, version = ?6, sealed = ?7
         WHERE kind = ?1 AND key = ?2 AND version = ?6 - 1",
        values,
    )?;
    changed("sign-in", updated)
}

fn sealed_of(write: &Write) -> Option<&Sealed> {
    match write {
        Write::InsertInstance(row) => Some(&row.sealed),
        Write::PutResource { row, .. } => Some(&row.sealed),
        Write::InsertRecord(row) => Some(&row.sealed),
        Write::InsertTranscriptItem(row) => Some(&row.sealed),
        Write::PutAttachment(row) => Some(&row.sealed),
        Write::InsertClientToken(row) => Some(&row.sealed),
        Write::PutSignin(row) => Some(&row.sealed),
        Write::PutFlowContent { sealed, .. }
        | Write::ReplaceRecord { sealed, .. }
        | Write::PutContactState { sealed, .. }
        | Write::PutAgentState { sealed, .. }
        | Write::AppendContactEvent { sealed, .. }
        | Write::AppendAgentEvent { sealed, .. }
        | Write::PutReceipts { sealed, .. }
        | Write::AppendAudit { sealed, .. }
        | Write::AppendOutbox { sealed, .. } => Some(sealed),
        Write::DeleteResource { .. }
        | Write::DeleteFlowContent { .. }
        | Write::KeepAttachment { .. }
        | Write::DeleteAttachment { .. }
        | Write::DeleteContactState { .. }
        | Write::DeleteAgentState { .. }
        | Write::DeleteOutbox { .. }
        | Write::DeleteSignin { .. }
        | Write::Sweep { .. } => None,
    }
}

fn too_large(what: &str, found: usize, limit: usize) -> StoreError {
    StoreError::Failed(format!(
        "{found} {what} are more than the limit of {limit}: split them"
    ))
}

/// Nothing changed: the row was absent or had another version.
fn changed(what: &str, rows: usize) -> Result<(), StoreError> {
    if rows == 0 {
        Err(refused(what))
    } else {
        Ok(())
    }
}

fn constraint(error: &rusqlite::Error, what: &str) -> StoreError {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) {
        refused(what)
    } else {
        failed(error)
    }
}

fn insert(
    connection: &Connection,
    what: &str,
    sql: &str,
    values: impl Params,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute(values))
        .map_err(|error| constraint(&error, what))
        .map(|_| ())
}

fn run(connection: &Connection, sql: &str, values: impl Params) -> Result<(), StoreError> {
    execute(connection, sql, values).map(|_| ())
}

fn execute(connection: &Connection, sql: &str, values: impl Params) -> Result<usize, StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute(values))
        .map_err(|error| failed(&error))
}

fn found(connection: &Connection, sql: &str, values: impl Params) -> Result<bool, StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row(values, |_| Ok(())).optional())
        .map(|row| row.is_some())
        .map_err(|error| failed(&error))
}
