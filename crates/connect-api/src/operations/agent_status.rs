//! Statuses that agents may choose.

mod create;
mod describe;
mod list;
