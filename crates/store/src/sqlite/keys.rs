//! Wrapped keys: put before what they seal, destroyed so that a restore cannot bring them back.

use app::ports::keys::{KeyOwner, KeyPurpose, WrappedKey};
use app::ports::store::StoreError;
use rusqlite::{Connection, OptionalExtension, params};

use super::database::empty_log;
use super::row::{self, bound, integer};
use super::writer::Apply;
use super::{failed, refused};
use crate::destroyed::{DestroyedLog, for_each_destroyed};

/// Most keys of one call.
pub const KEYS_PER_CALL_MAX: usize = 1000;
/// Longest wrapped key; the longest of the key providers have a few hundred bytes.
pub const WRAPPED_KEY_BYTES_MAX: usize = 4096;

/// A change of `keys.db`.
pub(super) enum KeyChange {
    /// Adds keys; none of them may exist.
    Put(Vec<WrappedKey>),
    /// Destroys keys and lists them as destroyed.
    Destroy(Vec<KeyOwner>),
    /// Removes keys that never sealed anything that was committed.
    Sweep(Vec<StoredOwner>),
}

/// The columns that name an owner: kind, instance, owner.
#[derive(Clone, Copy)]
pub(super) struct StoredOwner {
    pub(super) kind: &'static str,
    pub(super) instance: [u8; 16],
    pub(super) owner: [u8; 16],
}

pub(super) const CONTACT: &str = "contact";
pub(super) const ATTACHMENT: &str = "attachment";
pub(super) const RECORDING: &str = "recording";

impl From<KeyOwner> for StoredOwner {
    fn from(owner: KeyOwner) -> Self {
        let (kind, instance, owner) = match owner {
            KeyOwner::Instance(instance, purpose) => {
                (purpose_name(purpose), instance, instance.into_bytes())
            }
            KeyOwner::Contact(instance, contact) => (CONTACT, instance, contact.into_bytes()),
            KeyOwner::Attachment(instance, id) => (ATTACHMENT, instance, id.into_bytes()),
            KeyOwner::Recording(instance, id) => (RECORDING, instance, id.into_bytes()),
        };
        Self {
            kind,
            instance: instance.into_bytes(),
            owner,
        }
    }
}

const fn purpose_name(purpose: KeyPurpose) -> &'static str {
    match purpose {
        KeyPurpose::Wrap => "instance-wrap",
        KeyPurpose::Configuration => "instance-configuration",
        KeyPurpose::Audit => "instance-audit",
        KeyPurpose::Search => "instance-search",
        KeyPurpose::Tokens => "instance-tokens",
    }
}

/// Refuses what is too large to be queued.
pub(super) fn check_limits(keys: &[WrappedKey]) -> Result<(), StoreError> {
    check_count(keys.len())?;
    if keys
        .iter()
        .any(|key| key.wrapped.len() > WRAPPED_KEY_BYTES_MAX)
    {
        return Err(StoreError::Failed(format!(
            "a wrapped key is longer than {WRAPPED_KEY_BYTES_MAX} bytes: check the key provider"
        )));
    }
    Ok(())
}

/// Refuses too many keys at once.
pub(super) fn check_count(keys: usize) -> Result<(), StoreError> {
    if keys > KEYS_PER_CALL_MAX {
        return Err(StoreError::Failed(format!(
            "{keys} keys at once are more than the limit of {KEYS_PER_CALL_MAX}: split them"
        )));
    }
    Ok(())
}

/// Applies changes of keys.
pub(super) struct KeyChanges {
    log: DestroyedLog,
    deleted: bool,
}

impl KeyChanges {
    /// Applies what the list of destroyed keys holds beyond what this database has seen (a crash came
    /// between the list and the database).
    pub(super) fn open(connection: &Connection, log: DestroyedLog) -> Result<Self, StoreError> {
        let seen: i64 = connection
            .query_row("SELECT destroyed_bytes FROM progress", [], |row| row.get(0))
            .map_err(|error| failed(&error))?;
        let seen = u64::try_from(seen).unwrap_or(0);
        if seen < log.length() {
            apply_destroyed(connection, &log, seen)?;
        } else if seen > log.length() {
            tracing::warn!("the list of destroyed keys is shorter than it was");
        }
        Ok(Self {
            log,
            deleted: false,
        })
    }
}

/// Deletes the keys listed from this offset on.
pub(super) fn apply_destroyed(
    connection: &Connection,
    log: &DestroyedLog,
    offset: u64,
) -> Result<(), StoreError> {
    for_each_destroyed(log.path(), offset, KEYS_PER_CALL_MAX, |owners| {
        let transaction = connection
            .unchecked_transaction()
            .map_err(|error| failed(&error))?;
        for owner in owners {
            delete(connection, (*owner).into())?;
        }
        transaction.commit().map_err(|error| failed(&error))
    })?;
    remember_length(connection, log.length())?;
    empty_log(connection)
}

impl Apply for KeyChanges {
    type Job = KeyChange;

    fn apply(&mut self, connection: &Connection, change: &KeyChange) -> Result<(), StoreError> {
        match change {
            KeyChange::Put(keys) => keys.iter().try_for_each(|key| put(connection, key)),
            KeyChange::Destroy(owners) => {
                // Listed first: a crash in between destroys at the next start, never forgets.
                let length = self.log.append(owners)?;
                self.deleted = true;
                for owner in owners {
                    delete(connection, (*owner).into())?;
                }
                remember_length(connection, length)
            }
            KeyChange::Sweep(owners) => {
                self.deleted = true;
                owners
                    .iter()
                    .try_for_each(|owner| delete(connection, *owner))
            }
        }
    }

    fn committed(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if std::mem::take(&mut self.deleted) {
            // Until then the log holds the pages as they were before they were overwritten.
            empty_log(connection)?;
        }
        Ok(())
    }
}

/// The key of this owner.
pub(super) fn get(
    connection: &Connection,
    owner: StoredOwner,
) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT wrapped FROM keys WHERE instance = ? AND kind = ? AND owner = ?")?
        .query_row(params![owner.instance, owner.kind, owner.owner], |row| {
            row.get(0)
        })
        .optional()
}

/// The highest number of a key so far.
pub(super) fn last_number(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(number), 0) FROM keys", [], |row| {
        row.get(0)
    })
}

/// Keys of contacts, attachments and recordings with `after < number <= up_to`, in order.
pub(super) fn owners(
    connection: &Connection,
    after: i64,
    up_to: i64,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, StoredOwner)>> {
    let mut statement = connection.prepare_cached(
        "SELECT number, kind, instance, owner FROM keys
         WHERE number > ? AND number <= ? AND kind IN ('contact', 'attachment', 'recording')
         ORDER BY number LIMIT ?",
    )?;
    let rows = statement.query_map(params![after, up_to, bound(limit as u64)], |row| {
        let owner = StoredOwner {
            kind: row::word(row, 1, |name| {
                [CONTACT, ATTACHMENT, RECORDING]
                    .into_iter()
                    .find(|kind| *kind == name)
            })?,
            instance: row.get(2)?,
            owner: row.get(3)?,
        };
        Ok((row.get(0)?, owner))
    })?;
    rows.collect()
}

fn put(connection: &Connection, key: &WrappedKey) -> Result<(), StoreError> {
    let owner = StoredOwner::from(key.owner);
    connection
        .prepare_cached("INSERT INTO keys (kind, instance, owner, wrapped) VALUES (?, ?, ?, ?)")
        .and_then(|mut statement| {
            statement.execute(params![
                owner.kind,
                owner.instance,
                owner.owner,
                key.wrapped
            ])
        })
        .map(|_| ())
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => refused("key"),
            _ => failed(&error),
        })
}

fn delete(connection: &Connection, owner: StoredOwner) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM keys WHERE instance = ? AND kind = ? AND owner = ?")
        .and_then(|mut statement| {
            statement.execute(params![owner.instance, owner.kind, owner.owner])
        })
        .map(|_| ())
        .map_err(|error| failed(&error))
}

fn remember_length(connection: &Connection, length: u64) -> Result<(), StoreError> {
    connection
        .execute(
            "UPDATE progress SET destroyed_bytes = ?",
            [integer(length)?],
        )
        .map(|_| ())
        .map_err(|error| failed(&error))
}
