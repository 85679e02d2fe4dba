//! `DescribeHoursOfOperationOverride`.

use app::action::DescribeHoursOfOperationOverride;
use model::HoursOverrideId;
use model::hours::HoursOfOperation;

use super::overrides;
use crate::operations::prelude::*;

impl Operation for DescribeHoursOfOperationOverride {
    const ROUTE: Route = Route::get(
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
        let resource = context.app.describe::<Self, HoursOfOperation>(&permit)?;
        let existing = overrides::find(body(&resource)?, id)?;
        let scope = context.scope(resource.instance)?;
        Ok(json!({
            "HoursOfOperationOverride": overrides::write(&scope, resource.id, existing),
        }))
    }
}
