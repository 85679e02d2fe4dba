//! `ListInstanceAttributes`.

use app::action::ListInstanceAttributes;

use super::attributes::ATTRIBUTES;
use crate::operations::prelude::*;

impl Operation for ListInstanceAttributes {
    const ROUTE: Route = Route::get("/instance/{InstanceId}/attributes");
    const CLEAR: &'static [&'static str] = &["InstanceId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((members.in_instance()?, members.page(7)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let instance = permit
            .target()
            .instance()
            .and_then(|id| context.app.scope(id));
        instance.ok_or(AppError::NotFound { what: "instance" })?;
        let all = ATTRIBUTES
            .iter()
            .map(|(name, value)| json!({"AttributeType": name, "Value": value}))
            .collect();
        let listing = page_of(context, permit.spec().name, &page, all)?;
        Ok(json!({"Attributes": listing.items, "NextToken": listing.next}))
    }
}
