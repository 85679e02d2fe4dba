//! Overrides of hours: which one a call names, and how it is written.

use model::hours::{HoursOfOperation, HoursOverride};
use model::{HoursId, HoursOverrideId, InstanceScope, ResourceId, ResourceKind};

use super::config;
use crate::operations::prelude::*;

/// The absence of an override.
pub(super) const MISSING: AppError = AppError::NotFound {
    what: "override of hours of operation",
};

/// The hours and the override in the path.
pub(super) fn target(members: &Members<'_>) -> Parsed<HoursOverrideId> {
    let hours = members.resource::<HoursId>("HoursOfOperationId")?;
    let id = members
        .label("HoursOfOperationOverrideId")?
        .parse()
        .map_err(|_| Refusal::invalid("`HoursOfOperationOverrideId` is not an id"))?;
    Ok((hours, id))
}

/// Overrides hold for dates, without recurrence and with hours of their own.
pub(super) fn refuse_unsupported(body: &Object<'_>) -> Result<(), Refusal> {
    body.refuse(&["RecurrenceConfig"])?;
    match body.optional_text("OverrideType", 1..=20)?.as_deref() {
        None | Some("STANDARD") => Ok(()),
        Some(_) => Err(body.invalid("OverrideType", "may only be `STANDARD`")),
    }
}

/// The override among those of the hours.
pub(super) fn find(
    hours: &HoursOfOperation,
    id: HoursOverrideId,
) -> Result<&HoursOverride, AppError> {
    hours
        .overrides
        .iter()
        .find(|existing| existing.id == id)
        .ok_or(MISSING)
}

/// `HoursOfOperationOverride`.
pub(super) fn write(scope: &InstanceScope, hours: ResourceId, existing: &HoursOverride) -> Value {
    json!({
        "HoursOfOperationOverrideId": existing.id,
        "HoursOfOperationId": hours,
        "HoursOfOperationArn": scope.resource_arn(ResourceKind::Hours, hours).to_string(),
        "Name": existing.name,
        "Description": existing.description,
        "Config": config::write(&existing.hours),
        "EffectiveFrom": existing.from,
        "EffectiveTill": existing.till,
        "OverrideType": "STANDARD",
    })
}
