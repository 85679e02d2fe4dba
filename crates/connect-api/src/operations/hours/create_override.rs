//! `CreateHoursOfOperationOverride`.

use app::action::CreateHoursOfOperationOverride;
use app::config::Draft;
use model::hours::{HoursOfOperation, HoursOverride};
use model::{HoursId, HoursOverrideId};

use super::{config, overrides};
use crate::operations::prelude::*;

/// An override without its id.
pub(crate) struct NewOverride {
    name: String,
    description: Option<String>,
    from: String,
    till: String,
    hours: Vec<model::hours::DayHours>,
}

impl Operation for CreateHoursOfOperationOverride {
    const ROUTE: Route =
        Route::put("/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "HoursOfOperationId",
        "Name",
        "Description",
        "Config",
        "EffectiveFrom",
        "EffectiveTill",
    ];
    type Input = NewOverride;

    fn parse(members: &Members<'_>) -> Parsed<NewOverride> {
        let body = members.body();
        overrides::refuse_unsupported(&body)?;
        let new = NewOverride {
            name: body.text("Name", NAME_CHARS)?,
            description: body.optional_text("Description", 1..=250)?,
            from: body.text("EffectiveFrom", 10..=10)?,
            till: body.text("EffectiveTill", 10..=10)?,
            hours: config::parse(&body)?,
        };
        Ok((members.resource::<HoursId>("HoursOfOperationId")?, new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: NewOverride) -> Answer {
        let id = context.fresh(HoursOverrideId::generate);
        let change = move |draft: &mut Draft<HoursOfOperation>| {
            let taken = |existing: &HoursOverride| existing.name == new.name;
            if draft.body.overrides.iter().any(taken) {
                return Err(AppError::Duplicate { name: new.name });
            }
            draft.body.overrides.push(HoursOverride {
                id,
                name: new.name,
                description: new.description,
                from: new.from,
                till: new.till,
                hours: new.hours,
            });
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(json!({"HoursOfOperationOverrideId": id}))
    }
}
