//! `ListUsers`.

use app::action::ListUsers;
use model::{InstanceScope, ResourceKind};

use crate::operations::prelude::*;

impl Operation for ListUsers {
    const ROUTE: Route = Route::get("/users-summary/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        Ok((members.in_instance()?, members.page(1000)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let show = |scope: &InstanceScope, user: &Resource| {
            Some(json!({
                "Id": user.id,
                "Arn": scope.resource_arn(ResourceKind::User, user.id).to_string(),
                "Username": user.name,
                "LastModifiedTime": user.modified_at.as_secs_f64(),
                "LastModifiedRegion": scope.region,
            }))
        };
        let listing = Listing::of(context, &permit, &page, show)?;
        Ok(json!({"UserSummaryList": listing.items, "NextToken": listing.next}))
    }
}
