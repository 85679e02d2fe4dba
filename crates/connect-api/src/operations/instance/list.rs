//! `ListInstances`.

use app::action::ListInstances;

use crate::operations::prelude::*;

impl Operation for ListInstances {
    const ROUTE: Route = Route::get("/instance");
    const CLEAR: &'static [&'static str] = &["maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((Target::Account, members.page(10)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let all = context
            .app
            .instances(&permit)
            .iter()
            .map(|instance| super::describe::instance_json(context, instance))
            .collect();
        let listing = page_of(context, permit.spec().name, &page, all)?;
        Ok(json!({"InstanceSummaryList": listing.items, "NextToken": listing.next}))
    }

    fn code(error: &AppError) -> Code {
        invalid_request(error)
    }
}
