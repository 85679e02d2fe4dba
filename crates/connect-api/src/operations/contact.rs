//! Contacts.

mod describe;
mod get_attributes;
mod record;
mod recording;
mod start_chat;
mod start_task;
mod stop;
mod transfer;
mod update_attributes;

use super::prelude::*;

/// Names of attributes, characters. Together with their values they are bounded by
/// [`model::contact::ATTRIBUTES_BYTES_MAX`].
const ATTRIBUTE_NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=32_767;

/// Values of attributes, characters.
const ATTRIBUTE_VALUE_CHARS: std::ops::RangeInclusive<usize> = 0..=32_767;

/// Reads `Attributes`.
fn parse_attributes(body: &Object<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let attributes = body.text_map("Attributes", ATTRIBUTE_NAME_CHARS, ATTRIBUTE_VALUE_CHARS)?;
    Ok(attributes.into_iter().collect())
}

/// A contact that a member names and that may be absent.
fn optional_contact(
    ids: &Ids<'_>,
    body: &Object<'_>,
    name: &str,
) -> Result<Option<model::ContactId>, Refusal> {
    body.optional_text(name, 1..=256)?
        .map(|text| ids.contact(&text))
        .transpose()
}

/// For operations whose model lists `ServiceQuotaExceededException` for too many contacts.
const fn quota_code(error: &AppError) -> Code {
    match error {
        AppError::LimitExceeded(_) => Code::ServiceQuotaExceeded,
        other => connect_code(other),
    }
}
