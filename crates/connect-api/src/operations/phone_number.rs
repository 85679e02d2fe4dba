//! Phone numbers: those that trunks bring are claimed for instances.

mod associate_flow;
mod claim;
mod describe;
mod disassociate_flow;
mod filter;
mod list;
mod list_v2;
mod release;
mod search_available;
mod update;
mod update_metadata;

/// Longest description of a phone number, characters.
const DESCRIPTION_CHARS: std::ops::RangeInclusive<usize> = 0..=500;
