//! `ListSecurityProfiles`.

use app::action::ListSecurityProfiles;

use crate::operations::prelude::*;

impl Operation for ListSecurityProfiles {
    const ROUTE: Route = Route::get("/security-profiles-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((members.in_instance()?, members.page(1000)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let listing = Listing::of(context, &permit, &page, |scope, profile| {
            Some(summary(scope, profile))
        })?;
        Ok(json!({"SecurityProfileSummaryList": listing.items, "NextToken": listing.next}))
    }
}
