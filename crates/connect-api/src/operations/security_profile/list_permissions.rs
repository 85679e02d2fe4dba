//! `ListSecurityProfilePermissions`.

use app::action::ListSecurityProfilePermissions;
use model::SecurityProfileId;
use model::resource::SecurityProfile;

use crate::operations::prelude::*;

impl Operation for ListSecurityProfilePermissions {
    const ROUTE: Route =
        Route::get("/security-profiles-permissions/{InstanceId}/{SecurityProfileId}");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "SecurityProfileId", "maxResults", "nextToken"];
    type Input = PageRequest;

    fn parse(members: &Members<'_>) -> Parsed<PageRequest> {
        let profile = members.resource::<SecurityProfileId>("SecurityProfileId")?;
        Ok((profile, members.page(1000)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: PageRequest) -> Answer {
        let resource = context.app.describe::<Self, SecurityProfile>(&permit)?;
        let profile: &SecurityProfile = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        let all = profile
            .permissions
            .iter()
            .map(|permission| json!(permission))
            .collect();
        let name = format!("{}/{}", permit.spec().name, resource.id);
        let listing = page_of(context, &name, &page, all)?;
        Ok(json!({
            "Permissions": listing.items,
            "NextToken": listing.next,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }))
    }
}
