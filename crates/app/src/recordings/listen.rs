//! Whoever may hears a recording: by a grant that is good for a while and for one recording.

use std::sync::Arc;
use std::time::Duration;

use media::recording::{Mark, Survey};
use model::{ContactId, Recording, RecordingId, RecordingState};

use super::playback::{Chunks, Playback, silence};
use crate::App;
use crate::action::{Action, DownloadRecording, ListenRecording};
use crate::center::Center;
use crate::chat::attachments::DownloadGrant;
use crate::chat::tokens::{self, Claim};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

/// How long a grant for a recording is good. A player asks for another one when it must.
pub const RECORDING_GRANT_LIFETIME: Duration = Duration::from_mins(15);
/// Most peaks of a channel that a page gets: more than it has dots.
const PEAKS_MAX: usize = 1_200;
/// Most pauses and gaps that a page gets.
const MARKS_MAX: usize = 1_000;

/// What a player shows before a recording is heard.
#[derive(Debug, Clone)]
pub struct RecordingOverview {
    /// The recording.
    pub recording: Recording,
    /// The loudest moments of both channels, evenly spread over the recording.
    pub survey: Survey,
    /// Pauses and gaps.
    pub marks: Vec<Mark>,
    /// Leave to fetch it.
    pub grant: DownloadGrant,
}

impl App {
    /// The recordings of the contact that the permit names, in the order of their beginning.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_recordings(
        &self,
        call: &Arc<Call>,
        permit: Permit<ListenRecording>,
    ) -> Result<Vec<Recording>, AppError> {
        let (center, contact) = self.contact_target(permit.target())?;
        let recordings = self.recordings_of(&center, contact).await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok(recordings)
    }

    /// What a player needs for a recording of the contact that the permit names. Audited before the first
    /// byte can be fetched.
    ///
    /// # Errors
    /// `NotFound` where the contact has no such recording, `WrongState` while it goes on, `Internal` where
    /// it was altered.
    pub async fn listen_to_recording(
        &self,
        call: &Arc<Call>,
        permit: Permit<ListenRecording>,
        id: RecordingId,
    ) -> Result<RecordingOverview, AppError> {
        let (center, contact) = self.contact_target(permit.target())?;
        let recording = self.ended_recording(&center, contact, id).await?;
        center.audit_read(call, permit.spec().access).await?;
        let mut chunks = self.chunks(&center, id).await?;
        let survey = survey(&mut chunks, &recording).await?;
        let grant = self.recording_grant(&center, &recording);
        let marks = survey.marks.iter().copied().take(MARKS_MAX).collect();
        Ok(RecordingOverview {
            grant,
            marks,
            survey: coarser(survey),
            recording,
        })
    }

    /// Leave to save a recording of the contact that the permit names as a file. Audited before the first
    /// byte can be fetched.
    ///
    /// # Errors
    /// As [`App::listen_to_recording`].
    pub async fn download_recording(
        &self,
        call: &Arc<Call>,
        permit: Permit<DownloadRecording>,
        id: RecordingId,
    ) -> Result<DownloadGrant, AppError> {
        let (center, contact) = self.contact_target(permit.target())?;
        let recording = self.ended_recording(&center, contact, id).await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok(self.recording_grant(&center, &recording))
    }

    /// The recording of a grant, to be played.
    ///
    /// # Errors
    /// `AccessDenied` for a grant that is altered, expired or for something else; `NotFound` where the
    /// recording is gone.
    pub async fn play_recording(&self, grant: &str) -> Result<Playback, AppError> {
        let denied = AppError::AccessDenied {
            action: ListenRecording::SPEC.name,
        };
        let parsed = tokens::parse(grant).ok_or(denied.clone())?;
        let center = self.center(parsed.instance).map_err(|_| denied.clone())?;
        let Some(Claim::Recording(id)) = parsed.verify(center.keys.tokens(), self.now()) else {
            return Err(denied);
        };
        let recording = self.read_recording(&center, id).await?;
        let chunks = self.chunks(&center, id).await?;
        Playback::new(recording, chunks)
    }

    pub(super) async fn chunks(
        &self,
        center: &Center,
        id: RecordingId,
    ) -> Result<Chunks, AppError> {
        let key = self.recording_key(center, id).await?;
        let opener = center.keys.open_recording(key, id);
        let files = Arc::clone(&self.0.recordings);
        Ok(Chunks::new(files, center.scope.instance, id, opener))
    }

    async fn ended_recording(
        &self,
        center: &Center,
        contact: ContactId,
        id: RecordingId,
    ) -> Result<Recording, AppError> {
        let recording = self.read_recording(center, id).await?;
        if recording.contact != contact {
            return Err(AppError::NotFound { what: "recording" });
        }
        if recording.state == RecordingState::Open {
            return Err(AppError::WrongState(
                "the recording goes on: come back when the call is over".to_owned(),
            ));
        }
        Ok(recording)
    }

    fn recording_grant(&self, center: &Center, recording: &Recording) -> DownloadGrant {
        let expires_at = self.now().plus(RECORDING_GRANT_LIFETIME);
        let claim = Claim::Recording(recording.id);
        DownloadGrant {
            grant: tokens::mint(
                center.keys.tokens(),
                center.scope.instance,
                &claim,
                expires_at,
            ),
            expires_at,
            size_bytes: super::playback::file_bytes(recording),
        }
    }

    fn contact_target(&self, target: &Target) -> Result<(Arc<Center>, ContactId), AppError> {
        match *target {
            Target::Contact(instance, contact) => Ok((self.center(instance)?, contact)),
            _ => Err(AppError::NotFound { what: "contact" }),
        }
    }
}

/// Looks through a whole recording, with silence where audio is missing.
async fn survey(chunks: &mut Chunks, recording: &Recording) -> Result<Survey, AppError> {
    let mut survey = Survey::default();
    while let Some(chunk) = chunks.next().await? {
        let start_ms = u64::from(chunk.start_ms);
        if start_ms > recording.length_ms {
            return Err(AppError::Internal);
        }
        while survey.duration_ms < start_ms {
            survey.add(&silence(survey.duration_ms, start_ms));
        }
        survey.add(&chunk);
    }
    Ok(survey)
}

/// The same with fewer peaks: each is the loudest of those that it stands for.
fn coarser(survey: Survey) -> Survey {
    let together = survey.customer.len().div_ceil(PEAKS_MAX).max(1);
    let loudest = |peaks: &[u8]| {
        peaks
            .chunks(together)
            .map(|some| some.iter().copied().max().unwrap_or(0))
            .collect()
    };
    Survey {
        duration_ms: survey.duration_ms,
        customer: loudest(&survey.customer),
        agent: loudest(&survey.agent),
        marks: Vec::new(),
    }
}
