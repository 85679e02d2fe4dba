//! `ListHoursOfOperations`.

use app::action::ListHoursOfOperations;

use crate::operations::prelude::*;

impl Operation for ListHoursOfOperations {
    const ROUTE: Route = Route::get("/hours-of-operations-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((members.in_instance()?, members.page(1000)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let listing = Listing::of(context, &permit, &page, |scope, hours| {
            Some(summary(scope, hours))
        })?;
        Ok(json!({"HoursOfOperationSummaryList": listing.items, "NextToken": listing.next}))
    }
}
