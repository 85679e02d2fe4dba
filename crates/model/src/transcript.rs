//! What is said in a chat, item by item.

use serde::{Deserialize, Serialize};

use crate::contact::PersonalText;
use crate::ids::{AttachmentId, ContactId, ParticipantId, TranscriptItemId};
use crate::time::Timestamp;

/// The part that a participant plays (`ParticipantRole` on the wire).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParticipantRole {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
    /// The flow.
    System,
    /// A bot of the organisation.
    CustomBot,
    /// A supervisor who listens or speaks.
    Supervisor,
}

impl ParticipantRole {
    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Customer => "CUSTOMER",
            Self::System => "SYSTEM",
            Self::CustomBot => "CUSTOM_BOT",
            Self::Supervisor => "SUPERVISOR",
        }
    }
}

/// One item of a transcript. Serializes for rows that are sealed as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptItem {
    /// Its id.
    pub id: TranscriptItemId,
    /// The segment in which it was said.
    pub contact: ContactId,
    /// The first segment of the chat.
    pub initial_contact: ContactId,
    /// Position in the chat, from 1, without gaps across its segments.
    pub sequence: u64,
    /// When it was accepted.
    pub at: Timestamp,
    /// Who said it; absent for events of the system.
    pub participant: Option<ParticipantId>,
    /// In which part.
    pub role: ParticipantRole,
    /// Under which name.
    pub display_name: Option<PersonalText>,
    /// What it is.
    pub content: ItemContent,
}

/// The content of a transcript item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemContent {
    /// A message; `content_type` is one of the message types of the participant API.
    Message {
        /// `text/plain`, `text/markdown`, `application/json` or an interactive type.
        content_type: String,
        /// The text.
        text: PersonalText,
    },
    /// An event such as a participant joining; `content_type` is
    /// `application/vnd.amazonaws.connect.event.…`.
    Event {
        /// The type of event.
        content_type: String,
        /// Its text, mostly absent.
        text: Option<PersonalText>,
    },
    /// Files.
    Attachment(Vec<AttachmentSummary>),
}

/// What a transcript shows of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentSummary {
    /// Its id.
    pub id: AttachmentId,
    /// Name of the file.
    pub name: PersonalText,
    /// MIME type.
    pub content_type: String,
    /// Size, bytes.
    pub size_bytes: u64,
    /// Whether it can be fetched.
    pub status: AttachmentStatus,
}

/// Whether an attachment can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttachmentStatus {
    /// Uploaded, checked, ready.
    Approved,
    /// The scanner refused it.
    Rejected,
    /// Being uploaded or checked.
    InProgress,
}

/// Event content types of the participant API.
pub mod event_type {
    /// Somebody types.
    pub const TYPING: &str = "application/vnd.amazonaws.connect.event.typing";
    /// A participant joined.
    pub const JOINED: &str = "application/vnd.amazonaws.connect.event.participant.joined";
    /// A participant left.
    pub const LEFT: &str = "application/vnd.amazonaws.connect.event.participant.left";
    /// The chat ended.
    pub const ENDED: &str = "application/vnd.amazonaws.connect.event.chat.ended";
    /// A transfer succeeded.
    pub const TRANSFER_SUCCEEDED: &str =
        "application/vnd.amazonaws.connect.event.transfer.succeeded";
    /// A transfer failed.
    pub const TRANSFER_FAILED: &str = "application/vnd.amazonaws.connect.event.transfer.failed";
    /// A message arrived at a participant's device.
    pub const DELIVERED: &str = "application/vnd.amazonaws.connect.event.message.delivered";
    /// A message was read.
    pub const READ: &str = "application/vnd.amazonaws.connect.event.message.read";
    /// The connection of a participant is acknowledged.
    pub const CONNECTION_ACKNOWLEDGED: &str =
        "application/vnd.amazonaws.connect.event.connection.acknowledged";
    /// A participant has been idle.
    pub const PARTICIPANT_IDLE: &str = "application/vnd.amazonaws.connect.event.participant.idle";
    /// A participant came back.
    pub const PARTICIPANT_RETURNED: &str =
        "application/vnd.amazonaws.connect.event.participant.returned";
    /// A participant was disconnected for being idle.
    pub const PARTICIPANT_AUTO_DISCONNECTION: &str =
        "application/vnd.amazonaws.connect.event.participant.autodisconnection";
}
