//! The WebSocket of a chat's participant, as `amazon-connect-chatjs` speaks it.

pub(crate) mod codec;
pub(crate) mod socket;
