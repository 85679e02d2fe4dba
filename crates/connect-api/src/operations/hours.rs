//! Hours of operation and their overrides.

mod config;
mod create;
mod create_override;
mod delete;
mod delete_override;
mod describe;
mod describe_override;
mod list;
mod list_overrides;
mod overrides;
mod update;
mod update_override;
