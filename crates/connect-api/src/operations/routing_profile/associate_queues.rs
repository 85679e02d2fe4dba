//! `AssociateRoutingProfileQueues`: a pair that is associated already gets the new priority and delay.

use app::action::AssociateRoutingProfileQueues;
use app::config::Draft;
use model::RoutingProfileId;
use model::resource::{RoutingProfile, RoutingProfileQueue};

use super::queue_configs;
use crate::operations::prelude::*;

impl Operation for AssociateRoutingProfileQueues {
    const ROUTE: Route =
        Route::post("/routing-profiles/{InstanceId}/{RoutingProfileId}/associate-queues");
    const CLEAR: &'static [&'static str] = &["InstanceId", "RoutingProfileId", "QueueConfigs"];
    type Input = Vec<RoutingProfileQueue>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        body.refuse(&["ManualAssignmentQueueConfigs"])?;
        let queues = queue_configs::parse(&members.ids()?, &body, 1..=10)?;
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            queues,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, added: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<RoutingProfile>| {
            let queues = &mut draft.body.queues;
            queues.retain(|known| {
                !added
                    .iter()
                    .any(|new| (new.queue, new.channel) == (known.queue, known.channel))
            });
            queues.extend(added);
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
