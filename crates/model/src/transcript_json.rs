//! Transcript items as the participant API writes them (`Item` of `GetTranscript`, and the content of
//! `aws/chat` frames). The participant API and its WebSocket share this one form.

use serde::{Serialize, Serializer};

use crate::contact::PersonalText;
use crate::ids::{AttachmentId, ContactId, ParticipantId, TranscriptItemId};
use crate::time::Timestamp;
use crate::transcript::{
    AttachmentStatus, ItemContent, ParticipantRole, TranscriptItem, event_type,
};

#[cfg(test)]
mod tests;

/// What one participant has received and read of a message. Of an item's receipts only those of the
/// other participants are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemReceipt {
    /// Who received or read it (`RecipientParticipantId`).
    pub participant: ParticipantId,
    /// When it arrived at the participant's device.
    pub delivered_at: Option<Timestamp>,
    /// When the participant saw it.
    pub read_at: Option<Timestamp>,
}

/// An event that is pushed but not kept, such as typing.
#[derive(Debug, Clone, Copy)]
pub struct PassingEvent<'a> {
    /// The segment in which it happened.
    pub contact: ContactId,
    /// The first segment of the chat.
    pub initial_contact: ContactId,
    /// The event, such as [`event_type::TYPING`].
    pub content_type: &'a str,
    /// Whose it is.
    pub participant: ParticipantId,
    /// In which part.
    pub role: ParticipantRole,
    /// Under which name.
    pub display_name: Option<&'a PersonalText>,
    /// When.
    pub at: Timestamp,
}

/// One item in the words of the participant API. Serializing it shows personal text: it goes to
/// participants of the chat and nowhere else.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParticipantItem<'a> {
    absolute_time: IsoTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    id: TranscriptItemId,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<ParticipantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_role: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_metadata: Option<MessageMetadata>,
    contact_id: ContactId,
    initial_contact_id: ContactId,
}

impl<'a> ParticipantItem<'a> {
    /// A kept item with the receipts of the other participants.
    pub fn of(item: &'a TranscriptItem, receipts: &[ItemReceipt]) -> Self {
        let (r#type, content_type, content) = match &item.content {
            ItemContent::Message { content_type, text } => {
                ("MESSAGE", Some(content_type.as_str()), Some(text.expose()))
            }
            ItemContent::Event { content_type, text } => (
                "EVENT",
                Some(content_type.as_str()),
                text.as_ref().map(PersonalText::expose),
            ),
            ItemContent::Attachment(_) => ("ATTACHMENT", None, None),
        };
        let attachments = match &item.content {
            ItemContent::Attachment(files) => files
                .iter()
                .map(|file| Attachment {
                    id: file.id,
                    name: file.name.expose(),
                    content_type: &file.content_type,
                    status: file.status,
                })
                .collect(),
            ItemContent::Message { .. } | ItemContent::Event { .. } => Vec::new(),
        };
        Self {
            absolute_time: IsoTime(item.at),
            content,
            content_type,
            id: item.id,
            r#type,
            participant_id: item.participant,
            display_name: item.display_name.as_ref().map(PersonalText::expose),
            participant_role: Some(item.role.as_str()),
            attachments,
            message_metadata: MessageMetadata::of(item.id, receipts),
            contact_id: item.contact,
            initial_contact_id: item.initial_contact,
        }
    }

    /// The push that tells of a receipt (`Type` is `MESSAGEMETADATA`). `id` is the message's.
    pub fn of_receipt(
        id: TranscriptItemId,
        contact: ContactId,
        initial_contact: ContactId,
        receipt: &ItemReceipt,
    ) -> Self {
        let (content_type, at) = match (receipt.read_at, receipt.delivered_at) {
            (Some(at), _) => (event_type::READ, at),
            (None, at) => (event_type::DELIVERED, at.unwrap_or_default()),
        };
        Self {
            absolute_time: IsoTime(at),
            content: None,
            content_type: Some(content_type),
            id,
            r#type: "MESSAGEMETADATA",
            participant_id: None,
            display_name: None,
            participant_role: None,
            attachments: Vec::new(),
            message_metadata: MessageMetadata::of(id, std::slice::from_ref(receipt)),
            contact_id: contact,
            initial_contact_id: initial_contact,
        }
    }

    /// An event that is not kept. `id` names this push alone.
    pub fn of_passing(id: TranscriptItemId, event: &PassingEvent<'a>) -> Self {
        Self {
            absolute_time: IsoTime(event.at),
            content: None,
            content_type: Some(event.content_type),
            id,
            r#type: "EVENT",
            participant_id: Some(event.participant),
            display_name: event.display_name.map(PersonalText::expose),
            participant_role: Some(event.role.as_str()),
            attachments: Vec::new(),
            message_metadata: None,
            contact_id: event.contact,
            initial_contact_id: event.initial_contact,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment<'a> {
    #[serde(rename = "AttachmentId")]
    id: AttachmentId,
    #[serde(rename = "AttachmentName")]
    name: &'a str,
    content_type: &'a str,
    status: AttachmentStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MessageMetadata {
    message_id: TranscriptItemId,
    receipts: Vec<Receipt>,
}

impl MessageMetadata {
    fn of(message: TranscriptItemId, receipts: &[ItemReceipt]) -> Option<Self> {
        if receipts.is_empty() {
            return None;
        }
        Some(Self {
            message_id: message,
            receipts: receipts
                .iter()
                .map(|receipt| Receipt {
                    delivered_timestamp: receipt.delivered_at.map(IsoTime),
                    read_timestamp: receipt.read_at.map(IsoTime),
                    recipient_participant_id: receipt.participant,
                })
                .collect(),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Receipt {
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_timestamp: Option<IsoTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_timestamp: Option<IsoTime>,
    recipient_participant_id: ParticipantId,
}

/// A time as the participant API writes it: ISO 8601 with milliseconds and `Z`.
struct IsoTime(Timestamp);

impl Serialize for IsoTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
