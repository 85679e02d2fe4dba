//! One database file: made with mode 0600, opened with the settings that durability rests on, migrated.

use std::path::Path;
use std::time::Duration;

use app::ports::store::StoreError;
use refinery::{Migration, Runner};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::failed;
use crate::data_dir::private_file;

/// A database with the migrations that this program knows.
pub(super) struct Schema {
    /// Name of the file.
    pub(super) file: &'static str,
    secure_delete: bool,
    migrations: &'static [(&'static str, &'static str)],
}

macro_rules! migrations {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")),
        )),*]
    };
}

/// What the center stores, sealed.
pub(super) const DATA: Schema = Schema {
    file: "data.db",
    secure_delete: false,
    migrations: migrations!("data": "V1__initial", "V2__unfinished_attachments", "V3__recordings"),
};

/// Wrapped keys.
pub(super) const KEYS: Schema = Schema {
    file: "keys.db",
    secure_delete: true,
    migrations: migrations!("keys": "V1__initial"),
};

/// A writer that waits for a checkpoint of another connection waits no longer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages in the write-ahead log before they are copied into the database (16 MiB).
const CHECKPOINT_PAGES: u32 = 4096;
/// What remains of the write-ahead log after a checkpoint.
const LOG_BYTES_KEPT: u32 = 64 * 1024 * 1024;
/// Memory for pages, per connection.
const WRITER_CACHE_KIB: i32 = 64 * 1024;
const READER_CACHE_KIB: i32 = 8 * 1024;
/// Prepared statements kept per connection; there are about 50.
const STATEMENTS_KEPT: usize = 96;

/// Opens the database for writing, makes it where it is missing, and brings it up to date.
pub(super) fn open_writer(folder: &Path, schema: &Schema) -> Result<Connection, StoreError> {
    let path = folder.join(schema.file);
    // Made here, so that it and its log are never readable by others.
    private_file(&path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(&path, flags).map_err(|error| cannot_open(&path, &error))?;
    set_up_writer(&connection, schema).map_err(|error| cannot_open(&path, &error))?;
    refuse_newer(&connection, schema)?;
    let migrations = schema
        .migrations
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| StoreError::Failed(error.to_string()))?;
    Runner::new(&migrations)
        .set_grouped(true)
        .run(&mut connection)
        .map_err(|error| {
            StoreError::Failed(format!("cannot migrate `{}`: {error}", path.display()))
        })?;
    Ok(connection)
}

/// Opens a database that [`open_writer`] has opened, for reading.
pub(super) fn open_reader(folder: &Path, schema: &Schema) -> Result<Connection, StoreError> {
    let path = folder.join(schema.file);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(&path, flags).map_err(|error| cannot_open(&path, &error))?;
    harden(&connection)
        .and_then(|()| connection.pragma_update(None, "cache_size", -READER_CACHE_KIB))
        .map_err(|error| cannot_open(&path, &error))?;
    Ok(connection)
}

/// Copies the write-ahead log into the database and empties it.
pub(super) fn empty_log(connection: &Connection) -> Result<(), StoreError> {
    let busy: bool = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|error| failed(&error))?;
    if busy {
        return Err(StoreError::Failed(
            "what was committed is still being read and not yet erased: repeat it".to_owned(),
        ));
    }
    Ok(())
}

fn set_up_writer(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    harden(connection)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // INVARIANT: a commit is on disk before its caller is answered.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "secure_delete", schema.secure_delete)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)
}

/// A damaged or forged file must not make SQLite do more than read rows.
fn harden(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)
}

fn refuse_newer(connection: &Connection, schema: &Schema) -> Result<(), StoreError> {
    let has_history: bool = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')",
            [],
            |row| row.get(0),
        )
        .map_err(|error| failed(&error))?;
    if !has_history {
        return Ok(());
    }
    // The migration library takes its table for well formed and panics where it is not.
    let (found, damaged): (Option<i64>, bool) = connection
        .query_row(
            "SELECT max(version), coalesce(max(
                 typeof(version) <> 'integer' OR julianday(applied_on) IS NULL
                 OR checksum GLOB '*[^0-9]*' OR length(checksum) NOT BETWEEN 1 AND 20
                 OR (length(checksum) = 20 AND checksum > '18446744073709551615')), 0)
             FROM refinery_schema_history",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(|error| failed(&error))?;
    if damaged {
        return Err(StoreError::Failed(format!(
            "the schema history of `{}` is damaged: restore a backup",
            schema.file
        )));
    }
    let known = i64::try_from(schema.migrations.len()).unwrap_or(i64::MAX);
    match found {
        Some(found) if found > known => Err(StoreError::Failed(format!(
            "`{}` has schema version {found}, this program knows {known}: start the version that wrote it, or restore an older backup",
            schema.file
        ))),
        _ => Ok(()),
    }
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::Failed(format!(
        "cannot open `{}`: {error}: check the disk, or restore a backup",
        path.display()
    ))
}

#[cfg(test)]
mod tests;
