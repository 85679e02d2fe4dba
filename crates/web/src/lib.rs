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
mod router;
mod security;
mod settings;
mod socket;
mod state;
mod workspace;

pub use endpoint::{Access, Endpoint};
pub use participant::codec::{ClientFrame as ParticipantFrame, parse_client_frame};
pub use router::{attachments_router, endpoints, router};
pub use security::origin::{InvalidOrigin, Origin};
pub use settings::{Pages, WebLimits, WebSettings};
pub use workspace::frame::{ClientFrame as WorkspaceClientFrame, parse as parse_workspace_frame};

#[cfg(test)]
mod tests;
