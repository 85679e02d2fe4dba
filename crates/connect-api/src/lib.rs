//! The Amazon-Connect-compatible API: `connect`, `connectparticipant` and the part of `sts` that
//! clients need.
//!
//! A request is routed on its undecoded path, authenticated ([`sigv4`] or bearer token), throttled,
//! and its members are read with the constraints of the service model. Each operation is one file
//! below `operations`: it names its action, so that nothing runs without a permit.

mod answer;
mod audit;
mod body;
mod error;
mod members;
mod operation;
mod operations;
mod page;
mod route;
mod service;
mod settings;
pub mod sigv4;
#[cfg(test)]
mod test_center;
mod throttle;

pub use body::{BODY_TIMEOUT, DRAINED_BYTES_MAX, JSON_DEPTH_MAX};
pub use service::{CONNECT_BODY_BYTES_MAX, PARTICIPANT_BODY_BYTES_MAX, router};
pub use settings::ApiSettings;
pub use throttle::Rates;
