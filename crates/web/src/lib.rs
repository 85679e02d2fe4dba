//! The browser's side of Ringfence: sign-in, the workspace and its WebSocket, records, the sockets of
//! chats, the start of a chat from a public page, files, and the pages themselves.
//!
//! [`router`] serves the main origin, [`attachments_router`] the origin of files. Every endpoint
//! stands in one table ([`endpoints`]) with what it takes to use it; the same table makes the routes,
//! so that no handler is reached past its checks. `docs/workspace-protocol.md` is the contract.

mod api;
mod assets;
mod attachments;
mod chat;
mod endpoint;
mod error;
mod gate;
mod participant;
mod recordings;
mod router;
mod security;
mod settings;
mod socket;
mod state;
mod workspace;

pub use endpoint::{Access, Endpoint};
pub use router::{attachments_router, endpoints, router, router_with_api};
pub use security::origin::{InvalidOrigin, Origin};
pub use settings::{Pages, WebLimits, WebSettings};

/// Whether a text is a frame that a participant's client may send. For fuzzing: the parsers of
/// sockets are reached from outside by this alone.
pub fn is_participant_frame(text: &str) -> bool {
    participant::codec::parse_client_frame(text).is_ok()
}

/// Whether a text is a frame that the workspace's page may send. For fuzzing.
pub fn is_workspace_frame(text: &str) -> bool {
    workspace::frame::parse(text).is_ok()
}

#[cfg(test)]
mod tests;
