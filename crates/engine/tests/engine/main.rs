//! What the engine does, told through its inputs and effects.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod agents;
mod blocks;
mod calls;
mod chats;
mod flows;
mod harness;
mod offers;
mod quality;
mod restarts;
mod secure_input;
mod tasks;
mod transfers;
