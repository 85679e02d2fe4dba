//! The flow language: parse, check, and step through a run.
//!
//! Pure. [`Flow::parse`] turns a flow's content into typed blocks or refuses it with all of its
//! problems at once; [`FlowRun::step`] takes a run from one question to the next. What a block wants
//! done comes out as a [`Command`], what it must know comes in as an [`Answer`].

pub mod command;
pub mod facts;
pub mod problem;
pub mod run;

pub use command::{Answer, Command, FlowLog, Next, Step, WaitEvent, WaitFor};
pub use facts::Facts;
pub use problem::FlowProblem;
pub use run::{FlowKey, FlowKind, FlowRef, FlowRun};

/// A checked flow: whoever holds one holds a valid one.
#[derive(Debug)]
pub struct Flow {}
