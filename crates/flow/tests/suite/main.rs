//! The flow language from outside: whole contents, whole runs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod corpus;
mod driver;
mod own_flows;
mod properties;
mod publication;
mod running;
mod shared_flows;
mod values;
mod voice;
