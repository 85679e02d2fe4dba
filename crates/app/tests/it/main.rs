//! Use cases on the real store, policy and verifier.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod commits;
mod numbers;
mod signin;
