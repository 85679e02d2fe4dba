//! The list of destroyed keys: only appended to, kept apart from both databases, applied by a restore.
//!
//! One line per key: `v1 contact INSTANCE CONTACT`, `v1 attachment INSTANCE ATTACHMENT` or
//! `v1 recording INSTANCE RECORDING`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use app::ports::keys::KeyOwner;
use app::ports::store::StoreError;

use crate::data_dir::private_file;
use crate::io_failed;

/// Longest line: two ids, the longest word, and room.
const LINE_BYTES_MAX: u64 = 128;

/// The list, open for appending.
pub(crate) struct DestroyedLog {
    path: PathBuf,
    file: File,
    length: u64,
}

impl DestroyedLog {
    /// Opens the list, made where it is missing. A last line that a crash cut short is removed: its
    /// destruction was never confirmed.
    pub(crate) fn open(path: PathBuf) -> Result<Self, StoreError> {
        let mut file = private_file(&path)?;
        let length = whole_lines(&mut file)
            .and_then(|length| {
                file.set_len(length)?;
                file.sync_all()?;
                file.seek(SeekFrom::End(0))
            })
            .map_err(|error| io_failed(&path, &error))?;
        Ok(Self { path, file, length })
    }

    /// Appends and syncs; gives the length of the list after it.
    pub(crate) fn append(&mut self, owners: &[KeyOwner]) -> Result<u64, StoreError> {
        let mut lines = String::new();
        for owner in owners {
            lines.push_str(&line(*owner)?);
        }
        let written = self
            .file
            .write_all(lines.as_bytes())
            .and_then(|()| self.file.sync_all());
        if let Err(error) = written {
            // Whatever was written of it goes, so that the next line starts where a line should.
            let _ = self.file.set_len(self.length);
            let _ = self.file.seek(SeekFrom::Start(self.length));
            return Err(io_failed(&self.path, &error));
        }
        self.length += lines.len() as u64;
        Ok(self.length)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

/// Calls `each` with the keys listed from this offset on, at most `at_once` at a time.
pub(crate) fn for_each_destroyed(
    path: &Path,
    offset: u64,
    at_once: usize,
    mut each: impl FnMut(&[KeyOwner]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut file = File::open(path).map_err(|error| io_failed(path, &error))?;
    file.seek(SeekFrom::Start(offset))
        .map_err(|error| io_failed(path, &error))?;
    let mut reader = BufReader::new(file);
    let mut owners = Vec::with_capacity(at_once);
    let mut line = Vec::new();
    let mut position = offset;
    loop {
        line.clear();
        let read = reader
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|error| io_failed(path, &error))?;
        if read == 0 {
            break;
        }
        owners.push(parse(&line).ok_or_else(|| {
            StoreError::Failed(format!(
                "`{}` is damaged at byte {position}: fetch a good copy of the list, else destroyed keys would return",
                path.display()
            ))
        })?);
        position += read as u64;
        if owners.len() == at_once {
            each(&owners)?;
            owners.clear();
        }
    }
    if owners.is_empty() {
        return Ok(());
    }
    each(&owners)
}

fn line(owner: KeyOwner) -> Result<String, StoreError> {
    match owner {
        KeyOwner::Contact(instance, contact) => Ok(format!("v1 contact {instance} {contact}\n")),
        KeyOwner::Attachment(instance, id) => Ok(format!("v1 attachment {instance} {id}\n")),
        KeyOwner::Recording(instance, id) => Ok(format!("v1 recording {instance} {id}\n")),
        KeyOwner::Instance(..) => Err(StoreError::Failed(
            "keys of instances are not destroyed one by one: delete the instance".to_owned(),
        )),
    }
}

fn parse(line: &[u8]) -> Option<KeyOwner> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let mut words = line.split(' ');
    let parts = (words.next()?, words.next()?, words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    match parts {
        ("v1", "contact", instance, contact) => Some(KeyOwner::Contact(
            instance.parse().ok()?,
            contact.parse().ok()?,
        )),
        ("v1", "attachment", instance, id) => Some(KeyOwner::Attachment(
            instance.parse().ok()?,
            id.parse().ok()?,
        )),
        ("v1", "recording", instance, id) => Some(KeyOwner::Recording(
            instance.parse().ok()?,
            id.parse().ok()?,
        )),
        _ => None,
    }
}

/// The length up to the end of the last whole line.
fn whole_lines(file: &mut File) -> std::io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    let tail_start = length.saturating_sub(LINE_BYTES_MAX);
    file.seek(SeekFrom::Start(tail_start))?;
    let mut tail = Vec::new();
    file.take(LINE_BYTES_MAX).read_to_end(&mut tail)?;
    let torn = tail.iter().rev().take_while(|byte| **byte != b'\n').count();
    // A tail without any line end is no cut line but damage, which reading reports.
    if torn as u64 == LINE_BYTES_MAX {
        return Ok(length);
    }
    Ok(length - torn as u64)
}

#[cfg(test)]
mod tests;
