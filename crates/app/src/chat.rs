//! Chats: participants, what they say, files, and the frames that reach their sockets.

pub mod attachments;
pub mod bus;
mod connection;
mod say;
mod tickets;
mod tokens;
mod transcript;

pub use attachments::{Download, DownloadGrant, NewAttachment, UploadGrant};
pub use bus::{ChatFrame, ChatSubscription, Ephemeral, Receipt};
pub use connection::{Connection, TokenKind};
pub use say::Said;
pub use transcript::{Scan, Sort, StartPosition, TranscriptPage, TranscriptQuery};
