//! The workspace's WebSocket: an agent's presence and chats.

mod authority;
pub(crate) mod frame;
mod perform;
pub(crate) mod snapshot;
pub(crate) mod socket;
pub(crate) mod wire;
