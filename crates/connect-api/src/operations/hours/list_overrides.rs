//! `ListHoursOfOperationOverrides`.

use app::action::ListHoursOfOperationOverrides;
use model::HoursId;
use model::hours::HoursOfOperation;

use super::overrides;
use crate::operations::prelude::*;

impl Operation for ListHoursOfOperationOverrides {
    const ROUTE: Route =
        Route::get("/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "HoursOfOperationId",
        "maxResults",
        "nextToken",
    ];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        let hours = members.resource::<HoursId>("HoursOfOperationId")?;
        Ok((hours, members.page(100)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let resource = context.app.describe::<Self, HoursOfOperation>(&permit)?;
        let hours: &HoursOfOperation = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        let all = hours
            .overrides
            .iter()
            .map(|existing| overrides::write(&scope, resource.id, existing))
            .collect();
        let name = format!("{}/{}", permit.spec().name, resource.id);
        let listing = page_of(context, &name, &page, all)?;
        Ok(json!({
            "HoursOfOperationOverrideList": listing.items,
            "NextToken": listing.next,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }))
    }
}
