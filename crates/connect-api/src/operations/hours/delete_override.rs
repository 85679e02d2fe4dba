//! `DeleteHoursOfOperationOverride`.

use app::action::DeleteHoursOfOperationOverride;
use app::config::Draft;
use model::HoursOverrideId;
use model::hours::HoursOfOperation;

use super::overrides;
use crate::operations::prelude::*;

impl Operation for DeleteHoursOfOperationOverride {
    const ROUTE: Route = Route::delete(
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}",
    );
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "HoursOfOperationId",
        "HoursOfOperationOverrideId",
    ];
    type Input = HoursOverrideId;

    fn parse(members: &Members<'_>) -> Parsed<HoursOverrideId> {
        overrides::target(members)
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, id: HoursOverrideId) -> Answer {
        let change = move |draft: &mut Draft<HoursOfOperation>| {
            overrides::find(&draft.body, id)?;
            draft.body.overrides.retain(|existing| existing.id != id);
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
