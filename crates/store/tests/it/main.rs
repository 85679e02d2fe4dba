//! The store as its callers see it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod backup;
mod conformance;
mod crash;
mod destroy;
mod schema;
mod sqlite;
