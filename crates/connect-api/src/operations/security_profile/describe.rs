//! `DescribeSecurityProfile`.

use app::action::DescribeSecurityProfile;
use model::resource::SecurityProfile;
use model::{ResourceKind, SecurityProfileId};

use crate::operations::prelude::*;

impl Operation for DescribeSecurityProfile {
    const ROUTE: Route = Route::get("/security-profiles/{InstanceId}/{SecurityProfileId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "SecurityProfileId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((
            members.resource::<SecurityProfileId>("SecurityProfileId")?,
            (),
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, SecurityProfile>(&permit)?;
        let profile: &SecurityProfile = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        let arn = scope.resource_arn(ResourceKind::SecurityProfile, resource.id);
        Ok(json!({"SecurityProfile": {
            "Id": resource.id,
            "OrganizationResourceId": resource.instance,
            "Arn": arn.to_string(),
            "SecurityProfileName": resource.name,
            "Description": profile.description,
            "Tags": resource.tags,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }
}
