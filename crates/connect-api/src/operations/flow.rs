//! Flows.

mod create;
mod delete;
mod describe;
mod list;
mod revision;
mod update_content;
mod update_metadata;
mod update_name;

/// Longest content of a flow, characters; below the largest body, escapes included.
const CONTENT_CHARS: std::ops::RangeInclusive<usize> = 1..=1_000_000;

/// Names of flows, characters.
const FLOW_NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=128;

/// Descriptions of flows and modules, characters.
const FLOW_DESCRIPTION_CHARS: std::ops::RangeInclusive<usize> = 0..=500;
