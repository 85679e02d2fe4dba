//! Recordings of calls: made chunk by chunk while the call goes on, heard by whoever may.
//!
//! A recording is a row and a sealed file under a key of its own. Key, file and row are durable before the
//! first sample is taken, so destroying the key destroys the recording, and nothing lies about unnamed.

mod listen;
mod playback;
mod rows;
mod unfinished;

use std::sync::{Mutex, PoisonError};

use media::recording::{Chunk, MarkKind};
use model::{
    ContactId, InstanceId, Recording, RecordingId, RecordingPart, RecordingState, Timestamp,
};
use seal::StreamSealer;
use serde_json::json;
use zeroize::Zeroizing;

pub use listen::{RECORDING_GRANT_LIFETIME, RecordingOverview};
pub use playback::Playback;

use crate::App;
use crate::action::RecordCall;
use crate::center::fresh_ids;
use crate::error::AppError;
use crate::ports::keys::KeyOwner;
use crate::ports::recordings::RecordingFile;
use crate::ports::store::StoreError;
use crate::vault::Vault;
use rows::recording_write;

/// Most recordings of one segment: API calls and flows that would begin one more are not followed.
pub const RECORDINGS_PER_CONTACT_MAX: u32 = 100;

/// Threads that sync at once.
const SYNC_THREADS: usize = 8;
/// Fewer tapes are no work for a thread of its own.
const SYNC_SHARE_MIN: usize = 4;

/// A recording that goes on. Its methods block: they are for the thread that writes.
pub struct Tape {
    instance: InstanceId,
    recording: Recording,
    /// Absent once it is finished.
    sealer: Option<StreamSealer>,
    file: Box<dyn RecordingFile>,
}

/// What became of a [`Tape`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapeEnd {
    instance: InstanceId,
    recording: Recording,
}

/// Why a tape takes nothing more. What was appended before stays readable.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file could not be written.
    #[error("a recording cannot be written: {0}")]
    Store(#[from] StoreError),
    /// A chunk is longer than any that this version makes.
    #[error("a chunk of a recording is too long")]
    TooLong,
    /// It has its end.
    #[error("a recording that was finished takes nothing more")]
    Finished,
}

impl Tape {
    /// The recording's id.
    pub const fn id(&self) -> RecordingId {
        self.recording.id
    }

    /// Seals a chunk and appends it.
    ///
    /// # Errors
    /// After one, the tape is to be given up: [`Tape::end`].
    pub fn append(&mut self, chunk: &Chunk) -> Result<(), TapeError> {
        let clear = Zeroizing::new(chunk.to_bytes());
        let sealer = self.sealer.as_mut().ok_or(TapeError::Finished)?;
        let sealed = sealer.seal(&clear).map_err(|_| TapeError::TooLong)?;
        self.file.append(&sealed)?;
        let end_ms = u64::from(chunk.start_ms) + u64::from(chunk.duration_ms());
        self.recording.length_ms = self.recording.length_ms.max(end_ms);
        let gaps = chunk.marks.iter().filter(|mark| mark.kind == MarkKind::Gap);
        let gaps = u32::try_from(gaps.count()).unwrap_or(u32::MAX);
        self.recording.gaps = self.recording.gaps.saturating_add(gaps);
        Ok(())
    }

    /// Appends the authenticated end.
    ///
    /// # Errors
    /// As [`Tape::append`].
    pub fn finish(&mut self) -> Result<(), TapeError> {
        let sealer = self.sealer.take().ok_or(TapeError::Finished)?;
        let sealed = sealer.finish(&[]).map_err(|_| TapeError::TooLong)?;
        self.file.append(&sealed)?;
        self.recording.state = RecordingState::Complete;
        Ok(())
    }

    /// What became of it, for [`App::end_recording`]: cut off where it was not finished. What was finished
    /// must be durable by now.
    pub fn end(self) -> TapeEnd {
        let mut recording = self.recording;
        if recording.state == RecordingState::Open {
            recording.state = RecordingState::CutOff;
        }
        TapeEnd {
            instance: self.instance,
            recording,
        }
    }
}

/// Makes durable what was appended to these tapes, several at once: one after the other they would take
/// longer than a second has. Gives those that failed. Blocks.
pub fn sync_tapes(tapes: &[&Tape]) -> Vec<RecordingId> {
    let failed = Mutex::new(Vec::new());
    let sync = |tapes: &[&Tape]| {
        for tape in tapes {
            if let Err(error) = tape.file.sync() {
                tracing::error!(recording.id = %tape.id(), error = %error, "a recording may not be on the disk");
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push(tape.id());
            }
        }
    };
    let share = tapes.len().div_ceil(SYNC_THREADS).max(SYNC_SHARE_MIN);
    std::thread::scope(|scope| {
        let mut shares = tapes.chunks(share);
        let own = shares.next();
        for share in shares {
            scope.spawn(move || sync(share));
        }
        own.into_iter().for_each(sync);
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Begins a recording of an open segment. When this returns, its key, its file and its row are durable.
    ///
    /// # Errors
    /// `NotFound` where the segment is over, `LimitExceeded` with too many recordings, `Unavailable`.
    pub async fn begin_recording(
        &self,
        instance: InstanceId,
        contact: ContactId,
        part: RecordingPart,
    ) -> Result<Tape, AppError> {
        let (call, permit) = self.line::<RecordCall>(instance, "RecordCall")?;
        let access = permit.spec().access;
        let center = self.center_of(permit.target())?;
        let store = &self.0.around.store;
        let before = store
            .recordings(instance, contact, RECORDINGS_PER_CONTACT_MAX)
            .await
            .map_err(crate::app::unavailable)?;
        if before.len() >= RECORDINGS_PER_CONTACT_MAX as usize {
            return Err(AppError::LimitExceeded(format!(
                "a contact has at most {RECORDINGS_PER_CONTACT_MAX} recordings"
            )));
        }
        let id = RecordingId::generate(&mut fresh_ids());
        let owner = KeyOwner::Recording(instance, id);
        let (key, wrapped) = Vault::new_key(&center.keys, owner);
        self.0
            .around
            .vault
            .keep(vec![wrapped])
            .await
            .map_err(crate::app::unavailable)?;
        let files = &self.0.recordings;
        let file = files
            .create(instance, id)
            .await
            .map_err(crate::app::unavailable)?;
        let recording = Recording {
            id,
            contact,
            part,
            started_at: self.now(),
            ended_at: None,
            state: RecordingState::Open,
            length_ms: 0,
            gaps: 0,
        };
        let write = recording_write(&center, &key, &recording);
        let begun = center
            .turn(move |turn| {
                turn.engine()
                    .contact(contact)
                    .ok_or(AppError::NotFound { what: "contact" })?;
                turn.write(write);
                turn.audit(&call, access, json!({"recordingId": id.to_string()}));
                Ok(())
            })
            .await;
        if let Err(error) = begun {
            // Nothing names it. Its key is swept at the next start.
            if files.delete(instance, id).await.is_err() {
                tracing::warn!("an empty file of a recording could not be deleted");
            }
            return Err(error);
        }
        Ok(Tape {
            instance,
            sealer: Some(center.keys.seal_recording(&key, id)),
            recording,
            file,
        })
    }

    /// A tape has ended: its row says so from now on.
    ///
    /// # Errors
    /// `Unavailable`; the next start of the program puts it right.
    pub async fn end_recording(&self, end: TapeEnd) -> Result<(), AppError> {
        let ended_at = self.now();
        self.put_ended(end, ended_at).await
    }

    async fn put_ended(&self, end: TapeEnd, ended_at: Timestamp) -> Result<(), AppError> {
        let TapeEnd {
            instance,
            mut recording,
        } = end;
        recording.ended_at = Some(ended_at);
        let center = self.center(instance)?;
        let key = self.recording_key(&center, recording.id).await?;
        let write = recording_write(&center, &key, &recording);
        center
            .turn(move |turn| {
                turn.write(write);
                Ok(())
            })
            .await
    }
}
