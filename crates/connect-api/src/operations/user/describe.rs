//! `DescribeUser`.

use app::action::DescribeUser;
use model::resource::User;
use model::{ResourceKind, UserId};

use super::parts;
use crate::operations::prelude::*;

impl Operation for DescribeUser {
    const ROUTE: Route = Route::get("/users/{InstanceId}/{UserId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "UserId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<UserId>("UserId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let resource = context.app.describe::<Self, User>(&permit)?;
        let user: &User = body(&resource)?;
        let scope = context.scope(resource.instance)?;
        Ok(json!({"User": {
            "Id": resource.id,
            "Arn": scope.resource_arn(ResourceKind::User, resource.id).to_string(),
            "Username": resource.name,
            "IdentityInfo": parts::write_identity(user),
            "PhoneConfig": parts::write_phone(&user.phone),
            "SecurityProfileIds": user.security_profiles,
            "RoutingProfileId": user.routing_profile,
            "Tags": resource.tags,
            "LastModifiedTime": resource.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }}))
    }
}
