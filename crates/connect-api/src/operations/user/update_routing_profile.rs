//! `UpdateUserRoutingProfile`.

use app::action::UpdateUserRoutingProfile;
use app::config::Draft;
use model::resource::User;
use model::{RoutingProfileId, UserId};

use crate::operations::prelude::*;

impl Operation for UpdateUserRoutingProfile {
    const ROUTE: Route = Route::post("/users/{InstanceId}/{UserId}/routing-profile");
    const CLEAR: &'static [&'static str] = &["InstanceId", "UserId", "RoutingProfileId"];
    type Input = RoutingProfileId;

    fn parse(members: &Members<'_>) -> Parsed<RoutingProfileId> {
        let profile = members.ids()?.member(&members.body(), "RoutingProfileId")?;
        Ok((members.resource::<UserId>("UserId")?, profile))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, profile: RoutingProfileId) -> Answer {
        let change = move |draft: &mut Draft<User>| {
            draft.body.routing_profile = profile;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
