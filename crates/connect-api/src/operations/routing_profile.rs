//! Routing profiles.

mod associate_queues;
mod concurrency;
mod create;
mod delete;
mod describe;
mod disassociate_queues;
mod list;
mod list_queues;
mod queue_configs;
mod update_availability_timer;
mod update_concurrency;
mod update_default_outbound_queue;
mod update_name;
mod update_queues;
