//! Use cases: one function each, on ports that adapters implement.
//!
//! An adapter parses into `model` types, asks [`permit`] for a `Permit`, and calls a use case with it.
//! What changes is decided by the engine, committed in one transaction with its audit entry, and only
//! then performed and answered.

pub mod action;
pub mod error;
pub mod limiter;
pub mod permit;
pub mod ports;
pub mod principal;

pub use error::AppError;
pub use permit::{Permit, Target};
pub use principal::{Call, Principal};
