//! Security profiles.

mod create;
mod describe;
mod list;
mod list_permissions;
