//! The browser's side against a real center: every endpoint's door, signing in, the start of a chat, both
//! sockets, files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod access;
mod center;
mod chat;
mod files;
mod headers;
mod logs;
mod recordings;
mod sign_in;
mod sockets;
mod workspace;
