//! Files of a chat: uploaded to an origin of their own, sealed, scanned, then shown.

pub(crate) mod rows;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::contact::PersonalText;
use model::transcript::{AttachmentStatus, AttachmentSummary, ItemContent};
use model::{AttachmentId, ContactId, Secret, Timestamp};
use zeroize::Zeroizing;

use rows::{Attachment, Stage, attachment_write};

use super::connection::{Seat, seat};
use super::say::{Said, Saying, item_id};
use super::tokens::{self, Claim};
use crate::App;
use crate::action::{Access, CompleteAttachmentUpload, GetAttachment, StartAttachmentUpload};
use crate::center::Center;
use crate::error::AppError;
use crate::permit::Permit;
use crate::ports::blobs::Verdict;
use crate::ports::keys::KeyOwner;
use crate::ports::store::{AttachmentRow, Write};
use crate::principal::Call;
use crate::text::check_name;
use crate::vault::Vault;

/// How long a grant for one object is good.
pub const GRANT_LIFETIME: Duration = Duration::from_mins(5);
/// Most files in one message.
pub const FILES_PER_MESSAGE_MAX: usize = 10;
/// How long after its beginning an upload can be completed.
pub const UPLOAD_LIFETIME: Duration = Duration::from_hours(1);
/// Uploads that were begun before this are deleted: none of them is being completed any more.
const UNFINISHED_KEPT: Duration = Duration::from_hours(2);
/// Unfinished uploads that are deleted at once.
const SWEPT_AT_ONCE: u32 = 100;
/// Longest name of a file, characters.
pub const FILE_NAME_CHARS_MAX: usize = 256;

/// What may be attached.
#[derive(Debug, Clone)]
pub struct AttachmentLimits {
    /// Largest file, bytes.
    pub bytes_max: u64,
    /// MIME types that are taken.
    pub content_types: Vec<String>,
    /// Most files of one chat.
    pub files_per_chat_max: u32,
}

impl Default for AttachmentLimits {
    fn default() -> Self {
        let content_types = [
            "text/plain",
            "text/csv",
            "application/pdf",
            "image/png",
            "image/jpeg",
            "image/gif",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.ms-excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "audio/wav",
            "video/mp4",
        ];
        Self {
            bytes_max: 20 * 1024 * 1024,
            content_types: content_types.map(str::to_owned).to_vec(),
            files_per_chat_max: 100,
        }
    }
}

/// A file to be uploaded.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// Its name.
    pub name: PersonalText,
    /// Its MIME type.
    pub content_type: String,
    /// Its size, bytes.
    pub size_bytes: u64,
}

/// Leave to upload one object.
#[derive(Debug, Clone)]
pub struct UploadGrant {
    /// The attachment.
    pub attachment: AttachmentId,
    /// Stands in the address of the upload.
    pub grant: Secret<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a granted upload has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedUpload {
    /// Its MIME type.
    pub content_type: String,
    /// Its size, bytes.
    pub size_bytes: u64,
}

/// Leave to download one object.
#[derive(Debug, Clone)]
pub struct DownloadGrant {
    /// Stands in the address of the download.
    pub grant: Secret<String>,
    /// Until when.
    pub expires_at: Timestamp,
    /// Size of the file, bytes.
    pub size_bytes: u64,
}

/// A file in clear, for one answer.
pub struct Download {
    /// Its name.
    pub name: PersonalText,
    /// Its MIME type.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl App {
    /// A participant wants to upload a file.
    ///
    /// # Errors
    /// `Invalid` for a name, type or size that is not taken.
    pub async fn start_attachment(
        &self,
        _call: &Arc<Call>,
        permit: Permit<StartAttachmentUpload>,
        new: NewAttachment,
    ) -> Result<UploadGrant, AppError> {
        let seat = seat(permit.principal())?;
        self.grant_upload(seat, new).await
    }

    pub(crate) async fn grant_upload(
        &self,
        seat: Seat,
        new: NewAttachment,
    ) -> Result<UploadGrant, AppError> {
        self.check_attachment(&new)?;
        let center = self.center(seat.instance)?;
        let contact = center
            .contact_of(seat.participant)
            .ok_or(AppError::AccessDenied {
                action: "execute-api",
            })?;
        let most = self.settings().attachments.files_per_chat_max;
        if !center.files.begin(seat.initial_contact, most) {
            return Err(AppError::LimitExceeded(format!(
                "a chat has at most {most} files"
            )));
        }
        let id = AttachmentId::generate(&mut crate::center::fresh_ids());
        let owner = KeyOwner::Attachment(seat.instance, id);
        let (key, wrapped) = Vault::new_key(&center.keys, owner);
        self.0
            .around
            .vault
            .keep(vec![wrapped])
            .await
            .map_err(crate::app::unavailable)?;
        self.0.around.vault.remember(owner, key);
        let attachment = Attachment {
            format: 1,
            name: new.name,
            content_type: new.content_type,
            size_bytes: new.size_bytes,
            participant: seat.participant,
            begun_at: self.now(),
            stage: Stage::Granted,
        };
        self.put_attachment(&center, id, contact, seat.initial_contact, &attachment)
            .await?;
        let expires_at = self.now().plus(GRANT_LIFETIME);
        let grant = tokens::mint(
            center.keys.tokens(),
            seat.instance,
            &Claim::Upload(id),
            expires_at,
        );
        Ok(UploadGrant {
            attachment: id,
            grant,
            expires_at,
        })
    }

    fn check_attachment(&self, new: &NewAttachment) -> Result<(), AppError> {
        let limits = &self.settings().attachments;
        let name = new.name.expose();
        check_name("a file name", name, FILE_NAME_CHARS_MAX)?;
        if name.contains(['/', '\\']) {
            return Err(AppError::Invalid("a file name has no slashes".to_owned()));
        }
        if new.size_bytes == 0 || new.size_bytes > limits.bytes_max {
            return Err(AppError::Invalid(format!(
                "a file has 1 to {} bytes",
                limits.bytes_max
            )));
        }
        if !limits.content_types.contains(&new.content_type) {
            return Err(AppError::Invalid(format!(
                "files of type `{}` are not taken",
                new.content_type.chars().take(100).collect::<String>()
            )));
        }
        Ok(())
    }

    /// Takes the bytes of a granted upload, once.
    ///
    /// # Errors
    /// `AccessDenied` for a grant that is altered, expired, used or not for uploading; `Invalid` where
    /// the size is not the announced one.
    pub async fn upload(&self, grant: &str, bytes: Bytes) -> Result<(), AppError> {
        let (center, id) = self.granted(grant, |claim| match claim {
            Claim::Upload(id) => Some(id),
            _ => None,
        })?;
        let denied = AppError::AccessDenied {
            action: "execute-api",
        };
        let (row, mut attachment) = self
            .read_attachment(&center, id)
            .await?
            .ok_or(denied.clone())?;
        if attachment.stage != Stage::Granted {
            return Err(denied);
        }
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) != attachment.size_bytes {
            return Err(AppError::Invalid(
                "the file has another size than was announced".to_owned(),
            ));
        }
        let key = self.attachment_key(&center, id).await?;
        let sealed = center.keys.seal_file(&key, id, &bytes);
        let instance = center.scope.instance;
        // The file first: a row never names bytes that are not on disk.
        self.0
            .blobs
            .put(instance, id, sealed)
            .await
            .map_err(crate::app::unavailable)?;
        attachment.stage = Stage::Uploaded;
        self.put_attachment(&center, id, row.contact, row.initial_contact, &attachment)
            .await
    }

    /// Deletes uploads that can no longer be completed: key, row and file.
    pub(crate) async fn sweep_uploads(&self) -> Result<(), AppError> {
        let failed = crate::app::unavailable;
        let around = &self.0.around;
        let before = self.now().minus(UNFINISHED_KEPT);
        loop {
            let found = around.store.unfinished_attachments(before, SWEPT_AT_ONCE);
            let found = found.await.map_err(failed)?;
            let owners = found
                .iter()
                .map(|&(instance, id)| KeyOwner::Attachment(instance, id));
            around
                .vault
                .destroy(owners.collect())
                .await
                .map_err(failed)?;
            let rows = found
                .iter()
                .map(|&(instance, id)| Write::DeleteAttachment { instance, id });
            around.store.commit(rows.collect()).await.map_err(failed)?;
            for &(instance, id) in &found {
                self.0.blobs.delete(instance, id).await.map_err(failed)?;
            }
            if found.len() < SWEPT_AT_ONCE as usize {
                return Ok(());
            }
        }
    }

    /// What an upload announced, so that another one is refused before it arrives, and a larger one cut off
    /// while it does.
    ///
    /// # Errors
    /// As [`App::upload`].
    pub async fn announced_upload(&self, grant: &str) -> Result<AnnouncedUpload, AppError> {
        let (center, id) = self.granted(grant, |claim| match claim {
            Claim::Upload(id) => Some(id),
            _ => None,
        })?;
        let found = self.read_attachment(&center, id).await?;
        found
            .map(|(_, attachment)| AnnouncedUpload {
                content_type: attachment.content_type,
                size_bytes: attachment.size_bytes,
            })
            .ok_or(AppError::AccessDenied {
                action: "execute-api",
            })
    }

    /// A participant has uploaded files: they are scanned and, where clean, stand in the chat.
    ///
    /// # Errors
    /// `Invalid` for files that are not uploaded or not the participant's; `WrongState` where the
    /// scanner refused one; `TokenReused` where the token came with other files.
    pub async fn complete_attachments(
        &self,
        call: &Arc<Call>,
        permit: Permit<CompleteAttachmentUpload>,
        ids: Vec<AttachmentId>,
        client_token: Option<&str>,
    ) -> Result<Said, AppError> {
        let seat = seat(permit.principal())?;
        self.show_attachments(call, permit.spec().access, seat, ids, client_token)
            .await
    }

    pub(crate) async fn show_attachments(
        &self,
        call: &Arc<Call>,
        access: Access,
        seat: Seat,
        ids: Vec<AttachmentId>,
        client_token: Option<&str>,
    ) -> Result<Said, AppError> {
        if ids.is_empty() || ids.len() > FILES_PER_MESSAGE_MAX {
            return Err(AppError::Invalid(format!(
                "1 to {FILES_PER_MESSAGE_MAX} files at once"
            )));
        }
        let center = self.center(seat.instance)?;
        let item = item_id(&center, seat.participant, "attachment", client_token)?;
        if client_token.is_some() {
            let named = ItemContent::Attachment(ids.iter().map(|id| named_alone(*id)).collect());
            if let Some(said) = self.said_before(&center, item, &named).await? {
                return Ok(said);
            }
        }
        let mut summaries = Vec::with_capacity(ids.len());
        let mut writes = Vec::with_capacity(ids.len());
        for id in ids {
            let (row, mut attachment) = self.uploaded(&center, seat, id).await?;
            self.scan(&center, id, &row, &mut attachment).await?;
            attachment.stage = Stage::Shown;
            summaries.push(AttachmentSummary {
                id,
                name: attachment.name.clone(),
                content_type: attachment.content_type.clone(),
                size_bytes: attachment.size_bytes,
                status: AttachmentStatus::Approved,
            });
            let key = self.attachment_key(&center, id).await?;
            writes.push(attachment_write(
                &center,
                &key,
                id,
                row.contact,
                row.initial_contact,
                &attachment,
            ));
        }
        let saying = Saying {
            item,
            content: ItemContent::Attachment(summaries),
            also: writes,
        };
        self.say_once(call, access, seat, saying).await
    }

    async fn uploaded(
        &self,
        center: &Center,
        seat: Seat,
        id: AttachmentId,
    ) -> Result<(AttachmentRow, Attachment), AppError> {
        let found = self.read_attachment(center, id).await?;
        found
            .filter(|(row, attachment)| {
                row.initial_contact == seat.initial_contact
                    && attachment.participant == seat.participant
                    && attachment.can_be_completed(self.now())
            })
            .ok_or_else(|| AppError::Invalid(format!("attachment `{id}` has not been uploaded")))
    }

    async fn scan(
        &self,
        center: &Center,
        id: AttachmentId,
        row: &AttachmentRow,
        attachment: &mut Attachment,
    ) -> Result<(), AppError> {
        let Some(scanner) = &self.0.scanner else {
            return Ok(());
        };
        let bytes = self.attachment_bytes(center, id).await?;
        let verdict = scanner.scan(&bytes, &attachment.content_type).await.map_err(|error| {
            tracing::error!(error = %error, attachment.id = %id, "an attachment could not be scanned");
            AppError::Unavailable
        })?;
        if verdict == Verdict::Clean {
            return Ok(());
        }
        attachment.stage = Stage::Rejected;
        self.put_attachment(center, id, row.contact, row.initial_contact, attachment)
            .await?;
        let instance = center.scope.instance;
        self.0
            .blobs
            .delete(instance, id)
            .await
            .map_err(crate::app::unavailable)?;
        Err(AppError::WrongState(
            "the scanner refused the file".to_owned(),
        ))
    }

    /// A participant wants to download a file of its chat.
    ///
    /// # Errors
    /// `NotFound` where the chat has none of this id that may be fetched.
    pub async fn attachment_grant(
        &self,
        call: &Arc<Call>,
        permit: Permit<GetAttachment>,
        id: AttachmentId,
    ) -> Result<DownloadGrant, AppError> {
        let seat = seat(permit.principal())?;
        let center = self.center(seat.instance)?;
        let grant = self
            .grant_download(&center, seat.initial_contact, id)
            .await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok(grant)
    }

    pub(crate) async fn grant_download(
        &self,
        center: &Center,
        initial_contact: ContactId,
        id: AttachmentId,
    ) -> Result<DownloadGrant, AppError> {
        let found = self.read_attachment(center, id).await?;
        let (_, attachment) = found
            .filter(|(row, attachment)| {
                row.initial_contact == initial_contact && attachment.stage == Stage::Shown
            })
            .ok_or(AppError::NotFound { what: "attachment" })?;
        let (grant, expires_at) = self.grant_file(center, id);
        Ok(DownloadGrant {
            grant,
            expires_at,
            size_bytes: attachment.size_bytes,
        })
    }

    /// Leave to download a file, whatever it belongs to, and until when.
    pub(crate) fn grant_file(
        &self,
        center: &Center,
        id: AttachmentId,
    ) -> (Secret<String>, Timestamp) {
        let expires_at = self.now().plus(GRANT_LIFETIME);
        let instance = center.scope.instance;
        let claim = Claim::Download(id);
        let grant = tokens::mint(center.keys.tokens(), instance, &claim, expires_at);
        (grant, expires_at)
    }

    /// The file of a granted download.
    ///
    /// # Errors
    /// `AccessDenied` for a grant that is altered, expired or not for downloading; `NotFound` where the
    /// file is gone.
    pub async fn download(&self, grant: &str) -> Result<Download, AppError> {
        let (center, id) = self.granted(grant, |claim| match claim {
            Claim::Download(id) => Some(id),
            _ => None,
        })?;
        let missing = AppError::NotFound { what: "attachment" };
        let (_, attachment) = self.read_attachment(&center, id).await?.ok_or(missing)?;
        Ok(Download {
            bytes: self.attachment_bytes(&center, id).await?,
            name: attachment.name,
            content_type: attachment.content_type,
        })
    }

    fn granted(
        &self,
        grant: &str,
        wanted: impl FnOnce(Claim) -> Option<AttachmentId>,
    ) -> Result<(Arc<Center>, AttachmentId), AppError> {
        let denied = AppError::AccessDenied {
            action: "execute-api",
        };
        let parsed = tokens::parse(grant).ok_or(denied.clone())?;
        let center = self.center(parsed.instance).map_err(|_| denied.clone())?;
        let claim = parsed.verify(center.keys.tokens(), self.now());
        let id = claim.and_then(wanted).ok_or(denied)?;
        Ok((center, id))
    }

    pub(crate) async fn attachment_bytes(
        &self,
        center: &Center,
        id: AttachmentId,
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        let instance = center.scope.instance;
        let sealed = self
            .0
            .blobs
            .get(instance, id)
            .await
            .map_err(crate::app::unavailable)?;
        let sealed = sealed.ok_or(AppError::NotFound { what: "attachment" })?;
        let key = self.attachment_key(center, id).await?;
        center.keys.open_file(&key, id, &sealed)
    }
}

/// A file of which only the id is known.
fn named_alone(id: AttachmentId) -> AttachmentSummary {
    AttachmentSummary {
        id,
        name: PersonalText::from(""),
        content_type: String::new(),
        size_bytes: 0,
        status: AttachmentStatus::InProgress,
    }
}
