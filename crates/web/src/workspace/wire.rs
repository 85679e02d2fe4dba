//! What the server tells the workspace's page: items and the frames around them.

use app::chat::{Ephemeral, Receipt};
use model::contact::PersonalText;
use model::transcript::{AttachmentStatus, ItemContent, ParticipantRole, TranscriptItem};
use model::{AttachmentId, ContactId, ParticipantId, Timestamp, TranscriptItemId};
use serde::Serialize;

use crate::error::{ApiError, ErrorBody};
use crate::workspace::snapshot::SnapshotJson;

#[cfg(test)]
mod tests;

/// A frame of the server. Serializing it shows personal text to the agent whose contact it is.
#[derive(Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub(crate) enum ServerFrame<'a> {
    /// Everything, whole.
    #[serde(rename = "snapshot")]
    Snapshot(SnapshotJson<'a>),
    /// A new or changed item.
    #[serde(rename = "chat.item")]
    Item {
        contact_id: ContactId,
        item: ItemJson<'a>,
    },
    /// Something fleeting.
    #[serde(rename = "chat.ephemeral")]
    Ephemeral {
        contact_id: ContactId,
        event: &'static str,
        participant_id: ParticipantId,
        role: ParticipantRole,
        #[serde(skip_serializing_if = "Option::is_none")]
        display_name: Option<&'a str>,
    },
    /// A participant has got or read an item and all before.
    #[serde(rename = "chat.receipt")]
    Receipt {
        contact_id: ContactId,
        item_id: TranscriptItemId,
        sequence: u64,
        participant_id: ParticipantId,
        receipt: &'static str,
        at: Timestamp,
    },
    /// The answer to a request of history.
    #[serde(rename = "chat.history")]
    History {
        request_id: &'a str,
        contact_id: ContactId,
        items: Vec<ItemJson<'a>>,
        has_more: bool,
    },
    /// Done.
    #[serde(rename = "ack")]
    Ack {
        request_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        item: Option<ItemJson<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sdp: Option<&'a str>,
    },
    /// Refused or failed.
    #[serde(rename = "error")]
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
        error: ErrorBody<'a>,
    },
    /// The answer to a ping.
    #[serde(rename = "pong")]
    Pong { server_time: Timestamp },
}

impl<'a> ServerFrame<'a> {
    /// A refusal of this request.
    pub(crate) fn refusal(request: &'a str, error: &'a ApiError) -> Self {
        Self::Error {
            request_id: Some(request),
            error: error.body(),
        }
    }

    /// What is fleeting: typing is shown, other events are not the agent's.
    pub(crate) fn of_ephemeral(contact: ContactId, event: &'a Ephemeral) -> Option<Self> {
        if event.content_type != model::transcript::event_type::TYPING {
            return None;
        }
        Some(Self::Ephemeral {
            contact_id: contact,
            event: "typing",
            participant_id: event.participant,
            role: event.role,
            display_name: event.display_name.as_ref().map(PersonalText::expose),
        })
    }

    /// A receipt; `None` for one that says nothing.
    pub(crate) fn of_receipt(contact: ContactId, receipt: &Receipt) -> Option<Self> {
        let (word, at) = match (receipt.read_at, receipt.delivered_at) {
            (Some(at), _) => ("read", at),
            (None, Some(at)) => ("delivered", at),
            (None, None) => return None,
        };
        Some(Self::Receipt {
            contact_id: contact,
            item_id: receipt.item,
            sequence: receipt.sequence,
            participant_id: receipt.participant,
            receipt: word,
            at,
        })
    }

    /// As it goes out. Nothing of a frame can fail to serialize; should it, an empty object does no
    /// harm.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// An item of a chat, as pages see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemJson<'a> {
    id: TranscriptItemId,
    contact_id: ContactId,
    sequence: u64,
    at: Timestamp,
    role: ParticipantRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<ParticipantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<AttachmentJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    receipts: Vec<ReceiptJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptJson {
    participant_id: ParticipantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttachmentJson<'a> {
    id: AttachmentId,
    name: &'a str,
    content_type: &'a str,
    size: u64,
    status: AttachmentStatus,
}

impl<'a> ItemJson<'a> {
    /// An item; one of the reader's own carries the id of its request, where that is known.
    pub(crate) fn of(item: &'a TranscriptItem, request: Option<&'a str>) -> Self {
        let (kind, content_type, text) = match &item.content {
            ItemContent::Message { content_type, text } => {
                ("message", Some(content_type.as_str()), Some(text.expose()))
            }
            ItemContent::Event { content_type, text } => (
                "event",
                Some(content_type.as_str()),
                text.as_ref().map(PersonalText::expose),
            ),
            ItemContent::Attachment(_) => ("attachment", None, None),
        };
        let files = match &item.content {
            ItemContent::Attachment(files) => files.as_slice(),
            ItemContent::Message { .. } | ItemContent::Event { .. } => &[],
        };
        Self {
            id: item.id,
            contact_id: item.contact,
            sequence: item.sequence,
            at: item.at,
            role: item.role,
            participant_id: item.participant,
            display_name: name_of(item),
            kind,
            content_type,
            text,
            attachments: files
                .iter()
                .map(|file| AttachmentJson {
                    id: file.id,
                    name: file.name.expose(),
                    content_type: &file.content_type,
                    size: file.size_bytes,
                    status: file.status,
                })
                .collect(),
            request_id: request,
            receipts: Vec::new(),
        }
    }

    /// With what other participants than `reader` have received of it.
    pub(crate) fn with_receipts(
        mut self,
        receipts: &[Receipt],
        reader: Option<ParticipantId>,
    ) -> Self {
        self.receipts = receipts
            .iter()
            .filter(|receipt| receipt.item == self.id && Some(receipt.participant) != reader)
            .map(|receipt| ReceiptJson {
                participant_id: receipt.participant,
                delivered_at: receipt.delivered_at,
                read_at: receipt.read_at,
            })
            .collect();
        self
    }
}

/// Who said it. The system's name in the participant API, `SYSTEM_MESSAGE`, is none for people.
fn name_of(item: &TranscriptItem) -> Option<&str> {
    if item.role == ParticipantRole::System {
        return None;
    }
    item.display_name.as_ref().map(PersonalText::expose)
}
