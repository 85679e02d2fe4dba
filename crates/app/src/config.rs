//! Configuration resources: one repository for all kinds.

pub(crate) mod checks;
mod create;
mod delete;
mod describe;
pub(crate) mod flows;
mod kinds;
mod list;
pub mod prompts;
mod tags;
mod update;

pub use create::NewResource;
pub use kinds::{Creates, Deletes, Lists, Reads, Updates};
pub use list::{Listed, Page};
pub use update::Draft;
