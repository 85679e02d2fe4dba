//! The data directory: its lock, its layout, and files that only the owner reads.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use app::ports::store::StoreError;

use crate::io_failed;

/// A data directory that this process alone uses, until this value is dropped.
pub(crate) struct DataDir {
    path: PathBuf,
    // Holds the lock of the operating system, which ends with the process whatever happens.
    _lock: File,
}

impl DataDir {
    /// Makes the directory where it is missing and takes its lock.
    pub(crate) fn take(path: &Path) -> Result<Self, StoreError> {
        create_private_dir(path)?;
        let lock_path = path.join("lock");
        let lock = private_file(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Failed(format!(
                "the data directory `{}` is in use: stop the other process, or ask it over its control socket",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(io_failed(&lock_path, &error)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }

    pub(crate) fn recordings(&self) -> PathBuf {
        self.path.join("recordings")
    }

    pub(crate) fn destroyed_log(&self) -> PathBuf {
        self.path.join("destroyed.log")
    }
}

/// Opens a file for reading and writing, made with mode 0600 where it is missing.
pub(crate) fn private_file(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| io_failed(path, &error))
}

/// Makes a directory and its parents with mode 0700, durably; it may exist.
pub(crate) fn create_private_dir(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| io_failed(path, &error))?;
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_dir(parent),
        _ => Ok(()),
    }
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|dir| dir.sync_all())
        .map_err(|error| io_failed(path, &error))
}

/// Renames durably within one directory.
pub(crate) fn rename_durably(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(|error| io_failed(to, &error))?;
    to.parent().map_or(Ok(()), sync_dir)
}

/// Copies a file durably; `false` where the original is gone.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result<bool, StoreError> {
    let mut source = match File::open(from) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(io_failed(from, &error)),
    };
    let mut target = private_file(to)?;
    std::io::copy(&mut source, &mut target)
        .and_then(|_| target.sync_all())
        .map_err(|error| io_failed(to, &error))?;
    Ok(true)
}
