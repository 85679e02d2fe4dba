//! The contact center as a value: contacts, agents, queues and the rules that join them.
//!
//! Pure: [`Engine::handle`] takes the time and one [`Input`] and returns what happened. The caller
//! handles a batch of inputs, takes the [`Changes`], commits them with the effects in one transaction,
//! and only then performs effects and answers.

pub mod config;
pub mod effect;
pub mod input;

pub use config::{Config, ConfigChange};
pub use effect::{AgentEvent, Changes, ContactEvent, Effect, Outcome, Rejection, Reply};
pub use input::Input;
