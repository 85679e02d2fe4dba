//! Calls over real sockets: a center in this process, and telephones that call it from loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod agents;
mod center;
mod edge;
mod exports;
mod flood;
mod flows;
mod phone;
mod prompts;
mod raw;
mod resources;
mod secure_input;
mod sound;
mod talks;
