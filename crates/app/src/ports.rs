//! What the use cases need from outside, as traits. Adapters implement them; the binary wires them.

pub mod blobs;
pub mod keys;
pub mod policy;
pub mod recordings;
pub mod signin;
pub mod speech;
pub mod store;
pub mod telephony;

use model::Timestamp;

/// The time of day.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}
