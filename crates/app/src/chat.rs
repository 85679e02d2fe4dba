//! Chats: participants, what they say, files, and the frames that reach their sockets.

pub mod attachments;
pub mod bus;
pub(crate) mod connection;
mod events;
mod files;
mod receipts;
pub(crate) mod say;
mod tickets;
pub(crate) mod tokens;
mod transcript;

pub use attachments::{Download, DownloadGrant, NewAttachment, UploadGrant};
pub use bus::{ChatFrame, ChatSubscription, Ephemeral, Receipt};
pub use connection::{Connection, TokenKind};
pub(crate) use events::EventTokens;
pub(crate) use files::Files;
pub(crate) use receipts::ReceiptLocks;
pub use say::{MESSAGE_CHARS_MAX, STRUCTURED_CHARS_MAX, Said};
pub(crate) use tickets::Tickets;
pub use transcript::{Scan, Sort, StartPosition, TranscriptPage, TranscriptQuery};
