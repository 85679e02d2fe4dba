//! `DeleteRoutingProfile`.

use app::action::DeleteRoutingProfile;
use model::RoutingProfileId;

use crate::operations::prelude::*;

impl Operation for DeleteRoutingProfile {
    const ROUTE: Route = Route::delete("/routing-profiles/{InstanceId}/{RoutingProfileId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "RoutingProfileId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            (),
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
