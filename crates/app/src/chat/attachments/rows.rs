//! Rows of attachments: what is known of a file, sealed under its own key.

use std::sync::Arc;

use model::contact::PersonalText;
use model::{AttachmentId, ContactId, InstanceId, ParticipantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::UPLOAD_LIFETIME;
use crate::App;
use crate::center::{Center, json};
use crate::error::AppError;
use crate::ports::keys::KeyOwner;
use crate::ports::store::{AttachmentRow, Write};
use crate::vault::Place;

/// Where an attachment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    Granted,
    Uploaded,
    Shown,
    Rejected,
}

/// What is known of an attachment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) format: u32,
    pub(crate) name: PersonalText,
    pub(crate) content_type: String,
    pub(crate) size_bytes: u64,
    pub(crate) participant: ParticipantId,
    pub(crate) begun_at: Timestamp,
    pub(crate) stage: Stage,
}

impl Attachment {
    /// When it was begun, unless it stands in the chat or was rejected.
    fn unfinished_since(&self) -> Option<Timestamp> {
        matches!(self.stage, Stage::Granted | Stage::Uploaded).then_some(self.begun_at)
    }

    pub(crate) fn can_be_completed(&self, now: Timestamp) -> bool {
        self.stage == Stage::Uploaded && now <= self.begun_at.plus(UPLOAD_LIFETIME)
    }
}

impl App {
    pub(crate) async fn attachment_key(
        &self,
        center: &Center,
        id: AttachmentId,
    ) -> Result<Arc<seal::DataKey>, AppError> {
        let owner = KeyOwner::Attachment(center.scope.instance, id);
        let key = self.0.around.vault.key(&center.keys, owner).await?;
        key.ok_or(AppError::NotFound { what: "attachment" })
    }

    pub(crate) async fn put_attachment(
        &self,
        center: &Center,
        id: AttachmentId,
        contact: ContactId,
        initial_contact: ContactId,
        attachment: &Attachment,
    ) -> Result<(), AppError> {
        let key = self.attachment_key(center, id).await?;
        let write = attachment_write(center, &key, id, contact, initial_contact, attachment);
        self.0
            .around
            .store
            .commit(vec![write])
            .await
            .map_err(crate::app::unavailable)
    }

    pub(crate) async fn read_attachment(
        &self,
        center: &Center,
        id: AttachmentId,
    ) -> Result<Option<(AttachmentRow, Attachment)>, AppError> {
        let instance: InstanceId = center.scope.instance;
        let row = self
            .0
            .around
            .store
            .attachment(instance, id)
            .await
            .map_err(crate::app::unavailable)?;
        let Some(row) = row else { return Ok(None) };
        let key = self.attachment_key(center, id).await?;
        let bytes = id.into_bytes();
        let clear =
            center
                .keys
                .open_under(&key, &Place::new("attachments", &bytes), &row.sealed)?;
        let attachment = serde_json::from_slice(&clear).map_err(|_| AppError::Internal)?;
        Ok(Some((row, attachment)))
    }
}

/// The write of an attachment's row.
pub(crate) fn attachment_write(
    center: &Center,
    key: &seal::DataKey,
    id: AttachmentId,
    contact: ContactId,
    initial_contact: ContactId,
    attachment: &Attachment,
) -> Write {
    let bytes = id.into_bytes();
    Write::PutAttachment(AttachmentRow {
        instance: center.scope.instance,
        id,
        contact,
        initial_contact,
        unfinished_since: attachment.unfinished_since(),
        sealed: center
            .keys
            .seal_under(key, &Place::new("attachments", &bytes), &json(attachment)),
    })
}
