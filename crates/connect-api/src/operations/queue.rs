//! Queues.

mod associate_quick_connects;
mod create;
mod delete;
mod describe;
mod disassociate_quick_connects;
mod list;
mod list_quick_connects;
mod outbound_caller_config;
mod update_hours;
mod update_max_contacts;
mod update_name;
mod update_outbound_caller_config;
mod update_status;

/// Quick connects that one call may name.
const QUICK_CONNECTS: std::ops::RangeInclusive<usize> = 1..=50;
