//! Recordings that a former run of the program left without an end.

use model::{Recording, RecordingState};
use seal::StreamEnd;

use super::TapeEnd;
use super::playback::Chunks;
use crate::App;
use crate::center::Center;
use crate::error::AppError;
use crate::ports::store::Write;

/// Rows that are read at once.
const ROWS_AT_ONCE: u32 = 100;

impl App {
    /// Ends what has no end. To be called before anything is recorded.
    pub(crate) async fn end_unfinished_recordings(&self) -> Result<(), AppError> {
        for center in self.centers() {
            self.end_unfinished_of(&center).await?;
        }
        Ok(())
    }

    async fn end_unfinished_of(&self, center: &Center) -> Result<(), AppError> {
        let instance = center.scope.instance;
        let store = &self.0.around.store;
        let mut after = None;
        loop {
            let rows = store
                .open_recordings(instance, after, ROWS_AT_ONCE)
                .await
                .map_err(crate::app::unavailable)?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for row in &rows {
                match self.open_recording_row(center, row).await? {
                    Some(recording) => self.end_unfinished(center, recording).await?,
                    None => {
                        let id = row.id;
                        let delete = Write::DeleteRecording { instance, id };
                        let deleted = store.commit(vec![delete]).await;
                        deleted.map_err(crate::app::unavailable)?;
                    }
                }
            }
        }
    }

    /// Its audio ends with the last chunk that is whole and authentic.
    async fn end_unfinished(
        &self,
        center: &Center,
        mut recording: Recording,
    ) -> Result<(), AppError> {
        let mut chunks = self.chunks(center, recording.id).await?;
        recording.state = match measure(&mut chunks, &mut recording).await {
            Ok(StreamEnd::Complete) => RecordingState::Complete,
            // What is wrong with it was logged; what came before can be heard.
            Ok(StreamEnd::CutOff) | Err(AppError::Internal | AppError::NotFound { .. }) => {
                RecordingState::CutOff
            }
            Err(error) => return Err(error),
        };
        tracing::warn!(
            recording.id = %recording.id,
            length_ms = recording.length_ms,
            "a recording was cut off by the end of the program"
        );
        let length = std::time::Duration::from_millis(recording.length_ms);
        let ended_at = recording.started_at.plus(length);
        let end = TapeEnd {
            instance: center.scope.instance,
            recording,
        };
        self.put_ended(end, ended_at).await
    }
}

async fn measure(chunks: &mut Chunks, recording: &mut Recording) -> Result<StreamEnd, AppError> {
    recording.length_ms = 0;
    while let Some(chunk) = chunks.next().await? {
        recording.length_ms = u64::from(chunk.start_ms) + u64::from(chunk.duration_ms());
    }
    Ok(chunks.end().unwrap_or(StreamEnd::CutOff))
}
