//! Sealed files in folders by instance: written under another name, synced, renamed, synced.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use app::ports::store::StoreError;
use model::{AttachmentId, InstanceId};

use crate::data_dir::{copy_file, create_private_dir, private_file, rename_durably, sync_dir};
use crate::io_failed;

/// Longest sealed file. Above what uploads may have, with room for frames.
pub const BLOB_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Ends the names of files that are being written.
const PART_SUFFIX: &str = ".part";

/// The folder of sealed files.
pub(crate) struct BlobFiles {
    root: PathBuf,
    // Two writers of one id must not share a temporary name.
    parts: AtomicU64,
}

impl BlobFiles {
    /// Opens the folder, made where it is missing, and removes what a crash left half written.
    pub(crate) fn open(root: PathBuf) -> Result<Self, StoreError> {
        create_private_dir(&root)?;
        for instance in folders(&root)? {
            for file in entries(&instance)? {
                if is_part(&file) {
                    fs::remove_file(&file).map_err(|error| io_failed(&file, &error))?;
                }
            }
        }
        Ok(Self {
            root,
            parts: AtomicU64::new(0),
        })
    }

    pub(crate) fn put(
        &self,
        instance: InstanceId,
        id: AttachmentId,
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        if sealed.len() > BLOB_BYTES_MAX {
            return Err(StoreError::Failed(format!(
                "a file of {} bytes is longer than the limit of {BLOB_BYTES_MAX}: split it",
                sealed.len()
            )));
        }
        let folder = self.root.join(instance.to_string());
        create_private_dir(&folder)?;
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        let part = folder.join(format!("{id}.{number}{PART_SUFFIX}"));
        let written = write_synced(&part, sealed).and_then(|()| {
            let path = folder.join(id.to_string());
            rename_durably(&part, &path)
        });
        if written.is_err() {
            // Best effort: what remains is removed at the next start.
            let _ = fs::remove_file(&part);
        }
        written
    }

    pub(crate) fn get(
        &self,
        instance: InstanceId,
        id: AttachmentId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(instance, id);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_failed(&path, &error)),
        };
        let mut sealed = Vec::new();
        // One byte more than the limit tells a longer file apart.
        file.take(BLOB_BYTES_MAX as u64 + 1)
            .read_to_end(&mut sealed)
            .map_err(|error| io_failed(&path, &error))?;
        if sealed.len() > BLOB_BYTES_MAX {
            return Err(StoreError::Failed(format!(
                "`{}` is longer than any file that was stored: restore it from a backup",
                path.display()
            )));
        }
        Ok(Some(sealed))
    }

    pub(crate) fn delete(&self, instance: InstanceId, id: AttachmentId) -> Result<(), StoreError> {
        let path = self.path(instance, id);
        match fs::remove_file(&path) {
            Ok(()) => path.parent().map_or(Ok(()), sync_dir),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io_failed(&path, &error)),
        }
    }

    fn path(&self, instance: InstanceId, id: AttachmentId) -> PathBuf {
        self.root.join(instance.to_string()).join(id.to_string())
    }
}

/// Copies all files durably. What is deleted meanwhile is left out, and what is half written too. A folder
/// that is not there (a backup of a version that had none) counts as empty.
pub(crate) fn copy_files(from: &Path, to: &Path) -> Result<(), StoreError> {
    create_private_dir(to)?;
    if !from.exists() {
        return Ok(());
    }
    for instance in folders(from)? {
        let Some(name) = instance.file_name() else {
            continue;
        };
        let folder = to.join(name);
        create_private_dir(&folder)?;
        for file in entries(&instance)? {
            if let Some(name) = file.file_name()
                && !is_part(&file)
            {
                copy_file(&file, &folder.join(name))?;
            }
        }
        sync_dir(&folder)?;
    }
    sync_dir(to)
}

fn is_part(path: &Path) -> bool {
    path.to_string_lossy().ends_with(PART_SUFFIX)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = entries(folder)?;
    paths.retain(|path| path.is_dir());
    Ok(paths)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect()
        })
        .map_err(|error| io_failed(folder, &error))
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = private_file(path)?;
    file.set_len(0)
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| file.sync_all())
        .map_err(|error| io_failed(path, &error))
}
