//! Configuration resources: one repository for all kinds.

pub(crate) mod checks;
mod create;
mod delete;
mod describe;
mod flows;
mod kinds;
mod list;
mod tags;
mod update;

pub use create::NewResource;
pub use list::{Listed, Page};
pub use update::Draft;
