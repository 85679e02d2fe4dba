//! Recorded prompts: audio is uploaded first, sealed under a key of its own, then taken up by a prompt.
//!
//! INVARIANT: a file belongs to one prompt at most, and its content never changes: another recording is
//! another file. So whoever remembers audio by its file remembers the right one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use media::frame::SAMPLE_RATE;
use media::prompt::{WAV_BYTES_MAX, parse_wav};
use model::arn::ArnTarget;
use model::resource::{Prompt, ResourceBody};
use model::{
    Arn, AttachmentId, ContactId, InstanceId, ParticipantId, Resource, ResourceKind, Secret,
    Timestamp,
};
use serde_json::json;

use super::{Draft, NewResource};
use crate::App;
use crate::action::{CreatePrompt, GetPromptFile, UpdatePrompt, UploadPromptAudio};
use crate::center::resources::Resources;
use crate::center::{Turn, fresh_ids};
use crate::chat::attachments::UPLOAD_LIFETIME;
use crate::chat::attachments::rows::{Attachment, Stage};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::ports::keys::KeyOwner;
use crate::ports::store::Write;
use crate::principal::Call;
use crate::vault::Vault;

/// Largest file of a prompt, bytes.
pub const PROMPT_BYTES_MAX: usize = WAV_BYTES_MAX;
/// Most files of an instance that were uploaded within the last hour and no prompt has taken up.
pub const UNUSED_UPLOADS_MAX: usize = 50;

const CONTENT_TYPE: &str = "audio/wav";
/// What a file is called when it is downloaded.
const FILE_NAME: &str = "prompt.wav";
/// The file of a prompt belongs to no contact and no participant.
const NO_CONTACT: ContactId = ContactId::from_u128(0);
const NO_PARTICIPANT: ParticipantId = ParticipantId::from_u128(0);

/// A recording of an instance, by the file that a prompt has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recording {
    instance: InstanceId,
    audio: AttachmentId,
}

/// Changes of a prompt; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptChange {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// A file that was uploaded within the last hour.
    pub audio: Option<AttachmentId>,
}

impl App {
    /// Takes a WAV file for a prompt. It can be taken up within [`UPLOAD_LIFETIME`].
    ///
    /// # Errors
    /// `Invalid` for what is no WAV file of the kinds that are taken, with the reason; `LimitExceeded` with
    /// too many files that nobody took up.
    pub async fn upload_prompt_audio(
        &self,
        call: &Arc<Call>,
        permit: Permit<UploadPromptAudio>,
        file: Bytes,
    ) -> Result<AttachmentId, AppError> {
        let Target::Instance(instance) = *permit.target() else {
            return Err(AppError::NotFound { what: "instance" });
        };
        let center = self.center(instance)?;
        parse_wav(&file).map_err(|error| AppError::Invalid(error.to_string()))?;
        let id = AttachmentId::generate(&mut fresh_ids());
        if !center.uploads.begin(id, self.now()) {
            return Err(AppError::LimitExceeded(format!(
                "{UNUSED_UPLOADS_MAX} files wait for their prompts already: use them, or wait an hour"
            )));
        }
        let owner = KeyOwner::Attachment(instance, id);
        let (key, wrapped) = Vault::new_key(&center.keys, owner);
        let vault = &self.0.around.vault;
        vault
            .keep(vec![wrapped])
            .await
            .map_err(crate::app::unavailable)?;
        vault.remember(owner, Arc::clone(&key));
        let mut row = Attachment {
            format: 1,
            name: FILE_NAME.into(),
            content_type: CONTENT_TYPE.to_owned(),
            size_bytes: u64::try_from(file.len()).unwrap_or(u64::MAX),
            participant: NO_PARTICIPANT,
            begun_at: self.now(),
            stage: Stage::Granted,
        };
        // The row first, so that whatever a crash leaves behind is found and deleted.
        self.put_attachment(&center, id, NO_CONTACT, NO_CONTACT, &row)
            .await?;
        let sealed = center.keys.seal_file(&key, id, &file);
        self.0
            .blobs
            .put(instance, id, sealed)
            .await
            .map_err(crate::app::unavailable)?;
        row.stage = Stage::Uploaded;
        self.put_attachment(&center, id, NO_CONTACT, NO_CONTACT, &row)
            .await?;
        let (call, access) = (Arc::clone(call), permit.spec().access);
        center
            .turn(move |turn| {
                turn.audit(&call, access, json!({"file": id.to_string()}));
                Ok(id)
            })
            .await
    }

    /// Creates a prompt with a file that was uploaded.
    ///
    /// # Errors
    /// What [`App::create`] refuses; `Invalid` for a file that was not uploaded within the last hour or
    /// belongs to a prompt already.
    pub async fn create_prompt(
        &self,
        call: &Arc<Call>,
        permit: Permit<CreatePrompt>,
        new: NewResource<Prompt>,
    ) -> Result<Arc<Resource>, AppError> {
        self.check_upload(permit.target(), new.body.audio).await?;
        self.create(call, permit, new).await
    }

    /// Changes a prompt. Another file counts at once, for calls in progress too.
    ///
    /// # Errors
    /// As [`App::create_prompt`], and `NotFound`.
    pub async fn update_prompt(
        &self,
        call: &Arc<Call>,
        permit: Permit<UpdatePrompt>,
        change: PromptChange,
    ) -> Result<Arc<Resource>, AppError> {
        if let Some(audio) = change.audio {
            self.check_upload(permit.target(), audio).await?;
        }
        self.update(call, permit, move |prompt: &mut Draft<Prompt>| {
            if let Some(name) = change.name {
                prompt.name = name;
            }
            if change.description.is_some() {
                prompt.body.description = change.description;
            }
            if let Some(audio) = change.audio {
                prompt.body.audio = audio;
            }
            Ok(())
        })
        .await
    }

    /// A prompt, and leave to download its file for five minutes.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn prompt_file(
        &self,
        permit: &Permit<GetPromptFile>,
    ) -> Result<(Arc<Resource>, Secret<String>), AppError> {
        let prompt = self.describe::<_, Prompt>(permit)?;
        let audio = audio_of(Some(&prompt.body)).ok_or(AppError::Internal)?;
        let center = self.center(prompt.instance)?;
        let (grant, _) = self.grant_file(&center, audio);
        Ok((prompt, grant))
    }

    /// The recording that a flow of an instance names, by id, ARN or name; `None` where the instance has no
    /// such prompt. What another instance has is not found.
    pub fn recording(&self, instance: InstanceId, name: &str) -> Option<Recording> {
        let center = self.center(instance).ok()?;
        let kind = ResourceKind::Prompt;
        center.resources(|resources| {
            let prompt = match name.parse::<Arn>() {
                Ok(Arn {
                    scope,
                    target: ArnTarget::Resource(of, id),
                }) if of == kind && scope == center.scope => resources.get(kind, id),
                Ok(_) => None,
                Err(_) => name
                    .parse()
                    .ok()
                    .and_then(|id| resources.get(kind, id))
                    .or_else(|| resources.by_name(kind, name)),
            };
            let audio = audio_of(Some(&prompt?.body))?;
            Some(Recording { instance, audio })
        })
    }

    /// The samples of a recording: 8 kHz, one channel.
    ///
    /// # Errors
    /// `NotFound` where the prompt was deleted or has another file meanwhile.
    pub async fn recorded_audio(&self, recording: Recording) -> Result<Vec<i16>, AppError> {
        let center = self.center(recording.instance)?;
        let file = self.attachment_bytes(&center, recording.audio).await?;
        let decoding = tokio::task::spawn_blocking(move || {
            parse_wav(&file).map(|audio| audio.to_samples(SAMPLE_RATE))
        });
        decoding
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(AppError::Internal)
    }

    /// The file must have been uploaded for this instance, within the last hour.
    async fn check_upload(&self, target: &Target, id: AttachmentId) -> Result<(), AppError> {
        let instance = target
            .instance()
            .ok_or(AppError::NotFound { what: "instance" })?;
        let center = self.center(instance)?;
        let found = match self.read_attachment(&center, id).await {
            Err(AppError::NotFound { .. }) => None,
            other => other?,
        };
        let good = found.is_some_and(|(row, file)| {
            row.contact == NO_CONTACT
                && row.unfinished_since.is_some()
                && file.can_be_completed(self.now())
        });
        if good {
            return Ok(());
        }
        Err(AppError::Invalid(
            "no file was uploaded under this S3Uri within the last hour, or a prompt has it: upload it again"
                .to_owned(),
        ))
    }

    /// Destroys the file of a prompt that is gone or has another one.
    pub(super) async fn forget_audio(
        &self,
        instance: InstanceId,
        audio: Option<AttachmentId>,
    ) -> Result<(), AppError> {
        let Some(id) = audio else {
            return Ok(());
        };
        let failed = crate::app::unavailable;
        let owner = KeyOwner::Attachment(instance, id);
        let vault = &self.0.around.vault;
        vault.destroy(vec![owner]).await.map_err(failed)?;
        self.0.blobs.delete(instance, id).await.map_err(failed)
    }
}

/// What a change means for files: nothing is written yet.
pub(super) struct AudioChange {
    taken_up: Option<AttachmentId>,
    left: Option<AttachmentId>,
}

impl AudioChange {
    /// From a body to another; absent where there is none.
    pub(super) fn check(
        resources: &Resources,
        before: Option<&ResourceBody>,
        after: Option<&ResourceBody>,
    ) -> Result<Self, AppError> {
        let (left, taken_up) = (audio_of(before), audio_of(after));
        if left == taken_up {
            return Ok(Self {
                taken_up: None,
                left: None,
            });
        }
        let is_used = |id| {
            resources
                .page(ResourceKind::Prompt, None)
                .any(|prompt| audio_of(Some(&prompt.body)) == Some(id))
        };
        if taken_up.is_some_and(is_used) {
            return Err(AppError::Invalid(
                "another prompt has the file of this S3Uri: upload it again".to_owned(),
            ));
        }
        Ok(Self { taken_up, left })
    }

    /// Writes it with the change of the prompt. Gives the file to destroy once that is committed.
    pub(super) fn write(self, turn: &mut Turn<'_>, instance: InstanceId) -> Option<AttachmentId> {
        if let Some(id) = self.taken_up {
            turn.center.uploads.finish(id);
            turn.write(Write::KeepAttachment { instance, id });
        }
        if let Some(id) = self.left {
            turn.write(Write::DeleteAttachment { instance, id });
        }
        self.left
    }
}

fn audio_of(body: Option<&ResourceBody>) -> Option<AttachmentId> {
    match body {
        Some(ResourceBody::Prompt(prompt)) => Some(prompt.audio),
        _ => None,
    }
}

/// Files that wait for their prompts. Forgotten at a restart, which gives the instance its share anew.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<BTreeMap<AttachmentId, Timestamp>>);

impl Uploads {
    /// One more file; `false` where too many wait.
    fn begin(&self, id: AttachmentId, now: Timestamp) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, since| since.plus(UPLOAD_LIFETIME) > now);
        if waiting.len() >= UNUSED_UPLOADS_MAX {
            return false;
        }
        waiting.insert(id, now);
        true
    }

    fn finish(&self, id: AttachmentId) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_that_nobody_uses_are_few_and_forgotten_after_an_hour() {
        let uploads = Uploads::default();
        let now = Timestamp::from_secs(1_000_000);
        let id = |number: usize| AttachmentId::from_u128(number as u128);
        for number in 0..UNUSED_UPLOADS_MAX {
            assert!(uploads.begin(id(number), now));
        }
        assert!(!uploads.begin(id(100), now));
        uploads.finish(id(7));
        assert!(uploads.begin(id(101), now));
        assert!(!uploads.begin(id(102), now));
        assert!(uploads.begin(id(103), now.plus(UPLOAD_LIFETIME)));
    }
}
