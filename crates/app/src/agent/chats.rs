//! An agent's side of its chats.

use std::sync::Arc;

use model::transcript::{ItemContent, ParticipantRole, TranscriptItem};
use model::{AttachmentId, ContactId, InstanceId, TranscriptItemId};

use crate::App;
use crate::action::{Converse, ReadOwnTranscript};
use crate::center::Center;
use crate::chat::attachments::{DownloadGrant, NewAttachment, UploadGrant};
use crate::chat::bus::Receipt;
use crate::chat::connection::Seat;
use crate::chat::say::{Said, Saying, check_message, item_id};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::{Call, Principal};

impl App {
    /// An agent says something; repeated with the same request id, it is said once.
    ///
    /// # Errors
    /// `Invalid` for a message that does not fit, `WrongState` where the agent is not in the chat,
    /// `TokenReused` where the request id came with another message.
    pub async fn agent_say(
        &self,
        call: &Arc<Call>,
        permit: Permit<Converse>,
        request: &str,
        content_type: &str,
        text: String,
    ) -> Result<Said, AppError> {
        check_message(content_type, &text)?;
        let (center, _, seat) = self.agent_seat(permit.target(), permit.principal())?;
        let item = item_id(&center, seat.participant, "message", Some(request))?;
        let content = ItemContent::Message {
            content_type: content_type.to_owned(),
            text: text.into(),
        };
        if let Some(said) = self.said_before(&center, item, &content).await? {
            return Ok(said);
        }
        let saying = Saying {
            item,
            content,
            also: Vec::new(),
        };
        self.say_once(call, permit.spec().access, seat, saying)
            .await
    }

    /// An agent types.
    ///
    /// # Errors
    /// `WrongState` where the agent is not in the chat.
    pub fn agent_typing(&self, permit: &Permit<Converse>) -> Result<(), AppError> {
        let (center, _, seat) = self.agent_seat(permit.target(), permit.principal())?;
        self.typing(&center, seat)
    }

    /// An agent has received or read everything up to this item.
    ///
    /// # Errors
    /// `NotFound` for an item that the chat does not have.
    pub async fn agent_receipt(
        &self,
        permit: &Permit<Converse>,
        sequence: u64,
        read: bool,
    ) -> Result<(), AppError> {
        let (center, _, seat) = self.agent_seat(permit.target(), permit.principal())?;
        let items = self
            .transcript_items(&center, seat.initial_contact, sequence, sequence, 1)
            .await?;
        let item = items
            .first()
            .ok_or(AppError::NotFound { what: "message" })?;
        self.receipt(&center, seat, item.id, read).await
    }

    /// Items of the chat between two sequence numbers, in order, with what others have received.
    ///
    /// # Errors
    /// `NotFound` where the contact is no open chat.
    pub async fn agent_transcript(
        &self,
        call: &Arc<Call>,
        permit: Permit<ReadOwnTranscript>,
        from: u64,
        to: u64,
        limit: u32,
    ) -> Result<(Vec<TranscriptItem>, Vec<Receipt>), AppError> {
        let (center, initial, moved_at) = self.own_chat(permit.target())?;
        let to = to.min(moved_at.unwrap_or(u64::MAX));
        let items = self
            .transcript_items(&center, initial, from, to, limit)
            .await?;
        let receipts = self.receipts_of(&center, initial).await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok((items, receipts))
    }

    /// The item that this agent said under this request id.
    pub fn agent_item_id(
        &self,
        permit: &Permit<Converse>,
        request: &str,
    ) -> Result<TranscriptItemId, AppError> {
        let (center, _, seat) = self.agent_seat(permit.target(), permit.principal())?;
        item_id(&center, seat.participant, "message", Some(request))
    }

    /// An item of the agent's chat, as it stands in the transcript.
    ///
    /// # Errors
    /// `NotFound` where the chat has none of this id.
    pub async fn agent_item(
        &self,
        permit: &Permit<Converse>,
        item: TranscriptItemId,
    ) -> Result<TranscriptItem, AppError> {
        let (center, _, seat) = self.agent_seat(permit.target(), permit.principal())?;
        let missing = AppError::NotFound { what: "message" };
        let row = self
            .0
            .around
            .store
            .transcript_item(center.scope.instance, item)
            .await;
        let row = row
            .map_err(crate::app::unavailable)?
            .filter(|row| row.initial_contact == seat.initial_contact)
            .ok_or(missing.clone())?;
        self.open_item(&center, &row).await?.ok_or(missing)
    }

    /// An agent wants to upload a file.
    ///
    /// # Errors
    /// As [`App::start_attachment`].
    pub async fn agent_start_attachment(
        &self,
        permit: Permit<Converse>,
        new: NewAttachment,
    ) -> Result<UploadGrant, AppError> {
        let (_, _, seat) = self.agent_seat(permit.target(), permit.principal())?;
        self.grant_upload(seat, new).await
    }

    /// An agent has uploaded a file.
    ///
    /// # Errors
    /// As [`App::complete_attachments`].
    pub async fn agent_complete_attachment(
        &self,
        call: &Arc<Call>,
        permit: Permit<Converse>,
        id: AttachmentId,
    ) -> Result<Said, AppError> {
        let (_, _, seat) = self.agent_seat(permit.target(), permit.principal())?;
        let token = id.to_string();
        self.show_attachments(call, permit.spec().access, seat, vec![id], Some(&token))
            .await
    }

    /// An agent wants to download a file of its chat.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn agent_attachment_grant(
        &self,
        call: &Arc<Call>,
        permit: Permit<ReadOwnTranscript>,
        id: AttachmentId,
    ) -> Result<DownloadGrant, AppError> {
        let (center, initial, moved_at) = self.own_chat(permit.target())?;
        if let Some(last) = moved_at
            && !self.shows_file(&center, initial, last, id).await?
        {
            return Err(AppError::NotFound { what: "attachment" });
        }
        let grant = self.grant_download(&center, initial, id).await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok(grant)
    }

    /// Whether a file stands among the items of a chat up to this one.
    async fn shows_file(
        &self,
        center: &Center,
        initial: ContactId,
        last: u64,
        file: AttachmentId,
    ) -> Result<bool, AppError> {
        let limit = u32::try_from(last).unwrap_or(u32::MAX);
        let items = self
            .transcript_items(center, initial, 1, last, limit)
            .await?;
        Ok(items.iter().any(|item| match &item.content {
            ItemContent::Attachment(files) => files.iter().any(|shown| shown.id == file),
            _ => false,
        }))
    }

    /// The chat of an agent's contact by its first segment, and the last item that the agent may see where
    /// the chat went on without that agent.
    fn own_chat(&self, target: &Target) -> Result<(Arc<Center>, ContactId, Option<u64>), AppError> {
        let (instance, contact) = contact_of(target)?;
        let center = self.center(instance)?;
        let entry = center
            .contact_entry(contact)
            .ok_or(AppError::NotFound { what: "contact" })?;
        // What was said is for who has taken the contact, not for whom it is offered to.
        if !entry.accepted {
            return Err(AppError::WrongState(
                "the contact has not been accepted".to_owned(),
            ));
        }
        Ok((center, entry.initial_contact, entry.chat_moved_at))
    }

    fn agent_seat(
        &self,
        target: &Target,
        principal: &Principal,
    ) -> Result<(Arc<Center>, ContactId, Seat), AppError> {
        let (instance, contact) = contact_of(target)?;
        let Principal::User { user, .. } = principal else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let center = self.center(instance)?;
        let entry = center
            .contact_entry(contact)
            .ok_or(AppError::NotFound { what: "contact" })?;
        let participant = entry
            .participants
            .iter()
            .find(|participant| participant.user == Some(*user))
            .map(|participant| participant.id)
            .filter(|participant| center.contact_of(*participant) == Some(contact))
            .ok_or_else(|| AppError::WrongState("the chat is over for this agent".to_owned()))?;
        let seat = Seat {
            instance,
            participant,
            initial_contact: entry.initial_contact,
            role: ParticipantRole::Agent,
        };
        Ok((center, contact, seat))
    }
}

const fn contact_of(target: &Target) -> Result<(InstanceId, ContactId), AppError> {
    match target {
        Target::Contact(instance, contact) => Ok((*instance, *contact)),
        _ => Err(AppError::NotFound { what: "contact" }),
    }
}
