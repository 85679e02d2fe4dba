//! Users.

mod create;
mod delete;
mod describe;
mod list;
mod parts;
mod put_status;
mod update_identity_info;
mod update_phone_config;
mod update_routing_profile;
mod update_security_profiles;
