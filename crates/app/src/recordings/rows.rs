//! Rows of recordings, sealed under each recording's own key.

use std::sync::Arc;

use model::{ContactId, Recording, RecordingId};
use seal::DataKey;
use serde::{Deserialize, Serialize};

use super::RECORDINGS_PER_CONTACT_MAX;
use crate::App;
use crate::center::{Center, json};
use crate::error::AppError;
use crate::ports::keys::KeyOwner;
use crate::ports::store::{RecordingRow, Write};
use crate::vault::Place;

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    recording: Recording,
}

impl App {
    pub(super) async fn recording_key(
        &self,
        center: &Center,
        id: RecordingId,
    ) -> Result<Arc<DataKey>, AppError> {
        let owner = KeyOwner::Recording(center.scope.instance, id);
        let key = self.0.around.vault.key(&center.keys, owner).await?;
        key.ok_or(AppError::NotFound { what: "recording" })
    }

    /// The recordings of a contact that were not destroyed, in the order of their beginning.
    pub(crate) async fn recordings_of(
        &self,
        center: &Center,
        contact: ContactId,
    ) -> Result<Vec<Recording>, AppError> {
        let rows = self
            .0
            .around
            .store
            .recordings(center.scope.instance, contact, RECORDINGS_PER_CONTACT_MAX)
            .await
            .map_err(crate::app::unavailable)?;
        let mut recordings = Vec::with_capacity(rows.len());
        for row in &rows {
            recordings.extend(self.open_recording_row(center, row).await?);
        }
        Ok(recordings)
    }

    /// The recording of this id.
    pub(super) async fn read_recording(
        &self,
        center: &Center,
        id: RecordingId,
    ) -> Result<Recording, AppError> {
        let row = self
            .0
            .around
            .store
            .recording(center.scope.instance, id)
            .await
            .map_err(crate::app::unavailable)?;
        let missing = AppError::NotFound { what: "recording" };
        let row = row.ok_or(missing.clone())?;
        self.open_recording_row(center, &row).await?.ok_or(missing)
    }

    /// A row in clear; `None` where its key was destroyed.
    pub(super) async fn open_recording_row(
        &self,
        center: &Center,
        row: &RecordingRow,
    ) -> Result<Option<Recording>, AppError> {
        let owner = KeyOwner::Recording(center.scope.instance, row.id);
        let Some(key) = self.0.around.vault.key(&center.keys, owner).await? else {
            return Ok(None);
        };
        let bytes = row.id.into_bytes();
        let place = Place::new("recordings", &bytes);
        let clear = center.keys.open_under(&key, &place, &row.sealed)?;
        let stored: Stored = serde_json::from_slice(&clear).map_err(|_| AppError::Internal)?;
        Ok(Some(stored.recording))
    }
}

/// The write of a recording's row.
pub(super) fn recording_write(center: &Center, key: &DataKey, recording: &Recording) -> Write {
    let bytes = recording.id.into_bytes();
    let stored = Stored {
        format: 1,
        recording: recording.clone(),
    };
    Write::PutRecording(RecordingRow {
        instance: center.scope.instance,
        id: recording.id,
        contact: recording.contact,
        started_at: recording.started_at,
        ended_at: recording.ended_at,
        sealed: center
            .keys
            .seal_under(key, &Place::new("recordings", &bytes), &json(&stored)),
    })
}
