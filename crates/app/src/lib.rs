//! Use cases: one function each, on ports that adapters implement.
//!
//! An adapter parses into `model` types, asks [`permit`] for a `Permit`, and calls a use case with it.
//! What changes is decided by the engine, committed in one transaction with its audit entry, and only
//! then performed and answered.

pub mod action;
pub mod agent;
mod app;
mod audit;
pub mod calls;
mod center;
pub mod chat;
pub mod config;
pub mod contact;
pub mod error;
mod identity;
mod instances;
pub mod limiter;
pub mod numbers;
mod outbox;
pub mod permit;
pub mod ports;
pub mod principal;
mod repeat;
pub mod signin;
mod text;
mod vault;

pub use app::{Adapters, App, Settings};
pub use calls::{IncomingCall, Joined, Joining, LostCall, MediaPlace};
pub use error::AppError;
pub use identity::ProvisionedCredential;
pub use instances::InstanceSummary;
pub use outbox::OutboxItem;
pub use permit::{Permit, Target};
pub use principal::{Call, Principal};
