//! `DisassociateRoutingProfileQueues`: what is not associated is fine.

use app::action::DisassociateRoutingProfileQueues;
use app::config::Draft;
use model::resource::RoutingProfile;
use model::{Channel, QueueId, RoutingProfileId};

use super::queue_configs;
use crate::operations::prelude::*;

impl Operation for DisassociateRoutingProfileQueues {
    const ROUTE: Route =
        Route::post("/routing-profiles/{InstanceId}/{RoutingProfileId}/disassociate-queues");
    const CLEAR: &'static [&'static str] = &["InstanceId", "RoutingProfileId", "QueueReferences"];
    type Input = Vec<(QueueId, Channel)>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let (ids, body) = (members.ids()?, members.body());
        body.refuse(&["ManualAssignmentQueueReferences"])?;
        let removed = body
            .objects("QueueReferences", 1..=400)?
            .iter()
            .map(|reference| queue_configs::parse_reference(&ids, reference))
            .collect::<Result<_, _>>()?;
        Ok((
            members.resource::<RoutingProfileId>("RoutingProfileId")?,
            removed,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, removed: Self::Input) -> Answer {
        let change = move |draft: &mut Draft<RoutingProfile>| {
            let queues = &mut draft.body.queues;
            queues.retain(|known| !removed.contains(&(known.queue, known.channel)));
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
