//! `UpdateHoursOfOperationOverride`: what is absent stays.

use app::action::UpdateHoursOfOperationOverride;
use app::config::Draft;
use model::HoursOverrideId;
use model::hours::{DayHours, HoursOfOperation};

use super::{config, overrides};
use crate::operations::prelude::*;

/// What changes.
pub(crate) struct Changes {
    id: HoursOverrideId,
    name: Option<String>,
    description: Option<String>,
    from: Option<String>,
    till: Option<String>,
    hours: Option<Vec<DayHours>>,
}

impl Operation for UpdateHoursOfOperationOverride {
    const ROUTE: Route = Route::post(
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}",
    );
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "HoursOfOperationId",
        "HoursOfOperationOverrideId",
        "Name",
        "Description",
        "Config",
        "EffectiveFrom",
        "EffectiveTill",
    ];
    type Input = Changes;

    fn parse(members: &Members<'_>) -> Parsed<Changes> {
        let (target, id) = overrides::target(members)?;
        let body = members.body();
        overrides::refuse_unsupported(&body)?;
        let changes = Changes {
            id,
            name: body.optional_text("Name", NAME_CHARS)?,
            description: body.optional_text("Description", DESCRIPTION_CHARS)?,
            from: body.optional_text("EffectiveFrom", 10..=10)?,
            till: body.optional_text("EffectiveTill", 10..=10)?,
            hours: if body.has("Config") {
                Some(config::parse(&body)?)
            } else {
                None
            },
        };
        Ok((target, changes))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, changes: Changes) -> Answer {
        let change = move |draft: &mut Draft<HoursOfOperation>| {
            let all = &mut draft.body.overrides;
            if let Some(name) = &changes.name
                && all
                    .iter()
                    .any(|other| other.id != changes.id && other.name == *name)
            {
                return Err(AppError::Duplicate { name: name.clone() });
            }
            let existing = all.iter_mut().find(|existing| existing.id == changes.id);
            let existing = existing.ok_or(overrides::MISSING)?;
            if let Some(name) = changes.name {
                existing.name = name;
            }
            if let Some(text) = changes.description {
                existing.description = described(text);
            }
            if let Some(from) = changes.from {
                existing.from = from;
            }
            if let Some(till) = changes.till {
                existing.till = till;
            }
            if let Some(hours) = changes.hours {
                existing.hours = hours;
            }
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
