//! `UpdateHoursOfOperation`: what is absent stays.

use app::action::UpdateHoursOfOperation;
use app::config::Draft;
use model::HoursId;
use model::hours::{DayHours, HoursOfOperation};

use super::config;
use crate::operations::prelude::*;

/// What changes.
pub(crate) struct Changes {
    name: Option<String>,
    description: Option<String>,
    time_zone: Option<String>,
    weekly: Option<Vec<DayHours>>,
}

impl Operation for UpdateHoursOfOperation {
    const ROUTE: Route = Route::post("/hours-of-operations/{InstanceId}/{HoursOfOperationId}");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "HoursOfOperationId",
        "Name",
        "Description",
        "TimeZone",
        "Config",
    ];
    type Input = Changes;

    fn parse(members: &Members<'_>) -> Parsed<Changes> {
        let body = members.body();
        let changes = Changes {
            name: body.optional_text("Name", NAME_CHARS)?,
            description: body.optional_text("Description", DESCRIPTION_CHARS)?,
            time_zone: body.optional_text("TimeZone", 1..=100)?,
            weekly: if body.has("Config") {
                Some(config::parse(&body)?)
            } else {
                None
            },
        };
        Ok((members.resource::<HoursId>("HoursOfOperationId")?, changes))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, changes: Changes) -> Answer {
        let change = move |draft: &mut Draft<HoursOfOperation>| {
            if let Some(name) = changes.name {
                draft.name = name;
            }
            if let Some(text) = changes.description {
                draft.body.description = described(text);
            }
            if let Some(time_zone) = changes.time_zone {
                draft.body.time_zone = time_zone;
            }
            if let Some(weekly) = changes.weekly {
                draft.body.weekly = weekly;
            }
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
