//! Backup while running, and restore.
//!
//! A backup is two artefacts, to be kept apart: `data/` (the database, the sealed files and the recordings) and `keys/`
//! (the wrapped keys). Order makes it consistent. The database is copied first: whatever file or key its
//! rows need was durable before the rows were. Then the files, then the keys. So no row of the copy lacks
//! its key or file, unless that was destroyed on purpose meanwhile.

use std::fs;
use std::path::Path;

use app::ports::store::StoreError;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::database::{DATA, KEYS, Schema, empty_log, open_reader, open_writer};
use super::failed;
use super::keys::apply_destroyed;
use crate::blobs::copy_files;
use crate::data_dir::{
    DataDir, copy_file, create_private_dir, private_file, rename_durably, sync_dir,
};
use crate::destroyed::DestroyedLog;
use crate::io_failed;

const DATA_ARTEFACT: &str = "data";
const KEYS_ARTEFACT: &str = "keys";
const BLOBS: &str = "blobs";
const RECORDINGS: &str = "recordings";

/// Copies a data directory that is in use into `folder`, which must be new or empty.
pub(super) fn back_up(data_dir: &DataDir, folder: &Path) -> Result<(), StoreError> {
    create_private_dir(folder)?;
    let mut entries = fs::read_dir(folder).map_err(|error| io_failed(folder, &error))?;
    if entries.next().is_some() {
        return Err(StoreError::Failed(format!(
            "`{}` is not empty: name a new folder for the backup",
            folder.display()
        )));
    }
    // Each artefact gets its name when it is complete: half a backup is never taken for a whole one.
    let data = folder.join("data.part");
    create_private_dir(&data)?;
    copy_database(data_dir.path(), &DATA, &data)?;
    copy_files(&data_dir.blobs(), &data.join(BLOBS))?;
    // One that goes on is copied as far as it has come, as a crash would leave it.
    copy_files(&data_dir.recordings(), &data.join(RECORDINGS))?;
    sync_dir(&data)?;

    let keys = folder.join("keys.part");
    create_private_dir(&keys)?;
    copy_database(data_dir.path(), &KEYS, &keys)?;
    sync_dir(&keys)?;

    rename_durably(&data, &folder.join(DATA_ARTEFACT))?;
    rename_durably(&keys, &folder.join(KEYS_ARTEFACT))
}

/// Restores the backup in `backup` into `data_dir`, which must hold no store yet. Keys that
/// `data_dir/destroyed.log` lists are destroyed in the restored copy: put the latest list there first.
///
/// # Errors
/// `Failed` where the data directory is in use or holds a store, the backup is incomplete, damaged or of
/// a newer version, or the list of destroyed keys is damaged.
pub fn restore(backup: &Path, data_dir: &Path) -> Result<(), StoreError> {
    let dir = DataDir::take(data_dir)?;
    for schema in [&DATA, &KEYS] {
        let path = dir.path().join(schema.file);
        if path.exists() {
            return Err(StoreError::Failed(format!(
                "`{}` exists: restore into a data directory without a store",
                path.display()
            )));
        }
    }
    // Put together under another name, so that a restore that was broken off can be repeated.
    let staging = dir.path().join("restore.part");
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(|error| io_failed(&staging, &error))?;
    }
    create_private_dir(&staging)?;
    fetch(&backup.join(DATA_ARTEFACT), &DATA, &staging)?;
    fetch(&backup.join(KEYS_ARTEFACT), &KEYS, &staging)?;
    for folder in [BLOBS, RECORDINGS] {
        copy_files(
            &backup.join(DATA_ARTEFACT).join(folder),
            &staging.join(folder),
        )?;
    }

    let log = DestroyedLog::open(dir.destroyed_log())?;
    let keys = open_writer(&staging, &KEYS)?;
    // From the start of the list: how much of it the copy has seen says nothing about another list.
    apply_destroyed(&keys, &log, 0)?;
    drop(keys);
    check(&staging, &DATA)?;

    for folder in [BLOBS, RECORDINGS] {
        let place = dir.path().join(folder);
        if place.exists() {
            fs::remove_dir_all(&place).map_err(|error| io_failed(&place, &error))?;
        }
        rename_durably(&staging.join(folder), &place)?;
    }
    // The database comes last: without it there is no store.
    for schema in [&KEYS, &DATA] {
        rename_durably(&staging.join(schema.file), &dir.path().join(schema.file))?;
    }
    fs::remove_dir_all(&staging).map_err(|error| io_failed(&staging, &error))
}

/// Copies a database in one read transaction, beside its writer.
fn copy_database(from: &Path, schema: &Schema, to: &Path) -> Result<(), StoreError> {
    let source = open_reader(from, schema)?;
    let path = to.join(schema.file);
    let file = private_file(&path)?;
    let mut target = Connection::open(&path).map_err(|error| failed(&error))?;
    // All pages in one step: in smaller ones each commit meanwhile would start the copy anew.
    let step = Backup::new(&source, &mut target)
        .and_then(|backup| backup.step(-1))
        .map_err(|error| failed(&error))?;
    if !matches!(step, StepResult::Done) {
        return Err(StoreError::Failed(format!(
            "`{}` is locked by another program: end it and repeat the backup",
            schema.file
        )));
    }
    target.close().map_err(|(_, error)| failed(&error))?;
    file.sync_all().map_err(|error| io_failed(&path, &error))
}

fn fetch(artefact: &Path, schema: &Schema, staging: &Path) -> Result<(), StoreError> {
    let from = artefact.join(schema.file);
    if copy_file(&from, &staging.join(schema.file))? {
        Ok(())
    } else {
        Err(StoreError::Failed(format!(
            "`{}` is missing: the backup is incomplete, take another one",
            from.display()
        )))
    }
}

/// Opens the copy (refused where it is newer than this program) and reads it whole.
fn check(folder: &Path, schema: &Schema) -> Result<(), StoreError> {
    let connection = open_writer(folder, schema)?;
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| failed(&error))?;
    if verdict == "ok" {
        // The file alone is renamed into place.
        return empty_log(&connection);
    }
    Err(StoreError::Failed(format!(
        "`{}` of the backup is damaged ({verdict}): take another one",
        schema.file
    )))
}
