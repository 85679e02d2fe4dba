//! `UpdateRoutingProfileDefaultOutboundQueue`.

use app::action::UpdateRoutingProfileDefaultOutboundQueue;
use app::config::Draft;
use model::resource::RoutingProfile;
use model::{QueueId, RoutingProfileId};

use crate::operations::prelude::*;

impl Operation for UpdateRoutingProfileDefaultOutboundQueue {
    const ROUTE: Route =
        Route::post("/routing-profiles/{InstanceId}/{RoutingProfileId}/default-outbound-queue");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "RoutingProfileId", "DefaultOutboundQueueId"];
    type Input = QueueId;

    fn parse(members: &Members<'_>) -> Parsed<QueueId> {
        let queue = members
            .ids()?
            .member(&members.body(), "DefaultOutboundQueueId")?;
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            queue,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, queue: QueueId) -> Answer {
        let change = move |draft: &mut Draft<RoutingProfile>| {
            draft.body.default_outbound_queue = queue;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
