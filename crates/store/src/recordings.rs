//! Recordings: sealed files in folders by instance, appended to while a call goes on.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use app::ports::recordings::RecordingFile;
use app::ports::store::StoreError;
use model::{InstanceId, RecordingId};

use crate::data_dir::{create_private_dir, sync_dir};
use crate::io_failed;

/// Most bytes that are read at once.
pub const READ_BYTES_MAX: usize = 1024 * 1024;

/// The folder of recordings.
pub(crate) struct RecordingFiles {
    root: PathBuf,
}

/// A recording that is being written.
struct Appended {
    path: PathBuf,
    file: File,
}

impl RecordingFiles {
    /// Opens the folder, made where it is missing.
    pub(crate) fn open(root: PathBuf) -> Result<Self, StoreError> {
        create_private_dir(&root)?;
        Ok(Self { root })
    }

    pub(crate) fn create(
        &self,
        instance: InstanceId,
        id: RecordingId,
    ) -> Result<Box<dyn RecordingFile>, StoreError> {
        let path = self.path(instance, id);
        let folder = path.parent().unwrap_or(&self.root);
        create_private_dir(folder)?;
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| io_failed(&path, &error))?;
        sync_dir(folder)?;
        Ok(Box::new(Appended { path, file }))
    }

    pub(crate) fn read(
        &self,
        instance: InstanceId,
        id: RecordingId,
        offset: u64,
        bytes: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(instance, id);
        let Some(file) = found(&path, File::open(&path))? else {
            return Ok(None);
        };
        let mut sealed = vec![0; bytes.min(READ_BYTES_MAX)];
        let mut length = 0;
        while let Some(rest) = sealed.get_mut(length..).filter(|rest| !rest.is_empty()) {
            let place = offset.saturating_add(length as u64);
            match file.read_at(rest, place) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(io_failed(&path, &error)),
            }
        }
        sealed.truncate(length);
        Ok(Some(sealed))
    }

    pub(crate) fn delete(&self, instance: InstanceId, id: RecordingId) -> Result<(), StoreError> {
        let path = self.path(instance, id);
        match found(&path, fs::remove_file(&path))? {
            Some(()) => path.parent().map_or(Ok(()), sync_dir),
            None => Ok(()),
        }
    }

    fn path(&self, instance: InstanceId, id: RecordingId) -> PathBuf {
        self.root.join(instance.to_string()).join(id.to_string())
    }
}

impl RecordingFile for Appended {
    fn append(&mut self, sealed: &[u8]) -> Result<(), StoreError> {
        self.file
            .write_all(sealed)
            .map_err(|error| io_failed(&self.path, &error))
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.file
            .sync_data()
            .map_err(|error| io_failed(&self.path, &error))
    }
}

/// `None` where there is no such file.
fn found<T>(path: &Path, result: std::io::Result<T>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_failed(path, &error)),
    }
}
