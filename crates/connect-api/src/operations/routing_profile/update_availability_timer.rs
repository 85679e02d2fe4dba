//! `UpdateRoutingProfileAgentAvailabilityTimer`.

use app::action::UpdateRoutingProfileAgentAvailabilityTimer;
use app::config::Draft;
use model::RoutingProfileId;
use model::resource::{AvailabilityTimer, RoutingProfile};

use crate::operations::prelude::*;

impl Operation for UpdateRoutingProfileAgentAvailabilityTimer {
    const ROUTE: Route =
        Route::post("/routing-profiles/{InstanceId}/{RoutingProfileId}/agent-availability-timer");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "RoutingProfileId", "AgentAvailabilityTimer"];
    type Input = AvailabilityTimer;

    fn parse(members: &Members<'_>) -> Parsed<AvailabilityTimer> {
        let timer = members.body().word("AgentAvailabilityTimer")?;
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            timer,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, timer: AvailabilityTimer) -> Answer {
        let change = move |draft: &mut Draft<RoutingProfile>| {
            draft.body.availability_timer = timer;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
