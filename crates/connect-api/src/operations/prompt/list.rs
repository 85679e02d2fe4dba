//! `ListPrompts`.

use app::action::ListPrompts;
use model::InstanceScope;

use crate::operations::prelude::*;

impl Operation for ListPrompts {
    const ROUTE: Route = Route::get("/prompts-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((members.in_instance()?, members.page(1000)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let show = |scope: &InstanceScope, prompt: &Resource| Some(summary(scope, prompt));
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"PromptSummaryList": listing.items, "NextToken": listing.next}))
    }
}
