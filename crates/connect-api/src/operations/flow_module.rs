//! Flow modules.

mod create;
mod delete;
mod describe;
mod list;
mod update_content;
mod update_metadata;

use super::prelude::*;

/// Longest content of a module, characters.
const CONTENT_CHARS: std::ops::RangeInclusive<usize> = 1..=256_000;

/// Descriptions of modules, characters.
const MODULE_DESCRIPTION_CHARS: std::ops::RangeInclusive<usize> = 0..=500;

/// Problems of a module have an exception of their own.
const fn module_code(error: &AppError) -> Code {
    match error {
        AppError::FlowProblems(_) => Code::InvalidContactFlowModule,
        other => connect_code(other),
    }
}
