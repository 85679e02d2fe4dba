//! A seeded contact center with faults: the same seed is the same history.
//!
//! Customers, agents and administrators act at random on a real engine. Between it and a store in memory
//! stands a model of the program around it: inputs are handled in batches, a batch is committed as a
//! whole, answers are given after the commit. Crashes strike before and after the commit, inputs are
//! lost, doubled and delayed, clocks jump. After each batch the engine's invariants are audited; at the
//! end the store is compared with what was promised.

pub mod actors;
pub mod center;
pub mod checks;
mod content;
pub mod exported;
pub mod host;
pub mod run;
pub mod store;

pub use run::{Report, Settings, simulate};
pub use store::Bug;
