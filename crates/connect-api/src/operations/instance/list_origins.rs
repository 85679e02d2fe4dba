//! `ListApprovedOrigins`.

use app::action::ListApprovedOrigins;

use crate::operations::prelude::*;

impl Operation for ListApprovedOrigins {
    const ROUTE: Route = Route::get("/instance/{InstanceId}/approved-origins");
    const CLEAR: &'static [&'static str] = &["InstanceId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((members.in_instance()?, members.page(25)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let origins = context.app.approved_origins(&permit)?;
        let origins = origins.into_iter().map(Value::from).collect();
        let listing = page_of(context, permit.spec().name, &page, origins)?;
        Ok(json!({"Origins": listing.items, "NextToken": listing.next}))
    }
}
