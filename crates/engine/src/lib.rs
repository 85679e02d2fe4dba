//! The contact center as a value: contacts, agents, queues and the rules that join them.
//!
//! Pure: [`Engine::handle`] takes the time and one [`Input`] and returns what happened. The caller
//! handles a batch of inputs, takes the [`Changes`], commits them with the effects in one transaction,
//! and only then performs effects and answers. A commit that fails discards the engine; it is restored
//! from what was committed ([`Engine::restore`]).
//!
//! Reading order: `engine` (one input at a time), `contact` and `agent` (the state), `lifecycle`,
//! `offers`, `presence`, `transfer`, `chat`, `call`, `previous` (what happens), `driver` and `commands` (flows), `matching`
//! (who gets whom), `audit` (the invariants).

mod agent;
pub mod audit;
pub mod call;
mod channel;
pub mod chat;
mod commands;
pub mod config;
pub mod contact;
mod driver;
pub mod effect;
mod engine;
mod facts;
pub mod hours;
pub mod input;
mod lifecycle;
pub mod matching;
pub mod metrics;
mod offers;
mod presence;
mod previous;
mod quality;
mod reconfigure;
pub mod restore;
mod timers;
mod transfer;
pub mod views;

pub use audit::Violation;
pub use call::{CallEvent, CallPlan, Hearing, Recorded};
pub use chat::{Attendance, Participant, hidden_response};
pub use config::{Config, ConfigChange, Limits};
pub use contact::{ContactState, QueueStay};
pub use effect::{AgentEvent, Changes, ContactEvent, Effect, Outcome, Rejection, Reply};
pub use engine::Engine;
pub use facts::agent_queue_arn;
pub use input::Input;
pub use metrics::QueueMetrics;
pub use restore::{RestoreError, Stored};
pub use views::{AgentContact, AgentSnapshot, ContactView};
