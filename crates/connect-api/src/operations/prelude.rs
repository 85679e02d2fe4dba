//! What almost every operation names.

pub(super) use app::{AppError, Permit, Target};
pub(super) use model::Resource;
pub(super) use model::resource::BodyOf;
pub(super) use serde_json::{Value, json};

pub(super) use super::listing::{Listing, page_after, page_of, summary};
pub(super) use crate::error::{Code, Refusal, connect_code};
pub(super) use crate::members::{Ids, Members, Object, PageRequest};
pub(super) use crate::operation::{Answer, Context, Operation, Parsed};
pub(super) use crate::route::Route;

/// Longest description of most kinds, characters.
pub(super) const DESCRIPTION_CHARS: std::ops::RangeInclusive<usize> = 0..=250;

/// Names of most kinds, characters.
pub(super) const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=127;

/// For operations whose model lists `InvalidRequestException` in place of `InvalidParameterException`.
pub(super) const fn invalid_request(error: &AppError) -> Code {
    match error {
        AppError::Invalid(_) => Code::InvalidRequest,
        other => connect_code(other),
    }
}

/// The body of a resource that a use case gave as one of `B`'s kind.
pub(super) fn body<B: BodyOf>(resource: &Resource) -> Result<&B, AppError> {
    B::of(&resource.body).ok_or(AppError::Internal)
}

/// The change of a description: empty text takes it away.
pub(super) fn described(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
